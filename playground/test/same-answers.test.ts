/** For every fixture the page has the command's results, and the module agrees with them. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, test } from "node:test";

import { parseAllDocuments } from "yaml";

import { counted, type Judged, type Outline } from "../src/judged.ts";
import { at, type Json, type JsonObject } from "../src/json.ts";
import { fix, judge, plan } from "../src/linter.ts";
import { answers, difference, type Answer } from "../src/policy/answers.ts";
import { Policy } from "../src/policy/policy.ts";
import { checked, compiled, fixtureFiles, header, hostprocess, input, jsonHeader } from "./repository.ts";
import { MODULE, readRepositoryFile } from "./repository.ts";

let linter: WebAssembly.Module;
let policy: Policy;
let folder: string;

before(async () => {
  const modules = await compiled();
  linter = modules.linter;
  policy = new Policy(modules.policy);
  folder = mkdtempSync(join(tmpdir(), "playground-"));
});
after(() => rmSync(folder, { recursive: true }));

/** The module's responses about judged objects. Asserts that they agree with the findings. */
function agreed({ objects, settings }: Judged, session: string, name: string): Answer[] {
  const questions = objects.map(({ question }) => question);
  const found = answers(policy, linter, { settings: JSON.stringify(settings?.value), session, objects: questions });
  for (const [index, object] of objects.entries()) {
    const answer = found[index];
    assert(answer !== undefined && typeof answer !== "string", `${name}: ${String(answer)}`);
    assert.equal(difference(object, answer), undefined, name);
  }
  return found;
}

/** The output of `-o json` about the same texts under another file name. */
function reports({ objects }: Judged, file: string): unknown[] {
  return objects.map(({ report }) => ({ ...report, file }));
}

test("every report equals `hostprocess check -o json`", async () => {
  const expected = await checked("test_data", "examples");
  let findings = 0;
  for (const file of [...fixtureFiles(), "examples/broken.yaml", "examples/privileged-daemonset.yaml"]) {
    const judged = judge(linter, input({ manifest: readRepositoryFile(file) }));
    assert.deepEqual(reports(judged, file), expected.get(file), file);
    findings += judged.objects.flatMap(({ report }) => report.findings).length;
  }
  assert(findings > 300, `${findings} findings`);
});

test("every finding is marked at the line and column of its report", () => {
  let compared = 0;
  for (const file of fixtureFiles()) {
    const manifest = readRepositoryFile(file);
    for (const object of judge(linter, input({ manifest })).objects) {
      for (const found of counted(object) as unknown as { line: number; column: number; range: { from: number } }[]) {
        const lines = manifest.slice(0, found.range.from).split("\n");
        assert.deepEqual([lines.length, [...(lines.at(-1) ?? "")].length + 1], [found.line, found.column], file);
        compared += 1;
      }
    }
  }
  assert(compared > 300, `${compared} findings`);
});

test("every response of the module equals `hostprocess check --wasm`", async () => {
  const expected = await checked("--wasm", MODULE, "test_data");
  let compared = 0;
  for (const file of fixtureFiles()) {
    const found = agreed(judge(linter, input({ manifest: readRepositoryFile(file) })), "", file);
    const shown = found.map((answer) => {
      assert(typeof answer !== "string");
      return { message: answer.message ?? null, warnings: answer.warnings ?? [] };
    });
    const command = (expected.get(file) ?? []).map(({ message, warnings }) => ({ message, warnings }));
    assert.deepEqual(shown, command, file);
    compared += shown.length;
  }
  assert(compared >= fixtureFiles().length, `${compared} objects`);
});

test("every fixed manifest equals `hostprocess fix`", async () => {
  const copy = (file: string): string => join(folder, file.replaceAll("/", "_"));
  const manifests = new Map(fixtureFiles().map((file) => [file, readRepositoryFile(file)]));
  for (const [file, manifest] of manifests) writeFileSync(copy(file), manifest);
  await hostprocess("fix", "--write", folder);
  let changed = 0;
  for (const [file, manifest] of manifests) {
    const objects = judge(linter, input({ manifest })).objects.keys();
    const fixed = [...objects].reduce(
      (text, object) => fix(linter, input({ manifest: text }), object, null).text,
      manifest,
    );
    assert.equal(fixed, readFileSync(copy(file), "utf8"), file);
    if (fixed !== manifest) changed += 1;
  }
  assert(changed > 40, `${changed} fixtures`);
});

/** An outline as the command prints it after the file and line. */
function printed({ title, parts }: Outline): string {
  const lines = parts.flatMap(({ title, groups }) => {
    const all = groups.flatMap(({ nodes, lines }) => [...(nodes === null ? [] : [`[${nodes}]`]), ...lines]);
    return all.map((line, index) => `  ${(index === 0 ? title : "").padEnd(15)}${line}`);
  });
  return [title, ...lines, "", ""].join("\n");
}

