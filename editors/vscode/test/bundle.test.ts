/** The built extension, with the real language client and a server in a process of its own. Only VS Code's API is a stub. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules, createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";

const SCRIPT = resolve("dist/extension.js");
const folder = mkdtempSync(join(tmpdir(), "hostprocess-"));
after(() => rmSync(folder, { recursive: true }));

/** Stands for the parts of the API that nothing depends on here: it can be called, extended, and has every member. */
const anything: unknown = new Proxy(class {}, {
  get: (target, name) => (name in target ? Reflect.get(target, name) : name === "then" ? undefined : anything),
  apply: () => anything,
  construct: (target, given, made) =>
    made === anything ? (anything as object) : Reflect.construct(target, given, made),
});

/** An object that has every other member, too. */
function some(members: object): unknown {
  return new Proxy(members, { get: (target, name) => (name in target ? Reflect.get(target, name) : anything) });
}

/** The errors that the extension and the client logged or showed. */
const errors: unknown[] = [];

function vscode(settings: Record<string, unknown>): unknown {
  const ignore = (): void => {};
  const error = async (...reported: unknown[]): Promise<void> => void errors.push(...reported);
  const output = some({ info: ignore, warn: error, error, appendLine: ignore, dispose: ignore });
  const workspaceFolders = [
    { name: "a folder", uri: { scheme: "file", fsPath: folder, toString: () => `file://${folder}` } },
  ];
  const getConfiguration = () => ({ get: (name: string, otherwise: unknown) => settings[name] ?? otherwise });
  return some({
    version: "1.91.0",
    workspace: some({
      isTrusted: true,
      workspaceFolders,
      textDocuments: [],
      notebookDocuments: [],
      getConfiguration,
    }),
    window: some({
      createOutputChannel: () => output,
      showErrorMessage: error,
      visibleTextEditors: [],
      tabGroups: some({ all: [] }),
    }),
    env: some({ language: "en", appName: "a test" }),
  });
}

interface Extension {
  activate(context: { subscriptions: unknown[] }): Promise<void>;
  deactivate(): Promise<void>;
}

/** Runs the script as VS Code does, and returns what it exports and the names of the modules that it asks for. */
function load(api: unknown): { extension: Extension; required: Set<string> } {
  const require = createRequire(SCRIPT);
  const module = { exports: {} as Extension };
  const required = new Set<string>();
  const provide = (name: string): unknown => {
    required.add(name);
    return name === "vscode" ? api : require(name);
  };
  new Function("require", "module", "exports", readFileSync(SCRIPT, "utf8"))(provide, module, module.exports);
  return { extension: module.exports, required };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition() && Date.now() < deadline) await new Promise((later) => setTimeout(later, 10));
}

test("it needs no modules but VS Code's and Node's", () => {
  const { required } = load(vscode({}));
  assert.deepEqual(
    [...required].filter((name) => !builtinModules.includes(name.replace(/^node:/, ""))),
    ["vscode"],
  );
});

test("it starts the server, speaks the protocol with it, and ends it", async () => {
  const log = join(folder, "log");
  writeFileSync(log, "");
  const written = () =>
    readFileSync(log, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const methods = () => written().map(({ method }) => method);
  // Node takes the place of the command, and runs the script `lsp` in the folder of the workspace.
  writeFileSync(join(folder, "lsp"), readFileSync("test/stubs/server.cjs"));
  const { extension } = load(vscode({ path: process.execPath, arguments: ["--config", "a file.yaml", log] }));
  await extension.activate({ subscriptions: [] });
  await until(() => methods().includes("initialized"));
  await extension.deactivate();
  await until(() => methods().includes("exit"));
  assert.deepEqual(errors, []);
  assert.deepEqual(methods(), [undefined, "initialize", "initialized", "shutdown", "exit"]);
  const [started, { params }] = written();
  assert.deepEqual(started.arguments, ["--config", "a file.yaml"]);
  assert.equal(params.initializationOptions, undefined);
  // The server watches configurations by registering for them.
  assert.equal(params.capabilities.workspace.didChangeWatchedFiles.dynamicRegistration, true);
});
