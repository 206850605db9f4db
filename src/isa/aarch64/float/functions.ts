/** Floating-point operations as scalar instructions call them: under FPCR, with flags that accrue in FPSR. */
import { DOUBLE, type Format, HALF, ROUND, SINGLE } from '../../core/float/format';
import type { HartState, IsaFunction } from '../../core/privileged';
import { fpAdd, fpDiv, fpMax, fpMaxNum, fpMin, fpMinNum, fpMul, fpMulAdd, fpNeg, fpSqrt, fpSub } from './arithmetic';
import { fpCompare } from './comparison';
import type { Binary, FloatResult } from './control';
import { fpConvert, fpFromFixed, fpRoundInt, fpRoundIntN, fpToFixed, fpToFixedJs } from './conversion';

/** FPCR as operations take it. */
export const fpcrOf = (state: Pick<HartState, 'get'>): number => Number(state.get('FPCR'));

/** Sets flags of FPSR. */
export const raise = (state: Pick<HartState, 'get' | 'set'>, fpsr: number): void => {
  if (fpsr) state.set('FPSR', state.get('FPSR') | BigInt(fpsr));
};

type Operation = (fpcr: number, a: bigint, b: bigint, c: bigint, field: number) => FloatResult;

const accruing =
  (run: Operation): IsaFunction =>
  (state, a, b, c, field) => {
    const { bits, fpsr } = run(fpcrOf(state), a, b, c, field);
    raise(state, fpsr);
    return bits;
  };

/** The third operand of a conditional comparison that is done; otherwise it is the flags it gives. */
export const COMPARES = 16n;

/** How instructions whose names end so round; those that are not here as FPCR says. */
export const ROUNDINGS: Readonly<Record<string, number>> = {
  n: ROUND.RNE,
  p: ROUND.RUP,
  m: ROUND.RDN,
  z: ROUND.RTZ,
  a: ROUND.RMM,
};

const INTEGERS = [
  { r: 'w', width: 32 },
  { r: 'x', width: 64 },
] as const;

const negated =
  (run: Binary): Binary =>
  (fpcr, f, a, b) => {
    const { bits, fpsr } = run(fpcr, f, a, b);
    return { bits: fpNeg(f, bits), fpsr };
  };

const BINARY: Readonly<Record<string, Binary>> = {
  fadd: fpAdd,
  fsub: fpSub,
  fmul: fpMul,
  fnmul: negated(fpMul),
  fdiv: fpDiv,
  fmax: fpMax,
  fmin: fpMin,
  fmaxnm: fpMaxNum,
  fminnm: fpMinNum,
  fcmp: (fpcr, f, a, b) => fpCompare(fpcr, f, a, b, 'quiet'),
  fcmpe: (fpcr, f, a, b) => fpCompare(fpcr, f, a, b, 'signalling'),
};

const conditionally =
  (run: Binary, f: Format): Operation =>
  (fpcr, a, b, c) =>
    c === COMPARES ? run(fpcr, f, a, b) : { bits: c, fpsr: 0 };

/** With integers and fixed-point numbers; the field is the scale, which says how many bits are behind the point. */
const withIntegers = (s: string, f: Format): Record<string, Operation> =>
  Object.fromEntries(
    INTEGERS.flatMap(({ r, width }) =>
      ([true, false] as const).flatMap((signed): [string, Operation][] => {
        const letter = signed ? 's' : 'u';
        const type = { width, signed };
        const fixed = (scale: number) => ({ ...type, fractionBits: width - scale });
        return [
          ...Object.entries(ROUNDINGS).map(([how, rounding]): [string, Operation] => [
            `fcvt${how}${letter}.${r}.${s}`,
            (fpcr, a) => fpToFixed(fpcr, f, type, a, rounding),
          ]),
          [
            `fcvtz${letter}.${r}.${s}.fixed`,
            (fpcr, a, _b, _c, scale) => fpToFixed(fpcr, f, fixed(scale), a, ROUND.RTZ),
          ],
          [`${letter}cvtf.${s}.${r}`, (fpcr, a) => fpFromFixed(fpcr, f, type, a)],
          [`${letter}cvtf.${s}.${r}.fixed`, (fpcr, a, _b, _c, scale) => fpFromFixed(fpcr, f, fixed(scale), a)],
        ];
      }),
    ),
  );

const operations = (s: string, f: Format): Record<string, Operation> => ({
  ...Object.fromEntries(
    Object.entries(BINARY).map(([name, run]): [string, Operation] => [
      `${name}.${s}`,
      (fpcr, a, b) => run(fpcr, f, a, b),
    ]),
  ),
  [`fccmp.${s}`]: conditionally((fpcr, _, a, b) => fpCompare(fpcr, f, a, b, 'quiet'), f),
  [`fccmpe.${s}`]: conditionally((fpcr, _, a, b) => fpCompare(fpcr, f, a, b, 'signalling'), f),
  [`fsqrt.${s}`]: (fpcr, a) => fpSqrt(fpcr, f, a),
  // The factors, then the addend.
  [`fmadd.${s}`]: (fpcr, a, b, c) => fpMulAdd(fpcr, f, c, a, b),
  [`fmsub.${s}`]: (fpcr, a, b, c) => fpMulAdd(fpcr, f, c, fpNeg(f, a), b),
  [`fnmadd.${s}`]: (fpcr, a, b, c) => fpMulAdd(fpcr, f, fpNeg(f, c), fpNeg(f, a), b),
  [`fnmsub.${s}`]: (fpcr, a, b, c) => fpMulAdd(fpcr, f, fpNeg(f, c), a, b),
  ...Object.fromEntries(
    [...Object.keys(ROUNDINGS), 'i', 'x'].map((how): [string, Operation] => [
      `frint${how}.${s}`,
      (fpcr, a) => fpRoundInt(fpcr, f, a, ROUNDINGS[how], how === 'x' ? 'exact' : 'silent'),
    ]),
  ),
  ...Object.fromEntries(
    ([32, 64] as const).flatMap((width) =>
      ['z', 'x'].map((how): [string, Operation] => [
        `frint${width}${how}.${s}`,
        (fpcr, a) => fpRoundIntN(fpcr, f, width, a, ROUNDINGS[how]),
      ]),
    ),
  ),
  ...withIntegers(s, f),
});

const FORMATS = { h: HALF, s: SINGLE, d: DOUBLE } as const;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...Object.assign({}, ...Object.entries(FORMATS).map(([s, f]) => operations(s, f))),
  ...Object.fromEntries(
    Object.entries(FORMATS).flatMap(([s, from]) =>
      Object.entries(FORMATS)
        .filter(([, to]) => to !== from)
        .map(([t, to]): [string, Operation] => [`fcvt.${t}.${s}`, (fpcr, a) => fpConvert(fpcr, from, to, a)]),
    ),
  ),
  // Bit 32 tells whether the word is the number.
  fjcvtzs: (fpcr, a) => {
    const { bits, fpsr, isExact } = fpToFixedJs(fpcr, a);
    return { bits: isExact ? bits | (1n << 32n) : bits, fpsr };
  },
};

/** By the names rows call them by. */
export const FP_FUNCTIONS: Readonly<Record<string, IsaFunction>> = Object.fromEntries(
  Object.entries(OPERATIONS).map(([name, run]) => [name, accruing(run)]),
);
