import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/base/host';
import { HostFileError } from '../../src/base/host';
import {
  type AdapterSession,
  connect,
  type DapMessage,
  type FileService,
  type Port,
  serve,
} from '../../src/platform/link';

/** Two ports that copy messages as a real channel does. */
const portPair = (): [Port, Port] => {
  const make = (): Port & { receive: (message: unknown) => void } => {
    const port = {
      receive: (_: unknown): void => {},
      post: (_: unknown): void => {},
      listen: (receive: (message: unknown) => void): void => {
        port.receive = receive;
      },
    };
    return port;
  };
  const [a, b] = [make(), make()];
  a.post = (message) => queueMicrotask(() => b.receive(structuredClone(message)));
  b.post = (message) => queueMicrotask(() => a.receive(structuredClone(message)));
  return [a, b];
};

const hostOf = (remote: FileService): Host => ({
  readFile: remote.read,
  writeFile: remote.write,
  stat: remote.stat,
  list: remote.list,
  wallClock: () => 0,
  yield: async () => {},
  gunzip: async (bytes) => bytes,
});

/** Joins a session to a shell; returns the host that the session got and what the shell heard. */
const join = (files: FileService, receive: (message: DapMessage) => void = () => {}) => {
  const [shell, worker] = portPair();
  let host: Host | undefined;
  let say: (message: DapMessage) => void = () => {};
  serve(worker, hostOf, (made, send): AdapterSession => {
    host = made;
    say = send;
    return { receive };
  });
  const heard: DapMessage[] = [];
  const link = connect(shell, files, 'http://host/');
  link.onMessage((message) => heard.push(message));
  if (!host) throw new Error('the session was not made');
  return { host, heard, say, link };
};

const noFiles: FileService = {
  read: () => Promise.reject(new Error('no')),
  write: () => Promise.reject(new Error('no')),
  stat: () => Promise.reject(new Error('no')),
  list: () => Promise.reject(new Error('no')),
};
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('the line between extension and worker', () => {
  it('carries adapter messages both ways, in order', async () => {
    const received: DapMessage[] = [];
    const { link, say, heard } = join(noFiles, (message) => received.push(message));
    link.send({ seq: 1 });
    link.send({ seq: 2 });
    say({ seq: 1, type: 'event' });
    await settled();
    expect(received).toEqual([{ seq: 1 }, { seq: 2 }]);
    expect(heard).toEqual([{ seq: 1, type: 'event' }]);
  });

  it('serves files of the extension from its root, without doubling slashes', async () => {
    const asked: string[] = [];
    const files: FileService = { ...noFiles, read: async (uri) => new Uint8Array([asked.push(uri), 2]) };
    const { host } = join(files);
    expect(await host.readFile('bundled:/msgqueue/kernel.json')).toEqual(new Uint8Array([1, 2]));
    await host.readFile('asset:dist/symbols.wasm');
    expect(asked).toEqual(['http://host/kernels/msgqueue/kernel.json', 'http://host/dist/symbols.wasm']);
  });

  it('carries facts about files and the contents of folders', async () => {
    const files: FileService = {
      ...noFiles,
      stat: async (uri) => ({ isFolder: uri.endsWith('src'), modified: 12 }),
      list: async () => [{ name: 'main.rs', isFolder: false }],
    };
    const { host } = join(files);
    expect(await host.stat('bundled:msgqueue/src')).toEqual({ isFolder: true, modified: 12 });
    expect(await host.list('file:///src')).toEqual([{ name: 'main.rs', isFolder: false }]);
  });

  it('leaves the buffer of a file service alone', async () => {
    const cached = new Uint8Array([7, 8, 9]);
    const { host } = join({ ...noFiles, read: async () => cached });
    await host.readFile('file:///a');
    expect(cached).toEqual(new Uint8Array([7, 8, 9]));
  });

  it('hands over the reason why a file cannot be read', async () => {
    const read = (uri: string) => Promise.reject(new HostFileError(uri, 'does not exist'));
    const { host } = join({ ...noFiles, read });
    const error = await host.readFile('file:///gone').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HostFileError);
    expect(error).toMatchObject({ uri: 'file:///gone', reason: 'does not exist' });
  });

  it('answers requests in flight each with its own file', async () => {
    const read = async (uri: string) => new TextEncoder().encode(uri);
    const { host } = join({ ...noFiles, read });
    const names = ['a:1', 'a:2', 'a:3'];
    const texts = await Promise.all(names.map((name) => host.readFile(name)));
    expect(texts.map((text) => new TextDecoder().decode(text))).toEqual(names);
  });
});
