/** JSON Patch (RFC 6902) between two objects, as far as the policy's changes need it: members are added, replaced and removed. */

import { isEqual, isObject, type Json } from "./json.ts";

export type Operation = { op: "add" | "replace"; path: string; value: Json } | { op: "remove"; path: string };

/** The operations that turn one value into another. */
export function difference(before: Json, after: Json, path = ""): Operation[] {
  if (isEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return after.flatMap((item, index) => difference(before[index] ?? null, item, `${path}/${index}`));
  }
  if (!isObject(before) || !isObject(after)) return [{ op: "replace", path, value: after }];
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  const changed = Object.entries(after).flatMap(([key, value]): Operation[] => {
    const old = before[key];
    return old === undefined
      ? [{ op: "add", path: member(path, key), value }]
      : difference(old, value, member(path, key));
  });
  return [...removed.map((key): Operation => ({ op: "remove", path: member(path, key) })), ...changed];
}

function member(path: string, key: string): string {
  return `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The keys in a path. */
export function keys(path: string): string[] {
  return path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}
