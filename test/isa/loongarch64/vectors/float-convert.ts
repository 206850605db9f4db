/** Conversions. @see LoongArch Reference Manual, Volume 1, 3.2.3 */
import type { Vector } from '../../driver';
import { FORMATS, type Suffix } from '../../float-landmarks';
import { disabled, FD, FJ, h, NV, NX, OF, operandOf, RM, RNE, RP, RZ, raising, resultOf, tiny, UF } from './float-rows';
import { type Num, u64 } from './rows';

const { s: S, d: D } = FORMATS;
const FIELDS = { fd: FD, fj: FJ };

/** Rows of [fj, rm, fd, raised], registers whole. */
type Rows = readonly (readonly [bigint, number, bigint, bigint])[];

const conversion = (mnemonic: string, rows: Rows): Vector[] => [
  ...rows.flatMap(([a, rm, d, raised]) =>
    raising({ mnemonic, fields: FIELDS, name: h(a), f: { [FJ]: a }, rm, raised, result: { f: { [FD]: d } } }),
  ),
  disabled(mnemonic, FIELDS),
];

const between: readonly Vector[] = [
  ...conversion(
    'fcvt.s.d',
    (
      [
        [D.one, RNE, S.one, 0n],
        [D.third, RNE, S.third, NX],
        [D.third, RZ, S.thirdDown, NX],
        [D.max, RNE, S.inf, OF | NX],
        [D.max, RM, S.max, OF | NX],
        [D.tiny, RNE, 0n, UF | NX],
        [D.tiny, RP, S.tiny, UF | NX],
        [D.inf | D.sign, RNE, S.inf | S.sign, 0n],
        // Just below the smallest normal single: tiny only if full precision would not have reached it.
        [0x380f_ffff_e000_0000n, RNE, S.minNormal, UF | NX],
        [0x380f_ffff_f000_0000n, RNE, S.minNormal, NX],
        // Of a NaN the upper bits stay.
        [D.oddNan, RNE, 0x7fc0_91a2n, 0n],
        [D.signalling | D.sign, RNE, S.nan | S.sign, NV],
      ] as const
    ).map(([a, rm, d, raised]) => [a, rm, resultOf('s', d), raised] as const),
  ),
  // 2^-127.
  tiny('fcvt.s', 'd', 'd', [0x3800_0000_0000_0000n]),
  ...conversion(
    'fcvt.d.s',
    (
      [
        [S.one, RNE, D.one, 0n],
        [S.third, RZ, 0x3fd5_5555_6000_0000n, 0n],
        [S.tiny, RP, 0x36a0_0000_0000_0000n, 0n],
        [S.max, RNE, 0x47ef_ffff_e000_0000n, 0n],
        [S.inf, RNE, D.inf, 0n],
        [S.oddNan, RNE, 0x7ff8_2468_a000_0000n, 0n],
        [S.signalling, RNE, 0x7ff8_0000_2000_0000n, NV],
      ] as const
    ).map(([a, rm, d, raised]) => [operandOf('s', a), rm, d, raised] as const),
  ),
];

/** 1.5, 2.5, 2^31 and 2^63. */
const POINTS = {
  s: { half3: 0x3fc0_0000n, half5: 0x4020_0000n, p31: 0x4f00_0000n, p63: 0x5f00_0000n },
  d: {
    half3: 0x3ff8_0000_0000_0000n,
    half5: 0x4004_0000_0000_0000n,
    p31: 0x41e0_0000_0000_0000n,
    p63: 0x43e0_0000_0000_0000n,
  },
} as const;

/** Suffixes of instructions with a rounding of their own; the others have that of fcsr0. */
const ROUNDINGS = [
  ['rne', RNE],
  ['rz', RZ],
  ['rp', RP],
  ['rm', RM],
] as const;

/** Rows of [operand, integers by rounding mode as fcsr0 numbers them, raised]. */
type Integers = readonly (readonly [bigint, readonly [Num, Num, Num, Num], bigint])[];

