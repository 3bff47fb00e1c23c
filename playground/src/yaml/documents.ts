/**
 * YAML as kubectl reads it, with the place of every value: the parser is the npm package `yaml`, and what a text means is
 * decided here as in the command (crates/yaml). Inside brackets and quotes the parser wants lines to be indented more than
 * their key, which kubectl does not: it refuses such texts.
 */

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Node,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLParseError,
} from "yaml";

import { isObject, type Json, type JsonObject } from "../json.ts";
import { Located, type Range } from "./place.ts";
import { plain, ScalarError, tagged } from "./scalar.ts";

export interface Document {
  value: Json;
  node: Located;
  /** A tag of its own on the whole document: `KubernetesGetResource` of `!KubernetesGetResource`. */
  tag: string | undefined;
  /** The keys that are written twice in one mapping. The last value counts. */
  repeatedKeys: { offset: number; key: string }[];
}

/** What could not be read, and where. */
export class YamlError extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/** Far deeper than any Kubernetes object. */
const MAX_DEPTH = 256;
const TOO_DEEP = `nested more than ${MAX_DEPTH} levels deep`;
/** What all anchors and aliases of a document may add up to, in characters. */
const MAX_SHARED = 16 << 20;
/** What a value takes besides its text. */
const VALUE_OVERHEAD = 64;
/** What tags of YAML's own begin with. */
const CORE_TAG = "tag:yaml.org,2002:";

/** Reads all documents of a stream. One that cannot be read does not hide the others; empty ones are left out. */
export function documents(text: string): (Document | YamlError)[] {
  return chunks(text).flatMap(({ from, to }) => {
    const read = document(text.slice(from, to), from);
    return read instanceof YamlError || read.value !== null ? [read] : [];
  });
}

