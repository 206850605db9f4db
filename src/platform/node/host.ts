/** The host of the CLI, of tests and of the worker in a Node extension host. */

import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FILE_PROBLEMS, type FileFacts, type FolderEntry, type Host, HostFileError } from '../../base/host';
import { t } from '../../base/l10n';
import { assetPath } from '../assets';
import type { FileService } from '../link';

const inflate = promisify(gunzip);

/** Where {@link nodeHost} finds things. */
export interface NodeHostOptions {
  /** The folder that holds `kernels/` and `dist/`: the extension's or the checkout's root. */
  readonly root: string;
  /** Serves URIs that are not on this machine's disk (`vscode-vfs:`, `worldstep-sample:`). Without it they fail. */
  readonly remote?: FileService;
}

/** A {@link Host} on Node: plain paths and `file:` URIs from the disk, `asset:` and `bundled:` from `root`. */
export const nodeHost = ({ root, remote }: NodeHostOptions): Host => {
  const localPath = (uri: string): string | undefined => {
    const asset = assetPath(uri);
    if (asset !== undefined) return join(root, asset);
    if (uri.startsWith('file:')) return fileURLToPath(uri);
    // One letter before the colon is a Windows drive.
    return /^[a-z][a-z0-9+.-]+:/i.test(uri) ? undefined : resolve(uri);
  };
  const elsewhere = (uri: string): FileService => {
    if (remote) return remote;
    throw new HostFileError(uri, FILE_PROBLEMS.elsewhere);
  };
  return {
    readFile: async (uri) => {
      const path = localPath(uri);
      return path === undefined ? elsewhere(uri).read(uri) : onDisk(uri, readFile(path));
    },
    writeFile: async (uri, bytes) => {
      const path = localPath(uri);
      if (path === undefined) return elsewhere(uri).write(uri, bytes);
      await onDisk(uri, mkdir(dirname(path), { recursive: true }));
      await onDisk(uri, writeFile(path, bytes));
    },
    stat: async (uri) => {
      const path = localPath(uri);
      return path === undefined ? elsewhere(uri).stat(uri) : onDisk(uri, factsOf(path));
    },
    list: async (uri) => {
      const path = localPath(uri);
      return path === undefined ? elsewhere(uri).list(uri) : onDisk(uri, entriesOf(path));
    },
    wallClock: () => performance.now(),
    // setImmediate lets parentPort deliver; a MessageChannel yield would starve it.
    yield: () => new Promise((done) => setImmediate(done)),
    gunzip: async (bytes) => new Uint8Array(await inflate(bytes, { chunkSize: unpackedSize(bytes) })),
  };
};

const factsOf = async (path: string): Promise<FileFacts> => {
  const facts = await stat(path);
  return { isFolder: facts.isDirectory(), modified: facts.mtimeMs };
};

const entriesOf = async (path: string): Promise<readonly FolderEntry[]> =>
  Promise.all(
    (await readdir(path, { withFileTypes: true })).map(async (entry) => {
      const isFolder = entry.isSymbolicLink() ? await leadsToFolder(join(path, entry.name)) : entry.isDirectory();
      return { name: entry.name, isFolder };
    }),
  );

const leadsToFolder = async (link: string): Promise<boolean> =>
  stat(link).then(
    (facts) => facts.isDirectory(),
    // It leads nowhere.
    () => false,
  );

/** What the end of a gzip file says of its contents, within reason: one piece is quicker than many. */
const unpackedSize = (bytes: Uint8Array): number => {
  const size =
    bytes.length < 18 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
  return Math.min(Math.max(size + 1, 1 << 16), 1 << 26);
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: FILE_PROBLEMS.missing,
  EISDIR: FILE_PROBLEMS.folder,
  ENOTDIR: FILE_PROBLEMS.notInFolder,
  EACCES: FILE_PROBLEMS.denied,
  EROFS: FILE_PROBLEMS.readOnly,
  ERR_FS_FILE_TOO_LARGE: FILE_PROBLEMS.tooLarge,
  ENOSPC: FILE_PROBLEMS.full,
};

const onDisk = async <T>(uri: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new HostFileError(uri, REASONS[code ?? ''] ?? t`cannot be used: ${message}`);
  }
};
