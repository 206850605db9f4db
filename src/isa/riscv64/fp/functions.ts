/** Soft-float as instructions call it: the rounding mode in force, and flags that accrue. */
import { type IsaFunction, Trap } from '../../core/privileged';
import { CAUSE } from '../causes';
import { FP, type FpFunction } from './table';

/** The value of an `rm` field that means the mode in `frm`. */
const DYNAMIC = 7;
/** RMM; what lies above is reserved. */
const HIGHEST_MODE = 4;

const accruing =
  (run: FpFunction): IsaFunction =>
  (state, a, b, c, field) => {
    const mode = field === DYNAMIC ? Number(state.get('frm')) : field;
    if (mode > HIGHEST_MODE) throw new Trap(CAUSE.illegal, BigInt(state.word));
    const { bits, flags } = run(a, b, c, mode);
    if (flags) state.set('fflags', state.get('fflags') | BigInt(flags));
    return bits;
  };

/** By the names rows give `fpCall`. */
export const FP_FUNCTIONS: Readonly<Record<string, IsaFunction>> = Object.fromEntries(
  Object.entries(FP).map(([name, run]) => [name, accruing(run)]),
);
