/** Operations of the x87 as rows call them. @see AMD64 APM volume 1, chapter 6, and volume 5 */
import { describe, expect, it } from 'vitest';
import { FCW, INDEFINITE, type X87Result } from '../../../src/isa/x86_64/float/extended';
import { F32, F64, RAISES } from '../../../src/isa/x86_64/float/mxcsr';
import {
  x87Add,
  x87Class,
  x87Compare,
  x87Div,
  x87Mul,
  x87Sqrt,
  x87Sub,
} from '../../../src/isa/x86_64/float/x87-arithmetic';
import {
  x87Extract,
  x87NearestRemainder,
  x87Remainder,
  x87RoundInt,
  x87Scale,
} from '../../../src/isa/x86_64/float/x87-exponent';
import {
  x87Load,
  x87LoadDecimal,
  x87LoadInteger,
  x87Store,
  x87StoreDecimal,
  x87StoreInteger,
} from '../../../src/isa/x86_64/float/x87-formats';
import {
  x87Arctangent,
  x87Constant,
  x87Cosine,
  x87Logarithm,
  x87LogarithmPlus1,
  x87PowerLess1,
  x87Sine,
  x87Tangent,
} from '../../../src/isa/x86_64/float/x87-functions';

const { IE, DE, ZE, OE, UE, PE } = RAISES;
const FULL = FCW.RESET;
const DOWN = FULL | 0x400;
const UP = FULL | 0x800;
const ZERO = FULL | 0xc00;
const SHORT = FULL & ~FCW.PC;
const LONG = SHORT | 0x200;
const open = (exception: number): number => FULL & ~exception;

const number = (exponent: number, significand: bigint): bigint => (BigInt(exponent) << 64n) | significand;
const NEGATIVE = 1n << 79n;
const J = 1n << 63n;
const ONE = number(0x3fff, J);
const TWO = number(0x4000, J);
const THREE = number(0x4000, 0xc000_0000_0000_0000n);
const HALF = number(0x3ffe, J);
const AFTER_ONE = ONE + 1n;
const BEFORE_ONE = number(0x3ffe, (1n << 64n) - 1n);
const THIRD = number(0x3ffd, 0xaaaa_aaaa_aaaa_aaabn);
const MAX = number(0x7ffe, (1n << 64n) - 1n);
const MIN = number(1, J);
const TINY = 1n;
const INF = number(0x7fff, J);
const NAN = number(0x7fff, 0xc000_0000_0000_0000n);
const SIGNALLING = number(0x7fff, J | 5n);
const PSEUDO_DENORMAL = number(0, J | 5n);
const UNNORMAL = number(0x3fff, 5n);
const PI = number(0x4000, 0xc90f_daa2_2168_c235n);
const HALF_PI = number(0x3fff, 0xc90f_daa2_2168_c235n);

interface Row {
  readonly what: string;
  readonly value: bigint;
  readonly flags: number;
  /** C1; of a result that is exact it is clear. */
  readonly up: boolean;
  readonly given: { readonly value: bigint; readonly flags: number; readonly isRoundedUp: boolean };
}
const row = (what: string, given: X87Result | undefined, value: bigint, flags = 0, up: 'up' | '' = ''): Row => {
  if (!given) throw new Error(`${what}: no result`);
  return { what, given, value, flags, up: up === 'up' };
};
const stored = (
  what: string,
  { bits, ...rest }: ReturnType<typeof x87Store>,
  value: bigint,
  flags = 0,
  up: 'up' | '' = '',
): Row => row(what, { value: bits, ...rest }, value, flags, up);

