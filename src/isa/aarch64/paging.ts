/**
 * The one table walker of AArch64, for one stage: for the CPU, `at`, the debugger and the inspector. It never changes anything;
 * a descriptor that hardware would update is reported and only `cpuTranslate` writes it. Addresses are JS numbers and
 * descriptors two 32-bit halves, because this runs on every TLB miss. How two stages work together, `paging-stages` says.
 * @see Arm ARM, D8.2 "Translation process", D8.3 "Translation table descriptor formats", D8.4 "Memory access control"
 */
import type { Access } from '../core/translation';
import { isDeviceAttribute, isDeviceOfStage2 } from './memory-types';
import { bitsPerLevel, ENTRY_BYTES, LAST_LEVEL, shiftOf } from './table-geometry';

/** Bits of the low half of a descriptor. */
export const LOW = {
  valid: 1,
  /** A table, or at the last level a page. */
  table: 2,
  /** Stage 1, AP[1]: open to EL0. */
  user: 1 << 6,
  /** Stage 1, AP[2]. */
  readOnly: 1 << 7,
  /** Stage 2, S2AP. */
  readable: 1 << 6,
  writable: 1 << 7,
  accessed: 1 << 10,
  notGlobal: 1 << 11,
} as const;

/** Bits of the high half. */
export const HIGH = {
  /** DBM: the page is writable, and dirty once hardware has made it so. */
  dirtyModifier: 1 << 19,
  contiguous: 1 << 20,
  pxn: 1 << 21,
  uxn: 1 << 22,
  pxnTable: 1 << 27,
  xnTable: 1 << 28,
  noUsersTable: 1 << 29,
  readOnlyTable: 1 << 30,
} as const;

/** Rights as bits. */
export const RIGHT = { read: 1, write: 2, execute: 4 } as const;

/** Where a walk starts and under which rules. */
export interface WalkSpace {
  readonly stage: 1 | 2;
  readonly granuleBits: number;
  readonly inputBits: number;
  readonly startLevel: number;
  /** Address of the first table; of stage 1 under a stage 2 an intermediate physical one. */
  readonly table: number;
  /** Addresses of more bits are address size faults. */
  readonly outputBits: number;
  /** The access is EL0's. */
  readonly isUser: boolean;
  /** Hardware sets the access flag (HA), and the dirty state (HD). */
  readonly setsAccessed: boolean;
  readonly setsDirty: boolean;
  /** Stage 1: EL0 belongs to the regime. */
  readonly hasUsers: boolean;
  /** Stage 1: what may be written is not executed. */
  readonly wxn: boolean;
  /** Stage 1: PAN, and whether it counts what programs may only execute. */
  readonly pan: boolean;
  readonly epan: boolean;
  /** Stage 1: hierarchical permissions are off. */
  readonly hasNoHierarchy: boolean;
  /** Stage 1: MAIR_ELx in halves. */
  readonly mairLow: number;
  readonly mairHigh: number;
  /** Stage 2: XN has two bits. */
  readonly xnx: boolean;
}

export interface DescriptorReader {
  /** 32 bits at an aligned physical address; -1 where there is no memory. */
  readU32(pa: number): number;
}

/** Sees each descriptor that the walk reads. */
export type StepRecorder = (level: number, index: number, at: number, low: number, high: number) => void;

/** Stage 1 under a stage 2: finds the descriptor at an intermediate physical address; negative when stage 2 does not. */
export type Locate = (address: number) => number;

/** Which rule ended a walk. */
export type WalkFault =
  | 'outOfRange'
  | 'sizeInvalid'
  | 'startInvalid'
  | 'closed'
  | 'closedToUsers'
  | 'flatBeyond'
  | 'rootBeyond'
  | 'tableBeyond'
  | 'targetBeyond'
  | 'invalid'
  | 'noBlock'
  | 'reserved'
  | 'tableNotMemory'
  | 'tableNotLocated'
  | 'notAccessed'
  | 'unaligned'
  | 'notReadable'
  | 'notWritable'
  | 'notExecutable'
  | 'notForUsers'
  | 'accessNever'
  | 'writableNotExecutable'
  | 'tableOnDevice';

/** How a walk ended. Without `fault` all of it is valid. */
export interface WalkEnd {
  readonly fault: WalkFault | undefined;
  /** Level of the last descriptor read, or that the fault is reported with. */
  readonly level: number;
  /** Exact output address. */
  readonly pa: number;
  /** The last descriptor's halves as they are in memory, and where it lies. */
  readonly low: number;
  readonly high: number;
  readonly at: number;
  /** The low half as hardware makes it for this access; equal to `low` when there is nothing to do. */
  readonly updated: number;
  /** What the accessor may do without another walk: bits of {@link RIGHT}. */
  readonly rights: number;
  readonly isDevice: boolean;
  /** Bits of the high halves of table descriptors on the way, together. */
  readonly hierarchy: number;
}

