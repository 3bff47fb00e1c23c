/** Tabs according to the ARIA Authoring Practices: arrow keys move between tabs, Tab moves into the panel. */

export class Tabs {
  private readonly tabs: HTMLElement[];

  /** `onSelect` is called when the user selects a tab. */
  constructor(
    list: HTMLElement,
    private readonly onSelect: () => void = () => undefined,
  ) {
    this.tabs = [...list.querySelectorAll<HTMLElement>("[role=tab]")];
    for (const tab of this.tabs) tab.addEventListener("click", () => this.select(tab));
    list.addEventListener("keydown", (event) => this.move(event));
    this.show(this.tabs[0]);
  }

  /** Shows a panel. */
  open(panel: string): void {
    this.show(this.tabs.find((tab) => tab.getAttribute("aria-controls") === panel));
  }

  /** Whether a panel is shown. */
  shows(panel: string): boolean {
    return this.tabs.some(
      (tab) => tab.getAttribute("aria-controls") === panel && tab.getAttribute("aria-selected") === "true",
    );
  }

  /** Marks a tab whose panel has a problem or is filled in. */
  mark(panel: string, mark: "problem" | "filled" | undefined): void {
    const tab = this.tabs.find((tab) => tab.getAttribute("aria-controls") === panel);
    if (tab === undefined) return;
    const words = { problem: "has a problem", filled: "is in use" };
    tab.classList.toggle("has-problem", mark === "problem");
    tab.classList.toggle("is-filled", mark === "filled");
    tab.title = mark === undefined ? "" : words[mark];
  }

  private select(tab: HTMLElement): void {
    this.show(tab);
    tab.focus();
    this.onSelect();
  }

  private show(selected: HTMLElement | undefined): void {
    for (const tab of this.tabs) {
      const isSelected = tab === selected;
      tab.setAttribute("aria-selected", String(isSelected));
      tab.tabIndex = isSelected ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      panel?.toggleAttribute("hidden", !isSelected);
    }
  }

  private move(event: KeyboardEvent): void {
    const current = this.tabs.indexOf(event.target as HTMLElement);
    const last = this.tabs.length - 1;
    const targets: Record<string, number> = {
      ArrowRight: current === last ? 0 : current + 1,
      ArrowLeft: current === 0 ? last : current - 1,
      Home: 0,
      End: last,
    };
    const target = this.tabs[targets[event.key] ?? -1];
    if (current < 0 || target === undefined) return;
    event.preventDefault();
    this.select(target);
  }
}
