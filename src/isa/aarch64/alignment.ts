/** Where the stack pointer must be aligned; of other addresses see `mustAlign`. @see Arm ARM, D1.8.2 "SP alignment checking" */
import { type Guard, type HartState, Trap } from '../core/privileged';
import { SCTLR } from './bits';
import { CAUSE } from './causes';
import { isHostUser } from './contexts';

type SlotReader = Pick<HartState, 'get'>;

/** The SCTLR that rules the exception level there is now. */
const control = (state: SlotReader): bigint => {
  const el = state.get('EL');
  const isOfEl2 = el === 2n || (el === 0n && isHostUser(state.get('HCR_EL2')));
  return state.get(isOfEl2 ? 'SCTLR_EL2' : 'SCTLR_EL1');
};

export const ALIGNMENT_GUARDS: Readonly<Record<'stack', Guard>> = {
  /** Open where the stack pointer need not be a multiple of 16 when memory is accessed by it. */
  stack: {
    isOpen: (state) => (control(state) & (state.get('EL') === 0n ? SCTLR.SA0 : SCTLR.SA)) === 0n,
    open: () => {
      throw new Trap(CAUSE.spAlignment, 0n);
    },
  },
};
