/** Judges a manifest under settings: what the page asks its worker. */

import { annotatedRules, denials, isMended, noteOnOld, warnings, type Finding } from "./answer.ts";
import { fix, mending, type Fix } from "./fix.ts";
import { at, isEqual, isObject, type Json, type JsonObject } from "./json.ts";
import { read, type ManifestObject, type Problem } from "./manifest.ts";
import type { Policy, ValidationResponse } from "./policy/policy.ts";
import { Session, SessionError } from "./policy/session.ts";
import { GuestError } from "./policy/wapc.ts";
import { admissionRequest, objectOf, titleOf, type Circumstances } from "./request.ts";
import { readSettings, type Settings } from "./settings.ts";
import type { Range } from "./yaml/place.ts";

export interface Input {
  manifest: string;
  /** The objects as they were before. Those of the manifest that have a counterpart here are judged as updated. */
  before: string;
  settings: string;
  /** Recorded answers of the cluster. */
  session: string;
  circumstances: Circumstances;
}

export interface Report {
  /** `undefined` when they are not valid. */
  settings: Settings | undefined;
  settingsProblem: Problem | undefined;
  sessionProblem: Problem | undefined;
  beforeProblems: Problem[];
  /** Parts of the manifest that could not be read, and keys written twice. */
  problems: Problem[];
  /** Empty while the settings or the session are not valid: policy-server would not answer either. */
  objects: ObjectReport[];
  /** How many objects were left out. */
  notJudged: number;
}

export interface PlacedFinding extends Finding {
  range: Range;
}

export interface ObjectReport {
  title: string;
  operation: string;
  range: Range;
  verdict: "accept" | "warn" | "deny" | "failed";
  findings: PlacedFinding[];
  /** The ids of rules whose findings the policy can mend. */
  fixable: string[];
  /** Whether the answer contains a changed object. */
  isChanged: boolean;
  /** The answer, or what the module failed with. */
  response: ValidationResponse | string;
}

/** Each object takes several questions, and the answer should come while one looks. */
const MAX_OBJECTS = 100;

/** Judges the objects. What the text holds cannot make it fail; an endless module can, which the page has to stop. */
export function judge(policy: Policy, input: Input): Report {
  const manifest = read(input.manifest);
  const before = read(input.before);
  const report: Report = {
    settings: undefined,
    settingsProblem: undefined,
    sessionProblem: undefined,
    beforeProblems: before.problems,
    problems: manifest.problems,
    objects: [],
    notJudged: 0,
  };
  const settings = readSettings(policy, input.settings);
  if ("message" in settings) return { ...report, settingsProblem: settings };
  report.settings = settings;
  let session: Session;
  try {
    session = Session.read(input.session);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    const range = { from: error.offset, to: error.offset };
    return { ...report, sessionProblem: { range, message: error.message, isError: true } };
  }
  const judgeOne = (item: ManifestObject): ObjectReport => {
    const request = admissionRequest(item, counterpart(item, before.objects), input.circumstances);
    return new Question(policy, settings.value, session).judge(item, request);
  };
  const notJudged = Math.max(0, manifest.objects.length - MAX_OBJECTS);
  return { ...report, objects: manifest.objects.slice(0, MAX_OBJECTS).map(judgeOne), notJudged };
}

/** The changes that mend an object, by these rules or by all that can. */
export function mend(policy: Policy, input: Input, index: number, rules: string[] | "safe"): Fix {
  const item = read(input.manifest).objects[index];
  const settings = readSettings(policy, input.settings);
  if (item === undefined || "message" in settings) return { edits: [], refused: [] };
  const request = admissionRequest(item, undefined, input.circumstances);
  const { operations } = mending(policy, item, request, settings.value, Session.read(input.session), rules);
  return fix(input.manifest, index, operations);
}

/** The object of the same kind, namespace and name. */
function counterpart(item: ManifestObject, before: ManifestObject[]): Json | undefined {
  const name = (other: ManifestObject): Json[] => [
    other.kind,
    at(objectOf(other), "metadata", "namespace") ?? null,
    at(objectOf(other), "metadata", "name") ?? null,
  ];
  const found = before.find((old) => isEqual(name(old), name(item)));
  return found === undefined ? undefined : objectOf(found);
}

/** One question to the policy, and those that it takes to show the answer. */
class Question {
  constructor(
    private readonly policy: Policy,
    private readonly settings: JsonObject,
    private readonly session: Session,
  ) {}

  judge(item: ManifestObject, request: JsonObject): ObjectReport {
    const about = {
      title: titleOf(item),
      operation: String(at(request, "operation") ?? ""),
      range: item.node.place(),
    };
    try {
      const response = this.ask(request, this.settings);
      const findings = this.findings(request, response).map((finding) => ({
        ...finding,
        range: item.node.nearest(finding.path ?? "").place(),
      }));
      const verdict = !response.accepted ? "deny" : (response.warnings?.length ?? 0) > 0 ? "warn" : "accept";
      const isChanged = isObject(response.mutated_object);
      const fixable =
        findings.length === 0 ? [] : mending(this.policy, item, request, this.settings, this.session, "safe").rules;
      return { ...about, verdict, findings, fixable, isChanged, response };
    } catch (error) {
      if (!(error instanceof GuestError)) throw error;
      return { ...about, verdict: "failed", findings: [], fixable: [], isChanged: false, response: error.message };
    }
  }

  private ask(request: JsonObject, settings: JsonObject): ValidationResponse {
    return this.policy.validate(request, settings, this.session.replay());
  }

  /** What denies, and what warns: of each rule all its findings, where the module names them when it is asked again. */
  private findings(request: JsonObject, response: ValidationResponse): Finding[] {
    const denied = denials(response);
    const warned = warnings(response);
    const details = this.details(request, response).filter((detail) => !denied.some((other) => isSame(detail, other)));
    const explained = details.map((detail) => {
      const note = warned.filter(({ rule }) => rule === detail.rule).map(noteOnOld);
      return { ...detail, severity: "warn" as const, text: detail.text + (note[0] ?? "") };
    });
    const rest = warned.filter((warning) => isMended(warning) || !details.some(({ rule }) => rule === warning.rule));
    return [...denied, ...explained, ...rest];
  }

  /**
   * All that the module warns of. A warning shows one finding of its rule, shortened; a denial shows all of them. So the module
   * is asked once more with the rules that warned set to deny and those that denied turned off.
   */
  private details(request: JsonObject, response: ValidationResponse): Finding[] {
    const warned = annotatedRules(response, "warned-rules");
    if (warned.length === 0) return [];
    const off = annotatedRules(response, "denied-rules").map((rule) => [rule, "off"]);
    const overrides = this.settings["rules"];
    const rules = {
      ...(isObject(overrides) ? overrides : {}),
      ...Object.fromEntries([...off, ...warned.map((rule) => [rule, "deny"])]),
    };
    return denials(this.ask(request, { ...this.settings, ratchet: false, rules })).filter(
      // Without a rule: how many more there are.
      ({ rule }) => rule === undefined || warned.includes(rule),
    );
  }
}

function isSame(a: Finding, b: Finding): boolean {
  return a.rule === b.rule && a.path === b.path && a.text === b.text;
}
