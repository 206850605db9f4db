/**
 * Every floating-point operation that rounds or raises flags, by its mnemonic.
 * @see LoongArch Reference Manual, Volume 1, 3.1 Basic Floating-point Instructions
 */
import { add, div, fma, fms, mul, sqrt, sub } from '../../core/float/arithmetic';
import { compare, maxNum, maxNumMag, minNum, minNumMag } from '../../core/float/comparison';
import { convert, fromInteger, type IntegerType, toInteger } from '../../core/float/conversion';
import { logB, roundToIntegral, scaleB } from '../../core/float/exponent';
import { DOUBLE, type Format, type FpResult, isNan, ROUND, SINGLE, unpack } from '../../core/float/format';
import { type FloatMode, signallingNanFirst } from '../../core/float/mode';
import { CONDITIONS } from './conditions';

/** An operation on up to three operands with a rounding mode as fcsr0.RM has it. Operands of singles may have any upper half. */
export type FpFunction = (a: bigint, b: bigint, c: bigint, rm: number) => FpResult;

const mode = (rounding: number): FloatMode => ({
  rounding,
  tiny: 'after rounding',
  nan: signallingNanFirst,
  nanToInteger: 'zero',
  invalidProductPlusNan: 'NaN',
});
const NEAREST = mode(ROUND.RNE);
const ZERO = mode(ROUND.RTZ);
const UP = mode(ROUND.RUP);
const DOWN = mode(ROUND.RDN);
/** As fcsr0.RM numbers them. */
const MODES: readonly FloatMode[] = [NEAREST, ZERO, UP, DOWN];

/** An operation that rounds as fcsr0 says. */
export const rounded =
  (run: (a: bigint, b: bigint, c: bigint, mode: FloatMode) => FpResult): FpFunction =>
  (a, b, c, rm) =>
    run(a, b, c, MODES[rm] ?? NEAREST);

/** The result of `run` with its sign turned, after it was rounded; NaNs stay as they are. QEMU 10 rounds afterwards. */
const negated = (f: Format, { bits, flags }: FpResult): FpResult => ({
  bits: isNan(unpack(f, bits)) ? bits : bits ^ f.sign,
  flags,
});

/** The quotient of 1 and the rounded root, rounded again: flags of both. */
const reciprocalRoot = (f: Format, one: bigint, a: bigint, mode: FloatMode): FpResult => {
  const root = sqrt(f, a, mode);
  const { bits, flags } = div(f, one, root.bits, mode);
  return { bits, flags: root.flags | flags };
};

const INTEGERS: Readonly<Record<string, IntegerType>> = {
  w: { width: 32, signed: true },
  l: { width: 64, signed: true },
};
/** Letters of what has a rounding of its own. */
export const ROUNDINGS: Readonly<Record<string, FloatMode>> = { rm: DOWN, rp: UP, rz: ZERO, rne: NEAREST };

const operations = (s: string, f: Format, one: bigint): Record<string, FpFunction> => ({
  [`fadd.${s}`]: rounded((a, b, _c, mode) => add(f, a, b, mode)),
  [`fsub.${s}`]: rounded((a, b, _c, mode) => sub(f, a, b, mode)),
  [`fmul.${s}`]: rounded((a, b, _c, mode) => mul(f, a, b, mode)),
  [`fdiv.${s}`]: rounded((a, b, _c, mode) => div(f, a, b, mode)),
  [`fmadd.${s}`]: rounded((a, b, c, mode) => fma(f, a, b, c, mode)),
  [`fmsub.${s}`]: rounded((a, b, c, mode) => fms(f, a, b, c, mode)),
  [`fnmadd.${s}`]: rounded((a, b, c, mode) => negated(f, fma(f, a, b, c, mode))),
  [`fnmsub.${s}`]: rounded((a, b, c, mode) => negated(f, fms(f, a, b, c, mode))),
  [`fmax.${s}`]: rounded((a, b, _c, mode) => maxNum(f, a, b, mode)),
  [`fmin.${s}`]: rounded((a, b, _c, mode) => minNum(f, a, b, mode)),
  [`fmaxa.${s}`]: rounded((a, b, _c, mode) => maxNumMag(f, a, b, mode)),
  [`fmina.${s}`]: rounded((a, b, _c, mode) => minNumMag(f, a, b, mode)),
  [`fsqrt.${s}`]: rounded((a, _b, _c, mode) => sqrt(f, a, mode)),
  [`frecip.${s}`]: rounded((a, _b, _c, mode) => div(f, one, a, mode)),
  [`frsqrt.${s}`]: rounded((a, _b, _c, mode) => reciprocalRoot(f, one, a, mode)),
  [`fscaleb.${s}`]: rounded((a, b, _c, mode) => scaleB(f, a, BigInt.asIntN(f.width, b), mode)),
  [`flogb.${s}`]: rounded((a, _b, _c, mode) => logB(f, a, mode)),
  [`frint.${s}`]: rounded((a, _b, _c, mode) => roundToIntegral(f, a, mode)),
  ...Object.fromEntries(
    Object.entries(INTEGERS).flatMap(([i, type]): [string, FpFunction][] => [
      [`ffint.${s}.${i}`, rounded((a, _b, _c, mode) => fromInteger(f, type, a, mode))],
      [`ftint.${i}.${s}`, rounded((a, _b, _c, mode) => toInteger(f, type, a, mode))],
      ...Object.entries(ROUNDINGS).map(([r, mode]): [string, FpFunction] => [
        `ftint${r}.${i}.${s}`,
        (a) => toInteger(f, type, a, mode),
      ]),
    ]),
  ),
  ...Object.fromEntries(
    CONDITIONS.flatMap(({ name, relations }) =>
      (['quiet', 'signalling'] as const).map((kind): [string, FpFunction] => [
        `fcmp.${kind === 'quiet' ? 'c' : 's'}${name}.${s}`,
        (a, b) => {
          const { relation, flags } = compare(f, a, b, kind);
          return { bits: relations.includes(relation) ? 1n : 0n, flags };
        },
      ]),
    ),
  ),
});

export const FP: Readonly<Record<string, FpFunction>> = {
  ...operations('s', SINGLE, 0x3f80_0000n),
  ...operations('d', DOUBLE, 0x3ff0_0000_0000_0000n),
  'fcvt.s.d': rounded((a, _b, _c, mode) => convert(DOUBLE, SINGLE, a, mode)),
  'fcvt.d.s': rounded((a, _b, _c, mode) => convert(SINGLE, DOUBLE, a, mode)),
};
