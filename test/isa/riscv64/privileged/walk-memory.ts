/** Where the programs that walk page tables at random have what, here and on QEMU. */

export const RAM = 0x8000_0000;
export const RAM_END = 0x8800_0000;
/** Where a driver finds the number of its cases, then the cases. */
export const CASES = 0x8000_1000;
export const TABLES = 0x8010_0000;
export const TABLE_PAGES = 32;
export const ENTRIES = TABLE_PAGES * 512;

/**
 * Entry 0 keeps all modes but M out of what lies below the tables, entry 1 opens the rest, both NAPOT: the driver and its
 * cases are there, and a random store, or a walk that sets A and D, changes no instruction of a driver into an endless loop.
 */
export const PMP = {
  pmpaddr0: BigInt(RAM / 4 + (TABLES - RAM) / 8 - 1),
  pmpaddr1: (1n << 64n) - 1n,
  pmpcfg0: 0x1f18n,
} as const;

/** The same without entry 0. */
export const PMP_OPEN = 0x1f00n;

/** Whether only the driver and its cases are at this physical address. */
export const isGuarded = (at: number): boolean => at >= RAM && at < TABLES;
