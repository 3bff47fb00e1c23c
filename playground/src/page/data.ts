/** Data that the build embeds in the page. */

import type { Circumstances } from "../judged.ts";

export interface Example {
  group: string;
  name: string;
  manifest: string;
  before: string;
  settings: string;
  session: string;
  circumstances: Circumstances;
}

export interface Data {
  examples: Example[];
  sessions: { name: string; text: string }[];
  /** JSON Schema of the settings. */
  schema: Schema;
  /** A ClusterAdmissionPolicy with the settings `{}`. */
  policy: string;
  /** The resources that the policy may read from the cluster, from metadata.yml. */
  contextAwareResources: string;
  /** The URL of the page of rules; a rule's id is its anchor. */
  rulesPage: string;
  /** The SHA-256 digest of the policy's module. */
  sha256: string;
}

/** The part of JSON Schema that the settings use. */
export interface Schema {
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
}

export function readData(): Data {
  return JSON.parse(block("data")) as Data;
}

/** The worker's code. */
export function readWorkerSource(): string {
  return JSON.parse(block("worker")) as string;
}

/** Unpacks a module, which is in the page in gzip and base64, and compiles it. */
export async function compileModule(name: "linter" | "policy"): Promise<WebAssembly.Module> {
  const characters = atob(block(name));
  const packed = new Uint8Array(characters.length);
  for (let index = 0; index < packed.length; index += 1) packed[index] = characters.charCodeAt(index);
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compile(await new Response(unpacked).arrayBuffer());
}

function block(id: string): string {
  return document.getElementById(id)?.textContent ?? "";
}
