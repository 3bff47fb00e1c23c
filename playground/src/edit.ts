/**
 * One operation of JSON Patch as a change of the text, which leaves everything else as it was written. The command does the
 * same in cli/src/edit/operation.rs, for more layouts; what this does not manage is refused.
 */

import { isObject, type Json } from "./json.ts";
import { keys, type Operation } from "./patch.ts";
import { documents, YamlError } from "./yaml/documents.ts";
import type { Located } from "./yaml/place.ts";

export interface Edit {
  from: number;
  to: number;
  insert: string;
}

/** @throws Error with the reason why the text cannot be changed. */
export function edit(text: string, node: Located, operation: Operation): Edit {
  const path = keys(operation.path);
  const last = path.pop() ?? "";
  const parent = path.reduce<Located | undefined>((found, key) => found?.child(key), node);
  if (parent === undefined) throw new Error("the text does not say where this is");
  const place = new Place(text, parent);
  if (operation.op === "remove") return place.remove(last);
  return parent.child(last) === undefined ? place.add(last, operation.value) : place.replace(last, operation.value);
}

/** The mapping or list whose member or item changes. */
class Place {
  constructor(
    private readonly text: string,
    private readonly parent: Located,
  ) {}

  replace(key: string, value: Json): Edit {
    const child = this.child(key);
    const { from, to } = child.value;
    const written = this.text.slice(from, to);
    if (/^[&!*|>]/.test(written)) throw new Error("the value has an anchor, a tag or several lines; change it by hand");
    if (written === "" && child.key !== undefined) {
      const colon = this.text.indexOf(":", child.key.to) + 1;
      return { from: colon, to: colon, insert: ` ${write(value, "")}` };
    }
    return { from, to, insert: write(value, written) };
  }

  add(key: string, value: Json): Edit {
    if (!(this.parent.children instanceof Map)) throw new Error("the text has no mapping to add it to");
    const members = this.parent.inOrder();
    const isFlow = this.text[this.parent.value.from] === "{";
    const [first, last] = [members[0], members.at(-1)];
    if (first === undefined || last === undefined) return this.addToEmpty(key, value);
    if (isFlow) {
      const quote = this.text[first.start] === '"' ? '"' : "";
      return { from: last.end, to: last.end, insert: `, ${write(key, quote)}: ${write(value, quote)}` };
    }
    // Behind the last member that is short, so that the new one is seen.
    const isShort = (member: Located): boolean =>
      member.children === undefined && !this.text.slice(member.start, member.end).includes("\n");
    const neighbour = members.findLast(isShort) ?? last;
    const indent = " ".repeat(neighbour.start - this.lineStart(neighbour.start));
    const end = this.lineEnd(neighbour.end);
    return { from: end, to: end, insert: `${this.lineBreak}${block(key, value, indent, this.lineBreak)}` };
  }

  /** `{}` behind a key in block style becomes a block, too. */
  private addToEmpty(key: string, value: Json): Edit {
    const { from, to } = this.parent.value;
    const own = this.parent.key;
    const before = own === undefined ? undefined : this.text.slice(this.lineStart(own.from), own.from);
    if (own !== undefined && before !== undefined && /^[ -]*$/.test(before) && this.lineEnd(to) === to) {
      const indent = " ".repeat(before.length + 2);
      return { from: own.to, to, insert: `:${this.lineBreak}${block(key, value, indent, this.lineBreak)}` };
    }
    return { from, to, insert: `{${write(key, "")}: ${write(value, "")}}` };
  }

  remove(key: string): Edit {
    const removed = this.child(key);
    const members = this.parent.inOrder();
    const index = members.findIndex((member) => member.start === removed.start);
    const [previous, next] = [members[index - 1], members[index + 1]];
    if (members.length === 1) return this.empty(removed);
    if (/^[{[]/.test(this.text.slice(this.parent.value.from, this.parent.value.from + 1))) {
      if (next !== undefined) return { from: removed.start, to: next.start, insert: "" };
      return { from: previous?.end ?? removed.start, to: removed.end, insert: "" };
    }
    const lineStart = this.lineStart(removed.start);
    const before = this.text.slice(lineStart, removed.start);
    if (before.trim() === "-" && next !== undefined) return { from: removed.start, to: next.start, insert: "" };
    if (before.trim() !== "") throw new Error("it does not stand on lines of its own; remove it by hand");
    return { from: lineStart, to: Math.min(this.lineEnd(removed.end) + 1, this.text.length), insert: "" };
  }

  /** Takes the only member out. */
  private empty(only: Located): Edit {
    const { from } = this.parent.value;
    const insert = this.parent.children instanceof Map ? "{}" : "[]";
    if (/^[{[]/.test(this.text.slice(from, from + 1))) return { from, to: this.parent.value.to, insert };
    const { key } = this.parent;
    if (key === undefined) throw new Error("nothing would be left of it; remove it by hand");
    return { from: key.to, to: this.lineEnd(only.end), insert: `: ${insert}` };
  }

  private get lineBreak(): string {
    return this.text.includes("\r\n") ? "\r\n" : "\n";
  }

  private child(key: string): Located {
    const child = this.parent.child(key);
    if (child === undefined) throw new Error("it is not in the text");
    return child;
  }

  private lineStart(offset: number): number {
    return this.text.lastIndexOf("\n", offset - 1) + 1;
  }

  /** The end of a line, before its line break. */
  private lineEnd(offset: number): number {
    const end = this.text.indexOf("\n", offset);
    return offset + this.text.slice(offset, end < 0 ? undefined : end).trimEnd().length;
  }
}

/** A member in block style. */
function block(key: string, value: Json, indent: string, lineBreak: string): string {
  const name = `${indent}${write(key, "")}:`;
  if (!isObject(value) || Object.keys(value).length === 0) return `${name} ${write(value, "")}`;
  const members = Object.entries(value).map(([inner, member]) => block(inner, member, `${indent}  `, lineBreak));
  return [name, ...members].join(lineBreak);
}

/** A value in the style of what was written before: in the same quotes, else plain where that means the same. */
function write(value: Json, written: string): string {
  if (typeof value !== "string" || written.startsWith('"')) return JSON.stringify(value);
  return !written.startsWith("'") && meansItself(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

function meansItself(text: string): boolean {
  const [document] = documents(`{a: ${text}}`);
  return (
    document !== undefined &&
    !(document instanceof YamlError) &&
    isObject(document.value) &&
    document.value["a"] === text
  );
}
