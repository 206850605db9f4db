/** Floating-point operations as scalar instructions and lanes of vectors call them. @see Arm ARM, J1.3, functions/float */
import { describe, expect, it } from 'vitest';
import {
  fpAdd,
  fpDiv,
  fpMax,
  fpMaxNum,
  fpMin,
  fpMinNum,
  fpMul,
  fpMulAdd,
  fpMulAddHalf,
  fpMulX,
  fpRecipStep,
  fpRSqrtStep,
  fpSqrt,
} from '../../../src/isa/aarch64/float/arithmetic';
import { fpCompare, fpEqual, fpGreater, fpGreaterOrEqual } from '../../../src/isa/aarch64/float/comparison';
import { type FloatResult, FPCR, FPSR } from '../../../src/isa/aarch64/float/control';
import {
  fpConvert,
  fpFromFixed,
  fpRoundInt,
  fpRoundIntN,
  fpToFixed,
  fpToFixedJs,
} from '../../../src/isa/aarch64/float/conversion';
import {
  fpRecipEstimate,
  fpRecpX,
  fpRSqrtEstimate,
  unsignedRecipEstimate,
  unsignedRSqrtEstimate,
} from '../../../src/isa/aarch64/float/estimates';
import { DOUBLE, HALF, ROUND, SINGLE } from '../../../src/isa/core/float/format';

const { IOC, DZC, OFC, UFC, IXC, IDC } = FPSR;
const { FZ, FZ16, DN, AHP } = FPCR;
const [RP, RM, RZ] = [1 << 22, 2 << 22, 3 << 22] as const;

/** Singles. */
const ONE = 0x3f80_0000n;
const TWO = 0x4000_0000n;
const INF = 0x7f80_0000n;
const NAN = 0x7fc0_0000n;
const QUIET = 0x7fc1_2345n;
const SNAN = 0x7f80_0001n;
const TINY = 1n;
const MIN_NORMAL = 0x0080_0000n;
const NEG = 0x8000_0000n;

type Row = readonly [name: string, run: () => FloatResult, bits: bigint, fpsr: number];

const check = (rows: readonly Row[]): void => {
  const told = rows.map(([name, run]) => {
    const { bits, fpsr } = run();
    return `${name}: ${bits.toString(16)} ${fpsr.toString(16)}`;
  });
  expect(told).toEqual(rows.map(([name, , bits, fpsr]) => `${name}: ${bits.toString(16)} ${fpsr.toString(16)}`));
};

