/** The cluster as the module sees it: the linter replays a session for it, as it does for itself. */

import { Instance } from "../linter.ts";
import type { Capabilities } from "./policy.ts";

type Result<T> = { Ok: T } | { Err: string };

/** Capabilities that answer from the beginning of a session, which the linter has read before. */
export function replay(linter: WebAssembly.Module, session: string): Capabilities {
  let cluster: Instance | undefined;
  return (namespace, operation, payload) => {
    if (namespace !== "kubernetes") throw new Error(`unknown namespace: ${namespace}`);
    cluster ??= started(linter, session);
    const question = { ask: "cluster", operation, payload: new TextDecoder().decode(payload) } as const;
    return new TextEncoder().encode(expect(cluster.ask<Result<string>>(question)));
  };
}

function started(linter: WebAssembly.Module, session: string): Instance {
  const instance = new Instance(linter);
  expect(instance.ask<Result<null>>({ ask: "replay", session }));
  return instance;
}

/** policy-server puts these words before the reason, and the module takes them off. */
function expect<T>(result: Result<T>): T {
  if ("Err" in result) throw new Error(`Callback evaluation failure: ${result.Err}`);
  return result.Ok;
}
