/** Floating-point arithmetic. @see Arm ARM, C7.2; J1.3, functions/float; IEEE 754-2019 */
import type { Vector } from '../../driver';
import {
  compute,
  DN,
  DZC,
  FZ,
  flushOf,
  IDC,
  IOC,
  IXC,
  LANDMARKS,
  type Landmarks,
  minus,
  OFC,
  oneAndHalf,
  plain,
  quiet,
  RM,
  RN,
  type Row,
  RP,
  RZ,
  SUFFIXES,
  type Suffix,
  twoAndHalf,
  UFC,
} from './float-rows';

/** What all operations on two operands do with NaNs, beside a number. */
const nans = (k: Landmarks): Row[] => [
  [[k.oddNan, k.one], RN, k.oddNan, 0n],
  [[k.one, minus(k, k.oddNan)], RN, minus(k, k.oddNan), 0n],
  [[k.nan, k.oddNan], RN, k.nan, 0n],
  [[k.signalling, k.one], RN, quiet(k, k.signalling), IOC],
  [[k.oddNan, minus(k, k.signalling)], RN, quiet(k, minus(k, k.signalling)), IOC],
  [[minus(k, k.oddNan), k.one], DN, k.nan, 0n],
  [[k.one, minus(k, k.signalling)], DN, k.nan, IOC],
];

const basic = (suffix: Suffix): Vector[] => {
  const k = LANDMARKS[suffix];
  const neg = (bits: bigint) => minus(k, bits);
  const { mode: flush, input } = flushOf(suffix);
  return [
    ...compute(`fadd-${suffix}`, suffix, [
      [[k.one, k.one], RN, k.two, 0n],
      [[k.one, k.halfUlp], RN, k.one, IXC],
      [[k.afterOne, k.halfUlp], RN, k.afterOne + 1n, IXC],
      [[k.one, k.halfUlp], RZ, k.one, IXC],
      [[k.one, k.halfUlp], RM, k.one, IXC],
      [[k.one, k.halfUlp], RP, k.afterOne, IXC],
      [[neg(k.one), neg(k.halfUlp)], RM, neg(k.afterOne), IXC],
      [[neg(k.one), neg(k.halfUlp)], RP, neg(k.one), IXC],
      [[k.one, neg(k.tiny)], RM, k.beforeOne, IXC],
      [[k.one, neg(k.one)], RN, 0n, 0n],
      [[k.one, neg(k.one)], RM, k.sign, 0n],
      [[0n, k.sign], RP, 0n, 0n],
      [[k.max, k.max], RN, k.inf, OFC | IXC],
      [[k.max, k.max], RZ, k.max, OFC | IXC],
      [[k.max, k.max], RM, k.max, OFC | IXC],
      [[neg(k.max), neg(k.max)], RM, neg(k.inf), OFC | IXC],
      [[neg(k.max), neg(k.max)], RP, neg(k.max), OFC | IXC],
      [[k.maxSubnormal, k.tiny], RN, k.minNormal, 0n],
      [[k.inf, neg(k.inf)], RN, k.nan, IOC],
      // Flushed: both operands, one beside a NaN, and an exact result.
      [[k.maxSubnormal, neg(k.tiny)], flush, 0n, input],
      [[k.tiny, k.oddNan], flush, k.oddNan, input],
      [[k.minNormal, neg(k.minNormal + 1n)], flush, k.sign, UFC],
      ...nans(k),
    ]),
    ...compute(`fsub-${suffix}`, suffix, [
      [[k.three, k.one], RN, k.two, 0n],
      [[k.one, k.three], RN, neg(k.two), 0n],
      [[k.one, k.one], RM, k.sign, 0n],
      [[k.inf, k.inf], RN, k.nan, IOC],
      [[k.minNormal, k.tiny], RN, k.maxSubnormal, 0n],
      [[k.minNormal, k.tiny], flush, k.minNormal, input],
      [[k.one, k.tiny], RZ, k.beforeOne, IXC],
      ...nans(k),
    ]),
    ...compute(`fmul-${suffix}`, suffix, [
      [[k.two, k.half], RN, k.one, 0n],
      [[k.max, k.two], RN, k.inf, OFC | IXC],
      [[neg(k.max), k.two], RP, neg(k.max), OFC | IXC],
      [[k.inf, 0n], RN, k.nan, IOC],
      [[neg(k.inf), k.two], RN, neg(k.inf), 0n],
      [[k.sign, k.three], RN, k.sign, 0n],
      [[k.tiny, k.half], RN, 0n, UFC | IXC],
      [[k.tiny, k.half], RP, k.tiny, UFC | IXC],
      [[neg(k.tiny), k.half], RZ, k.sign, UFC | IXC],
      [[k.twoTiny, k.half], RN, k.tiny, 0n],
      // Tiny before it is rounded to the smallest normal number.
      [[k.two - 1n, k.minNormal / 2n], RN, k.minNormal, UFC | IXC],
      [[k.minNormal, neg(k.half)], flush, k.sign, UFC],
      [[k.beforeOne, k.minNormal], flush, 0n, UFC],
      ...nans(k),
    ]),
    ...compute(`fnmul-${suffix}`, suffix, [
      [[k.two, k.half], RN, neg(k.one), 0n],
      [[neg(k.max), k.two], RN, k.inf, OFC | IXC],
      // Rounded, then turned.
      [[k.tiny, k.half], RP, neg(k.tiny), UFC | IXC],
      [[k.inf, k.sign], RN, neg(k.nan), IOC],
      [[k.oddNan, k.one], RN, neg(k.oddNan), 0n],
      [[k.one, k.oddNan], DN, neg(k.nan), 0n],
    ]),
    ...compute(`fdiv-${suffix}`, suffix, [
      [[k.three, k.three], RN, k.one, 0n],
      [[k.one, k.three], RN, k.third, IXC],
      [[k.one, k.three], RM, k.thirdDown, IXC],
      [[k.one, k.three], RP, k.thirdDown + 1n, IXC],
      [[neg(k.one), k.three], RZ, neg(k.thirdDown), IXC],
      [[k.one, 0n], RN, k.inf, DZC],
      [[k.one, k.sign], RN, neg(k.inf), DZC],
      [[k.one, k.tiny], flush, k.inf, DZC | input],
      [[0n, k.sign], RN, k.nan, IOC],
      [[k.inf, k.inf], RN, k.nan, IOC],
      [[k.inf, 0n], RN, k.inf, 0n],
      [[k.one, neg(k.inf)], RN, k.sign, 0n],
      [[k.tiny, k.two], RN, 0n, UFC | IXC],
      [[k.minNormal, k.two], flush, 0n, UFC],
      ...nans(k),
    ]),
    ...compute(`fsqrt-${suffix}`, suffix, [
      [[k.one], RN, k.one, 0n],
      [[k.two], RN, k.root2, IXC],
      [[k.two], RP, k.root2Up, IXC],
      [[k.sign], RN, k.sign, 0n],
      [[neg(k.one)], RN, k.nan, IOC],
      [[neg(k.inf)], RN, k.nan, IOC],
      [[k.inf], RN, k.inf, 0n],
      [[neg(k.oddNan)], RN, neg(k.oddNan), 0n],
      [[k.signalling], RN, quiet(k, k.signalling), IOC],
      [[k.signalling], DN, k.nan, IOC],
      [[neg(k.tiny)], flush, k.sign, input],
    ]),
    ...plain(`fabs-${suffix}`, suffix, [
      [[neg(k.one)], k.one],
      [[k.sign], 0n],
      [[neg(k.signalling)], k.signalling],
      [[neg(k.tiny)], k.tiny],
    ]),
    ...plain(`fneg-${suffix}`, suffix, [
      [[neg(k.one)], k.one],
      [[0n], k.sign],
      [[k.signalling], neg(k.signalling)],
      [[k.tiny], neg(k.tiny)],
    ]),
  ];
};

