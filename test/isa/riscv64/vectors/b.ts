/** Zba, Zbb, Zbs. @see RISC-V Unprivileged ISA 20240411, B Extension */

import type { Vector } from '../../driver';
import { registers, shifts, unary } from './rows';

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;
const PATTERN = 0x0123456789abcdefn;

const ZBA: readonly Vector[] = [
  ...registers('sh1add', [
    [5, 100, 110],
    [MIN, 1, 1],
    [-1, 0, -2],
    [MAX, 2, 0],
  ]),
  ...registers('sh2add', [
    [5, 100, 120],
    [MIN, 1, 1],
    [-1, 0, -4],
    [1n << 61n, 1, MIN + 1n],
  ]),
  ...registers('sh3add', [
    [5, 100, 140],
    [1n << 61n, 1, 1],
    [-1, 0, -8],
    [1n << 60n, 1, MIN + 1n],
  ]),
  ...registers('add.uw', [
    [5, 100, 105],
    [-1, 1, 1n << 32n],
    [0xf_0000_0001n, -1, 0],
    [-1, 0, 0xffff_ffffn],
  ]),
  ...registers('sh1add.uw', [
    [5, 100, 110],
    [-1, 0, 0x1_ffff_fffen],
    [0xf_0000_0001n, -2, 0],
    [0x8000_0000, 1, 0x1_0000_0001n],
  ]),
  ...registers('sh2add.uw', [
    [5, 100, 120],
    [-1, 0, 0x3_ffff_fffcn],
    [0xf_0000_0001n, -4, 0],
    [0x8000_0000, 1, 0x2_0000_0001n],
  ]),
  ...registers('sh3add.uw', [
    [5, 100, 140],
    [-1, 0, 0x7_ffff_fff8n],
    [0xf_0000_0001n, -8, 0],
    [0x8000_0000, 1, 0x4_0000_0001n],
  ]),
  ...shifts('slli.uw', [
    [5, 2, 20],
    [-1, 32, -(1n << 32n)],
    [-1, 0, 0xffff_ffffn],
    [0xf_0000_0001n, 63, MIN],
  ]),
];

