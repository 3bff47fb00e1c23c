/** The page's client of the worker: one request at a time, each with a time limit. */

import type { Fixed, Input, Judged, Planned } from "../judged.ts";
import type { Answer, Questions } from "../policy/answers.ts";
import type { Answered, FromWorker, Question, ToWorker } from "../protocol.ts";

/** Longer than policy-server's two seconds per object, because a manifest is also parsed and may have many objects. */
const TIME_LIMIT_MS = 10_000;

/** The worker failed or was stopped; the message gives the reason. */
export class JudgeError extends Error {}

export class JudgeClient {
  private worker: Worker | undefined;
  private lastId = 0;
  private previous: Promise<unknown> = Promise.resolve();
  private policy: Promise<WebAssembly.Module> | undefined;

  /** The policy is compiled on its first request, so that the first verdict does not wait for it. */
  constructor(
    private readonly source: string,
    private readonly linter: Promise<WebAssembly.Module>,
    private readonly compilePolicy: () => Promise<WebAssembly.Module>,
  ) {}

  /** @throws JudgeError */
  async judge(input: Input): Promise<Judged> {
    return this.ask({ ask: "judge", linter: await this.linter, input });
  }

  /** @throws JudgeError */
  async fix(input: Input, object: number, rules: string[] | null): Promise<Fixed> {
    return this.ask({ ask: "fix", linter: await this.linter, input, object, rules });
  }

  /** @throws JudgeError */
  async plan(input: Input): Promise<Planned> {
    return this.ask({ ask: "plan", linter: await this.linter, input });
  }

  /**
   * Sends requests to the module itself.
   *
   * @throws JudgeError
   */
  async module(questions: Questions): Promise<Answer[]> {
    this.policy ??= this.compilePolicy();
    return this.ask({ ask: "module", linter: await this.linter, policy: await this.policy, questions });
  }

  private async ask<Q extends Question>(question: Q): Promise<Answered[Q["ask"]]> {
    const answer = this.previous.then(() => this.exchange(question));
    this.previous = answer.catch(() => undefined);
    return answer as Promise<Answered[Q["ask"]]>;
  }

  private exchange(question: Question): Promise<unknown> {
    this.lastId += 1;
    const id = this.lastId;
    const worker = (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      const stop = (message: string): void => {
        end();
        worker.terminate();
        this.worker = undefined;
        reject(new JudgeError(message));
      };
      const limit = setTimeout(() => {
        const seconds = TIME_LIMIT_MS / 1000;
        stop(`no response within ${seconds} seconds. Change something to try again.`);
      }, TIME_LIMIT_MS);
      const failed = (event: ErrorEvent): void => stop(`the worker failed: ${event.message}`);
      const answered = ({ data }: MessageEvent<FromWorker>): void => {
        if (data.id !== id) return;
        end();
        if ("failure" in data) reject(new JudgeError(data.failure));
        else resolve(data.answer);
      };
      const end = (): void => {
        clearTimeout(limit);
        worker.removeEventListener("message", answered);
        worker.removeEventListener("error", failed);
      };
      worker.addEventListener("message", answered);
      worker.addEventListener("error", failed);
      send(worker, { id, question });
    });
  }

  /** A worker from a blob inherits the page's Content-Security-Policy, unlike one from a URL. */
  private start(): Worker {
    const address = URL.createObjectURL(new Blob([this.source], { type: "text/javascript" }));
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    return worker;
  }
}

function send(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