const ROWS: readonly Row[] = [
  row('1 + 1', x87Add(FULL, ONE, ONE), TWO),
  row('1 / 3', x87Div(FULL, ONE, THREE), THIRD, PE, 'up'),
  row('1 / 3 down', x87Div(DOWN, ONE, THREE), THIRD - 1n, PE),
  row('-1 / 3 up', x87Div(UP, ONE | NEGATIVE, THREE), (THIRD - 1n) | NEGATIVE, PE),
  row('1 / 3 in 24 bits', x87Div(SHORT, ONE, THREE), number(0x3ffd, 0xaaaa_ab00_0000_0000n), PE, 'up'),
  row('1 / 3 in 53 bits', x87Div(LONG, ONE, THREE), number(0x3ffd, 0xaaaa_aaaa_aaaa_a800n), PE),
  row('√ of 64 bits in 24', x87Sqrt(SHORT, AFTER_ONE), ONE, PE),
  row('1 - 1 down is -0', x87Sub(DOWN, ONE, ONE), NEGATIVE),
  row('max + max', x87Add(FULL, MAX, MAX), INF, OE | PE, 'up'),
  row('max + max towards zero', x87Add(ZERO, MAX, MAX), MAX, OE | PE),
  row('max + max where overflow is not masked', x87Add(open(OE), MAX, MAX), MAX - (0x5fffn << 64n), OE),
  row('min / 2 is exact', x87Mul(FULL, MIN, HALF), 1n << 62n),
  row('min / 2 where underflow is not masked', x87Mul(open(UE), MIN, HALF), number(0x6000, J), UE),
  row('tiny / 2 underflows', x87Mul(FULL, TINY, HALF), 0n, DE | UE | PE),
  row('1 / 0', x87Div(FULL, ONE, NEGATIVE), INF | NEGATIVE, ZE),
  row('denormal / 0 is a division by zero alone', x87Div(FULL, TINY, 0n), INF, ZE),
  row('∞ - ∞', x87Sub(FULL, INF, INF), INDEFINITE, IE),
  row('√-1', x87Sqrt(FULL, ONE | NEGATIVE), INDEFINITE, IE),
  row('√-0', x87Sqrt(FULL, NEGATIVE), NEGATIVE),
  row('a pseudo-denormal is the number it stands for', x87Add(FULL, PSEUDO_DENORMAL, 0n), MIN | 5n, DE),
  row('an unnormal is invalid', x87Add(FULL, UNNORMAL, ONE), INDEFINITE, IE),
  row('a NaN and a number', x87Add(FULL, ONE, NAN), NAN),
  row('a signalling NaN is made quiet', x87Mul(FULL, SIGNALLING, ONE), NAN | 5n, IE),
  row('of NaNs the greater significand', x87Add(FULL, NAN | 1n, NAN | NEGATIVE | 2n), NAN | NEGATIVE | 2n),
  row('of equal NaNs the positive one', x87Add(FULL, NAN | NEGATIVE, NAN), NAN),
  row('a quiet NaN before a signalling one', x87Add(FULL, SIGNALLING, NAN), NAN, IE),

  row('frndint of 1.5', x87RoundInt(FULL, number(0x3fff, 0xc000_0000_0000_0000n)), TWO, PE, 'up'),
  row('frndint of 0.5', x87RoundInt(FULL, HALF), 0n, PE),
  row('frndint of a denormal up', x87RoundInt(UP, TINY), ONE, DE | PE, 'up'),
  row('fscale', x87Scale(FULL, THREE, number(0x4000, 0xe000_0000_0000_0000n)), number(0x4003, THREE & (J * 2n - 1n))),
  row('fscale does not heed the precision', x87Scale(SHORT, AFTER_ONE, ONE), TWO + 1n),
  row('fscale by a half does nothing', x87Scale(FULL, THREE, HALF), THREE),
  row('fscale by 2^15', x87Scale(FULL, ONE, number(0x400e, J)), INF, OE | PE, 'up'),
  row('fscale of 0 by ∞', x87Scale(FULL, 0n, INF), INDEFINITE, IE),
  row('fscale of ∞ by -∞', x87Scale(FULL, INF, INF | NEGATIVE), INDEFINITE, IE),
  row('fscale of -1 by -∞', x87Scale(FULL, ONE | NEGATIVE, INF | NEGATIVE), NEGATIVE),
  row('fxtract: exponent', x87Extract(THREE | NEGATIVE).exponent, ONE),
  row('fxtract: significand', x87Extract(THREE | NEGATIVE).significand, number(0x3fff, 3n << 62n) | NEGATIVE),
  row('fxtract of 0', x87Extract(0n).exponent, INF | NEGATIVE, ZE),

  row('fld m32', x87Load(F32, 0x3f80_0000n), ONE),
  row('fld m32 of a subnormal', x87Load(F32, 1n), number(0x3fff - 149, J), DE),
  row('fld m64 of a signalling NaN', x87Load(F64, 0x7ff0_0000_0000_0001n), NAN | 0x800n, IE),
  stored('fst m32', x87Store(FULL, F32, THIRD), 0x3eaa_aaabn, PE, 'up'),
  stored('fst m64 overflows', x87Store(FULL, F64, MAX), F64.infinity, OE | PE, 'up'),
  stored('fst m64 of a denormal', x87Store(FULL, F64, TINY), 0n, UE | PE),
  stored('fst m32 of an unnormal', x87Store(FULL, F32, UNNORMAL), 0xffc0_0000n, IE),
  stored('fist m16', x87StoreInteger(FULL, 16, THREE | NEGATIVE), 0xfffdn),
  stored('fist m16 of 2^15', x87StoreInteger(FULL, 16, number(0x400e, J)), 0x8000n, IE),
  stored('fist m64 of 2^63', x87StoreInteger(FULL, 64, number(0x403e, J)), J, IE),
  stored('fist m32 of 0.5 up', x87StoreInteger(UP, 32, HALF), 1n, PE, 'up'),
  row('fild m16', { ...x87Load(F32, 0n), value: x87LoadInteger(16, 0xffffn) }, ONE | NEGATIVE),
  row('fbld', { ...x87Load(F32, 0n), value: x87LoadDecimal(0x8000_0000_0000_0000_0003n) }, THREE | NEGATIVE),
  stored('fbstp', x87StoreDecimal(FULL, x87LoadInteger(64, 1234567890n)), 0x1234567890n),
  stored('fbstp of 10^18', x87StoreDecimal(FULL, x87LoadInteger(64, 10n ** 18n)), 0xffff_c000_0000_0000_0000n, IE),

  row('fsin of 1', x87Sine(FULL, ONE), number(0x3ffe, 0xd76a_a478_4867_7021n), PE, 'up'),
  row('fcos of 1', x87Cosine(FULL, ONE), number(0x3ffe, 0x8a51_407d_a834_5c92n), PE, 'up'),
  row('fsin takes π of 66 bits', x87Sine(FULL, PI), number(0x3fbf, J) | NEGATIVE, PE, 'up'),
  row('fcos takes π of 66 bits', x87Cosine(FULL, HALF_PI), number(0x3fbe, J) | NEGATIVE, PE, 'up'),
  row('fsin of a denormal', x87Sine(FULL, TINY), TINY, DE | UE | PE, 'up'),
  row('fsin of a small number down', x87Sine(DOWN, MIN), J - 1n, UE | PE),
  row('fsin of -0', x87Sine(FULL, NEGATIVE), NEGATIVE),
  row('fcos of 0', x87Cosine(FULL, 0n), ONE),
  row('fcos of a small number towards zero', x87Cosine(ZERO, MIN), BEFORE_ONE, PE),
  row('fsin of ∞', x87Sine(FULL, INF), INDEFINITE, IE),
  row('fptan of 1', x87Tangent(FULL, ONE), number(0x3fff, 0xc759_22e5_f71d_2dc5n), PE),
  row('fpatan of 1 and 1', x87Arctangent(FULL, ONE, ONE), PI - (2n << 64n), PE, 'up'),
  row('fpatan of -0 and -1', x87Arctangent(FULL, NEGATIVE, ONE | NEGATIVE), PI | NEGATIVE, PE, 'up'),
  row('fpatan of 0 and 1', x87Arctangent(FULL, 0n, ONE), 0n),
  row('fpatan of ∞ and -∞', x87Arctangent(FULL, INF, INF | NEGATIVE), number(0x4000, 0x96cb_e3f9_990e_91a8n), PE, 'up'),
  row('fpatan of 1 and 0', x87Arctangent(FULL, ONE, 0n), HALF_PI, PE, 'up'),
  row('f2xm1 of 1', x87PowerLess1(FULL, ONE), ONE),
  row('f2xm1 of -1', x87PowerLess1(FULL, ONE | NEGATIVE), HALF | NEGATIVE),
  row('f2xm1 of 1/2', x87PowerLess1(FULL, HALF), number(0x3ffd, 0xd413_cccf_e779_9211n), PE),
  row('fyl2x of 3 and 8', x87Logarithm(FULL, THREE, number(0x4002, J)), number(0x4002, 0x9000_0000_0000_0000n)),
  row('fyl2x of 1 and 3', x87Logarithm(FULL, ONE, THREE), number(0x3fff, 0xcae0_0d1c_fdeb_43d0n), PE, 'up'),
  row('fyl2x of 1 and 0', x87Logarithm(FULL, ONE, 0n), INF | NEGATIVE, ZE),
  row('fyl2x of 1 and -1', x87Logarithm(FULL, ONE, ONE | NEGATIVE), INDEFINITE, IE),
  row('fyl2x of ∞ and 1', x87Logarithm(FULL, INF, ONE), INDEFINITE, IE),
  row('fyl2xp1 of 1 and -0', x87LogarithmPlus1(FULL, ONE, NEGATIVE), NEGATIVE),
  row(
    'fyl2xp1 of 1 and 2^-70',
    x87LogarithmPlus1(FULL, ONE, number(0x3fff - 70, J)),
    number(0x3fb9, 0xb8aa_3b29_5c17_f0bcn),
    PE,
    'up',
  ),
];

