/** Arithmetic. @see Arm ARM, J1.3, functions/float: FPAdd, FPMul, FPMulAdd, FPMax, FPRecipStepFused and those beside them */
import * as soft from '../../core/float/arithmetic';
import { maximum, maxNum, minimum, minNum } from '../../core/float/comparison';
import { convert } from '../../core/float/conversion';
import {
  type Format,
  type FpResult,
  HALF,
  infinity,
  isNan,
  isZero,
  ROUND,
  round,
  SINGLE,
  type Unpacked,
  unpack,
  zero,
} from '../../core/float/format';
import { type FloatMode, nanOf } from '../../core/float/mode';
import { type Binary, type FloatResult, given, modeOf, taken, type Unary } from './control';

const binary =
  (run: (f: Format, a: bigint, b: bigint, mode: FloatMode) => FpResult): Binary =>
  (fpcr, f, a, b) => {
    const [x, y] = [taken(fpcr, f, a), taken(fpcr, f, b)];
    return given(run(f, x.bits, y.bits, modeOf(fpcr, f)), x, y);
  };

export const fpAdd = binary(soft.add);
export const fpSub = binary(soft.sub);
export const fpMul = binary(soft.mul);
export const fpDiv = binary(soft.div);
/** A NaN makes a NaN; -0 is below +0. */
export const fpMax = binary(maximum);
export const fpMin = binary(minimum);
/** A quiet NaN gives way to a number. */
export const fpMaxNum = binary(maxNum);
export const fpMinNum = binary(minNum);

export const fpSqrt: Unary = (fpcr, f, a) => {
  const x = taken(fpcr, f, a);
  return given(soft.sqrt(f, x.bits, modeOf(fpcr, f)), x);
};

/** Changes a sign, of a NaN, too; raises nothing. */
export const fpNeg = (f: Format, a: bigint): bigint => BigInt.asUintN(f.width, a) ^ f.sign;
export const fpAbs = (f: Format, a: bigint): bigint => BigInt.asUintN(f.width, a) & ~f.sign;

/** `addend + a × b`, rounded once. Operands whose sign an instruction turns are given turned, NaNs, too. */
export const fpMulAdd = (fpcr: number, f: Format, addend: bigint, a: bigint, b: bigint): FloatResult => {
  const [c, x, y] = [taken(fpcr, f, addend), taken(fpcr, f, a), taken(fpcr, f, b)];
  return given(soft.fma(f, x.bits, y.bits, c.bits, modeOf(fpcr, f)), c, x, y);
};

/** A half as the single of the same value; of a NaN the same kind, sign and high bits. */
const widened = (half: bigint): bigint => {
  const u = unpack(HALF, half);
  if (!isNan(u)) return convert(HALF, SINGLE, half, modeOf(0, SINGLE)).bits;
  return (u.negative ? SINGLE.sign : 0n) | SINGLE.infinity | (u.significand << (SINGLE.fraction - HALF.fraction));
};

/** `addend + a × b` of a single and two halves, rounded once. @see FPMulAddH */
export const fpMulAddHalf = (fpcr: number, addend: bigint, a: bigint, b: bigint): FloatResult => {
  const c = taken(fpcr, SINGLE, addend);
  const [x, y] = [taken(fpcr, HALF, a), taken(fpcr, HALF, b)];
  return given(soft.fma(SINGLE, widened(x.bits), widened(y.bits), c.bits, modeOf(fpcr, SINGLE)), c);
};

const isInfinityTimesZero = (a: Unpacked, b: Unpacked): boolean =>
  (a.kind === 'infinite' && isZero(b)) || (b.kind === 'infinite' && isZero(a));

/** `(-1)^negative × significand × 2^exponent`, exactly a number of the format. */
const exactly = (f: Format, negative: boolean, significand: bigint, exponent: number): bigint =>
  round(f, negative, exponent, significand, modeOf(0, f)).bits;

/** A product where ∞ × 0 is 2. */
export const fpMulX = binary((f, a, b, mode) => {
  const [x, y] = [unpack(f, a), unpack(f, b)];
  if (!isInfinityTimesZero(x, y)) return soft.mul(f, a, b, mode);
  return { bits: exactly(f, x.negative !== y.negative, 1n, 1), flags: 0 };
});

/** `(constant - a × b) / 2^halvings`, rounded once: a step of Newton's for a reciprocal or the reciprocal of a root. */
const step = (constant: bigint, halvings: number): Binary =>
  binary((f, a, b, mode) => {
    const [x, y] = [unpack(f, fpNeg(f, a)), unpack(f, b)];
    if (isNan(x) || isNan(y)) return nanOf(f, [x, y], mode);
    if (isInfinityTimesZero(x, y)) return { bits: exactly(f, false, constant, -halvings), flags: 0 };
    const negative = x.negative !== y.negative;
    if (x.kind === 'infinite' || y.kind === 'infinite') return { bits: infinity(f, negative), flags: 0 };
    const exponent = x.exponent + y.exponent;
    const low = Math.min(exponent, 0);
    const product = (x.significand * y.significand) << BigInt(exponent - low);
    const sum = (constant << BigInt(-low)) + (negative ? -product : product);
    if (sum === 0n) return { bits: zero(f, mode.rounding === ROUND.RDN), flags: 0 };
    return round(f, sum < 0n, low - halvings, sum < 0n ? -sum : sum, mode);
  });

/** `2 - a × b` and `(3 - a × b) / 2`. */
export const fpRecipStep = step(2n, 0);
export const fpRSqrtStep = step(3n, 1);
