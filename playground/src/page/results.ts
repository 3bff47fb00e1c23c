/** The verdicts and findings below the editors. */

import { counted as findingsOf, wording, type Detail, type Finding, type Judged } from "../judged.ts";
import type { JudgedObject, Problem, Range, Verdict } from "../judged.ts";
import { difference, type Answer } from "../policy/answers.ts";
import { element } from "./elements.ts";

export interface Actions {
  /** Shows a place in an editor. */
  go: (editor: "manifest" | "before" | "settings" | "session", range: Range) => void;
  /** Writes the fixes of these rules, or of all, into the manifest. */
  fix: (object: number, rules: string[] | null) => void;
  /** The number of a line of the manifest. */
  line: (offset: number) => number;
  /** The page of a rule. */
  rulePage: (rule: string) => string;
}

/** More rows would make the page slow. */
const MAX_FINDINGS = 200;

const VERDICTS = { accept: "Accepted", warn: "Accepted with warnings", deny: "Denied" } as const;

type Placed = Finding & Detail;

const OPERATIONS: Record<string, string> = { CREATE: "created", UPDATE: "updated", DELETE: "deleted" };

/** A summary of a report in a few words. */
export function summary(report: Judged): string {
  if (report.settingsProblem !== null) return "The settings are not valid.";
  if (report.sessionProblem !== null) return "The answers of the cluster cannot be read.";
  const unread = report.problems.filter(({ isError }) => isError).length;
  if (report.objects.length === 0) {
    return unread > 0 ? "The manifest cannot be read." : "Nothing to judge: the manifest has no objects.";
  }
  const count = (verdict: Verdict): number =>
    report.objects.filter((object) => object.report.verdict === verdict).length;
  const parts = [
    [count("accept"), "accepted"],
    [count("warn"), "accepted with warnings"],
    [count("deny"), "denied"],
  ] as const;
  const shown = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  const findings = report.objects.reduce((sum, object) => sum + findingsOf(object).length, 0);
  const sentences = [`${counted(report.objects.length, "object")}: ${shown.join(", ")}.`];
  if (findings > 0) sentences.push(`${counted(findings, "finding")}.`);
  if (unread > 0) sentences.push(`${counted(unread, "part")} of the manifest could not be read.`);
  return sentences.join(" ");
}

function counted(number: number, thing: string): string {
  return number === 1 ? `1 ${thing}` : `${number} ${thing}s`;
}

/** Replaces the shown report. Returns the element of each object. */
export function show(report: Judged, into: HTMLElement, actions: Actions): HTMLElement[] {
  const rows: Node[] = [];
  if (report.settingsProblem !== null) rows.push(problem("Settings", "settings", report.settingsProblem, actions));
  if (report.sessionProblem !== null) rows.push(problem("Cluster", "session", report.sessionProblem, actions));
  for (const found of report.beforeProblems.slice(0, MAX_FINDINGS))
    rows.push(problem("Before the update", "before", found, actions));
  for (const found of report.problems.slice(0, MAX_FINDINGS))
    rows.push(problem("Manifest", "manifest", found, actions));
  let room = MAX_FINDINGS;
  const objects = report.objects.map((object, index) => {
    const shown = objectResult(object, index, room, actions);
    room = Math.max(0, room - findingsOf(object).length);
    return shown;
  });
  rows.push(...objects);
  if (report.notShown > 0) {
    const more = `${counted(report.notShown, "more object")} not shown: this page shows 100, hostprocess check shows all.`;
    rows.push(element("p", { class: "more" }, more));
  }
  into.replaceChildren(...rows);
  return objects;
}

/** Adds the module's response about an object, and its differences from the findings. */
export function showAnswer(object: JudgedObject, answer: Answer, into: HTMLElement): void {
  if (typeof answer === "string") return into.append(element("p", { class: "failure" }, answer));
  const differs = difference(object, answer);
  if (differs !== undefined) into.append(element("p", { class: "failure" }, differs));
  if (answer.mutated_object !== undefined && answer.mutated_object !== null) {
    const words = "The policy fixes this pod when it is created. The findings are those of the fixed pod.";
    into.append(element("p", { class: "note" }, words));
  }
  into.append(details(answer));
}

/** Shows an error instead of findings, such as a linter that did not respond. */
export function showFailure(message: string, into: HTMLElement): void {
  into.replaceChildren(element("div", { class: "object" }, element("p", { class: "failure" }, message)));
}