/** A walk that ended before it reached a leaf. */
export const failed = (fault: WalkFault, level: number, at = 0, low = 0, high = 0): WalkEnd => ({
  fault,
  level,
  pa: 0,
  low,
  high,
  at,
  updated: 0,
  rights: 0,
  isDevice: false,
  hierarchy: 0,
});

/** The lowest level with blocks: 1 GiB with pages of 4 KiB, else level 2. */
export const firstBlockLevel = (granuleBits: number): number => (granuleBits === 12 ? 1 : 2);

/** Address that a descriptor has, without its low `bits`: at most those of a block, 30. */
export const targetOf = (low: number, high: number, bits: number): number =>
  (high & 0xffff) * 2 ** 32 + (((low >>> bits) << bits) >>> 0);

/** Whether a valid descriptor leads to a table. */
export const isTable = (low: number, level: number): boolean => level < LAST_LEVEL && (low & LOW.table) !== 0;

/** Why nothing is mapped by a descriptor at a level, whoever asks; undefined where it is a table, a block or a page. */
export const malformed = (granuleBits: number, low: number, level: number): WalkFault | undefined => {
  if (!(low & LOW.valid)) return 'invalid';
  if (low & LOW.table) return undefined;
  if (level === LAST_LEVEL) return 'reserved';
  return level < firstBlockLevel(granuleBits) ? 'noBlock' : undefined;
};

/**
 * Walks from the first table of `space` for the address, of which bits above `inputBits` count for stage 2 only.
 * @param isUnaligned of the access: memory of type Device refuses it
 */
export const walk = (
  space: WalkSpace,
  memory: DescriptorReader,
  address: number,
  access: Access,
  isUnaligned = false,
  record?: StepRecorder,
  locate?: Locate,
): WalkEnd => {
  const { granuleBits, startLevel } = space;
  const entriesPerTable = 2 ** bitsPerLevel(granuleBits);
  const limit = 2 ** space.outputBits;
  if (address >= 2 ** space.inputBits) return failed('outOfRange', 0);
  if (space.table >= limit) return failed('rootBeyond', 0);
  let table = space.table;
  let shift = shiftOf(granuleBits, startLevel);
  // Bytes that an entry of the level maps, and the address in those of the entry above.
  let size = 2 ** shift;
  let inside = address;
  let hierarchy = 0;
  for (let level = startLevel; ; level++) {
    const index = Math.floor(inside / size);
    inside -= index * size;
    const named = table + index * ENTRY_BYTES;
    const at = locate ? locate(named) : named;
    if (at < 0) return failed('tableNotLocated', level, named);
    const low = memory.readU32(at);
    const high = low < 0 ? -1 : memory.readU32(at + 4);
    if (high < 0) return failed('tableNotMemory', level, at);
    record?.(level, index, at, low, high);
    const broken = malformed(granuleBits, low, level);
    if (broken) return failed(broken, level, at, low, high);
    const isLeaf = !isTable(low, level);
    const target = targetOf(low, high, isLeaf ? shift : granuleBits);
    if (target >= limit) return failed(isLeaf ? 'targetBeyond' : 'tableBeyond', level, at, low, high);
    if (isLeaf) {
      const leaf = { level, at, low, high, hierarchy, pa: target + inside };
      return leafEnd(space, leaf, access, isUnaligned);
    }
    table = target;
    shift -= bitsPerLevel(granuleBits);
    size /= entriesPerTable;
    if (!space.hasNoHierarchy) hierarchy |= high;
  }
};

type Leaf = Pick<WalkEnd, 'level' | 'at' | 'low' | 'high' | 'hierarchy' | 'pa'>;

