/**
 * The line between the extension and its worker: debug adapter messages both ways, and the worker's file requests that
 * only the extension can serve (virtual workspaces, files of a remote, the extension's own assets). Start reading here;
 * `node/` and `browser/` differ only in how a worker is started and how it reads files itself.
 */

import { type FileFacts, type FolderEntry, type Host, HostFileError } from '../base/host';
import { t } from '../base/l10n';
import { assetPath } from './assets';

/** One end of a message channel, whatever it is made of. */
export interface Port {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  listen(receive: (message: unknown) => void): void;
}

/** A DAP message as it crosses the line; its inside is the session's business. */
export type DapMessage = object;

/** What serves files to a worker that cannot reach them. Rejections become a {@link HostFileError} on the other end. */
export interface FileService {
  read(uri: string): Promise<Uint8Array>;
  write(uri: string, bytes: Uint8Array): Promise<void>;
  stat(uri: string): Promise<FileFacts>;
  list(uri: string): Promise<readonly FolderEntry[]>;
}

/** A debug adapter running in a worker, as the extension sees it. */
export interface AdapterWorker {
  send(message: DapMessage): void;
  /** Called for each message of the adapter. One receiver. */
  onMessage(receive: (message: DapMessage) => void): void;
  /** Called when the worker died by itself; not after {@link AdapterWorker.dispose}. */
  onFailure(receive: (error: Error) => void): void;
  /** Ends the worker at once, even inside an endless guest loop. */
  dispose(): void;
}

/** The adapter inside the worker. */
export interface AdapterSession {
  receive(message: never): void;
}

/** Makes the adapter; what it says goes through `send`. */
export type MakeSession = (host: Host, send: (message: DapMessage) => void) => AdapterSession;

type FromWorker = { readonly kind: 'dap'; readonly message: DapMessage } | ({ readonly id: number } & FileRequest);

type FileRequest =
  | { readonly kind: 'read' | 'stat' | 'list'; readonly uri: string }
  | { readonly kind: 'write'; readonly uri: string; readonly bytes: Uint8Array };

type ToWorker =
  | { readonly kind: 'dap'; readonly message: DapMessage }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string };

/**
 * Serves one worker: forwards its adapter messages, answers its file requests from `files`. `root` is the URI or path
 * of the extension, for `asset:` and `bundled:` names.
 */
export const connect = (
  port: Port,
  files: FileService,
  root: string,
): { send(message: DapMessage): void; onMessage(receive: (message: DapMessage) => void): void } => {
  let receiver: (message: DapMessage) => void = () => {};
  const answer = async (id: number, work: Promise<unknown>): Promise<void> => {
    try {
      const result = await work;
      // A copy of our own, so that it can be handed over without cutting a buffer that the file service still uses.
      const own = result instanceof Uint8Array ? new Uint8Array(result) : undefined;
      port.post({ kind: 'done', id, result: own ?? result } satisfies ToWorker, own ? [own.buffer] : []);
    } catch (error) {
      const reason = error instanceof HostFileError ? error.reason : t`cannot be read: ${messageOf(error)}`;
      port.post({ kind: 'failed', id, reason } satisfies ToWorker);
    }
  };
  const locate = (uri: string): string => {
    const asset = assetPath(uri);
    return asset === undefined ? uri : `${root.replace(/\/$/, '')}/${asset}`;
  };
  port.listen((raw) => {
    const message = raw as FromWorker;
    switch (message.kind) {
      case 'dap':
        return receiver(message.message);
      case 'write':
        return void answer(message.id, files.write(locate(message.uri), message.bytes));
      default:
        return void answer(message.id, files[message.kind](locate(message.uri)));
    }
  });
  return {
    send: (message) => port.post({ kind: 'dap', message } satisfies ToWorker),
    onMessage: (receive) => {
      receiver = receive;
    },
  };
};

/** Runs inside the worker: joins the adapter to the port. `makeHost` gets the files of the extension's side. */
export const serve = (port: Port, makeHost: (remote: FileService) => Host, makeSession: MakeSession): void => {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void; uri: string }>();
  let lastId = 0;
  const ask = (request: FileRequest): Promise<unknown> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject, uri: request.uri });
      port.post({ ...request, id: lastId } satisfies FromWorker);
    });
  const remote: FileService = {
    // The other end answers each kind with what its file service gives for it.
    read: async (uri) => (await ask({ kind: 'read', uri })) as Uint8Array,
    write: async (uri, bytes) => void (await ask({ kind: 'write', uri, bytes })),
    stat: async (uri) => (await ask({ kind: 'stat', uri })) as FileFacts,
    list: async (uri) => (await ask({ kind: 'list', uri })) as readonly FolderEntry[],
  };
  const session = makeSession(makeHost(remote), (message) => port.post({ kind: 'dap', message } satisfies FromWorker));
  port.listen((raw) => {
    const message = raw as ToWorker;
    if (message.kind === 'dap') {
      session.receive(message.message as never);
      return;
    }
    const request = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'done') request?.resolve(message.result);
    else request?.reject(new HostFileError(request.uri, message.reason));
  });
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
