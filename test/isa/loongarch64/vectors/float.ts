/** Floating-point arithmetic. @see LoongArch Reference Manual, Volume 1, 3.1.2 to 3.2.1; IEEE 754-2008 */
import type { Vector } from '../../driver';
import { FORMATS, type Suffix } from '../../float-landmarks';
import { compute, DZ, NV, NX, OF, operandOf, plain, RM, RNE, type Row, RP, RZ, tiny, UF } from './float-rows';

const basic = (suffix: Suffix): Vector[] => {
  const k = FORMATS[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const quiet = (bits: bigint) => bits | (suffix === 's' ? 0x40_0000n : 0x0008_0000_0000_0000n);
  return [
    ...compute('fadd', suffix, [
      [[k.one, k.one], RNE, k.two, 0n],
      [[k.one, k.halfUlp], RNE, k.one, NX],
      [[k.afterOne, k.halfUlp], RNE, k.afterOne + 1n, NX],
      [[k.one, k.halfUlp], RZ, k.one, NX],
      [[k.one, k.halfUlp], RM, k.one, NX],
      [[k.one, k.halfUlp], RP, k.afterOne, NX],
      [[minus(k.one), minus(k.halfUlp)], RM, minus(k.afterOne), NX],
      [[minus(k.one), minus(k.halfUlp)], RP, minus(k.one), NX],
      [[k.one, minus(k.tiny)], RM, k.beforeOne, NX],
      [[k.one, minus(k.one)], RNE, 0n, 0n],
      [[k.one, minus(k.one)], RM, k.sign, 0n],
      [[0n, k.sign], RP, 0n, 0n],
      [[k.max, k.max], RNE, k.inf, OF | NX],
      [[k.max, k.max], RZ, k.max, OF | NX],
      [[k.max, k.max], RM, k.max, OF | NX],
      [[minus(k.max), minus(k.max)], RM, minus(k.inf), OF | NX],
      [[minus(k.max), minus(k.max)], RP, minus(k.max), OF | NX],
      [[k.maxSubnormal, k.tiny], RNE, k.minNormal, 0n],
      [[k.inf, k.one], RNE, k.inf, 0n],
      [[k.inf, minus(k.inf)], RNE, k.nan, NV],
      // Of NaNs the result is one of them: a signalling one before a quiet one, fj before fk.
      [[k.oddNan, k.one], RNE, k.oddNan, 0n],
      [[k.one, minus(k.oddNan)], RNE, minus(k.oddNan), 0n],
      [[k.nan, k.oddNan], RNE, k.nan, 0n],
      [[k.signalling, k.one], RNE, quiet(k.signalling), NV],
      [[k.oddNan, minus(k.signalling)], RNE, quiet(minus(k.signalling)), NV],
      [[k.signalling, k.signalling + 1n], RNE, quiet(k.signalling), NV],
    ]),
    ...compute('fsub', suffix, [
      [[k.three, k.one], RNE, k.two, 0n],
      [[k.one, k.three], RNE, minus(k.two), 0n],
      [[k.one, k.one], RM, k.sign, 0n],
      [[k.inf, k.inf], RNE, k.nan, NV],
      [[k.minNormal, k.tiny], RNE, k.maxSubnormal, 0n],
      [[k.one, k.tiny], RZ, k.beforeOne, NX],
      [[0n, k.oddNan], RNE, k.oddNan, 0n],
    ]),
    ...compute('fmul', suffix, [
      [[k.two, k.half], RNE, k.one, 0n],
      [[k.max, k.two], RNE, k.inf, OF | NX],
      [[minus(k.max), k.two], RP, minus(k.max), OF | NX],
      [[k.inf, 0n], RNE, k.nan, NV],
      [[minus(k.inf), k.two], RNE, minus(k.inf), 0n],
      [[k.sign, k.three], RNE, k.sign, 0n],
      [[k.tiny, k.half], RNE, 0n, UF | NX],
      [[k.tiny, k.half], RP, k.tiny, UF | NX],
      [[minus(k.tiny), k.half], RM, minus(k.tiny), UF | NX],
      [[minus(k.tiny), k.half], RZ, k.sign, UF | NX],
      [[k.twoTiny, k.half], RNE, k.tiny, 0n],
      // Tininess is detected after rounding: the second product is not tiny.
      [[k.minNormal, k.beforeOne], RNE, k.minNormal, UF | NX],
      [[k.minNormal + 1n, k.beforeOne], RNE, k.minNormal, NX],
      [[k.minNormal, k.beforeOne], RZ, k.maxSubnormal, UF | NX],
      [[k.afterOne, k.afterOne], RP, k.afterOne + 2n, NX],
    ]),
    ...compute('fdiv', suffix, [
      [[k.two, k.two], RNE, k.one, 0n],
      [[k.one, k.three], RNE, k.third, NX],
      [[k.one, k.three], RZ, k.thirdDown, NX],
      [[k.one, k.three], RP, k.thirdDown + 1n, NX],
      [[minus(k.one), k.three], RP, minus(k.thirdDown), NX],
      [[k.one, 0n], RNE, k.inf, DZ],
      [[k.one, k.sign], RNE, minus(k.inf), DZ],
      [[0n, 0n], RNE, k.nan, NV],
      [[k.inf, k.inf], RNE, k.nan, NV],
      [[k.inf, 0n], RNE, k.inf, 0n],
      [[k.one, minus(k.inf)], RNE, k.sign, 0n],
      [[k.tiny, k.two], RNE, 0n, UF | NX],
      [[k.minNormal, k.two], RNE, k.minNormal >> 1n, 0n],
      [[k.oddNan, 0n], RNE, k.oddNan, 0n],
    ]),
    ...compute('fsqrt', suffix, [
      [[k.one], RNE, k.one, 0n],
      [[k.two], RNE, k.root2, NX],
      [[k.two], RM, suffix === 's' ? k.root2 : k.root2 - 1n, NX],
      [[k.two], RP, k.root2Up, NX],
      [[k.sign], RM, k.sign, 0n],
      [[k.inf], RNE, k.inf, 0n],
      [[minus(k.one)], RNE, k.nan, NV],
      [[minus(k.tiny)], RNE, k.nan, NV],
      [[k.oddNan], RNE, k.oddNan, 0n],
      [[minus(k.signalling)], RNE, quiet(minus(k.signalling)), NV],
    ]),
    ...compute('frecip', suffix, [
      [[k.two], RNE, k.half, 0n],
      [[k.three], RNE, k.third, NX],
      [[k.three], RZ, k.thirdDown, NX],
      [[minus(k.three)], RM, minus(k.thirdDown + 1n), NX],
      [[k.sign], RNE, minus(k.inf), DZ],
      [[minus(k.inf)], RNE, k.sign, 0n],
      [[k.tiny], RNE, k.inf, OF | NX],
      [[k.oddNan], RNE, k.oddNan, 0n],
    ]),
    ...compute('frsqrt', suffix, [
      [[k.one], RNE, k.one, 0n],
      [[k.two + (k.two - k.one)], RNE, k.half, 0n],
      // Root and quotient are rounded, each for itself.
      [[k.two], RNE, suffix === 's' ? 0x3f35_04f3n : 0x3fe6_a09e_667f_3bccn, NX],
      [[0n], RNE, k.inf, DZ],
      [[k.sign], RNE, minus(k.inf), DZ],
      [[k.inf], RNE, 0n, 0n],
      [[minus(k.one)], RNE, k.nan, NV],
      [[k.oddNan], RNE, k.oddNan, 0n],
      [[k.signalling], RNE, quiet(k.signalling), NV],
    ]),
  ];
};

const fused = (suffix: Suffix): Vector[] => {
  const k = FORMATS[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const quiet = (bits: bigint) => bits | (suffix === 's' ? 0x40_0000n : 0x0008_0000_0000_0000n);
  // (1 + u)² = 1 + 2u + u²; taking 1 + 2u away leaves u², which only one rounding keeps.
  const square = k.afterOne + 1n;
  const ulpSquared = suffix === 's' ? 0x2880_0000n : 0x3970_0000_0000_0000n;
  /** NaNs keep their sign: fa before fj before fk. */
  const special = (isDifference: boolean): Row[] => [
    [[0n, k.inf, k.one], RNE, k.nan, NV],
    [[k.inf, k.one, isDifference ? k.inf : minus(k.inf)], RNE, k.nan, NV],
    [[k.oddNan, k.one, k.one], RNE, k.oddNan, 0n],
    [[k.nan, minus(k.oddNan), k.one], RNE, k.nan, 0n],
    [[k.nan, k.nan, k.oddNan], RNE, k.oddNan, 0n],
    [[k.one, k.one, k.signalling], RNE, quiet(k.signalling), NV],
    [[k.signalling, k.signalling + 1n, k.oddNan], RNE, quiet(k.signalling), NV],
    [[k.signalling, k.one, minus(k.signalling)], RNE, quiet(minus(k.signalling)), NV],
  ];
  return [
    ...compute('fmadd', suffix, [
      [[k.two, k.three, minus(k.three)], RNE, k.three, 0n],
      [[k.afterOne, k.afterOne, minus(square)], RNE, ulpSquared, 0n],
      [[k.one, k.one, minus(k.one)], RM, k.sign, 0n],
      [[k.one, k.one, minus(k.one)], RNE, 0n, 0n],
      [[k.one, k.sign, k.sign], RNE, k.sign, 0n],
      [[k.max, k.two, minus(k.max)], RNE, k.max, 0n],
      [[k.tiny, k.tiny, k.one], RP, k.afterOne, NX],
      [[k.tiny, k.tiny, 0n], RNE, 0n, UF | NX],
      ...special(false),
    ]),
    ...compute('fmsub', suffix, [
      [[k.two, k.three, k.three], RNE, k.three, 0n],
      [[k.afterOne, k.afterOne, square], RNE, ulpSquared, 0n],
      [[k.one, k.one, k.one], RM, k.sign, 0n],
      [[k.one, 0n, 0n], RNE, 0n, 0n],
      ...special(true),
    ]),
    // The sign is turned after rounding.
    ...compute('fnmadd', suffix, [
      [[k.one, k.one, k.one], RNE, minus(k.two), 0n],
      [[k.afterOne, k.afterOne, minus(square)], RNE, minus(ulpSquared), 0n],
      [[k.one, k.one, k.halfUlp], RP, minus(k.afterOne), NX],
      [[k.one, k.one, k.halfUlp], RM, minus(k.one), NX],
      [[k.one, k.one, minus(k.one)], RNE, k.sign, 0n],
      ...special(false),
    ]),
    ...compute('fnmsub', suffix, [
      [[k.two, k.one, k.three], RNE, k.one, 0n],
      [[k.afterOne, k.afterOne, square], RNE, minus(ulpSquared), 0n],
      [[k.one, k.one, minus(k.halfUlp)], RP, minus(k.afterOne), NX],
      [[k.one, k.one, k.one], RNE, k.sign, 0n],
      ...special(true),
    ]),
  ];
};

const selections = (suffix: Suffix): Vector[] => {
  const k = FORMATS[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const quiet = (bits: bigint) => bits | (suffix === 's' ? 0x40_0000n : 0x0008_0000_0000_0000n);
  // A number before a quiet NaN; a signalling NaN is invalid, and then the result is a NaN.
  const common: Row[] = [
    [[k.oddNan, k.one], RNE, k.one, 0n],
    [[k.one, k.oddNan], RNE, k.one, 0n],
    [[k.oddNan, k.nan], RNE, k.oddNan, 0n],
    [[k.signalling, k.one], RNE, quiet(k.signalling), NV],
    [[k.one, k.signalling], RNE, quiet(k.signalling), NV],
    [[k.oddNan, k.signalling], RNE, quiet(k.signalling), NV],
  ];
  return [
    ...compute('fmax', suffix, [
      [[k.one, k.two], RNE, k.two, 0n],
      [[minus(k.one), minus(k.two)], RNE, minus(k.one), 0n],
      [[k.inf, minus(k.inf)], RNE, k.inf, 0n],
      [[k.tiny, minus(k.max)], RNE, k.tiny, 0n],
      ...common,
    ]),
    ...compute('fmin', suffix, [
      [[k.one, k.two], RNE, k.one, 0n],
      [[minus(k.one), minus(k.two)], RNE, minus(k.two), 0n],
      [[k.inf, minus(k.inf)], RNE, minus(k.inf), 0n],
      [[k.tiny, minus(k.max)], RNE, minus(k.max), 0n],
      ...common,
    ]),
    ...compute('fmaxa', suffix, [
      [[k.one, minus(k.two)], RNE, minus(k.two), 0n],
      [[minus(k.inf), k.max], RNE, minus(k.inf), 0n],
      [[k.two, minus(k.two)], RNE, k.two, 0n],
      [[k.tiny, 0n], RNE, k.tiny, 0n],
      ...common,
    ]),
    ...compute('fmina', suffix, [
      [[k.one, minus(k.two)], RNE, k.one, 0n],
      [[minus(k.inf), k.max], RNE, k.max, 0n],
      [[k.two, minus(k.two)], RNE, minus(k.two), 0n],
      [[minus(k.tiny), k.one], RNE, minus(k.tiny), 0n],
      ...common,
    ]),
  ];
};

const exponents = (suffix: Suffix): Vector[] => {
  const k = FORMATS[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const quiet = (bits: bigint) => bits | (suffix === 's' ? 0x40_0000n : 0x0008_0000_0000_0000n);
  const integer = (value: bigint) => BigInt.asUintN(suffix === 's' ? 32 : 64, value);
  /** Exponents of the least and the largest number as numbers. */
  const [least, largest] =
    suffix === 's' ? [0xc315_0000n, 0x42fe_0000n] : [0xc090_c800_0000_0000n, 0x408f_f800_0000_0000n];
  return [
    ...compute('fscaleb', suffix, [
      [[k.one, 1n], RNE, k.two, 0n],
      [[k.three, integer(-1n)], RNE, k.one + (k.three - k.two), 0n],
      [[k.one, 0n], RNE, k.one, 0n],
      [[minus(k.one), integer(100_000n)], RNE, minus(k.inf), OF | NX],
      [[k.one, integer(-100_000n)], RP, k.tiny, UF | NX],
      [[k.twoTiny, integer(-1n)], RNE, k.tiny, 0n],
      [[k.tiny, integer(-1n)], RNE, 0n, UF | NX],
      [[k.sign, 5n], RNE, k.sign, 0n],
      [[k.inf, integer(-5n)], RNE, k.inf, 0n],
      [[k.signalling, 1n], RNE, quiet(k.signalling), NV],
    ]),
    ...compute('flogb', suffix, [
      [[k.one], RNE, 0n, 0n],
      [[k.three], RNE, k.one, 0n],
      [[k.half], RNE, minus(k.one), 0n],
      [[k.beforeOne], RP, minus(k.one), 0n],
      [[k.max], RNE, largest, 0n],
      [[k.tiny], RNE, least, 0n],
      [[0n], RNE, minus(k.inf), DZ],
      [[k.inf], RNE, k.inf, 0n],
      [[k.oddNan], RNE, k.oddNan, 0n],
      // The manual has both a logarithm and logB of IEEE 754, which differ here. A logarithm, as in QEMU.
      [[minus(k.two)], RNE, k.nan, NV],
      [[minus(k.inf)], RNE, k.nan, NV],
    ]),
  ];
};

const tinies = (suffix: Suffix): Vector[] => {
  const k = FORMATS[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const minusOne = suffix === 's' ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn;
  const row = (name: string, ...operands: readonly bigint[]) => tiny(name, suffix, suffix, operands);
  return [
    row('fadd', k.tiny, k.tiny),
    row('fsub', k.minNormal, k.tiny),
    row('fmul', k.minNormal, k.half),
    row('fdiv', minus(k.minNormal), k.two),
    row('fmadd', k.one, k.tiny, 0n),
    row('fmsub', k.one, k.tiny, k.sign),
    row('fnmadd', k.one, k.tiny, k.tiny),
    row('fnmsub', k.one, k.twoTiny, k.tiny),
    // The largest power of two.
    row('frecip', k.max & k.inf),
    row('fscaleb', k.minNormal, minusOne),
  ];
};

/** Bits alone: they raise nothing, and leave the last operation's cause. */
const signs = (suffix: Suffix): Vector[] => {
  const k = FORMATS[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  return [
    ...plain('fabs', suffix, [
      [[minus(k.one)], k.one],
      [[k.two], k.two],
      [[k.sign], 0n],
      [[minus(k.signalling)], k.signalling],
    ]),
    ...plain('fneg', suffix, [
      [[minus(k.one)], k.one],
      [[k.two], minus(k.two)],
      [[0n], k.sign],
      [[k.signalling], minus(k.signalling)],
    ]),
    // Of a single the upper half, which the manual leaves open, is that of fk, as in QEMU.
    ...plain(
      'fcopysign',
      suffix,
      [
        [[k.one, minus(k.two)], operandOf(suffix, minus(k.one))],
        [[minus(k.one), k.two], operandOf(suffix, k.one)],
        [[k.signalling, k.sign], operandOf(suffix, minus(k.signalling))],
        [[minus(k.oddNan), 0n], operandOf(suffix, k.oddNan)],
      ],
      'whole',
    ),
    ...plain('fmov', suffix, [
      [[k.one], k.one],
      [[minus(k.inf)], minus(k.inf)],
      [[k.signalling], k.signalling],
      [[k.sign], k.sign],
    ]),
    ...plain(
      'fclass',
      suffix,
      [
        k.signalling,
        minus(k.oddNan),
        minus(k.inf),
        minus(k.one),
        minus(k.maxSubnormal),
        k.sign,
        k.inf,
        k.minNormal,
        k.tiny,
        0n,
      ].map((bits, index) => [[bits], 1n << BigInt(index)] as const),
      'whole',
    ),
  ];
};

export const FLOAT: readonly Vector[] = (['s', 'd'] as const).flatMap((suffix) => [
  ...basic(suffix),
  ...fused(suffix),
  ...selections(suffix),
  ...exponents(suffix),
  ...tinies(suffix),
  ...signs(suffix),
]);
