/** The linter's requests and responses. The same types are in playground/wasm/src. */

import type { JsonObject } from "./json.ts";

export interface Input {
  manifest: string;
  /** Old objects. Objects of the manifest with a counterpart here are judged as updated. */
  before: string;
  settings: string;
  /** Recorded answers of the cluster. */
  session: string;
  circumstances: Circumstances;
}

/** Details of the request that a manifest does not contain. Empty strings stand for unknown values. */
export interface Circumstances {
  namespace: string;
  user: string;
  groups: string[];
  subresource: string;
}

/** A range of a text in UTF-16 code units. */
export interface Range {
  from: number;
  to: number;
}

export interface Judged {
  /** `null` if they are not valid. */
  settings: Settings | null;
  settingsProblem: Problem | null;
  sessionProblem: Problem | null;
  beforeProblems: Problem[];
  /** Problems with the text of the manifest, apart from findings. */
  problems: Problem[];
  /** Empty while the settings or the session are not valid, because policy-server would not judge either. */
  objects: JudgedObject[];
  /** The number of omitted objects. */
  notShown: number;
}

export interface Settings {
  value: JsonObject;
  /** Whether the text is a whole policy that contains these settings. */
  isPolicy: boolean;
}

export interface Problem {
  range: Range;
  message: string;
  /** Whether a part could not be read; otherwise it probably does not mean what its author intended. */
  isError: boolean;
}

export interface JudgedObject {
  report: ObjectReport;
  title: string;
  operation: string;
  range: Range;
  /** One for each finding. */
  details: Detail[];
  /** The request to the module about the object, in JSON. */
  question: string;
}

/** An object in the output of `hostprocess check -o json`. */
export interface ObjectReport {
  verdict: Verdict;
  findings: Finding[];
}

export type Verdict = "accept" | "warn" | "deny";

export interface Finding {
  rule: string;
  severity: "deny" | "warn";
  /** Empty if the finding is about the whole object. */
  path: string;
  message: string;
  /** Empty if the message contains it. */
  fix: string;
  waived?: { reason: string; source: string };
}

export interface Detail {
  range: Range;
  container: string | null;
  /** Whether `hostprocess fix` fixes it. */
  fixable: boolean;
}

/** The manifest after fixes. */
export interface Fixed {
  text: string;
  /** The fixes that could not be applied, with reasons. */
  refused: string[];
}

/** The starts of containers. */
export interface Planned {
  /** The output of `hostprocess plan -o json`. */
  plans: JsonObject[];
  /** The plans as text. */
  outlines: Outline[];
  legend: string;
}

export interface Outline {
  title: string;
  /** The range of the container in the manifest. */
  range: Range;
  parts: { title: string; groups: Group[] }[];
}

/** A part of the plan on some nodes. */
export interface Group {
  /** `null` if all nodes agree. */
  nodes: string | null;
  lines: string[];
}

/** A request to the linter. */
export type Question =
  | { ask: "judge"; input: Input }
  | { ask: "fix"; input: Input; object: number; rules: string[] | null }
  | { ask: "plan"; input: Input }
  | { ask: "replay"; session: string }
  | { ask: "cluster"; operation: string; payload: string };

/** The findings that no comment waives, with their details. */
export function counted({ report, details }: JudgedObject): (Finding & Detail)[] {
  const unplaced: Detail = { range: { from: 0, to: 0 }, container: null, fixable: false };
  return report.findings
    .map((finding, index) => ({ ...finding, ...(details[index] ?? unplaced) }))
    .filter(({ waived }) => waived === undefined);
}

/** The message and the fix of a finding. */
export function wording({ message, fix }: Finding): string {
  return fix === "" ? message : `${message}; ${fix}`;
}
