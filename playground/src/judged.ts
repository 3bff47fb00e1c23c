/** What the linter is asked about, and what it answers: playground/wasm/src has the same. */

import type { JsonObject } from "./json.ts";

export interface Input {
  manifest: string;
  /** The objects as they were before. Those of the manifest that have a counterpart here are judged as updated. */
  before: string;
  settings: string;
  /** Recorded answers of the cluster. */
  session: string;
  circumstances: Circumstances;
}

/** What a manifest does not say about the request that creates its object. Empty texts stand for what is not known. */
export interface Circumstances {
  namespace: string;
  user: string;
  groups: string[];
  subresource: string;
}

/** A part of a text, in units of UTF-16. */
export interface Range {
  from: number;
  to: number;
}

export interface Judged {
  /** `null` when they are not valid. */
  settings: Settings | null;
  settingsProblem: Problem | null;
  sessionProblem: Problem | null;
  beforeProblems: Problem[];
  /** What is wrong with the text of the manifest, apart from findings. */
  problems: Problem[];
  /** Empty while the settings or the session are not valid: policy-server would not answer either. */
  objects: JudgedObject[];
  /** How many objects were left out. */
  notShown: number;
}

export interface Settings {
  value: JsonObject;
  /** Whether the text is a whole policy, of which these are the settings. */
  isPolicy: boolean;
}

export interface Problem {
  range: Range;
  message: string;
  /** A part could not be read; else it probably means something else than its author thinks. */
  isError: boolean;
}

export interface JudgedObject {
  report: ObjectReport;
  title: string;
  operation: string;
  range: Range;
  /** For each finding. */
  details: Detail[];
  /** The question to the module about the object, in JSON. */
  question: string;
}

/** As `hostprocess check -o json` prints it. */
export interface ObjectReport {
  verdict: Verdict;
  findings: Finding[];
}

export type Verdict = "accept" | "warn" | "deny";

export interface Finding {
  rule: string;
  severity: "deny" | "warn";
  /** Empty when the finding is about the whole object. */
  path: string;
  message: string;
  /** Empty when the message says it. */
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
  /** The fixes that the text cannot take, and why. */
  refused: string[];
}

/** The starts of containers. */
export interface Planned {
  /** As `hostprocess plan -o json` prints them. */
  plans: JsonObject[];
  /** The same in words. */
  outlines: Outline[];
  legend: string;
}

export interface Outline {
  title: string;
  /** Where its container is in the manifest. */
  range: Range;
  parts: { title: string; groups: Group[] }[];
}

/** A part as it is on some nodes. */
export interface Group {
  /** `null` where all nodes agree. */
  nodes: string | null;
  lines: string[];
}

/** What the linter is asked. */
export type Question =
  | { ask: "judge"; input: Input }
  | { ask: "fix"; input: Input; object: number; rules: string[] | null }
  | { ask: "plan"; input: Input }
  | { ask: "replay"; session: string }
  | { ask: "cluster"; operation: string; payload: string };

/** The findings that no comment waives, each with its details. */
export function counted({ report, details }: JudgedObject): (Finding & Detail)[] {
  const unplaced: Detail = { range: { from: 0, to: 0 }, container: null, fixable: false };
  return report.findings
    .map((finding, index) => ({ ...finding, ...(details[index] ?? unplaced) }))
    .filter(({ waived }) => waived === undefined);
}

/** What is wrong, and what to write instead. */
export function wording({ message, fix }: Finding): string {
  return fix === "" ? message : `${message}; ${fix}`;
}
