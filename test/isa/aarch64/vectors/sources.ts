/** Instructions of one, two and three source registers. @see Arm ARM, C6.2 */
import type { Vector } from '../../driver';
import { type Num, operation, RD, RM, RN, vector } from './rows';

/** Rows of [Rn, Rd]. */
const unary = (mnemonic: string, rows: readonly (readonly [Num, Num])[]): Vector[] =>
  rows.map(([n, d]) => operation(mnemonic, {}, { n }, { d }));
/** Rows of [Rn, Rm, Rd]. */
const binary = (mnemonic: string, rows: readonly (readonly [Num, Num, Num])[]): Vector[] =>
  rows.map(([n, m, d]) => operation(mnemonic, {}, { n, m }, { d }));
/** Rows of [Rn, Rm, Ra, Rd]. */
const ternary = (mnemonic: string, rows: readonly (readonly [Num, Num, Num, Num])[]): Vector[] =>
  rows.map(([n, m, a, d]) => operation(mnemonic, {}, { n, m, a }, { d }));

const MIN = 1n << 63n;
const MAX = MIN - 1n;
const W_MIN = 0x8000_0000;
const A = 0x0123_4567_89ab_cdefn;

/** Checksums that begin with Rn go on with bytes of Rm. */
const checksums = (mnemonic: string, list: readonly [number, number, number, number]): Vector[] =>
  (
    [
      [0n, 1n],
      [0xffff_ffffn, 0n],
      // "12345678"
      [0xffff_ffffn, 0x3837_3635_3433_3231n],
      [0xabcd_0123_1234_5678n, 0xfedc_ba98_7654_3210n],
    ] as const
  ).map(([n, m], at) =>
    vector(
      mnemonic,
      { Rd: RD, Rn: RN, Rm: RM },
      `${n.toString(16)}, ${m.toString(16)}`,
      { x: { [RN]: n, [RM]: m } },
      { x: { [RD]: BigInt(list[at]!) } },
    ),
  );

