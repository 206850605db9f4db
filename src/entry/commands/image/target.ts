/** The kernel.json that `--kernel` names, and the architecture in it. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nearest } from '../../../base/nearest';
import type { KernelBuild } from '../../../image/kernel-package';
import { type CommandContext, UsageError } from '../command';
import { packageOf, readFile } from '../files';
import { bundledKernels } from '../guest';

/** One architecture of one kernel. */
export interface ImageTarget {
  /** Of its kernel.json. */
  readonly path: string;
  readonly arch: string;
  readonly build: KernelBuild;
}

/** @param word a bundled kernel's name, a kernel.json, or a folder with one */
export async function chooseTarget(
  { host, root }: CommandContext,
  word: string,
  arch: string | undefined,
): Promise<ImageTarget> {
  const bundled = /[\\/.]/.test(word) ? [] : await bundledKernels(host, root);
  const found = bundled.find(({ kernel }) => kernel.name === word);
  const isFolder = !found && (await stat(word).catch(() => undefined))?.isDirectory();
  if (!found && !isFolder && bundled.length > 0) {
    const names = bundled.map(({ kernel }) => kernel.name);
    const near = nearest(word, names);
    const next = near === undefined ? `There is: ${names.join(', ')}.` : `Did you mean ${near}?`;
    throw new UsageError(`--kernel: there is no bundled kernel "${word}". ${next} Or give the path of a kernel.json.`);
  }
  const path = found?.path ?? (isFolder ? join(word, 'kernel.json') : word);
  const kernel = found?.kernel ?? packageOf(await readFile(host, path), path);
  const names = [...kernel.architectures.keys()];
  const name = arch ?? (names.length === 1 ? names[0] : undefined);
  const build = name === undefined ? undefined : kernel.architectures.get(name);
  if (name !== undefined && build) return { path, arch: name, build };
  throw new UsageError(
    arch === undefined
      ? `${kernel.name} is built for ${names.join(', ')}. Choose one with --arch.`
      : `--arch: ${kernel.name} is not built for ${arch}. It is built for ${names.join(', ')}.`,
  );
}
