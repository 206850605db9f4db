/** Files of this computer that go onto a disk image. */
import { basename, join } from 'node:path';
import type { Host } from '../../../base/host';
import { UsageError } from '../command';
import { filesBelow, readFile } from '../files';

/** Reads what `LOCAL=/PATH` texts name: by path on the disk. */
export async function localFiles(host: Host, texts: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const text of texts) {
    const split = text.lastIndexOf('=/');
    if (split < 1) {
      throw new UsageError(
        `--add: "${text}" must be a file and its path on the disk, for example build/init=/sbin/init.`,
      );
    }
    for (const [path, bytes] of await localFile(host, text.slice(0, split), text.slice(split + 1))) {
      if (files.has(path)) throw new UsageError(`--add: ${path} is given twice. Give it once.`);
      files.set(path, bytes);
    }
  }
  return files;
}

/** A file, or all files of a folder, with their paths on the disk. A `path` with a slash at its end keeps a file's name. */
export async function localFile(
  host: Host,
  local: string,
  path: string,
): Promise<readonly (readonly [path: string, bytes: Uint8Array])[]> {
  const below = await filesBelow(local);
  if (below === undefined) return [[path.endsWith('/') ? path + basename(local) : path, await readFile(host, local)]];
  if (below.length === 0) throw new UsageError(`${local} is a folder without files. Name a file.`);
  const folder = path.replace(/\/+$/, '');
  return Promise.all(
    below.map(async (name) => [`${folder}/${name}`, await readFile(host, join(local, name))] as const),
  );
}
