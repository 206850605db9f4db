import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { LAUNCH_AHEAD, OWN_EVENTS } from '../dap/protocol';
import { pickedFilters } from './break-on-traps';
import { MergedDataBreakpoints } from './data-breakpoints';
import type { WorkspaceFiles } from './files';
import { MergedExceptionBreakpoints } from './merged-exception-breakpoints';
import { errorText, type Log } from './session-log';

/** A debug adapter in a worker; the platform layer makes them. */
export interface AdapterWorker {
  send(message: object): void;
  onMessage(receive: (message: object) => void): void;
  onFailure(receive: (error: Error) => void): void;
  dispose(): void;
}

/** Starts a worker that holds one debug adapter. */
export type StartWorker = (files: WorkspaceFiles) => Promise<AdapterWorker>;

/** Reaches the adapter of another process: `worldstep dap --port`. */
export type ConnectToServer = (port: number, host: string) => Promise<AdapterWorker>;

/**
 * The adapter as VS Code sees it: hands every message on to the worker, so that a busy guest never blocks the extension
 * host. If the worker dies, the session ends with a message instead of hanging.
 */
export class WorkerAdapter implements vscode.DebugAdapter {
  readonly #messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.#messages.event;
  readonly #dataBreakpoints = new MergedDataBreakpoints();
  readonly #exceptions: MergedExceptionBreakpoints;

  /** `launch`: the arguments of the launch that will come, if one will; `picked`: exception filters beside VS Code's. */
  constructor(
    private readonly worker: AdapterWorker,
    private readonly launch: object | undefined,
    picked: readonly string[],
    private readonly log: Log,
  ) {
    this.#exceptions = new MergedExceptionBreakpoints(picked);
    worker.onMessage((message) => this.#messages.fire(message));
    worker.onFailure((error) => this.#fail(error));
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.worker.send(this.#exceptions.merge(this.#dataBreakpoints.merge(this.#announced(message))));
  }

  /** `initialize` with the launch that follows: VS Code takes a list of exception filters here only. */
  #announced(message: object): object {
    const { type, command, arguments: given } = message as { type: string; command?: string; arguments?: object };
    if (type !== 'request' || command !== 'initialize') return message;
    const ahead = this.launch === undefined ? {} : { [LAUNCH_AHEAD]: this.launch };
    return { ...message, arguments: { ...given, ...ahead, [OWN_EVENTS]: true } };
  }

  dispose(): void {
    this.worker.dispose();
    this.#messages.dispose();
  }

  #fail(error: Error): void {
    this.log.error(`The debugger's worker failed: ${errorText(error)}`);
    const output = `${t`Worldstep's debugger stopped working: ${error.message}`}\n${t`Please report it with your launch.json.`}\n`;
    this.#messages.fire({ type: 'event', seq: 0, event: 'output', body: { category: 'important', output } } as object);
    this.#messages.fire({ type: 'event', seq: 0, event: 'terminated' } as object);
  }
}

/** The adapter of a configuration: a worker of its own, or the server that it attaches to. */
const adapterFor = (
  { request, port, host = '127.0.0.1' }: vscode.DebugConfiguration,
  startWorker: StartWorker,
  connect: ConnectToServer | undefined,
  files: WorkspaceFiles,
): Promise<AdapterWorker> => {
  if (request !== 'attach') return startWorker(files);
  if (connect) return connect(port, host);
  throw new Error(t`A browser cannot reach a port. Attach from VS Code on a desktop or a remote machine.`);
};

/** Registers the adapter for debug type `worldstep`. */
export const registerAdapter = (
  startWorker: StartWorker,
  connect: ConnectToServer | undefined,
  files: WorkspaceFiles,
  memory: vscode.Memento,
  log: Log,
): vscode.Disposable =>
  vscode.debug.registerDebugAdapterDescriptorFactory('worldstep', {
    createDebugAdapterDescriptor: async ({ configuration }) => {
      try {
        const worker = await adapterFor(configuration, startWorker, connect, files);
        const launch = configuration.request === 'attach' ? undefined : configuration;
        return new vscode.DebugAdapterInlineImplementation(
          new WorkerAdapter(worker, launch, pickedFilters(memory), log),
        );
      } catch (error) {
        log.error(`The debugger's worker did not start: ${errorText(error)}`);
        throw error;
      }
    },
  });
