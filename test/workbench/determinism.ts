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
import { hashesOf, type Kernel } from './determinism-run';
import { serveFolder } from './serve-folder';
import { repository } from './tools';
import { launchChromium } from './workbench';

const elfOf = (architecture: Kernel['architecture']): Uint8Array =>
  gunzipSync(readFileSync(join(repository, `kernels/prebuilt/msgqueue-${architecture}.elf.gz`)));
const flatKernel = (architecture: Kernel['architecture'], loadAddress: number, flash: number): Kernel => {
  return { architecture, bytes: flatImage(elfOf(architecture)), loadAddress, flash, bank: 'pflash1' };
};
const KERNELS: readonly Kernel[] = [
  flatKernel('riscv64', 0x8020_0000, 32 << 20),
  flatKernel('aarch64', 0x4020_0000, 64 << 20),
  flatKernel('loongarch64', 0x20_0000, 16 << 20),
  { architecture: 'x86_64', bytes: elfOf('x86_64'), flash: 4 << 20, bank: 'pflash0' },
];

const bundle = async (): Promise<string> => {
  const result = await build({
    absWorkingDir: repository,
    stdin: {
      contents: `import { hashesOf } from './determinism-run';
        onmessage = ({ data }) => postMessage(data.map(hashesOf));`,
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

/** The hashes of each kernel. */
const inBrowser = async (): Promise<string[][]> => {
  const source = await bundle();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    // Workers from blobs need an origin.
    const { authority } = await serveFolder(repository);
    await page.goto(`http://${authority}/package.json`);
    return await page.evaluate(
      ([script, kernels]) =>
        new Promise<string[][]>((done, fail) => {
          const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
          worker.onmessage = ({ data }) => done(data);
          worker.onerror = ({ message }) => fail(new Error(message));
          worker.postMessage(
            kernels.map(({ text, ...kernel }) => ({
              ...kernel,
              bytes: Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),
            })),
          );
        }),
      [
        source,
        KERNELS.map(({ bytes, ...kernel }) => ({ ...kernel, text: Buffer.from(bytes).toString('base64') })),
      ] as const,
    );
  } finally {
    await browser.close();
  }
};

const compare = (name: string, node: readonly string[], hashes: readonly string[]): void => {
  const at = node.findIndex((hash, index) => hash !== hashes[index]);
  const isSame = at < 0 && hashes.length === node.length;
  console.log(`${isSame ? '✔' : '✖'} ${name} has the same state hashes at ${node.length} points: ${node.at(-1)}`);
  if (!isSame) {
    console.log(`first difference at point ${at}: ${node[at]} and ${hashes[at]}`);
    process.exitCode = 1;
  }
};

const main = async (): Promise<void> => {
  const browser = await inBrowser();
  for (const [index, kernel] of KERNELS.entries()) {
    const node = hashesOf(kernel);
    compare(`${kernel.architecture}: a second run on Node`, node, hashesOf(kernel));
    compare(`${kernel.architecture}: a browser worker`, node, browser[index] ?? []);
  }
};

void main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
