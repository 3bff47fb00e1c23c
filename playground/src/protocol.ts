/** What the page and its worker say to each other. */

import type { Fixed, Input, Judged, Planned } from "./judged.ts";
import type { Answer, Questions } from "./policy/answers.ts";

/** A question with the compiled modules that answer it, so that the worker keeps nothing. */
export type Question = { linter: WebAssembly.Module } & (
  | { ask: "judge"; input: Input }
  | { ask: "fix"; input: Input; object: number; rules: string[] | null }
  | { ask: "plan"; input: Input }
  | { ask: "module"; policy: WebAssembly.Module; questions: Questions }
);

export type ToWorker = { id: number; question: Question };

/** What each kind of question is answered with. */
export interface Answered {
  judge: Judged;
  fix: Fixed;
  plan: Planned;
  module: Answer[];
}

export type FromWorker = { id: number } & ({ answer: Answered[Question["ask"]] } | { failure: string });
