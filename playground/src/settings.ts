/** The policy's settings as the page's text gives them, checked by the module. */

import { isObject, type JsonObject } from "./json.ts";
import type { Problem } from "./manifest.ts";
import type { Policy } from "./policy/policy.ts";
import { GuestError } from "./policy/wapc.ts";
import { documents, YamlError } from "./yaml/documents.ts";
import { Located } from "./yaml/place.ts";

/** The settings, or what is wrong with them. An empty text is an empty mapping. */
export function readSettings(policy: Policy, source: string): { value: JsonObject } | Problem {
  const document = documents(source).at(-1) ?? { value: {}, node: new Located({ from: 0, to: 0 }), repeatedKeys: [] };
  const problem = (offset: number, message: string): Problem => {
    const line = source.slice(offset).split("\n", 1)[0] ?? "";
    return { range: { from: offset, to: offset + line.trimEnd().length }, message, isError: true };
  };
  if (document instanceof YamlError) return problem(document.offset, document.message);
  const [again] = document.repeatedKeys;
  if (again !== undefined) return problem(again.offset, `the key "${again.key}" is already there`);
  if (!isObject(document.value)) return problem(document.node.start, "settings must be a mapping");
  try {
    const message = policy.validateSettings(document.value);
    return message === undefined ? { value: document.value } : problem(place(document.node, message), message);
  } catch (error) {
    if (error instanceof GuestError) return problem(0, error.message);
    throw error;
  }
}

/** The place that a message names: `settings.rules.host-netwrok: there is no such rule`. */
function place(node: Located, message: string): number {
  const path = /^settings\.?([^:]*): /.exec(message)?.[1] ?? "";
  return node.nearest(path).place().from;
}
