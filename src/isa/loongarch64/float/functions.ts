/** Floating-point operations as instructions call them: with the rounding mode in force, and what their flags do. */
import { classOf, type FloatClass } from '../../core/float/comparison';
import { DOUBLE, FLAG, type Format, SINGLE } from '../../core/float/format';
import { type IsaFunction, Trap } from '../../core/privileged';
import { CAUSE } from '../causes';
import { FCSR, FCSR_SHIFT } from './fcsr';
import { FP, type FpFunction } from './table';

const UNDERFLOW = BigInt(FLAG.UF);

/** Operations that may come upon a tiny result. */
const MAY_BE_TINY = /^f(add|sub|mul|div|n?madd|n?msub|recip|scaleb|cvt\.s)\./;

/** Underflow that is enabled is an exception for exact results, too. QEMU does not have that. */
const exactUnderflow = (name: string): ((bits: bigint) => boolean) | undefined => {
  if (!MAY_BE_TINY.test(name)) return undefined;
  const format = /^[a-z]+\.s\b/.test(name) ? SINGLE : DOUBLE;
  return (bits) => classOf(format, bits).endsWith('subnormal');
};

/**
 * Cause is what the operation raises. An enabled flag makes it an exception, and nothing else is written; otherwise flags
 * accrue.
 */
const raising = (name: string, run: FpFunction): IsaFunction => {
  const isTiny = exactUnderflow(name);
  return (state, a, b, c) => {
    const fcsr = state.get('fcsr');
    const { bits, flags } = run(a, b, c, Number((fcsr & FCSR.RM) >> FCSR_SHIFT.RM));
    const raised = BigInt(fcsr & UNDERFLOW && isTiny?.(bits) ? flags | FLAG.UF : flags);
    const caused = (fcsr & ~FCSR.CAUSE) | (raised << FCSR_SHIFT.CAUSE);
    if (fcsr & FCSR.ENABLES & raised) {
      state.set('fcsr', caused);
      throw new Trap(CAUSE.floatError, 0n);
    }
    state.set('fcsr', caused | (raised << FCSR_SHIFT.FLAGS));
    return bits;
  };
};

/** The bit that `fclass` sets. */
const CLASS_BITS: Readonly<Record<FloatClass, number>> = {
  'signalling NaN': 0,
  'quiet NaN': 1,
  'negative infinity': 2,
  'negative normal': 3,
  'negative subnormal': 4,
  'negative zero': 5,
  'positive infinity': 6,
  'positive normal': 7,
  'positive subnormal': 8,
  'positive zero': 9,
};

const classify =
  (f: Format): IsaFunction =>
  (_state, a) =>
    1n << BigInt(CLASS_BITS[classOf(f, a)]);

/** By the names rows call them by. */
export const FP_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...Object.fromEntries(Object.entries(FP).map(([name, run]) => [name, raising(name, run)])),
  'fclass.s': classify(SINGLE),
  'fclass.d': classify(DOUBLE),
};
