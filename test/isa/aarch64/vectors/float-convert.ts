/** Conversions. @see Arm ARM, C7.2 "FCVT", "FCVTNS (scalar)" and those beside them, "SCVTF", "FJCVTZS"; J1.3 FPToFixed */
import type { Vector } from '../../driver';
import {
  AHP,
  compute,
  DN,
  FZ,
  FZ16,
  flushOf,
  fromGeneral,
  IDC,
  IOC,
  IXC,
  LANDMARKS,
  type Landmarks,
  minus,
  OFC,
  oneAndHalf,
  RM,
  RN,
  type Row,
  RP,
  RZ,
  raising,
  SUFFIXES,
  type Suffix,
  toGeneral,
  twoAndHalf,
  UFC,
} from './float-rows';
import type { Num } from './rows';

const { h: H, s: S, d: D } = LANDMARKS;

const between: readonly Vector[] = [
  ...compute('fcvt-d-s', 's', [
    [[S.one], RN, D.one, 0n],
    [[minus(S, S.tiny)], RN, 0xb6a0_0000_0000_0000n, 0n],
    [[minus(S, S.tiny)], FZ, D.sign, IDC],
    [[S.inf], RN, D.inf, 0n],
    [[0xffc1_2345n], RN, 0xfff8_2468_a000_0000n, 0n],
    [[0xffc1_2345n], DN, D.nan, 0n],
    [[S.signalling], RN, 0x7ff8_0000_2000_0000n, IOC],
  ]),
  ...compute('fcvt-s-d', 'd', [
    [[D.one], RN, S.one, 0n],
    [[D.afterOne], RN, S.one, IXC],
    [[D.afterOne], RP, S.afterOne, IXC],
    [[D.max], RN, S.inf, OFC | IXC],
    [[D.max], RZ, S.max, OFC | IXC],
    [[D.tiny], RN, 0n, UFC | IXC],
    [[0x36a0_0000_0000_0000n], RN, S.tiny, 0n],
    // Below the smallest normal single: an exact result, flushed, and an operand, flushed.
    [[0xb6a0_0000_0000_0000n], FZ, S.sign, UFC],
    [[D.tiny], FZ | RP, 0n, IDC],
    // Tiny before it is rounded to the smallest normal number.
    [[0x380f_ffff_ffff_ffffn], RN, S.minNormal, UFC | IXC],
    [[0xfff8_2468_a000_0001n], RN, 0xffc1_2345n, 0n],
    [[minus(D, D.signalling)], RN, 0xffc0_0000n, IOC],
  ]),
  ...compute('fcvt-s-h', 'h', [
    [[H.one], RN, S.one, 0n],
    [[H.tiny], FZ | FZ16, 0x3380_0000n, 0n],
    [[minus(H, H.max)], RN, 0xc77f_e000n, 0n],
    [[minus(H, H.inf)], RN, minus(S, S.inf), 0n],
    [[minus(H, H.inf)], AHP, 0xc780_0000n, 0n],
    [[0x7fffn], AHP | DN, 0x47ff_e000n, 0n],
    [[0xfe55n], RN, 0xffca_a000n, 0n],
    [[H.signalling], RN, 0x7fc0_2000n, IOC],
    [[H.signalling], DN, S.nan, IOC],
  ]),
  ...compute('fcvt-d-h', 'h', [
    [[H.three], RN, D.three, 0n],
    [[H.maxSubnormal], FZ16, 0x3f0f_f800_0000_0000n, 0n],
    [[H.inf], RN, D.inf, 0n],
    [[0xffffn], AHP, 0xc0ff_fc00_0000_0000n, 0n],
    [[H.signalling], RN, 0x7ff8_0400_0000_0000n, IOC],
  ]),
  ...compute('fcvt-h-s', 's', [
    [[S.three], RN, H.three, 0n],
    [[S.afterOne], RP, H.afterOne, IXC],
    [[S.max], RN, H.inf, OFC | IXC],
    [[S.max], RM, H.max, OFC | IXC],
    [[S.inf], RN, H.inf, 0n],
    [[minus(S, S.max)], AHP, 0xffffn, IOC],
    [[S.inf], AHP, 0x7fffn, IOC],
    [[0xffc1_2345n], AHP, H.sign, IOC],
    [[0x4780_0000n], AHP, H.inf, 0n],
    // A tiny result is flushed neither by FZ nor by FZ16; an operand is by FZ.
    [[0x3380_0000n], FZ | FZ16, H.tiny, 0n],
    [[0x3300_0000n], RN, 0n, UFC | IXC],
    [[S.tiny], FZ | RP, 0n, IDC],
    [[0xffc1_2345n], RN, 0xfe09n, 0n],
    [[S.signalling], RN, H.nan, IOC],
  ]),
  // Rounded once: by way of a single it would be a tie.
  ...compute('fcvt-h-d', 'd', [
    [[D.half], RN, H.half, 0n],
    [[0x3ff0_0200_0000_0001n], RN, H.afterOne, IXC],
    [[0x3ff0_0200_0000_0000n], RN, H.one, IXC],
    [[D.max], RZ, H.max, OFC | IXC],
    [[minus(D, D.inf)], AHP, 0xffffn, IOC],
    [[minus(D, D.oddNan)], RN, 0xfe04n, 0n],
    [[D.signalling], AHP | DN, 0n, IOC],
  ]),
];

