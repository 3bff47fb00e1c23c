/** The module's cluster: the linter replays a recorded session, as it does for its own queries. */

import { Instance } from "../linter.ts";
import type { Capabilities } from "./policy.ts";

type Result<T> = { Ok: T } | { Err: string };

/** Capabilities that replay a session from its beginning. The linter has already parsed it. */
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

/** policy-server adds this prefix to the reason, and the module removes it. */
function expect<T>(result: Result<T>): T {
  if ("Err" in result) throw new Error(`Callback evaluation failure: ${result.Err}`);
  return result.Ok;
}
