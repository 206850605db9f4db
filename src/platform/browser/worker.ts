/** Starting an adapter worker from the web-worker extension host, and the worker's own end. */
import { type AdapterWorker, connect, type FileService, type MakeSession, type Port, serve } from '../link';
import { browserHost } from './host';

/**
 * Starts `source`, the text of a classic script, as a nested worker. `root` is the URI of the extension. It goes through a blob: workers from extension
 * URIs, modules and `data:` URLs are refused in the extension host.
 */
export const startBrowserWorker = (source: Uint8Array, root: string, files: FileService): AdapterWorker => {
  // Never revoked before the worker ends: an early revokeObjectURL loses the script.
  const url = URL.createObjectURL(new Blob([new Uint8Array(source)], { type: 'text/javascript' }));
  const worker = new Worker(url);
  const port: Port = {
    post: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
    listen: (receive) => worker.addEventListener('message', (event) => receive(event.data)),
  };
  return {
    ...connect(port, files, root),
    onFailure: (receive) => {
      worker.onerror = (event) => {
        // Otherwise the error bubbles up and ends the extension host.
        event.preventDefault();
        receive(new Error(event.message || 'The worker of the debugger failed.'));
      };
    },
    dispose: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
};

/** Runs in the worker: serves one session to the extension. */
export const serveBrowserWorker = (makeSession: MakeSession): void => {
  // The DOM library types `self` as a window; only these two members are used.
  const scope = self as unknown as {
    postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
    addEventListener(type: 'message', receive: (event: MessageEvent) => void): void;
  };
  serve(
    {
      post: (message, transfer) => scope.postMessage(message, transfer ?? []),
      listen: (receive) => scope.addEventListener('message', (event) => receive(event.data)),
    },
    browserHost,
    makeSession,
  );
};
