/** Finds the command that the settings name. Nothing here needs VS Code, so that tests can call it. */

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

export const thisMachine = () => ({ platform: process.platform, home: homedir(), PATH: process.env.PATH, isProgram });

/**
 * The file that the setting `hostprocess.path` names. Relative paths need the folder of a trusted workspace. The PATH is
 * searched here: Windows would look for a bare name in the working folder first, and start what an untrusted one brings.
 */
export function findCommand(name: string, folder: string | undefined, machine = thisMachine()): string | undefined {
  const [path, endings] = machine.platform === "win32" ? [win32, [".exe", ""]] : [posix, [""]];
  const places = (): string[] => {
    if (/^~[\\/]/.test(name)) return [path.join(machine.home, name.slice(2))];
    if (path.isAbsolute(name)) return [name];
    if (name !== path.basename(name)) return folder === undefined ? [] : [path.join(folder, name)];
    const entries = (machine.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
    return entries.map((entry) => path.join(entry, name));
  };
  return places()
    .flatMap((place) => endings.map((ending) => place + ending))
    .find(machine.isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
