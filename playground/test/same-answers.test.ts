/** The page's code gives the answers that the command gives, for every fixture. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { judge, type Input, type ObjectReport } from "../src/judge.ts";
import { at, isObject, type JsonObject } from "../src/json.ts";
import { documents, YamlError } from "../src/yaml/documents.ts";
import type { Policy, ValidationResponse } from "../src/policy/policy.ts";
import { noCluster } from "../src/policy/policy.ts";
import { Session } from "../src/policy/session.ts";
import { difference } from "../src/patch.ts";
import {
  fixtureFiles,
  header,
  hostprocess,
  hostprocessJson,
  jsonHeader,
  loadPolicy,
  MODULE,
  readRepositoryFile,
} from "./repository.ts";

let policy: Policy;
let folder: string;

before(async () => {
  policy = await loadPolicy();
  folder = mkdtempSync(join(tmpdir(), "playground-"));
});
after(() => rmSync(folder, { recursive: true }));

function judged(manifest: string, more: Partial<Input> = {}): ObjectReport[] {
  const circumstances = { namespace: "", user: "", groups: [], subresource: "" };
  return judge(policy, { manifest, before: "", settings: "", session: "", circumstances, ...more }).objects;
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

interface Checked {
  file: string;
  message?: string | null;
  warnings?: string[];
  verdict: string;
  findings: {
    rule: string;
    severity: string;
    path: string;
    line: number;
    column: number;
    message: string;
    fix: string;
  }[];
}

/** The reports of `hostprocess check -o json`, by file. */
async function checked(...args: string[]): Promise<Map<string, Checked[]>> {
  const byFile = new Map<string, Checked[]>();
  for (const report of await hostprocessJson<Checked[]>("check", "-o", "json", ...args)) {
    byFile.set(report.file, [...(byFile.get(report.file) ?? []), report]);
  }
  return byFile;
}

test("manifests: every document of every fixture is answered as `hostprocess check --wasm` answers it", async () => {
  const expected = await checked("--wasm", MODULE, "test_data");
  let compared = 0;
  for (const file of fixtureFiles()) {
    const answers = judged(readRepositoryFile(file)).map(({ verdict, response }) => {
      assert(typeof response !== "string", `${file}: ${String(response)}`);
      return { verdict, message: response.message ?? null, warnings: response.warnings ?? [] };
    });
    const command = (expected.get(file) ?? []).map(({ verdict, message, warnings }) => ({
      verdict,
      message,
      warnings,
    }));
    assert.deepEqual(answers, command, file);
    compared += answers.length;
  }
  assert(compared >= fixtureFiles().length, `${compared} objects`);
});

test("places: every finding of every fixture is at the line and column where `hostprocess check` shows it", async () => {
  const expected = await checked("test_data", "examples");
  let compared = 0;
  for (const file of [...fixtureFiles(), "examples/broken.yaml", "examples/privileged-daemonset.yaml"]) {
    const text = readRepositoryFile(file);
    const found = judged(text).flatMap(({ findings }) =>
      findings.map(({ rule, severity, path, range, text: words }) => ({
        rule,
        severity,
        path,
        words,
        ...lineAndColumn(text, range.from),
      })),
    );
    const command = (expected.get(file) ?? []).flatMap(({ findings }) =>
      findings.map(({ rule, severity, path, line, column, message, fix }) => ({
        rule,
        severity,
        path,
        words: fix === "" ? message : `${message}; ${fix}`,
        line,
        column,
      })),
    );
    const sorted = (list: typeof found | typeof command): unknown[] =>
      list.map((item) => JSON.stringify(item, Object.keys(item).sort())).sort();
    assert.deepEqual(sorted(found), sorted(command), file);
    compared += found.length;
  }
  assert(compared > 300, `${compared} findings`);
});

/** The request of a fixture, as crates/fixtures builds it, but with the page's reading of the YAML. */
function requestOf(source: string): JsonObject {
  const [object, oldObject] = documents(source).map((document) => {
    assert(!(document instanceof YamlError), String(document));
    return document.value;
  });
  const [version = "", group = ""] = String(at(object, "apiVersion") ?? "")
    .split("/")
    .reverse();
  return {
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
    object: object ?? null,
    oldObject: oldObject ?? null,
    dryRun: false,
  };
}

/** Each process compiles the module, which keeps a core busy. */
async function twoAtATime<T>(items: T[], task: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) await task(item, index);
  };
  await Promise.all([work(), work()]);
}

interface Fixture {
  file: string;
  request: JsonObject;
  settings: JsonObject;
  session: string | undefined;
}

