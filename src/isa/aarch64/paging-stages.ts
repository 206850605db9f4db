/**
 * An access through stage 1 and, where there is one, stage 2, which also translates the addresses of stage 1's tables. One walker
 * for CPU, `at` and debugger; what they do with descriptors to update and with the steps differs and is theirs.
 * @see Arm ARM, D8.2.1 "Translation stages and table walks", D8.5 "Hardware updates to the translation tables"
 */
import type { Access } from '../core/translation';
import { DEVICE_nGnRnE, type MemoryType, NORMAL_WRITE_BACK } from './memory-types';
import {
  attributeOf,
  type DescriptorReader,
  failed,
  type Locate,
  RIGHT,
  type StepRecorder,
  type WalkEnd,
  type WalkSpace,
  walk,
} from './paging';
import { shiftOf } from './table-geometry';
import type { FirstStage, SecondStage } from './walk-spaces';

/** What stage 2 was asked for: a descriptor of stage 1 to read or update, or the access itself. */
export type Purpose = 'read' | 'write' | 'access';

export interface StagesVisitor {
  /** A descriptor is to become `updated`: does that. Absent for those who only look. */
  update?(end: WalkEnd): void;
  readonly first?: StepRecorder;
  readonly second?: StepRecorder;
  /** A stage 2 walk has ended. */
  ended?(guestPhysical: number, end: WalkEnd, purpose: Purpose): void;
}

/** How it ended. */
export interface StagesEnd {
  /** The walk that broke a rule, if `end.fault` is there; the last one otherwise. */
  readonly end: WalkEnd;
  /** Its stage. */
  readonly stage: 1 | 2;
  readonly purpose: Purpose;
  /** The address between the stages: the access's own, or that of the descriptor being read or updated. */
  readonly guestPhysical: number;
  readonly pa: number;
  /** What both stages allow without another walk: bits of `RIGHT`. */
  readonly rights: number;
  readonly pageSize: number;
  readonly isDevice: boolean;
  /** The leaf of stage 1; undefined where it is off. */
  readonly first: WalkEnd | undefined;
  /** The leaf of stage 2; undefined where there is none. */
  readonly second: WalkEnd | undefined;
}

const ANY = RIGHT.read | RIGHT.write | RIGHT.execute;
/** Of a page, and of what the engine caches. */
export const SMALLEST = 4096;

export interface Request {
  readonly access: Access;
  /** Of its address. */
  readonly isUnaligned: boolean;
  readonly memory: DescriptorReader;
  readonly visitor: StagesVisitor;
  /**
   * Nothing is accessed, only asked (`at`): hardware updates nothing. Of stage 1 alone the answer is an intermediate physical
   * address, stage 2 translates the tables only.
   */
  readonly question?: 'stage1' | 'both';
}

/** Walks for the address that is in `first`. */
export const walkStages = (first: FirstStage, second: SecondStage | undefined, request: Request): StagesEnd => {
  const one = second ? walkUnder(first, second, request) : walkFirst(first, request);
  if (one.end.fault) return one;
  if (one.first) settle(request, one.first);
  if (!second || request.question === 'stage1') return one;
  const { access, isUnaligned } = request;
  const end = walkSecond(second, request, one.pa, access, isUnaligned, 'access');
  if (end.fault) return { ...one, end, stage: 2, guestPhysical: one.pa };
  settle(request, end);
  const pageSize = pageSizeAt(second.space, end.level);
  // Written out, as in `firstEnd`: spreads took most of the time of a TLB miss.
  return {
    end,
    stage: 2,
    purpose: 'access',
    guestPhysical: one.pa,
    pa: end.pa,
    rights: one.rights & end.rights,
    // Without stage 1 only stage 2 has pages.
    pageSize: one.first ? Math.min(one.pageSize, pageSize) : pageSize,
    isDevice: one.isDevice || end.isDevice,
    first: one.first,
    second: end,
  };
};

export const pageSizeAt = ({ granuleBits }: Pick<WalkSpace, 'granuleBits'>, level: number): number =>
  2 ** shiftOf(granuleBits, level);

const settle = ({ visitor }: Request, end: WalkEnd): void => {
  if (end.updated !== end.low) visitor.update?.(end);
};

/** Stage 1, whose tables are found by `locate` where a stage 2 translates them. */
const walkFirst = (
  { space, address, fault, isDevice, outputBits }: FirstStage,
  { access, isUnaligned, memory, visitor }: Request,
  locate?: Locate,
): StagesEnd => {
  if (fault) return firstEnd(failed(fault, 0));
  if (!space) {
    if (isDevice && isUnaligned) return firstEnd(failed('unaligned', 0));
    const pa = address % 2 ** outputBits;
    return firstEnd({ ...failed('invalid', 0), fault: undefined, pa, rights: ANY, isDevice });
  }
  const end = walk(space, memory, address, access, isUnaligned, visitor.first, locate);
  return end.fault ? firstEnd(end) : firstEnd(end, pageSizeAt(space, end.level), end);
};

const firstEnd = (end: WalkEnd, pageSize = SMALLEST, first?: WalkEnd): StagesEnd => ({
  end,
  stage: 1,
  purpose: 'access',
  guestPhysical: end.pa,
  pa: end.pa,
  rights: end.rights,
  pageSize,
  isDevice: end.isDevice,
  first,
  second: undefined,
});

/** Stage 1 whose tables lie at intermediate physical addresses. */
const walkUnder = (first: FirstStage, second: SecondStage, request: Request): StagesEnd => {
  let named = 0;
  let located: WalkEnd | undefined;
  const locate = (guestPhysical: number): number => {
    named = guestPhysical;
    located = implicitly(second, request, guestPhysical, 'read');
    return located.fault ? -1 : located.pa;
  };
  const one = walkFirst(first, request, locate);
  const { end } = one;
  if (end.fault === 'tableNotLocated' && located)
    return { ...one, end: located, stage: 2, purpose: 'read', guestPhysical: named };
  if (!end.fault && end.updated !== end.low && one.first && !request.question) {
    const target = implicitly(second, request, named, 'write');
    if (target.fault) return { ...one, end: target, stage: 2, purpose: 'write', guestPhysical: named };
  }
  return one;
};

/** A stage 2 walk for a descriptor of stage 1. */
const implicitly = (
  second: SecondStage,
  request: Request,
  guestPhysical: number,
  purpose: 'read' | 'write',
): WalkEnd => {
  const end = walkSecond(second, request, guestPhysical, purpose, false, purpose);
  if (end.fault) return end;
  if (second.protectsTables && end.isDevice) return { ...end, fault: 'tableOnDevice' };
  settle(request, end);
  return end;
};

const walkSecond = (
  { space, fault }: SecondStage,
  { memory, visitor }: Request,
  guestPhysical: number,
  access: Access,
  isUnaligned: boolean,
  purpose: Purpose,
): WalkEnd => {
  const end = fault ? failed(fault, 0) : walk(space, memory, guestPhysical, access, isUnaligned, visitor.second);
  visitor.ended?.(guestPhysical, end, purpose);
  return end;
};

/** The memory type that stage 1 gives a leaf, or all memory where it is off. */
export const firstType = ({ space, isDevice }: FirstStage, leaf: WalkEnd | undefined): MemoryType => {
  if (space && leaf) return { attribute: attributeOf(space, leaf.low), shareability: (leaf.low >>> 8) & 3 };
  return { attribute: isDevice ? DEVICE_nGnRnE : NORMAL_WRITE_BACK, shareability: isDevice ? 2 : 0 };
};
