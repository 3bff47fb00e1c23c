/** YAML means what kubectl takes it for. The cases are those of crates/yaml/src/tests.rs. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isEqual, type Json } from "../src/json.ts";
import { documents, YamlError, type Document } from "../src/yaml/documents.ts";

function read(text: string): Document {
  const all = documents(text);
  const [document] = all;
  assert(
    all.length === 1 && document !== undefined && !(document instanceof YamlError),
    `${text}: ${String(document)}`,
  );
  return document;
}

function error(text: string): { line: number; message: string } {
  const found = documents(text).find((document) => document instanceof YamlError);
  assert(found instanceof YamlError, `must be refused: ${text.slice(0, 80)}`);
  return { line: text.slice(0, found.offset).split("\n").length, message: found.message };
}

function assertValue(text: string, expected: Json): void {
  const { value } = read(text);
  assert(isEqual(value, expected), `${text}: ${JSON.stringify(value)}`);
}

test("scalars", () => {
  const cases: [string, Json][] = [
    ["yes", true],
    ["on", true],
    ["True", true],
    ["n", false],
    ["OFF", false],
    ["tRUE", "tRUE"],
    ["a: ~", { a: null }],
    ["010", 8],
    ["0o10", 8],
    ["0x1F", 31],
    ["0b11", 3],
    ["-12", -12],
    ["+12", 12],
    ["1_000", 1000],
    ["08", 8],
    ["1e3", 1000],
    ["1.5", 1.5],
    [".5", 0.5],
    ["1e999", "1e999"],
    ["1.2.3", "1.2.3"],
    ["0x", "0x"],
    ["0x+1", "0x+1"],
    ["+-1", "+-1"],
    ["inf", "inf"],
    ["-", [null]],
    ["2001-01-01", "2001-01-01"],
    ["12:30", "12:30"],
    ["'yes'", "yes"],
    ['"10"', "10"],
    ["!!str 10", "10"],
    ["!!int '10'", 10],
    ["!own 10", "10"],
    ["NT AUTHORITY\\SYSTEM", "NT AUTHORITY\\SYSTEM"],
    ["on: 1\n0x10: 2\n'yes': 3", { true: 1, 16: 2, yes: 3 }],
  ];
  for (const [text, expected] of cases) assertValue(text, expected);
  assert.equal(error("a: .inf").line, 1);
  assert.equal(error("a: !!int b").message, '"b" does not fit its tag !!int');
  assert.equal(error("{a: 1}: 2").message, "a key that is a list or a mapping");
});

test("anchors, aliases and merge keys", () => {
  const text =
    "base: &base {a: 1, b: 2}\nother: &other {b: 3, c: 4}\n" +
    "one: {<<: *base, a: 9}\ntwo: {d: 5, <<: [*base, *other]}\nsame: *base\nquoted: {'<<': x}";
  assertValue(text, {
    base: { a: 1, b: 2 },
    other: { b: 3, c: 4 },
    one: { a: 9, b: 2 },
    two: { a: 1, b: 2, c: 4, d: 5 },
    same: { a: 1, b: 2 },
    quoted: { "<<": "x" },
  });
  assert.equal(error("a: {<<: 1}").message, "`<<` merges mappings only");
  assert.equal(error("a: &a [*a]").message, "an alias to a value that contains it");
  assert.equal(error("a: *nowhere").line, 1);
});

test("places, also in brackets that end at the column of their key", () => {
  const text = 'ü: 0\na:\n  command: [\n    "x",\n  ]\n  args: ["--a",\n    plain, {b:\n    1\n    }\n  ]\n  last: 1\n';
  const { value, node } = read(text);
  assert.deepEqual((value as { a: Json }).a, { command: ["x"], args: ["--a", "plain", { b: 1 }], last: 1 });
  const at = (path: string): string => {
    const { from, to } = node.nearest(path).place();
    return text.slice(from, to);
  };
  assert.equal(at("a.command[0]"), '"x"');
  assert.equal(at("a.args[1]"), "plain");
  assert.equal(at("a.last"), "last: 1");
  assert.notEqual(error("a:\n    b: 1\n  c: 2").message, "");
});

test("what the parser cannot read as kubectl does, it refuses", () => {
  assert.match(error('a:\n  args: [\n"--a",\n]\n').message, /sufficiently indented/);
  assert.match(error('a:\n  text: "one\ntwo"\n').message, /Missing closing/);
});

test("of a key written twice the last value counts", () => {
  const [first, second] = documents('a: 1\nb: {c: 2, c: 3}\n"a": 4\n---\na: 5');
  assert(
    first !== undefined && !(first instanceof YamlError) && second !== undefined && !(second instanceof YamlError),
  );
  assert.deepEqual(first.value, { a: 4, b: { c: 3 } });
  assert.equal(first.node.nearest("a").place().from, 21);
  assert.deepEqual(first.repeatedKeys, [
    { offset: 15, key: "c" },
    { offset: 21, key: "a" },
  ]);
  assert.deepEqual(second.repeatedKeys, []);
});

test("places are those of the whole text, and documents that cannot be read do not hide others", () => {
  const text = "a: 1\n---\nb: [\n--- # comment\n# only a comment\n---\nc:\n  d: 2\n";
  const [first, broken, last] = documents(text);
  assert(broken instanceof YamlError && first !== undefined && last !== undefined && !(last instanceof YamlError));
  const { from, to } = last.node.nearest("c.d").place();
  assert.equal(text.slice(from, to), "d: 2");
});

test("nothing is left out without a word", () => {
  assert.equal(error("a: 1\n...\nb: 2\n").message, "a second document begins without a line of ---");
  assert.equal(error("a:\n  b: 1\n\t\n  c: 2\n").line, 3);
  assert.equal(error("a:\n- b\n\t\n- c\n").line, 3);
  assertValue("a: [1,\n\t\n  2]\nb: |\n  x\n  \t\n  y\n", { a: [1, 2], b: "x\n\t\ny\n" });
});

test("hostile streams are refused", () => {
  let bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (let i = 1; i < 30; i += 1)
    bomb += `a${i}: &a${i} [${Array(9)
      .fill(`*a${i - 1}`)
      .join(", ")}]\n`;
  assert.equal(error(bomb).message, "anchors and aliases add up to more than 16 MiB");
  assert.equal(
    error(`a: &a ${"x".repeat(1 << 20)}\nb: [${"*a, ".repeat(100)}]`).message,
    "anchors and aliases add up to more than 16 MiB",
  );
  assert.equal(error("- ".repeat(10_000)).message, "nested more than 256 levels deep");
  assert.equal(error("[".repeat(20_000)).line, 1);
});

test("the shortest texts are read or refused at a place in them", () => {
  for (const text of [
    "",
    "\u0000",
    "\ufeff",
    "%YAML 9.9",
    "%",
    "&",
    "*",
    "!",
    "@",
    "`",
    "a: |",
    "? ",
    "- - -",
    "...",
    "--- ---",
  ]) {
    for (const document of documents(text)) {
      const { from, to } =
        document instanceof YamlError ? { from: document.offset, to: document.offset } : document.node.place();
      assert(0 <= from && from <= to && to <= text.length, `${from} to ${to} of ${JSON.stringify(text)}`);
    }
  }
});

test("names of JavaScript's own are keys like any other", () => {
  const { value } = read("__proto__: {a: 1}\nconstructor: 2\ntoString: 3");
  assert.equal(JSON.stringify(value), '{"__proto__":{"a":1},"constructor":2,"toString":3}');
});