const leafEnd = (space: WalkSpace, leaf: Leaf, access: Access, isUnaligned: boolean): WalkEnd => {
  const { low, high, hierarchy } = leaf;
  const isFirst = space.stage === 1;
  const isDevice = isFirst ? isDeviceAttribute(attributeOf(space, low)) : isDeviceOfStage2((low >>> 2) & 15);
  const hasDirty = space.setsDirty && (high & HIGH.dirtyModifier) !== 0;
  // A page that hardware makes dirty may be written already.
  const asDirty = hasDirty ? (isFirst ? low & ~LOW.readOnly : low | LOW.writable) : low;
  const allowed = isFirst ? firstRights(space, asDirty, high, hierarchy) : secondRights(space, asDirty, high);
  const accessed = space.setsAccessed ? low | LOW.accessed : low;
  const isDirtied = access === 'write' && (allowed & RIGHT.write) !== 0;
  const updated = isDirtied && hasDirty ? (isFirst ? accessed & ~LOW.readOnly : accessed | LOW.writable) : accessed;
  const isClean = hasDirty && (isFirst ? (updated & LOW.readOnly) !== 0 : !(updated & LOW.writable));
  const fault = refusal(space, leaf, { access, isUnaligned: isUnaligned && isDevice, allowed });
  const rights = isClean ? allowed & ~RIGHT.write : allowed;
  // Written out: spreading `leaf` took a third of a walk's time.
  const { level, pa, at } = leaf;
  return { fault, level, pa, low, high, at, updated, rights, isDevice, hierarchy };
};

/** MAIR_ELx's byte for a descriptor of stage 1. */
export const attributeOf = ({ mairLow, mairHigh }: Pick<WalkSpace, 'mairLow' | 'mairHigh'>, low: number): number => {
  const index = (low >>> 2) & 7;
  return ((index < 4 ? mairLow : mairHigh) >>> ((index & 3) * 8)) & 0xff;
};

interface Asked {
  readonly access: Access;
  readonly isUnaligned: boolean;
  readonly allowed: number;
}

/** The rule by which a leaf refuses an access, in the manual's order. */
const refusal = (space: WalkSpace, leaf: Leaf, { access, isUnaligned, allowed }: Asked): WalkFault | undefined => {
  if (!(leaf.low & LOW.accessed) && !space.setsAccessed) return 'notAccessed';
  if (isUnaligned) return 'unaligned';
  if (allowed & RIGHT[access]) return undefined;
  const simple = access === 'read' ? 'notReadable' : access === 'write' ? 'notWritable' : 'notExecutable';
  if (space.stage === 2) return simple;
  const isForUsers = (leaf.low & LOW.user) !== 0 && !(leaf.hierarchy & HIGH.noUsersTable);
  if (access === 'execute') {
    const never = space.isUser || !space.hasUsers ? HIGH.uxn : HIGH.pxn;
    const neverTable = space.isUser || !space.hasUsers ? HIGH.xnTable : HIGH.pxnTable;
    return leaf.high & never || leaf.hierarchy & neverTable ? 'notExecutable' : 'writableNotExecutable';
  }
  if (space.hasUsers && space.isUser && !isForUsers) return 'notForUsers';
  return space.pan && !(allowed & RIGHT.read) ? 'accessNever' : simple;
};

/** What a stage 1 descriptor allows to the accessor. @see Arm ARM, D8.4.1 "Direct permissions", D8.4.3 "Hierarchical permissions" */
export const firstRights = (space: WalkSpace, low: number, high: number, hierarchy: number): number => {
  const mayWrite = !(low & LOW.readOnly) && !(hierarchy & HIGH.readOnlyTable);
  const data = mayWrite ? RIGHT.read | RIGHT.write : RIGHT.read;
  const uxn = (high & HIGH.uxn) !== 0 || (hierarchy & HIGH.xnTable) !== 0;
  if (!space.hasUsers) return data | (uxn || (space.wxn && mayWrite) ? 0 : RIGHT.execute);
  const isForUsers = (low & LOW.user) !== 0 && !(hierarchy & HIGH.noUsersTable);
  const userWrites = isForUsers && mayWrite;
  const userExecutes = !uxn && !(space.wxn && userWrites);
  if (space.isUser) return (isForUsers ? data : 0) | (userExecutes ? RIGHT.execute : 0);
  const pxn = (high & HIGH.pxn) !== 0 || (hierarchy & HIGH.pxnTable) !== 0;
  // What programs can write, privileged code never executes.
  const executes = !pxn && !userWrites && !(space.wxn && mayWrite);
  const isKeptOff = space.pan && (isForUsers || (space.epan && userExecutes));
  return (isKeptOff ? 0 : data) | (executes ? RIGHT.execute : 0);
};

/** What a stage 2 descriptor allows. @see Arm ARM, D8.4.2, "Stage 2 permissions" */
export const secondRights = (space: WalkSpace, low: number, high: number): number => {
  const data = (low & LOW.readable ? RIGHT.read : 0) | (low & LOW.writable ? RIGHT.write : 0);
  const xn = (high & HIGH.uxn) !== 0;
  // XN[0] turns XN[1] over for EL1.
  const executes = space.xnx && !space.isUser ? xn === ((high & HIGH.pxn) !== 0) : !xn;
  return data | (executes ? RIGHT.execute : 0);
};
