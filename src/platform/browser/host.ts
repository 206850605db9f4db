/** The host of the worker in a browser: every file comes from the extension's side, which has `vscode.workspace.fs`. */
import type { Host } from '../../base/host';
import type { FileService } from '../link';

/** A {@link Host} in a browser's worker. */
export const browserHost = (remote: FileService): Host => {
  // A message to oneself comes back after waiting ones; setTimeout would cost 4 ms each.
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return {
    readFile: (uri) => remote.read(uri),
    writeFile: (uri, bytes) => remote.write(uri, bytes),
    stat: (uri) => remote.stat(uri),
    list: (uri) => remote.list(uri),
    wallClock: () => performance.now(),
    yield: () =>
      new Promise((done) => {
        waiting.push(done);
        channel.port2.postMessage(null);
      }),
    gunzip: async (bytes) => {
      // A copy with a buffer of its own kind: streams refuse views of shared memory.
      const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    },
  };
};
