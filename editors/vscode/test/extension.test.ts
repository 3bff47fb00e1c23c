/** How the extension uses VS Code's API and the language client, which are stubs here. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";

import manifest from "../package.json";
import { activate, deactivate } from "../src/extension.ts";
import { clients, server } from "./stubs/client.ts";
import { state } from "./stubs/vscode.ts";

const DECLARED = Object.keys(manifest.contributes.configuration.properties);
/** A program that every machine with these tests has. */
const PROGRAM = process.execPath;

const activated = (): Promise<void> => activate({ subscriptions: [] } as never);
const changed = (setting: string): unknown =>
  state.whenConfigured?.({ affectsConfiguration: (name) => name === setting });
const running = (): string[][] =>
  clients.filter((client) => client.running).map(({ serverOptions: { command, args } }) => [command, ...args]);

beforeEach(async () => {
  server.start = server.stop = async () => {};
  await deactivate();
  clients.length = 0;
  Object.assign(state, {
    settings: { "hostprocess.path": PROGRAM },
    trusted: true,
    folder: undefined,
    choice: undefined,
  });
  Object.assign(state, { errors: [], log: [], opened: [], executed: [], read: new Set() });
});

test("the server starts for files and unsaved documents of the languages that activate the extension", async () => {
  await activated();
  assert.deepEqual(running(), [[PROGRAM, "lsp"]]);
  const selector = clients[0]?.clientOptions.documentSelector ?? [];
  for (const scheme of ["file", "untitled"]) {
    const events = selector
      .filter((filter) => filter.scheme === scheme)
      .map(({ language }) => `onLanguage:${language}`);
    assert.deepEqual(events, manifest.activationEvents);
  }
  assert.deepEqual(state.errors, []);
});

test("every setting is declared and used, and every change of one that the server is started with restarts it", async () => {
  await activated();
  // The client itself reads this one, in the section that has its id.
  assert.equal(clients[0]?.id, "hostprocess");
  assert.deepEqual([...state.read, "hostprocess.trace.server"].sort(), DECLARED.toSorted());
  for (const setting of state.read) {
    const before = clients.length;
    await changed(setting);
    assert.equal(clients.length, before + 1, setting);
    assert.equal(running().length, 1, setting);
  }
  const before = clients.length;
  await changed("hostprocess.trace.server");
  await changed("editor.fontSize");
  assert.equal(clients.length, before);
});

test("the defaults in package.json are those of the source", async () => {
  const { properties } = manifest.contributes.configuration;
  state.settings = { "hostprocess.path": "no-such-command-of-this-test" };
  await activated();
  state.settings = {};
  const path = process.env.PATH;
  process.env.PATH = "";
  try {
    await changed("hostprocess.path");
  } finally {
    process.env.PATH = path;
  }
  assert.match(state.errors[1] ?? "", new RegExp(`'${properties["hostprocess.path"].default}' was not found`));
  assert.equal(properties["hostprocess.enable"].default, true);
  assert.deepEqual(properties["hostprocess.arguments"].default, []);
});

test("arguments come after lsp", async () => {
  state.settings["hostprocess.arguments"] = ["--config", "a file.yaml"];
  await activated();
  assert.deepEqual(running(), [[PROGRAM, "lsp", "--config", "a file.yaml"]]);
});

test("without hostprocess.enable nothing runs", async () => {
  state.settings["hostprocess.enable"] = false;
  await activated();
  assert.deepEqual(running(), []);
  state.settings["hostprocess.enable"] = true;
  await changed("hostprocess.enable");
  assert.equal(running().length, 1);
  state.settings["hostprocess.enable"] = false;
  await changed("hostprocess.enable");
  assert.deepEqual(running(), []);
  assert.deepEqual(state.errors, []);
});

test("a command that is missing is one error, which leads to the installation", async () => {
  state.settings["hostprocess.path"] = "no-such-command-of-this-test";
  state.choice = "How to Install";
  await activated();
  await new Promise(setImmediate);
  assert.deepEqual(running(), []);
  assert.equal(state.errors.length, 1);
  assert.match(state.errors[0] ?? "", /'no-such-command-of-this-test' was not found.*hostprocess\.path/);
  const [address] = state.opened;
  const [page, section] = address?.replace(`${manifest.repository.url}/blob/main/`, "").split("#") ?? [];
  const file = join(process.cwd(), "../..", page ?? "");
  assert.ok(existsSync(file), address);
  assert.match(readFileSync(file, "utf8").toLowerCase(), new RegExp(`^## ${section}$`, "m"));
});

test("that error also leads to the setting", async () => {
  state.settings["hostprocess.path"] = "no-such-command-of-this-test";
  state.choice = "Open Settings";
  await activated();
  await new Promise(setImmediate);
  assert.deepEqual(state.executed, [["workbench.action.openSettings", "hostprocess.path"]]);
});

test("a path in the workspace counts once the workspace is trusted", async () => {
  Object.assign(state, { trusted: false, folder: join(PROGRAM, "../..") });
  state.settings["hostprocess.path"] = `bin/${PROGRAM.split("/").at(-1)}`;
  await activated();
  assert.deepEqual(running(), []);
  assert.equal(state.errors.length, 1);
  state.trusted = true;
  await state.whenTrusted?.();
  assert.deepEqual(running(), [[PROGRAM, "lsp"]]);
});

test("every command that is declared is registered", async () => {
  await activated();
  const declared = manifest.contributes.commands.map(({ command }) => command);
  assert.deepEqual([...state.commands.keys()], declared);
  await state.commands.get("hostprocess.restart")?.();
  assert.equal(clients.length, 2);
  assert.equal(running().length, 1);
  state.commands.get("hostprocess.showOutput")?.();
  assert.equal(state.log.at(-1), "shown");
});

test("restarts that overlap leave one server", async () => {
  await activated();
  server.stop = () => new Promise((stopped) => setTimeout(stopped, 5));
  await Promise.all([
    changed("hostprocess.path"),
    changed("hostprocess.arguments"),
    state.commands.get("hostprocess.restart")?.(),
  ]);
  assert.equal(running().length, 1);
  assert.equal(clients.filter((client) => !client.disposed).length, 1);
});

test("a server that never answers, or fails to start or to stop, does not keep the next one from starting", async () => {
  for (const start of [() => new Promise<void>(() => {}), () => Promise.reject(new Error("no start"))]) {
    Object.assign(server, { start, stop: () => Promise.reject(new Error("no stop")) });
    await changed("hostprocess.path");
  }
  const before = clients.length;
  await changed("hostprocess.path");
  assert.equal(clients.length, before + 1);
  assert.ok(state.log.includes("Error: no stop"), state.log.join("\n"));
});

test("deactivating stops the server", async () => {
  await activated();
  await deactivate();
  assert.deepEqual(running(), []);
});
