/** The parts of the page that work without a browser. */

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { parse } from "yaml";

import { examples } from "../build/examples.ts";
import { readSources } from "../build/page.ts";
import { counted, type Input, type Judged } from "../src/judged.ts";
import { at, type Json, type JsonObject } from "../src/json.ts";
import { fix, Instance, judge, LinterError } from "../src/linter.ts";
import { parents } from "../src/page/completion.ts";
import { clusterAdmissionPolicy } from "../src/page/policy-text.ts";
import { LinkError, pack, unpack } from "../src/page/share.ts";
import { answers, difference } from "../src/policy/answers.ts";
import { Policy } from "../src/policy/policy.ts";
import { compiled, input, NOBODY, readRepositoryFile } from "./repository.ts";

const BROKEN = readRepositoryFile("examples/broken.yaml");
let linter: WebAssembly.Module;
let policy: Policy;

before(async () => {
  const modules = await compiled();
  linter = modules.linter;
  policy = new Policy(modules.policy);
});

function report(more: Partial<Input>): Judged {
  return judge(linter, input(more));
}

test("an unreadable object has a finding at the field", () => {
  const manifest =
    "# 😀\napiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n  containers: 7\n  securityContext: {windowsOptions: {hostProcess: true}}\n";
  const [object] = report({ manifest }).objects;
  assert.equal(object?.report.verdict, "deny");
  const [finding] = counted(object);
  assert.deepEqual([finding?.rule, finding?.path], ["unreadable", "spec.containers"]);
  assert.equal(manifest.slice(finding?.range.from, finding?.range.to), "containers: 7");
});

test("a waived finding does not count as a difference from the module", () => {
  const line = "        runAsNonRoot: true";
  const manifest = BROKEN.replace(
    line,
    `${line} # hostprocess: ignore[run-as-non-root] the admission controller of the cloud`,
  );
  const [object] = report({ manifest }).objects;
  assert(object !== undefined);
  const rules = counted(object).map(({ rule }) => rule);
  assert.deepEqual([rules.length, rules.includes("run-as-non-root")], [9, false]);
  const [answer] = answers(policy, linter, { settings: "{}", session: "", objects: [object.question] });
  assert(answer !== undefined && typeof answer !== "string", String(answer));
  assert.match(answer.message ?? "", /run-as-non-root/);
  assert.equal(difference(object, answer), undefined);
});

test("unused waivers and duplicate keys are marked", () => {
  const comment = "# hostprocess: ignore[host-network] no reason to";
  const { problems } = report({
    manifest: `${comment}\napiVersion: v1\nkind: Pod\nkind: Pod\nspec: {containers: []}\n`,
  });
  assert.deepEqual(
    problems.map(({ range, isError }) => [range.from, isError]),
    [
      [`${comment}\napiVersion: v1\nkind: Pod\n`.length, false],
      [0, false],
    ],
  );
});

test("a response of the module that differs from the findings is reported", () => {
  const [object] = report({ manifest: BROKEN }).objects;
  assert(object !== undefined);
  const accepted = difference(object, { accepted: true });
  assert.match(
    accepted ?? "",
    /^The module disagrees with these findings: it accepts the object, but the linter denies the object \(/,
  );
  const other = difference(object, {
    accepted: false,
    audit_annotations: { "denied-rules": "a,b", "warned-rules": "c" },
  });
  assert.match(other ?? "", /: it denies the object \(a, b\) and warns \(c\), but the linter denies/);
  assert.match(difference(object, { accepted: false }) ?? "", /: it denies the object \(no rule\), but/);
});

test("a module that rejects the settings judges no object", () => {
  const [object] = report({ manifest: BROKEN }).objects;
  const objects = [object?.question ?? ""];
  const [answer] = answers(policy, linter, { settings: '{"profile": "strictest"}', session: "", objects });
  assert.match(String(answer), /^the module rejects these settings: settings\.profile: /);
});

test("integers beyond 2^53 reach the module unchanged", () => {
  const manifest = "apiVersion: v1\nkind: Pod\nmetadata: {generation: 9007199254740993}\nspec: {containers: []}\n";
  assert.match(report({ manifest }).objects[0]?.question ?? "", /"generation":9007199254740993[,}]/);
});

test("a panic of the linter is an error with its message, and a lone surrogate does not panic", () => {
  assert.throws(
    () => new Instance(linter).ask({ ask: "nothing" } as never),
    (error: Error) => {
      assert(error instanceof LinterError);
      assert.match(error.message, /^the linter trapped: panicked at .*not a question/s);
      return true;
    },
  );
  assert.equal(report({ manifest: "apiVersion: v1\nkind: Pod\nmetadata: {name: \ud83d}\n" }).objects.length, 1);
});

