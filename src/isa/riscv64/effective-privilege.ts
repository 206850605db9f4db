/** With which privilege, and in whose address space, loads and stores run. */
import type { HartState } from '../core/privileged';
import { modeOf } from './csr-access';
import { GUEST, HSTATUS, MSTATUS, PRIV_M } from './csrs-bits';

type SlotReader = Pick<HartState, 'get'>;

/** Added to an effective privilege: a load for which execute permission stands for read permission (HLVX). */
export const AS_EXECUTABLE = 8;

/** Mode with which loads and stores run, as `modeOf` gives it: the one in MPP and MPV when MPRV is set. */
export const dataPrivilege = (state: SlotReader): number => {
  const mstatus = state.get('mstatus');
  if ((mstatus & MSTATUS.MPRV) === 0n) return modeOf(state);
  const privilege = Number((mstatus & MSTATUS.MPP) >> 11n);
  return privilege !== PRIV_M && mstatus & MSTATUS.MPV ? privilege | GUEST : privilege;
};

/** Mode with which HLV, HLVX and HSV access a guest's memory. */
export const hypervisorAccessPrivilege = (state: SlotReader): number =>
  GUEST | (state.get('hstatus') & HSTATUS.SPVP ? 1 : 0);
