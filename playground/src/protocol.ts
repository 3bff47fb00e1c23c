/** The messages between the page and its worker. */

import type { Fixed, Input, Judged, Planned } from "./judged.ts";
import type { Answer, Questions } from "./policy/answers.ts";

/** A request with the compiled modules that handle it, so that the worker keeps no state. */
export type Question = { linter: WebAssembly.Module } & (
  | { ask: "judge"; input: Input }
  | { ask: "fix"; input: Input; object: number; rules: string[] | null }
  | { ask: "plan"; input: Input }
  | { ask: "module"; policy: WebAssembly.Module; questions: Questions }
);

export type ToWorker = { id: number; question: Question };

/** The response to each kind of request. */
export interface Answered {
  judge: Judged;
  fix: Fixed;
  plan: Planned;
  module: Answer[];
}

export type FromWorker = { id: number } & ({ answer: Answered[Question["ask"]] } | { failure: string });
