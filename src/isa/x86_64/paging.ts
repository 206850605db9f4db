/**
 * The one table walker of x86-64, for tables of one stage in all their formats: for the CPU, the debugger and the inspector. It
 * changes nothing itself; entries whose A or D bit hardware would set are reported to a visitor. Addresses are JS numbers and
 * entries two 32-bit halves, because this runs on every TLB miss. How a guest's tables and nested tables work together,
 * `paging-stages` says.
 *
 * PDPTEs of PAE tables are entries like all others, read at every walk: AMD's processors do so in guests, and elsewhere software
 * that changes one has to write CR3 again before it can count on either.
 * @see AMD64 APM volume 2, 5.2 "Legacy-Mode Page Translation", 5.3 "Long-Mode Page Translation", 5.6 "Page-Protection Checks"
 */
import type { Access } from '../core/translation';
import { entryBytes, indexAt, isWide, LOW, leafBits, NX, reservedBits, targetOf } from './table-entries';

/** Rights as bits. */
export const RIGHT = { read: 1, write: 2, execute: 4 } as const;

/** Where a walk starts and under which rules. */
export interface WalkSpace {
  /** 2: nested tables. */
  readonly stage: 1 | 2;
  /** 2: entries of 32 bits. 3: PAE. 4 and 5: long mode. */
  readonly levels: 2 | 3 | 4 | 5;
  /** Address of the first table; of a guest under nested tables a guest physical one. */
  readonly table: number;
  readonly physicalBits: number;
  /** The access is one of ring 3, or by the rules of one: all of nested tables are. */
  readonly isUser: boolean;
  /** CR0.WP: what is read-only is so for the supervisor, too. */
  readonly isWriteProtected: boolean;
  /** CR4.PSE, for tables of 2 levels: a directory's entry may be a page. */
  readonly hasLargePages: boolean;
  /** EFER.NXE. Without, NX is a reserved bit. */
  readonly hasNoExecute: boolean;
  /** CR4.SMEP. */
  readonly isSmep: boolean;
  /** CR4.SMAP, and nothing lifts it for this access. */
  readonly isSmap: boolean;
}

export interface EntryReader {
  /** 32 bits at an aligned physical address; -1 where there is no memory. */
  readU32(pa: number): number;
}

/** Sees each entry that the walk reads. */
export type StepRecorder = (level: number, index: number, at: number, low: number, high: number) => void;

/** Under nested tables: where an entry lies that has this guest physical address; negative where they do not say. */
export type Locate = (address: number) => number;

/** Sets A of an entry that leads to a table, whose low half then is `low`. */
export type SetAccessed = (at: number, low: number) => void;

/** Which rule ended a walk. */
export type WalkFault =
  | 'notCanonical'
  | 'outOfRange'
  | 'notPresent'
  | 'reserved'
  | 'tableNotMemory'
  | 'tableNotLocated'
  | 'notForUsers'
  | 'notWritable'
  | 'notExecutable'
  | 'userCode'
  | 'userData';

/** How a walk ended. Without `fault` all of it is valid. */
export interface WalkEnd {
  readonly fault: WalkFault | undefined;
  /** Level of the last entry read, as the manual counts: page tables are level 1. */
  readonly level: number;
  /** Exact address that the leaf leads to. */
  readonly pa: number;
  /** The last entry's halves as they are in memory, and where it lies. */
  readonly low: number;
  readonly high: number;
  readonly at: number;
  /** The low half as hardware makes it for this access; equal to `low` when there is nothing to do. */
  readonly updated: number;
  /** What the accessor may do without another walk: bits of {@link RIGHT}. */
  readonly rights: number;
  /** Levels of the first entries on the way that are the supervisor's, read-only, not executable; 0 where none is. */
  readonly systemLevel: number;
  readonly readOnlyLevel: number;
  readonly noExecuteLevel: number;
}

/** A walk that ended before it reached a leaf. */
export const failed = (fault: WalkFault, level: number, at = 0, low = 0, high = 0): WalkEnd => ({
  fault,
  level,
  pa: 0,
  low,
  high,
  at,
  updated: low,
  rights: 0,
  systemLevel: 0,
  readOnlyLevel: 0,
  noExecuteLevel: 0,
});

