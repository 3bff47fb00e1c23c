/** A language client that starts nothing and keeps what it was made with. */

interface ServerOptions {
  command: string;
  args: string[];
}

interface ClientOptions {
  documentSelector: { scheme: string; language: string }[];
}

export const clients: LanguageClient[] = [];
/** Decides how the next servers start and end. */
export const server = { start: async (): Promise<void> => {}, stop: async (): Promise<void> => {} };

export class LanguageClient {
  running = false;
  disposed = false;

  constructor(
    readonly id: string,
    readonly name: string,
    readonly serverOptions: ServerOptions,
    readonly clientOptions: ClientOptions,
  ) {
    clients.push(this);
  }

  async start(): Promise<void> {
    this.running = true;
    await server.start();
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await server.stop();
    this.running = false;
  }
}
