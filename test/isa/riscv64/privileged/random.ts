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