const INTEGERS = [
  { r: 'w', width: 32n },
  { r: 'x', width: 64n },
] as const;

/** What 1.5, -1.5, 2.5, 0.5 and -0.5 become. */
const ROUNDED = {
  n: [2n, -2n, 2n, 0n, 0n],
  a: [2n, -2n, 3n, 1n, -1n],
  p: [2n, -1n, 3n, 1n, 0n],
  m: [1n, -2n, 2n, 0n, -1n],
  z: [1n, -1n, 2n, 0n, 0n],
} as const;

/** 2^31, 2^32, 2^63 and 2^64, where the format has them. */
const POWERS: Readonly<Record<'s' | 'd', Readonly<Record<number, bigint>>>> = {
  s: { 31: 0x4f00_0000n, 32: 0x4f80_0000n, 63: 0x5f00_0000n, 64: 0x5f80_0000n },
  d: {
    31: 0x41e0_0000_0000_0000n,
    32: 0x41f0_0000_0000_0000n,
    63: 0x43e0_0000_0000_0000n,
    64: 0x43f0_0000_0000_0000n,
  },
};

const toIntegers = (suffix: Suffix): Vector[] => {
  const k: Landmarks = LANDMARKS[suffix];
  const { mode: flush, input } = flushOf(suffix);
  return INTEGERS.flatMap(({ r, width }) =>
    (['s', 'u'] as const).flatMap((sign) => {
      const isSigned = sign === 's';
      const bits = (value: bigint): bigint => BigInt.asUintN(Number(width), value);
      const lowest = isSigned ? -(1n << (width - 1n)) : 0n;
      const highest = isSigned ? (1n << (width - 1n)) - 1n : (1n << width) - 1n;
      const operands = [oneAndHalf(k), minus(k, oneAndHalf(k)), twoAndHalf(k), k.half, minus(k, k.half)];
      /** An unsigned integer has no negative: that is invalid, once it is rounded. */
      const row = (operand: bigint, value: bigint): Row =>
        value < lowest ? [[operand], RP, 0n, IOC] : [[operand], RP, bits(value), IXC];
      const power = isSigned ? width - 1n : width;
      const ends: Row[] =
        suffix === 'h'
          ? [
              [[k.max], RN, 65504n, 0n],
              [[minus(k, k.max)], RN, isSigned ? bits(-65504n) : 0n, isSigned ? 0n : IOC],
            ]
          : [
              [[POWERS[suffix][Number(power)] ?? 0n], RN, bits(highest), IOC],
              [[minus(k, POWERS[suffix][Number(power)] ?? 0n)], RN, bits(lowest), isSigned ? 0n : IOC],
            ];
      const common: Row[] = [
        [[k.three], RN, 3n, 0n],
        [[k.sign], RN, 0n, 0n],
        [[k.inf], RN, bits(highest), IOC],
        [[minus(k, k.inf)], RN, bits(lowest), IOC],
        [[k.oddNan], RN, 0n, IOC],
        [[minus(k, k.signalling)], DN, 0n, IOC],
        [[k.tiny], flush, 0n, input],
        ...ends,
      ];
      const fixed = (fractionBits: number) => ({ scale: Number(width) - fractionBits });
      const truncated = `fcvtz${sign}-${r}-${suffix}`;
      return [
        ...Object.entries(ROUNDED).flatMap(([how, values]) =>
          toGeneral(`fcvt${how}${sign}-${r}-${suffix}`, suffix, [
            ...operands.map((operand, at) => row(operand, values[at] ?? 0n)),
            ...common,
          ]),
        ),
        ...toGeneral(`${truncated}-fixed`, suffix, [[[oneAndHalf(k)], RN, 3n, 0n]], fixed(1)),
        ...toGeneral(`${truncated}-fixed`, suffix, [[[k.one], RN, 1n << 20n, 0n]], fixed(20)),
        // One more bit than an unsigned integer, and two more than a signed one, can hold.
        ...toGeneral(`${truncated}-fixed`, suffix, [[[k.one], RN, bits(highest), IOC]], fixed(Number(width))),
        ...toGeneral(`${truncated}-fixed`, suffix, [[[k.afterOne + 1n], RP, 4n, IXC]], fixed(2)),
        ...toGeneral(`${truncated}-fixed`, suffix, [[[k.oddNan], RN, 0n, IOC]], fixed(9)),
      ];
    }),
  );
};

