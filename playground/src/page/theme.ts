/** Light or dark theme: the system's, until the user selects one. */

const KEY = "theme";

export function setUpTheme(button: HTMLButtonElement): void {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = (): boolean => (root.dataset["theme"] ?? (system.matches ? "dark" : "light")) === "dark";
  const describe = (): void => {
    button.setAttribute("aria-label", isDark() ? "Use light colours" : "Use dark colours");
    button.title = button.getAttribute("aria-label") ?? "";
    button.textContent = isDark() ? "☀" : "☾";
  };
  const chosen = remembered();
  if (chosen !== null) root.dataset["theme"] = chosen;
  button.addEventListener("click", () => {
    root.dataset["theme"] = isDark() ? "light" : "dark";
    remember(root.dataset["theme"]);
    describe();
  });
  system.addEventListener("change", describe);
  describe();
}

/** `null` if no theme was stored. A page saved to a file may have no storage. */
function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice lasts until the page is closed.
  }
}