const extremes = (suffix: Suffix): Vector[] => {
  const k = LANDMARKS[suffix];
  const neg = (bits: bigint) => minus(k, bits);
  const { mode: flush, input } = flushOf(suffix);
  const numbers = (larger: boolean): Row[] => [
    [[k.one, k.two], RN, larger ? k.two : k.one, 0n],
    [[neg(k.one), neg(k.inf)], RN, neg(larger ? k.one : k.inf), 0n],
    [[k.sign, 0n], RN, larger ? 0n : k.sign, 0n],
    [[0n, k.sign], RM, larger ? 0n : k.sign, 0n],
    [[k.tiny, k.sign], RN, larger ? k.tiny : k.sign, 0n],
    [[k.tiny, k.sign], flush, larger ? 0n : k.sign, input],
  ];
  return [true, false].flatMap((larger) => {
    const name = larger ? 'fmax' : 'fmin';
    return [
      ...compute(`${name}-${suffix}`, suffix, [...numbers(larger), ...nans(k)]),
      ...compute(`${name}nm-${suffix}`, suffix, [
        ...numbers(larger),
        [[k.oddNan, k.one], RN, k.one, 0n],
        [[neg(k.inf), neg(k.oddNan)], DN, neg(k.inf), 0n],
        [[k.oddNan, k.nan], RN, k.oddNan, 0n],
        [[k.oddNan, k.nan], DN, k.nan, 0n],
        [[k.one, k.signalling], RN, quiet(k, k.signalling), IOC],
        [[k.oddNan, k.signalling], RN, quiet(k, k.signalling), IOC],
        [[k.oddNan, k.tiny], flush, 0n, input],
      ]),
    ];
  });
};

