/** The policy's settings as the page's text gives them, checked by the module. */

import { at, isObject, type JsonObject } from "./json.ts";
import type { Problem } from "./manifest.ts";
import type { Policy } from "./policy/policy.ts";
import { GuestError } from "./policy/wapc.ts";
import { documents, YamlError } from "./yaml/documents.ts";
import { Located } from "./yaml/place.ts";

export interface Settings {
  value: JsonObject;
  /** Whether the text is a whole policy, of which these are `spec.settings`. */
  isPolicy: boolean;
}

const POLICIES = new Set(["ClusterAdmissionPolicy", "AdmissionPolicy"]);

/** The settings, or what is wrong with them. An empty text is an empty mapping; a policy brings its own. */
export function readSettings(policy: Policy, source: string): Settings | Problem {
  const empty = { value: {}, node: new Located({ from: 0, to: 0 }), repeatedKeys: [] };
  const [document = empty, second] = documents(source);
  const problem = (offset: number, message: string): Problem => {
    const line = source.slice(offset).split("\n", 1)[0] ?? "";
    return { range: { from: offset, to: offset + line.trimEnd().length }, message, isError: true };
  };
  if (document instanceof YamlError) return problem(document.offset, document.message);
  if (second !== undefined) {
    const offset = second instanceof YamlError ? second.offset : second.node.start;
    return problem(offset, "a second document; only one is read");
  }
  const [again] = document.repeatedKeys;
  if (again !== undefined) return problem(again.offset, `the key "${again.key}" is already there`);
  if (!isObject(document.value)) return problem(document.node.start, "settings must be a mapping");
  const isPolicy = POLICIES.has(String(document.value["kind"]));
  const value = isPolicy ? (at(document.value, "spec", "settings") ?? {}) : document.value;
  const node = isPolicy ? document.node.nearest("spec.settings") : document.node;
  if (!isObject(value)) return problem(node.start, "settings must be a mapping");
  try {
    const message = policy.validateSettings(value);
    return message === undefined ? { value, isPolicy } : problem(place(node, message), message);
  } catch (error) {
    if (error instanceof GuestError) return problem(0, error.message);
    throw error;
  }
}

/** The place that a message names: `settings.rules.host-netwrok: unknown rule`. */
function place(node: Located, message: string): number {
  const path = /^settings\.?([^:]*): /.exec(message)?.[1] ?? "";
  return node.nearest(path).place().from;
}
