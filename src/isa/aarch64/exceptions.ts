/** Exception entry, and which interrupt is next. @see Arm ARM, D1.3 "Exceptions" */
import type { HartState } from '../core/privileged';
import { DAIF, LINE } from './bits';
import { INTERRUPT } from './causes';

type SlotReader = Pick<HartState, 'get'>;

/** The interrupt to take before the next instruction, if any. */
export const pendingInterrupt = (state: SlotReader): number | undefined => {
  const lines = state.get('lines');
  const masks = state.get('DAIF');
  if (lines & LINE.FIQ && (masks & DAIF.F) === 0n) return INTERRUPT.FIQ;
  if (lines & LINE.IRQ && (masks & DAIF.I) === 0n) return INTERRUPT.IRQ;
  return undefined;
};

/** What ends `wfi`: an interrupt that is pending, masked or not. */
export const wakesFromWait = (state: SlotReader): boolean => state.get('lines') !== 0n;

export const takeTrap = (state: HartState, _cause: number, _isInterrupt: boolean, _tval: bigint, epc: bigint): void => {
  state.set('ELR_EL1', epc);
  state.set('DAIF', DAIF.all);
  state.contextChanged();
  state.jump(state.get('VBAR_EL1'));
};
