/** Where the random programs of x86-64 lie, as guests/x86_64/lockstep.s and native-x86_64.c have it. */

export const PROGRAM = 0x40_0000;
export const PROGRAM_SIZE = 0x1_0000;
/** Length of the instruction at each byte of the program; 0 where none begins that may be skipped. */
export const LENGTHS = 0x41_0000;
/** The number of records, and at 0x100 the local descriptors. */
export const HEADER = 0x42_0000;
export const LDT_AT = 0x100;
export const RECORDS = 0x42_1000;
/** 16 pages: the seventh and the last three are absent, the thirteenth is read-only. */
export const SCRATCH = 0x60_0000n;

export const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x64, 0x65];

/** Selectors of flat segments, as Linux has them. */
export const FLAT_CODE_64 = 0x33;
export const FLAT_CODE_32 = 0x23;
export const FLAT_DATA = 0x2b;

/** Local descriptors: selector 8n + 7 is the n-th. Attributes as in a VMCB; limits in bytes. */
export interface Descriptor {
  readonly base: bigint;
  readonly limit: bigint;
  readonly attributes: bigint;
}
const [CODE, DATA, DOWN, READ_ONLY, BIG] = [0xfan, 0xf2n, 0xf6n, 0xf0n, 0x400n];
export const LOCAL: readonly Descriptor[] = [
  { base: BigInt(PROGRAM), limit: 0xffffn, attributes: CODE },
  { base: SCRATCH, limit: 0xffffn, attributes: DATA },
  { base: SCRATCH, limit: 0x8fffn, attributes: DATA | BIG },
  { base: SCRATCH, limit: 0x3fffn, attributes: DOWN },
  { base: SCRATCH, limit: 0x3fffn, attributes: DOWN | BIG },
  { base: SCRATCH, limit: 0xffffn, attributes: READ_ONLY },
  { base: SCRATCH, limit: 0x5ff9n, attributes: DATA },
];
export const localSelector = (index: number): number => 8 * index + 7;
