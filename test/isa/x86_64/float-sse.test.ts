/** Operations of SSE as rows call them. @see AMD64 APM volume 1, 4.10 "SIMD Floating-Point Exceptions", and volume 4 */
import { describe, expect, it } from 'vitest';
import {
  sseAdd,
  sseDiv,
  sseMax,
  sseMin,
  sseMul,
  sseReciprocal,
  sseReciprocalRoot,
  sseSqrt,
  sseSub,
} from '../../../src/isa/x86_64/float/arithmetic';
import { ssePredicate, sseStatus } from '../../../src/isa/x86_64/float/comparison';
import { sseConvert, sseFromInteger, sseRound, sseToInteger } from '../../../src/isa/x86_64/float/conversion';
import { F32, F64, MXCSR, RAISES, type SseResult, settled } from '../../../src/isa/x86_64/float/mxcsr';
import { FORMATS } from '../float-landmarks';

const { s, d } = FORMATS;
const MASKED = MXCSR.RESET;
const DOWN = MASKED | 0x2000;
const UP = MASKED | 0x4000;
const ZERO = MASKED | 0x6000;
const FZ = MASKED | MXCSR.FZ;
const DAZ = MASKED | MXCSR.DAZ;
const open = (exception: number): number => MASKED & ~(exception << 7);
const { IE, DE, ZE, OE, UE, PE } = RAISES;
const INDEFINITE = s.sign | s.nan;

interface Row {
  readonly what: string;
  readonly given: SseResult;
  readonly bits: bigint;
  readonly flags: number;
}
const row = (what: string, given: SseResult, bits: bigint, flags = 0): Row => ({ what, given, bits, flags });

