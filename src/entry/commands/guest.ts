/**
 * From what the user names (a bundled kernel, a `kernel.json`, a file, options) to what a machine is made of. Every
 * mistake is a {@link UsageError}, or an error whose message already says what, where and what next.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { choiceWords } from '../../base/board-choices';
import type { Host } from '../../base/host';
import { loadWords, physicalAddress } from '../../base/load-words';
import { nearest } from '../../base/nearest';
import { listing } from '../../image/kernel-listing';
import type { KernelBuild, KernelPackage } from '../../image/kernel-package';
import { boardFor, RUNNABLE } from '../../machine/boards/all';
import type { NamedFile } from '../../machine/boot/load-plan';
import type { MachineOptions } from '../../machine/create';
import { parseMemorySize } from '../../machine/memory-size';
import { buildFor, modesText, readBuild } from '../kernel-files';
import { readLoads } from '../loads';
import { panicTest } from '../panic-hints';
import { type Arguments, UsageError } from './command';
import { asUsage } from './device-words';
import { readDrive } from './disks';
import { readExtra } from './extras';
import { packageOf, readFile, readUnpacked } from './files';

/** A guest ready to be put into a machine. */
export interface Guest {
  readonly name: string;
  readonly machine: MachineOptions;
  /** Whether a line of console output means that the guest failed. */
  isPanic(line: string): boolean;
  /** The package it came from, and where that file is. */
  readonly package?: { readonly kernel: KernelPackage; readonly path: string };
}

/** A bundled kernel's folder name and package. */
export interface BundledKernel {
  readonly path: string;
  readonly kernel: KernelPackage;
}

/** The kernels below `root`, in `kernels/NAME/kernel.json`, that there are machines for, easiest first. */
export async function bundledKernels(host: Host, root: string): Promise<BundledKernel[]> {
  const folders = await readdir(join(root, 'kernels'), { withFileTypes: true }).catch(() => []);
  const found: BundledKernel[] = [];
  for (const { name } of folders.filter((entry) => entry.isDirectory())) {
    const path = join(root, 'kernels', name, 'kernel.json');
    const bytes = await host.readFile(path).catch(() => undefined);
    if (bytes) found.push({ path, kernel: packageOf(bytes, path) });
  }
  return listing(found, RUNNABLE);
}

/** Reads all that `word` and the options of `worldstep run` name. */
export async function readGuest(
  host: Host,
  root: string,
  word: string | undefined,
  { options, lists }: Pick<Arguments, 'options' | 'lists'>,
): Promise<Guest> {
  const arch = options.get('arch');
  const board = arch === undefined ? undefined : boardFor(arch);
  if (arch !== undefined && board === undefined) {
    throw new UsageError(`--arch: there is no machine for "${arch}". ${didYouMean(arch, RUNNABLE)}`);
  }
  const base = word === undefined ? undefined : await readNamed(host, root, word, { arch, mode: options.get('mode') });
  if (options.has('mode') && base?.package === undefined) {
    throw new UsageError('--mode: only what has a kernel.json has modes. Leave it out, or name a kernel.json.');
  }
  const file = async (option: string): Promise<NamedFile | undefined> => {
    const path = options.get(option);
    return path === undefined ? undefined : { name: path, bytes: await readUnpacked(host, path) };
  };
  const disks = lists.get('disk');
  const loads = (lists.get('load') ?? []).map((text) => asUsage('--load', () => loadWords(text)));
  const { kernelAt, loaded } = await readLoads(loads, (path) => readUnpacked(host, path));
  const given: MachineOptions = {
    architecture: board?.arch,
    kernel: await file('kernel'),
    bios: await file('bios'),
    initrd: await file('initrd'),
    pflash0: await file('pflash0'),
    pflash1: await file('pflash1'),
    memory: optional(options.get('memory'), (text) => parseMemorySize(text)),
    harts: optional(options.get('harts'), (text) => wholeNumber('--harts', text)),
    append: options.get('append'),
    choices: optional(options.get('machine'), (text) => ({
      ...base?.machine.choices,
      ...asUsage('--machine', () => choiceWords(text)),
    })),
    drives: disks && (await Promise.all(disks.map((text) => readDrive(host, text)))),
    extras: lists.get('device')?.map(readExtra),
    loaded: loaded.length === 0 ? undefined : loaded,
    entry: optional(options.get('entry'), (text) => asUsage('--entry', () => physicalAddress(text))),
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  // A kernel that replaces the named one brings its own load address.
  const loadAddress = kernelAt ?? (given.kernel ? undefined : base?.machine.loadAddress);
  return {
    name: base?.name ?? options.get('kernel') ?? options.get('bios') ?? 'guest',
    isPanic: base?.isPanic ?? panicTest(),
    package: base?.package,
    machine: { ...base?.machine, ...set, loadAddress },
  };
}

/** Which build of a kernel is meant, where it has several. */
interface Choice {
  readonly arch?: string;
  readonly mode?: string;
}

async function readNamed(host: Host, root: string, word: string, choice: Choice): Promise<Guest> {
  const looksLikePath = /[\\/.]/.test(word);
  if (!looksLikePath) {
    const bundled = await bundledKernels(host, root);
    const found = bundled.find(({ kernel }) => kernel.name === word);
    if (found) return readPackage(host, found.kernel, found.path, choice);
    const isFile = await host.readFile(word).then(
      () => true,
      () => false,
    );
    if (!isFile) {
      const names = bundled.map(({ kernel }) => kernel.name);
      throw new UsageError(`"${word}" is neither a bundled kernel nor a file. ${didYouMean(word, names)}`);
    }
  }
  if (word.endsWith('kernel.json')) {
    return readPackage(host, packageOf(await readFile(host, word), word), word, choice);
  }
  return {
    name: word,
    isPanic: panicTest(),
    machine: { kernel: { name: word, bytes: await readUnpacked(host, word) } },
  };
}

async function readPackage(host: Host, kernel: KernelPackage, path: string, choice: Choice): Promise<Guest> {
  const { machine } = await readBuild(chooseBuild(kernel, choice), path, (file) => readUnpacked(host, file));
  return { name: kernel.name, isPanic: panicTest(kernel.panicMarkers), package: { kernel, path }, machine };
}

function chooseBuild(kernel: KernelPackage, choice: Choice): KernelBuild {
  const build = buildFor(kernel, choice);
  if (build) return build;
  const { arch, mode } = choice;
  if (mode !== undefined && buildFor(kernel, { arch })) {
    const modes = modesText(kernel);
    throw new UsageError(
      `--mode: ${kernel.name} has no mode "${mode}"${arch === undefined ? '' : ` on ${arch}`}. ${modes === '' ? 'Leave it out.' : `There is: ${modes}.`}`,
    );
  }
  const list = [...kernel.architectures.keys()].join(', ');
  throw new UsageError(
    arch === undefined
      ? `${kernel.name} is built for ${list}; there are machines for ${RUNNABLE.join(', ')} only.`
      : `${kernel.name} is not built for ${arch}. It is built for ${list}.`,
  );
}

const optional = <T>(text: string | undefined, read: (text: string) => T): T | undefined =>
  text === undefined ? undefined : read(text);

/** A count given as text, digits and `_` only. */
export function wholeNumber(option: string, text: string): number {
  const plain = text.replaceAll('_', '');
  if (/^\d{1,15}$/.test(plain)) return Number(plain);
  throw new UsageError(`${option}: "${text}" is not a whole number. Write digits, for example ${option} 4.`);
}

const didYouMean = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known);
  return near === undefined ? `There is: ${known.join(', ')}.` : `Did you mean ${near}?`;
};