function problem(
  where: string,
  editor: "manifest" | "before" | "settings" | "session",
  { range, message, isError }: Problem,
  actions: Actions,
): HTMLElement {
  const severity = isError ? "deny" : "warn";
  const words = element("span", { class: "words" }, element("span", { class: "message" }, message));
  const label = element("span", { class: "line" }, where);
  const button = element(
    "button",
    { class: "finding-button", type: "button", click: () => actions.go(editor, range) },
    icon(severity),
    label,
    words,
  );
  return element("div", { class: `finding ${severity} problem` }, button);
}

function objectResult(object: JudgedObject, index: number, room: number, actions: Actions): HTMLElement {
  const findings = findingsOf(object);
  const { verdict } = object.report;
  const heading = element(
    "div",
    { class: "object-head" },
    element("span", { class: `verdict ${verdict}` }, VERDICTS[verdict]),
    element(
      "h3",
      {},
      element(
        "button",
        { type: "button", class: "object-name", click: () => actions.go("manifest", object.range) },
        object.title,
      ),
    ),
    element("span", { class: "operation" }, OPERATIONS[object.operation] ?? object.operation),
  );
  const fixable = new Set(findings.filter(({ fixable }) => fixable).map(({ rule }) => rule)).size;
  if (fixable > 0) {
    const words = fixable === 1 ? "Apply the fix" : `Apply ${fixable} fixes`;
    heading.append(
      element("button", { type: "button", class: "fix-all", click: () => actions.fix(index, null) }, words),
    );
  }
  const shown = inOrder(findings).slice(0, room);
  const list = element(
    "ul",
    { class: "findings", "aria-label": `Findings in ${object.title}` },
    ...shown.map((found) => row(found, index, actions)),
  );
  const article = element("article", { class: "object", "aria-label": object.title }, heading);
  if (shown.length > 0) article.append(list);
  const more = findings.length - shown.length;
  if (more > 0) article.append(element("p", { class: "more" }, `and ${more} more findings`));
  const waived = object.report.findings.length - findings.length;
  if (waived > 0) {
    const words = `${counted(waived, "finding")} waived by comments, which the policy does not read.`;
    article.append(element("p", { class: "note" }, words));
  }
  return article;
}

/** Denials first, each group in the order of the manifest. */
function inOrder(findings: Placed[]): Placed[] {
  const rank = ({ severity }: Placed): number => (severity === "deny" ? 0 : 1);
  return findings.toSorted((a, b) => rank(a) - rank(b) || a.range.from - b.range.from);
}

function row(finding: Placed, index: number, actions: Actions): HTMLElement {
  const words = element("span", { class: "words" });
  // The message follows the path.
  if (finding.path !== "") {
    const container = finding.container === null ? "" : ` (container '${finding.container}')`;
    words.append(element("span", { class: "path" }, `${finding.path}${container}:`), " ");
  }
  words.append(element("span", { class: "message" }, wording(finding)));
  const line = element("span", { class: "line" }, `Line ${actions.line(finding.range.from)}`);
  const button = element(
    "button",
    { class: "finding-button", type: "button", click: () => actions.go("manifest", finding.range) },
    icon(finding.severity),
    line,
    words,
  );
  const item = element("li", { class: `finding ${finding.severity}` }, button);
  const { rule } = finding;
  const tools = element("span", { class: "tools" });
  if (finding.fixable) {
    tools.append(
      element(
        "button",
        { type: "button", class: "fix", "aria-label": `Fix ${rule}`, click: () => actions.fix(index, [rule]) },
        "Fix",
      ),
    );
  }
  tools.append(
    element(
      "a",
      {
        class: "rule",
        href: actions.rulePage(rule),
        target: "_blank",
        rel: "noreferrer",
        title: "Documentation of the rule",
      },
      rule,
    ),
  );
  item.append(tools);
  return item;
}

function icon(severity: "deny" | "warn"): HTMLElement {
  const words = severity === "deny" ? "Denied: " : "Warning: ";
  return element("span", { class: `icon ${severity}` }, element("span", { class: "visually-hidden" }, words));
}

/** The whole response, rendered when it is opened. */
function details(response: object): HTMLElement {
  const text = element("pre", { tabindex: "0", "aria-label": "Response of the module" });
  const details = element("details", { class: "answer" }, element("summary", {}, "Response of the module"), text);
  details.addEventListener("toggle", () => {
    text.textContent = details.open ? JSON.stringify(response, null, 2).slice(0, 100_000) : "";
  });
  return details;
}
