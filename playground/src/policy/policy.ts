/** The two functions of a policy that policy-server calls. */

import type { JsonObject } from "../json.ts";
import { call, GuestError, type HostCall } from "./wapc.ts";

/** The response to an admission request, with the keys of the Kubewarden SDK. */
export interface ValidationResponse {
  accepted: boolean;
  message?: string | null;
  code?: number | null;
  mutated_object?: JsonObject | null;
  audit_annotations?: Record<string, string> | null;
  warnings?: string[] | null;
}

/** A host's capabilities without the binding, which is always `kubewarden`. */
export type Capabilities = (namespace: string, operation: string, payload: Uint8Array) => Uint8Array;

const noCluster: Capabilities = () => {
  throw new Error("no cluster is available");
};

export class Policy {
  constructor(private readonly module: WebAssembly.Module) {}

  /**
   * Judges a request: `{"request": AdmissionRequest, "settings": Settings}` in JSON.
   *
   * @throws GuestError
   */
  validate(question: string, capabilities: Capabilities): ValidationResponse {
    return this.ask<ValidationResponse>("validate", question, capabilities);
  }

  /**
   * Validates settings in JSON. Returns the reason if they are not valid.
   *
   * @throws GuestError
   */
  validateSettings(settings: string): string | undefined {
    const answer = this.ask<{ valid: boolean; message?: string | null }>("validate_settings", settings, noCluster);
    return answer.valid ? undefined : (answer.message ?? "the settings are not valid");
  }

  private ask<T>(operation: string, question: string, capabilities: Capabilities): T {
    const payload = new TextEncoder().encode(question);
    const answer = new TextDecoder().decode(call(this.module, operation, payload, host(capabilities)));
    try {
      return JSON.parse(answer) as T;
    } catch {
      throw new GuestError(`the module's answer is not JSON: ${answer.slice(0, 200)}`);
    }
  }
}

function host(capabilities: Capabilities): HostCall {
  return (binding, namespace, operation, payload) => {
    if (binding !== "kubewarden") throw new Error(`unknown binding: ${binding}`);
    if (namespace === "tracing" && operation === "log") return new Uint8Array();
    return capabilities(namespace, operation, payload);
  };
}
