/** Where the stack pointer must be aligned; of other addresses see `mustAlign`. @see Arm ARM, D1.8.2 "SP alignment checking" */
import { type Guard, Trap } from '../core/privileged';
import { controlHere } from './address-ranges';
import { SCTLR } from './bits';
import { CAUSE } from './causes';

export const ALIGNMENT_GUARDS: Readonly<Record<'stack', Guard>> = {
  /** Open where the stack pointer need not be a multiple of 16 when memory is accessed by it. */
  stack: {
    isOpen: (state) => (controlHere(state) & (state.get('EL') === 0n ? SCTLR.SA0 : SCTLR.SA)) === 0n,
    open: () => {
      throw new Trap(CAUSE.spAlignment, 0n);
    },
  },
};
