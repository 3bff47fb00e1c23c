/** The repository that the tests run in, and the built command. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Json } from "../src/json.ts";
import { Policy } from "../src/policy/policy.ts";

/** Tests are started in `playground/`. */
export const ROOT = join(process.cwd(), "..");
export const MODULE = join(ROOT, "policy.wasm");
const COMMAND = join(ROOT, "target/debug/hostprocess");

export function readRepositoryFile(...path: string[]): string {
  return readFileSync(join(ROOT, ...path), "utf8");
}

export async function loadPolicy(): Promise<Policy> {
  return new Policy(await WebAssembly.compile(readFileSync(MODULE)));
}

/** What the command prints, whatever its exit code says about the manifests. */
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

export async function hostprocessJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await hostprocess(...args)) as T;
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
