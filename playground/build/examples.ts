/** The examples of the page: the repository's examples, recipes with their workloads, and presets. */

import { parseAllDocuments } from "yaml";

import { at, isObject, type Json } from "../src/json.ts";
import type { Example } from "../src/page/data.ts";

const NOBODY = { namespace: "", user: "", groups: [], subresource: "" };
const NOTHING = { manifest: "", before: "", settings: "", session: "", circumstances: NOBODY };

/** Objects in recipes that are not judged: the whole policy, and additional objects. */
const NOT_JUDGED = new Set(["ClusterAdmissionPolicy", "Role", "RoleBinding"]);

export interface Sources {
  aks: string;
  broken: string;
  recipes: string;
  /** A session in which a node check fails. */
  oldNodes: string;
  /** Lists of grants, each with the workloads that it covers. */
  presets: { name: string; grants: string; workloads: string[] }[];
}

export function examples({ aks, broken, recipes, oldNodes, presets }: Sources): Example[] {
  const start = "Start here";
  return [
    { ...NOTHING, group: start, name: "The AKS sample", manifest: aks },
    { ...NOTHING, group: start, name: "Looks reasonable", manifest: broken },
    {
      ...NOTHING,
      group: start,
      name: "An update",
      manifest: broken.replace("node-agent:1.4", "node-agent:1.5"),
      before: broken,
    },
    {
      ...NOTHING,
      group: start,
      name: "Nodes that are too old",
      manifest: aks,
      settings: "nodes:\n  check: true\n",
      session: oldNodes,
    },
    ...recipes.split(/^## /m).slice(1).flatMap(recipe),
    ...presets.map(({ name, grants, workloads }) => ({
      ...NOTHING,
      group: "Presets",
      name,
      manifest: workloads.join("---\n"),
      settings: `allow:\n${grants}`,
    })),
  ];
}

/** The recipes of a section, each with the workloads that follow it on the page. */
function recipe(section: string): Example[] {
  const [title = ""] = section.split("\n", 1);
  const found: Example[] = [];
  let settings = "";
  for (const [, text = ""] of section.matchAll(/^```yaml\n(.*?)^```$/gms)) {
    // A recipe is a part of a policy without a kind.
    if (kindOf(text) === "") settings = settingsOf(text);
    else if (!NOT_JUDGED.has(kindOf(text))) found.push(attempt(title, text, settings));
  }
  return found;
}

function attempt(title: string, text: string, settings: string): Example {
  const [manifest = "", before = ""] = text.split(/^---\n/m);
  const circumstances = circumstancesOf(text, settings);
  const by = circumstances.user === "" ? "" : ` by ${circumstances.user.split(":").at(-1)}`;
  const how = before === "" ? "" : ", updated";
  return {
    ...NOTHING,
    group: title,
    name: `${nameOf(manifest)}${how}${by}`,
    manifest,
    before,
    settings,
    circumstances,
  };
}

/** The text of the settings in a recipe, including comments. */
function settingsOf(policy: string): string {
  const [, indent = "", own = ""] = /^( *)settings:\n((?:\1 .*\n?|\n)*)/m.exec(policy) ?? [];
  return own.replaceAll(new RegExp(`^${indent}  `, "gm"), "").trimEnd() + "\n";
}

/** `# user: {"username": "olga", "groups": []}` and `# subresource: ephemeralcontainers` before the object. */
function circumstancesOf(text: string, settings: string): Example["circumstances"] {
  const comment = (key: string): string | undefined => new RegExp(`^# ${key}: (.*)$`, "m").exec(text)?.[1];
  const user = JSON.parse(comment("user") ?? "{}") as Json;
  const groups = at(user, "groups");
  return {
    namespace: "",
    // The policy fixes nothing in a request without a user, which is an audit.
    user: String(at(user, "username") ?? (settings.includes("mutate:") ? "jane" : "")),
    groups: Array.isArray(groups) ? groups.map(String) : [],
    subresource: comment("subresource") ?? "",
  };
}

function first(text: string): Json {
  const [document] = parseAllDocuments(text);
  return (document?.toJS() ?? null) as Json;
}

function kindOf(text: string): string {
  const value = first(text);
  return isObject(value) ? String(value["kind"] ?? "") : "";
}

function nameOf(text: string): string {
  return `${kindOf(text)} ${String(at(first(text), "metadata", "name") ?? "")}`;
}
