/** Floating-point operations as instructions call them: with the rounding mode in force, and what their flags do. */
import { classOf, type FloatClass } from '../../core/float/comparison';
import { DOUBLE, FLAG, type Format, HALF, SINGLE } from '../../core/float/format';
import { type HartState, type IsaFunction, Trap } from '../../core/privileged';
import { CAUSE } from '../causes';
import { FCSR, FCSR_SHIFT } from './fcsr';
import { FP, type FpFunction } from './table';

const UNDERFLOW = BigInt(FLAG.UF);
const FORMATS: Readonly<Record<string, Format>> = { h: HALF, s: SINGLE };

/** Operations that may come upon a tiny result. */
const MAY_BE_TINY = /^f(add|sub|mul|div|n?madd|n?msub|recip|scaleb|cvt\.[hs])\./;

/** Underflow that is enabled is an exception for exact results, too: whether one is tiny. QEMU does not have that. */
export const exactUnderflow = (name: string): ((bits: bigint) => boolean) | undefined => {
  if (!MAY_BE_TINY.test(name)) return undefined;
  const format = FORMATS[name.split('.')[1] ?? ''] ?? DOUBLE;
  return (bits) => classOf(format, bits).endsWith('subnormal');
};

/** The rounding mode in force, as fcsr0.RM has it. */
export const roundingOf = (state: Pick<HartState, 'get'>): number =>
  Number((state.get('fcsr') & FCSR.RM) >> FCSR_SHIFT.RM);

/** Whether underflow is an exception. */
export const isUnderflowEnabled = (state: Pick<HartState, 'get'>): boolean => (state.get('fcsr') & UNDERFLOW) !== 0n;

/**
 * Cause is what the operation raises. An enabled flag makes it an exception, and nothing else is written; otherwise flags
 * accrue.
 * @throws Trap floating point error
 */
export const raise = (state: Pick<HartState, 'get' | 'set'>, flags: number): void => {
  const fcsr = state.get('fcsr');
  const raised = BigInt(flags);
  const caused = (fcsr & ~FCSR.CAUSE) | (raised << FCSR_SHIFT.CAUSE);
  if (fcsr & FCSR.ENABLES & raised) {
    state.set('fcsr', caused);
    throw new Trap(CAUSE.floatError, 0n);
  }
  state.set('fcsr', caused | (raised << FCSR_SHIFT.FLAGS));
};

const raising = (name: string, run: FpFunction): IsaFunction => {
  const isTiny = exactUnderflow(name);
  return (state, a, b, c) => {
    const { bits, flags } = run(a, b, c, roundingOf(state));
    raise(state, isTiny?.(bits) && isUnderflowEnabled(state) ? flags | FLAG.UF : flags);
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

/** What `fclass` makes of a number. */
export const classBit = (f: Format, bits: bigint): bigint => 1n << BigInt(CLASS_BITS[classOf(f, bits)]);

const classify =
  (f: Format): IsaFunction =>
  (_state, a) =>
    classBit(f, a);

/** By the names rows call them by. */
export const FP_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...Object.fromEntries(Object.entries(FP).map(([name, run]) => [name, raising(name, run)])),
  'fclass.s': classify(SINGLE),
  'fclass.d': classify(DOUBLE),
};
