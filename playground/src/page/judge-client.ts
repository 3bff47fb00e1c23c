/** The worker as the page sees it: one question at a time, each with a time limit. */

import type { Fix } from "../fix.ts";
import type { Input, Report } from "../judge.ts";
import type { FromWorker, Question, ToWorker } from "../protocol.ts";

/** policy-server allows two seconds for an object; here the manifest has to be read as well, and may have many objects. */
const TIME_LIMIT_MS = 10_000;

/** The worker was stopped, or failed: the text says why. */
export class JudgeError extends Error {}

export class JudgeClient {
  private worker: Worker | undefined;
  private lastId = 0;
  private previous: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: string,
    private readonly module: WebAssembly.Module,
  ) {}

  /** @throws JudgeError */
  async judge(input: Input): Promise<Report> {
    const answer = await this.ask({ id: 0, ask: "judge", input });
    if ("report" in answer) return answer.report;
    throw new JudgeError("the worker answered another question");
  }

  /** @throws JudgeError */
  async mend(input: Input, object: number, rules: string[] | "safe"): Promise<Fix> {
    const answer = await this.ask({ id: 0, ask: "mend", input, object, rules });
    if ("fix" in answer) return answer.fix;
    throw new JudgeError("the worker answered another question");
  }

  private async ask(question: Question): Promise<FromWorker> {
    const answer = this.previous.then(() => this.exchange(question));
    this.previous = answer.catch(() => undefined);
    return answer;
  }

  private exchange(question: Question): Promise<FromWorker> {
    this.lastId += 1;
    const id = this.lastId;
    const worker = (this.worker ??= this.start());
    return new Promise<FromWorker>((resolve, reject) => {
      const stop = (message: string): void => {
        end();
        worker.terminate();
        this.worker = undefined;
        reject(new JudgeError(message));
      };
      const limit = setTimeout(() => {
        stop(
          `no answer within ${TIME_LIMIT_MS / 1000} seconds, so the policy was stopped. Change something to ask again.`,
        );
      }, TIME_LIMIT_MS);
      const failed = (event: ErrorEvent): void => stop(`the worker failed: ${event.message}`);
      const answered = ({ data }: MessageEvent<FromWorker>): void => {
        if (data.id !== id) return;
        end();
        if ("failure" in data) reject(new JudgeError(data.failure));
        else resolve(data);
      };
      const end = (): void => {
        clearTimeout(limit);
        worker.removeEventListener("message", answered);
        worker.removeEventListener("error", failed);
      };
      worker.addEventListener("message", answered);
      worker.addEventListener("error", failed);
      send(worker, { ...question, id });
    });
  }

  /** A worker of a blob has the page's Content-Security-Policy, one of an address would have its own. */
  private start(): Worker {
    const address = URL.createObjectURL(new Blob([this.source], { type: "text/javascript" }));
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    send(worker, { module: this.module });
    return worker;
  }
}

function send(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