describe('floating-point operations', () => {
  it('propagate NaNs: signalling before quiet, first before second, made quiet', () =>
    check([
      ['quiet first', () => fpAdd(0, SINGLE, QUIET, NAN), QUIET, 0],
      ['quiet second', () => fpAdd(0, SINGLE, ONE, NEG | QUIET), NEG | QUIET, 0],
      ['signalling second', () => fpMul(0, SINGLE, QUIET, SNAN), 0x7fc0_0001n, IOC],
      ['both signalling', () => fpDiv(0, SINGLE, NEG | SNAN, SNAN), 0xffc0_0001n, IOC],
      ['default', () => fpAdd(DN, SINGLE, QUIET, ONE), NAN, 0],
      ['default of signalling', () => fpAdd(DN, SINGLE, NEG | SNAN, ONE), NAN, IOC],
      ['addend first', () => fpMulAdd(0, SINGLE, QUIET, NAN, NAN), QUIET, 0],
      ['signalling factor', () => fpMulAdd(0, SINGLE, QUIET, ONE, SNAN), 0x7fc0_0001n, IOC],
      ['maximum', () => fpMax(0, SINGLE, ONE, QUIET), QUIET, 0],
      ['maxNum', () => fpMaxNum(0, SINGLE, ONE, QUIET), ONE, 0],
      ['minNum of two', () => fpMinNum(0, SINGLE, QUIET, NAN), QUIET, 0],
      ['minNum of a signalling one', () => fpMinNum(0, SINGLE, QUIET, SNAN), 0x7fc0_0001n, IOC],
    ]));

  it('yield the default NaN where they are invalid', () =>
    check([
      ['inf - inf', () => fpAdd(0, SINGLE, INF, NEG | INF), NAN, IOC],
      ['0 / 0', () => fpDiv(0, SINGLE, 0n, NEG), NAN, IOC],
      ['root', () => fpSqrt(0, SINGLE, NEG | ONE), NAN, IOC],
      ['root of -0', () => fpSqrt(0, SINGLE, NEG), NEG, 0],
      ['inf × 0 + quiet', () => fpMulAdd(0, SINGLE, QUIET, INF, 0n), NAN, IOC],
      ['inf × 0 + signalling', () => fpMulAdd(0, SINGLE, NEG | SNAN, INF, 0n), 0xffc0_0001n, IOC],
      ['inf × 0 of fmulx', () => fpMulX(0, SINGLE, NEG | INF, 0n), NEG | TWO, 0],
      ['x / 0', () => fpDiv(0, SINGLE, NEG | ONE, 0n), NEG | INF, DZC],
    ]));

  it('find results tiny before they are rounded', () =>
    check([
      // (2 - 2^-23) × (smallest / 2): rounds up to the smallest normal number.
      ['rounded to a normal number', () => fpMul(0, SINGLE, 0x3fff_ffffn, 0x0040_0000n), MIN_NORMAL, UFC | IXC],
      ['exact and tiny', () => fpMul(0, SINGLE, 0x3f00_0000n, MIN_NORMAL), 0x0040_0000n, 0],
      ['up', () => fpMul(RP, SINGLE, 0x3f00_0000n, TINY), TINY, UFC | IXC],
    ]));

  it('flush tiny operands and results to zeros of their sign', () =>
    check([
      ['operand', () => fpAdd(FZ, SINGLE, TINY, NEG | TINY), 0n, IDC],
      ['operand beside a NaN', () => fpAdd(FZ, SINGLE, TINY, QUIET), QUIET, IDC],
      ['exact result', () => fpMul(FZ, SINGLE, NEG | 0x3f00_0000n, MIN_NORMAL), NEG, UFC],
      ['what would round to a normal number', () => fpMul(FZ, SINGLE, 0x3f7f_ffffn, MIN_NORMAL), 0n, UFC],
      ['sum', () => fpAdd(FZ, SINGLE, MIN_NORMAL, 0x8080_0001n), NEG, UFC],
      ['divisor', () => fpDiv(FZ, SINGLE, ONE, TINY), INF, DZC | IDC],
      ['halves not by FZ', () => fpAdd(FZ, HALF, 1n, 1n), 2n, 0],
      ['halves by FZ16, silently', () => fpAdd(FZ16, HALF, 1n, 0x8001n), 0n, 0],
      ['result that is a half', () => fpMul(FZ16, HALF, 0x3800n, 0x0400n), 0n, UFC],
      ['doubles not by FZ16', () => fpAdd(FZ16, DOUBLE, 1n, 1n), 2n, 0],
      ['maximum', () => fpMax(FZ, SINGLE, TINY, NEG), 0n, IDC],
      ['minimum', () => fpMin(FZ, SINGLE, TINY, NEG), NEG, IDC],
    ]));

  it('round as FPCR says', () => {
    const third = (mode: number, sign: bigint) => () => fpDiv(mode, SINGLE, sign | ONE, 0x4040_0000n);
    check([
      ['to nearest', third(0, 0n), 0x3eaa_aaabn, IXC],
      ['up', third(RP, 0n), 0x3eaa_aaabn, IXC],
      ['down', third(RM, 0n), 0x3eaa_aaaan, IXC],
      ['to zero', third(RZ, NEG), 0xbeaa_aaaan, IXC],
      ['down below zero', third(RM, NEG), 0xbeaa_aaabn, IXC],
      ['overflow', () => fpAdd(RZ, SINGLE, 0x7f7f_ffffn, 0x7f7f_ffffn), 0x7f7f_ffffn, OFC | IXC],
      ['zero sum', () => fpAdd(RM, SINGLE, ONE, NEG | ONE), NEG, 0],
    ]);
  });

  it('compare', () =>
    check([
      ['equal', () => fpCompare(0, SINGLE, 0n, NEG, 'quiet'), 6n, 0],
      ['less', () => fpCompare(0, SINGLE, NEG | ONE, ONE, 'quiet'), 8n, 0],
      ['greater', () => fpCompare(0, SINGLE, INF, ONE, 'quiet'), 2n, 0],
      ['unordered', () => fpCompare(0, SINGLE, QUIET, ONE, 'quiet'), 3n, 0],
      ['unordered, signalling', () => fpCompare(0, SINGLE, QUIET, ONE, 'signalling'), 3n, IOC],
      ['flushed', () => fpCompare(FZ, SINGLE, TINY, 0n, 'quiet'), 6n, IDC],
      ['lanes', () => fpGreater(0, SINGLE, TWO, ONE), 0xffff_ffffn, 0],
      ['lanes of equal ones', () => fpGreaterOrEqual(0, HALF, 0x3c00n, 0x3c00n), 0xffffn, 0],
      ['lanes of a NaN', () => fpGreaterOrEqual(0, SINGLE, QUIET, ONE), 0n, IOC],
      ['equal to a NaN', () => fpEqual(0, SINGLE, QUIET, QUIET), 0n, 0],
    ]));

  it('convert between formats, to alternative halves, too', () =>
    check([
      ['to half', () => fpConvert(0, SINGLE, HALF, ONE), 0x3c00n, 0],
      ['of a NaN', () => fpConvert(0, SINGLE, HALF, NEG | QUIET), 0xfe09n, 0],
      ['overflow', () => fpConvert(0, SINGLE, HALF, 0x4780_0000n), 0x7c00n, OFC | IXC],
      ['alternative', () => fpConvert(AHP, SINGLE, HALF, 0x4780_0000n), 0x7c00n, 0],
      ['too large for that', () => fpConvert(AHP, SINGLE, HALF, 0x4800_0000n), 0x7fffn, IOC],
      ['infinity as that', () => fpConvert(AHP, DOUBLE, HALF, 0xfff0_0000_0000_0000n), 0xffffn, IOC],
      ['NaN as that', () => fpConvert(AHP, SINGLE, HALF, NEG | QUIET), 0x8000n, IOC],
      ['back', () => fpConvert(AHP, HALF, SINGLE, 0x7c00n), 0x4780_0000n, 0],
      ['back to a double', () => fpConvert(AHP, HALF, DOUBLE, 0xffffn), 0xc0ff_fc00_0000_0000n, 0],
      ['half not flushed', () => fpConvert(FZ | FZ16, HALF, SINGLE, 1n), 0x3380_0000n, 0],
      ['single flushed', () => fpConvert(FZ, SINGLE, DOUBLE, TINY), 0n, IDC],
      ['tiny half kept', () => fpConvert(FZ | FZ16, SINGLE, HALF, 0x3380_0000n), 1n, 0],
      ['to odd', () => fpConvert(0, DOUBLE, SINGLE, 0x3ff0_0000_0000_0001n, ROUND.ODD), 0x3f80_0001n, IXC],
    ]));

  it('convert to and from integers and fixed-point numbers', () => {
    const word = { width: 32, signed: true } as const;
    check([
      ['nearest', () => fpToFixed(0, SINGLE, word, 0x4020_0000n), 2n, IXC],
      ['ties away', () => fpToFixed(0, SINGLE, word, 0x4020_0000n, ROUND.RMM), 3n, IXC],
      ['too large', () => fpToFixed(0, SINGLE, word, INF), 0x7fff_ffffn, IOC],
      ['below 0', () => fpToFixed(0, SINGLE, { width: 64, signed: false }, NEG | ONE), 0n, IOC],
      ['NaN', () => fpToFixed(0, SINGLE, word, QUIET), 0n, IOC],
      ['fraction bits', () => fpToFixed(0, SINGLE, { ...word, fractionBits: 4 }, 0xbfc0_0000n), 0xffff_ffe8n, 0],
      ['lanes of halves', () => fpToFixed(0, HALF, { width: 16, signed: true }, 0xfbffn), 0x8000n, IOC],
      ['from fixed point', () => fpFromFixed(0, SINGLE, { ...word, fractionBits: 32 }, 1n), 0x2f80_0000n, 0],
      ['to tiny halves', () => fpFromFixed(FZ16, HALF, { ...word, fractionBits: 20 }, 1n), 0n, UFC],
      ['integral', () => fpRoundInt(0, SINGLE, 0xbf00_0000n, ROUND.RNE), NEG, 0],
      ['integral, told', () => fpRoundInt(RP, SINGLE, 0x3f00_0000n, undefined, 'exact'), ONE, IXC],
      ['word-sized', () => fpRoundIntN(0, SINGLE, 32, INF), 0xcf00_0000n, IOC],
      ['word-sized, inexact', () => fpRoundIntN(RZ, SINGLE, 32, 0xbfc0_0000n), 0xbf80_0000n, IXC],
    ]);
    expect(fpToFixedJs(0, 0x41f0_0000_0010_0000n)).toEqual({ bits: 1n, fpsr: IOC, isExact: false });
    expect(fpToFixedJs(0, 0xc000_0000_0000_0000n)).toEqual({ bits: 0xffff_fffen, fpsr: 0, isExact: true });
    expect(fpToFixedJs(0, 1n << 63n)).toEqual({ bits: 0n, fpsr: 0, isExact: false });
  });

  it('estimate', () => {
    check([
      ['1 / 1', () => fpRecipEstimate(0, SINGLE, ONE), 0x3f7f_8000n, 0],
      ['1 / smallest', () => fpRecipEstimate(0, SINGLE, TINY), INF, OFC | IXC],
      ['1 / smallest, to zero', () => fpRecipEstimate(RZ, SINGLE, NEG | TINY), 0xff7f_ffffn, OFC | IXC],
      ['1 / 2^-127', () => fpRecipEstimate(0, SINGLE, 0x0040_0000n), 0x7eff_8000n, 0],
      ['1 / largest', () => fpRecipEstimate(0, SINGLE, 0x7f7f_ffffn), 0x0020_0000n, 0],
      ['1 / largest, flushed', () => fpRecipEstimate(FZ, SINGLE, 0x7f7f_ffffn), 0n, UFC],
      ['1 / 0', () => fpRecipEstimate(0, HALF, 0x8000n), 0xfc00n, DZC],
      ['1 / root of 4', () => fpRSqrtEstimate(0, SINGLE, 0x4080_0000n), 0x3eff_8000n, 0],
      ['1 / root of the smallest', () => fpRSqrtEstimate(0, DOUBLE, 1n), 0x617f_f000_0000_0000n, 0],
      ['1 / root of -1', () => fpRSqrtEstimate(0, SINGLE, NEG | ONE), NAN, IOC],
      ['exponent', () => fpRecpX(0, SINGLE, NEG | ONE), 0xc000_0000n, 0],
      ['exponent of 0', () => fpRecpX(0, SINGLE, 0n), 0x7f00_0000n, 0],
      ['step', () => fpRecipStep(0, SINGLE, ONE, 0x3f7f_8000n), 0x3f80_4000n, 0],
      ['step of inf × 0', () => fpRecipStep(0, SINGLE, INF, 0n), TWO, 0],
      ['root step', () => fpRSqrtStep(0, SINGLE, ONE, ONE), ONE, 0],
      ['root step of inf × 0', () => fpRSqrtStep(0, SINGLE, INF, 0n), 0x3fc0_0000n, 0],
      ['to zero', () => fpRecipStep(RM, SINGLE, TWO, ONE), NEG, 0],
      ['of halves', () => fpMulAddHalf(0, ONE, 0x0001n, 0x0001n), ONE, IXC],
      ['of signalling halves', () => fpMulAddHalf(0, QUIET, 0x7c01n, 0x3c00n), 0x7fc0_2000n, IOC],
    ]);
    expect(unsignedRecipEstimate(0x8000_0000)).toBe(0xff80_0000);
    expect(unsignedRecipEstimate(0x7fff_ffff)).toBe(0xffff_ffff);
    expect(unsignedRSqrtEstimate(0x4000_0000)).toBe(0xff80_0000);
  });
});
