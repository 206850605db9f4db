/** Translation as the CPU does it: with privilege, PMP and accessed/dirty updates, raising traps. */
import type { CpuTranslation, WalkMemory } from '../core/engine-isa';
import { type HartState, Trap } from '../core/privileged';
import type { Access } from '../core/translation';
import { modeOf } from './csr-access';
import { GUEST, MSTATUS, PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import { AS_EXECUTABLE, dataPrivilege } from './effective-privilege';
import { leafRights, PHYSICAL_LIMIT, PTE, type PteReader, RIGHT, type WalkEnd, walk } from './paging';
import { walkGuest } from './paging-guest';
import { accessFaultCause, guestFault, walkFaultCause } from './paging-rules';
import { type PmpRegion, pmpIncludes, pmpRegions, regionsAllow } from './pmp';
import { guestSpace, walkSpace } from './walk-spaces';

type SlotReader = Pick<HartState, 'get'>;

/**
 * Contexts with their own set of cached translations. What the hypervisor's MXR opens to a guest is not cached: nothing
 * ever enters `guestHostMxr`.
 */
const CONTEXT = {
  u: 0,
  s: 1,
  sSum: 2,
  m: 3,
  uMxr: 4,
  sMxr: 5,
  sSumMxr: 6,
  vu: 8,
  vs: 9,
  vsSum: 10,
  vuMxr: 12,
  vsMxr: 13,
  vsSumMxr: 14,
  guestHostMxr: 15,
} as const;

/** Bit per context of guests: 8 and up. */
export const GUEST_CONTEXTS = 0xff00;

/** Index of the set of cached translations that loads and stores use now, 0 to 15. */
export const dataContext = (state: SlotReader): number => {
  const mode = dataPrivilege(state);
  if (mode === PRIV_M) return CONTEXT.m;
  const mstatus = state.get('mstatus');
  const inGuest = (mode & GUEST) !== 0;
  if (inGuest && mstatus & MSTATUS.MXR) return CONTEXT.guestHostMxr;
  const status = inGuest ? state.get('vsstatus') : mstatus;
  const isMxr = (status & MSTATUS.MXR) !== 0n;
  const base = inGuest ? CONTEXT.vu : CONTEXT.u;
  if ((mode & ~GUEST) === PRIV_U) return base + (isMxr ? CONTEXT.uMxr : CONTEXT.u);
  if (status & MSTATUS.SUM) return base + (isMxr ? CONTEXT.sSumMxr : CONTEXT.sSum);
  return base + (isMxr ? CONTEXT.sMxr : CONTEXT.s);
};

/** Index of the set of cached translations that fetches use now, 0 to 15. */
export const fetchContext = (state: SlotReader): number => {
  const mode = modeOf(state);
  if (mode === PRIV_M) return CONTEXT.m;
  return (mode & GUEST ? CONTEXT.vu : CONTEXT.u) + ((mode & ~GUEST) === PRIV_U ? CONTEXT.u : CONTEXT.s);
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
 * Translates one access of the running hart and sets A and D in leaves where needed, as hardware.
 * @param effectivePrivilege of the access, as `modeOf` gives it, with `AS_EXECUTABLE` for HLVX; by default the hart's own
 *   for fetches, `dataPrivilege` for loads and stores.
 * @param bytes length of the access, which may not cross a page; matters to PMP only.
 * @throws Trap page fault, guest-page fault or access fault with tval = `va`.
 */
export const cpuTranslate = (
  state: SlotReader,
  memory: WalkMemory,
  va: bigint,
  access: Access,
  effectivePrivilege?: number,
  bytes = 1,
): CpuTranslation => {
  const privilege = effectivePrivilege ?? (access === 'execute' ? modeOf(state) : dataPrivilege(state));
  const regions = state.get('sbi') === 1n ? undefined : pmpRegions(state);
  if (privilege & GUEST) return translateGuest(state, memory, regions, privilege, va, access, bytes);
  const space = walkSpace(state, privilege);
  if (space.levels === 0) return physical(regions, privilege, va, access, bytes);
  const low = Number(BigInt.asUintN(32, va));
  const high = Number(BigInt.asUintN(32, va >> 32n));
  const end = walk(space, regions ? guarded(memory, regions) : memory, high, low, access);
  if (end.fault) throw new Trap(walkFaultCause(end.fault, access), va);
  const allowed = regions ? allowedOn(regions, privilege, end.pa, bytes) : OPEN;
  if (!pmpIncludes(allowed.here, access)) throw new Trap(accessFaultCause(access), va);
  if (end.update !== 0) {
    if (!mayUpdate(regions, end)) throw new Trap(accessFaultCause(access), va);
    update(memory, end);
  }
  const leaf = end.leaf | end.update;
  const rights = leafRights(space, leaf) & allowed.page & (leaf & PTE.D ? ANY : ~RIGHT.write);
  return translation(end.pa, rights, allowed.isUniform);
};

/** Setting A or D is an implicit store, so PMP has its say. QEMU 10 does not ask it. */
const mayUpdate = (regions: readonly PmpRegion[] | undefined, { leafAt }: WalkEnd): boolean =>
  !regions || pmpIncludes(regionsAllow(regions, PRIV_S, leafAt, leafAt + 8), 'write');

/** Adds to what is there now: the walk may have set bits of the same entry meanwhile. */
const update = (memory: WalkMemory, { leafAt, update: bits }: WalkEnd): void =>
  memory.writeU32(leafAt, (memory.readU32(leafAt) | bits) >>> 0);

const translateGuest = (
  state: SlotReader,
  memory: WalkMemory,
  regions: readonly PmpRegion[] | undefined,
  mode: number,
  va: bigint,
  access: Access,
  bytes: number,
): CpuTranslation => {
  const low = Number(BigInt.asUintN(32, va));
  const high = Number(BigInt.asUintN(32, va >> 32n));
  const reader = regions ? guarded(memory, regions) : memory;
  const end = walkGuest(guestSpace(state, mode), reader, high, low, access, {
    mayUpdate: (leaf) => mayUpdate(regions, leaf),
    update: (leaf) => update(memory, leaf),
  });
  const fault = guestFault(end, access);
  if (fault) throw new Trap(fault.cause, va, fault.detail);
  const allowed = regions ? allowedOn(regions, PRIV_S, end.pa, bytes) : OPEN;
  const isAllowed =
    pmpIncludes(allowed.here, access) && (!(mode & AS_EXECUTABLE) || pmpIncludes(allowed.here, 'execute'));
  if (!isAllowed) throw new Trap(accessFaultCause(access), va);
  for (const leaf of end.updates) update(memory, leaf);
  const isOpenedByHost = access !== 'execute' && (state.get('mstatus') & MSTATUS.MXR) !== 0n;
  return translation(end.pa, end.rights & allowed.page, allowed.isUniform && !isOpenedByHost);
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
  if (at >= PHYSICAL_LIMIT || !pmpIncludes(allowed.here, access)) throw new Trap(accessFaultCause(access), va);
  return translation(at, allowed.page, allowed.isUniform);
};
