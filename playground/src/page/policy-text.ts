/** Writes settings as a ClusterAdmissionPolicy with the rules and match conditions of deploy/base/clusteradmissionpolicy.yaml. */

import { at, isEqual, type JsonObject } from "../json.ts";

/**
 * A policy with the original text of the settings, or with the settings in JSON if the text would mean something else inside a
 * policy, such as a text that ends with `...`.
 *
 * @param template a ClusterAdmissionPolicy with the settings `{}`
 * @param contextAwareResources the resources that the policy may read from the cluster, from metadata.yml
 * @param source the text of the settings, including comments
 * @param settings the value of that text
 * @param read parses the settings in the text of a policy
 */
export async function clusterAdmissionPolicy(
  template: string,
  contextAwareResources: string,
  source: string,
  settings: JsonObject,
  read: (policy: string) => Promise<JsonObject | undefined>,
): Promise<string> {
  const withText = (text: string): string => compose(template, contextAwareResources, text, settings);
  const written = withText(source);
  return isEqual(await read(written), settings) ? written : withText(JSON.stringify(settings));
}

function compose(template: string, contextAwareResources: string, source: string, settings: JsonObject): string {
  // Otherwise policy-server rejects every request that the policy would change.
  const policy = changesPods(settings) ? template.replace("mutating: false", "mutating: true") : template;
  return policy.replace(/^( *)settings: \{\}$/m, (_, indent: string) => {
    const text = source.replaceAll(/^---.*$/gm, "").trim();
    const own = Object.keys(settings).length === 0 ? "settings: {}" : `settings:\n${indented(text, "  ")}`;
    return indented(queriesTheCluster(settings) ? `${contextAwareResources.trimEnd()}\n${own}` : own, indent);
  });
}

function changesPods({ mutate }: JsonObject): boolean {
  return mutate === "safe" || (Array.isArray(mutate) && mutate.length > 0);
}

function queriesTheCluster(settings: JsonObject): boolean {
  const grants = settings["allow"];
  return (
    at(settings, "nodes", "check") === true ||
    at(settings, "namespaces", "check") === true ||
    settings["rbac"] !== undefined ||
    (Array.isArray(grants) && grants.some((grant) => at(grant, "namespaceSelector") !== undefined))
  );
}

function indented(text: string, by: string): string {
  return text.replaceAll(/(?<=^|\n)(?=[^\r\n])/g, by);
}