/**
 * Walks from the first table of `space` for the address given in halves.
 * @param setAccessed told of each entry on the way, though the walk may fail further down, as hardware does it
 */
export const walk = (
  space: WalkSpace,
  memory: EntryReader,
  high: number,
  low: number,
  access: Access,
  record?: StepRecorder,
  setAccessed?: SetAccessed,
  locate?: Locate,
): WalkEnd => {
  const { levels } = space;
  const wide = isWide(space);
  const bytes = entryBytes(space);
  let table = space.table;
  let systemLevel = 0;
  let readOnlyLevel = 0;
  let noExecuteLevel = 0;
  for (let level: number = levels; ; level--) {
    const index = indexAt(space, level, high, low);
    const named = table + index * bytes;
    const at = locate ? locate(named) : named;
    if (at < 0) return failed('tableNotLocated', level, named);
    const entry = memory.readU32(at);
    const upper = entry >= 0 && wide ? memory.readU32(at + 4) : 0;
    if (entry < 0 || upper < 0) return failed('tableNotMemory', level, at);
    record?.(level, index, at, entry, upper);
    if (!(entry & LOW.present)) return failed('notPresent', level, at, entry, upper);
    const bits = leafBits(space, level, entry);
    if (reservedBits(space, level, entry, upper)) return failed('reserved', level, at, entry, upper);
    // PDPTEs of PAE permit nothing and forbid nothing, and have no A.
    const isBare = levels === 3 && level === 3;
    if (!isBare) {
      if (!(entry & LOW.user)) systemLevel ||= level;
      if (!(entry & LOW.writable)) readOnlyLevel ||= level;
      if (upper & NX) noExecuteLevel ||= level;
    }
    if (bits > 0) {
      const pa = targetOf(space, level, entry, upper) + (low & (2 ** bits - 1));
      return leafEnd(
        space,
        { level, at, low: entry, high: upper, pa, systemLevel, readOnlyLevel, noExecuteLevel },
        access,
      );
    }
    if (!isBare && !(entry & LOW.accessed)) setAccessed?.(at, entry | LOW.accessed);
    table = targetOf(space, level, entry, upper);
  }
};

type Leaf = Omit<WalkEnd, 'fault' | 'updated' | 'rights'>;

const leafEnd = (space: WalkSpace, leaf: Leaf, access: Access): WalkEnd => {
  const { level, pa, low, high, at, systemLevel, readOnlyLevel, noExecuteLevel } = leaf;
  const allowed = rightsOf(space, leaf);
  const fault = allowed & RIGHT[access] ? undefined : refusal(space, leaf, access);
  const updated = low | LOW.accessed | (access === 'write' ? LOW.dirty : 0);
  const rights = updated & LOW.dirty ? allowed : allowed & ~RIGHT.write;
  // Written out: spreading `leaf` takes a third of a walk's time.
  return { fault, level, pa, low, high, at, updated, rights, systemLevel, readOnlyLevel, noExecuteLevel };
};

type Forbidden = Pick<WalkEnd, 'systemLevel' | 'readOnlyLevel' | 'noExecuteLevel'>;

/** What the entries on the way to a leaf allow together. @see AMD64 APM volume 2, 5.6 */
export const rightsOf = (
  { isUser, isWriteProtected, isSmep, isSmap }: Omit<WalkSpace, 'stage' | 'levels' | 'table'>,
  { systemLevel, readOnlyLevel, noExecuteLevel }: Forbidden,
): number => {
  const isUsers = systemLevel === 0;
  const executes = noExecuteLevel === 0 ? RIGHT.execute : 0;
  const writes = readOnlyLevel === 0 ? RIGHT.write : 0;
  if (isUser) return isUsers ? RIGHT.read | writes | executes : 0;
  const data = isUsers && isSmap ? 0 : RIGHT.read | (isWriteProtected ? writes : RIGHT.write);
  return data | (isUsers && isSmep ? 0 : executes);
};

/** The rule by which a leaf refuses an access. */
const refusal = ({ isUser }: WalkSpace, { systemLevel, noExecuteLevel }: Forbidden, access: Access): WalkFault => {
  if (isUser && systemLevel !== 0) return 'notForUsers';
  if (access === 'execute') return noExecuteLevel === 0 ? 'userCode' : 'notExecutable';
  return access === 'read' ? 'userData' : 'notWritable';
};
