/** The Web Worker: the module runs here, so that nothing it does can stop the page. */

import { judge, mend } from "./judge.ts";
import { Policy } from "./policy/policy.ts";
import type { FromWorker, Question, ToWorker } from "./protocol.ts";

let policy: Policy | undefined;

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if ("module" in data) policy = new Policy(data.module);
  else self.postMessage(answer(data));
});

function answer(question: Question): FromWorker {
  const { id, input } = question;
  try {
    if (policy === undefined) throw new Error("the module is not loaded yet");
    if (question.ask === "judge") return { id, report: judge(policy, input) };
    return { id, fix: mend(policy, input, question.object, question.rules) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}
