/** Where addresses must be aligned. @see Arm ARM, B2.5 "Alignment support", and D1.8.2 "SP alignment checking" */
import { type Guard, type HartState, Trap } from '../core/privileged';
import { HCR, SCTLR } from './bits';
import { CAUSE } from './causes';
import { isHostUser } from './contexts';

type SlotReader = Pick<HartState, 'get'>;

/** The SCTLR that rules the exception level there is now. */
const control = (state: SlotReader): bigint => {
  const el = state.get('EL');
  const isOfEl2 = el === 2n || (el === 0n && isHostUser(state.get('HCR_EL2')));
  return state.get(isOfEl2 ? 'SCTLR_EL2' : 'SCTLR_EL1');
};

/**
 * With the MMU off all memory is a device's, which asks for it, too; unless HCR_EL2.DC makes it normal for EL1 and EL0. QEMU 10
 * lets it be in all guests with stage 2.
 */
const mayBeUnaligned = (state: SlotReader): boolean => {
  const sctlr = control(state);
  if (sctlr & SCTLR.A) return false;
  if (sctlr & SCTLR.M) return true;
  const hcr = state.get('HCR_EL2');
  return state.get('EL') !== 2n && (hcr & HCR.DC) !== 0n && (hcr & HCR.TGE) === 0n;
};

export const ALIGNMENT_GUARDS: Readonly<Record<'unaligned' | 'stack', Guard>> = {
  /** Open where accesses need not be aligned to their size; see `EngineIsa.unaligned`. */
  unaligned: { isOpen: mayBeUnaligned, open: () => {} },
  /** Open where the stack pointer need not be a multiple of 16 when memory is accessed by it. */
  stack: {
    isOpen: (state) => (control(state) & (state.get('EL') === 0n ? SCTLR.SA0 : SCTLR.SA)) === 0n,
    open: () => {
      throw new Trap(CAUSE.spAlignment, 0n);
    },
  },
};

export const UNALIGNED = { guard: 'unaligned', load: CAUSE.readAlignment, store: CAUSE.writeAlignment } as const;
