/** F and D. @see RISC-V Unprivileged ISA 20240411, F and D Extensions; IEEE 754-2019 */

import { type After, type Before, DATA, type Vector } from '../../driver';
import { FORMATS as formats, type Suffix } from '../../float-landmarks';
import { FS_INITIAL } from '../subject';
import { little, RD, RS1, RS2, RS3, u64, vector } from './rows';

const NX = 1n;
const UF = 2n;
const OF = 4n;
const DZ = 8n;
const NV = 16n;
const RNE = 0;
const RTZ = 1;
const RDN = 2;
const RUP = 3;
const RMM = 4;
const DYN = 7;

const SUFFIXES: readonly Suffix[] = ['s', 'd'];
const box = (suffix: Suffix, bits: bigint): bigint => (suffix === 's' ? 0xffff_ffff_0000_0000n | bits : bits);
const h = (bits: bigint): string => bits.toString(16);

const dirty = (flags: bigint): After => (flags ? { slots: { fflags: flags }, fs: 3 } : { fs: 3 });

type Row = readonly [operands: readonly bigint[], rm: number, result: bigint, flags: bigint];

/** Operations from f registers to an f register; each row also through the dynamic mode, and with flags already raised. */
const compute = (name: string, suffix: Suffix, rows: readonly Row[], hasRm = true): Vector[] => {
  const mnemonic = `${name}.${suffix}`;
  const sources = ['rs1', 'rs2', 'rs3'];
  const numbers = [RS1, RS2, RS3];
  const row = ([operands, rm, result, flags]: Row, way: 'static' | 'dynamic'): Vector => {
    const fields: Record<string, number> = { rd: RD };
    const f: Record<number, bigint> = {};
    operands.forEach((bits, index) => {
      fields[sources[index] ?? ''] = numbers[index] ?? 0;
      f[numbers[index] ?? 0] = box(suffix, bits);
    });
    const dynamic = way === 'dynamic';
    if (hasRm) fields.rm = dynamic ? DYN : rm;
    const before: Before = { f, slots: dynamic ? { frm: BigInt(rm), fflags: NX } : {} };
    const raised = dynamic ? flags | NX : flags;
    return vector(mnemonic, fields, `${operands.map(h).join(', ')} rm ${rm} ${way}`, before, {
      f: { [RD]: box(suffix, result) },
      ...dirty(raised),
    });
  };
  return rows.flatMap((each) => (hasRm ? [row(each, 'static'), row(each, 'dynamic')] : [row(each, 'static')]));
};

