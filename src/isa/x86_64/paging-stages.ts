/**
 * An access through a processor's own tables and, in a guest with nested paging, through nested tables, which also translate the
 * addresses of the guest's tables. One for CPU and debugger; what they do with entries to update and with the steps differs and
 * is theirs.
 * @see AMD64 APM volume 2, 15.25 "Nested Paging"
 */
import type { Access } from '../core/translation';
import {
  type EntryReader,
  failed,
  type Locate,
  RIGHT,
  type StepRecorder,
  type WalkEnd,
  type WalkSpace,
  walk,
} from './paging';
import { shiftOf } from './table-entries';
import type { FirstStage } from './walk-spaces';

/** What nested tables were asked for: an entry of the guest's tables, or the access itself. */
export type Purpose = 'table' | 'access';

export interface StagesVisitor {
  /** An entry's low half becomes `low`. Absent for those who only look. */
  update?(at: number, low: number): void;
  readonly first?: StepRecorder;
  readonly second?: StepRecorder;
  /** A walk of nested tables has ended. */
  ended?(guestPhysical: number, end: WalkEnd, purpose: Purpose): void;
}

/** How it ended. */
export interface StagesEnd {
  /** The walk that broke a rule, if `end.fault` is there; the last one otherwise. */
  readonly end: WalkEnd;
  /** Its stage. */
  readonly stage: 1 | 2;
  readonly purpose: Purpose;
  /** The address between the stages: the access's own, or that of the entry being read. */
  readonly guestPhysical: number;
  readonly pa: number;
  /** What both stages allow without another walk: bits of `RIGHT`. */
  readonly rights: number;
  readonly pageSize: number;
  /** The walk of the processor's own tables; undefined where paging is off. */
  readonly first: WalkEnd | undefined;
  /** That of nested tables. */
  readonly second: WalkEnd | undefined;
}

const ANY = RIGHT.read | RIGHT.write | RIGHT.execute;
/** Of a page, and of what the engine caches. */
export const SMALLEST = 4096;

/** Bytes that a leaf maps. */
export const pageSizeAt = (space: WalkSpace, level: number): number => 2 ** shiftOf(space, level);

/** Walks for the address that is in `first`. */
export const walkStages = (
  first: FirstStage,
  second: WalkSpace | undefined,
  access: Access,
  memory: EntryReader,
  visitor: StagesVisitor,
): StagesEnd => {
  const one = second ? walkUnder(first, second, access, memory, visitor) : walkFirst(first, access, memory, visitor);
  if (one.end.fault) return one;
  if (one.first) settle(visitor, one.first);
  if (!second) return one;
  const end = walkSecond(second, memory, visitor, one.pa, access, 'access');
  if (end.fault) return { ...one, end, stage: 2, guestPhysical: one.pa };
  const pageSize = pageSizeAt(second, end.level);
  return {
    end,
    stage: 2,
    purpose: 'access',
    guestPhysical: one.pa,
    pa: end.pa,
    rights: one.rights & end.rights,
    // Without paging of its own a guest has the nested tables' pages.
    pageSize: one.first ? Math.min(one.pageSize, pageSize) : pageSize,
    first: one.first,
    second: end,
  };
};

const settle = ({ update }: StagesVisitor, { at, low, updated }: WalkEnd): void => {
  if (updated !== low) update?.(at, updated);
};

/** The processor's own tables, found by `locate` where nested tables translate their addresses. */
const walkFirst = (
  { space, high, low, fault }: FirstStage,
  access: Access,
  memory: EntryReader,
  { first, update }: StagesVisitor,
  locate?: Locate,
): StagesEnd => {
  if (fault) return firstEnd(failed(fault, 0));
  if (!space) return firstEnd({ ...failed('notPresent', 0), fault: undefined, pa: high * 2 ** 32 + low, rights: ANY });
  const end = walk(space, memory, high, low, access, first, update, locate);
  return end.fault ? firstEnd(end, SMALLEST, end) : firstEnd(end, pageSizeAt(space, end.level), end);
};

const firstEnd = (end: WalkEnd, pageSize = SMALLEST, first?: WalkEnd): StagesEnd => ({
  end,
  stage: 1,
  purpose: 'access',
  guestPhysical: end.pa,
  pa: end.pa,
  rights: end.rights,
  pageSize,
  first,
  second: undefined,
});

/** A guest's tables, which lie at guest physical addresses. */
const walkUnder = (
  first: FirstStage,
  second: WalkSpace,
  access: Access,
  memory: EntryReader,
  visitor: StagesVisitor,
): StagesEnd => {
  let named = 0;
  let located: WalkEnd | undefined;
  const locate = (guestPhysical: number): number => {
    named = guestPhysical;
    // Whatever is accessed, walks for entries of a guest's tables are data writes. 15.25.6 "Nested versus Guest Page Faults".
    located = walkSecond(second, memory, visitor, guestPhysical, 'write', 'table');
    return located.fault ? -1 : located.pa;
  };
  const one = walkFirst(first, access, memory, visitor, locate);
  if (one.end.fault !== 'tableNotLocated' || !located) return one;
  return { ...one, end: located, stage: 2, purpose: 'table', guestPhysical: named };
};

const walkSecond = (
  second: WalkSpace,
  memory: EntryReader,
  visitor: StagesVisitor,
  guestPhysical: number,
  access: Access,
  purpose: Purpose,
): WalkEnd => {
  const high = Math.floor(guestPhysical / 2 ** 32);
  const end = beyond(second, high)
    ? failed('outOfRange', second.levels)
    : walk(second, memory, high, guestPhysical >>> 0, access, visitor.second, visitor.update);
  visitor.ended?.(guestPhysical, end, purpose);
  if (!end.fault) settle(visitor, end);
  return end;
};

/** Whether an address has more bits than tables of these levels translate. */
const beyond = ({ levels }: WalkSpace, high: number): boolean =>
  levels <= 3 ? high !== 0 : levels === 4 && high >= 2 ** 16;