describe('operations of the x87', () => {
  it.each(ROWS)('$what', ({ given, value, flags, up }) => {
    const told = { value: given.value.toString(16), flags: given.flags, up: given.isRoundedUp };
    expect(told).toEqual({ value: value.toString(16), flags, up });
  });

  it('sine and its kin leave arguments alone from 2^63 on', () => {
    expect([x87Sine(FULL, number(0x403e, J)), x87Tangent(FULL, number(0x403e, J))]).toEqual([undefined, undefined]);
  });
});

describe('remainders of the x87', () => {
  it('FPREM cuts the quotient off, FPREM1 takes the nearest, and both give its low bits', () => {
    const seven = x87LoadInteger(16, 7n);
    const four = x87LoadInteger(16, 4n);
    expect(x87Remainder(FULL, seven, four)).toMatchObject({ result: { value: THREE }, quotient: 1 });
    expect(x87NearestRemainder(FULL, seven, four)).toMatchObject({ result: { value: ONE | NEGATIVE }, quotient: 2 });
  });
  it('are partial where exponents are 64 apart, and bring them to a multiple of 32', () => {
    const far = number(0x3fff + 64, 0xc000_0000_0000_0001n);
    const first = x87Remainder(FULL, far, ONE + 3n);
    expect(first.quotient).toBeUndefined();
    expect(first.result.value >> 64n).toBe(0x401en);
    expect(x87Remainder(FULL, first.result.value, ONE + 3n).quotient).toBeDefined();
  });
  it('of ∞ and by 0 are invalid', () => {
    expect(x87Remainder(FULL, INF, ONE).result).toMatchObject({ value: INDEFINITE, flags: IE });
    expect(x87Remainder(FULL, ONE, 0n).result).toMatchObject({ value: INDEFINITE, flags: IE });
  });
});