const ZBB: readonly Vector[] = [
  ...registers('andn', [
    [0b1100, 0b1010, 0b0100],
    [-1, -1, 0],
    [-1, 0, -1],
    [MIN, MAX, MIN],
  ]),
  ...registers('orn', [
    [0b1100, 0b1010, -3],
    [0, -1, 0],
    [0, 0, -1],
    [0, MAX, MIN],
  ]),
  ...registers('xnor', [
    [0b1100, 0b1010, -7],
    [-1, -1, -1],
    [0, -1, 0],
    [MIN, MAX, 0],
  ]),
  ...unary('clz', [
    [0, 64],
    [1, 63],
    [-1, 0],
    [MAX, 1],
    [1n << 32n, 31],
  ]),
  ...unary('ctz', [
    [0, 64],
    [1, 0],
    [MIN, 63],
    [-8, 3],
    [1n << 32n, 32],
  ]),
  ...unary('cpop', [
    [0, 0],
    [-1, 64],
    [MIN, 1],
    [PATTERN, 32],
  ]),
  ...unary('clzw', [
    [0, 32],
    [1, 31],
    [-1, 0],
    [0xf_0000_0000n, 32],
    [0x7fff_ffff, 1],
  ]),
  ...unary('ctzw', [
    [0, 32],
    [1, 0],
    [0x8000_0000, 31],
    [0xf_0000_0000n, 32],
  ]),
  ...unary('cpopw', [
    [0, 0],
    [-1, 32],
    [0xf_0000_0000n, 0],
    [PATTERN, 20],
  ]),
  ...registers('max', [
    [5, 7, 7],
    [-1, 0, 0],
    [MIN, MAX, MAX],
    [4, 4, 4],
  ]),
  ...registers('maxu', [
    [5, 7, 7],
    [-1, 0, -1],
    [MIN, MAX, MIN],
    [4, 4, 4],
  ]),
  ...registers('min', [
    [5, 7, 5],
    [-1, 0, -1],
    [MIN, MAX, MIN],
    [4, 4, 4],
  ]),
  ...registers('minu', [
    [5, 7, 5],
    [-1, 0, 0],
    [MIN, MAX, MAX],
    [4, 4, 4],
  ]),
  ...unary('sext.b', [
    [0x7f, 0x7f],
    [0x80, -128],
    [0x1234, 0x34],
    [-1, -1],
  ]),
  ...unary('sext.h', [
    [0x7fff, 0x7fff],
    [0x8000, -32768],
    [0x12345, 0x2345],
    [-1, -1],
  ]),
  ...unary('zext.h', [
    [0x7fff, 0x7fff],
    [-1, 0xffff],
    [0x12345, 0x2345],
    [0x10000, 0],
  ]),
  ...registers('rol', [
    [1, 4, 16],
    [MIN, 1, 1],
    [PATTERN, 64, PATTERN],
    [PATTERN, 8, 0x23456789abcdef01n],
    [1, -1, MIN],
  ]),
  ...registers('ror', [
    [16, 4, 1],
    [1, 1, MIN],
    [PATTERN, 64, PATTERN],
    [PATTERN, 8, 0xef0123456789abcdn],
    [1, -1, 2],
  ]),
  ...registers('rolw', [
    [1, 4, 16],
    [0x8000_0000, 1, 1],
    [PATTERN, 32, -0x76543211],
    [0x4000_0000, 1, -0x80000000],
  ]),
  ...registers('rorw', [
    [16, 4, 1],
    [1, 1, -0x80000000],
    [PATTERN, 32, -0x76543211],
    [0xf_0000_0002n, 1, 1],
  ]),
  ...shifts('rori', [
    [16, 4, 1],
    [1, 1, MIN],
    [PATTERN, 0, PATTERN],
    [PATTERN, 56, 0x23456789abcdef01n],
  ]),
  ...shifts('roriw', [
    [16, 4, 1],
    [1, 1, -0x80000000],
    [PATTERN, 0, -0x76543211],
    [0xf_0000_0002n, 1, 1],
  ]),
  ...unary('orc.b', [
    [0, 0],
    [0x0100_8000_7f00_ff01n, 0xff00_ff00_ff00_ffffn],
    [-1, -1],
    [0x8000_0000_0000_0000n, 0xff00_0000_0000_0000n],
    [1, 0xff],
  ]),
  ...unary('rev8', [
    [PATTERN, 0xefcdab8967452301n],
    [0, 0],
    [1, 1n << 56n],
    [0xff00, 0x00ff_0000_0000_0000n],
  ]),
];

const ZBS: readonly Vector[] = [
  ...registers('bclr', [
    [0xff, 3, 0xf7],
    [-1, 63, MAX],
    [-1, 64, -2],
    [0, 5, 0],
  ]),
  ...shifts('bclri', [
    [0xff, 3, 0xf7],
    [-1, 63, MAX],
    [-1, 0, -2],
    [0, 5, 0],
  ]),
  ...registers('bext', [
    [0b1000, 3, 1],
    [MIN, 63, 1],
    [1, 64, 1],
    [0b1000, 2, 0],
  ]),
  ...shifts('bexti', [
    [0b1000, 3, 1],
    [MIN, 63, 1],
    [1, 0, 1],
    [0b1000, 2, 0],
  ]),
  ...registers('binv', [
    [0, 3, 8],
    [-1, 63, MAX],
    [1, 64, 0],
    [0, 32, 1n << 32n],
  ]),
  ...shifts('binvi', [
    [0, 3, 8],
    [-1, 63, MAX],
    [1, 0, 0],
    [0, 32, 1n << 32n],
  ]),
  ...registers('bset', [
    [0, 3, 8],
    [0, 63, MIN],
    [0, 64, 1],
    [-1, 32, -1],
  ]),
  ...shifts('bseti', [
    [0, 3, 8],
    [0, 63, MIN],
    [0, 0, 1],
    [-1, 32, -1],
  ]),
];

export const B: readonly Vector[] = [...ZBA, ...ZBB, ...ZBS];
