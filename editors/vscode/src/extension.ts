/** Starts `hostprocess lsp` for YAML and JSON documents, and restarts it when its settings change. */

import { commands, type ExtensionContext, env, type LogOutputChannel, Uri, window, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";

import { repository } from "../package.json";
import { findCommand } from "./command.ts";

const LANGUAGES = ["yaml", "json", "jsonc", "helm"];
/** The client applies changes of `hostprocess.trace.server` to a running server itself. */
const NEED_A_RESTART = ["hostprocess.enable", "hostprocess.path", "hostprocess.arguments"];

let output: LogOutputChannel;
let client: LanguageClient | undefined;
/** One restart waits for the one before it, so that two never leave two servers. */
let restarts = Promise.resolve();

export function activate(context: ExtensionContext): Promise<void> {
  output = window.createOutputChannel("hostprocess", { log: true });
  context.subscriptions.push(
    output,
    commands.registerCommand("hostprocess.restart", restart),
    commands.registerCommand("hostprocess.showOutput", () => output.show()),
    workspace.onDidChangeConfiguration(async (change) => {
      if (NEED_A_RESTART.some((setting) => change.affectsConfiguration(setting))) await restart();
    }),
    workspace.onDidGrantWorkspaceTrust(restart),
  );
  return restart();
}

export const deactivate = (): Promise<void> => restarts.then(stop);

function restart(): Promise<void> {
  restarts = restarts
    .then(stop)
    .then(start)
    .catch((error) => output.error(error));
  return restarts;
}

/** A server that does not answer is killed by the client, which also reports it as an error. */
async function stop(): Promise<void> {
  const stopped = client;
  client = undefined;
  await stopped?.dispose().catch((error) => output.warn(error));
}

function start(): void {
  const settings = workspace.getConfiguration("hostprocess");
  if (!settings.get("enable", true)) return;
  const name = settings.get("path", "hostprocess");
  const command = findCommand(name, workspace.isTrusted ? workspace.workspaceFolders?.[0]?.uri.fsPath : undefined);
  if (command === undefined) {
    void reportMissing(name);
    return;
  }
  const args = ["lsp", ...settings.get<string[]>("arguments", [])];
  const documentSelector = LANGUAGES.flatMap((language) => [
    { scheme: "file", language },
    { scheme: "untitled", language },
  ]);
  output.info(`Starting ${command} ${args.join(" ")}`);
  const clientOptions = { documentSelector, outputChannel: output };
  client = new LanguageClient("hostprocess", "hostprocess", { command, args }, clientOptions);
  // Not awaited: a server that never answers must not keep a restart waiting. The client itself shows and logs errors.
  client.start().catch(() => undefined);
}

async function reportMissing(name: string): Promise<void> {
  const [install, settings] = ["How to Install", "Open Settings"];
  const message = `The command '${name}' was not found. Install it, or say in the setting hostprocess.path where it is.`;
  const chosen = await window.showErrorMessage(message, install, settings);
  if (chosen === install) await env.openExternal(Uri.parse(`${repository.url}/blob/main/docs/ci.md#install`));
  if (chosen === settings) await commands.executeCommand("workbench.action.openSettings", "hostprocess.path");
}
