/** Starts `hostprocess lsp` for YAML and JSON documents, and restarts it when its settings change. */

import { commands, type ExtensionContext, env, type LogOutputChannel, Uri, window, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { repository } from "../package.json";
import { findCommand } from "./command.ts";

/** The client applies changes of `hostprocess.trace.server` to a running server itself. */
const RESTARTING = ["hostprocess.enable", "hostprocess.path", "hostprocess.arguments"];

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
    workspace.onDidChangeConfiguration((edit) => RESTARTING.some((key) => edit.affectsConfiguration(key)) && restart()),
    workspace.onDidGrantWorkspaceTrust(restart),
  );
  return restart();
}

export const deactivate = (): Promise<void> => restarts.then(stop);

function restart(): Promise<void> {
  const restarted = restarts.then(stop).then(start);
  restarts = restarted.catch((error) => output.error(error));
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
  if (command === undefined) return void reportMissing(name);
  const args = ["lsp", ...settings.get<string[]>("arguments", [])];
  const inScheme = (scheme: string) => ["yaml", "json", "jsonc", "helm"].map((language) => ({ scheme, language }));
  const documentSelector = [...inScheme("file"), ...inScheme("untitled")];
  output.info(`Starting ${command} ${args.join(" ")}`);
  const options = { documentSelector, outputChannel: output };
  client = new LanguageClient("hostprocess", "hostprocess", { command, args }, options);
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
