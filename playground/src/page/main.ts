/** The page: connects the editors and forms with the linter and the policy in their worker. */

import { counted, wording, type Input, type Judged, type Problem, type Range, type Settings } from "../judged.ts";
import { complete } from "./completion.ts";
import { compileModule, readData, readWorkerSource, type Data, type Example } from "./data.ts";
import { Editor, type Mark } from "./editor.ts";
import { byId, element } from "./elements.ts";
import { JudgeClient, JudgeError } from "./judge-client.ts";
import { showPlans } from "./plans.ts";
import { clusterAdmissionPolicy } from "./policy-text.ts";
import { show, showAnswer, showFailure, summary } from "./results.ts";
import { isLink, LinkError, pack, unpack } from "./share.ts";
import { Tabs } from "./tabs.ts";
import { setUpTheme } from "./theme.ts";

type EditorName = "manifest" | "before" | "settings" | "session";

/** The pause in typing after which the input is judged. */
const PAUSE_MS = 250;
/** A request that takes longer is announced. */
const SLOW_MS = 500;
/** The denied example, because it shows more of the page. */
const FIRST_EXAMPLE = 1;
/** The performance mark of the first verdict. */
const FIRST_VERDICT = "first-verdict";

class Page {
  private readonly editors: Record<EditorName, Editor>;
  private readonly user = byId("user", HTMLInputElement);
  private readonly groups = byId("groups", HTMLInputElement);
  private readonly namespace = byId("namespace", HTMLInputElement);
  private readonly subresource = byId("subresource", HTMLSelectElement);
  private readonly examples = byId("examples", HTMLSelectElement);
  private readonly sessions = byId("sessions", HTMLSelectElement);
  private readonly status = byId("status", HTMLElement);
  private readonly note = byId("note", HTMLElement);
  private readonly results = byId("results", HTMLElement);
  private readonly resultsHeading = byId("results-heading", HTMLElement);
  private readonly plans = byId("plan", HTMLElement);
  private readonly objectTabs = new Tabs(byId("object-tabs", HTMLElement));
  private readonly policyTabs = new Tabs(byId("policy-tabs", HTMLElement));
  private readonly resultTabs = new Tabs(byId("result-tabs", HTMLElement), () => this.changed(0));
  private pause: ReturnType<typeof setTimeout> | undefined;
  /** Counts changes, so that outdated results are not shown. */
  private version = 0;
  private isAsking = false;

  constructor(
    private readonly data: Data,
    private readonly judge: JudgeClient,
  ) {
    const editor = (id: EditorName, label: string, placeholder: string, schema?: Data["schema"]): Editor =>
      new Editor({
        parent: byId(`${id}-editor`, HTMLElement),
        label,
        placeholder,
        onChange: () => this.changed(),
        ...(schema !== undefined && { complete: complete(schema) }),
      });
    this.editors = {
      manifest: editor("manifest", "Manifest in YAML", "Paste a manifest, or an AdmissionReview"),
      before: editor(
        "before",
        "The objects before the update, in YAML",
        "Empty: the objects are created.\nPaste the old version of an object\nto judge an update.",
      ),
      settings: editor(
        "settings",
        "Settings of the policy in YAML",
        "Empty: the defaults.\nCtrl-Space completes.",
        data.schema,
      ),
      session: editor(
        "session",
        "Recorded answers of the cluster in YAML",
        "Empty: no cluster. Paste a file written by kwctl run\n--record-host-capabilities-interactions.",
      ),
    };
    this.fillMenus();
    for (const field of [this.user, this.groups, this.namespace, this.subresource]) {
      field.addEventListener("input", () => this.changed());
    }
    byId("share", HTMLButtonElement).addEventListener("click", () => void this.share());
    byId("copy-policy", HTMLButtonElement).addEventListener("click", () => void this.copyPolicy());
    setUpTheme(byId("theme", HTMLButtonElement));
    addEventListener("hashchange", () => void this.restore());
    if (!isLink(fragment())) this.open(data.examples[FIRST_EXAMPLE]);
  }

  /** Restores the input from the page's link. */
  async restore(): Promise<void> {
    if (!isLink(fragment())) return;
    try {
      this.examples.value = "";
      this.input = await unpack(fragment());
      this.say("Opened from the link.");
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      if (this.version === 0) this.open(this.data.examples[FIRST_EXAMPLE]);
      this.say(`The link could not be read: ${error.message}.`);
    }
  }

