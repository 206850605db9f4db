/** Moves of floating-point registers and constants. @see Arm ARM, C7.2 "FMOV"; J1.3 VFPExpandImm */
import type { Vector } from '../../driver';
import {
  fromGeneral,
  held,
  LANDMARKS,
  plain,
  RD,
  RN,
  RS,
  SUFFIXES,
  type Suffix,
  toGeneral,
  VD,
  VN,
} from './float-rows';
import { vector } from './rows';

/** Numbers by the 8 bits that stand for them: 1, -1, 2, 31, 0.125, -0.1328125. */
const IMMEDIATES: Readonly<Record<Suffix, readonly (readonly [number, bigint])[]>> = {
  h: [
    [0x70, 0x3c00n],
    [0xf0, 0xbc00n],
    [0x00, 0x4000n],
    [0x3f, 0x4fc0n],
    [0x40, 0x3000n],
    [0xc1, 0xb040n],
  ],
  s: [
    [0x70, 0x3f80_0000n],
    [0xf0, 0xbf80_0000n],
    [0x00, 0x4000_0000n],
    [0x3f, 0x41f8_0000n],
    [0x40, 0x3e00_0000n],
    [0xc1, 0xbe08_0000n],
  ],
  d: [
    [0x70, 0x3ff0_0000_0000_0000n],
    [0xf0, 0xbff0_0000_0000_0000n],
    [0x00, 0x4000_0000_0000_0000n],
    [0x3f, 0x403f_0000_0000_0000n],
    [0x40, 0x3fc0_0000_0000_0000n],
    [0xc1, 0xbfc1_0000_0000_0000n],
  ],
};

const moves = (suffix: Suffix): Vector[] => {
  const k = LANDMARKS[suffix];
  return [
    ...plain(`fmov-${suffix}`, suffix, [
      [[k.one], k.one],
      [[k.signalling], k.signalling],
      [[k.tiny], k.tiny],
      [[k.sign], k.sign],
    ]),
    ...IMMEDIATES[suffix].map(([imm, bits]) =>
      vector(`fmov-${suffix}-imm`, { Vd: VD, imm }, imm.toString(16), {}, { v: { [VD]: bits } }),
    ),
  ];
};

const WORDS = 0x1234_5678_9abc_def0n;
const general = (suffix: Suffix, r: 'w' | 'x'): Vector[] => {
  const k = LANDMARKS[suffix];
  const mask = { h: 0xffffn, s: 0xffff_ffffn, d: (1n << 64n) - 1n }[suffix];
  return [
    ...toGeneral(
      `fmov-${r}-${suffix}`,
      suffix,
      [k.one, k.signalling, k.sign, mask].map((bits) => [[bits], RN, bits, 0n] as const),
    ),
    ...fromGeneral(
      `fmov-${suffix}-${r}`,
      [0n, WORDS, -1n, k.tiny].map((bits) => [bits, RN, bits & mask, 0n] as const),
    ),
  ];
};

const top: readonly Vector[] = [0n, WORDS, 1n << 63n, 0xffff_ffffn].flatMap((bits) => [
  vector(
    'fmov-x-top',
    { Vn: VN, Rd: RD },
    bits.toString(16),
    { v: { [VN]: (bits << 64n) | 5n } },
    { x: { [RD]: bits } },
  ),
  vector(
    'fmov-top-x',
    { Vd: VD, Rn: RS },
    bits.toString(16),
    { x: { [RS]: bits }, v: { [VD]: held('s', 7n) } },
    { v: { [VD]: (bits << 64n) | (held('s', 7n) & ((1n << 64n) - 1n)) } },
  ),
]);

export const FLOAT_MOVE: readonly Vector[] = [
  ...SUFFIXES.flatMap(moves),
  ...general('s', 'w'),
  ...general('d', 'x'),
  ...general('h', 'w'),
  ...general('h', 'x'),
  ...top,
];
