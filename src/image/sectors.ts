/** An image of which only the pieces that were written are kept; everything else is zero. */
export interface SparseImage {
  /** Bytes of the whole image. */
  readonly size: number;
  /** Pieces by byte offset, in ascending order; they do not overlap. Nobody may change them. */
  readonly chunks: ReadonlyMap<number, Uint8Array>;
}

/** All bytes of a sparse image, as a file for other emulators. */
export function toBytes({ size, chunks }: SparseImage): Uint8Array {
  const bytes = new Uint8Array(size);
  for (const [offset, chunk] of chunks) bytes.set(chunk, offset);
  return bytes;
}

/** A sparse image as a machine's disk reads it: fills `into` with what is at byte `at`. */
export function sparseReader({ size, chunks }: SparseImage): {
  readonly size: number;
  read(at: number, into: Uint8Array): void;
} {
  const starts = [...chunks.keys()];
  return {
    size,
    read: (at, into) => {
      into.fill(0);
      for (let index = firstEndingBehind(at); index < starts.length; index++) {
        const start = starts[index] ?? 0;
        if (start >= at + into.length) break;
        const chunk = chunks.get(start) ?? new Uint8Array();
        const from = Math.max(0, at - start);
        into.set(chunk.subarray(from, at + into.length - start), Math.max(0, start - at));
      }
    },
  };

  function firstEndingBehind(at: number): number {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const start = starts[middle] ?? 0;
      if (start + (chunks.get(start)?.length ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Bytes of one piece: large enough that a disk has few of them, small enough that a nearly empty disk stays small. */
const CHUNK = 4096;

/**
 * The sectors of one disk: writes go to pieces of their own, over bytes that may already be there. So an unfinished
 * change costs nothing to forget.
 */
export class Sectors {
  private readonly chunks = new Map<number, Uint8Array>();

  /**
   * @param size bytes of the disk
   * @param base what the disk held before; as long as the disk
   */
  constructor(
    readonly size: number,
    private readonly base?: Uint8Array,
  ) {}

  /** Copies `into.length` bytes from byte `offset` of the disk. */
  read(offset: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const at = offset + done;
      const start = at - (at % CHUNK);
      const length = Math.min(into.length - done, start + CHUNK - at);
      const chunk = this.chunks.get(start);
      if (chunk) into.set(chunk.subarray(at - start, at - start + length), done);
      else if (this.base) into.set(this.base.subarray(at, at + length), done);
      else into.fill(0, done, done + length);
      done += length;
    }
  }

  /** Puts `bytes` at byte `offset` of the disk. Zeros where nothing was written cost no memory. */
  write(offset: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = offset + done;
      const start = at - (at % CHUNK);
      const length = Math.min(bytes.length - done, start + CHUNK - at);
      const piece = bytes.subarray(done, done + length);
      const chunk = this.chunks.get(start) ?? (this.base || !isZero(piece) ? this.newChunk(start) : undefined);
      chunk?.set(piece, at - start);
      done += length;
    }
  }

  /** What was written, in ascending order of its place. */
  written(): ReadonlyMap<number, Uint8Array> {
    return new Map([...this.chunks].sort(([a], [b]) => a - b));
  }

  private newChunk(start: number): Uint8Array {
    const length = Math.min(CHUNK, this.size - start);
    const chunk = this.base ? this.base.slice(start, start + length) : new Uint8Array(length);
    this.chunks.set(start, chunk);
    return chunk;
  }
}

const isZero = (bytes: Uint8Array): boolean => {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
};
