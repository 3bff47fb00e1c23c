/** The page's behaviour in Chromium. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { checked } from "./repository.ts";
import { BROKEN, choose, host, link, PAGE, textOf, verdict, visit, write } from "./visit.ts";

test("the AKS sample is accepted", async () => {
  await visit(PAGE, async (opened) => {
    await choose(opened, "The AKS sample");
    await verdict(opened, "accept");
    assert.equal(await opened.locator("#status").textContent(), "1 object: 1 accepted.");
    assert.equal(await opened.locator(".finding").count(), 0);
    assert.equal(await opened.locator("#manifest-editor .cm-lint-marker").count(), 0);
  });
});

interface Shown {
  rule: string;
  severity: string;
  line: number;
}

test("the broken example is denied, with findings and marks at the command's lines", async () => {
  const reports = await checked("examples/broken.yaml");
  const findings = reports.get("examples/broken.yaml")?.[0]?.findings as unknown as Shown[];
  const expected = findings.map(({ rule, severity, line }) => `${severity} ${rule} ${line}`).sort();
  assert(expected.length === 10, expected.join());
  await visit(
    PAGE,
    async (opened) => {
      await verdict(opened, "deny");
      const shown = await opened.locator("li.finding").evaluateAll((rows) =>
        rows.map((row) => {
          const text = (selector: string): string => row.querySelector(selector)?.textContent ?? "";
          return `${row.classList.contains("deny") ? "deny" : "warn"} ${text(".rule")} ${text(".line").replace("Line ", "")}`;
        }),
      );
      assert.deepEqual(shown.sort(), expected);
      const marked = await opened.evaluate(() => {
        const place = (element: Element): number => Math.round(element.getBoundingClientRect().top);
        const numbers = new Map(
          [...document.querySelectorAll("#manifest-editor .cm-lineNumbers .cm-gutterElement")].map((line) => [
            place(line),
            Number(line.textContent),
          ]),
        );
        return [...document.querySelectorAll("#manifest-editor .cm-lint-marker")].map((mark) =>
          numbers.get(place(mark.parentElement ?? mark)),
        );
      });
      const lines = [...new Set(findings.map(({ line }) => line))].sort((a, b) => a - b);
      assert.deepEqual(marked, lines);
      for (const rule of await opened.locator("a.rule").all()) {
        assert.equal(
          await rule.getAttribute("href"),
          `https://github.com/windows-hostprocess-policy/windows-hostprocess-policy/blob/main/docs/rules.md#${await rule.textContent()}`,
        );
      }
    },
    { viewport: { width: 1280, height: 2600 } },
  );
});

test("clicking a finding goes to its line", async () => {
  await visit(PAGE, async (opened) => {
    await verdict(opened, "deny");
    await opened.locator("li.finding", { hasText: "named-pipe-mount" }).locator(".finding-button").click();
    assert.equal(
      await opened.locator("#manifest-editor .cm-activeLine").textContent(),
      "          path: //./PIPE/containerd-containerd",
    );
    assert.equal(await opened.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Manifest in YAML");
  });
});

test("the plan has its own tab and changes with the manifest", async () => {
  await visit(PAGE, async (opened) => {
    await verdict(opened, "deny");
    await opened.getByRole("tab", { name: "Plan" }).click();
    const plan = opened.locator("#plan article").first();
    await plan.getByText("command line").waitFor();
    assert.equal(await opened.locator("li.finding").first().isVisible(), false);
    await plan.getByRole("button").click();
    assert.match((await opened.locator("#manifest-editor .cm-activeLine").textContent()) ?? "", /- name: /);
    await write(opened, "manifest", "apiVersion: v1\nkind: Pod\n");
    await opened.getByText("Nothing to plan: the manifest has no HostProcess container.").waitFor();
    await write(opened, "settings", "profil: strict");
    await opened.getByText("The settings are not valid.").waitFor();
    assert.equal(await opened.locator("#plan").textContent(), "");
    await opened.getByRole("tab", { name: "Findings" }).click();
    assert.match((await opened.locator(".problem").textContent()) ?? "", /did you mean 'profile'/);
  });
});

test("an error in the settings is located and disappears when it is corrected", async () => {
  await visit(PAGE, async (opened) => {
    await verdict(opened, "deny");
    await write(opened, "settings", "profile: strict\nrules:\n  host-netwrok: deny\n");
    await opened.getByText("The settings are not valid.").waitFor();
    assert.match((await opened.locator(".problem").textContent()) ?? "", /unknown rule, did you mean 'host-network'/);
    assert.equal(await opened.locator("li.finding").count(), 0);
    await opened.locator(".problem button").click();
    assert.equal(await opened.locator("#settings-editor .cm-activeLine").textContent(), "  host-netwrok: deny");
    await write(opened, "settings", "rules:\n  run-as-non-root: off\n");
    await opened.getByText("9 findings").waitFor();
  });
});

test("completion of settings uses their schema", async () => {
  await visit(PAGE, async (opened) => {
    await write(opened, "settings", "rules:\n  host-net");
    await opened.keyboard.press("Control+Space");
    await opened.locator(".cm-tooltip-autocomplete li", { hasText: "host-network" }).waitFor();
    // The editor ignores keys for a moment after the list appears.
    await opened.waitForTimeout(200);
    await opened.keyboard.press("Enter");
    await opened.keyboard.type("de");
    await opened.locator(".cm-tooltip-autocomplete li", { hasText: "deny" }).waitFor();
    assert.equal(await textOf(opened, "settings"), "rules:\n  host-network: de");
  });
});

test("fixes are written into the manifest and can be undone", async () => {
  await visit(
    PAGE,
    async (opened) => {
      await verdict(opened, "deny");
      await opened.getByRole("button", { name: "Apply 2 fixes" }).click();
      await opened.getByText("8 findings").waitFor();
      const fixed = await textOf(opened, "manifest");
      const expected = BROKEN.replace("nt authority\\local service", "NT AUTHORITY\\Local service").replace(
        "$(CONTAINER_SANDBOX_MOUNT_POINT)",
        "%CONTAINER_SANDBOX_MOUNT_POINT%",
      );
      assert.equal(fixed, expected);
      await opened.locator("#manifest-editor .cm-content").press("Control+z");
      await opened.getByText("10 findings").waitFor();
      await opened.getByRole("button", { name: "Fix nt-authority-spelling" }).click();
      await opened.getByText("9 findings").waitFor();
    },
    { viewport: { width: 1280, height: 2600 } },
  );
});

test("a link restores the state, and a damaged link is reported", async () => {
  await visit(PAGE, async (opened, context) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await write(opened, "settings", "allow: nobody # ä");
    await opened.getByRole("tab", { name: "Requester" }).click();
    await opened.getByLabel("User").fill("jane");
    await opened.getByLabel("Groups").fill("ops, dev");
    await opened.getByRole("button", { name: "Share" }).click();
    await opened.getByText("The link is copied.").waitFor();
    const copied = await opened.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, opened.url());
    assert(copied.startsWith(host().address(`${PAGE}#v1.`)) && copied.length < 2500, copied);
    const other = await context.newPage();
    await other.goto(copied);
    await verdict(other, "deny");
    assert.equal(await textOf(other, "settings"), "allow: nobody # ä");
    assert.equal(await textOf(other, "manifest"), await textOf(opened, "manifest"));
    await other.getByRole("tab", { name: "Requester" }).click();
    assert.deepEqual(
      [await other.getByLabel("User").inputValue(), await other.getByLabel("Groups").inputValue()],
      ["jane", "ops, dev"],
    );
    await other.getByText("11 findings").waitFor();
  });
  await visit(`${PAGE}#v1.damaged`, async (opened) => {
    await opened.getByText("The link could not be read: it is damaged or incomplete.").waitFor();
    // The page opens as without a link.
    await opened.getByText("10 findings").waitFor();
  });
});

test("the settings are copied as a policy", async () => {
  await visit(PAGE, async (opened, context) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await write(opened, "settings", "mutate: safe");
    await opened.getByRole("button", { name: "Copy as policy" }).click();
    await opened.getByText("The ClusterAdmissionPolicy is copied.").waitFor();
    const copied = await opened.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^kind: ClusterAdmissionPolicy$/m);
    assert.match(copied, /^ {2}mutating: true$/m);
    assert.match(copied, /^ {2}settings:\n {4}mutate: safe$/m);
  });
});

test("updates, several documents, lists and cluster answers are judged", async () => {
  await visit(PAGE, async (opened) => {
    await choose(opened, "An update");
    await verdict(opened, "deny");
    await opened.getByText("updated", { exact: true }).waitFor();
    await choose(opened, "Nodes that are too old");
    await opened.getByText("min-containerd").first().waitFor();
    const list = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: []}}\n---\n${BROKEN}`;
    await opened.goto(host().address(`${PAGE}#${await link({ manifest: list })}`));
    await verdict(opened, "accept deny");
    assert.deepEqual(await opened.locator(".object-name").allTextContents(), [
      "Pod a",
      "DaemonSet monitoring/node-agent",
    ]);
  });
});

test("broken YAML is reported and the readable documents are judged", async () => {
  await visit(PAGE, async (opened) => {
    await opened.goto(host().address(`${PAGE}#${await link({ manifest: `a: [\n---\n${BROKEN}---\nkind: Pod\n` })}`));
    await opened.getByText("2 parts of the manifest could not be read.").waitFor();
    await verdict(opened, "deny");
    assert.equal(await opened.locator(".problem").count(), 2);
    await write(opened, "manifest", "{{ .Values.name }}: {");
    await opened.getByText("render it first, as in `helm template").first().waitFor();
  });
});

test("waived findings are counted, and the module's response is shown", async () => {
  await visit(PAGE, async (opened) => {
    const manifest = BROKEN.replace(
      "runAsNonRoot: true",
      "runAsNonRoot: true # hostprocess: ignore[run-as-non-root] known",
    );
    await opened.goto(host().address(`${PAGE}#${await link({ manifest })}`));
    await opened.getByText("9 findings").waitFor();
    await opened.getByText("1 finding waived by comments, which the policy does not read.").waitFor();
    await opened.getByText("Response of the module").click();
    await opened.locator(".answer pre", { hasText: '"denied-rules"' }).waitFor();
    assert.equal(await opened.getByText("The module disagrees").count(), 0);
  });
});
