/** Physical memory as it was when it was first read: what a listing was made from, and can be made from again. */
import { type Pa, pa } from '../base/address';
import type { PhysicalReader } from '../isa/core/isa';

const PAGE = 4096;
const OFFSET = 0xfffn;

/** Tables of more pages than this are read but not kept. */
const MOST_PAGES = 4096;

/** Copies of the pages that were read through it. */
export class PageCopies {
  private readonly pages = new Map<bigint, Uint8Array>();
  private missing = false;

  constructor(private readonly source: PhysicalReader) {}

  /** Reads copies, and copies what was not read before. Pages that do not exist are asked for each time. */
  readonly read: PhysicalReader = (at, length) => {
    const offset = Number(at & OFFSET);
    if (offset + length <= PAGE) return this.page(pa(at & ~OFFSET))?.slice(offset, offset + length);
    const out = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const next = at + BigInt(done);
      const within = Number(next & OFFSET);
      const part = Math.min(length - done, PAGE - within);
      const bytes = this.page(pa(next & ~OFFSET));
      if (bytes === undefined) return undefined;
      out.set(bytes.subarray(within, within + part), done);
      done += part;
    }
    return out;
  };

  private page(at: Pa): Uint8Array | undefined {
    const known = this.pages.get(at);
    if (known !== undefined) return known;
    const bytes = this.source(at, PAGE);
    if (bytes === undefined || this.pages.size >= MOST_PAGES) this.missing = true;
    else this.pages.set(at, bytes);
    return bytes;
  }

  /** The addresses of the pages that were read. */
  get addresses(): Pa[] {
    return [...this.pages.keys()].map(pa);
  }

  /** False when something was read that is not kept: then nobody can say that it is unchanged. */
  get isComplete(): boolean {
    return !this.missing;
  }

  /** Whether memory still holds what was read. Comparing takes far less time than reading the tables anew. */
  isCurrent(now: PhysicalReader): boolean {
    if (this.missing) return false;
    for (const [at, bytes] of this.pages) if (!isSame(now(pa(at), PAGE), bytes)) return false;
    return true;
  }
}

function isSame(now: Uint8Array | undefined, before: Uint8Array): boolean {
  if (now?.length !== before.length) return false;
  for (let index = 0; index < before.length; index++) if (now[index] !== before[index]) return false;
  return true;
}
