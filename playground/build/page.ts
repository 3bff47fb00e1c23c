/** Builds the page as one HTML file that contains everything. */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import type { Data, Schema } from "../src/page/data.ts";
import { examples, type Sources } from "./examples.ts";

/** The build runs in `playground/`. */
const ROOT = join(process.cwd(), "..");

/** The linter and the policy's module. */
export interface Modules {
  linter: Uint8Array;
  policy: Uint8Array;
}

/** The built modules. */
export function readModules(): Modules {
  return { linter: readFileSync("linter.wasm"), policy: readFileSync(join(ROOT, "policy.wasm")) };
}

/** Builds the page with these modules, which it contains unchanged. */
export async function buildPage({ linter, policy }: Modules): Promise<string> {
  const [page, inWorker] = await Promise.all([bundle("src/page/main.ts", "esm"), bundle("src/worker.ts", "iife")]);
  const data = readData(policy);
  const parts: Record<string, string> = {
    "script-sha256": createHash("sha256").update(page.script).digest("base64"),
    style: readFileSync("src/style.css", "utf8").trim(),
    repository: repository(),
    "rules-page": data.rulesPage,
    data: asJson(data),
    worker: asJson(inWorker.script),
    linter: packed(linter).toString("base64"),
    policy: packed(policy).toString("base64"),
    script: page.script,
    licences: licences(new Set([...page.packages, ...inWorker.packages])),
  };
  return readFileSync("src/index.html", "utf8").replaceAll(/\{\{([a-z0-9-]+)\}\}/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`src/index.html has the unknown placeholder ${name}`);
    return part;
  });
}

/** A module in the compressed form of the page, before base64. */
export function packed(module: Uint8Array): Buffer {
  return gzipSync(module, { level: 9 });
}

interface Bundle {
  script: string;
  /** The folders of the packages in it. */
  packages: string[];
}

async function bundle(entry: string, format: "esm" | "iife"): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format,
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild produced no output for ${entry}`);
  const packages = Object.keys(metafile.inputs).flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  return { script: file.text.trim(), packages };
}

/** The licences of the packages in the page, which every copy must contain. Packages with the same text share it. */
function licences(packages: Set<string>): string {
  const byText = new Map<string, string[]>();
  for (const folder of [...packages].sort()) {
    const [file] = readdirSync(folder)
      .filter((name) => /^licen[cs]e/i.test(name))
      .sort();
    if (file === undefined) throw new Error(`${folder} has no licence`);
    const text = readFileSync(join(folder, file), "utf8").trim().replaceAll("--", "- -");
    byText.set(text, [...(byText.get(text) ?? []), folder.replace("node_modules/", "")]);
  }
  return [...byText].map(([text, names]) => `${names.join(", ")}:\n\n${text}`).join("\n\n");
}

/** JSON that cannot close the element that contains it. */
function asJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function readData(policy: Uint8Array): Data {
  const sessions = list("test_data/sessions", ".yml");
  return {
    examples: examples(readSources()),
    sessions: sessions.map((path) => ({ name: basename(path, ".yml").replaceAll("-", " "), text: read(path) })),
    schema: JSON.parse(read("docs/schema/settings.schema.json")) as Schema,
    policy: read("deploy/base/clusteradmissionpolicy.yaml"),
    contextAwareResources: section(read("metadata.yml"), "contextAwareResources"),
    rulesPage: `${repository()}/blob/main/docs/rules.md`,
    sha256: createHash("sha256").update(policy).digest("hex"),
  };
}

/** The sources of the examples. */
export function readSources(): Sources {
  const presets = list("deploy/presets", ".yaml").map((path) => {
    const name = basename(path, ".yaml");
    return { name, grants: read(path), workloads: list(`test_data/presets/${name}`, ".yaml").map(read) };
  });
  return {
    aks: read("examples/privileged-daemonset.yaml"),
    broken: read("examples/broken.yaml"),
    recipes: read("docs/recipes.md"),
    oldNodes: read("test_data/sessions/nodes-containerd-1.5.18.yml"),
    presets,
  };
}

/** The files in a folder; none if it is missing. */
function list(folder: string, ending: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => `${folder}/${name}`);
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** A top-level key of a YAML file with its value. */
function section(text: string, key: string): string {
  const found = new RegExp(`^${key}:\\n(?: .*\\n)*`, "m").exec(text);
  if (found === null) throw new Error(`metadata.yml has no ${key}`);
  return found[0];
}

/** The URL of the project in Cargo.toml, which the links in the module's messages also use. */
function repository(): string {
  const found = /^repository = "(.*)"$/m.exec(read("Cargo.toml"))?.[1];
  if (found === undefined) throw new Error("Cargo.toml names no repository");
  return found;
}