function fixtures(): Fixture[] {
  return fixtureFiles().map((file) => {
    const source = readRepositoryFile(file);
    const settings = jsonHeader(source, "settings") ?? {};
    assert(isObject(settings), file);
    return { file, request: requestOf(source), settings, session: header(source, "session") };
  });
}

test("requests: fixtures with settings, users and old objects are answered as by the command", async () => {
  const bySettings = new Map<string, Fixture[]>();
  for (const fixture of fixtures().filter(({ session }) => session === undefined)) {
    const key = JSON.stringify(fixture.settings);
    bySettings.set(key, [...(bySettings.get(key) ?? []), fixture]);
  }
  let compared = 0;
  await twoAtATime([...bySettings], async ([settings, group], number) => {
    const settingsFile = join(folder, `settings-${number}.json`);
    writeFileSync(settingsFile, settings);
    const files = group.map(({ file, request }) => {
      const path = join(folder, `${file.replaceAll("/", "_")}.json`);
      writeFileSync(path, JSON.stringify(request));
      return path;
    });
    const expected = await checked("--wasm", MODULE, "--settings", settingsFile, ...files);
    for (const [index, fixture] of group.entries()) {
      const { message = null, warnings } = policy.validate(fixture.request, fixture.settings, noCluster);
      const [command] = expected.get(files[index] ?? "") ?? [];
      assert.deepEqual(
        { message, warnings: warnings ?? [] },
        { message: command?.message, warnings: command?.warnings },
        fixture.file,
      );
      compared += 1;
    }
  });
  assert(compared > 400, `${compared} fixtures`);
});

interface AdmissionResponse {
  allowed: boolean;
  status?: { message?: string; code?: number };
  auditAnnotations: Record<string, string> | null;
  warnings: string[] | null;
  patch?: string;
}

/** The whole answer, in the form in which `hostprocess run` prints it. */
function printed(request: JsonObject, response: ValidationResponse): AdmissionResponse {
  const status = {
    ...(response.message != null && { message: response.message }),
    ...(response.code != null && { code: response.code }),
  };
  return {
    allowed: response.accepted,
    ...(Object.keys(status).length > 0 && { status }),
    auditAnnotations: response.audit_annotations ?? null,
    warnings: response.warnings ?? null,
    ...(isObject(response.mutated_object) && {
      patch: JSON.stringify(difference(at(request, "object") ?? null, response.mutated_object)),
    }),
  };
}

/** A patch with its operations in the order of their paths. */
function sortedPatch(response: AdmissionResponse): unknown {
  if (response.patch === undefined) return response;
  const operations = JSON.parse(response.patch) as { path: string }[];
  return { ...response, patch: operations.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

test("sessions and changes: the whole answer is that of `hostprocess run`", async () => {
  const mutating = { mutate: "safe" };
  const some = fixtures().filter(({ session, settings }) => session !== undefined || "mutate" in settings);
  const pods = ["test_data/requests", ...fixtureFiles()]
    .filter((file) => /host-network\/(deny|accept)-/.test(file))
    .slice(0, 4);
  const changed = pods.map((file) => ({
    file,
    request: requestOf(readRepositoryFile(file)),
    settings: mutating,
    session: undefined,
  }));
  let patches = 0;
  const compare = async ({ file, request, settings, session }: Fixture): Promise<void> => {
    const path = join(folder, `${file.replaceAll("/", "_")}.run.json`);
    writeFileSync(path, JSON.stringify(request));
    const replay =
      session === undefined ? [] : ["--replay-host-capabilities-interactions", `test_data/sessions/${session}`];
    const output = await hostprocess(
      "run",
      MODULE,
      "-r",
      path,
      "--settings-json",
      JSON.stringify(settings),
      "--allow-context-aware",
      ...replay,
    );
    const {
      uid: _,
      patchType: __,
      ...command
    } = JSON.parse(output) as AdmissionResponse & { uid: string; patchType?: string };
    if (command.patch !== undefined) {
      command.patch = Buffer.from(command.patch, "base64").toString();
      patches += 1;
    }
    const capabilities = Session.read(
      session === undefined ? "" : readRepositoryFile("test_data/sessions", session),
    ).replay();
    const response = policy.validate(request, settings, capabilities);
    assert.deepEqual(sortedPatch(printed(request, response)), sortedPatch(command), file);
  };
  const all = [...some, ...changed];
  await twoAtATime(all, compare);
  assert(some.length > 50 && patches > 0, `${some.length} sessions, ${patches} patches`);
});
