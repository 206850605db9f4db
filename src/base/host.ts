/**
 * The outside world as everything below `dap` may see it. `platform/node` and `platform/browser` implement it;
 * tests use an in-memory one.
 */
export interface Host {
  /** Reads a whole file. Rejects with a {@link HostFileError} that names the file. `uri` is a plain path or a URI string. */
  readFile(uri: string): Promise<Uint8Array>;
  writeFile(uri: string, bytes: Uint8Array): Promise<void>;
  /** Milliseconds of wall time; for progress and throttling only, never visible to the guest. */
  wallClock(): number;
  /** Lets the host's event loop run (pause requests, console input) and resolves soon after. */
  yield(): Promise<void>;
  /** Undoes gzip. */
  gunzip(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A file could not be read or written. `reason` is in words a user understands ("does not exist", "is a directory"). */
export class HostFileError extends Error {
  constructor(
    readonly uri: string,
    readonly reason: string,
  ) {
    super(`${uri} ${reason}`);
  }
}