test("old findings of an updated object warn", () => {
  const updated = BROKEN.replace("name: node-agent\n", "name: node-agent\n  labels: {a: b}\n").replace(
    "hostNetwork: true",
    "hostNetwork: true\n      dnsPolicy: Default",
  );
  const [object] = report({ manifest: updated, before: BROKEN }).objects;
  assert.deepEqual([object?.operation, object?.report.verdict], ["UPDATE", "warn"]);
  assert.equal(object?.report.findings.find(({ rule }) => rule === "run-as-non-root")?.severity, "warn");
  const others = BROKEN.replaceAll("node-agent", "other");
  assert.equal(report({ manifest: updated, before: others }).objects[0]?.operation, "CREATE");
});

test("invalid settings are located, and nothing is judged", () => {
  for (const [settings, line, words] of [
    ["profile: strict\nrules:\n  host-netwrok: deny\n", 3, "did you mean 'host-network'"],
    ["allow:\n- images: [a]\n- namespace: [a]\n", 3, "unknown field"],
    ["profile: [", 1, ""],
    ["- a", 1, "must be a mapping"],
    ["profile: strict\n---\nmutate: safe\n", 3, "a second document"],
    ["profile: [\n---\nprofile: strict\n", 1, ""],
    ["profile: strict\nprofile: default", 2, "duplicate key"],
  ] as const) {
    const { settingsProblem, objects } = report({ manifest: BROKEN, settings });
    assert(
      settingsProblem !== null && settingsProblem.message.includes(words),
      `${settings}: ${settingsProblem?.message}`,
    );
    assert.equal(settings.slice(0, settingsProblem.range.from).split("\n").length, line, settings);
    assert.deepEqual(objects, []);
  }
});

test("settings may be a policy that contains them", () => {
  const policyText = (settings: string): string =>
    `apiVersion: policies.kubewarden.io/v1\nkind: ClusterAdmissionPolicy\nspec:\n  module: ghcr.io/x/windows-hostprocess:v1\n${settings}`;
  const { settings, objects } = report({
    manifest: BROKEN,
    settings: policyText("  settings:\n    rules: {run-as-non-root: off}\n"),
  });
  assert.deepEqual(settings, { value: { rules: { "run-as-non-root": false } }, isPolicy: true });
  assert.equal(objects[0]?.report.findings.length, 9);
  assert.deepEqual(report({ settings: policyText("") }).settings, { value: {}, isPolicy: true });
  const wrong = policyText("  settings:\n    profile: strict\n    prfile: strict\n");
  const { settingsProblem } = report({ settings: wrong });
  assert.equal(wrong.slice(settingsProblem?.range.from, settingsProblem?.range.to), "prfile: strict");
  const other = report({ settings: policyText("").replace("windows-hostprocess", "another") }).settingsProblem;
  assert.match(other?.message ?? "", /spec\.module: .* is not this policy/);
});

test("an invalid session is reported", () => {
  for (const session of [
    "a: 1",
    "- type: Other",
    "- {type: Exchange, request: 'a: 1', response: {type: Error, message: x}}",
    "[",
    "a: 1\n---\nb: 2",
  ]) {
    assert(report({ manifest: BROKEN, session }).sessionProblem !== null, session);
  }
});

test("the findings of one rule can be fixed alone", () => {
  const [before] = report({ manifest: BROKEN }).objects;
  assert(before !== undefined);
  const fixable = counted(before).filter(({ fixable }) => fixable);
  assert.deepEqual(
    new Set(fixable.map(({ rule }) => rule)),
    new Set(["nt-authority-spelling", "sandbox-variable-spelling"]),
  );
  const { text, refused } = fix(linter, input({ manifest: BROKEN }), 0, ["nt-authority-spelling"]);
  const expected = BROKEN.replace("nt authority\\local service", "NT AUTHORITY\\Local service");
  assert.deepEqual([text, refused], [expected, []]);
});

test("one of several objects can be fixed", () => {
  const manifest = `${BROKEN}---\n${BROKEN}`;
  const { text } = fix(linter, input({ manifest }), 1, null);
  assert(text.startsWith(`${BROKEN}---\n`) && text !== manifest);
});

test("a link contains the whole state, and a damaged link is rejected", async () => {
  const state = input({
    manifest: `${BROKEN}# ä 😀`,
    settings: "profile: strict",
    circumstances: { ...NOBODY, user: "jane", groups: ["ops"] },
  });
  const link = await pack(state);
  assert.match(link, /^[\w.-]+$/);
  assert.deepEqual(await unpack(link), state);
  for (const damaged of ["v0.abc", link.slice(0, 40), "v1.%%%", "v1.", await pack([] as unknown as Input)]) {
    await assert.rejects(unpack(damaged), LinkError, damaged);
  }
  await assert.rejects(unpack(await pack(input({ manifest: "a".repeat(9 << 20) }))), /unpacks to more than 8 MiB/);
});

