/** A waPC host, which calls a function of a guest like policy-server: in a new instance each time. */

import { ConsoleStdout, OpenFile, File, WASI } from "@bjorn3/browser_wasi_shim";

/** Handles a call of the guest. The guest receives a thrown error. */
export type HostCall = (binding: string, namespace: string, operation: string, payload: Uint8Array) => Uint8Array;

/** The guest reported an error or trapped. */
export class GuestError extends Error {}

interface Guest {
  memory: WebAssembly.Memory;
  wapc_init?: () => void;
  __guest_call: (operationLength: number, payloadLength: number) => number;
}

/**
 * Calls a function of the guest.
 *
 * @throws GuestError
 */
export function call(module: WebAssembly.Module, operation: string, payload: Uint8Array, host: HostCall): Uint8Array {
  const exchange = new Exchange(new TextEncoder().encode(operation), payload, host);
  try {
    const wasi = systemInterface((line) => exchange.log(line));
    const instance = new WebAssembly.Instance(module, {
      wapc: exchange.imports(),
      wasi_snapshot_preview1: wasi.wasiImport,
    });
    const guest = instance.exports as unknown as Guest;
    exchange.memory = guest.memory;
    wasi.initialize({ exports: { memory: guest.memory } });
    guest.wapc_init?.();
    const succeeded = guest.__guest_call(exchange.operation.length, payload.length) !== 0;
    return exchange.result(succeeded);
  } catch (error) {
    if (error instanceof GuestError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new GuestError([`the module trapped: ${reason}`, ...exchange.lines].join("\n"));
  }
}

/** WASI without arguments, environment and files; `print` receives the guest's output line by line. */
function systemInterface(print: (line: string) => void): WASI {
  const output = (): ConsoleStdout => ConsoleStdout.lineBuffered(print);
  return new WASI([], [], [new OpenFile(new File([])), output(), output()], { debug: false });
}

/** The data exchanged by host and guest during one call. */
class Exchange {
  memory: WebAssembly.Memory | undefined;
  /** The guest's output, which explains a panic. */
  readonly lines: string[] = [];
  private response: Uint8Array | undefined;
  private error: string | undefined;
  private hostResponse: Uint8Array = new Uint8Array();
  private hostError: Uint8Array = new Uint8Array();

  constructor(
    readonly operation: Uint8Array,
    private readonly payload: Uint8Array,
    private readonly host: HostCall,
  ) {}

  /** The functions of the import module `wapc`. */
  imports(): WebAssembly.ModuleImports {
    return {
      __guest_request: (operation: number, payload: number) => {
        this.write(operation, this.operation);
        this.write(payload, this.payload);
      },
      __guest_response: (start: number, length: number) => {
        this.response = this.read(start, length).slice();
      },
      __guest_error: (start: number, length: number) => {
        this.error = this.text(start, length);
      },
      __host_call: (
        binding: number,
        bindingLength: number,
        namespace: number,
        namespaceLength: number,
        operation: number,
        operationLength: number,
        payload: number,
        payloadLength: number,
      ) => {
        try {
          this.hostResponse = this.host(
            this.text(binding, bindingLength),
            this.text(namespace, namespaceLength),
            this.text(operation, operationLength),
            this.read(payload, payloadLength).slice(),
          );
          return 1;
        } catch (error) {
          this.hostError = new TextEncoder().encode(error instanceof Error ? error.message : String(error));
          return 0;
        }
      },
      __host_response_len: () => this.hostResponse.length,
      __host_response: (start: number) => this.write(start, this.hostResponse),
      __host_error_len: () => this.hostError.length,
      __host_error: (start: number) => this.write(start, this.hostError),
      __console_log: (start: number, length: number) => this.log(this.text(start, length)),
    };
  }

  log(line: string): void {
    this.lines.push(line);
  }

  result(succeeded: boolean): Uint8Array {
    if (succeeded && this.response !== undefined) return this.response;
    throw new GuestError(this.error ?? "the module returned no response");
  }

  private read(start: number, length: number): Uint8Array {
    if (this.memory === undefined) throw new Error("the guest called before it was ready");
    // Numbers from Wasm are signed. Views are not kept, because growing the memory replaces its buffer.
    return new Uint8Array(this.memory.buffer, start >>> 0, length >>> 0);
  }

  private write(start: number, bytes: Uint8Array): void {
    this.read(start, bytes.length).set(bytes);
  }

  private text(start: number, length: number): string {
    return new TextDecoder().decode(this.read(start, length));
  }
}
