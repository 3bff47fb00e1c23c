/** The plans below the editors. */

import type { Group, Outline, Planned, Range } from "../judged.ts";
import { element } from "./elements.ts";

/** Replaces the shown plans; `go` shows a place in the manifest. */
export function showPlans({ outlines, legend }: Planned, into: HTMLElement, go: (range: Range) => void): void {
  const words = outlines.length > 0 ? legend : "Nothing to plan: the manifest has no HostProcess container.";
  into.replaceChildren(...outlines.map((outline) => article(outline, go)), element("p", { class: "more" }, words));
}

function article({ title, range, parts }: Outline, go: (range: Range) => void): HTMLElement {
  const name = element("button", { type: "button", class: "object-name", click: () => go(range) }, title);
  const head = element("div", { class: "object-head" }, element("h3", {}, name));
  const list = element("dl", { class: "plan" });
  for (const { title, groups } of parts) {
    list.append(element("dt", {}, title), element("dd", {}, ...groups.flatMap(group)));
  }
  return element("article", { class: "object", "aria-label": title }, head, list);
}

function group({ nodes, lines }: Group): HTMLElement[] {
  const names = nodes === null ? [] : [element("p", { class: "nodes" }, nodes)];
  return [...names, element("pre", {}, lines.join("\n"))];
}
