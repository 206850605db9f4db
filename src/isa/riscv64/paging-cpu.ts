/** Translation as the CPU does it: with privilege, PMP and accessed/dirty updates, raising traps. */
import type { CpuTranslation, WalkMemory } from '../core/guest-isa';
import { GuestTrap, type HartState } from '../core/privileged';
import type { Access } from '../core/translation';
import { privilegeOf } from './csr-access';
import { PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import { leafRights, levelsOfMode, PHYSICAL_LIMIT, PTE, type PteReader, RIGHT, type WalkSpace, walk } from './paging';
import { accessFaultCause, walkFaultCause } from './paging-rules';
import { type PmpRegion, pmpIncludes, pmpRegions, regionsAllow } from './pmp';

type SlotReader = Pick<HartState, 'get'>;

/** Bits of mstatus as they lie in its low word. */
const SUM = 1 << 18;
const MXR = 1 << 19;
const MPRV = 1 << 17;

const lowMstatus = (state: SlotReader): number => Number(state.get('mstatus') & 0xffff_ffffn);

/** Privilege with which loads and stores run: MPP's when MPRV is set. */
export const dataPrivilege = (state: SlotReader): number => {
  const mstatus = lowMstatus(state);
  return mstatus & MPRV ? (mstatus >> 11) & 3 : privilegeOf(state);
};

/** Contexts with their own set of cached translations. 8 and up are left for guests (V = 1). */
const CONTEXT = { u: 0, s: 1, sSum: 2, m: 3, uMxr: 4, sMxr: 5, sSumMxr: 6 } as const;

/** Index of the set of cached translations that loads and stores use now, 0 to 7. */
export const dataContext = (state: SlotReader): number => {
  const mstatus = lowMstatus(state);
  const isMxr = (mstatus & MXR) !== 0;
  switch (mstatus & MPRV ? (mstatus >> 11) & 3 : privilegeOf(state)) {
    case PRIV_U:
      return isMxr ? CONTEXT.uMxr : CONTEXT.u;
    case PRIV_S:
      if (mstatus & SUM) return isMxr ? CONTEXT.sSumMxr : CONTEXT.sSum;
      return isMxr ? CONTEXT.sMxr : CONTEXT.s;
    default:
      return CONTEXT.m;
  }
};

/** Index of the set of cached translations that fetches use now, 0 to 7. */
export const fetchContext = (state: SlotReader): number => {
  switch (privilegeOf(state)) {
    case PRIV_U:
      return CONTEXT.u;
    case PRIV_S:
      return CONTEXT.s;
    default:
      return CONTEXT.m;
  }
};

/** The tables and rules for accesses of `privilege` on this hart now. */
export const walkSpace = (state: SlotReader, privilege: number): WalkSpace => {
  if (privilege === PRIV_M) return { levels: 0, root: 0, privilege, sum: false, mxr: false };
  const satp = state.get('satp');
  const high = Number(satp >> 32n);
  const mstatus = lowMstatus(state);
  return {
    levels: levelsOfMode(high >>> 28),
    root: (high & 0xfff) * 2 ** 44 + Number(satp & 0xffff_ffffn) * 4096,
    privilege,
    sum: (mstatus & SUM) !== 0,
    mxr: (mstatus & MXR) !== 0,
  };
};

/** The walker's own accesses are S-mode's, whoever caused them. */
const guarded = (memory: PteReader, regions: readonly PmpRegion[]): PteReader => ({
  readU32(at) {
    // An entry is one access of 8 bytes; its low half, which is read first, stands for both.
    const isDenied = at % 8 === 0 && !pmpIncludes(regionsAllow(regions, PRIV_S, at, at + 8), 'read');
    return isDenied ? -2 : memory.readU32(at);
  },
});

/**
 * Translates one access of the running hart and sets A and D in the leaf where needed, as hardware.
 * @param effectivePrivilege of the access; by default the hart's own for fetches, `dataPrivilege` for loads and stores.
 * @param bytes length of the access, which may not cross a page; matters to PMP only.
 * @throws GuestTrap page fault or access fault with tval = `va`.
 */
export const cpuTranslate = (
  state: SlotReader,
  memory: WalkMemory,
  va: bigint,
  access: Access,
  effectivePrivilege?: number,
  bytes = 1,
): CpuTranslation => {
  const privilege = effectivePrivilege ?? (access === 'execute' ? privilegeOf(state) : dataPrivilege(state));
  const space = walkSpace(state, privilege);
  const regions = state.get('sbi') === 1n ? undefined : pmpRegions(state);
  if (space.levels === 0) return physical(regions, privilege, va, access, bytes);
  const low = Number(BigInt.asUintN(32, va));
  const high = Number(BigInt.asUintN(32, va >> 32n));
  const end = walk(space, regions ? guarded(memory, regions) : memory, high, low, access);
  if (end.fault) throw new GuestTrap(walkFaultCause(end.fault, access), va);
  const allowed = regions ? allowedOn(regions, privilege, end.pa, bytes) : OPEN;
  if (!pmpIncludes(allowed.here, access)) throw new GuestTrap(accessFaultCause(access), va);
  if (end.update !== 0) {
    // The update is an implicit store, so PMP has its say. QEMU 7.2 does not ask it.
    if (regions && !pmpIncludes(regionsAllow(regions, PRIV_S, end.leafAt, end.leafAt + 8), 'write')) {
      throw new GuestTrap(accessFaultCause(access), va);
    }
    memory.writeU32(end.leafAt, (end.leaf | end.update) >>> 0);
  }
  const leaf = end.leaf | end.update;
  const rights = leafRights(space, leaf) & allowed.page & (leaf & PTE.D ? ANY : ~RIGHT.write);
  return translation(end.pa, rights, allowed.isUniform);
};

const ANY = RIGHT.read | RIGHT.write | RIGHT.execute;

const translation = (pa: number, rights: number, isCacheable: boolean): CpuTranslation => ({
  pa,
  read: (rights & RIGHT.read) !== 0,
  write: (rights & RIGHT.write) !== 0,
  execute: (rights & RIGHT.execute) !== 0,
  isCacheable,
});

interface Allowed {
  /** For the bytes accessed. */
  readonly here: number;
  /** For the whole page, or for the bytes accessed when the page is not uniform. */
  readonly page: number;
  readonly isUniform: boolean;
}
const OPEN: Allowed = { here: ANY, page: ANY, isUniform: true };

const allowedOn = (regions: readonly PmpRegion[], privilege: number, at: number, bytes: number): Allowed => {
  const base = at - (at % 4096);
  const page = regionsAllow(regions, privilege, base, base + 4096);
  if (page >= 0) return { here: page, page, isUniform: true };
  const here = Math.max(0, regionsAllow(regions, privilege, at, at + bytes));
  return { here, page: here, isUniform: false };
};

const physical = (
  regions: readonly PmpRegion[] | undefined,
  privilege: number,
  va: bigint,
  access: Access,
  bytes: number,
): CpuTranslation => {
  const at = Number(BigInt.asUintN(64, va));
  const allowed = regions ? allowedOn(regions, privilege, at, bytes) : OPEN;
  if (at >= PHYSICAL_LIMIT || !pmpIncludes(allowed.here, access)) throw new GuestTrap(accessFaultCause(access), va);
  return translation(at, allowed.page, allowed.isUniform);
};
