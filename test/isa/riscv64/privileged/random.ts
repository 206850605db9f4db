/** The seed of this run: `WORLDSTEP_SEED`, or a new one. It alone reproduces the run. */
export const SEED = Number(process.env.WORLDSTEP_SEED ?? Date.now() & 0x7fff_ffff);

export interface Random {
  /** 32 random bits. */
  bits(): number;
  bits64(): bigint;
  pick<T>(list: readonly T[]): T;
}

/** Marsaglia's xorshift32. */
export const randomFrom = (seed: number): Random => {
  let state = seed | 1;
  const bits = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    bits,
    bits64: () => (BigInt(bits()) << 32n) | BigInt(bits()),
    pick: (list) => list[bits() % list.length]!,
  };
};
