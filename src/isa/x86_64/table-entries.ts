/**
 * The formats of page-table entries: of 32 bits, of PAE, of long mode. Entries are two 32-bit halves; the high one is 0 where
 * there is none.
 * @see AMD64 APM volume 2, 5.2.1 to 5.2.3, 5.3.1 to 5.3.5, 5.4 "Page-Translation-Table Entry Fields"
 */

/** Bits of an entry's low half. */
export const LOW = {
  present: 1 << 0,
  writable: 1 << 1,
  user: 1 << 2,
  accessed: 1 << 5,
  dirty: 1 << 6,
  /** PS: the entry of a directory is a page. */
  large: 1 << 7,
  global: 1 << 8,
} as const;
/** NX, in the high half. */
export const NX = 1 << 31;

/** What decides about the format. */
export interface Format {
  readonly stage: 1 | 2;
  readonly levels: 2 | 3 | 4 | 5;
  readonly hasLargePages: boolean;
  readonly hasNoExecute: boolean;
  readonly physicalBits: number;
}

type Levels = Pick<Format, 'levels'>;

/** Whether entries have 64 bits. */
export const isWide = ({ levels }: Levels): boolean => levels !== 2;
export const entryBytes = (format: Levels): number => (isWide(format) ? 8 : 4);

/** The level whose tables hold no further tables, as the manual counts. */
export const LAST_LEVEL = 1;

/** Bits of an address below the index into a table of a level. */
export const shiftOf = (format: Levels, level: number): number => 12 + (isWide(format) ? 9 : 10) * (level - 1);

/** How many entries a table has. */
export const entriesAt = ({ levels }: Levels, level: number): number =>
  levels === 2 ? 1024 : levels === 3 && level === 3 ? 4 : 512;

/** The index into a table of a level, from an address in halves. */
export const indexAt = ({ levels }: Levels, level: number, high: number, low: number): number => {
  if (levels === 2) return level === 2 ? low >>> 22 : (low >>> 12) & 0x3ff;
  switch (level) {
    case 1:
      return (low >>> 12) & 0x1ff;
    case 2:
      return (low >>> 21) & 0x1ff;
    case 3:
      return levels === 3 ? low >>> 30 : ((high << 2) | (low >>> 30)) & 0x1ff;
    case 4:
      return (high >>> 7) & 0x1ff;
    default:
      return (high >>> 16) & 0x1ff;
  }
};

/**
 * Bits of an address within the page that a present entry leads to; 0 where it leads to a table. Pages of 1 GiB are there
 * whatever CPUID says, as on QEMU: kernels depend on that.
 */
export const leafBits = (format: Pick<Format, 'levels' | 'hasLargePages'>, level: number, low: number): number => {
  if (level === 1) return 12;
  if (!(low & LOW.large)) return 0;
  if (format.levels === 2) return format.hasLargePages ? 22 : 0;
  return level === 2 ? 21 : level === 3 && format.levels > 3 ? 30 : 0;
};

/** Physical address that an entry has: of the page, or of the next table. */
export const targetOf = (
  format: Pick<Format, 'levels' | 'hasLargePages'>,
  level: number,
  low: number,
  high: number,
): number => {
  const bits = leafBits(format, level, low) || 12;
  const below = ((low >>> bits) << bits) >>> 0;
  // PSE-36: bits 39 to 32 stand in bits 20 to 13.
  const above = bits === 22 ? (low >>> 13) & 0xff : high & 0xf_ffff;
  return above * 2 ** 32 + below;
};

/** Bits 62 to 52, which PAE has no use for, and which software may use in long mode. */
const SOFTWARE = 0x7ff0_0000;
/** Bits of a PDPTE of PAE: RW, U/S, A, D, PS and G are not there. */
const PDPTE = 0b1_1110_0110;

/** Reserved bits that are set: not 0 where there are any. @see AMD64 APM volume 2, 5.3.3 to 5.3.5, "MBZ" */
export const reservedBits = (format: Format, level: number, low: number, high: number): number => {
  const { levels, physicalBits, hasNoExecute } = format;
  const bits = leafBits(format, level, low);
  // Bit 21 of a page of 4 MiB.
  if (levels === 2) return bits === 22 ? low & (1 << 21) : 0;
  const beyond = 0xf_ffff & ~(2 ** (physicalBits - 32) - 1);
  const isPdpte = levels === 3 && level === 3;
  const unused = beyond | (levels === 3 ? SOFTWARE : 0) | (hasNoExecute && !isPdpte ? 0 : NX);
  return (high & unused) | (low & lowReserved(format, level, bits));
};

/**
 * Two rules hold for nested tables only, which QEMU does not have: bit 8 of entries that lead to tables, and what PDPTEs of PAE
 * must not have. Kernels that were only ever run there set them.
 */
const lowReserved = ({ levels, stage }: Pick<Format, 'levels' | 'stage'>, level: number, bits: number): number => {
  if (bits > 12) return (2 ** bits - 1) & ~0x1fff;
  const isStrict = stage === 2;
  if (levels === 3) return level === 3 && isStrict ? PDPTE : 0;
  if (level >= 4) return LOW.large | (isStrict ? LOW.global : 0);
  return level === 3 && isStrict ? LOW.global : 0;
};
