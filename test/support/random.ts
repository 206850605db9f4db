/** Random numbers that a seed reproduces. */

/**
 * The seed of all random tests: `WORLDSTEP_SEED`, or always the same, so that what passed once passes again. `npm run explore`
 * runs them with others.
 */
export const SEED = Number(process.env.WORLDSTEP_SEED ?? 20_261_122);

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 random bits, unsigned. */
  u32(): number {
    this.#state = (this.#state + 0x9e37_79b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }
  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }
  /** 0 to `limit - 1`. */
  below(limit: number): number {
    return this.u32() % limit;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