/** Operands are Vn, Vm and Va. */
const fused = (suffix: Suffix): Vector[] => {
  const k = LANDMARKS[suffix];
  const neg = (bits: bigint) => minus(k, bits);
  const { mode: flush, input } = flushOf(suffix);
  /** (1 + ulp) × (1 + ulp) is 1 + 2 ulp + ulp². */
  const square = k.afterOne + 1n;
  const ulpSquared = { h: 1n << 4n, s: BigInt(127 - 46) << 23n, d: BigInt(1023 - 104) << 52n }[suffix];
  return [
    ...compute(`fmadd-${suffix}`, suffix, [
      [[k.two, k.one, k.one], RN, k.three, 0n],
      [[k.afterOne, k.afterOne, neg(square)], RN, ulpSquared, 0n],
      [[k.afterOne, k.afterOne, 0n], RN, square, IXC],
      [[k.afterOne, k.afterOne, 0n], RP, square + 1n, IXC],
      [[k.one, k.one, neg(k.one)], RM, k.sign, 0n],
      [[k.max, k.two, neg(k.max)], RN, k.max, 0n],
      [[k.max, k.two, k.max], RZ, k.max, OFC | IXC],
      [[k.inf, k.one, neg(k.inf)], RN, k.nan, IOC],
      [[k.inf, 0n, k.one], RN, k.nan, IOC],
      // A quiet NaN does not survive an invalid product; a signalling one does.
      [[0n, k.inf, k.oddNan], RN, k.nan, IOC],
      [[0n, k.inf, neg(k.signalling)], RN, quiet(k, neg(k.signalling)), IOC],
      [[k.nan, k.nan, k.oddNan], RN, k.oddNan, 0n],
      [[k.nan, k.signalling, k.oddNan], RN, quiet(k, k.signalling), IOC],
      [[k.one, k.one, neg(k.oddNan)], DN, k.nan, 0n],
      [[k.tiny, k.one, neg(k.tiny)], flush, 0n, input],
      [[k.minNormal, k.half, 0n], flush, 0n, UFC],
      [[k.two - 1n, k.minNormal / 2n, 0n], RN, k.minNormal, UFC | IXC],
    ]),
    ...compute(`fmsub-${suffix}`, suffix, [
      [[k.two, k.one, k.three], RN, k.one, 0n],
      [[k.afterOne, k.afterOne, square], RN, neg(ulpSquared), 0n],
      [[k.one, k.one, k.one], RM, k.sign, 0n],
      // Turned before it is propagated.
      [[k.oddNan, k.one, k.one], RN, neg(k.oddNan), 0n],
      [[k.one, k.oddNan, k.one], RN, k.oddNan, 0n],
    ]),
    ...compute(`fnmadd-${suffix}`, suffix, [
      [[k.two, k.one, k.one], RN, neg(k.three), 0n],
      [[k.afterOne, k.afterOne, 0n], RP, neg(square), IXC],
      [[k.afterOne, k.afterOne, 0n], RM, neg(square + 1n), IXC],
      [[k.one, k.one, k.oddNan], RN, neg(k.oddNan), 0n],
      [[neg(k.oddNan), k.one, k.one], RN, k.oddNan, 0n],
    ]),
    ...compute(`fnmsub-${suffix}`, suffix, [
      [[k.two, k.two, k.one], RN, k.three, 0n],
      [[k.afterOne, k.afterOne, square], RN, ulpSquared, 0n],
      [[k.one, k.one, k.one], RN, 0n, 0n],
      [[k.one, k.one, k.oddNan], RN, neg(k.oddNan), 0n],
      [[k.oddNan, k.one, k.one], RN, k.oddNan, 0n],
    ]),
  ];
};

const MODES = { n: RN, p: RP, m: RM, z: RZ } as const;

