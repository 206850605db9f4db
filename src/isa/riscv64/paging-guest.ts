/**
 * The two stages of translation in a guest: VS-stage tables, which lie at guest physical addresses, under a G-stage. One
 * walker again for CPU and debugger; what they do with needed updates and with the steps differs and is theirs.
 * @see RISC-V Privileged ISA 20240411, H: Two-Stage Address Translation
 */
import type { Access } from '../core/translation';
import {
  leafRights,
  leafTarget,
  PHYSICAL_LIMIT,
  PTE,
  type PteReader,
  pageSizeOf,
  RIGHT,
  type StepRecorder,
  type WalkEnd,
  type WalkFault,
  type WalkSpace,
  walk,
} from './paging';

/** Both stages; either may have 0 levels, which is Bare. */
export interface GuestSpace {
  readonly first: WalkSpace;
  readonly second: WalkSpace;
}

/** What a second-stage walk was for: an entry to read, an entry whose A or D is to be set, or the access itself. */
export type Purpose = 'read' | 'write' | 'access';

export interface GuestVisitor {
  /** Whether the bits that a leaf needs may be set. */
  mayUpdate(end: WalkEnd): boolean;
  /** Sets them, for an access of the walk's own: that access is done, whatever comes after. */
  update(end: WalkEnd): void;
  readonly first?: StepRecorder;
  readonly second?: StepRecorder;
  /** A second-stage walk has ended. */
  ended?(guestPhysical: bigint, end: WalkEnd, purpose: Purpose): void;
}

/** How the two walks ended. Without `fault` the rest is valid. */
export interface GuestEnd {
  readonly fault?: WalkFault;
  /** The stage whose rule was broken, and its walk. */
  readonly stage: 1 | 2;
  readonly end: WalkEnd;
  /** What the second stage was asked for. */
  readonly purpose: Purpose;
  /** The address between the stages: the access's own, or that of the entry being read or updated. */
  readonly guestPhysical: bigint;
  readonly pa: number;
  /** What both stages allow without another walk: bits of `RIGHT`. */
  readonly rights: number;
  readonly pageSize: number;
  /**
   * Leaves of the access itself that need bits set once nothing else refuses it: D must be exact. QEMU 10 sets the first
   * stage's before it asks the second.
   */
  readonly updates: readonly WalkEnd[];
}

const ANY = RIGHT.read | RIGHT.write | RIGHT.execute;

/** Walks for the address given in halves. */
export const walkGuest = (
  { first, second }: GuestSpace,
  memory: PteReader,
  high: number,
  low: number,
  access: Access,
  visitor: GuestVisitor,
): GuestEnd => {
  // MXR and HLVX are for what the instruction itself loads, not for entries read on the way.
  const implicit = { ...second, mxr: false, asExecutable: false };
  let at = { high, low };
  let rights = ANY;
  let pageSize = Number.POSITIVE_INFINITY;
  const updates: WalkEnd[] = [];
  if (first.levels > 0) {
    let entryAt = 0;
    let located: WalkEnd | undefined;
    const locate = (guestPhysical: number): number => {
      entryAt = guestPhysical;
      located = implicitly(implicit, memory, guestPhysical, 'read', visitor);
      return located.fault ? -1 : located.pa;
    };
    const end = walk({ ...first, locate }, memory, high, low, access, visitor.first);
    const between = BigInt(entryAt);
    if (end.fault === 'tableNotLocated' && located) return failed(2, located, 'read', between);
    if (end.fault) return failed(1, end, 'read', between);
    if (end.update !== 0) {
      const target = implicitly(implicit, memory, entryAt, 'write', visitor);
      if (target.fault) return failed(2, target, 'write', between);
      if (!visitor.mayUpdate(end)) return failed(1, denied(end), 'write', between);
      updates.push(end);
    }
    at = guestPhysicalOf(end, high, low);
    rights = rightsOf(first, end);
    pageSize = pageSizeOf(end.level);
  }
  const guestPhysical = (BigInt(at.high >>> 0) << 32n) | BigInt(at.low >>> 0);
  const end = walkSecond(second, memory, at, access, visitor, 'access');
  if (end.fault) return failed(2, end, 'access', guestPhysical);
  if (end.update !== 0) {
    if (!visitor.mayUpdate(end)) return failed(2, denied(end), 'access', guestPhysical);
    updates.push(end);
  }
  if (second.levels > 0) {
    rights &= rightsOf(second, end);
    pageSize = Math.min(pageSize, pageSizeOf(end.level));
  } else if (first.levels === 0) pageSize = pageSizeOf(0);
  return { fault: undefined, stage: 2, end, purpose: 'access', guestPhysical, pa: end.pa, rights, pageSize, updates };
};

interface Halves {
  readonly high: number;
  readonly low: number;
}
const halvesOf = (address: number): Halves => ({ high: Math.floor(address / 2 ** 32), low: address >>> 0 });

/** The exact address a first-stage leaf leads to; it may have more bits than a double holds. */
const guestPhysicalOf = ({ level, leaf, leafHigh }: WalkEnd, high: number, low: number): Halves => {
  const target = halvesOf(leafTarget(leaf, leafHigh, low >>> 12));
  const inPage = halvesOf(pageSizeOf(level) - 1);
  return { high: target.high + (high & inPage.high), low: (target.low | (low & inPage.low)) >>> 0 };
};

const walkSecond = (
  second: WalkSpace,
  memory: PteReader,
  { high, low }: Halves,
  access: Access,
  visitor: GuestVisitor,
  purpose: Purpose,
): WalkEnd => {
  const end = second.levels > 0 ? walk(second, memory, high, low, access, visitor.second) : identity(high, low);
  visitor.ended?.((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0), end, purpose);
  return end;
};

/** Bare: guest physical addresses are physical. */
const identity = (high: number, low: number): WalkEnd => {
  const pa = (high >>> 0) * 2 ** 32 + (low >>> 0);
  const fault = pa >= PHYSICAL_LIMIT ? 'targetBeyond' : undefined;
  return { ...(fault && { fault }), level: 0, pa, leaf: 0, leafHigh: 0, leafAt: 0, update: 0 };
};

/** A second-stage walk for an entry of the first, which is read or updated at once. */
const implicitly = (
  second: WalkSpace,
  memory: PteReader,
  guestPhysical: number,
  purpose: 'read' | 'write',
  visitor: GuestVisitor,
): WalkEnd => {
  const end = walkSecond(second, memory, halvesOf(guestPhysical), purpose, visitor, purpose);
  if (end.fault || end.update === 0) return end;
  if (!visitor.mayUpdate(end)) return denied(end);
  visitor.update(end);
  return end;
};

const denied = (end: WalkEnd): WalkEnd => ({ ...end, fault: 'updateDenied' });

/** What a leaf allows, stores only where D is set already or was by this access. */
const rightsOf = (space: WalkSpace, end: WalkEnd): number => {
  const leaf = end.leaf | end.update;
  return leafRights(space, leaf) & (leaf & PTE.D ? ANY : ~RIGHT.write);
};

const failed = (stage: 1 | 2, end: WalkEnd, purpose: Purpose, guestPhysical: bigint): GuestEnd => ({
  ...(end.fault && { fault: end.fault }),
  stage,
  end,
  purpose,
  guestPhysical,
  pa: 0,
  rights: 0,
  pageSize: 0,
  updates: [],
});
