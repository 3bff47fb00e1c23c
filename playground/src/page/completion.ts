/** Completes the settings from their JSON Schema. */

import type { Completion, CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";

import type { Schema } from "./data.ts";

export function complete(schema: Schema): CompletionSource {
  return (context) => completions(schema, context);
}

function completions(schema: Schema, context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const [, indent = "", dash = "", key, gap, word = ""] =
    /^(\s*)((?:- +)?)(?:([\w-]+):( +))?([\w-]*)$/.exec(before) ?? [];
  if (gap === undefined && key === undefined && !/^\s*(?:- +)?[\w-]*$/.test(before)) return null;
  if (word === "" && !context.explicit && key === undefined) return null;
  const lines = context.state.doc.sliceString(0, line.from).split("\n").slice(0, -1);
  const [spec, settings, ...inside] = parents(lines, indent.length + dash.length, dash !== "");
  const isPolicy = spec === "spec" && settings === "settings";
  const path = isPolicy ? inside : [spec, settings, ...inside].filter((key) => key !== undefined);
  const here = path.reduce<Schema[]>((schemas, step) => schemas.flatMap((found) => descend(found, step)), [schema]);
  const options = key === undefined ? here.flatMap(keys) : here.flatMap((found) => descend(found, key)).flatMap(values);
  return options.length === 0 ? null : { from: context.pos - word.length, options, validFor: /^[\w-]*$/ };
}

/** The keys that enclose a line, outermost first; `[]` stands for an item of a list. */
export function parents(lines: string[], column: number, isItem: boolean): string[] {
  const path: string[] = isItem ? ["[]"] : [];
  let indent = isItem ? column - 1 : column;
  for (const text of lines.toReversed()) {
    const [, spaces = "", dash = "", key] = /^(\s*)((?:- +)?)(?:([\w-]+):\s*(?:#.*)?$)?/.exec(text) ?? [];
    if (text.trim() === "" || text.trim().startsWith("#")) continue;
    const start = spaces.length + dash.length;
    // A list may begin at the column of its key.
    const encloses = key !== undefined && (start < indent || (start === indent - 1 && path[0] === "[]"));
    if (encloses) {
      path.unshift(key);
      indent = start;
    }
    if (dash !== "" && spaces.length < indent && start <= Math.max(indent, column)) {
      if (path[0] !== "[]") path.unshift("[]");
      indent = spaces.length + 1;
    }
    if (indent === 0) break;
  }
  return path;
}

function descend(schema: Schema, step: string): Schema[] {
  const own = step === "[]" ? schema.items : schema.properties?.[step];
  return [...(own === undefined ? [] : [own]), ...(schema.oneOf ?? []).flatMap((one) => descend(one, step))];
}

function keys(schema: Schema): Completion[] {
  const own = Object.entries(schema.properties ?? {}).map(([label, { description }]): Completion => ({
    label,
    type: "property",
    apply: `${label}: `,
    ...(description !== undefined && { info: description }),
  }));
  return [...own, ...(schema.oneOf ?? []).flatMap(keys)];
}

function values(schema: Schema): Completion[] {
  const literals =
    schema.type === "boolean" ? [true, false] : (schema.enum ?? []).filter((value) => typeof value === "string");
  return [
    ...literals.map((value) => ({ label: String(value), type: "constant" })),
    ...(schema.oneOf ?? []).flatMap(values),
  ];
}
