/** The parts of VS Code's API that the extension calls; `state` holds what a test sets and what the extension did. */

type Listener = (event: { affectsConfiguration(setting: string): boolean }) => unknown;

export const state = {
  settings: {} as Record<string, unknown>,
  trusted: true,
  folder: undefined as string | undefined,
  /** The button that the user presses below an error. */
  choice: undefined as string | undefined,
  read: new Set<string>(),
  errors: [] as string[],
  log: [] as string[],
  opened: [] as string[],
  executed: [] as unknown[][],
  commands: new Map<string, () => unknown>(),
  whenConfigured: undefined as Listener | undefined,
  whenTrusted: undefined as (() => unknown) | undefined,
};

const disposable = { dispose: (): void => {} };

export const commands = {
  registerCommand(name: string, command: () => unknown) {
    state.commands.set(name, command);
    return disposable;
  },
  executeCommand: async (...command: unknown[]) => void state.executed.push(command),
};

export const env = { openExternal: async (address: string) => void state.opened.push(address) };

export const Uri = { parse: (address: string): string => address };

export const window = {
  createOutputChannel: () => ({
    ...disposable,
    info: (line: string) => void state.log.push(line),
    warn: (line: unknown) => void state.log.push(String(line)),
    error: (line: unknown) => void state.log.push(String(line)),
    show: () => void state.log.push("shown"),
  }),
  async showErrorMessage(message: string): Promise<string | undefined> {
    state.errors.push(message);
    return state.choice;
  },
};

export const workspace = {
  get isTrusted(): boolean {
    return state.trusted;
  },
  get workspaceFolders() {
    return state.folder === undefined ? undefined : [{ uri: { fsPath: state.folder } }];
  },
  getConfiguration: (section: string) => ({
    get(key: string, otherwise: unknown): unknown {
      state.read.add(`${section}.${key}`);
      return state.settings[`${section}.${key}`] ?? otherwise;
    },
  }),
  onDidChangeConfiguration(listener: Listener) {
    state.whenConfigured = listener;
    return disposable;
  },
  onDidGrantWorkspaceTrust(listener: () => unknown) {
    state.whenTrusted = listener;
    return disposable;
  },
};