  private get input(): Input {
    return {
      manifest: this.editors.manifest.text,
      before: this.editors.before.text,
      settings: this.editors.settings.text,
      session: this.editors.session.text,
      circumstances: {
        namespace: this.namespace.value.trim(),
        user: this.user.value.trim(),
        groups: this.groups.value.split(/[\s,]+/).filter((group) => group !== ""),
        subresource: this.subresource.value,
      },
    };
  }

  private set input({ manifest, before, settings, session, circumstances }: Input) {
    this.user.value = circumstances.user;
    this.groups.value = circumstances.groups.join(", ");
    this.namespace.value = circumstances.namespace;
    this.subresource.value = circumstances.subresource;
    this.editors.before.text = before;
    this.editors.settings.text = settings;
    this.editors.session.text = session;
    this.editors.manifest.text = manifest;
    this.objectTabs.open("manifest-panel");
    this.policyTabs.open("settings-panel");
    this.changed(0);
  }

  private open(example: Example | undefined): void {
    if (example === undefined) return;
    this.examples.value = String(this.data.examples.indexOf(example));
    this.input = example;
    this.say("");
  }

  private fillMenus(): void {
    const groups = new Map<string, HTMLOptGroupElement>();
    for (const [index, { group, name }] of this.data.examples.entries()) {
      const menu = groups.get(group) ?? element("optgroup", { label: group });
      groups.set(group, menu);
      menu.append(element("option", { value: String(index) }, name));
    }
    this.examples.append(...groups.values());
    this.examples.addEventListener("change", () => {
      if (this.examples.value !== "") this.open(this.data.examples[Number(this.examples.value)]);
    });
    this.sessions.append(
      ...this.data.sessions.map(({ name }, index) => element("option", { value: String(index) }, name)),
    );
    this.sessions.addEventListener("change", () => {
      this.editors.session.text = this.data.sessions[Number(this.sessions.value)]?.text ?? "";
      this.sessions.value = "";
    });
  }

