/** The page's state in the fragment of its address, which browsers do not send to servers. */

import type { Input } from "../judged.ts";
import { at, isObject, type Json } from "../json.ts";

const VERSION = "v1.";
/** The limit for the size of an unpacked fragment, in bytes. */
const MAX_UNPACKED = 8 << 20;

/** The fragment of the link contains no valid state. */
export class LinkError extends Error {}

/** Whether a fragment contains a state; other fragments are anchors in the page. */
export function isLink(fragment: string): boolean {
  return /^v\d+\./.test(fragment);
}

export async function pack(input: Input): Promise<string> {
  const bytes = new Blob([JSON.stringify(input)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = new Uint8Array(await new Response(bytes).arrayBuffer());
  const binary = Array.from(packed, (byte) => String.fromCharCode(byte)).join("");
  return VERSION + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws LinkError */
export async function unpack(fragment: string): Promise<Input> {
  if (!fragment.startsWith(VERSION)) throw new LinkError("it was made by another version of this page");
  try {
    const binary = atob(fragment.slice(VERSION.length).replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return input(JSON.parse(await inflate(packed)) as Json);
  } catch (error) {
    throw error instanceof LinkError ? error : new LinkError("it is damaged or incomplete");
  }
}

async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > MAX_UNPACKED) {
      await reader.cancel();
      throw new LinkError(`it unpacks to more than ${MAX_UNPACKED >> 20} MiB`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The state, with only strings in it. */
function input(value: Json): Input {
  if (!isObject(value)) throw new LinkError("it does not contain a state of this page");
  const text = (...path: string[]): string => {
    const found = at(value, ...path);
    return typeof found === "string" ? found : "";
  };
  const groups = at(value, "circumstances", "groups");
  return {
    manifest: text("manifest"),
    before: text("before"),
    settings: text("settings"),
    session: text("session"),
    circumstances: {
      namespace: text("circumstances", "namespace"),
      user: text("circumstances", "user"),
      subresource: text("circumstances", "subresource"),
      groups: Array.isArray(groups) ? groups.filter((group) => typeof group === "string") : [],
    },
  };
}
