/** Bits of the CSRs that the rules of exceptions and translation look at. @see LoongArch Reference Manual, Volume 1, "Control and Status Registers" */

export const U64 = (1n << 64n) - 1n;

export const CRMD = {
  PLV: 3n,
  IE: 1n << 2n,
  DA: 1n << 3n,
  PG: 1n << 4n,
  DATF: 3n << 5n,
  DATM: 3n << 7n,
  WE: 1n << 9n,
} as const;
export const PRMD = { PPLV: 3n, PIE: 1n << 2n, PWE: 1n << 3n } as const;
export const EUEN = { FPE: 1n, SXE: 2n, ASXE: 4n } as const;
/** Interrupts as ESTAT.IS and ECFG.LIE number them. */
export const IS = { software: 3n, timer: 1n << 11n, ipi: 1n << 12n, all: 0x1fffn } as const;
export const TLBIDX = { INDEX: 0xfffn, PS: 0x3fn << 24n, NE: 1n << 31n } as const;
export const TLBELO = {
  V: 1n,
  D: 2n,
  PLV: 3n << 2n,
  G: 1n << 6n,
  NR: 1n << 61n,
  NX: 1n << 62n,
  RPLV: 1n << 63n,
} as const;
/** All bits of an entry; of the others instructions take no notice. */
export const ELO = 0xe000_ffff_ffff_f07fn;
/** Entries of a directory and huge pages: the bit that says which, and where a huge page keeps its global bit. */
export const DIRECTORY = { HUGE: 1n << 6n, HUGE_GLOBAL: 1n << 12n, LEVEL: 3n << 13n } as const;
export const ASID_MASK = 0x3ffn;
export const TCFG = { EN: 1n, PERIODIC: 2n } as const;
export const LLBCTL = { ROLLB: 1n, WCLLB: 2n, KLO: 4n } as const;
export const TLBRERA = { IS_TLBR: 1n } as const;
/** What CRMD was is in bits of other places here. */
export const MERRCTL = {
  IS_MERR: 1n,
  PPLV: 3n << 2n,
  PIE: 1n << 4n,
  PWE: 1n << 6n,
  PDA: 1n << 7n,
  PPG: 1n << 8n,
  PDATF: 3n << 9n,
  PDATM: 3n << 11n,
} as const;

/** Bits of virtual and physical addresses. */
export const VALEN = 48n;
export const PALEN = 48n;
const VA_MASK = (1n << VALEN) - 1n;
/** The last address of the lower half of those that tables translate. */
export const LOWER_END = (1n << (VALEN - 1n)) - 1n;

/** The address without the bits that only repeat its sign. */
export const virtualBits = (va: bigint): bigint => va & VA_MASK;
/** Whether the bits above the implemented ones repeat the highest of those. */
export const isCanonical = (va: bigint): boolean => BigInt.asUintN(64, BigInt.asIntN(48, va)) === va;

/** PS of 4 KiB to 1 GiB: what PRCFG2 offers. */
export const PAGE_SIZES = 0x3fff_f000n;
export const isPageSize = (ps: number): boolean => ps < 64 && ((PAGE_SIZES >> BigInt(ps)) & 1n) === 1n;
