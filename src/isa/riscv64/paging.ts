/**
 * The one page-table walker of RISC-V: for the CPU, the debugger and the inspector. It never changes anything; a needed
 * accessed/dirty update is reported and only `cpuTranslate` applies it. Physical addresses are JS numbers and entries are
 * two 32-bit halves, because this runs on every TLB miss. A guest's two stages are two such walks, see `paging-guest`.
 * @see RISC-V Privileged ISA, "Virtual Address Translation Process"
 */
import type { Access } from '../core/translation';
import { PRIV_S, PRIV_U, SATP_SV39, SATP_SV48, SATP_SV57 } from './csrs-bits';

/** Bits of the low half of a page-table entry. */
export const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const;

/** Addresses at or beyond this hold no memory and no device on any board; doubles are exact below it. */
export const PHYSICAL_LIMIT = 2 ** 53;

/** Where a walk starts and under which rules. */
export interface WalkSpace {
  /** 0 when addresses are physical, otherwise 3, 4 or 5. */
  readonly levels: number;
  /** Physical address of the root table. */
  readonly root: number;
  readonly privilege: number;
  readonly sum: boolean;
  readonly mxr: boolean;
  /** A second stage: the root has four times the entries, addresses are not signed. */
  readonly isSecond: boolean;
  /** The walk may set A and D (Svadu); otherwise it fails where they are clear (Svade). */
  readonly updates: boolean;
  /** Entries may give memory types (Svpbmt). */
  readonly memoryTypes: boolean;
  /** Execute permission stands for read permission (HLVX). */
  readonly asExecutable: boolean;
  /** First stage of a guest: finds the entry at a guest physical address; negative when the second stage does not. */
  readonly locate?: ((guestPhysical: number) => number) | undefined;
}

export interface PteReader {
  /** 32 bits at an aligned physical address; -1 where there is no RAM, -2 where PMP denies the walker the read. */
  readU32(pa: number): number;
}

/** Sees each entry the walk reads. */
export type StepRecorder = (level: number, index: number, at: number, low: number, high: number) => void;

/** Which rule ended a walk. */
export type WalkFault =
  | 'nonCanonical'
  | 'tableNotMemory'
  | 'tableDenied'
  | 'tableBeyond'
  | 'invalid'
  | 'writeOnly'
  | 'reservedBits'
  | 'napot'
  | 'napotSize'
  | 'pbmt'
  | 'pbmtReserved'
  | 'pointerFlags'
  | 'pointerAtLeafLevel'
  | 'userOnly'
  | 'supervisorOnly'
  | 'userNotFetched'
  | 'notReadable'
  | 'notWritable'
  | 'notExecutable'
  | 'misalignedSuperpage'
  | 'targetBeyond'
  | 'notAccessed'
  | 'notDirty'
  | 'updateDenied'
  | 'tableNotLocated';

/** How a walk ended. `fault` is undefined on success; then the rest is valid. */
export interface WalkEnd {
  readonly fault?: WalkFault;
  /** Level of the last entry read; of a leaf on success. */
  readonly level: number;
  /** Exact physical address; may be beyond {@link PHYSICAL_LIMIT} only with fault `targetBeyond`. */
  readonly pa: number;
  /** The leaf's halves, where it lies, and the A and D bits this access must set in it (0: none). */
  readonly leaf: number;
  readonly leafHigh: number;
  readonly leafAt: number;
  readonly update: number;
}

/** Number of levels a satp.MODE has; 0 for Bare. */
export const levelsOfMode = (mode: number): number =>
  mode === SATP_SV39 ? 3 : mode === SATP_SV48 ? 4 : mode === SATP_SV57 ? 5 : 0;

/** `Sv39` and so on, `Sv39x4` for a second stage; `Bare` for 0 levels. */
export const schemeName = (levels: number, isSecond = false): string =>
  levels === 0 ? 'Bare' : `Sv${levels * 9 + 12}${isSecond ? 'x4' : ''}`;

