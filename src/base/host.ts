/**
 * The outside world as everything below `dap` may see it. `platform/node` and `platform/browser` implement it;
 * tests use an in-memory one.
 */
import { t } from './l10n';

export interface Host {
  /** Reads a whole file. Rejects with a {@link HostFileError} that names the file. `uri` is a plain path or a URI string. */
  readFile(uri: string): Promise<Uint8Array>;
  writeFile(uri: string, bytes: Uint8Array): Promise<void>;
  /** What is known of a file or a folder without reading it. Rejects as {@link Host.readFile} does. */
  stat(uri: string): Promise<FileFacts>;
  /** What is in a folder, in no order. Rejects as {@link Host.readFile} does. */
  list(uri: string): Promise<readonly FolderEntry[]>;
  /** Milliseconds of wall time; for progress and throttling only, never visible to the guest. */
  wallClock(): number;
  /** Lets the host's event loop run (pause requests, console input) and resolves soon after. */
  yield(): Promise<void>;
  /** Undoes gzip. */
  gunzip(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A file or a folder as its file system knows it. */
export interface FileFacts {
  readonly isFolder: boolean;
  /** When its contents last changed, in milliseconds since 1970; 0 where nobody knows. */
  readonly modified: number;
}

/** One name in a folder; a link is what it leads to. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Why files cannot be used, in words a user understands; translated where they are shown. */
export const FILE_PROBLEMS = {
  missing: 'does not exist',
  folder: 'is a directory, not a file',
  notInFolder: 'lies below something that is not a directory',
  denied: 'may not be read: permission denied',
  readOnly: 'is on a read-only disk',
  tooLarge: 'is larger than 2 GiB',
  full: 'does not fit: the disk is full',
  unavailable: 'cannot be reached now',
  elsewhere: 'is not a file on this machine. Give a path or a file: URI.',
} as const;

/** A file could not be read or written. `reason` is one of {@link FILE_PROBLEMS} in English, or what the host says. */
export class HostFileError extends Error {
  constructor(
    readonly uri: string,
    readonly reason: string,
  ) {
    super(`${uri} ${t(reason)}`);
  }
}
