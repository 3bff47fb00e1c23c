/**
 * Findings in the text of the module's answer. Its form is that of src/finding.rs and src/outcome/response.rs:
 *
 * - a denial: `- PATH (container 'NAME'): MESSAGE; FIX [RULE]`, one line each, cut after 1000 bytes;
 * - a warning: `PATH: MESSAGE (and N more) [RULE]`, one for each rule, cut after 250 bytes.
 */

import type { ValidationResponse } from "./policy/policy.ts";

export interface Finding {
  severity: "deny" | "warn";
  /** `undefined` where the answer does not name one. */
  rule: string | undefined;
  /** The path of the field in the object. */
  path: string | undefined;
  container: string | undefined;
  /** What is wrong and what to write instead. */
  text: string;
}

/** Follows the message of a finding that the policy mended. */
const MENDED = " (changed by the policy)";
const ID = String.raw`[a-z0-9]+(?:-[a-z0-9]+)*`;
const RULE_AT_END = new RegExp(String.raw`^(.*?) \[(${ID}(?:, ${ID})*)\]$`, "s");
const PATH = /^((?:[^\s:[\]()]+|\[[^\]]*\])+)(?: \(container '((?:[^']|'(?!\): ))*)'\))?: (.*)$/s;
const UNREADABLE = /^the request could not be read: request\.object\.(.*)$/s;
/** In place of a rule's id, as in the command, for an object that the policy cannot read. */
const UNREADABLE_ID = "unreadable";

/** The findings that deny. */
export function denials({ accepted, code, message }: ValidationResponse): Finding[] {
  if (accepted) return [];
  const text = message ?? "";
  const lines = text.split("\n").filter((line) => line.startsWith("- "));
  if (lines.length > 0) return lines.map((line) => finding("deny", line.slice(2)));
  const unreadable = UNREADABLE.exec(text)?.[1];
  const located = finding("deny", unreadable ?? text);
  return [{ ...located, rule: code === 400 ? UNREADABLE_ID : located.rule }];
}

/** What the warnings show: of each rule one finding. */
export function warnings({ warnings }: ValidationResponse): Finding[] {
  return (warnings ?? []).map((line) => finding("warn", line));
}

/** The ids in an audit annotation: `denied-rules`, `warned-rules`, `mutated-rules`. */
export function annotatedRules(response: ValidationResponse, key: string): string[] {
  return (response.audit_annotations?.[key] ?? "").split(",").filter((id) => id !== "");
}

/** Whether a warning says that the policy changed the object. */
export function isMended({ severity, text }: Finding): boolean {
  return severity === "warn" && text.includes(MENDED);
}

/** What a warning says of findings that an update keeps; empty of others. */
export function noteOnOld({ text }: Finding): string {
  return / \(accepted as old, [^)]*\)/.exec(text)?.[0] ?? "";
}

function finding(severity: Finding["severity"], line: string): Finding {
  const [, shown = line, rules] = RULE_AT_END.exec(line) ?? [];
  const [, path, container, text = shown] = PATH.exec(shown) ?? [];
  return { severity, rule: rules?.includes(",") === true ? undefined : rules, path, container, text };
}
