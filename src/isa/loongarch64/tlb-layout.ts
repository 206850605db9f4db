/** The TLB's size and how an entry lies in the banks: STLB of one page size, then MTLB of any. */

export const STLB_WAYS = 8;
export const STLB_SETS = 256;
export const STLB_ENTRIES = STLB_WAYS * STLB_SETS;
export const MTLB_ENTRIES = 64;
export const TLB_ENTRIES = STLB_ENTRIES + MTLB_ENTRIES;

/** The cell `tlbMisc` of an entry: E at bit 0, ASID at 1, VPPN (address bits 47:13) in its place, PS at 48. */
const E = 1n;
const ASID_AT = 1n;
const PS_AT = 48n;
const VPPN = 0xffff_ffff_e000n;

export interface TlbEntry {
  readonly isThere: boolean;
  readonly asid: number;
  /** Log2 of the page size. */
  readonly ps: number;
  /** Address of the even page, 48 bits. */
  readonly vppn: bigint;
}

/** ASID has 10 bits: 1 to 10, below VPPN at 13. */
export const packEntry = (asid: number, ps: number, vppn: bigint): bigint =>
  E | (BigInt(asid) << ASID_AT) | (BigInt(ps) << PS_AT) | (vppn & VPPN);

export const unpackEntry = (misc: bigint): TlbEntry => ({
  isThere: (misc & E) !== 0n,
  asid: Number((misc >> ASID_AT) & 0x3ffn),
  ps: Number((misc >> PS_AT) & 0x3fn),
  vppn: misc & VPPN,
});
