/** The files that a command's arguments name: read with messages for the terminal, written in one step. */
import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Host, HostFileError } from '../../base/host';
import { parseKernelPackage } from '../../image/kernel-json';
import type { KernelPackage } from '../../image/kernel-package';
import type { SparseImage } from '../../image/sectors';
import { UsageError } from './command';

export const readFile = (host: Host, path: string): Promise<Uint8Array> =>
  host.readFile(path).catch((error: unknown) => {
    if (error instanceof HostFileError) throw new UsageError(`${error.message}. Check the path.`);
    throw error;
  });

/** A file's bytes, unpacked when its name ends in `.gz`. */
export async function readUnpacked(host: Host, path: string): Promise<Uint8Array> {
  const bytes = await readFile(host, path);
  if (!path.endsWith('.gz')) return bytes;
  return host.gunzip(bytes).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be unpacked: ${(error as Error).message}. Make or download it again.`);
  });
}

/** The package in the bytes of a kernel.json. */
export const packageOf = (bytes: Uint8Array, path: string): KernelPackage => {
  const result = parseKernelPackage(new TextDecoder().decode(bytes), path);
  if (result.ok) return result.kernel;
  throw new UsageError(result.problems.join('\n'));
};

/** The files below a folder, relative to it and sorted; `undefined` when `path` is no folder. */
export async function filesBelow(path: string): Promise<readonly string[] | undefined> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return undefined;
  const names = await readdir(path, { recursive: true });
  const isFolder = await Promise.all(names.map(async (name) => (await lstat(join(path, name))).isDirectory()));
  return names
    .filter((_, index) => !isFolder[index])
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
}

/** Refuses a path at which there is something already. */
export async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new UsageError(`${path} is a folder. Name the file to write.`);
  if (found) throw new UsageError(`${path} exists already. Add --force to replace it, or name another file.`);
}

/** Writes a file under another name and then gives it its own: nobody ever sees half of it. */
export async function writeWhole(path: string, { size, chunks }: SparseImage): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const unfinished = `${target}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const mode = (await stat(target).catch(() => undefined))?.mode;
    const file = await open(unfinished, 'wx', mode);
    try {
      await file.truncate(size);
      for (const [offset, chunk] of chunks) await file.write(chunk, 0, chunk.length, offset);
    } finally {
      await file.close();
    }
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new UsageError(`${path} cannot be written: ${(error as Error).message}. Check the path and the space left.`);
  }
}

/** Bytes as {@link writeWhole} takes them. */
export const wholeFile = (bytes: Uint8Array): SparseImage => ({ size: bytes.length, chunks: new Map([[0, bytes]]) });
