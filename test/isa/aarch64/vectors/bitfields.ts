/** Bit fields, shifts by constants, extracts. @see Arm ARM, C6.2: SBFM, BFM, UBFM, EXTR */
import type { Vector } from '../../driver';
import { type Num, operation } from './rows';

const N = 0xfedc_ba98_7654_3210n;

/** Rows of [immr, imms, result of N, or of the given operand]. */
const rows = (mnemonic: string, list: readonly (readonly [number, number, Num, Num?])[]): Vector[] =>
  list.map(([immr, imms, d, n = N]) => {
    const isShift = /^(asr|lsr)/.test(mnemonic);
    return operation(mnemonic, { immr, ...(!isShift && { imms }) }, { n }, { d });
  });

/** The same with the destination before: ones, then zeros. */
const inserts = (mnemonic: string, list: readonly (readonly [number, number, Num, Num])[]): Vector[] =>
  list.flatMap(([immr, imms, overOnes, overZeros]) => [
    operation(mnemonic, { immr, imms }, { n: N, d: -1 }, { d: overOnes }),
    operation(mnemonic, { immr, imms }, { n: N, d: 0 }, { d: overZeros }),
  ]);

/** Rows of [Rn, Rm, lowest bit, result]. */
const extracts = (mnemonic: string, list: readonly (readonly [Num, Num, number, Num])[]): Vector[] =>
  list.map(([n, m, imms, d]) => operation(mnemonic, { imms }, { n, m }, { d }));

export const BITFIELDS: readonly Vector[] = [
  // Extract bits 11:4, 7:0, 15:0, 31:0; insert the low 8 bits at 8, and at the top.
  ...rows('sbfm-x', [
    [4, 11, 0x21],
    [0, 7, 0x10],
    [0, 15, 0x3210],
    [0, 31, 0x7654_3210],
    [56, 7, 0x1000],
    [8, 7, 0x1000_0000_0000_0000n],
    [32, 62, -0x0123_4568],
    [60, 3, 0],
    [1, 0, 0, 2],
    [1, 0, 1n << 63n, 1],
  ]),
  ...rows('sbfm-w', [
    [4, 11, 0x21],
    [0, 7, 0x10],
    [0, 15, 0x3210],
    [24, 7, 0x1000],
    [8, 7, 0x1000_0000],
    [0, 30, -0x09ab_cdf0],
    [0, 7, -1, 0xff],
    [16, 30, -0x322, 0x7cde_0000],
  ]),
  ...rows('asr-x', [
    [0, 0, N],
    [4, 0, 0xffed_cba9_8765_4321n],
    [63, 0, -1],
    [32, 0, -0x0123_4568],
  ]),
  ...rows('asr-w', [
    [0, 0, 0x7654_3210],
    [4, 0, 0x0765_4321],
    [31, 0, 0],
    [31, 0, -1, 0x8000_0000],
  ]),
  ...rows('ubfm-x', [
    [4, 11, 0x21],
    [0, 7, 0x10],
    [0, 62, 0x7edc_ba98_7654_3210n],
    [60, 59, 0xedcb_a987_6543_2100n],
    [1, 0, 0],
    [56, 7, 0x1000],
    [32, 62, 0x7edc_ba98],
    [1, 0, 1n << 63n, 1],
  ]),
  ...rows('ubfm-w', [
    [4, 11, 0x21],
    [0, 15, 0x3210],
    [28, 27, 0x6543_2100],
    [1, 0, 0],
    [24, 7, 0x1000],
    [16, 30, 0x7654],
    [1, 0, 0x8000_0000, 1],
  ]),
  ...rows('lsr-x', [
    [0, 0, N],
    [4, 0, 0x0fed_cba9_8765_4321n],
    [63, 0, 1],
    [32, 0, 0xfedc_ba98],
  ]),
  ...rows('lsr-w', [
    [0, 0, 0x7654_3210],
    [4, 0, 0x0765_4321],
    [31, 0, 0],
    [31, 0, 1, 0x8000_0000],
  ]),
  ...inserts('bfm-x', [
    [4, 11, 0xffff_ffff_ffff_ff21n, 0x21],
    [56, 7, 0xffff_ffff_ffff_10ffn, 0x1000],
    [0, 63, N, N],
    [8, 7, 0x10ff_ffff_ffff_ffffn, 0x1000_0000_0000_0000n],
    [1, 0, 0x7fff_ffff_ffff_ffffn, 0],
  ]),
  ...inserts('bfm-w', [
    [4, 11, 0xffff_ff21, 0x21],
    [24, 7, 0xffff_10ff, 0x1000],
    [0, 31, 0x7654_3210, 0x7654_3210],
    [8, 7, 0x10ff_ffff, 0x1000_0000],
  ]),
  ...extracts('extr-x', [
    [0x1111_2222_3333_4444n, 0x5555_6666_7777_8888n, 16, 0x4444_5555_6666_7777n],
    [1, 0, 1, 1n << 63n],
    [-1, 0x8000_0000_0000_0000n, 63, -1],
    [-1, 0x1234, 0, 0x1234],
  ]),
  ...extracts('extr-w', [
    [0x1111_2222, 0x3333_4444, 16, 0x2222_3333],
    [1, 0, 1, 0x8000_0000],
    [-1, 0x8000_0000, 31, -1],
    [-1, 0x1234, 0, 0x1234],
  ]),
];
