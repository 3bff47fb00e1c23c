/**
 * The changes that mend an object. They are the policy's own: it is asked about the pod with the setting `mutate`, and what it
 * would change is written into the text. Of a workload the pod of its template is asked about, which the policy changes when the
 * pod is created.
 */

import { annotatedRules } from "./answer.ts";
import { edit, type Edit } from "./edit.ts";
import { at, isEqual, isObject, type JsonObject } from "./json.ts";
import { read, type ManifestObject } from "./manifest.ts";
import { difference, keys, type Operation } from "./patch.ts";
import type { Policy, ValidationResponse } from "./policy/policy.ts";
import type { Session } from "./policy/session.ts";
import { objectOf } from "./request.ts";

export interface Mending {
  /** The rules whose findings the changes mend. */
  rules: string[];
  /** On the object. */
  operations: Operation[];
}

export interface Fix {
  edits: Edit[];
  /** The changes that cannot be written into the text, and why. */
  refused: string[];
}

/** Where workloads have the template of their pods. */
const TEMPLATES = [["spec", "template"], ["spec", "jobTemplate", "spec", "template"], ["template"]];
/** Mending a pod may let other rules deny it, which are then set to warn as well. */
const MAX_QUESTIONS = 5;
/** The policy changes nothing for an audit, which is what a request without a user is taken for. */
const SOMEBODY: JsonObject = { username: "somebody" };

/** What the policy would change, by these rules or by all that can: nothing when it has no certain remedy. */
export function mending(
  policy: Policy,
  item: ManifestObject,
  request: JsonObject,
  settings: JsonObject,
  session: Session,
  mutate: string[] | "safe",
): Mending {
  const object = objectOf(item);
  const [pod, prefix] = podOf(item.kind, object);
  if (pod === undefined) return { rules: [], operations: [] };
  const question: JsonObject = {
    ...request,
    kind: { group: "", version: "v1", kind: "Pod" },
    operation: "CREATE",
    userInfo: { ...SOMEBODY, ...(isObject(request["userInfo"]) ? request["userInfo"] : {}) },
    object: pod,
    oldObject: null,
    subResource: "",
  };
  const response = ask(policy, question, settings, session, mutate);
  if (!isObject(response?.mutated_object)) return { rules: [], operations: [] };
  const operations = difference(pod, response.mutated_object, prefix.map((key) => `/${key}`).join(""));
  return { rules: annotatedRules(response, "mutated-rules"), operations };
}

/** The policy leaves a pod alone that it denies after all, so the rules that would are set to warn. */
function ask(
  policy: Policy,
  question: JsonObject,
  settings: JsonObject,
  session: Session,
  mutate: string[] | "safe",
): ValidationResponse | undefined {
  let rules: JsonObject = isObject(settings["rules"]) ? settings["rules"] : {};
  for (let asked = 0; asked < MAX_QUESTIONS; asked += 1) {
    const response = policy.validate(question, { ...settings, mutate, rules }, session.replay());
    if (response.accepted) return response;
    const denied = annotatedRules(response, "denied-rules");
    if (denied.length === 0) return undefined;
    rules = { ...rules, ...Object.fromEntries(denied.map((rule) => [rule, "warn"])) };
  }
  return undefined;
}

/** The pod itself, or that of a workload's template with the keys that lead to it. */
function podOf(kind: string, object: JsonObject | undefined): [JsonObject | undefined, string[]] {
  if (kind === "Pod") return [object, []];
  for (const path of TEMPLATES) {
    const template = at(object, ...path);
    if (isObject(template) && isObject(template["spec"])) return [template, path];
  }
  return [undefined, []];
}

/** The changes as edits of the text in which the object is the one with this index. */
export function fix(source: string, index: number, operations: Operation[]): Fix {
  let text = source;
  const refused: string[] = [];
  for (const operation of operations) {
    const changed = apply(text, index, operation);
    if (typeof changed === "string") text = changed;
    else refused.push(`${operation.path}: ${changed.message}`);
  }
  return { edits: editsBetween(source, text), refused };
}

/** The text after a change, which must say what the change says and everything else as before. */
function apply(text: string, index: number, operation: Operation): string | Error {
  const before = read(text).objects[index];
  const object = before === undefined ? undefined : objectOf(before);
  if (before === undefined || object === undefined) return new Error("the object is not in the text any more");
  try {
    const { from, to, insert } = edit(text, before.node, operation);
    const changed = text.slice(0, from) + insert + text.slice(to);
    const after = read(changed).objects[index];
    const expected = structuredClone(object);
    perform(operation, expected);
    const says = after === undefined ? undefined : objectOf(after);
    return isEqual(says, expected)
      ? changed
      : new Error("the text would say something else as well; change it by hand");
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function perform(operation: Operation, object: JsonObject): void {
  const path = keys(operation.path);
  const last = path.pop() ?? "";
  const parent = at(object, ...path);
  if (Array.isArray(parent) && operation.op === "replace") parent[Number(last)] = operation.value;
  else if (isObject(parent) && operation.op === "remove") delete parent[last];
  else if (isObject(parent) && operation.op !== "remove") parent[last] = operation.value;
}

/** The lines that differ, as one edit: enough for an editor to keep its cursor and to undo the fix in one step. */
function editsBetween(before: string, after: string): Edit[] {
  if (before === after) return [];
  let from = 0;
  while (from < before.length && before[from] === after[from]) from += 1;
  let [to, end] = [before.length, after.length];
  while (to > from && end > from && before[to - 1] === after[end - 1]) [to, end] = [to - 1, end - 1];
  return [{ from, to, insert: after.slice(from, end) }];
}
