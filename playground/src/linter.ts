/** The command's linter, compiled for the browser. A panic ends an instance, so each question gets a fresh one. */

import type { Fixed, Input, Judged, Planned, Question } from "./judged.ts";

/** The linter panicked, or ran out of memory. */
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
  throw new LinterError("the linter is not asked through waPC");
};
/** The policy's crate brings waPC's entry point, which is never called here, and so its imports. */
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

  /** After a trap it is the message of the panic. */
  private answer(): string {
    return new TextDecoder().decode(this.memory(this.exports.answer(), this.exports.answer_length()));
  }

  private memory(start: number, length: number): Uint8Array {
    // Wasm's numbers arrive signed.
    return new Uint8Array(this.exports.memory.buffer, start >>> 0, length >>> 0);
  }
}

/** Half a surrogate pair is no text for the linter; what takes its place has the same length. */
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
 * The manifest after the fixes of these rules, or of all, in one object.
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