const arithmetic = (suffix: Suffix): Vector[] => {
  const k = formats[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  return [
    ...compute('fadd', suffix, [
      [[k.one, k.one], RNE, k.two, 0n],
      [[k.one, k.halfUlp], RNE, k.one, NX],
      [[k.afterOne, k.halfUlp], RNE, k.afterOne + 1n, NX],
      [[k.one, k.halfUlp], RTZ, k.one, NX],
      [[k.one, k.halfUlp], RDN, k.one, NX],
      [[k.one, k.halfUlp], RUP, k.afterOne, NX],
      [[k.one, k.halfUlp], RMM, k.afterOne, NX],
      [[minus(k.one), minus(k.halfUlp)], RDN, minus(k.afterOne), NX],
      [[minus(k.one), minus(k.halfUlp)], RUP, minus(k.one), NX],
      [[minus(k.one), minus(k.halfUlp)], RMM, minus(k.afterOne), NX],
      [[k.one, k.tiny], RUP, k.afterOne, NX],
      [[k.one, minus(k.tiny)], RDN, k.beforeOne, NX],
      [[k.one, minus(k.tiny)], RNE, k.one, NX],
      [[k.one, minus(k.one)], RNE, 0n, 0n],
      [[k.one, minus(k.one)], RDN, k.sign, 0n],
      [[k.sign, k.sign], RNE, k.sign, 0n],
      [[0n, k.sign], RUP, 0n, 0n],
      [[0n, k.sign], RDN, k.sign, 0n],
      [[k.max, k.max], RNE, k.inf, OF | NX],
      [[k.max, k.max], RTZ, k.max, OF | NX],
      [[k.max, k.max], RDN, k.max, OF | NX],
      [[k.max, k.max], RUP, k.inf, OF | NX],
      [[k.max, k.max], RMM, k.inf, OF | NX],
      [[minus(k.max), minus(k.max)], RDN, minus(k.inf), OF | NX],
      [[minus(k.max), minus(k.max)], RUP, minus(k.max), OF | NX],
      [[k.maxSubnormal, k.tiny], RNE, k.minNormal, 0n],
      [[k.inf, k.one], RNE, k.inf, 0n],
      [[k.inf, minus(k.inf)], RNE, k.nan, NV],
      [[k.oddNan, k.one], RNE, k.nan, 0n],
      [[minus(k.oddNan), k.one], RNE, k.nan, 0n],
      [[k.signalling, k.one], RNE, k.nan, NV],
    ]),
    ...compute('fsub', suffix, [
      [[k.three, k.one], RNE, k.two, 0n],
      [[k.one, k.three], RNE, minus(k.two), 0n],
      [[k.one, k.one], RDN, k.sign, 0n],
      [[k.inf, k.inf], RNE, k.nan, NV],
      [[k.minNormal, k.tiny], RNE, k.maxSubnormal, 0n],
      [[k.one, k.tiny], RTZ, k.beforeOne, NX],
      [[0n, k.oddNan], RNE, k.nan, 0n],
    ]),
    ...compute('fmul', suffix, [
      [[k.two, k.half], RNE, k.one, 0n],
      [[k.max, k.two], RNE, k.inf, OF | NX],
      [[minus(k.max), k.two], RUP, minus(k.max), OF | NX],
      [[k.inf, 0n], RNE, k.nan, NV],
      [[k.inf, k.sign], RNE, k.nan, NV],
      [[minus(k.inf), k.two], RNE, minus(k.inf), 0n],
      [[k.sign, k.three], RNE, k.sign, 0n],
      [[k.tiny, k.half], RNE, 0n, UF | NX],
      [[k.tiny, k.half], RUP, k.tiny, UF | NX],
      [[k.tiny, k.half], RMM, k.tiny, UF | NX],
      [[minus(k.tiny), k.half], RDN, minus(k.tiny), UF | NX],
      [[minus(k.tiny), k.half], RTZ, k.sign, UF | NX],
      [[k.twoTiny, k.half], RNE, k.tiny, 0n],
      // Both round to the smallest normal number. The first product lies below it and is exact at full precision: tiny.
      [[k.minNormal, k.beforeOne], RNE, k.minNormal, UF | NX],
      [[k.minNormal + 1n, k.beforeOne], RNE, k.minNormal, NX],
      [[k.minNormal, k.beforeOne], RTZ, k.maxSubnormal, UF | NX],
      [[k.afterOne, k.afterOne], RTZ, k.afterOne + 1n, NX],
      [[k.afterOne, k.afterOne], RUP, k.afterOne + 2n, NX],
      [[k.signalling, k.oddNan], RNE, k.nan, NV],
    ]),
    ...compute('fdiv', suffix, [
      [[k.two, k.two], RNE, k.one, 0n],
      [[k.one, k.three], RNE, k.third, NX],
      [[k.one, k.three], RTZ, k.thirdDown, NX],
      [[k.one, k.three], RUP, k.thirdDown + 1n, NX],
      [[minus(k.one), k.three], RUP, minus(k.thirdDown), NX],
      [[k.one, 0n], RNE, k.inf, DZ],
      [[k.one, k.sign], RNE, minus(k.inf), DZ],
      [[0n, 0n], RNE, k.nan, NV],
      [[k.inf, k.inf], RNE, k.nan, NV],
      [[k.inf, 0n], RNE, k.inf, 0n],
      [[k.one, minus(k.inf)], RNE, k.sign, 0n],
      [[k.sign, k.one], RNE, k.sign, 0n],
      [[k.tiny, k.two], RNE, 0n, UF | NX],
      [[k.max, k.half], RNE, k.inf, OF | NX],
      [[k.minNormal, k.two], RNE, k.minNormal >> 1n, 0n],
      [[k.oddNan, 0n], RNE, k.nan, 0n],
      [[k.inf, k.signalling], RNE, k.nan, NV],
    ]),
    ...compute('fsqrt', suffix, [
      [[k.one], RNE, k.one, 0n],
      [[k.two], RNE, k.root2, NX],
      [[k.two], RDN, suffix === 's' ? k.root2 : k.root2 - 1n, NX],
      [[k.two], RUP, k.root2Up, NX],
      [[0n], RNE, 0n, 0n],
      [[k.sign], RDN, k.sign, 0n],
      [[k.inf], RNE, k.inf, 0n],
      [[minus(k.one)], RNE, k.nan, NV],
      [[minus(k.inf)], RNE, k.nan, NV],
      [[minus(k.tiny)], RNE, k.nan, NV],
      [[k.oddNan], RNE, k.nan, 0n],
      [[k.signalling], RNE, k.nan, NV],
    ]),
  ];
};

const fused = (suffix: Suffix): Vector[] => {
  const k = formats[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  // (1 + u)² = 1 + 2u + u²; taking 1 + 2u away leaves u², which only one rounding keeps.
  const square = k.afterOne + 1n;
  const ulpSquared = suffix === 's' ? 0x2880_0000n : 0x3970_0000_0000_0000n;
  const special = (inverted: boolean): Row[] => [
    [[k.inf, 0n, k.oddNan], RNE, k.nan, NV],
    [[0n, k.inf, k.one], RNE, k.nan, NV],
    [[k.oddNan, k.one, k.one], RNE, k.nan, 0n],
    [[k.one, k.one, k.signalling], RNE, k.nan, NV],
    [[k.inf, k.one, inverted ? k.inf : minus(k.inf)], RNE, k.nan, NV],
  ];
  return [
    ...compute('fmadd', suffix, [
      [[k.two, k.three, minus(k.three)], RNE, k.three, 0n],
      [[k.afterOne, k.afterOne, minus(square)], RNE, ulpSquared, 0n],
      [[k.one, k.one, minus(k.one)], RDN, k.sign, 0n],
      [[k.one, k.one, minus(k.one)], RNE, 0n, 0n],
      [[k.one, k.sign, k.sign], RNE, k.sign, 0n],
      [[k.max, k.two, minus(k.max)], RNE, k.max, 0n],
      [[k.tiny, k.tiny, k.one], RUP, k.afterOne, NX],
      [[k.tiny, k.tiny, 0n], RNE, 0n, UF | NX],
      [[k.one, k.one, k.inf], RNE, k.inf, 0n],
      ...special(false),
    ]),
    ...compute('fmsub', suffix, [
      [[k.two, k.three, k.three], RNE, k.three, 0n],
      [[k.afterOne, k.afterOne, square], RNE, ulpSquared, 0n],
      [[k.one, k.one, k.one], RDN, k.sign, 0n],
      [[k.one, 0n, 0n], RNE, 0n, 0n],
      ...special(true),
    ]),
    ...compute('fnmsub', suffix, [
      [[k.two, k.one, k.three], RNE, k.one, 0n],
      [[k.afterOne, k.afterOne, square], RNE, minus(ulpSquared), 0n],
      [[k.one, k.one, k.one], RNE, 0n, 0n],
      [[k.one, 0n, k.sign], RNE, k.sign, 0n],
      ...special(true),
    ]),
    ...compute('fnmadd', suffix, [
      [[k.one, k.one, k.one], RNE, minus(k.two), 0n],
      [[k.afterOne, k.afterOne, minus(square)], RNE, minus(ulpSquared), 0n],
      [[k.one, k.one, minus(k.one)], RNE, 0n, 0n],
      [[k.one, 0n, 0n], RNE, k.sign, 0n],
      ...special(false),
    ]),
  ];
};

const selections = (suffix: Suffix): Vector[] => {
  const k = formats[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const common: Row[] = [
    [[k.oddNan, k.one], 0, k.one, 0n],
    [[k.one, k.oddNan], 0, k.one, 0n],
    [[k.signalling, k.one], 0, k.one, NV],
    [[k.one, k.signalling], 0, k.one, NV],
    [[k.oddNan, minus(k.oddNan)], 0, k.nan, 0n],
    [[k.signalling, k.signalling], 0, k.nan, NV],
  ];
  return [
    ...compute(
      'fmin',
      suffix,
      [
        [[k.one, k.two], 0, k.one, 0n],
        [[minus(k.one), minus(k.two)], 0, minus(k.two), 0n],
        [[0n, k.sign], 0, k.sign, 0n],
        [[k.sign, 0n], 0, k.sign, 0n],
        [[k.inf, minus(k.inf)], 0, minus(k.inf), 0n],
        ...common,
      ],
      false,
    ),
    ...compute(
      'fmax',
      suffix,
      [
        [[k.one, k.two], 0, k.two, 0n],
        [[minus(k.one), minus(k.two)], 0, minus(k.one), 0n],
        [[0n, k.sign], 0, 0n, 0n],
        [[k.sign, 0n], 0, 0n, 0n],
        [[k.inf, minus(k.inf)], 0, k.inf, 0n],
        ...common,
      ],
      false,
    ),
    ...compute(
      'fsgnj',
      suffix,
      [
        [[k.one, minus(k.two)], 0, minus(k.one), 0n],
        [[minus(k.one), k.two], 0, k.one, 0n],
        [[k.signalling, k.sign], 0, minus(k.signalling), 0n],
        [[k.oddNan, 0n], 0, k.oddNan, 0n],
      ],
      false,
    ),
    ...compute(
      'fsgnjn',
      suffix,
      [
        [[k.one, minus(k.two)], 0, k.one, 0n],
        [[k.one, k.two], 0, minus(k.one), 0n],
        [[k.signalling, 0n], 0, minus(k.signalling), 0n],
        [[minus(k.one), k.sign], 0, k.one, 0n],
      ],
      false,
    ),
    ...compute(
      'fsgnjx',
      suffix,
      [
        [[k.one, minus(k.two)], 0, minus(k.one), 0n],
        [[minus(k.one), minus(k.two)], 0, k.one, 0n],
        [[minus(k.inf), 0n], 0, minus(k.inf), 0n],
        [[k.one, k.two], 0, k.one, 0n],
      ],
      false,
    ),
  ];
};

/** Rows of [operands, x result, flags, rm]; operations from f registers to an x register. */
const toInteger = (
  mnemonic: string,
  suffix: Suffix,
  fs: 1 | 3,
  rows: readonly (readonly [readonly bigint[], bigint | number, bigint, number?])[],
): Vector[] =>
  rows.map(([operands, result, flags, rm]) => {
    const fields: Record<string, number> = {
      rd: RD,
      rs1: RS1,
      ...(operands.length > 1 && { rs2: RS2 }),
      ...(rm !== undefined && { rm }),
    };
    const f: Record<number, bigint> = { [RS1]: box(suffix, operands[0] ?? 0n) };
    if (operands[1] !== undefined) f[RS2] = box(suffix, operands[1]);
    return vector(
      mnemonic,
      fields,
      `${operands.map(h).join(', ')}${rm === undefined ? '' : ` rm ${rm}`}`,
      { f },
      {
        x: { [RD]: u64(result) },
        ...(flags && { slots: { fflags: flags } }),
        fs,
      },
    );
  });

const comparisons = (suffix: Suffix): Vector[] => {
  const k = formats[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const make = (name: string, rows: readonly (readonly [readonly bigint[], number, bigint])[]) =>
    toInteger(`${name}.${suffix}`, suffix, 3, rows);
  return [
    ...make('feq', [
      [[k.one, k.one], 1, 0n],
      [[k.one, k.two], 0, 0n],
      [[0n, k.sign], 1, 0n],
      [[k.oddNan, k.oddNan], 0, 0n],
      [[k.signalling, k.one], 0, NV],
      [[k.inf, k.inf], 1, 0n],
    ]),
    ...make('flt', [
      [[k.one, k.two], 1, 0n],
      [[k.one, k.one], 0, 0n],
      [[k.sign, 0n], 0, 0n],
      [[minus(k.two), minus(k.one)], 1, 0n],
      [[k.oddNan, k.one], 0, NV],
      [[k.one, k.signalling], 0, NV],
      [[minus(k.inf), k.inf], 1, 0n],
    ]),
    ...make('fle', [
      [[k.one, k.two], 1, 0n],
      [[k.one, k.one], 1, 0n],
      [[0n, k.sign], 1, 0n],
      [[k.two, k.one], 0, 0n],
      [[minus(k.one), k.tiny], 1, 0n],
      [[k.one, k.oddNan], 0, NV],
    ]),
    ...toInteger(`fclass.${suffix}`, suffix, 1, [
      [[minus(k.inf)], 1, 0n],
      [[minus(k.one)], 2, 0n],
      [[minus(k.maxSubnormal)], 4, 0n],
      [[k.sign], 8, 0n],
      [[0n], 16, 0n],
      [[k.tiny], 32, 0n],
      [[k.minNormal], 64, 0n],
      [[k.inf], 128, 0n],
      [[k.signalling], 256, 0n],
      [[minus(k.oddNan)], 512, 0n],
    ]),
  ];
};

/** Integer conversions share these: 1.5, 2.5, -0.5, -1, 2^31, 2^32, 2^63, 2^64. */
const POINTS = {
  s: {
    half3: 0x3fc0_0000n,
    half5: 0x4020_0000n,
    p31: 0x4f00_0000n,
    p32: 0x4f80_0000n,
    p63: 0x5f00_0000n,
    p64: 0x5f80_0000n,
  },
  d: {
    half3: 0x3ff8_0000_0000_0000n,
    half5: 0x4004_0000_0000_0000n,
    p31: 0x41e0_0000_0000_0000n,
    p32: 0x41f0_0000_0000_0000n,
    p63: 0x43e0_0000_0000_0000n,
    p64: 0x43f0_0000_0000_0000n,
  },
} as const;

const toIntegers = (suffix: Suffix): Vector[] => {
  const k = formats[suffix];
  const { half3, half5, p31, p32, p63, p64 } = POINTS[suffix];
  const minus = (bits: bigint) => bits | k.sign;
  const rounding: (readonly [readonly bigint[], number, bigint, number])[] = [
    [[half3], 2, NX, RNE],
    [[half5], 2, NX, RNE],
    [[half5], 3, NX, RMM],
    [[half3], 1, NX, RTZ],
    [[half3], 1, NX, RDN],
    [[half3], 2, NX, RUP],
    [[k.tiny], 1, NX, RUP],
    [[k.tiny], 0, NX, RNE],
    [[k.two], 2, 0n, RNE],
    [[minus(k.half)], 0, NX, RTZ],
    [[k.sign], 0, 0n, RDN],
  ];
  const below: (readonly [readonly bigint[], number, bigint, number])[] = [
    [[minus(half3)], -2, NX, RDN],
    [[minus(half3)], -1, NX, RUP],
    [[minus(half5)], -3, NX, RMM],
    [[minus(k.half)], -1, NX, RDN],
  ];
  const unsignedBelow = (d: number): (readonly [readonly bigint[], number, bigint, number])[] => [
    [[minus(k.one)], d, NV, RTZ],
    [[minus(k.half)], d, NV, RDN],
    [[minus(k.half)], d, NX, RUP],
    [[minus(k.inf)], d, NV, RNE],
  ];
  const ends = (low: bigint, high: bigint, over: bigint): (readonly [readonly bigint[], bigint, bigint, number])[] => [
    [[k.inf], high, NV, RNE],
    [[k.oddNan], high, NV, RNE],
    [[minus(k.signalling)], high, NV, RNE],
    [[over], high, NV, RTZ],
    [[k.max], high, NV, RTZ],
    [[minus(k.max)], low, NV, RTZ],
  ];
  const maxSigned64 = (1n << 63n) - 1n;
  return [
    ...toInteger(`fcvt.w.${suffix}`, suffix, 3, [
      ...rounding,
      ...below,
      ...ends(-0x8000_0000n, 0x7fff_ffffn, p31),
      [[minus(p31)], -0x80000000, 0n, RNE],
      [[minus(k.inf)], -0x80000000, NV, RNE],
    ]),
    ...toInteger(`fcvt.wu.${suffix}`, suffix, 3, [
      ...rounding,
      ...unsignedBelow(0),
      ...ends(0n, -1n, p32),
      [[p31], -0x80000000, 0n, RNE],
    ]),
    ...toInteger(`fcvt.l.${suffix}`, suffix, 3, [
      ...rounding,
      ...below,
      ...ends(-(1n << 63n), maxSigned64, p63),
      [[minus(p63)], -(1n << 63n), 0n, RNE],
      [[p32], 1n << 32n, 0n, RNE],
    ]),
    ...toInteger(`fcvt.lu.${suffix}`, suffix, 3, [
      ...rounding,
      ...unsignedBelow(0),
      ...ends(0n, -1n, p64),
      [[p63], 1n << 63n, 0n, RNE],
    ]),
  ];
};

/** Rows of [x operand, result, flags, rm]. */
const fromInteger = (
  mnemonic: string,
  suffix: Suffix,
  rows: readonly (readonly [bigint | number, bigint, bigint, number])[],
): Vector[] =>
  rows.map(([a, result, flags, rm]) =>
    vector(
      mnemonic,
      { rd: RD, rs1: RS1, rm },
      `${a} rm ${rm}`,
      { x: { [RS1]: u64(a) } },
      { f: { [RD]: box(suffix, result) }, ...dirty(flags) },
    ),
  );

const fromIntegers: readonly Vector[] = [
  ...fromInteger('fcvt.s.w', 's', [
    [1, formats.s.one, 0n, RNE],
    [-1, 0xbf80_0000n, 0n, RNE],
    [0, 0n, 0n, RDN],
    [0xf_0000_0001n, formats.s.one, 0n, RNE],
    [0x7fff_ffff, 0x4f00_0000n, NX, RNE],
    [0x7fff_ffff, 0x4eff_ffffn, NX, RTZ],
    [-0x7fff_ffff, 0xceff_ffffn, NX, RUP],
    [0x0100_0001, 0x4b80_0001n, NX, RMM],
    [0x0100_0001, 0x4b80_0000n, NX, RNE],
  ]),
  ...fromInteger('fcvt.s.wu', 's', [
    [1, formats.s.one, 0n, RNE],
    [-1, 0x4f80_0000n, NX, RNE],
    [-1, 0x4f7f_ffffn, NX, RDN],
    [0xf_0000_0001n, formats.s.one, 0n, RNE],
    [0, 0n, 0n, RNE],
  ]),
  ...fromInteger('fcvt.s.l', 's', [
    [1, formats.s.one, 0n, RNE],
    [-(1n << 63n), 0xdf00_0000n, 0n, RNE],
    [(1n << 63n) - 1n, 0x5f00_0000n, NX, RNE],
    [(1n << 63n) - 1n, 0x5eff_ffffn, NX, RTZ],
    [-3, 0xc040_0000n, 0n, RNE],
  ]),
  ...fromInteger('fcvt.s.lu', 's', [
    [1, formats.s.one, 0n, RNE],
    [-1, 0x5f80_0000n, NX, RUP],
    [-1, 0x5f7f_ffffn, NX, RTZ],
    [1n << 63n, 0x5f00_0000n, 0n, RNE],
  ]),
  ...fromInteger('fcvt.d.w', 'd', [
    [1, formats.d.one, 0n, RNE],
    [-1, 0xbff0_0000_0000_0000n, 0n, RTZ],
    [0x7fff_ffff, 0x41df_ffff_ffc0_0000n, 0n, RNE],
    [0xf_8000_0000n, 0xc1e0_0000_0000_0000n, 0n, RUP],
    [0, 0n, 0n, RDN],
  ]),
  ...fromInteger('fcvt.d.wu', 'd', [
    [1, formats.d.one, 0n, RNE],
    [-1, 0x41ef_ffff_ffe0_0000n, 0n, RTZ],
    [0xf_8000_0000n, 0x41e0_0000_0000_0000n, 0n, RUP],
    [0, 0n, 0n, RDN],
  ]),
  ...fromInteger('fcvt.d.l', 'd', [
    [1, formats.d.one, 0n, RNE],
    [(1n << 53n) + 1n, 0x4340_0000_0000_0000n, NX, RNE],
    [(1n << 53n) + 1n, 0x4340_0000_0000_0001n, NX, RUP],
    [(1n << 53n) + 1n, 0x4340_0000_0000_0001n, NX, RMM],
    [-(1n << 63n), 0xc3e0_0000_0000_0000n, 0n, RNE],
  ]),
  ...fromInteger('fcvt.d.lu', 'd', [
    [1, formats.d.one, 0n, RNE],
    [-1, 0x43f0_0000_0000_0000n, NX, RNE],
    [-1, 0x43ef_ffff_ffff_ffffn, NX, RDN],
    [1n << 63n, 0x43e0_0000_0000_0000n, 0n, RNE],
  ]),
];

/** Rows of [operand, result, flags, rm] between formats. */
const between = (to: Suffix, from: Suffix, rows: readonly (readonly [bigint, bigint, bigint, number])[]): Vector[] =>
  rows.map(([a, result, flags, rm]) =>
    vector(
      `fcvt.${to}.${from}`,
      { rd: RD, rs1: RS1, rm },
      `${h(a)} rm ${rm}`,
      { f: { [RS1]: box(from, a) } },
      { f: { [RD]: box(to, result) }, ...dirty(flags) },
    ),
  );

const { s: S, d: D } = formats;
const conversions: readonly Vector[] = [
  ...between('s', 'd', [
    [D.one, S.one, 0n, RNE],
    [D.third, S.third, NX, RNE],
    [D.third, S.thirdDown, NX, RTZ],
    [D.max, S.inf, OF | NX, RNE],
    [D.max, S.max, OF | NX, RDN],
    [D.tiny, 0n, UF | NX, RNE],
    [D.tiny, S.tiny, UF | NX, RUP],
    [D.sign, S.sign, 0n, RNE],
    [D.inf | D.sign, S.inf | S.sign, 0n, RNE],
    [D.oddNan, S.nan, 0n, RNE],
    [D.signalling, S.nan, NV, RNE],
    // Just below the smallest normal single: rounds to it, tiny only if full precision would not have reached it.
    [0x380f_ffff_e000_0000n, S.minNormal, UF | NX, RNE],
    [0x380f_ffff_f000_0000n, S.minNormal, NX, RNE],
  ]),
  ...between('d', 's', [
    [S.one, D.one, 0n, RNE],
    [S.third, 0x3fd5_5555_6000_0000n, 0n, RTZ],
    [S.tiny, 0x36a0_0000_0000_0000n, 0n, RUP],
    [S.max, 0x47ef_ffff_e000_0000n, 0n, RNE],
    [S.inf, D.inf, 0n, RNE],
    [S.oddNan, D.nan, 0n, RNE],
    [S.signalling, D.nan, NV, RNE],
  ]),
];

/** Moves and memory keep bits as they are; a single read from an unboxed register is the canonical NaN. */
const UNBOXED = 0x1234_5678_9abc_def0n;
const moves: readonly Vector[] = [
  ...[UNBOXED, 0xffff_ffff_8000_0000n, 0n, 0x7fff_ffffn].flatMap((bits) => [
    vector(
      'fmv.x.w',
      { rd: RD, rs1: RS1 },
      h(bits),
      { f: { [RS1]: bits } },
      { x: { [RD]: u64(BigInt.asIntN(32, bits)) }, fs: 1 },
    ),
    vector('fmv.x.d', { rd: RD, rs1: RS1 }, h(bits), { f: { [RS1]: bits } }, { x: { [RD]: bits }, fs: 1 }),
    vector(
      'fmv.w.x',
      { rd: RD, rs1: RS1 },
      h(bits),
      { x: { [RS1]: bits } },
      { f: { [RD]: box('s', bits & 0xffff_ffffn) }, fs: 3 },
    ),
    vector('fmv.d.x', { rd: RD, rs1: RS1 }, h(bits), { x: { [RS1]: bits } }, { f: { [RD]: bits }, fs: 3 }),
  ]),
  ...[0, -2048, 2047, 1].flatMap((imm) => [
    vector(
      'flw',
      { rd: RD, rs1: RS1, imm },
      `${imm}`,
      { x: { [RS1]: DATA + 0x40n - BigInt(imm) }, memory: [{ at: DATA + 0x40n, bytes: little(0x8123_4567, 4) }] },
      { f: { [RD]: 0xffff_ffff_8123_4567n }, fs: 3 },
    ),
    vector(
      'fld',
      { rd: RD, rs1: RS1, imm },
      `${imm}`,
      { x: { [RS1]: DATA + 0x41n - BigInt(imm) }, memory: [{ at: DATA + 0x41n, bytes: little(UNBOXED, 8) }] },
      { f: { [RD]: UNBOXED }, fs: 3 },
    ),
    vector(
      'fsw',
      { rs2: RS2, rs1: RS1, imm },
      `${imm}`,
      { x: { [RS1]: DATA + 0x40n - BigInt(imm) }, f: { [RS2]: UNBOXED } },
      { memory: [{ at: DATA + 0x3en, bytes: `0000${little(UNBOXED, 4)}0000` }], fs: 1 },
    ),
    vector(
      'fsd',
      { rs2: RS2, rs1: RS1, imm },
      `${imm}`,
      { x: { [RS1]: DATA + 0x41n - BigInt(imm) }, f: { [RS2]: UNBOXED } },
      { memory: [{ at: DATA + 0x40n, bytes: `00${little(UNBOXED, 8)}00` }], fs: 1 },
    ),
  ]),
  vector(
    'fadd.s',
    { rd: RD, rs1: RS1, rs2: RS2, rm: RNE },
    'with an unboxed operand',
    { f: { [RS1]: UNBOXED, [RS2]: box('s', S.one) } },
    { f: { [RD]: box('s', S.nan) }, fs: 3 },
  ),
  vector(
    'feq.s',
    { rd: RD, rs1: RS1, rs2: RS1 },
    'of an unboxed signalling NaN is quiet',
    { f: { [RS1]: S.signalling } },
    { x: { [RD]: 0n }, fs: 3 },
  ),
  vector(
    'fsgnj.s',
    { rd: RD, rs1: RS1, rs2: RS2 },
    'of an unboxed operand',
    { f: { [RS1]: S.one, [RS2]: box('s', S.sign) } },
    { f: { [RD]: box('s', S.nan | S.sign) }, fs: 3 },
  ),
  vector(
    'fmin.s',
    { rd: RD, rs1: RS1, rs2: RS2 },
    'of an unboxed operand',
    { f: { [RS1]: 0n, [RS2]: box('s', S.one) } },
    { f: { [RD]: box('s', S.one) }, fs: 3 },
  ),
  vector(
    'fclass.s',
    { rd: RD, rs1: RS1 },
    'of an unboxed operand',
    { f: { [RS1]: S.one } },
    { x: { [RD]: 512n }, fs: 1 },
  ),
];

const illegal = (
  mnemonic: string,
  fields: Readonly<Record<string, number>>,
  name: string,
  slots: Readonly<Record<string, bigint>>,
): Vector => {
  const row = vector(mnemonic, fields, name, { slots }, {});
  return { ...row, after: { trap: { cause: 2, tval: BigInt(row.word) } } };
};

const OFF = { mstatus: 0n };
const illegals: readonly Vector[] = [
  ...['fadd.s', 'fmul.d'].flatMap((mnemonic) => [
    ...[5, 6].map((rm) => illegal(mnemonic, { rd: RD, rs1: RS1, rs2: RS2, rm }, `with reserved mode ${rm}`, {})),
    ...[5n, 6n, 7n].map((frm) =>
      illegal(mnemonic, { rd: RD, rs1: RS1, rs2: RS2, rm: DYN }, `with frm ${frm}`, { frm, mstatus: FS_INITIAL }),
    ),
    illegal(mnemonic, { rd: RD, rs1: RS1, rs2: RS2, rm: RNE }, 'with FS off', OFF),
  ]),
  illegal('fsqrt.d', { rd: RD, rs1: RS1, rm: DYN }, 'with frm 5', { frm: 5n }),
  illegal('fcvt.d.w', { rd: RD, rs1: RS1, rm: DYN }, 'with frm 5, though it never rounds', { frm: 5n }),
  illegal('flw', { rd: RD, rs1: RS1, imm: 0 }, 'with FS off', OFF),
  illegal('fsd', { rs2: RS2, rs1: RS1, imm: 0 }, 'with FS off', OFF),
  illegal('fmv.x.d', { rd: RD, rs1: RS1 }, 'with FS off', OFF),
  illegal('fsgnj.s', { rd: RD, rs1: RS1, rs2: RS2 }, 'with FS off', OFF),
  illegal('feq.d', { rd: RD, rs1: RS1, rs2: RS2 }, 'with FS off', OFF),
  illegal('c.fldsp', { rd: RD, uimm: 0 }, 'with FS off', OFF),
  illegal('c.fsd', { "rs2'": RS2, "rs1'": RS1, uimm: 0 }, 'with FS off', OFF),
];

export const FLOAT: readonly Vector[] = [
  ...SUFFIXES.flatMap((suffix) => [
    ...arithmetic(suffix),
    ...fused(suffix),
    ...selections(suffix),
    ...comparisons(suffix),
    ...toIntegers(suffix),
  ]),
  ...fromIntegers,
  ...conversions,
  ...moves,
  ...illegals,
];
