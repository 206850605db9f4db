/** Remembers which pages of a context lead to devices, so that polling a register does not walk the tables each time. */

const ENTRIES = 16;

export class DevicePages {
  readonly #contexts = new Int32Array(2 * ENTRIES).fill(-1);
  readonly #low = new Int32Array(2 * ENTRIES);
  readonly #high = new Int32Array(2 * ENTRIES);
  readonly #physical = new Float64Array(2 * ENTRIES);

  /** The physical address for a virtual one given as two words, or -1 when its page is not known. */
  find(access: 'read' | 'write', context: number, low: number, high: number): number {
    const at = index(access, low);
    if (this.#contexts[at] !== context || this.#low[at] !== low >> 12 || this.#high[at] !== high) return -1;
    return (this.#physical[at] ?? 0) + (low & 0xfff);
  }

  /** Remembers the page of `va`, which is now known to allow `access`. */
  fill(access: 'read' | 'write', context: number, va: bigint, pa: number): void {
    const low = Number(BigInt.asIntN(32, va));
    const at = index(access, low);
    this.#contexts[at] = context;
    this.#low[at] = low >> 12;
    this.#high[at] = Number(BigInt.asIntN(32, va >> 32n));
    this.#physical[at] = pa - (pa % 4096);
  }

  clear(): void {
    this.#contexts.fill(-1);
  }
}

const index = (access: 'read' | 'write', low: number): number =>
  ((low >>> 12) & (ENTRIES - 1)) + (access === 'write' ? ENTRIES : 0);
