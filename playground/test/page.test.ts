/** The parts of the page that need no browser. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";

import { examples } from "../build/examples.ts";
import { readSources } from "../build/page.ts";
import { denials, warnings } from "../src/answer.ts";
import { judge, mend, type Input, type Report } from "../src/judge.ts";
import { at, type JsonObject } from "../src/json.ts";
import { parents } from "../src/page/completion.ts";
import { clusterAdmissionPolicy } from "../src/page/policy-text.ts";
import { LinkError, pack, unpack } from "../src/page/share.ts";
import { difference } from "../src/patch.ts";
import type { Policy } from "../src/policy/policy.ts";
import { userInfo } from "../src/request.ts";
import { documents, YamlError } from "../src/yaml/documents.ts";
import { fixtureFiles, hostprocess, hostprocessJson, loadPolicy, readRepositoryFile } from "./repository.ts";

const BROKEN = readRepositoryFile("examples/broken.yaml");
const NOBODY = { namespace: "", user: "", groups: [], subresource: "" };
let policy: Policy;

before(async () => {
  policy = await loadPolicy();
});

function input(more: Partial<Input>): Input {
  return { manifest: "", before: "", settings: "", session: "", circumstances: NOBODY, ...more };
}

function report(more: Partial<Input>): Report {
  return judge(policy, input(more));
}

test("findings are read from the lines of an answer", () => {
  const [finding] = denials({
    accepted: false,
    message:
      "Pod x is denied by windows-hostprocess-policy:\n- spec.volumes[0].hostPath.path (container 'it's'): 'a: b' is wrong; write 'c' [named-pipe-mount]\nSee https://example.com",
  });
  assert.deepEqual(finding, {
    severity: "deny",
    rule: "named-pipe-mount",
    path: "spec.volumes[0].hostPath.path",
    container: "it's",
    text: "'a: b' is wrong; write 'c'",
  });
  const cut = denials({ accepted: false, message: "x:\n- spec.a: long...\n- and 3 more findings [a, b-c]\nSee x" });
  assert.deepEqual(
    cut.map(({ rule, path, text }) => [rule, path, text]),
    [
      [undefined, "spec.a", "long..."],
      [undefined, undefined, "and 3 more findings"],
    ],
  );
  const [unreadable] = denials({
    accepted: false,
    code: 400,
    message: "the request could not be read: request.object.spec.hostNetwork: a boolean is expected",
  });
  assert.deepEqual(
    [unreadable?.rule, unreadable?.path, unreadable?.text],
    ["unreadable", "spec.hostNetwork", "a boolean is expected"],
  );
  const [warning] = warnings({ accepted: true, warnings: ["metadata.annotations[a.b/c]: is old (and 2 more) [x-y]"] });
  assert.deepEqual([warning?.path, warning?.rule], ["metadata.annotations[a.b/c]", "x-y"]);
});

test("an object that the policy cannot read points to the field", () => {
  const manifest =
    "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n  containers: 7\n  securityContext: {windowsOptions: {hostProcess: true}}\n";
  const [object] = report({ manifest }).objects;
  assert.equal(object?.verdict, "deny");
  const [finding] = object.findings;
  assert.deepEqual([finding?.rule, finding?.path], ["unreadable", "spec.containers"]);
  assert.equal(manifest.slice(finding?.range.from, finding?.range.to), "containers: 7");
});

test("of two fields that cannot be read the first in order is named, as by the command", async () => {
  const manifest =
    "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {windowsOptions: {hostProcess: 1}}\n  nodeSelector: {kubernetes.io/os: 2}\n";
  const folder = mkdtempSync(join(tmpdir(), "playground-"));
  try {
    const file = join(folder, "manifest.yaml");
    writeFileSync(file, manifest);
    const [command] = await hostprocessJson<{ findings: { path: string }[] }[]>("check", "-o", "json", file);
    const [object] = report({ manifest }).objects;
    assert.equal(object?.findings[0]?.path, "spec.nodeSelector.kubernetes.io/os");
    assert.equal(command?.findings[0]?.path, "spec.nodeSelector.kubernetes.io/os");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a warning shows every finding of its rule, in full", () => {
  const container = (name: string): string =>
    `  - name: ${name}\n    image: registry.example/a:1\n    command: [/bin/sh]\n`;
  const manifest = `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n  nodeSelector: {kubernetes.io/os: windows}\n  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: NT AUTHORITY\\SYSTEM}}\n  containers:\n${container("one")}${container("two")}`;
  const [object] = report({ manifest }).objects;
  assert.equal(object?.verdict, "warn");
  assert.deepEqual(
    object.findings.map(({ rule, path, container, severity }) => [rule, path, container, severity]),
    [
      ["linux-command", "spec.containers[0].command[0]", "one", "warn"],
      ["linux-command", "spec.containers[1].command[0]", "two", "warn"],
    ],
  );
});

test("of too many findings the number is told, beside denials and without them", () => {
  const container = (name: string): string => `  - {name: ${name}, image: registry.example/a:1, command: [/bin/sh]}\n`;
  const containers = Array.from({ length: 200 }, (_, index) => container(`c${index}`)).join("");
  for (const hostNetwork of [true, false]) {
    const manifest = `apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: ${hostNetwork}\n  nodeSelector: {kubernetes.io/os: windows}\n  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: NT AUTHORITY\\SYSTEM}}\n  containers:\n${containers}`;
    const findings = report({ manifest }).objects[0]?.findings ?? [];
    const [more, ...others] = findings.filter(({ path }) => path === undefined);
    assert.deepEqual([more?.severity, others], ["warn", []]);
    const told = Number(/^and (\d+) more findings$/.exec(more?.text ?? "")?.[1]);
    const listed = findings.filter(({ rule, path }) => rule === "linux-command" && path !== undefined).length;
    assert(listed > 40 && listed + told === 200, `${listed} and ${told}`);
    assert.equal(findings.filter(({ severity }) => severity === "deny").length, hostNetwork ? 0 : 1);
  }
});

test("an update keeps what the object had, and says so", () => {
  const updated = BROKEN.replace("name: node-agent\n", "name: node-agent\n  labels: {a: b}\n").replace(
    "hostNetwork: true",
    "hostNetwork: true\n      dnsPolicy: Default",
  );
  const [object] = report({ manifest: updated, before: BROKEN }).objects;
  assert.deepEqual([object?.operation, object?.verdict], ["UPDATE", "warn"]);
  const kept = object?.findings.find(({ rule }) => rule === "run-as-non-root");
  assert.deepEqual([kept?.severity, kept?.text.split(" (")[1]], ["warn", "accepted as old, but new pods are denied)"]);
  assert.equal(
    report({ manifest: updated, before: BROKEN.replaceAll("node-agent", "other") }).objects[0]?.operation,
    "CREATE",
  );
});

test("the user gets the groups that the API server implies", () => {
  assert.deepEqual(userInfo(NOBODY), {});
  assert.deepEqual(userInfo({ ...NOBODY, user: "jane", groups: ["ops"] }), {
    username: "jane",
    groups: ["ops", "system:authenticated"],
  });
  assert.deepEqual(userInfo({ ...NOBODY, user: "system:anonymous" }), {
    username: "system:anonymous",
    groups: ["system:unauthenticated"],
  });
  assert.deepEqual(userInfo({ ...NOBODY, user: "system:serviceaccount:ci:deployer" }), {
    username: "system:serviceaccount:ci:deployer",
    groups: ["system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated"],
  });
});

test("settings that are not valid are located and nothing is judged", () => {
  for (const [settings, line, words] of [
    ["profile: strict\nrules:\n  host-netwrok: deny\n", 3, "did you mean 'host-network'"],
    ["allow:\n- images: [a]\n- namespace: [a]\n", 3, "unknown field"],
    ["profile: [", 1, ""],
    ["- a", 1, "must be a mapping"],
    ["profile: strict\n---\nmutate: safe\n", 3, "a second document"],
    ["profile: [\n---\nprofile: strict\n", 1, ""],
    ["profile: strict\nprofile: default", 2, "already there"],
  ] as const) {
    const { settingsProblem, objects } = report({ manifest: BROKEN, settings });
    assert(settingsProblem?.message.includes(words) === true, `${settings}: ${settingsProblem?.message}`);
    assert.equal(settings.slice(0, settingsProblem.range.from).split("\n").length, line, settings);
    assert.deepEqual(objects, []);
  }
});

test("a policy in place of settings brings its own", () => {
  const policyText = (settings: string): string =>
    `apiVersion: policies.kubewarden.io/v1\nkind: ClusterAdmissionPolicy\nspec:\n  mode: protect\n${settings}`;
  const { settings, objects } = report({
    manifest: BROKEN,
    settings: policyText("  settings:\n    rules: {run-as-non-root: off}\n"),
  });
  assert.deepEqual(settings, { value: { rules: { "run-as-non-root": false } }, isPolicy: true });
  assert.equal(objects[0]?.findings.length, 9);
  assert.deepEqual(report({ settings: policyText("") }).settings, { value: {}, isPolicy: true });
  const wrong = policyText("  settings:\n    profile: strict\n    prfile: strict\n");
  const { settingsProblem } = report({ settings: wrong });
  assert.equal(wrong.slice(settingsProblem?.range.from, settingsProblem?.range.to), "prfile: strict");
});

test("a session that is none is refused", () => {
  for (const session of [
    "a: 1",
    "- type: Other",
    "- {type: Exchange, request: 'a: 1', response: {type: Error, message: x}}",
    "[",
    "a: 1\n---\nb: 2",
  ]) {
    assert(report({ manifest: BROKEN, session }).sessionProblem !== undefined, session);
  }
});

/** Applies the fixes of an object. */
function fixed(manifest: string, rules: string[] | "safe", object = 0): string {
  const { edits, refused } = mend(policy, input({ manifest }), object, rules);
  assert.deepEqual(refused, []);
  return edits.reduceRight((text, { from, to, insert }) => text.slice(0, from) + insert + text.slice(to), manifest);
}

