/**
 * What `cpucfg` says of the processor: an LA464 core as in Loongson 3A5000, with what is here.
 * @see LoongArch Reference Manual, Volume 1, table "Configuration Information Accessible by CPUCFG Instruction"
 */

/** Ticks of the stable counter a second. */
export const STABLE_COUNTER_HZ = 100_000_000;

const bits = (...set: number[]): number => set.reduce((sum, bit) => sum + 2 ** bit, 0);

export const CPUCFG: ReadonlyMap<number, number> = new Map([
  [0, 0x14_c010],
  // LA64, page tables, IOCSR, 48 bits of either address, unaligned accesses, NR, NX, RPLV, huge pages, IOCSR broadcast.
  [1, 2 + bits(2, 3) + (47 << 4) + (47 << 12) + bits(20, 21, 22, 23, 24, 25)],
  // Floating point (single, double; version 1), vectors of 128 bits (LSX), LL/SC's own way of progress (LLFTP), software page
  // walk by lddir and ldpte, AM* instructions.
  [2, bits(0, 1, 2, 6, 14, 21, 22) + (1 << 3) + (1 << 15)],
  [4, STABLE_COUNTER_HZ],
  [5, 1 + (1 << 16)],
  // Caches: instructions and data apart on level 1; level 2 unified and private; level 3 unified, shared and inclusive.
  [16, bits(0, 2, 3, 4, 5, 10, 11, 13)],
  [17, 3 + (8 << 16) + (6 << 24)],
  [18, 3 + (8 << 16) + (6 << 24)],
  [19, 15 + (8 << 16) + (6 << 24)],
  [20, 15 + (14 << 16) + (6 << 24)],
]);
