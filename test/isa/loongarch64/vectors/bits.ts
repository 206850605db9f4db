/** Bits: counting, reversing, fields, checksums. @see LoongArch Reference Manual, Volume 1, 2.2.3 and 2.2.9 */
import type { Vector } from '../../driver';
import { type Num, RD, RJ, registers, u64, unary, vector } from './rows';

const MIN = -(1n << 63n);

/** Rows of [rd before, rj, msb, lsb, rd after]. */
const fields = (mnemonic: string, rows: readonly (readonly [Num, Num, number, number, Num])[]): Vector[] =>
  rows.map(([d, j, msb, lsb, result]) =>
    vector(
      mnemonic,
      { rd: RD, rj: RJ, msb, lsb },
      `${d}, ${j}, ${msb}, ${lsb}`,
      { r: { [RD]: u64(d), [RJ]: u64(j) } },
      { r: { [RD]: u64(result) } },
    ),
  );

/** Checksums that begin with rk go on with bytes of rj; results are words, sign-extended. */
const checksums = (mnemonic: string, [a, b, c, d]: readonly [number, number, number, number]): Vector[] =>
  registers(
    mnemonic,
    (
      [
        [1n, 0n, a],
        [0n, 0xffff_ffffn, b],
        // "12345678"
        [0x3837_3635_3433_3231n, 0xffff_ffffn, c],
        [0xfedc_ba98_7654_3210n, 0xabcd_0123_1234_5678n, d],
      ] as const
    ).map(([data, seed, sum]) => [data, seed, BigInt(sum | 0)] as const),
  );

const A = 0x0123_4567_89ab_cdefn;

