/**
 * What Arm's generic interrupt controllers keep of each interrupt, and the registers that show it: groups of words with one,
 * two or eight bits an interrupt. Distributor and redistributors of all versions have them at the same offsets.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 2.0 (IHI 0048B), section 4.3 "Distributor register descriptions"
 */

/** A range of interrupts; words have 32 of them, the lowest in bit 0. */
export type GicInterrupts = {
  group: number[];
  enable: number[];
  /** Pending by a write, a message or an edge: what a level that went away leaves behind. */
  latch: number[];
  active: number[];
  /** Input levels. */
  level: number[];
  /** Edge-triggered, not level-sensitive. */
  edge: number[];
  /** One byte an interrupt, lowest value first. */
  priority: number[];
};

/** Ids below this are each processor's own. */
export const PRIVATE = 32;
/** Ids below this are software generated. */
export const SGIS = 16;
/** No interrupt, as an acknowledgement says it. */
export const SPURIOUS = 1023;
/** Groups of an interrupt that the register which was read does not give. */
export const OTHER_GROUP = 1022;

export type GicGroup = 0 | 1;

/** What is pending and most urgent. */
export interface GicCandidate {
  readonly id: number;
  readonly priority: number;
  readonly group: GicGroup;
}

/** What an interface asks its processor for. */
export type GicRequest = 'irq' | 'fiq' | undefined;

/** `count` interrupts, all at reset. */
export const freshInterrupts = (count: number): GicInterrupts => {
  const words = (): number[] => new Array<number>(count >> 5).fill(0);
  return {
    group: words(),
    enable: words(),
    latch: words(),
    active: words(),
    level: words(),
    edge: words(),
    priority: new Array<number>(count).fill(0),
  };
};

/** Whether a bit of some words is set. */
export const testBit = (words: readonly number[], index: number): boolean =>
  (((words[index >> 5] ?? 0) >>> (index & 31)) & 1) === 1;

/** Sets or clears a bit of some words. */
export const putBit = (words: number[], index: number, isOn: boolean): void => {
  const word = words[index >> 5] ?? 0;
  const bit = 1 << (index & 31);
  words[index >> 5] = (isOn ? word | bit : word & ~bit) >>> 0;
};

/** Pending bits of 32 interrupts. */
export const pendingWord = ({ latch, level, edge }: GicInterrupts, word: number): number =>
  ((latch[word] ?? 0) | ((level[word] ?? 0) & ~(edge[word] ?? 0))) >>> 0;

/** Drives an input. A rising edge stays. */
export const setInput = (bank: GicInterrupts, index: number, level: boolean): void => {
  if (level && !testBit(bank.level, index) && testBit(bank.edge, index)) putBit(bank.latch, index, true);
  putBit(bank.level, index, level);
};

/** Pending becomes active; a level that stays keeps it pending, too. */
export const activate = (bank: GicInterrupts, index: number): void => {
  putBit(bank.active, index, true);
  putBit(bank.latch, index, false);
};

/**
 * Bits that can be requested now: pending, enabled, not active, and of a group that is forwarded.
 * @param more what is pending beside what the bank says
 */
export const readyWord = (bank: GicInterrupts, word: number, groups: number, more = 0): number => {
  const group = bank.group[word] ?? 0;
  const forwarded = (groups & 1 ? ~group : 0) | (groups & 2 ? group : 0);
  const pending = pendingWord(bank, word) | more;
  return (pending & (bank.enable[word] ?? 0) & ~(bank.active[word] ?? 0) & forwarded) >>> 0;
};

/** Kinds of registers, with where they begin and end and how many bits each interrupt has. */
const FIELDS = {
  group: { name: 'IGROUPR', start: 0x080, end: 0x100, bits: 1 },
  setEnable: { name: 'ISENABLER', start: 0x100, end: 0x180, bits: 1 },
  clearEnable: { name: 'ICENABLER', start: 0x180, end: 0x200, bits: 1 },
  setPending: { name: 'ISPENDR', start: 0x200, end: 0x280, bits: 1 },
  clearPending: { name: 'ICPENDR', start: 0x280, end: 0x300, bits: 1 },
  setActive: { name: 'ISACTIVER', start: 0x300, end: 0x380, bits: 1 },
  clearActive: { name: 'ICACTIVER', start: 0x380, end: 0x400, bits: 1 },
  priority: { name: 'IPRIORITYR', start: 0x400, end: 0x800, bits: 8 },
  target: { name: 'ITARGETSR', start: 0x800, end: 0xc00, bits: 8 },
  edge: { name: 'ICFGR', start: 0xc00, end: 0xd00, bits: 2 },
} as const;
export type GicField = keyof typeof FIELDS;
/** Kinds that {@link GicInterrupts} are enough for; with affinity routing there are no others. */
export type BankField = Exclude<GicField, 'target'>;

const GIC_FIELDS = Object.keys(FIELDS) as readonly GicField[];
const isOfBank = (field: GicField): field is BankField => field !== 'target';
export const BANK_FIELDS: readonly BankField[] = GIC_FIELDS.filter(isOfBank);

/** The kind of a word at an offset, and the lowest interrupt in it. */
export const fieldAt = (offset: number): { readonly field: GicField; readonly first: number } | undefined => {
  for (const field of GIC_FIELDS) {
    const { start, end, bits } = FIELDS[field];
    if (offset >= start && offset < end) return { field, first: (8 * ((offset & ~3) - start)) / bits };
  }
  return undefined;
};