test("every plan of the examples equals `hostprocess plan`", async () => {
  for (const file of ["examples/privileged-daemonset.yaml", "examples/broken.yaml"]) {
    const manifest = readRepositoryFile(file);
    const { plans, outlines, legend } = plan(linter, input({ manifest }));
    assert(plans.length > 0, file);
    const inNames = plans.map((plan) => ({ ...plan, file }));
    assert.deepEqual(inNames, JSON.parse(await hostprocess("plan", "-o", "json", file)), file);
    const text = await hostprocess("plan", file);
    for (const outline of outlines) {
      const line = manifest.slice(0, outline.range.from).split("\n").length;
      const block = `${file}:${line}: ${printed(outline)}`;
      assert(text.includes(block), `${block} is not in\n${text}`);
    }
    assert(text.includes(`\n${legend}`), text);
  }
});

interface Fixture {
  file: string;
  request: JsonObject;
  settings: string;
  session: string;
}

/** A fixture as crates/fixtures reads it: a request with the settings, user and recorded cluster from its comments. */
function fixture(file: string): Fixture {
  const source = readRepositoryFile(file);
  const [object = null, oldObject] = parseAllDocuments(source, { merge: true }).map(
    (document) => document.toJS() as Json,
  );
  const [version = "", group = ""] = String(at(object, "apiVersion") ?? "")
    .split("/")
    .reverse();
  const session = header(source, "session");
  return {
    file,
    settings: JSON.stringify(jsonHeader(source, "settings") ?? {}),
    session: session === undefined ? "" : readRepositoryFile("test_data/sessions", session),
    request: {
      uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
      kind: { group, version, kind: at(object, "kind") ?? null },
      resource: { group, version, resource: "" },
      subResource: header(source, "subresource") ?? "",
      name: at(object, "metadata", "name") ?? null,
      namespace: at(object, "metadata", "namespace") ?? "default",
      operation: header(source, "operation") ?? (oldObject === undefined ? "CREATE" : "UPDATE"),
      userInfo: jsonHeader(source, "user") ?? {
        username: "kubernetes-admin",
        groups: ["system:masters", "system:authenticated"],
      },
      object,
      oldObject: oldObject ?? null,
      dryRun: false,
    },
  };
}

function judgedRequest({ request, settings, session }: Fixture): Judged {
  return judge(linter, input({ manifest: inAscii(request), settings, session }));
}

/** JSON in ASCII, because it is parsed as YAML, which breaks lines at U+0085. */
function inAscii(request: JsonObject): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(request).replaceAll(/[\u0080-\uffff]/g, escaped);
}

test("every fixture gets the verdict in its name under its settings, user, old object and cluster", () => {
  const sessions = new Set<string>();
  for (const found of fixtureFiles().map(fixture)) {
    const judged = judgedRequest(found);
    const [object, ...others] = judged.objects;
    assert(object !== undefined && others.length === 0, `${found.file}: ${judged.settingsProblem?.message}`);
    const rule = basename(dirname(found.file));
    const severities = object.report.findings
      .filter((finding) => finding.rule === rule)
      .map(({ severity }) => severity);
    const shown = severities.includes("deny") ? "deny" : (severities[0] ?? "accept");
    assert(basename(found.file).startsWith(`${shown}-`), `${found.file}: ${shown}`);
    agreed(judged, found.session, found.file);
    sessions.add(found.session);
  }
  assert(sessions.size > 20, `${sessions.size} sessions`);
});

test("every report under settings equals `hostprocess check --settings`", async () => {
  const bySettings = new Map<string, Fixture[]>();
  for (const found of fixtureFiles()
    .map(fixture)
    .filter(({ session }) => session === "")) {
    bySettings.set(found.settings, [...(bySettings.get(found.settings) ?? []), found]);
  }
  let compared = 0;
  for (const [settings, group] of bySettings) {
    const settingsFile = join(folder, "settings.json");
    writeFileSync(settingsFile, settings);
    const files = new Map(group.map((found) => [join(folder, `${found.file.replaceAll("/", "_")}.json`), found]));
    for (const [path, { request }] of files) writeFileSync(path, inAscii(request));
    const expected = await checked("--settings", settingsFile, ...files.keys());
    for (const [path, found] of files) {
      assert.deepEqual(reports(judgedRequest(found), path), expected.get(path), found.file);
      compared += 1;
    }
  }
  assert(compared > 400, `${compared} fixtures`);
});