/** Bytes a leaf at this level maps. */
export const pageSizeOf = (level: number): number => 2 ** (12 + 9 * level);

/** Index into the table of `level` for an address given in halves; `mask` is 511, or 2047 in a second stage's root. */
export const tableIndex = (level: number, high: number, low: number, mask = 511): number => {
  switch (level) {
    case 0:
      return (low >>> 12) & 511;
    case 1:
      return (low >>> 21) & 511;
    case 2:
      return ((low >>> 30) | (high << 2)) & mask;
    case 3:
      return (high >>> 7) & mask;
    default:
      return (high >>> 16) & mask;
  }
};

/** Whether all bits above the highest translated one equal it. */
export const isCanonical = (levels: number, high: number): boolean => {
  const sign = (high | 0) >> (levels * 9 - 21);
  return sign === 0 || sign === -1;
};

/** Whether a guest physical address fits the second stage: two bits wider than the first, and zeros above. */
const fitsSecond = (levels: number, high: number): boolean => high >>> (levels * 9 - 18) === 0;

const fail = (fault: WalkFault, level: number, leafAt = 0, leaf = 0, pa = 0): WalkEnd => ({
  fault,
  level,
  pa,
  leaf,
  leafHigh: 0,
  leafAt,
  update: 0,
});

/** PPN of an entry, in bytes. Exact: below 2^56 and a multiple of 4096. */
export const pteTarget = (low: number, high: number): number => (high & 0x3fffff) * 2 ** 34 + (low >>> 10) * 4096;

/** The first rule a well-placed entry of either kind breaks. */
const malformed = (space: WalkSpace, low: number, high: number): WalkFault | undefined => {
  if (!(low & PTE.V)) return 'invalid';
  if ((low & (PTE.R | PTE.W)) === PTE.W) return 'writeOnly';
  const isTable = !(low & (PTE.R | PTE.X));
  if (high >>> 22 !== 0) {
    if (high & 0x1fc0_0000) return 'reservedBits';
    if (high >>> 31 && isTable) return 'napot';
    const type = (high >>> 29) & 3;
    if (type !== 0 && (!space.memoryTypes || isTable)) return 'pbmt';
    if (type === 3) return 'pbmtReserved';
  }
  if (isTable && low & (PTE.U | PTE.A | PTE.D)) return 'pointerFlags';
  return undefined;
};

/** A leaf's own rule of place: N (Svnapot) stands for 64 KiB, and only in entries of 4 KiB. */
const misplacedNapot = (level: number, low: number): WalkFault | undefined =>
  level !== 0 ? 'napot' : ((low >>> 10) & 15) !== 8 ? 'napotSize' : undefined;

/** Whether no access can succeed through the entry at `level`. */
export const isMalformed = (space: WalkSpace, level: number, low: number, high: number): boolean =>
  malformed(space, low, high) !== undefined || (high >>> 31 !== 0 && misplacedNapot(level, low) !== undefined);

/** Address of the page behind a leaf; of its part at `index` where the leaf is one of a range of 64 KiB (Svnapot). */
export const leafTarget = (low: number, high: number, index: number): number => {
  const target = pteTarget(low, high);
  return high >>> 31 ? target - (target % 65536) + (index & 15) * 4096 : target;
};

/** Whether a valid entry points to a table. */
export const isPointer = (low: number): boolean => (low & (PTE.R | PTE.W | PTE.X)) === 0;

/** Rights as bits, the same as in a PMP configuration. */
export const RIGHT = { read: 1, write: 2, execute: 4 } as const;