/** Cuts a stream at its `---` lines, as kubectl does before it parses anything. Chunks of comments only are left out. */
export function chunks(text: string): Range[] {
  const chunks: Range[] = [];
  let from = 0;
  for (const separator of text.matchAll(/^---[ \t]*(?:#.*)?\r?(?:\n|$)/gm)) {
    chunks.push({ from, to: separator.index });
    from = separator.index + separator[0].length;
  }
  chunks.push({ from, to: text.length });
  return chunks.filter(({ from, to }) => /^(?![#%]|\s*$).*\S/m.test(text.slice(from, to)));
}

function document(text: string, start: number): Document | YamlError {
  try {
    const parsed = parseDocument(text, { schema: "failsafe", uniqueKeys: false, logLevel: "error", version: "1.1" });
    // With `logLevel: "silent"` the parser would leave out what follows the first document without a word.
    const [problem] = parsed.errors;
    if (problem !== undefined) {
      return new YamlError(start + Math.min(problem.pos[0], text.trimEnd().length), explain(problem));
    }
    const composer = new Composer(text, start);
    const contents = parsed.contents as ParsedNode | null;
    const { value, node } = composer.value(contents, 0, 0);
    composer.refuseTabs(node);
    return { value, node, tag: ownTag(contents), repeatedKeys: composer.repeatedKeys };
  } catch (error) {
    if (error instanceof YamlError) return error;
    if (error instanceof RangeError) return new YamlError(start, TOO_DEEP);
    throw error;
  }
}

function explain({ code, message }: YAMLParseError): string {
  if (code === "MULTIPLE_DOCS") return "a second document begins without a line of ---";
  // What is nested too deeply ends the parser's stack.
  if (message.startsWith("Maximum call stack")) return TOO_DEEP;
  return message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? message;
}

interface Composed {
  value: Json;
  node: Located;
}

/** From the parser's tree to values. */
class Composer {
  readonly repeatedKeys: { offset: number; key: string }[] = [];
  private readonly anchors = new Map<string, Composed | undefined>();
  private shared = 0;

  constructor(
    private readonly text: string,
    private readonly start: number,
  ) {}

  /** A line of tabs between keys, which kubectl takes for a mistake and the parser for nothing. */
  refuseTabs(root: Located): void {
    for (const { index } of this.text.matchAll(/^\t[ \t]*$/gm)) {
      const offset = this.start + index;
      const isBracketed = (node: Located): boolean => /[{[]/.test(this.text[node.value.from - this.start] ?? "");
      let [node, inside]: [Located, Located | undefined] = [root, root];
      while (inside !== undefined && inside.children !== undefined && !isBracketed(inside)) {
        node = inside;
        inside = node.inOrder().find(({ value }) => value.from <= offset && offset < value.to);
      }
      if (inside === undefined) throw new YamlError(offset, "a tab where a key or an indentation is expected");
    }
  }

  value(node: Node | null, depth: number, offset: number): Composed {
    const range = this.range(node, offset);
    if (depth > MAX_DEPTH) throw new YamlError(range.from, TOO_DEEP);
    if (node === null) return { value: null, node: new Located(range) };
    if (isAlias(node)) return this.alias(node.source, range.from);
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) this.anchors.set(anchor, undefined);
    const composed = this.compose(node, depth, range);
    if (anchor !== undefined) {
      this.share(composed.value, range.from);
      this.anchors.set(anchor, composed);
    }
    return composed;
  }

  private compose(node: Node, depth: number, range: Range): Composed {
    if (isScalar(node)) return { value: this.scalar(node, range.from), node: new Located(range) };
    if (isSeq<Node | null>(node)) {
      const items = node.items.map((item) => this.value(item, depth + 1, range.from));
      const located = new Located(
        this.spanned(
          range,
          items.map((item) => item.node),
          node.flow,
        ),
        items.map((item) => item.node),
      );
      return { value: items.map((item) => item.value), node: located };
    }
    if (isMap<Node, Node | null>(node)) return this.mapping(node.items, depth, range, node.flow);
    throw new YamlError(range.from, "a value is missing");
  }

  private mapping(pairs: Pair<Node, Node | null>[], depth: number, range: Range, flow: boolean | undefined): Composed {
    const value: JsonObject = {};
    const nodes = new Map<string, Located>();
    const merged: [string, Json, Located | undefined][] = [];
    for (const pair of pairs) {
      const keyRange = this.range(pair.key, range.from);
      const member = this.value(pair.value, depth + 1, keyRange.to);
      if (isScalar(pair.key) && pair.key.type === "PLAIN" && pair.key.source === "<<" && pair.key.tag === undefined) {
        merge(member, keyRange.from, merged);
        continue;
      }
      const key = this.key(pair.key, depth);
      if (nodes.has(key)) this.repeatedKeys.push({ offset: keyRange.from, key });
      set(value, key, member.value);
      nodes.set(key, member.node.under(keyRange));
    }
    const own = [...nodes.values()];
    // What is written here wins over what is merged, and what is merged first over what is merged later.
    for (const [key, mergedValue, node] of merged) {
      if (Object.hasOwn(value, key)) continue;
      set(value, key, mergedValue);
      if (node !== undefined) nodes.set(key, node);
    }
    return { value, node: new Located(this.spanned(range, own, flow), nodes) };
  }

  private key(node: Node, depth: number): string {
    const { value } = this.value(node, depth + 1, 0);
    const { from } = this.range(node, 0);
    if (value === null) throw new YamlError(from, "a key that is empty");
    if (typeof value === "object") throw new YamlError(from, "a key that is a list or a mapping");
    return String(value);
  }

  private scalar(node: Scalar, offset: number): Json {
    const written = node.type === "PLAIN" ? (node.source ?? "") : String(node.value);
    try {
      if (node.tag?.startsWith(CORE_TAG) === true) return tagged(written, node.tag.slice(CORE_TAG.length));
      return node.type === "PLAIN" && node.tag === undefined ? plain(written) : written;
    } catch (error) {
      throw error instanceof ScalarError ? new YamlError(offset, error.message) : error;
    }
  }

  private alias(anchor: string, offset: number): Composed {
    if (!this.anchors.has(anchor)) throw new YamlError(offset, `no anchor before this has the name "${anchor}"`);
    const composed = this.anchors.get(anchor);
    if (composed === undefined) throw new YamlError(offset, "an alias to a value that contains it");
    this.share(composed.value, offset);
    return composed;
  }

  private share(value: Json, offset: number): void {
    this.shared += size(value);
    if (this.shared > MAX_SHARED) {
      throw new YamlError(offset, `anchors and aliases add up to more than ${MAX_SHARED >> 20} MiB`);
    }
  }

  /** Where a node stands in the whole text, without the blanks and comments behind it. */
  private range(node: Node | null, offset: number): Range {
    const range = node?.range;
    if (range === undefined || range === null) return { from: offset, to: offset };
    const end = range[0] + this.text.slice(range[0], range[1]).trimEnd().length;
    return { from: this.start + range[0], to: this.start + end };
  }

  /** A block ends with its last part. */
  private spanned(range: Range, parts: Located[], flow: boolean | undefined): Range {
    if (flow === true) return range;
    return { from: range.from, to: Math.max(range.from, ...parts.slice(-1).map((part) => part.end)) };
  }
}

/** Sets a member, also one with a name such as `__proto__`. */
function set(object: JsonObject, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Collects what `<<` brings: one mapping or a list of them. */
function merge({ value, node }: Composed, offset: number, merged: [string, Json, Located | undefined][]): void {
  if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) merged.push([key, member, node.child(key)]);
  } else if (Array.isArray(value) && value.every(isObject)) {
    value.forEach((item, index) => merge({ value: item, node: node.child(index) ?? node }, offset, merged));
  } else {
    throw new YamlError(offset, "`<<` merges mappings only");
  }
}

function ownTag(node: ParsedNode | null): string | undefined {
  const tag = (node as { tag?: string } | null)?.tag;
  return tag?.startsWith("!") === true && tag.length > 1 ? tag.slice(1) : undefined;
}

function size(value: Json): number {
  if (typeof value === "string") return VALUE_OVERHEAD + value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + size(item), VALUE_OVERHEAD);
  if (isObject(value)) {
    return Object.entries(value).reduce((sum, [key, member]) => sum + key.length + size(member), VALUE_OVERHEAD);
  }
  return VALUE_OVERHEAD;
}
