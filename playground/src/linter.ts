/** The command's linter, compiled for the browser. A panic ends an instance, so each request gets a new one. */

import type { Fixed, Input, Judged, Planned, Question } from "./judged.ts";

/** The linter panicked or ran out of memory. */
export class LinterError extends Error {}

/** See playground/wasm/src/lib.rs. */
interface Exports {
  memory: WebAssembly.Memory;
  question: (length: number) => number;
  ask: () => void;
  answer: () => number;
  answer_length: () => number;
}

const unused = (): never => {
  throw new LinterError("the linter is not called through waPC");
};
/** The policy's crate contains waPC's entry point, which needs these imports but is never called here. */
const IMPORTS = { wapc: { __guest_request: unused, __guest_response: unused, __guest_error: unused } };

export class Instance {
  private readonly exports: Exports;

  constructor(module: WebAssembly.Module) {
    this.exports = new WebAssembly.Instance(module, IMPORTS).exports as unknown as Exports;
  }

  /** @throws LinterError */
  ask<T>(question: Question): T {
    try {
      const bytes = new TextEncoder().encode(JSON.stringify(question, wellFormed));
      this.memory(this.exports.question(bytes.length), bytes.length).set(bytes);
      this.exports.ask();
    } catch (error) {
      throw new LinterError(`the linter trapped: ${this.answer() || String(error)}`);
    }
    return JSON.parse(this.answer()) as T;
  }

  /** After a trap, the message of the panic. */
  private answer(): string {
    return new TextDecoder().decode(this.memory(this.exports.answer(), this.exports.answer_length()));
  }

  private memory(start: number, length: number): Uint8Array {
    // Numbers from Wasm are signed.
    return new Uint8Array(this.exports.memory.buffer, start >>> 0, length >>> 0);
  }
}

/** Replaces lone surrogates, which the linter cannot read, by a character of the same length. */
function wellFormed(_: string, value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll(/\p{Surrogate}/gu, "\ufffd") : value;
}

/**
 * Judges an input.
 *
 * @throws LinterError
 */
export function judge(linter: WebAssembly.Module, input: Input): Judged {
  return new Instance(linter).ask({ ask: "judge", input });
}

/**
 * Applies the fixes of these rules, or of all rules, to one object of the manifest.
 *
 * @throws LinterError
 */
export function fix(linter: WebAssembly.Module, input: Input, object: number, rules: string[] | null): Fixed {
  return new Instance(linter).ask({ ask: "fix", input, object, rules });
}

/**
 * The starts of the containers of an input.
 *
 * @throws LinterError
 */
export function plan(linter: WebAssembly.Module, input: Input): Planned {
  return new Instance(linter).ask({ ask: "plan", input });
}
