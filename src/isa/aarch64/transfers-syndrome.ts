/**
 * What stage 2's data aborts say of a load or store, so that a hypervisor need not decode it: ISV and what goes with it.
 * @see Arm ARM, D19.2 "ESR_EL2", ISS encoding for an exception from a Data Abort
 */

const SHIFT = { SAS: 22n, SSE: 21n, SRT: 16n, SF: 15n, AR: 14n } as const;

interface Access {
  /** Log2 of the bytes. */
  readonly size: number;
  readonly isSigned: boolean;
  /** The register is one of 64 bits. */
  readonly isWide: boolean;
  readonly isOrdered: boolean;
  readonly register: number;
}

const bits = (word: number, low: number, width: number): number => (word >>> low) & ((1 << width) - 1);

/** Loads and stores of one general register by their two bits `opc`: a store, a load, signed ones to 64 and to 32 bits. */
const single = (word: number): Access | undefined => {
  const size = bits(word, 30, 2);
  const opc = bits(word, 22, 2);
  // prfm and what is not there.
  if (size === 3 && opc >= 2) return undefined;
  if (size === 2 && opc === 3) return undefined;
  return {
    size,
    isSigned: opc >= 2,
    isWide: size === 3 || opc === 2,
    isOrdered: false,
    register: bits(word, 0, 5),
  };
};

const accessOf = (word: number): Access | undefined => {
  const masked = (mask: number, match: number): boolean => (word & mask) >>> 0 === match;
  // Unsigned offset; unscaled or unprivileged, which bits 11 and 10 tell from those that write back; register offset.
  if (masked(0x3f00_0000, 0x3900_0000)) return single(word);
  if (masked(0x3f20_0400, 0x3800_0000)) return single(word);
  if (masked(0x3f20_0c00, 0x3820_0800)) return single(word);
  // ldar, stlr, ldlar, stllr: bit 23 tells them from exclusive accesses, and bit 21 from compare and swap.
  if (masked(0x3fa0_0000, 0x0880_0000)) {
    const size = bits(word, 30, 2);
    return { size, isSigned: false, isWide: size === 3, isOrdered: true, register: bits(word, 0, 5) };
  }
  // ldapur, stlur.
  if (masked(0x3f20_0c00, 0x1900_0000)) {
    const access = single(word);
    return access && { ...access, isOrdered: true };
  }
  // ldapr.
  if (masked(0x3fff_fc00, 0x38bf_c000)) {
    const size = bits(word, 30, 2);
    return { size, isSigned: false, isWide: size === 3, isOrdered: true, register: bits(word, 0, 5) };
  }
  return undefined;
};

/** Whether a data abort of this instruction can say what it accesses. */
export const isLoadStoreSyndrome = (word: number): boolean => accessOf(word) !== undefined;

/** SAS, SSE, SRT, SF and AR. */
export const loadStoreSyndrome = (word: number): bigint => {
  const access = accessOf(word);
  if (!access) return 0n;
  return (
    (BigInt(access.size) << SHIFT.SAS) |
    (access.isSigned ? 1n << SHIFT.SSE : 0n) |
    (BigInt(access.register) << SHIFT.SRT) |
    (access.isWide ? 1n << SHIFT.SF : 0n) |
    (access.isOrdered ? 1n << SHIFT.AR : 0n)
  );
};