/** Integers as numbers of the formats. */
const NUMBERS = {
  h: { minusOne: 0xbc00n, max32: 0x7c00n, low32: 0xfc00n, unit: 0x0000n },
  s: { minusOne: 0xbf80_0000n, max32: 0x4f80_0000n, low32: 0xcf00_0000n, unit: 0x2f80_0000n },
  d: {
    minusOne: 0xbff0_0000_0000_0000n,
    max32: 0x41ef_ffff_ffe0_0000n,
    low32: 0xc1e0_0000_0000_0000n,
    unit: 0x3df0_0000_0000_0000n,
  },
} as const;

type FromRow = readonly [operand: Num, fpcr: bigint, result: bigint, raised: bigint];

const fromIntegers = (suffix: Suffix): Vector[] => {
  const k = LANDMARKS[suffix];
  const { minusOne, max32, low32, unit } = NUMBERS[suffix];
  /** 2^32 - 1 and -2^31 are none of all formats. */
  const raisedByMax = suffix === 'd' ? 0n : suffix === 's' ? IXC : OFC | IXC;
  const raisedByLow = suffix === 'h' ? OFC | IXC : 0n;
  const oneOf: FromRow[] = [
    [0, RM, 0n, 0n],
    [1, RN, k.one, 0n],
    [3, RZ, k.three, 0n],
  ];
  /** Halves have 11 bits, singles 24, doubles 53. */
  const bits = { h: 11n, s: 24n, d: 53n }[suffix];
  const even = { h: 0x6800n, s: 0x4b80_0000n, d: 0x4340_0000_0000_0000n }[suffix];
  const between = (1n << bits) + 1n;
  const rounding: FromRow[] = [
    [between, RN, even, IXC],
    [between, RP, even + 1n, IXC],
    [between, RZ, even, IXC],
    [between + 2n, RN, even + 2n, IXC],
  ];
  const fits = bits < 32n ? rounding : [];
  const small = (r: 'w' | 'x', sign: 's' | 'u'): Vector[] => {
    const width = r === 'w' ? 32 : 64;
    const name = `${sign}cvtf-${suffix}-${r}-fixed`;
    const tiny = suffix === 'h';
    return [
      ...fromGeneral(name, [[3n, RN, oneAndHalf(k), 0n]], { scale: width - 1 }),
      ...fromGeneral(name, [[0n, RM, 0n, 0n]], { scale: width - 7 }),
      // 2^-32, and of a half something tiny.
      ...fromGeneral(name, [[1n, RN, unit, tiny ? UFC | IXC : 0n]], { scale: width - 32 }),
      ...fromGeneral(name, [[1n, flushOf(suffix).mode | RP, tiny ? 0n : unit, tiny ? UFC : 0n]], {
        scale: width - 32,
      }),
      ...fromGeneral(name, [[1n << 31n, RN, sign === 's' && r === 'w' ? minusOne : k.one, 0n]], { scale: width - 31 }),
    ];
  };
  return [
    ...fromGeneral(`scvtf-${suffix}-w`, [
      ...oneOf,
      [0xffff_ffffn, RN, minusOne, 0n],
      [0x5555_5555_8000_0000n, RN, low32, raisedByLow],
      ...fits,
    ]),
    ...fromGeneral(`ucvtf-${suffix}-w`, [...oneOf, [-1, RN, max32, raisedByMax], ...fits]),
    ...fromGeneral(`scvtf-${suffix}-x`, [
      ...oneOf,
      [-1, RN, minusOne, 0n],
      [0xffff_ffffn, RN, max32, raisedByMax],
      ...rounding,
    ]),
    ...fromGeneral(`ucvtf-${suffix}-x`, [
      ...oneOf,
      [0xffff_ffffn, RN, max32, raisedByMax],
      [-1, RM, { h: k.max, s: 0x5f7f_ffffn, d: 0x43ef_ffff_ffff_ffffn }[suffix], suffix === 'h' ? OFC | IXC : IXC],
      ...rounding,
    ]),
    ...(['w', 'x'] as const).flatMap((r) => [...small(r, 's'), ...small(r, 'u')]),
  ];
};

