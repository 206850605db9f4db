/** Starting an adapter worker from the Node extension host, and the worker's own end. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { type AdapterWorker, connect, type FileService, type MakeSession, type Port, serve } from '../link';
import { nodeHost } from './host';

/** Starts `script` (a file) as a worker thread. `root` is the folder with `kernels/` and `dist/`. */
export const startNodeWorker = (script: string, root: string, files: FileService): AdapterWorker => {
  const worker = new Worker(script, { workerData: { root } });
  const port: Port = {
    post: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
    listen: (receive) => void worker.on('message', receive),
  };
  let isDisposed = false;
  return {
    ...connect(port, files, root),
    onFailure: (receive) => {
      worker.on('error', (error) => receive(error instanceof Error ? error : new Error(String(error))));
      worker.on('exit', (code) => {
        if (!isDisposed && code !== 0) receive(new Error(`The debugger's worker ended with code ${code}.`));
      });
    },
    dispose: () => {
      isDisposed = true;
      void worker.terminate();
    },
  };
};

/** Runs in the worker thread: serves one session to the extension. */
export const serveNodeWorker = (makeSession: MakeSession): void => {
  const channel = parentPort;
  if (!channel) throw new Error('This file runs as a worker of the Worldstep extension, not by itself.');
  const { root } = workerData as { root: string };
  serve(
    {
      post: (message, transfer) => channel.postMessage(message, [...(transfer ?? [])]),
      listen: (receive) => void channel.on('message', receive),
    },
    (remote) => nodeHost({ root, remote }),
    makeSession,
  );
};
