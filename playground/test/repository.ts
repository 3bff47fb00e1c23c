/** Access to the repository and the built command. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { readModules } from "../build/page.ts";
import type { Json } from "../src/json.ts";
import type { Circumstances, Input, ObjectReport } from "../src/judged.ts";

/** Tests are started in `playground/`. */
export const ROOT = join(process.cwd(), "..");
export const MODULE = join(ROOT, "policy.wasm");
const COMMAND = join(ROOT, "target/debug/hostprocess");

export const NOBODY: Circumstances = { namespace: "", user: "", groups: [], subresource: "" };

export function readRepositoryFile(...path: string[]): string {
  return readFileSync(join(ROOT, ...path), "utf8");
}

export async function compiled(): Promise<{ linter: WebAssembly.Module; policy: WebAssembly.Module }> {
  const { linter, policy } = readModules();
  return { linter: await WebAssembly.compile(bytes(linter)), policy: await WebAssembly.compile(bytes(policy)) };
}

function bytes(module: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(module);
}

/** An input, empty except for `more`. */
export function input(more: Partial<Input>): Input {
  return { manifest: "", before: "", settings: "", session: "", circumstances: NOBODY, ...more };
}

/** The command's output, whether or not it denies the manifests. */
export async function hostprocess(...args: string[]): Promise<string> {
  if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is missing: run \`make hostprocess\``);
  try {
    return (await promisify(execFile)(COMMAND, args, { cwd: ROOT, maxBuffer: 1 << 28 })).stdout;
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (code === 1 && stdout !== undefined && stdout !== "") return stdout;
    throw new Error(`hostprocess ${args.join(" ")}: ${stderr}`);
  }
}

/** The report about an object, with the module's response if a module was used. */
export type Checked = ObjectReport & { file: string; message?: string | null; warnings?: string[] };

/** The reports of `hostprocess check -o json`, by file. */
export async function checked(...args: string[]): Promise<Map<string, Checked[]>> {
  const byFile = new Map<string, Checked[]>();
  for (const report of JSON.parse(await hostprocess("check", "-o", "json", ...args)) as Checked[]) {
    byFile.set(report.file, [...(byFile.get(report.file) ?? []), report]);
  }
  return byFile;
}

/** The fixtures of the rules, as paths below the repository's root. */
export function fixtureFiles(): string[] {
  const folders = readdirSync(join(ROOT, "test_data"), { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "sessions" && entry.name !== "requests",
  );
  const files = folders.flatMap(({ name }) =>
    readdirSync(join(ROOT, "test_data", name))
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => `test_data/${name}/${file}`),
  );
  if (files.length === 0) throw new Error("no fixtures in test_data");
  return files.sort();
}

/** The value of a comment at the top of a fixture: `# settings: {json}`. */
export function header(source: string, key: string): string | undefined {
  return new RegExp(`^# ${key}: (.*)$`, "m").exec(source)?.[1];
}

export function jsonHeader(source: string, key: string): Json | undefined {
  const value = header(source, key);
  return value === undefined ? undefined : (JSON.parse(value) as Json);
}