  private changed(pause = PAUSE_MS): void {
    this.version += 1;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => void this.ask(), pause);
  }

  /** Judges the input, and judges it again if it has changed meanwhile. */
  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    for (let asked: number | undefined; asked !== this.version;) {
      asked = this.version;
      const slow = setTimeout(() => (this.status.textContent = "Judging …"), SLOW_MS);
      try {
        const { input } = this;
        const report = await this.judge.judge(input);
        clearTimeout(slow);
        if (asked !== this.version) continue;
        const objects = this.display(report);
        await this.plan(report, input, asked);
        await this.askModule(report, input.session, objects);
      } catch (error) {
        if (asked === this.version) this.fail(error);
      } finally {
        clearTimeout(slow);
      }
    }
    this.isAsking = false;
  }

  /** Shows plans if their tab is open and the settings are valid. */
  private async plan({ settings }: Judged, input: Input, asked: number): Promise<void> {
    if (!this.resultTabs.shows("plan-panel")) return;
    if (settings === null) return this.plans.replaceChildren();
    const planned = await this.judge.plan(input);
    if (asked === this.version) showPlans(planned, this.plans, (range) => this.go("manifest", range));
  }

  /** Shows the module's responses with the linter's findings. */
  private async askModule({ settings, objects }: Judged, session: string, shown: HTMLElement[]): Promise<void> {
    if (settings === null || objects.length === 0) return;
    const questions = objects.map(({ question }) => question);
    const asked = this.judge.module({ settings: JSON.stringify(settings.value), session, objects: questions });
    const answers = await asked.catch((error: unknown) => {
      if (error instanceof JudgeError) return objects.map(() => error.message);
      throw error;
    });
    for (const [index, object] of objects.entries()) {
      const [answer, into] = [answers[index], shown[index]];
      if (answer !== undefined && into !== undefined) showAnswer(object, answer, into);
    }
  }

  /** Returns the element of each object. */
  private display(report: Judged): HTMLElement[] {
    this.status.textContent = summary(report);
    const hadFocus = this.results.contains(document.activeElement);
    const shown = show(report, this.results, {
      go: (editor, range) => this.go(editor, range),
      fix: (object, rules) => void this.fix(object, rules),
      line: (offset) => this.editors.manifest.lineAt(offset),
      rulePage: (rule) => `${this.data.rulesPage}#${rule}`,
    });
    // The pressed button no longer exists, so the keyboard focus would return to the top of the page.
    if (hadFocus) this.resultsHeading.focus({ preventScroll: true });
    const findings = report.objects.flatMap(counted);
    this.editors.manifest.mark([
      ...report.problems.map(problemMark),
      ...findings.map((found): Mark => ({
        range: found.range,
        severity: found.severity === "deny" ? "error" : "warning",
        message: wording(found),
        source: found.rule,
      })),
    ]);
    this.editors.before.mark(report.beforeProblems.map(problemMark));
    this.editors.settings.mark([report.settingsProblem ?? []].flat().map(problemMark));
    this.editors.session.mark([report.sessionProblem ?? []].flat().map(problemMark));
    this.markTabs(report);
    document.documentElement.dataset["verdict"] = report.objects.map(({ report: { verdict } }) => verdict).join(" ");
    if (performance.getEntriesByName(FIRST_VERDICT).length === 0) performance.mark(FIRST_VERDICT);
    return shown;
  }

  private markTabs(report: Judged): void {
    const {
      before,
      session,
      circumstances: { user, groups, namespace, subresource },
    } = this.input;
    const hasRequester = user !== "" || groups.length > 0 || namespace !== "" || subresource !== "";
    const filled = (isFilled: boolean): "filled" | undefined => (isFilled ? "filled" : undefined);
    this.policyTabs.mark("settings-panel", report.settingsProblem ? "problem" : undefined);
    this.policyTabs.mark("session-panel", report.sessionProblem ? "problem" : filled(session.trim() !== ""));
    this.policyTabs.mark("requester-panel", filled(hasRequester));
    this.objectTabs.mark("before-panel", report.beforeProblems.length > 0 ? "problem" : filled(before.trim() !== ""));
  }

  /** The linter or the page failed: removes the outdated findings. */
  private fail(error: unknown): void {
    const message = error instanceof JudgeError ? error.message : `The page failed: ${String(error)}`;
    this.status.textContent = "The linter did not respond.";
    showFailure(message, this.results);
    this.plans.replaceChildren();
    for (const editor of Object.values(this.editors)) editor.mark([]);
    document.documentElement.dataset["verdict"] = "failed";
  }

  private go(editor: EditorName, range: Range): void {
    (editor === "manifest" || editor === "before" ? this.objectTabs : this.policyTabs).open(`${editor}-panel`);
    this.editors[editor].go(range);
  }

  private async fix(object: number, rules: string[] | null): Promise<void> {
    const asked = this.version;
    try {
      const { input } = this;
      const { text, refused } = await this.judge.fix(input, object, rules);
      if (asked !== this.version) return;
      this.editors.manifest.edit(text);
      const done = text === input.manifest ? [] : ["Fixed in the manifest; undo reverts it."];
      this.say([...done, ...refused.map((reason) => `Not fixed: ${reason}.`)].join(" "));
    } catch (error) {
      this.fail(error);
    }
  }

  private async share(): Promise<void> {
    history.replaceState(null, "", `#${await pack(this.input)}`);
    await this.copy(
      location.href,
      "The link is copied. It contains all input; no server stores it.",
      "The link is in the address bar.",
    );
  }

  private async copyPolicy(): Promise<void> {
    const { input } = this;
    try {
      const readSettings = async (text: string): Promise<Settings | null> =>
        (await this.judge.judge({ ...input, manifest: "", before: "", settings: text })).settings;
      const settings = await readSettings(input.settings);
      if (settings === null) return this.say("The settings are not valid: correct them, then copy the policy.");
      const { policy, contextAwareResources } = this.data;
      const text = settings.isPolicy
        ? input.settings
        : await clusterAdmissionPolicy(
            policy,
            contextAwareResources,
            input.settings,
            settings.value,
            async (text) => (await readSettings(text))?.value,
          );
      await this.copy(
        text,
        settings.isPolicy
          ? "The policy is copied unchanged."
          : "The ClusterAdmissionPolicy is copied. It only monitors; set mode: protect to enforce it.",
        "The browser does not allow this page to copy.",
      );
    } catch (error) {
      this.fail(error);
    }
  }

  private async copy(text: string, done: string, otherwise: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say(done);
    } catch {
      this.say(otherwise);
    }
  }

  private say(words: string): void {
    this.note.textContent = words;
  }
}

function fragment(): string {
  return location.hash.slice(1);
}

function problemMark({ range, message, isError }: Problem): Mark {
  return { range, message, severity: isError ? "error" : "warning" };
}

const data = readData();
const judge = new JudgeClient(readWorkerSource(), compileModule("linter"), () => compileModule("policy"));
byId("digest", HTMLElement).textContent = data.sha256;
void new Page(data, judge).restore();
