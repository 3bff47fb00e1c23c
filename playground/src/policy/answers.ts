/** The module's responses about the objects that the linter judged. */

import type { JudgedObject } from "../judged.ts";
import { replay } from "./cluster.ts";
import { Policy, type ValidationResponse } from "./policy.ts";
import { GuestError } from "./wapc.ts";

/** Requests to the module. */
export interface Questions {
  /** In JSON; accepted by the linter. */
  settings: string;
  /** Recorded answers of the cluster, replayed from the beginning for each object. */
  session: string;
  /** One for each object, in JSON. */
  objects: string[];
}

/** A response, or the reason why there is none. */
export type Answer = ValidationResponse | string;

/** Sends a request about each object to the module. */
export function answers(policy: Policy, linter: WebAssembly.Module, questions: Questions): Answer[] {
  const refusal = attempt(() => checkSettings(policy, questions.settings));
  if (refusal !== undefined) return questions.objects.map(() => refusal);
  return questions.objects.map((question) =>
    attempt(() => policy.validate(question, replay(linter, questions.session))),
  );
}

function checkSettings(policy: Policy, settings: string): undefined {
  const refusal = policy.validateSettings(settings);
  if (refusal !== undefined) throw new GuestError(`the module rejects these settings: ${refusal}`);
}

function attempt<T>(ask: () => T): T | string {
  try {
    return ask();
  } catch (error) {
    if (error instanceof GuestError) return error.message;
    throw error;
  }
}

/** The rules that deny an object, and the rules that warn. */
interface Opinion {
  denied: string;
  warned: string;
}

/** Instead of a rule's id, for an object that the policy cannot read. */
const UNREADABLE = "unreadable";
/** Instead of a rule's id, for the linter's findings in Kubewarden policies, which the module does not judge. */
const INVALID_SETTINGS = "invalid-settings";

/**
 * The difference between the module's response and the linter's findings; `undefined` if they agree. Waived findings count,
 * because the module reads no comments.
 */
export function difference({ report }: JudgedObject, response: ValidationResponse): string | undefined {
  const rules = (severity: string): string => {
    const ids = report.findings.filter((finding) => finding.severity === severity).map(({ rule }) => rule);
    return [...new Set(ids)].filter((rule) => rule !== INVALID_SETTINGS).join(", ");
  };
  const linter = { denied: rules("deny"), warned: rules("warn") };
  const module = opinion(response);
  if (module.denied === linter.denied && module.warned === linter.warned) return undefined;
  return `The module disagrees with these findings: it ${described(module)}, but the linter ${described(linter)}.`;
}

function opinion({ accepted, code, audit_annotations: annotations }: ValidationResponse): Opinion {
  const rules = (key: string): string => (annotations?.[key] ?? "").replaceAll(",", ", ");
  const denied = code === 400 ? UNREADABLE : rules("denied-rules");
  // A denial may name no rule.
  return { denied: accepted || denied !== "" ? denied : "no rule", warned: rules("warned-rules") };
}

function described({ denied, warned }: Opinion): string {
  const parts = [denied && `denies the object (${denied})`, warned && `warns (${warned})`].filter((part) => part);
  return parts.length === 0 ? "accepts the object" : parts.join(" and ");
}
