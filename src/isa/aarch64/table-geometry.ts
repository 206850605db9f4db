/**
 * How the tables of one stage are laid out: levels, entries, where the first one lies.
 * @see Arm ARM, D8.2.5 "Translation tables and the translation process", D8.2.6 to D8.2.8, the three granules
 */

/** What decides about the layout. */
export interface Geometry {
  /** 12, 14 or 16. */
  readonly granuleBits: number;
  /** Bits of an address that are translated. */
  readonly inputBits: number;
}

/** The last level, whose entries are pages. */
export const LAST_LEVEL = 3;
export const ENTRY_BYTES = 8;
const ENTRY_BITS = 3;

/** Bits of an address that one table resolves; the first one may resolve fewer, or with concatenation up to four more. */
export const bitsPerLevel = (granuleBits: number): number => granuleBits - ENTRY_BITS;

/** Bits of an address below the index into a table of a level: what an entry there maps, or its tables do. */
export const shiftOf = (granuleBits: number, level: number): number =>
  granuleBits + (LAST_LEVEL - level) * bitsPerLevel(granuleBits);

/** Level of the first table of stage 1. */
export const startLevelOf = ({ granuleBits, inputBits }: Geometry): number =>
  LAST_LEVEL + 1 - Math.max(1, Math.ceil((inputBits - granuleBits) / bitsPerLevel(granuleBits)));

/** Bits of the index into the first table, which is of `level`. */
export const startIndexBits = ({ granuleBits, inputBits }: Geometry, level: number): number =>
  Math.max(0, inputBits - shiftOf(granuleBits, level));

/** BADDR, without CnP. */
const BASE = 0xffff_ffff_fffen;

/** Where the first table lies that a table register names: bits below its size, which is at least 64 bytes, are taken as 0. */
export const tableBase = (register: bigint, geometry: Geometry, level = startLevelOf(geometry)): bigint => {
  const size = BigInt(Math.max(6, startIndexBits(geometry, level) + ENTRY_BITS));
  return ((register & BASE) >> size) << size;
};
