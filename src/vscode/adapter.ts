import * as vscode from 'vscode';
import { MergedDataBreakpoints } from './data-breakpoints';
import type { WorkspaceFiles } from './files';

/** A debug adapter in a worker; the platform layer makes them. */
export interface AdapterWorker {
  send(message: object): void;
  onMessage(receive: (message: object) => void): void;
  onFailure(receive: (error: Error) => void): void;
  dispose(): void;
}

/** Starts a worker that holds one debug adapter. */
export type StartWorker = (files: WorkspaceFiles) => Promise<AdapterWorker>;

/**
 * The adapter as VS Code sees it: hands every message on to the worker, so that a busy guest never blocks the extension
 * host. If the worker dies, the session ends with a message instead of hanging.
 */
export class WorkerAdapter implements vscode.DebugAdapter {
  readonly #messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.#messages.event;
  readonly #dataBreakpoints = new MergedDataBreakpoints();

  constructor(private readonly worker: AdapterWorker) {
    worker.onMessage((message) => this.#messages.fire(message));
    worker.onFailure((error) => this.#fail(error));
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.worker.send(this.#dataBreakpoints.merge(message));
  }

  dispose(): void {
    this.worker.dispose();
    this.#messages.dispose();
  }

  #fail(error: Error): void {
    const output = `Worldstep's debugger stopped working: ${error.message}\nPlease report it with your launch.json.\n`;
    this.#messages.fire({ type: 'event', seq: 0, event: 'output', body: { category: 'important', output } } as object);
    this.#messages.fire({ type: 'event', seq: 0, event: 'terminated' } as object);
  }
}

/** Registers the adapter for debug type `worldstep`. */
export const registerAdapter = (startWorker: StartWorker, files: WorkspaceFiles): vscode.Disposable =>
  vscode.debug.registerDebugAdapterDescriptorFactory('worldstep', {
    createDebugAdapterDescriptor: async () =>
      new vscode.DebugAdapterInlineImplementation(new WorkerAdapter(await startWorker(files))),
  });
