/**
 * Recorded answers of a cluster, as kwctl writes them with `--record-host-capabilities-interactions`. They are consumed in
 * order, as `hostprocess run --replay-host-capabilities-interactions` does (crates/recorded-cluster).
 */

import { at, isEqual, isObject, text, type Json, type JsonObject } from "../json.ts";
import { documents, YamlError, type Document } from "../yaml/documents.ts";
import { noCluster, type Capabilities } from "./policy.ts";

/** A text that is not a session, and the offset of the exchange that is none. */
export class SessionError extends Error {
  constructor(
    message: string,
    readonly offset = 0,
  ) {
    super(message);
  }
}

interface Question {
  type: string;
  parameters: Json;
}

interface Exchange {
  question: Question;
  response: JsonObject;
}

const TYPES: Record<string, string> = {
  list_resources_all: "KubernetesListResourceAll",
  list_resources_by_namespace: "KubernetesListResourceNamespace",
  get_resource: "KubernetesGetResource",
  can_i: "KubernetesCanI",
};

/** A session that can be replayed any number of times. An empty text is a host without a cluster. */
export class Session {
  private constructor(private readonly exchanges: Exchange[] | undefined) {}

  /** @throws SessionError */
  static read(source: string): Session {
    const all = documents(source);
    if (all.length === 0) return new Session(undefined);
    const document = single(all);
    if (!Array.isArray(document.value)) throw new SessionError("not a list of exchanges");
    const exchanges = document.value.map((recorded, index) => {
      const offset = document.node.child(index)?.start ?? 0;
      const [request, response] = [text(at(recorded, "request")), at(recorded, "response")];
      if (at(recorded, "type") !== "Exchange" || request === undefined || !isResponse(response)) {
        throw new SessionError(`entry ${index + 1} is not an exchange with a request and a response`, offset);
      }
      return { question: recordedQuestion(request, index, offset), response };
    });
    return new Session(exchanges);
  }

  /** Capabilities that answer from the session's beginning. */
  replay(): Capabilities {
    if (this.exchanges === undefined) return noCluster;
    const remaining = [...this.exchanges];
    return (namespace, operation, payload) => {
      if (namespace !== "kubernetes") throw new Error(`unknown namespace: ${namespace}`);
      return new TextEncoder().encode(answer(remaining.shift(), question(operation, payload)));
    };
  }
}

function answer(next: Exchange | undefined, asked: Question): string {
  const failure = (message: string): Error => new Error(`Callback evaluation failure: ${message}`);
  if (next === undefined) throw failure("the list of recorded responses is empty");
  if (next.question.type !== asked.type || !isEqual(next.question.parameters, asked.parameters)) {
    const show = ({ type, parameters }: Question): string => `${type} ${JSON.stringify(parameters)}`;
    throw failure(`Replay error: unexpected request. Was expecting ${show(next.question)}, got ${show(asked)} instead`);
  }
  if (next.response["type"] === "Error") throw failure(String(next.response["message"]));
  return String(next.response["payload"]);
}

function isResponse(value: Json | undefined): value is JsonObject {
  if (!isObject(value)) return false;
  return value["type"] === "Success"
    ? typeof value["payload"] === "string"
    : value["type"] === "Error" && typeof value["message"] === "string";
}

function recordedQuestion(source: string, index: number, offset: number): Question {
  const document = single(documents(source), offset);
  if (document.tag === undefined) {
    throw new SessionError(`request ${index + 1} has no type, such as !KubernetesGetResource`, offset);
  }
  return { type: document.tag, parameters: comparable(document.value) };
}

function single(all: (Document | YamlError)[], offset?: number): Document {
  const [document] = all;
  if (document instanceof YamlError) throw new SessionError(document.message, offset ?? document.offset);
  if (document === undefined || all.length > 1) throw new SessionError("not one YAML document", offset);
  return document;
}

/** A question as a policy sends it. */
function question(operation: string, payload: Uint8Array): Question {
  const type = TYPES[operation];
  if (type === undefined) throw new Error(`unknown operation: ${operation}`);
  let parameters = JSON.parse(new TextDecoder().decode(payload)) as Json;
  const review = at(parameters, "subject_access_review");
  if (isObject(parameters) && review !== undefined) {
    const { subject_access_review: _, ...rest } = parameters;
    parameters = { ...rest, request: review };
  }
  return { type, parameters: comparable(parameters) };
}

/** `null` is the same as absent, and the order of field masks means nothing. */
function comparable(value: Json): Json {
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.map(([key, member]) => {
      const isMask = key === "field_masks" && Array.isArray(member);
      return [key, isMask ? [...new Set(member.map(String))].sort() : comparable(member)];
    }),
  );
}