export const SOURCES: readonly Vector[] = [
  ...unary('rbit-x', [
    [1, MIN],
    [A, 0xf7b3_d591_e6a2_c480n],
    [-1, -1],
    [0xf0, 0x0f00_0000_0000_0000n],
  ]),
  ...unary('rbit-w', [
    [1, W_MIN],
    [0x89ab_cdef, 0xf7b3_d591],
    [-1, -1],
    [0xf0, 0x0f00_0000],
  ]),
  ...unary('rev16-x', [
    [A, 0x2301_6745_ab89_efcdn],
    [0xff, 0xff00],
    [0, 0],
    [MIN, 0x0080_0000_0000_0000n],
  ]),
  ...unary('rev16-w', [
    [0x89ab_cdef, 0xab89_efcd],
    [0xff, 0xff00],
    [0, 0],
    [W_MIN, 0x0080_0000],
  ]),
  ...unary('rev32-x', [
    [A, 0x6745_2301_efcd_ab89n],
    [0xff, 0xff00_0000],
    [0, 0],
    [MIN, 0x0000_0080_0000_0000n],
  ]),
  ...unary('rev-x', [
    [A, 0xefcd_ab89_6745_2301n],
    [0xff, 0xff00_0000_0000_0000n],
    [0, 0],
    [MIN, 0x80],
  ]),
  ...unary('rev-w', [
    [0x89ab_cdef, 0xefcd_ab89],
    [0xff, 0xff00_0000],
    [0, 0],
    [W_MIN, 0x80],
  ]),
  ...unary('clz-x', [
    [0, 64],
    [1, 63],
    [-1, 0],
    [A, 7],
  ]),
  ...unary('clz-w', [
    [0, 32],
    [1, 31],
    [-1, 0],
    [0x0012_3456, 11],
  ]),
  ...unary('cls-x', [
    [0, 63],
    [-1, 63],
    [MIN, 0],
    [A, 6],
    [-2, 62],
  ]),
  ...unary('cls-w', [
    [0, 31],
    [-1, 31],
    [W_MIN, 0],
    [0x0012_3456, 10],
    [-2, 30],
  ]),
  ...binary('udiv-x', [
    [7, 2, 3],
    [7, 0, 0],
    [-1, 3, 0x5555_5555_5555_5555n],
    [MIN, -1, 0],
    [-1, -1, 1],
  ]),
  ...binary('udiv-w', [
    [7, 2, 3],
    [7, 0, 0],
    [-1, 3, 0x5555_5555],
    [W_MIN, -1, 0],
    [-1, -1, 1],
  ]),
  ...binary('sdiv-x', [
    [-7, 2, -3],
    [7, 0, 0],
    [MIN, -1, MIN],
    [-1, -1, 1],
    [MAX, -2, -(MAX / 2n)],
  ]),
  ...binary('sdiv-w', [
    [-7, 2, -3],
    [7, 0, 0],
    [W_MIN, -1, W_MIN],
    [-1, -1, 1],
    [0x7fff_ffff, -2, -0x3fff_ffff],
  ]),
  ...binary('lslv-x', [
    [1, 63, MIN],
    [1, 64, 1],
    [A, 4, 0x1234_5678_9abc_def0n],
    [1, -1, MIN],
  ]),
  ...binary('lslv-w', [
    [1, 31, W_MIN],
    [1, 32, 1],
    [0x89ab_cdef, 4, 0x9abc_def0],
    [1, -1, W_MIN],
  ]),
  ...binary('lsrv-x', [
    [MIN, 63, 1],
    [MIN, 64, MIN],
    [-1, 4, 0x0fff_ffff_ffff_ffffn],
    [MIN, -1, 1],
  ]),
  ...binary('lsrv-w', [
    [W_MIN, 31, 1],
    [W_MIN, 32, W_MIN],
    [-1, 4, 0x0fff_ffff],
    [W_MIN, -1, 1],
  ]),
  ...binary('asrv-x', [
    [MIN, 63, -1],
    [MIN, 64, MIN],
    [MAX, 62, 1],
    [-256, 4, -16],
  ]),
  ...binary('asrv-w', [
    [W_MIN, 31, -1],
    [W_MIN, 32, W_MIN],
    [0x7fff_ffff, 30, 1],
    [-256, 4, -16],
  ]),
  ...binary('rorv-x', [
    [A, 4, 0xf012_3456_789a_bcden],
    [1, 1, MIN],
    [1, 64, 1],
    [A, -4, 0x1234_5678_9abc_def0n],
  ]),
  ...binary('rorv-w', [
    [0x89ab_cdef, 4, 0xf89a_bcde],
    [1, 1, W_MIN],
    [1, 32, 1],
    [0x89ab_cdef, -4, 0x9abc_def8],
  ]),
  ...ternary('madd-x', [
    [3, 5, 7, 22],
    [-1, -1, -1, 0],
    [1n << 32n, 1n << 32n, 1, 1],
    [MAX, 2, 2, 0],
  ]),
  ...ternary('madd-w', [
    [3, 5, 7, 22],
    [-1, -1, -1, 0],
    [0x1_0000, 0x1_0000, 1, 1],
    [0x7fff_ffff, 2, 2, 0],
  ]),
  ...ternary('msub-x', [
    [3, 5, 7, -8],
    [-1, 1, 0, 1],
    [1n << 32n, 1n << 32n, 1, 1],
    [MAX, 2, -2, 0],
  ]),
  ...ternary('msub-w', [
    [3, 5, 7, -8],
    [-1, 1, 0, 1],
    [0x1_0000, 0x1_0000, 1, 1],
    [0x7fff_ffff, 2, -2, 0],
  ]),
  // The upper halves of the factors do not matter.
  ...ternary('smaddl', [
    [0x7777_0000_0003n, 5, 7, 22],
    [0xffff_ffff, 0xffff_ffff, 0, 1],
    [0x8000_0000, 0x8000_0000, 0, 1n << 62n],
    [0x8000_0000, 1, -1, -0x8000_0001],
  ]),
  ...ternary('smsubl', [
    [0x7777_0000_0003n, 5, 7, -8],
    [0xffff_ffff, 0xffff_ffff, 0, -1],
    [0x8000_0000, 0x8000_0000, 0, -(1n << 62n)],
    [0x8000_0000, 1, -1, 0x7fff_ffff],
  ]),
  ...ternary('umaddl', [
    [0x7777_0000_0003n, 5, 7, 22],
    [0xffff_ffff, 0xffff_ffff, 0, 0xffff_fffe_0000_0001n],
    [0x8000_0000, 0x8000_0000, 0, 1n << 62n],
    [0x8000_0000, 1, -1, 0x7fff_ffff],
  ]),
  ...ternary('umsubl', [
    [0x7777_0000_0003n, 5, 7, -8],
    [0xffff_ffff, 0xffff_ffff, 0, 0x1_ffff_ffffn],
    [0x8000_0000, 0x8000_0000, 0, -(1n << 62n)],
    [0x8000_0000, 1, -1, -0x8000_0001],
  ]),
  ...binary('smulh', [
    [-1, -1, 0],
    [MIN, MIN, 1n << 62n],
    [MIN, 1, -1],
    [1n << 32n, 1n << 33n, 2],
  ]),
  ...binary('umulh', [
    [-1, -1, -2],
    [MIN, MIN, 1n << 62n],
    [MIN, 1, 0],
    [1n << 32n, 1n << 33n, 2],
  ]),
  ...checksums('crc32b', [0x7707_3096, 0x2dfd_1072, 0x7c23_1048, 0x437b_dd3c]),
  ...checksums('crc32h', [0x191b_3141, 0xbe26_ed00, 0xb0ac_bb32, 0xe7fb_56da]),
  ...checksums('crc32w', [0xb8bc_6765, 0xdebb_20e3, 0x641c_1f5c, 0x9e6e_72f6]),
  ...checksums('crc32x', [0xccaa_009e, 0x9add_2096, 0x651f_2550, 0xdf04_eaaa]),
  ...checksums('crc32cb', [0xf26b_8303, 0xad82_acae, 0x6f0a_661c, 0xeb0d_fffb]),
  ...checksums('crc32ch', [0x13a2_9877, 0x0e9e_882d, 0x8caa_3b9f, 0xbbd4_f0f7]),
  ...checksums('crc32cw', [0xdd45_aab8, 0xb798_b438, 0x09c5_0b11, 0x14f8_d626]),
  ...checksums('crc32cx', [0x493c_7d27, 0x73d7_4d75, 0x9f78_7f65, 0x679d_fef3]),
];