const ROWS: readonly Row[] = [
  row('1 + 1', sseAdd(MASKED, F32, s.one, s.one), s.two),
  row('1 + ulp/2 to nearest even', sseAdd(MASKED, F32, s.one, s.halfUlp), s.one, PE),
  row('1 + ulp/2 up', sseAdd(UP, F32, s.one, s.halfUlp), s.afterOne, PE),
  row('1 - tiny down', sseSub(DOWN, F64, d.one, d.minNormal), d.beforeOne, PE),
  row('1 - tiny towards zero', sseSub(ZERO, F64, d.one, d.minNormal), d.beforeOne, PE),
  row('1 - 1 down is -0', sseSub(DOWN, F64, d.one, d.one), d.sign),
  row('∞ - ∞ is the negative NaN', sseSub(MASKED, F32, s.inf, s.inf), INDEFINITE, IE),
  row('0 × ∞', sseMul(MASKED, F64, 0n, d.inf), d.sign | d.nan, IE),
  row('1 / 0', sseDiv(MASKED, F32, s.one, 0n), s.inf, ZE),
  row('subnormal / 0 is a division by zero alone', sseDiv(MASKED, F32, s.tiny, 0n), s.inf, ZE),
  row('max + max', sseAdd(MASKED, F32, s.max, s.max), s.inf, OE | PE),
  row('max + max towards zero', sseAdd(ZERO, F32, s.max, s.max), s.max, OE | PE),
  row('max + max where overflow is not masked is exact', sseAdd(open(OE), F32, s.max, s.max), s.inf, OE),
  row('a subnormal operand', sseAdd(MASKED, F32, s.tiny, s.one), s.one, DE | PE),
  row('a subnormal operand with DAZ', sseAdd(DAZ, F32, s.tiny, s.one), s.one),
  row('-subnormal with DAZ is -0', sseAdd(DAZ, F32, s.sign | s.tiny, s.sign), s.sign),
  row('minNormal / 2 is exact', sseMul(MASKED, F32, s.minNormal, s.half), 0x0040_0000n),
  row('minNormal / 2 flushed', sseMul(FZ, F32, s.minNormal, s.half), 0n, UE | PE),
  row('-minNormal / 2 flushed', sseMul(FZ, F32, s.sign | s.minNormal, s.half), s.sign, UE | PE),
  row('minNormal / 2 where underflow is not masked', sseMul(open(UE), F32, s.minNormal, s.half), 0x0040_0000n, UE),
  row('FZ counts where underflow is masked', sseMul(open(UE) | MXCSR.FZ, F32, s.minNormal, s.half), 0x40_0000n, UE),
  row('tiny after rounding', sseMul(MASKED, F32, s.minNormal, s.beforeOne), s.minNormal, UE | PE),
  row('below minNormal, but not once rounded', sseMul(MASKED, F32, 0x0080_0001n, 0x3f7f_fffen), s.minNormal, PE),
  row('so it is not flushed', sseMul(FZ, F32, 0x0080_0001n, 0x3f7f_fffen), s.minNormal, PE),
  row('√2', sseSqrt(MASKED, F64, d.two), d.root2, PE),
  row('√-0', sseSqrt(MASKED, F64, d.sign), d.sign),
  row('√-1', sseSqrt(MASKED, F64, d.sign | d.one), d.sign | d.nan, IE),
  row('√-subnormal is invalid alone', sseSqrt(MASKED, F32, s.sign | s.tiny), INDEFINITE, IE),

  row('the first NaN is kept', sseAdd(MASKED, F32, s.oddNan, s.sign | s.nan), s.oddNan),
  row('a quiet NaN before a signalling one', sseAdd(MASKED, F32, s.oddNan, s.signalling), s.oddNan, IE),
  row('a signalling NaN is made quiet', sseMul(MASKED, F32, s.signalling, s.oddNan), s.nan | s.signalling, IE),
  row('a NaN hides a subnormal', sseMul(MASKED, F32, s.tiny, s.oddNan), s.oddNan),

  row('min', sseMin(MASKED, F32, s.one, s.two), s.one),
  row('min of equals is the second', sseMin(MASKED, F32, s.sign, 0n), 0n),
  row('max of equals is the second', sseMax(MASKED, F32, 0n, s.sign), s.sign),
  row('min with a quiet NaN first is the second, and invalid', sseMin(MASKED, F32, s.nan, s.one), s.one, IE),
  row('max with a signalling NaN second is that', sseMax(MASKED, F32, s.one, s.signalling), s.signalling, IE),
  row('min of a subnormal', sseMin(MASKED, F32, s.tiny, s.one), s.tiny, DE),
  row('min of a subnormal with DAZ', sseMin(DAZ, F32, s.tiny, s.one), 0n),

  row('cmpeqss', ssePredicate(MASKED, F32, 0n, s.sign, 0), 0xffff_ffffn),
  row('cmpltsd', ssePredicate(MASKED, F64, d.one, d.two, 1), 0xffff_ffff_ffff_ffffn),
  row('cmpless', ssePredicate(MASKED, F32, s.two, s.one, 2), 0n),
  row('cmpunordss is quiet', ssePredicate(MASKED, F32, s.nan, s.one, 3), 0xffff_ffffn),
  row('cmpneqss of NaNs', ssePredicate(MASKED, F32, s.nan, s.nan, 4), 0xffff_ffffn),
  row('cmpnltss signals', ssePredicate(MASKED, F32, s.nan, s.one, 5), 0xffff_ffffn, IE),
  row('cmpordss of a signalling NaN', ssePredicate(MASKED, F32, s.signalling, s.one, 7), 0n, IE),
  row('comiss greater', sseStatus(MASKED, F32, s.two, s.one, 'signalling'), 0n),
  row('comiss less', sseStatus(MASKED, F32, s.one, s.two, 'signalling'), 1n),
  row('comiss equal', sseStatus(MASKED, F32, s.one, s.one, 'signalling'), 0x40n),
  row('comiss of a NaN', sseStatus(MASKED, F32, s.one, s.nan, 'signalling'), 0x45n, IE),
  row('ucomiss of a NaN', sseStatus(MASKED, F32, s.one, s.nan, 'quiet'), 0x45n),
  row('ucomisd of a subnormal', sseStatus(MASKED, F64, d.one, d.tiny, 'quiet'), 0n, DE),

  row('cvtss2sd', sseConvert(MASKED, F32, F64, s.third), 0x3fd5_5555_6000_0000n),
  row('cvtss2sd of a subnormal', sseConvert(MASKED, F32, F64, s.tiny), 0x36a0_0000_0000_0000n, DE),
  row('cvtss2sd of a signalling NaN', sseConvert(MASKED, F32, F64, s.signalling), 0x7ff8_0000_2000_0000n, IE),
  row('cvtsd2ss', sseConvert(MASKED, F64, F32, d.third), s.third, PE),
  row('cvtsd2ss overflows', sseConvert(MASKED, F64, F32, d.max), s.inf, OE | PE),
  row('cvtsd2si', sseToInteger(MASKED, F64, 32, 0x4004_0000_0000_0000n), 2n, PE),
  row('cvttsd2si', sseToInteger(UP, F64, 64, 0xbff8_0000_0000_0000n, 1), 0xffff_ffff_ffff_ffffn, PE),
  row('cvtsd2si of 2^31', sseToInteger(MASKED, F64, 32, 0x41e0_0000_0000_0000n), 0x8000_0000n, IE),
  row('cvtsd2si of -2^31', sseToInteger(MASKED, F64, 32, 0xc1e0_0000_0000_0000n), 0x8000_0000n),
  row('cvtss2si of a NaN', sseToInteger(MASKED, F32, 64, s.nan), 1n << 63n, IE),
  row('cvtss2si of a subnormal is inexact alone', sseToInteger(MASKED, F32, 32, s.tiny), 0n, PE),
  row('cvtss2si of a subnormal with DAZ', sseToInteger(DAZ, F32, 32, s.tiny), 0n),
  row('cvtsi2ss', sseFromInteger(MASKED, F32, 32, 0xffff_ffffn), s.sign | s.one),
  row('cvtsi2sd of 64 bits', sseFromInteger(MASKED, F64, 64, (1n << 63n) - 1n), 0x43e0_0000_0000_0000n, PE),
  row('roundss to nearest even', sseRound(UP, F32, 0x3fc0_0000n, 0), s.two, PE),
  row('roundss down', sseRound(MASKED, F32, 0xbf00_0000n, 1), s.sign | s.one, PE),
  row('roundss by MXCSR', sseRound(UP, F32, s.half, 4), s.one, PE),
  row('roundss in silence', sseRound(MASKED, F32, s.half, 8 | 2), s.one),
  row('roundsd of a signalling NaN', sseRound(MASKED, F64, d.signalling, 8), d.nan | 1n, IE),

  row('rcpss of 4', { bits: sseReciprocal(F32, 0x4080_0000n), flags: 0 }, 0x3e80_0000n),
  row('rcpss of a subnormal', { bits: sseReciprocal(F32, s.sign | s.tiny), flags: 0 }, s.sign | s.inf),
  row('rcpss of the largest', { bits: sseReciprocal(F32, s.max), flags: 0 }, 0n),
  row('rsqrtss of 4', { bits: sseReciprocalRoot(F32, 0x4080_0000n), flags: 0 }, s.half),
  row('rsqrtss of -0', { bits: sseReciprocalRoot(F32, s.sign), flags: 0 }, s.sign | s.inf),
  row('rsqrtss of -1', { bits: sseReciprocalRoot(F32, s.sign | s.one), flags: 0 }, INDEFINITE),
];

describe('operations of SSE', () => {
  it.each(ROWS)('$what', ({ given, bits, flags }) => {
    expect({ bits: given.bits.toString(16), flags: given.flags }).toEqual({ bits: bits.toString(16), flags });
  });
});

describe('exceptions of SSE', () => {
  it('set their flags and take nothing while they are masked', () => {
    expect(settled(MASKED, IE | PE)).toEqual({ flags: IE | PE, isTaken: false });
  });
  it('that are known beforehand and not masked hide what other lanes would raise later', () => {
    expect(settled(open(ZE), ZE | OE | PE)).toEqual({ flags: ZE, isTaken: true });
  });
  it('of results are all set where one of them is not masked', () => {
    expect(settled(open(PE), DE | UE | PE)).toEqual({ flags: DE | UE | PE, isTaken: true });
  });
});