/** What `space` may do through a leaf, A and D aside: bits of {@link RIGHT}. */
export const leafRights = (space: WalkSpace, leaf: number): number => {
  // R, W and X lie one bit above their RIGHT; MXR lends X to R, HLVX puts it in its place.
  let own = (leaf >> 1) & 7;
  if (space.asExecutable) own &= ~RIGHT.read;
  if ((space.mxr || space.asExecutable) && leaf & PTE.X) own |= RIGHT.read;
  if (leaf & PTE.U) {
    if (space.privilege === PRIV_S) return space.sum ? own & ~RIGHT.execute : 0;
    return own;
  }
  return space.privilege === PRIV_U ? 0 : own;
};

/** The rule by which a leaf refuses an access that {@link leafRights} does not include. */
const refusal = (space: WalkSpace, leaf: number, access: Access): WalkFault => {
  if (leaf & PTE.U) {
    if (space.privilege === PRIV_S && access === 'execute') return 'userNotFetched';
    if (space.privilege === PRIV_S && !space.sum) return 'userOnly';
  } else if (space.privilege === PRIV_U) return 'supervisorOnly';
  return access === 'read' ? 'notReadable' : access === 'write' ? 'notWritable' : 'notExecutable';
};

/** Walks from the root of `space`, whose `levels` must not be 0, for the address given in halves. */
export const walk = (
  space: WalkSpace,
  memory: PteReader,
  high: number,
  low: number,
  access: Access,
  record?: StepRecorder,
): WalkEnd => {
  const top = space.levels - 1;
  const isInside = space.isSecond ? fitsSecond(space.levels, high) : isCanonical(space.levels, high);
  if (!isInside) return fail('nonCanonical', top);
  let table = space.root;
  let mask = space.isSecond ? 2047 : 511;
  for (let level = top; level >= 0; level--) {
    if (table >= PHYSICAL_LIMIT && !space.locate) return fail('tableBeyond', level);
    const index = tableIndex(level, high, low, mask);
    mask = 511;
    const named = table + index * 8;
    const at = space.locate ? space.locate(named) : named;
    if (at < 0) return fail('tableNotLocated', level, named);
    const pteLow = memory.readU32(at);
    const pteHigh = pteLow < 0 ? -1 : memory.readU32(at + 4);
    if (pteHigh < 0) return fail(pteLow === -2 ? 'tableDenied' : 'tableNotMemory', level, at);
    record?.(level, index, at, pteLow, pteHigh);
    const broken = malformed(space, pteLow, pteHigh);
    if (broken) return fail(broken, level, at, pteLow);
    if (pteLow & (PTE.R | PTE.X)) return leafEnd(space, level, at, pteLow, pteHigh, low, high, access);
    table = pteTarget(pteLow, pteHigh);
  }
  return fail('pointerAtLeafLevel', 0);
};

const leafEnd = (
  space: WalkSpace,
  level: number,
  leafAt: number,
  leaf: number,
  leafHigh: number,
  low: number,
  high: number,
  access: Access,
): WalkEnd => {
  const misplaced = leafHigh >>> 31 ? misplacedNapot(level, leaf) : undefined;
  if (misplaced) return fail(misplaced, level, leafAt, leaf);
  if (!(leafRights(space, leaf) & RIGHT[access])) return fail(refusal(space, leaf, access), level, leafAt, leaf);
  const size = pageSizeOf(level);
  const target = leafTarget(leaf, leafHigh, low >>> 12);
  if (target % size !== 0) return fail('misalignedSuperpage', level, leafAt, leaf);
  // No leaf maps more than 2^48 bytes, so 48 bits of the address hold every offset, exactly.
  const pa = target + (((high & 0xffff) * 2 ** 32 + (low >>> 0)) % size);
  const update = (access === 'write' ? PTE.A | PTE.D : PTE.A) & ~leaf;
  if (update !== 0 && !space.updates) return fail(update & PTE.A ? 'notAccessed' : 'notDirty', level, leafAt, leaf);
  if (pa >= PHYSICAL_LIMIT && !space.locate) return fail('targetBeyond', level, leafAt, leaf, pa);
  return { fault: undefined, level, pa, leaf, leafHigh, leafAt, update };
};
