/** In Chromium: hostile input, failing modules, and the absence of network access. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { MODULE, readRepositoryFile } from "./repository.ts";
import { BROKEN, choose, host, link, newContext, PAGE, verdict, visit, write } from "./visit.ts";

test("two megabytes are judged or end with a message", async () => {
  const container = (index: number): string =>
    `      - name: c${index}\n        image: registry.example/a:1\n        command: ["/bin/sh", "-c", "echo"]\n`;
  const head = BROKEN.slice(0, BROKEN.indexOf("      containers:"));
  const huge = `${head}      containers:\n${Array.from({ length: 18_000 }, (_, index) => container(index)).join("")}`;
  assert(huge.length > 1_500_000, `${huge.length} characters`);
  const deep = `apiVersion: v1\nkind: Pod\nspec: ${"[".repeat(1 << 20)}`;
  await visit(PAGE, async (opened) => {
    await verdict(opened, "deny");
    for (const [manifest, outcome] of [
      [huge, /^1 object: 1 denied\. (?!10 )\d+ findings?\.$|^The linter did not respond\.$/],
      [deep, /^The manifest cannot be read\.$|^The linter did not respond\.$/],
    ] as const) {
      await opened.goto(host().address(`${PAGE}#${await link({ manifest })}`));
      await opened.getByText(outcome).waitFor();
    }
    await opened.goto(
      host().address(`${PAGE}#${await link({ manifest: readRepositoryFile("examples/privileged-daemonset.yaml") })}`),
    );
    await verdict(opened, "accept");
  });
});

test("the page and the findings survive a module that traps or never responds", async () => {
  await visit("/trap/", async (opened) => {
    await opened.getByText("the module trapped: unreachable").first().waitFor();
    await verdict(opened, "deny");
    await opened.getByRole("button", { name: /Use (dark|light) colours/ }).click();
  });
  await visit("/endless/", async (opened) => {
    await opened.getByText("no response within 10 seconds. Change something to try again.").waitFor();
    assert.equal(await opened.locator("#status").textContent(), "1 object: 1 denied. 10 findings.");
    await write(opened, "manifest", "kind: Pod");
    // The page accepts input while the next worker is busy.
    assert.equal(await opened.locator("#manifest-editor .cm-line").first().textContent(), "kind: Pod");
  });
  await visit("/no-linter/", async (opened) => {
    await opened.getByText("The linter did not respond.").waitFor();
    await verdict(opened, "failed");
  });
});

test("the page opens no connection, works offline and works as a file", async () => {
  const before = host().sent.length;
  await visit(PAGE, async (opened, context) => {
    await verdict(opened, "deny");
    assert.deepEqual(
      host()
        .sent.slice(before)
        .map(({ path }) => path),
      [PAGE],
    );
    const tried = await opened.evaluate(async (address) => {
      const worker = new Worker(
        URL.createObjectURL(
          new Blob([`fetch(${JSON.stringify(address)}).then(() => postMessage("open"), () => postMessage("closed"))`]),
        ),
      );
      const inWorker = new Promise((resolve) => worker.addEventListener("message", ({ data }) => resolve(data)));
      const inPage = fetch(address).then(
        () => "open",
        () => "closed",
      );
      return [await inPage, await inWorker];
    }, host().address("/exfiltrated"));
    assert.deepEqual(tried, ["closed", "closed"]);
    assert.deepEqual(
      host()
        .sent.slice(before)
        .map(({ path }) => path),
      [PAGE],
    );
    await context.setOffline(true);
    await choose(opened, "The AKS sample");
    await verdict(opened, "accept");
  });
  const context = await newContext();
  const opened = await context.newPage();
  await opened.goto(`file://${process.cwd()}/dist/index.html`);
  await verdict(opened, "deny");
  await context.close();
});

test("markup in a name, a message and the settings is shown as text", async () => {
  const markup = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
  const quoted = JSON.stringify(markup);
  const manifest = BROKEN.replace("name: node-agent\n", `name: ${quoted}\n`).replace(
    "nt authority\\local service",
    quoted,
  );
  for (const [state, shown] of [
    [{ manifest }, ".object-name"],
    [{ manifest }, ".finding .message"],
    [{ manifest, settings: `rules: {${quoted}: deny}` }, ".problem .message"],
  ] as const) {
    await visit(`${PAGE}#${await link(state)}`, async (opened) => {
      await opened.locator(shown).filter({ hasText: markup }).first().waitFor();
      assert.equal(await opened.locator('img[src="x"], #results :is(img, script)').count(), 0);
      assert.equal(await opened.title(), "HostProcess playground");
    });
  }
});

test("the page contains the unchanged policy and shows its digest", async () => {
  await visit(PAGE, async (opened) => {
    const digest = await opened.evaluate(async () => {
      const packed = Uint8Array.from(atob(document.getElementById("policy")?.textContent ?? ""), (character) =>
        character.charCodeAt(0),
      );
      const unpacked = await new Response(
        new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")),
      ).arrayBuffer();
      const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", unpacked));
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    });
    assert.equal(digest, createHash("sha256").update(readFileSync(MODULE)).digest("hex"));
    assert.equal(await opened.locator("#digest").textContent(), digest);
  });
});