export const BITS: readonly Vector[] = [
  ...unary('clo.w', [
    [0xf000_0000, 4],
    [-1, 32],
    [0, 0],
    [0xffff_ffff_0fff_ffffn, 0],
  ]),
  ...unary('clz.w', [
    [0x0800_0000, 4],
    [0, 32],
    [-1, 0],
    [0xffff_ffff_0000_0001n, 31],
  ]),
  ...unary('cto.w', [
    [0xf, 4],
    [-1, 32],
    [0, 0],
    [0xffff_ffff_0000_0007n, 3],
  ]),
  ...unary('ctz.w', [
    [0x10, 4],
    [0, 32],
    [-1, 0],
    [0x1_0000_0000n, 32],
  ]),
  ...unary('clo.d', [
    [0xf000_0000_0000_0000n, 4],
    [-1, 64],
    [0, 0],
    [-2, 63],
  ]),
  ...unary('clz.d', [
    [1, 63],
    [0, 64],
    [-1, 0],
    [0x1_0000_0000n, 31],
  ]),
  ...unary('cto.d', [
    [0xf, 4],
    [-1, 64],
    [0, 0],
    [0xff_ffff_ffffn, 40],
  ]),
  ...unary('ctz.d', [
    [0x10, 4],
    [0, 64],
    [-1, 0],
    [MIN, 63],
  ]),
  ...unary('revb.2h', [
    [A, 0xffff_ffff_ab89_efcdn],
    [0x1122_3344, 0x2211_4433],
    [0x80, 0x8000],
    [0x80_0000, 0xffff_ffff_8000_0000n],
  ]),
  ...unary('revb.4h', [
    [A, 0x2301_6745_ab89_efcdn],
    [1, 0x100],
    [MIN, 0x0080_0000_0000_0000n],
    [-1, -1],
  ]),
  ...unary('revb.2w', [
    [A, 0x6745_2301_efcd_ab89n],
    [1, 0x0100_0000],
    [MIN, 0x0000_0080_0000_0000n],
    [-1, -1],
  ]),
  ...unary('revb.d', [
    [A, 0xefcd_ab89_6745_2301n],
    [1, 0x0100_0000_0000_0000n],
    [MIN, 0x80],
    [-1, -1],
  ]),
  ...unary('revh.2w', [
    [A, 0x4567_0123_cdef_89abn],
    [1, 0x1_0000],
    [MIN, 0x0000_8000_0000_0000n],
    [-1, -1],
  ]),
  ...unary('revh.d', [
    [A, 0xcdef_89ab_4567_0123n],
    [1, 0x0001_0000_0000_0000n],
    [MIN, 0x8000],
    [-1, -1],
  ]),
  ...unary('bitrev.4b', [
    [0x0180_0f55, BigInt.asIntN(64, 0xffff_ffff_8001_f0aan)],
    [0x8000_0000, 0x0100_0000],
    [-1, -1],
    [0x5_0000_0000n, 0],
  ]),
  ...unary('bitrev.8b', [
    [0x0102_0408_1020_4080n, 0x8040_2010_0804_0201n],
    [1, 0x80],
    [MIN, 0x0100_0000_0000_0000n],
    [-1, -1],
  ]),
  ...unary('bitrev.w', [
    [1, -0x80000000],
    [0x8000_0000, 1],
    [0x1234_5678, 0x1e6a_2c48],
    [0xf_0000_0000n, 0],
  ]),
  ...unary('bitrev.d', [
    [1, MIN],
    [MIN, 1],
    [0x0123_4567_89ab_cdefn, 0xf7b3_d591_e6a2_c480n],
    [-1, -1],
  ]),
  ...unary('ext.w.h', [
    [0x8000, -0x8000],
    [0x7fff, 0x7fff],
    [0x1_2345, 0x2345],
    [-1, -1],
  ]),
  ...unary('ext.w.b', [
    [0x80, -0x80],
    [0x7f, 0x7f],
    [0x1234, 0x34],
    [-1, -1],
  ]),
  ...(
    [
      [0, 0x89ab_cdefn],
      [1, 0xabcd_ef76n],
      [2, 0xcdef_7654n],
      [3, 0xef76_5432n],
    ] as const
  ).flatMap(([sb, word]) => registers('bytepick.w', [[0xfedc_ba98_7654_3210n, A, BigInt.asIntN(32, word)]], { sb })),
  ...(
    [
      [0, A],
      [1, 0x2345_6789_abcd_effen],
      [3, 0x6789_abcd_effe_dcban],
      [7, 0xeffe_dcba_9876_5432n],
    ] as const
  ).flatMap(([sb, result]) => registers('bytepick.d', [[0xfedc_ba98_7654_3210n, A, result]], { sb })),
  ...fields('bstrins.w', [
    [0, 0xff, 7, 0, 0xff],
    [-1, 0, 15, 8, 0xffff_ffff_ffff_00ffn],
    [0, -1, 31, 31, 0xffff_ffff_8000_0000n],
    [0x5_1234_5678n, 0xabc, 11, 4, 0x1234_5bc8],
    [0x5_1234_5678n, 0xdead_beef_8765_4321n, 31, 0, 0xffff_ffff_8765_4321n],
  ]),
  ...fields('bstrpick.w', [
    [9, 0x1234_5678, 15, 8, 0x56],
    [9, 0x1234_5678, 31, 28, 1],
    [9, 0xf_8000_0000n, 31, 0, 0xffff_ffff_8000_0000n],
    [9, -1, 0, 0, 1],
    [9, 0xffff_ffff, 30, 0, 0x7fff_ffff],
  ]),
  ...fields('bstrins.d', [
    [0, 0xff, 7, 0, 0xff],
    [-1, 0, 63, 32, 0xffff_ffff],
    [0, 1, 63, 63, MIN],
    [A, 0xdead_beef, 47, 32, 0x0123_beef_89ab_cdefn],
    [A, 5, 63, 0, 5],
  ]),
  ...fields('bstrpick.d', [
    [9, A, 63, 56, 1],
    [9, A, 31, 0, 0x89ab_cdef],
    [9, -1, 63, 0, -1],
    [9, MIN, 63, 63, 1],
    [9, A, 35, 4, 0x789a_bcde],
  ]),
  ...checksums('crc.w.b.w', [0x7707_3096, 0x2dfd_1072, 0x7c23_1048, 0x437b_dd3c]),
  ...checksums('crc.w.h.w', [0x191b_3141, 0xbe26_ed00, 0xb0ac_bb32, 0xe7fb_56da]),
  ...checksums('crc.w.w.w', [0xb8bc_6765, 0xdebb_20e3, 0x641c_1f5c, 0x9e6e_72f6]),
  ...checksums('crc.w.d.w', [0xccaa_009e, 0x9add_2096, 0x651f_2550, 0xdf04_eaaa]),
  ...checksums('crcc.w.b.w', [0xf26b_8303, 0xad82_acae, 0x6f0a_661c, 0xeb0d_fffb]),
  ...checksums('crcc.w.h.w', [0x13a2_9877, 0x0e9e_882d, 0x8caa_3b9f, 0xbbd4_f0f7]),
  ...checksums('crcc.w.w.w', [0xdd45_aab8, 0xb798_b438, 0x09c5_0b11, 0x14f8_d626]),
  ...checksums('crcc.w.d.w', [0x493c_7d27, 0x73d7_4d75, 0x9f78_7f65, 0x679d_fef3]),
];
