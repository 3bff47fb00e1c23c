/** The Web Worker in which the linter and the module run, so that they cannot block the page. */

import { fix, judge, plan } from "./linter.ts";
import { answers } from "./policy/answers.ts";
import { Policy } from "./policy/policy.ts";
import type { Answered, FromWorker, Question, ToWorker } from "./protocol.ts";

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => self.postMessage(respond(data)));

function respond({ id, question }: ToWorker): FromWorker {
  try {
    return { id, answer: answer(question) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

function answer(question: Question): Answered[Question["ask"]] {
  switch (question.ask) {
    case "judge":
      return judge(question.linter, question.input);
    case "fix":
      return fix(question.linter, question.input, question.object, question.rules);
    case "plan":
      return plan(question.linter, question.input);
    case "module":
      return answers(new Policy(question.policy), question.linter, question.questions);
  }
}
