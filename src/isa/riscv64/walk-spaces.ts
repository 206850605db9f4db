/** Which tables and rules hold for an access, read off a hart's registers. */
import type { HartState } from '../core/privileged';
import { ENVCFG, GUEST, MSTATUS, PRIV_M, PRIV_U } from './csrs-bits';
import { guestEnvironment } from './csrs-hypervisor';
import { AS_EXECUTABLE } from './effective-privilege';
import { levelsOfMode, type WalkSpace } from './paging';
import type { GuestSpace } from './paging-guest';

type SlotReader = Pick<HartState, 'get'>;

const has = (value: bigint, bit: bigint): boolean => (value & bit) !== 0n;

/** Levels and root that satp, vsatp or hgatp name. */
const rootOf = (atp: bigint): { levels: number; root: number } => {
  const high = Number(atp >> 32n);
  return { levels: levelsOfMode(high >>> 28), root: (high & 0xfff) * 2 ** 44 + Number(atp & 0xffff_ffffn) * 4096 };
};

const BARE = { levels: 0, root: 0 } as const;

/** The tables and rules for accesses of `privilege` outside guests on this hart now. */
export const walkSpace = (state: SlotReader, privilege: number): WalkSpace => {
  const mstatus = state.get('mstatus');
  const menvcfg = state.get('menvcfg');
  const { levels, root } = privilege === PRIV_M ? BARE : rootOf(state.get('satp'));
  // Written out, not spread: this is made for each walk, and spreading costs more than the walk itself.
  return {
    levels,
    root,
    privilege,
    sum: has(mstatus, MSTATUS.SUM),
    mxr: has(mstatus, MSTATUS.MXR),
    isSecond: false,
    updates: has(menvcfg, ENVCFG.ADUE),
    memoryTypes: has(menvcfg, ENVCFG.PBMTE),
    asExecutable: false,
  };
};

/** The same for accesses in a guest; `mode` is VU or VS, with `AS_EXECUTABLE` for HLVX. */
export const guestSpace = (state: SlotReader, mode: number): GuestSpace => {
  const mstatus = state.get('mstatus');
  const vsstatus = state.get('vsstatus');
  const menvcfg = state.get('menvcfg');
  const henvcfg = guestEnvironment(state);
  const asExecutable = (mode & AS_EXECUTABLE) !== 0;
  const mxr = has(mstatus, MSTATUS.MXR);
  const first = rootOf(state.get('vsatp'));
  const second = rootOf(state.get('hgatp'));
  return {
    first: {
      levels: first.levels,
      root: first.root,
      privilege: mode & ~(GUEST | AS_EXECUTABLE),
      sum: has(vsstatus, MSTATUS.SUM),
      mxr: mxr || has(vsstatus, MSTATUS.MXR),
      isSecond: false,
      updates: has(henvcfg, ENVCFG.ADUE),
      memoryTypes: has(henvcfg, ENVCFG.PBMTE),
      asExecutable,
    },
    // The second stage treats every access as a user's. The first stage's MXR does not reach it.
    second: {
      levels: second.levels,
      root: second.root,
      privilege: PRIV_U,
      sum: false,
      mxr,
      isSecond: true,
      updates: has(menvcfg, ENVCFG.ADUE),
      memoryTypes: has(menvcfg, ENVCFG.PBMTE),
      asExecutable,
    },
  };
};
