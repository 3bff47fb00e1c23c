/** Where the command is looked for. */

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { findCommand, thisMachine } from "../src/command.ts";

function linux(...programs: string[]) {
  const isProgram = (file: string): boolean => programs.includes(file);
  return { platform: "linux" as const, home: "/home/me", PATH: ":.:bin:/usr/local/bin:/usr/bin", isProgram };
}

function windows(...programs: string[]) {
  const isProgram = (file: string): boolean => programs.includes(file);
  return { platform: "win32" as const, home: "C:\\Users\\me", PATH: ";.;C:\\tools;D:\\more tools", isProgram };
}

test("a name is looked for in the folders of the PATH, in their order", () => {
  const machine = linux("/usr/bin/hostprocess", "/usr/local/bin/hostprocess");
  assert.equal(findCommand("hostprocess", "/work", machine), "/usr/local/bin/hostprocess");
  assert.equal(findCommand("hostprocess", "/work", linux("/usr/bin/hostprocess")), "/usr/bin/hostprocess");
  assert.equal(findCommand("hostprocess", "/work", linux()), undefined);
});

test("a name is never looked for in the workspace, even where the PATH has relative folders", () => {
  const machine = linux("/work/hostprocess", "/work/bin/hostprocess", "hostprocess", "bin/hostprocess");
  assert.equal(findCommand("hostprocess", "/work", machine), undefined);
  const onWindows = windows("C:\\work\\hostprocess.exe", "hostprocess.exe", ".\\hostprocess.exe");
  assert.equal(findCommand("hostprocess", "C:\\work", onWindows), undefined);
});

test("an absolute path is taken as it is", () => {
  assert.equal(findCommand("/opt/hp", undefined, linux("/opt/hp")), "/opt/hp");
  assert.equal(findCommand("/opt/hp", undefined, linux()), undefined);
});

test("a relative path starts at the workspace's folder, and is nothing without one", () => {
  const machine = linux("/work/target/debug/hostprocess");
  assert.equal(findCommand("target/debug/hostprocess", "/work", machine), "/work/target/debug/hostprocess");
  assert.equal(findCommand("./target/debug/hostprocess", "/work", machine), "/work/target/debug/hostprocess");
  assert.equal(findCommand("target/debug/hostprocess", undefined, machine), undefined);
});

test("~/ is the home folder", () => {
  assert.equal(findCommand("~/bin/hp", undefined, linux("/home/me/bin/hp")), "/home/me/bin/hp");
  assert.equal(
    findCommand("~\\bin\\hp", undefined, windows("C:\\Users\\me\\bin\\hp.exe")),
    "C:\\Users\\me\\bin\\hp.exe",
  );
});

test("on Windows .exe may be left out", () => {
  const machine = windows("D:\\more tools\\hostprocess.exe");
  for (const name of ["hostprocess", "hostprocess.exe", "D:\\more tools\\hostprocess"]) {
    assert.equal(findCommand(name, undefined, machine), "D:\\more tools\\hostprocess.exe", name);
  }
});

test("on this machine a program is a file that may be executed", { skip: process.platform === "win32" }, () => {
  const folder = mkdtempSync(join(tmpdir(), "hostprocess-"));
  try {
    const machine = { ...thisMachine(), PATH: folder };
    const file = join(folder, "hostprocess");
    mkdirSync(join(folder, "a-folder"));
    assert.equal(findCommand("a-folder", undefined, machine), undefined);
    writeFileSync(file, "#!/bin/sh\n", { mode: 0o644 });
    assert.equal(findCommand("hostprocess", undefined, machine), undefined);
    chmodSync(file, 0o755);
    assert.equal(findCommand("hostprocess", undefined, machine), file);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
