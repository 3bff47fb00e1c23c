/** The objects of a manifest. The command reads them in cli/src/input/manifest.rs. */

import { at, isObject, text, type Json, type JsonObject } from "./json.ts";
import { documents, YamlError, type Document } from "./yaml/documents.ts";
import { Located, type Range } from "./yaml/place.ts";

export interface ManifestObject {
  /** `v1`, `apps/v1`. */
  apiVersion: string;
  /** `Pod`, `DaemonSet`. */
  kind: string;
  /** The object itself, or the AdmissionRequest that the text holds in its place. */
  given: { object: JsonObject } | { request: JsonObject };
  /** The place of each field of the object. */
  node: Located;
}

/** Something about the text itself: what could not be read, or a key that is written twice. */
export interface Problem {
  range: Range;
  message: string;
  isError: boolean;
}

export interface Manifest {
  objects: ManifestObject[];
  problems: Problem[];
}

const NOT_AN_OBJECT = "not a Kubernetes object: it needs an apiVersion and a kind";
const IS_TEMPLATE = "it looks like a template: paste what `helm template` prints";

/** Splits a text into its objects. A document that cannot be read does not hide the others. */
export function read(source: string): Manifest {
  const reader = new Reader(source);
  for (const document of jsonDocuments(source) ?? documents(source)) reader.document(document);
  return reader.manifest;
}

/** A text that begins like JSON is read as JSON where YAML reads it differently. Only YAML gives places. */
function jsonDocuments(source: string): Document[] | undefined {
  if (!source.trimStart().startsWith("{") || !documents(source).some((document) => document instanceof YamlError)) {
    return undefined;
  }
  try {
    const value = JSON.parse(source) as Json;
    return [{ value, node: new Located({ from: 0, to: 0 }), tag: undefined, repeatedKeys: [] }];
  } catch {
    return undefined;
  }
}

class Reader {
  readonly manifest: Manifest = { objects: [], problems: [] };

  constructor(private readonly source: string) {}

  document(document: Document | YamlError): void {
    if (document instanceof YamlError) {
      const isTemplate = this.source.includes("{{");
      const message = `not valid YAML: ${document.message}${isTemplate ? `; ${IS_TEMPLATE}` : ""}`;
      return this.problem(document.offset, message);
    }
    for (const { offset, key } of document.repeatedKeys) {
      this.problem(offset, `the key "${key}" is already there, and the last value counts, as for kubectl`, false);
    }
    this.value(document.value, document.node);
  }

  /** Adds an object, or all items of a list. The items of a typed list (`PodList`) may omit what `list` gives. */
  private value(value: Json, node: Located, list?: { apiVersion: string; kind: string }): void {
    if (isReview(value) || isRequest(value)) return this.request(value, node);
    const apiVersion = text(at(value, "apiVersion")) ?? list?.apiVersion;
    const kind = text(at(value, "kind")) ?? list?.kind;
    if (!isObject(value) || apiVersion === undefined || kind === undefined) {
      return this.problem(node.start, NOT_AN_OBJECT);
    }
    const items = at(value, "items");
    if (kind === "List" || (kind.endsWith("List") && Array.isArray(items))) {
      const kindOfItems = kind.slice(0, -"List".length);
      const item = kindOfItems === "" ? undefined : { apiVersion, kind: kindOfItems };
      const nodes = node.child("items");
      for (const [index, member] of (Array.isArray(items) ? items : []).entries()) {
        this.value(member, nodes?.child(index) ?? node, item);
      }
      return;
    }
    this.manifest.objects.push({ apiVersion, kind, given: { object: value }, node });
  }

  /** Adds the object of an AdmissionRequest, or of the one in an AdmissionReview. */
  private request(value: JsonObject, node: Located): void {
    const request = isReview(value) ? at(value, "request") : value;
    const requestNode = isReview(value) ? (node.child("request") ?? node) : node;
    if (!isRequest(request)) {
      const isMissing = request === undefined || request === null;
      return this.problem(
        node.start,
        isMissing
          ? "the AdmissionReview has no request"
          : "the request in the AdmissionReview does not name the kind of its object",
      );
    }
    const [group, version, kind] = ["group", "version", "kind"].map((key) => text(at(request, "kind", key)) ?? "");
    this.manifest.objects.push({
      apiVersion: group === "" ? (version ?? "") : `${group}/${version}`,
      kind: kind ?? "",
      given: { request },
      node: requestNode.child("object") ?? requestNode,
    });
  }

  private problem(offset: number, message: string, isError = true): void {
    const line = this.source.slice(offset).split("\n", 1)[0] ?? "";
    this.manifest.problems.push({ range: { from: offset, to: offset + line.trimEnd().length }, message, isError });
  }
}

function isReview(value: Json | undefined): value is JsonObject {
  return at(value, "kind") === "AdmissionReview";
}

/** Its `kind` is a mapping, which names that of the object. */
function isRequest(value: Json | undefined): value is JsonObject {
  return typeof at(value, "kind", "kind") === "string";
}
