import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { fatfs } from '../../src/build/fatfs-plugin';
import { type DiskContents, fatDisk } from '../../src/image/disk';

const root = resolve(__dirname, '../..');

it('a bundle for a worker makes the same disk from the given fatfs.wasm, and fetches nothing', async () => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        import { fatDisk } from './src/image/disk';
        import { provideFatfs } from './src/image/fatfs';
        globalThis.make = (wasm, contents) => {
          provideFatfs(async () => wasm);
          return fatDisk(contents);
        };`,
      resolveDir: root,
    },
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    format: 'iife',
    plugins: [fatfs],
    logLevel: 'silent',
  });
  // What a worker has of all that the package could reach for; nothing of Node.
  const worker: Record<string, unknown> = {
    importScripts: () => expect.unreachable(),
    fetch: () => expect.unreachable(),
    XMLHttpRequest: () => expect.unreachable(),
    location: { href: 'blob:worker' },
    WebAssembly,
    TextDecoder,
    TextEncoder,
    console,
  };
  worker.self = worker;
  runInContext(outputFiles[0]!.text, createContext(worker));
  const make = worker.make as (wasm: Uint8Array, contents: DiskContents) => Promise<Uint8Array>;
  const contents = {
    size: 64 << 20,
    label: 'BUNDLE',
    files: new Map([['/sbin/origin', new Uint8Array(5000).fill(7)]]),
  };
  const made = await make(readFileSync(`${root}/node_modules/js-fatfs/dist/fatfs.wasm`), contents);
  expect(Buffer.compare(Buffer.from(made.buffer), Buffer.from(await fatDisk(contents)))).toBe(0);
});
