/**
 * Where harts have cached parts of table entries that translate more than a page. A fence of one address drops all that its entry
 * translates, so that there it must drop everything; elsewhere one page.
 */

/** Log2 of the pieces of memory by which they are remembered: 2 MiB and 1 GiB. */
const SMALL = 21;
const LARGE = 30;
/** Addresses may have other bits above, which say no place: tags, signs. */
const ADDRESS_BITS = 48;

interface Places {
  /** By 2 MiB, of entries up to 2 MiB; by 1 GiB, of larger ones. */
  readonly small: Set<bigint>;
  readonly large: Set<bigint>;
  /** One is larger still: it may be anywhere. */
  isAnywhere: boolean;
}

export class LargeEntries {
  readonly #harts: readonly Places[];

  constructor(harts: number) {
    this.#harts = Array.from({ length: harts }, () => ({ small: new Set(), large: new Set(), isAnywhere: false }));
  }

  /** A part of the entry at `va` is cached, which translates `bytes`. */
  note(hart: number, va: bigint, bytes: number): void {
    const places = this.#harts[hart];
    if (!places) return;
    const address = BigInt.asUintN(ADDRESS_BITS, va);
    if (bytes > 2 ** LARGE) places.isAnywhere = true;
    else if (bytes > 2 ** SMALL) places.large.add(address >> BigInt(LARGE));
    else places.small.add(address >> BigInt(SMALL));
  }

  /** Whether one may translate `va`. */
  has(hart: number, va: bigint): boolean {
    const places = this.#harts[hart];
    if (!places) return false;
    const address = BigInt.asUintN(ADDRESS_BITS, va);
    return (
      places.isAnywhere || places.large.has(address >> BigInt(LARGE)) || places.small.has(address >> BigInt(SMALL))
    );
  }

  /** Nothing is cached any more. */
  clear(hart: number): void {
    const places = this.#harts[hart];
    if (!places) return;
    places.small.clear();
    places.large.clear();
    places.isAnywhere = false;
  }
}