const Z = 0b0100;
/** Operand, FPCR, word, flags, raised. */
const javascript: readonly Vector[] = (
  [
    [D.three, RP, 3n, Z, 0n],
    [minus(D, D.two), RN, 0xffff_fffen, Z, 0n],
    [0n, RN, 0n, Z, 0n],
    [D.sign, RN, 0n, 0, 0n],
    [minus(D, oneAndHalf(D)), RM, 0xffff_ffffn, 0, IXC],
    [D.tiny, RN, 0n, 0, IXC],
    // Z says that the word is the number, which it is not.
    [D.tiny, FZ, 0n, 0, IDC],
    [0x41e0_0000_0000_0000n, RN, 0x8000_0000n, 0, IOC],
    [0xc1e0_0000_0000_0000n, RN, 0x8000_0000n, Z, 0n],
    [0x41f0_0000_0008_0000n, RN, 0n, 0, IOC],
    [0x41f0_0000_0010_0000n, RN, 1n, 0, IOC],
    [0x4340_0000_0000_0001n, RN, 2n, 0, IOC],
    [D.max, RN, 0n, 0, IOC],
    [minus(D, D.inf), RN, 0n, 0, IOC],
    [D.oddNan, RN, 0n, 0, IOC],
  ] as const
).flatMap(([operand, fpcr, word, nzcv, raised]) =>
  raising({
    mnemonic: 'fjcvtzs',
    fields: {},
    from: 'd',
    operands: [operand],
    fpcr,
    raised,
    nzcv: 0b1011,
    result: { x: word, nzcv },
  }),
);

export const FLOAT_CONVERT: readonly Vector[] = [
  ...between,
  ...SUFFIXES.flatMap((suffix) => [...toIntegers(suffix), ...fromIntegers(suffix)]),
  ...javascript,
];
