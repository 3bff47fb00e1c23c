/** The verdicts and findings below the editors. */

import type { ObjectReport, PlacedFinding, Report } from "../judge.ts";
import type { Problem } from "../manifest.ts";
import type { Range } from "../yaml/place.ts";
import { element } from "./elements.ts";

export interface Actions {
  /** Shows a place in an editor. */
  go: (editor: "manifest" | "before" | "settings" | "session", range: Range) => void;
  /** Writes the fixes of these rules into the manifest. */
  fix: (object: number, rules: string[] | "safe") => void;
  /** The number of a line of the manifest. */
  line: (offset: number) => number;
  /** The page of a rule. */
  rulePage: (rule: string) => string;
}

/** More rows than anybody reads would only make the page slow. */
const MAX_FINDINGS = 200;

const VERDICTS = { accept: "Accepted", warn: "Accepted with warnings", deny: "Denied", failed: "No answer" } as const;

const OPERATIONS: Record<string, string> = { CREATE: "created", UPDATE: "updated", DELETE: "deleted" };

/** What a report says in one sentence. */
export function summary(report: Report): string {
  if (report.settingsProblem !== undefined) return "The settings are not valid.";
  if (report.sessionProblem !== undefined) return "The answers of the cluster cannot be read.";
  const unread = report.problems.filter(({ isError }) => isError).length;
  if (report.objects.length === 0) {
    return unread > 0 ? "The manifest cannot be read." : "Nothing to judge: the manifest has no objects.";
  }
  const count = (verdict: ObjectReport["verdict"]): number =>
    report.objects.filter((object) => object.verdict === verdict).length;
  const parts = [
    [count("accept"), "accepted"],
    [count("warn"), "accepted with warnings"],
    [count("deny"), "denied"],
    [count("failed"), "without an answer"],
  ] as const;
  const shown = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  const findings = report.objects.reduce((sum, object) => sum + object.findings.length, 0);
  const sentences = [`${counted(report.objects.length, "object")}: ${shown.join(", ")}.`];
  if (findings > 0) sentences.push(`${counted(findings, "finding")}.`);
  if (unread > 0) sentences.push(`${counted(unread, "part")} of the manifest could not be read.`);
  return sentences.join(" ");
}

function counted(number: number, thing: string): string {
  return number === 1 ? `1 ${thing}` : `${number} ${thing}s`;
}

/** Shows a report in place of what was there. */
export function show(report: Report, into: HTMLElement, actions: Actions): void {
  const rows: Node[] = [];
  if (report.settingsProblem !== undefined) rows.push(problem("Settings", "settings", report.settingsProblem, actions));
  if (report.sessionProblem !== undefined) rows.push(problem("Cluster", "session", report.sessionProblem, actions));
  for (const found of report.beforeProblems.slice(0, MAX_FINDINGS))
    rows.push(problem("Before the update", "before", found, actions));
  for (const found of report.problems.slice(0, MAX_FINDINGS))
    rows.push(problem("Manifest", "manifest", found, actions));
  let room = MAX_FINDINGS;
  for (const [index, object] of report.objects.entries()) {
    rows.push(objectResult(object, index, room, actions));
    room = Math.max(0, room - object.findings.length);
  }
  if (report.notJudged > 0) {
    rows.push(
      element(
        "p",
        { class: "more" },
        `${counted(report.notJudged, "more object")} not judged: this page judges 100 at a time, hostprocess check any number.`,
      ),
    );
  }
  into.replaceChildren(...rows);
}

/** What went wrong beside the findings, such as a policy that gave no answer. */
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

function objectResult(object: ObjectReport, index: number, room: number, actions: Actions): HTMLElement {
  const heading = element(
    "div",
    { class: "object-head" },
    element("span", { class: `verdict ${object.verdict}` }, VERDICTS[object.verdict]),
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
  if (object.fixable.length > 0) {
    const words = object.fixable.length === 1 ? "Apply the fix" : `Apply ${object.fixable.length} fixes`;
    heading.append(
      element("button", { type: "button", class: "fix-all", click: () => actions.fix(index, "safe") }, words),
    );
  }
  const shown = inOrder(object.findings).slice(0, room);
  const list = element(
    "ul",
    { class: "findings", "aria-label": `Findings in ${object.title}` },
    ...shown.map((found) => row(found, object, index, actions)),
  );
  const article = element("article", { class: "object", "aria-label": object.title }, heading);
  if (typeof object.response === "string") article.append(element("p", { class: "failure" }, object.response));
  if (shown.length > 0) article.append(list);
  const more = object.findings.length - shown.length;
  if (more > 0) article.append(element("p", { class: "more" }, `and ${more} more findings`));
  if (object.isChanged) {
    article.append(
      element(
        "p",
        { class: "note" },
        "The policy changes this pod as it is created, and the findings are those of the changed pod.",
      ),
    );
  }
  if (typeof object.response !== "string") article.append(answer(object.response));
  return article;
}

/** What denies first, and from the top of the manifest to its end. */
function inOrder(findings: PlacedFinding[]): PlacedFinding[] {
  const rank = ({ severity }: PlacedFinding): number => (severity === "deny" ? 0 : 1);
  return findings.toSorted((a, b) => rank(a) - rank(b) || a.range.from - b.range.from);
}

function row(finding: PlacedFinding, object: ObjectReport, index: number, actions: Actions): HTMLElement {
  const words = element("span", { class: "words" });
  // The message goes on where the path ends.
  if (finding.path !== undefined) {
    const container = finding.container === undefined ? "" : ` (container '${finding.container}')`;
    words.append(element("span", { class: "path" }, `${finding.path}${container}:`), " ");
  }
  words.append(element("span", { class: "message" }, finding.text));
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
  if (rule === undefined) return item;
  const tools = element("span", { class: "tools" });
  if (object.fixable.includes(rule)) {
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
        title: "What the rule reads, and how that is known",
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

/** The answer itself, written when somebody opens it. */
function answer(response: object): HTMLElement {
  const text = element("pre", { tabindex: "0", "aria-label": "Answer of the module" });
  const details = element("details", { class: "answer" }, element("summary", {}, "Answer of the module"), text);
  details.addEventListener("toggle", () => {
    text.textContent = details.open ? JSON.stringify(response, null, 2).slice(0, 100_000) : "";
  });
  return details;
}
