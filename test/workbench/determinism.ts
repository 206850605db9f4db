/**
 * The same machine on Node and in a Chromium worker: the state hashes after the same counts of instructions, and at the
 * end of the message queue's run, must be equal.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { precompile } from '../../src/build/precompile';
import { flatImage } from '../../src/image/flat-image';
import { hashesOf } from './determinism-run';
import { serveFolder } from './serve-folder';
import { repository } from './tools';
import { launchChromium } from './workbench';

const kernel = flatImage(gunzipSync(readFileSync(join(repository, 'kernels/prebuilt/msgqueue-riscv64.elf.gz'))));

const bundle = async (): Promise<string> => {
  const result = await build({
    absWorkingDir: repository,
    stdin: {
      contents: `import { hashesOf } from './determinism-run';
        onmessage = ({ data }) => postMessage(hashesOf(data));`,
      resolveDir: __dirname,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    plugins: [precompile],
  });
  return result.outputFiles[0]?.text ?? '';
};

const inBrowser = async (): Promise<string[]> => {
  const source = await bundle();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    // Workers from blobs need an origin.
    const { authority } = await serveFolder(repository);
    await page.goto(`http://${authority}/package.json`);
    return await page.evaluate(
      ([script, bytes]) =>
        new Promise<string[]>((done, fail) => {
          const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
          worker.onmessage = ({ data }) => done(data);
          worker.onerror = ({ message }) => fail(new Error(message));
          worker.postMessage(Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)));
        }),
      [source, Buffer.from(kernel).toString('base64')] as const,
    );
  } finally {
    await browser.close();
  }
};

const main = async (): Promise<void> => {
  const node = hashesOf(kernel);
  const again = hashesOf(kernel);
  const browser = await inBrowser();
  for (const [name, hashes] of [
    ['a second run on Node', again],
    ['a browser worker', browser],
  ] as const) {
    const at = node.findIndex((hash, index) => hash !== hashes[index]);
    const isSame = at < 0 && hashes.length === node.length;
    console.log(`${isSame ? '✔' : '✖'} ${name} has the same state hashes at ${node.length} points`);
    if (!isSame) {
      console.log(`first difference at point ${at}: ${node[at]} and ${hashes[at]}`);
      process.exitCode = 1;
    }
  }
};

void main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