describe('comparisons of the x87', () => {
  it.each([
    ['less', ONE, TWO, 'less', 0],
    ['zeros are equal', 0n, NEGATIVE, 'equal', 0],
    ['a denormal', TINY, ONE, 'less', DE],
    ['a quiet NaN', NAN, ONE, 'unordered', IE],
    ['an unnormal', UNNORMAL, ONE, 'unordered', IE],
  ] as const)('%s', (_, a, b, relation, flags) => {
    expect(x87Compare(a, b, 'signalling')).toEqual({ relation, flags });
  });
  it('FUCOM takes quiet NaNs in silence', () => {
    expect(x87Compare(NAN, ONE, 'quiet')).toEqual({ relation: 'unordered', flags: 0 });
  });
  it('FXAM tells the classes apart', () => {
    expect([UNNORMAL, NAN, ONE, INF, 0n, TINY, PSEUDO_DENORMAL].map(x87Class)).toEqual([0, 1, 2, 3, 4, 6, 6]);
  });
});

describe('constants of the x87', () => {
  it.each([
    ['fldl2t', number(0x4000, 0xd49a_784b_cd1b_8afen)],
    ['fldl2e', number(0x3fff, 0xb8aa_3b29_5c17_f0bcn)],
    ['fldpi', PI],
    ['fldlg2', number(0x3ffd, 0x9a20_9a84_fbcf_f799n)],
    ['fldln2', number(0x3ffe, 0xb172_17f7_d1cf_79acn)],
  ] as const)('%s', (name, value) => {
    expect(x87Constant(FULL, name).toString(16)).toBe(value.toString(16));
  });
  it('are rounded as the control word says', () => {
    expect(x87Constant(DOWN, 'fldpi')).toBe(PI - 1n);
    expect(x87Constant(UP, 'fldl2t')).toBe(number(0x4000, 0xd49a_784b_cd1b_8affn));
  });
});
