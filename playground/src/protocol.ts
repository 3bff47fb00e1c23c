/** What the page and its worker say to each other. */

import type { Fix } from "./fix.ts";
import type { Input, Report } from "./judge.ts";

/** The worker's first message is the compiled module; each that follows is a question. */
export type ToWorker = { module: WebAssembly.Module } | Question;

export type Question = { id: number } & (
  { ask: "judge"; input: Input } | { ask: "mend"; input: Input; object: number; rules: string[] | "safe" }
);

export type FromWorker = { id: number } & ({ report: Report } | { fix: Fix } | { failure: string });