const integersOf = (suffix: Suffix, integer: 'w' | 'l'): Integers => {
  const k = FORMATS[suffix];
  const { half3, half5, p31, p63 } = POINTS[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const width = integer === 'w' ? 32n : 64n;
  const [low, high] = [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n];
  const over = integer === 'w' ? p31 : p63;
  const same = (value: Num) => [value, value, value, value] as const;
  return [
    [half3, [2, 1, 2, 1], NX],
    [half5, [2, 2, 3, 2], NX],
    [minus(half3), [-2, -1, -1, -2], NX],
    [minus(k.half), [0, 0, 0, -1], NX],
    [k.tiny, [0, 0, 1, 0], NX],
    [k.two, same(2), 0n],
    [k.sign, same(0), 0n],
    [minus(over), same(low), 0n],
    [over, same(high), NV],
    [k.max, same(high), NV],
    [minus(k.inf), same(low), NV],
    // The manual has no integer for a NaN: 0, as in QEMU.
    [k.oddNan, same(0), NV],
    [minus(k.signalling), same(0), NV],
    ...(integer === 'l' ? ([[p31, same(1n << 31n), 0n]] as const) : []),
  ];
};

const toIntegers = (suffix: Suffix): Vector[] =>
  (['w', 'l'] as const).flatMap((integer) => {
    const rows = integersOf(suffix, integer);
    /** The manual leaves the half above a word open: zeros or the sign, as in QEMU. */
    const register = (mnemonic: string, value: Num): bigint =>
      /^ftintr(z|ne)\.w\.s$/.test(mnemonic) ? BigInt.asUintN(32, BigInt(value)) : u64(value);
    return [
      ...ROUNDINGS.flatMap(([name, mode], index) => {
        const mnemonic = `ftint${name}.${integer}.${suffix}`;
        // The mode of fcsr0 is another.
        const other = ROUNDINGS[(index + 1) % 4]?.[1] ?? RNE;
        return conversion(
          mnemonic,
          rows.map(([a, d, raised]) => [operandOf(suffix, a), other, register(mnemonic, d[mode]), raised] as const),
        );
      }),
      ...conversion(
        `ftint.${integer}.${suffix}`,
        rows.flatMap(([a, d, raised]) =>
          ROUNDINGS.map(([, mode]) => [operandOf(suffix, a), mode, u64(d[mode]), raised] as const),
        ),
      ),
    ];
  });

const W = 0xf_0000_0000n;

const fromIntegers: readonly Vector[] = [
  ...conversion(
    'ffint.s.w',
    (
      [
        [W | 1n, RNE, S.one, 0n],
        [u64(-1), RNE, S.one | S.sign, 0n],
        [W, RM, 0n, 0n],
        [0x7fff_ffffn, RNE, 0x4f00_0000n, NX],
        [0x7fff_ffffn, RZ, 0x4eff_ffffn, NX],
        [u64(-0x7fff_ffff), RP, 0xceff_ffffn, NX],
      ] as const
    ).map(([a, rm, d, raised]) => [a, rm, resultOf('s', d), raised] as const),
  ),
  ...conversion(
    'ffint.s.l',
    (
      [
        [1n, RNE, S.one, 0n],
        [1n << 63n, RNE, 0xdf00_0000n, 0n],
        [(1n << 63n) - 1n, RNE, 0x5f00_0000n, NX],
        [(1n << 63n) - 1n, RZ, 0x5eff_ffffn, NX],
        [u64(-3), RNE, 0xc040_0000n, 0n],
      ] as const
    ).map(([a, rm, d, raised]) => [a, rm, resultOf('s', d), raised] as const),
  ),
  ...conversion('ffint.d.w', [
    [W | 1n, RNE, D.one, 0n],
    [u64(-1), RZ, D.one | D.sign, 0n],
    [0x7fff_ffffn, RNE, 0x41df_ffff_ffc0_0000n, 0n],
    [W | 0x8000_0000n, RP, 0xc1e0_0000_0000_0000n, 0n],
    [0n, RM, 0n, 0n],
  ]),
  ...conversion('ffint.d.l', [
    [1n, RNE, D.one, 0n],
    [(1n << 53n) + 1n, RNE, 0x4340_0000_0000_0000n, NX],
    [(1n << 53n) + 1n, RP, 0x4340_0000_0000_0001n, NX],
    [1n << 63n, RNE, 0xc3e0_0000_0000_0000n, 0n],
    [0n, RM, 0n, 0n],
  ]),
];

/** The half above a single is open by the manual: zeros, as in QEMU. */
const toIntegral = (suffix: Suffix): Vector[] => {
  const k = FORMATS[suffix];
  const { half3, half5 } = POINTS[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const quiet = k.nan & ~k.inf;
  const rows: readonly (readonly [bigint, readonly [bigint, bigint, bigint, bigint], bigint])[] = [
    [half3, [k.two, k.one, k.two, k.one], NX],
    [half5, [k.two, k.two, k.three, k.two], NX],
    [minus(half3), [minus(k.two), minus(k.one), minus(k.one), minus(k.two)], NX],
    [minus(k.half), [k.sign, k.sign, k.sign, minus(k.one)], NX],
    [k.tiny, [0n, 0n, k.one, 0n], NX],
    [k.max, [k.max, k.max, k.max, k.max], 0n],
    [k.sign, [k.sign, k.sign, k.sign, k.sign], 0n],
    [minus(k.inf), [minus(k.inf), minus(k.inf), minus(k.inf), minus(k.inf)], 0n],
    [k.oddNan, [k.oddNan, k.oddNan, k.oddNan, k.oddNan], 0n],
    [k.signalling, [k.signalling | quiet, k.signalling | quiet, k.signalling | quiet, k.signalling | quiet], NV],
  ];
  return conversion(
    `frint.${suffix}`,
    rows.flatMap(([a, d, raised]) =>
      ([RNE, RZ, RP, RM] as const).map((mode) => [operandOf(suffix, a), mode, d[mode as 0], raised] as const),
    ),
  );
};

export const FLOAT_CONVERT: readonly Vector[] = [
  ...between,
  ...toIntegers('s'),
  ...toIntegers('d'),
  ...fromIntegers,
  ...toIntegral('s'),
  ...toIntegral('d'),
];