test("settings are copied into a ClusterAdmissionPolicy", async () => {
  const template = readRepositoryFile("deploy/base/clusteradmissionpolicy.yaml");
  const resources = "contextAwareResources:\n  - apiVersion: v1\n    kind: Node\n";
  const read = (settings: string): JsonObject | undefined => report({ settings }).settings?.value;
  const copied = async (settings: string): Promise<unknown> => {
    const value = read(settings);
    assert(value !== undefined, settings);
    const text = await clusterAdmissionPolicy(template, resources, settings, value, async (policy) => read(policy));
    const document = parse(text) as Json;
    assert.deepEqual(read(text), value);
    return [at(document, "spec", "mutating"), at(document, "spec", "contextAwareResources")];
  };
  const node = [{ apiVersion: "v1", kind: "Node" }];
  assert.deepEqual(await copied(""), [false, undefined]);
  assert.deepEqual(await copied("# a comment\nprofile: strict # another\n\nallow:\n- images: [a]\n"), [
    false,
    undefined,
  ]);
  assert.deepEqual(await copied("mutate: safe\n"), [true, undefined]);
  assert.deepEqual(await copied("---\nmutate: [host-network]\nnodes: {check: true}"), [true, node]);
  // Texts that would be invalid or mean something else below a key.
  for (const [settings, mutating] of [
    ["mutate: safe\n...\n", true],
    ["%YAML 1.1\n---\nprofile: strict\n", false],
    ["--- # a comment\n{profile: strict}\n", false],
    ['allow: [{images: ["a\u2028b"]}]', false],
    ["profile: strict\r\nrules:\r\n  host-network: warn\r\n", false],
    ["{profile: strict,\nmutate: safe\n}", true],
  ] as const) {
    assert.deepEqual(await copied(settings), [mutating, undefined], settings);
  }
  assert.deepEqual(await copied("allow:\n- namespaceSelector: {matchLabels: {a: b}}"), [false, node]);
});

test("completion knows the keys that enclose a line", () => {
  for (const [text, expected] of [
    ["rules:\n  |", ["rules"]],
    ["|", []],
    ["profile: strict\n|", []],
    ["allow:\n- |", ["allow", "[]"]],
    ["allow:\n- images: [a]\n  |", ["allow", "[]"]],
    ["allow:\n  - images: [a]\n    requesters:\n      |", ["allow", "[]", "requesters"]],
    ["allow:\n- images: [a]\nnodes:\n  # comment\n\n  |", ["nodes"]],
  ] as const) {
    const lines = text.replace("|", "").split("\n");
    const last = lines.pop() ?? "";
    assert.deepEqual(parents(lines, last.length, last.trim() === "-"), expected, text);
  }
});

test("the recipes have the results on their page", () => {
  const { recipes } = readSources();
  const all = examples(readSources()).filter(({ group }) => recipes.includes(`\n## ${group}\n`));
  assert(all.length > 12, `${all.length} recipes`);
  let quoted = 0;
  for (const { group, name, ...recipe } of all) {
    const section = recipes.split(`\n## ${group}\n`)[1] ?? "";
    const after = section.slice(section.indexOf(recipe.manifest) + recipe.manifest.length);
    // The output on the page follows the object.
    const [, console = ""] = /^(?:---\n[^`]*)?```\n+```console\n([^`]*)```\n/.exec(after) ?? [];
    const judged = report(recipe);
    const [object, ...others] = judged.objects;
    assert(object !== undefined && others.length === 0, `${group}: ${name}`);
    const settings = JSON.stringify(judged.settings?.value);
    const [response] = answers(policy, linter, { settings, session: recipe.session, objects: [object.question] });
    assert(response !== undefined && typeof response !== "string", String(response));
    assert.equal(difference(object, response), undefined, `${group}: ${name}`);
    const shown = [...(response.message?.split("\n").slice(1) ?? []), ...(response.warnings ?? [])];
    for (const line of shown) assert(console.includes(line), `${group}: ${name}: ${line}\n${console}`);
    assert.equal(console.includes("denied the request"), object.report.verdict === "deny", `${group}: ${name}`);
    quoted += shown.length;
  }
  assert(quoted > 10, `${quoted} lines`);
});

test("a preset allows its workloads", () => {
  for (const { name, ...preset } of examples(readSources()).filter(({ group }) => group === "Presets")) {
    const { objects, settingsProblem, problems } = report(preset);
    assert.deepEqual([settingsProblem, problems], [null, []], name);
    assert(objects.length > 0 && objects.every(({ report }) => report.verdict !== "deny"), name);
  }
});