const integral = (suffix: Suffix): Vector[] => {
  const k = LANDMARKS[suffix];
  const neg = (bits: bigint) => minus(k, bits);
  const { mode: flush, input } = flushOf(suffix);
  const middle = oneAndHalf(k);
  /** Of 0.5, -0.5, 1.5, -1.5, 2.5, the smallest number and the negative of it. */
  const results = {
    n: [0n, k.sign, k.two, neg(k.two), k.two, 0n, k.sign],
    a: [k.one, neg(k.one), k.two, neg(k.two), k.three, 0n, k.sign],
    p: [k.one, k.sign, k.two, neg(k.one), k.three, k.one, k.sign],
    m: [0n, neg(k.one), k.one, neg(k.two), k.two, 0n, neg(k.one)],
    z: [0n, k.sign, k.one, neg(k.one), k.two, 0n, k.sign],
  } as const;
  const operands = [k.half, neg(k.half), middle, neg(middle), twoAndHalf(k), k.tiny, neg(k.tiny)];
  const rows = (how: keyof typeof results, fpcr: bigint, raised: bigint): Row[] =>
    operands.map((operand, at) => [[operand], fpcr, results[how][at] ?? 0n, raised]);
  const unchanged: Row[] = [
    [[k.three], RN, k.three, 0n],
    [[k.sign], RP, k.sign, 0n],
    [[neg(k.inf)], RN, neg(k.inf), 0n],
    [[k.max], RP, k.max, 0n],
    [[k.oddNan], RN, k.oddNan, 0n],
    [[k.oddNan], DN, k.nan, 0n],
    [[k.signalling], RN, quiet(k, k.signalling), IOC],
    [[neg(k.tiny)], flush | RM, k.sign, input],
  ];
  const inAllModes = (raised: bigint): Row[] =>
    (Object.keys(MODES) as (keyof typeof MODES)[]).flatMap((how) => rows(how, MODES[how], raised));
  return [
    // The mode in FPCR is another one.
    ...compute(`frintn-${suffix}`, suffix, [...rows('n', RP, 0n), ...unchanged]),
    ...compute(`frinta-${suffix}`, suffix, [...rows('a', RZ, 0n), ...unchanged]),
    ...compute(`frintp-${suffix}`, suffix, [...rows('p', RM, 0n), ...unchanged]),
    ...compute(`frintm-${suffix}`, suffix, [...rows('m', RP, 0n), ...unchanged]),
    ...compute(`frintz-${suffix}`, suffix, [...rows('z', RP, 0n), ...unchanged]),
    ...compute(`frinti-${suffix}`, suffix, [...inAllModes(0n), ...unchanged]),
    ...compute(`frintx-${suffix}`, suffix, [...inAllModes(IXC), ...unchanged]),
  ];
};

/** -2^31 and its kin in both formats. */
const BOUNDS = {
  s: { word: 0xcf00_0000n, doubleword: 0xdf00_0000n },
  d: { word: 0xc1e0_0000_0000_0000n, doubleword: 0xc3e0_0000_0000_0000n },
} as const;

const bounded = (suffix: 's' | 'd'): Vector[] => {
  const k = LANDMARKS[suffix];
  const neg = (bits: bigint) => minus(k, bits);
  const { word, doubleword } = BOUNDS[suffix];
  const below = suffix === 's' ? 0x4eff_ffffn : 0x41df_ffff_ffe0_0000n;
  return (['32', '64'] as const).flatMap((width) => {
    const lowest = width === '32' ? word : doubleword;
    const common: Row[] = [
      [[k.three], RN, k.three, 0n],
      [[k.sign], RN, k.sign, 0n],
      [[lowest], RN, lowest, 0n],
      // The highest plus one is outside.
      [[lowest ^ k.sign], RN, lowest, IOC],
      [[neg(k.max)], RN, lowest, IOC],
      [[k.inf], RN, lowest, IOC],
      [[k.oddNan], DN, lowest, IOC],
      [[k.signalling], RN, lowest, IOC],
      [[k.tiny], FZ, 0n, IDC],
    ];
    const x: Row[] = [
      [[oneAndHalf(k)], RM, k.one, IXC],
      [[oneAndHalf(k)], RP, k.two, IXC],
      [[neg(k.half)], RN, k.sign, IXC],
    ];
    const z: Row[] = [
      [[neg(oneAndHalf(k))], RM, neg(k.one), IXC],
      [[k.half], RP, 0n, IXC],
    ];
    const high: Row[] =
      suffix === 'd' && width === '32'
        ? [
            // 2^31 - 0.5 rounds to what is outside.
            [[below], RN, lowest, IOC],
            [[below], RM, 0x41df_ffff_ffc0_0000n, IXC],
          ]
        : [];
    return [
      ...compute(`frint${width}x-${suffix}`, suffix, [...common, ...x, ...high]),
      ...compute(`frint${width}z-${suffix}`, suffix, [...common, ...z]),
    ];
  });
};

export const FLOAT_ARITHMETIC: readonly Vector[] = [
  ...SUFFIXES.flatMap((suffix) => [...basic(suffix), ...extremes(suffix), ...fused(suffix), ...integral(suffix)]),
  ...bounded('s'),
  ...bounded('d'),
];
