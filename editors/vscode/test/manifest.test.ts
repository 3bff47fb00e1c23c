/** Agreement of package.json with the source, and with the rest of the repository. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import manifest from "../package.json";

/** Tests are started in `editors/vscode/`. */
const ROOT = join(process.cwd(), "../..");

test("the extension has the version of the command, and of every other part of a release", () => {
  const workspace = /^\[workspace\.package\]\nversion = "(.*)"$/m.exec(readFileSync(join(ROOT, "Cargo.toml"), "utf8"));
  assert.equal(manifest.version, workspace?.[1]);
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  assert.equal(lock.version, manifest.version);
  assert.equal(lock.packages[""].version, manifest.version);
});

test("the publisher is the owner of the repository", () => {
  assert.equal(manifest.repository.url.split("/").at(-2)?.toLowerCase(), manifest.publisher);
});

test("dependencies are exact, and none is needed at run time", () => {
  for (const version of Object.values(manifest.devDependencies)) assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.equal("dependencies" in manifest, false);
});

test("the settings that start a program cannot be set by an untrusted workspace", () => {
  const overridable = Object.entries<{ scope: string }>(manifest.contributes.configuration.properties)
    .filter(([, { scope }]) => scope === "machine-overridable")
    .map(([name]) => name);
  assert.deepEqual(overridable, ["hostprocess.path", "hostprocess.arguments"]);
  assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, overridable);
});

test("the licences of what is in the script lie beside it", () => {
  const licences = readFileSync("dist/LICENSES.txt", "utf8");
  for (const name of [
    "vscode-languageclient",
    "vscode-languageserver-protocol",
    "vscode-jsonrpc",
    "semver",
    "minimatch",
  ]) {
    assert.ok(licences.includes(`\n${name}:\n`), name);
  }
});