/** The same where there are only {@link BANK_FIELDS}. */
export const bankFieldAt = (offset: number): { readonly field: BankField; readonly first: number } | undefined => {
  const found = fieldAt(offset);
  return found && isOfBank(found.field) ? { field: found.field, first: found.first } : undefined;
};

/** Names and offsets of the words that interrupts from `first` up to `end` have in them. */
export const fieldRegisters = (first: number, end: number, fields = GIC_FIELDS) =>
  fields.flatMap((field) => {
    const { name, start, bits } = FIELDS[field];
    const each = 32 / bits;
    return Array.from({ length: Math.ceil((end - first) / each) }, (_, index) => ({
      name: `${name}${first / each + index}`,
      offset: start + 4 * (first / each + index),
      width: 4 as const,
    }));
  });

/** Where the registers of a GICv3 frame begin that tell what it is, and their values but for the part's number. */
export const GICV3_IDENTITY = 0xffd0;
const IDENTITIES = [0x44, 0, 0, 0, 0, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1];

/** PIDR4 to CIDR3 of a frame of 64 KiB, for the lower byte of its part number; 0 outside of them. */
export const gicv3Identity = (part: number, offset: number): number => {
  const at = (offset - GICV3_IDENTITY) >> 2;
  return at === 4 ? part : (IDENTITIES[at] ?? 0);
};

/** A part of a word, as a narrower access sees it. */
export const wordPart = (word: number, offset: number, width: 1 | 2 | 4): number =>
  width === 4 ? word : (word >>> (8 * (offset & 3))) & (2 ** (8 * width) - 1);

/** The word that a narrower access writes a part of: the part in its place, and the bits that it covers. */
export const wordAround = (
  offset: number,
  width: 1 | 2 | 4,
  value: number,
): { readonly word: number; readonly mask: number } => {
  const shift = 8 * (offset & 3);
  const mask = width === 4 ? 0xffff_ffff : ((2 ** (8 * width) - 1) << shift) >>> 0;
  return { word: ((value << shift) & mask) >>> 0, mask };
};

/** Bits 0 to 15 of a word to the upper bits of 16 pairs. */
const spread = (word: number): number => {
  let pairs = 0;
  for (let bit = 0; bit < 16; bit++) if ((word >>> bit) & 1) pairs |= 2 << (2 * bit);
  return pairs >>> 0;
};

const gather = (pairs: number): number => {
  let word = 0;
  for (let bit = 0; bit < 16; bit++) if ((pairs >>> (2 * bit)) & 2) word |= 1 << bit;
  return word;
};

/** Four bytes as a word, the first in the lowest bits. */
export const bytesWord = (bytes: readonly number[], first: number): number =>
  ((bytes[first] ?? 0) |
    ((bytes[first + 1] ?? 0) << 8) |
    ((bytes[first + 2] ?? 0) << 16) |
    ((bytes[first + 3] ?? 0) << 24)) >>>
  0;

/** Puts those bytes of a word that `mask` covers; bytes that do not exist stay so. */
export const putBytes = (bytes: number[], first: number, value: number, mask: number): void => {
  for (let byte = 0; byte < 4; byte++) {
    if (first + byte < bytes.length && (mask >>> (8 * byte)) & 0xff)
      bytes[first + byte] = (value >>> (8 * byte)) & 0xff;
  }
};

/** A word of a bank's registers; `local` is its lowest interrupt, counted from the bank's first. */
export const readField = (bank: GicInterrupts, field: BankField, local: number): number => {
  const word = local >> 5;
  switch (field) {
    case 'group':
      return bank.group[word] ?? 0;
    case 'setEnable':
    case 'clearEnable':
      return bank.enable[word] ?? 0;
    case 'setPending':
    case 'clearPending':
      return pendingWord(bank, word);
    case 'setActive':
    case 'clearActive':
      return bank.active[word] ?? 0;
    case 'priority':
      return bytesWord(bank.priority, local);
    case 'edge':
      return spread((bank.edge[word] ?? 0) >>> (local & 16));
  }
};

/** Writes those bits of a word that `mask` covers; `value` has no others. */
export const writeField = (bank: GicInterrupts, field: BankField, local: number, value: number, mask: number): void => {
  const word = local >> 5;
  if (local >= bank.priority.length) return;
  const change = (words: number[], set: number, clear: number): void => {
    words[word] = (((words[word] ?? 0) & ~clear) | set) >>> 0;
  };
  switch (field) {
    case 'group':
      return change(bank.group, value, mask);
    case 'setEnable':
      return change(bank.enable, value, 0);
    case 'clearEnable':
      return change(bank.enable, 0, value);
    case 'setPending':
      return change(bank.latch, value, 0);
    case 'clearPending':
      return change(bank.latch, 0, value);
    case 'setActive':
      return change(bank.active, value, 0);
    case 'clearActive':
      return change(bank.active, 0, value);
    case 'priority':
      return putBytes(bank.priority, local, value, mask);
    case 'edge': {
      const half = local & 16;
      return change(bank.edge, gather(value) << half, gather(mask) << half);
    }
  }
};