const LAYOUTS = {
  "block.yaml":
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shell # a comment\nspec:\n  securityContext:\n    windowsOptions:\n      hostProcess: true\n      runAsUserName: NT Authority\\System\n  containers:\n  - name: shell\n    image: registry.example/shell:1.0\n    command: [powershell.exe]\n",
  "flow.yaml":
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      hostNetwork: false   # why\n      nodeSelector: {}\n      securityContext: {windowsOptions: {"hostProcess": true, "runAsUserName": "nt authority\\\\system"}}\n      containers:\n      - {name: a, image: registry.example/a:1}\n',
};
/** Where the command writes something else, and why. */
const FIXED_OTHERWISE = new Map([
  ["test_data/nt-authority-spelling/deny-dash-on-containers.yaml", "the policy takes a bare name for a local group's"],
  ["test_data/hosts-and-hostname/accept-hostname-override-off-the-host-network.yaml", "the new key is on another line"],
]);

test("fixes write what `hostprocess fix` writes, for every fixture", async () => {
  const manifests = new Map<string, string>(Object.entries(LAYOUTS));
  for (const file of fixtureFiles()) manifests.set(file, readRepositoryFile(file));
  const fixable = [...manifests].filter(([, manifest]) =>
    report({ manifest }).objects.some((object) => object.fixable.length > 0),
  );
  assert(fixable.length > 40, `${fixable.length} fixtures`);
  const folder = mkdtempSync(join(tmpdir(), "playground-"));
  const copy = (file: string): string => join(folder, file.replaceAll("/", "_"));
  try {
    for (const [file, manifest] of fixable) writeFileSync(copy(file), manifest);
    await hostprocess("fix", "--write", folder);
    for (const [file, manifest] of fixable) {
      const objects = report({ manifest }).objects.keys();
      const text = [...objects].reduce((before, object) => fixed(before, "safe", object), manifest);
      assert(
        report({ manifest: text }).objects.every((object) => object.fixable.length === 0),
        file,
      );
      const isSame = text === readFileSync(copy(file), "utf8");
      assert.equal(isSame, !FIXED_OTHERWISE.has(file), `${file}:\n${text}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("one rule is fixed alone, in a template as well", () => {
  const [before] = report({ manifest: BROKEN }).objects;
  assert.deepEqual(before?.fixable, ["nt-authority-spelling", "windows-node"]);
  const after = fixed(BROKEN, ["windows-node"]);
  const added = "      nodeSelector:\n        kubernetes.io/os: windows\n";
  assert.equal(after.replace(added, ""), BROKEN);
  assert(after.includes(`runtimeClassName: runhcs-wcow-hypervisor\n${added}`));
  const [object] = report({ manifest: after }).objects;
  assert(object?.findings.every(({ rule }) => rule !== "windows-node") === true && object.fixable.length === 1);
});

test("a patch has the operations of RFC 6902", () => {
  assert.deepEqual(difference({ a: 1, b: { c: [1, 2] }, "x/y~z": 1 }, { b: { c: [1, 3] }, d: null, "x/y~z": 2 }), [
    { op: "remove", path: "/a" },
    { op: "replace", path: "/b/c/1", value: 3 },
    { op: "add", path: "/d", value: null },
    { op: "replace", path: "/x~1y~0z", value: 2 },
  ]);
});

test("a link holds the whole state, and a damaged one is refused", async () => {
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

test("the settings as a ClusterAdmissionPolicy", async () => {
  const template = readRepositoryFile("deploy/base/clusteradmissionpolicy.yaml");
  const resources = "contextAwareResources:\n  - apiVersion: v1\n    kind: Node\n";
  const read = (settings: string): JsonObject | undefined => report({ settings }).settings?.value;
  const copied = async (settings: string): Promise<unknown> => {
    const value = read(settings);
    assert(value !== undefined, settings);
    const text = await clusterAdmissionPolicy(template, resources, settings, value, async (policy) => read(policy));
    const [document] = documents(text);
    assert(document !== undefined && !(document instanceof YamlError), String(document));
    assert.deepEqual(at(document.value, "spec", "settings"), value);
    return [at(document.value, "spec", "mutating"), at(document.value, "spec", "contextAwareResources")];
  };
  const node = [{ apiVersion: "v1", kind: "Node" }];
  assert.deepEqual(await copied(""), [false, undefined]);
  assert.deepEqual(await copied("# a comment\nprofile: strict # another\n\nallow:\n- images: [a]\n"), [
    false,
    undefined,
  ]);
  assert.deepEqual(await copied("mutate: safe\n"), [true, undefined]);
  assert.deepEqual(await copied("---\nmutate: [host-network]\nnodes: {check: true}"), [true, node]);
  // Texts that would mean something else below a key, or nothing.
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

test("the recipes answer as their page says", () => {
  const { recipes } = readSources();
  const all = examples(readSources()).filter(({ group }) => recipes.includes(`\n## ${group}\n`));
  assert(all.length > 12, `${all.length} recipes`);
  let quoted = 0;
  for (const { group, name, ...recipe } of all) {
    const section = recipes.split(`\n## ${group}\n`)[1] ?? "";
    const after = section.slice(section.indexOf(recipe.manifest) + recipe.manifest.length);
    // What the page says of this object stands right behind it.
    const [, console = ""] = /^(?:---\n[^`]*)?```\n+```console\n([^`]*)```\n/.exec(after) ?? [];
    const [object, ...others] = report(recipe).objects;
    assert(object !== undefined && others.length === 0, `${group}: ${name}`);
    const { response } = object;
    assert(typeof response !== "string", String(response));
    const told = [...(response.message?.split("\n").slice(1) ?? []), ...(response.warnings ?? [])];
    for (const line of told) assert(console.includes(line), `${group}: ${name}: ${line}\n${console}`);
    assert.equal(console.includes("denied the request"), object.verdict === "deny", `${group}: ${name}`);
    quoted += told.length;
  }
  assert(quoted > 10, `${quoted} lines`);
});

test("a preset allows the workloads that it is for", () => {
  for (const { name, ...preset } of examples(readSources()).filter(({ group }) => group === "Presets")) {
    const { objects, settingsProblem, problems } = report(preset);
    assert.deepEqual([settingsProblem, problems], [undefined, []], name);
    assert(objects.length > 0 && objects.every(({ verdict }) => verdict === "accept" || verdict === "warn"), name);
  }
});
