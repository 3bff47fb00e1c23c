/** The AdmissionRequest for an object. The command builds it in cli/src/input/object.rs and creation.rs. */

import { at, isObject, text, type Json, type JsonObject } from "./json.ts";
import type { ManifestObject } from "./manifest.ts";

/** What a manifest does not say about the request that creates its object. */
export interface Circumstances {
  /** Of objects whose manifests name none. Empty: `default`. */
  namespace: string;
  /** Empty: not known. */
  user: string;
  groups: string[];
  /** `ephemeralcontainers` of a pod, for example. Empty: the object itself. */
  subresource: string;
}

const SERVICE_ACCOUNT = "system:serviceaccount:";

/** The object; `undefined` for a DELETE request. */
export function objectOf({ given }: ManifestObject): JsonObject | undefined {
  const object = "object" in given ? given.object : at(given.request, "object");
  return isObject(object) ? object : undefined;
}

/** `DaemonSet kube-system/agent`. */
export function titleOf(item: ManifestObject): string {
  const { given, kind } = item;
  const object = objectOf(item);
  const requested = "request" in given ? given.request : undefined;
  const name =
    text(at(requested, "name")) ?? text(at(object, "metadata", "name")) ?? text(at(object, "metadata", "generateName"));
  const namespace = text(requested === undefined ? at(object, "metadata", "namespace") : at(requested, "namespace"));
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name ?? "(no name)"}`;
}

/** The request as given, or the one that would create the object; with an old object, the one that would update it. */
export function admissionRequest(
  item: ManifestObject,
  old: Json | undefined,
  circumstances: Circumstances,
): JsonObject {
  if ("request" in item.given) return item.given.request;
  const { object } = item.given;
  const [version = "", group = ""] = item.apiVersion.includes("/")
    ? [item.apiVersion.slice(item.apiVersion.indexOf("/") + 1), item.apiVersion.split("/", 1)[0]]
    : [item.apiVersion];
  const request: JsonObject = {
    uid: "",
    kind: { group, version, kind: item.kind },
    name: text(at(object, "metadata", "name")) ?? "",
    namespace: text(at(object, "metadata", "namespace")) ?? (circumstances.namespace || "default"),
    operation: old === undefined ? "CREATE" : "UPDATE",
    userInfo: userInfo(circumstances),
    object,
    dryRun: true,
  };
  if (old !== undefined) request["oldObject"] = old;
  if (circumstances.subresource !== "") request["subResource"] = circumstances.subresource;
  return request;
}

/** Empty when no user is given. A user is in the groups that the API server gives an impersonated one. */
export function userInfo({ user, groups: given }: Circumstances): JsonObject {
  if (user === "") return {};
  const groups = [...given];
  const [namespace, name] = user.startsWith(SERVICE_ACCOUNT) ? user.slice(SERVICE_ACCOUNT.length).split(":", 2) : [];
  if (name !== undefined && groups.length === 0) {
    groups.push("system:serviceaccounts", `system:serviceaccounts:${namespace}`);
  }
  const implied = user === "system:anonymous" ? "system:unauthenticated" : "system:authenticated";
  if (!groups.includes(implied) && !groups.includes("system:unauthenticated")) groups.push(implied);
  return { username: user, groups };
}
