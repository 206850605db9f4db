/** RV64I. @see RISC-V Unprivileged ISA 20240411, RV32I and RV64I */

import { CODE, type Vector } from '../../driver';
import { branches, immediates, loads, RD, RS1, RS2, registers, shifts, stores, vector } from './rows';

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;

const upper: readonly Vector[] = [
  ...(
    [
      [0x12345000, 0x12345000n],
      [-0x80000000, 0xffff_ffff_8000_0000n],
      [0x7ffff000, 0x7ffff000n],
      [0, 0n],
      [-0x1000, 0xffff_ffff_ffff_f000n],
    ] as const
  ).map(([imm, d]) => vector('lui', { rd: RD, imm }, `${imm}`, {}, { x: { [RD]: d } })),
  vector('lui', { rd: 0, imm: 0x1000 }, 'to x0', {}, {}),
  ...(
    [
      [0, CODE],
      [0x1000, CODE + 0x1000n],
      [-0x80000000, 0n],
      [-0x1000, CODE - 0x1000n],
      [0x7ffff000, 0xffff_f000n],
    ] as const
  ).map(([imm, d]) => vector('auipc', { rd: RD, imm }, `${imm}`, {}, { x: { [RD]: d } })),
];

const jumps: readonly Vector[] = [
  vector('jal', { rd: 1, imm: 0x800 }, 'forward', {}, { x: { 1: CODE + 4n }, pc: CODE + 0x800n }),
  vector('jal', { rd: 0, imm: 0x7fe }, 'without link', {}, { pc: CODE + 0x7fen }),
  vector('jal', { rd: 5, imm: 6 }, 'to a half word', {}, { x: { 5: CODE + 4n }, pc: CODE + 6n }),
  vector('jal', { rd: RD, imm: 0xffe }, 'with bit 11', {}, { x: { [RD]: CODE + 4n }, pc: CODE + 0xffen }),
  vector(
    'jalr',
    { rd: 1, rs1: RS1, imm: 8 },
    'forward',
    { x: { [RS1]: CODE + 0x100n } },
    { x: { 1: CODE + 4n }, pc: CODE + 0x108n },
  ),
  vector('jalr', { rd: 0, rs1: 1, imm: 0 }, 'as return', { x: { 1: CODE + 0x200n } }, { pc: CODE + 0x200n }),
  vector(
    'jalr',
    { rd: RS1, rs1: RS1, imm: -16 },
    'through rd',
    { x: { [RS1]: CODE + 0x110n } },
    { x: { [RS1]: CODE + 4n }, pc: CODE + 0x100n },
  ),
  vector(
    'jalr',
    { rd: RD, rs1: RS1, imm: 0 },
    'clears bit 0',
    { x: { [RS1]: CODE + 0x101n } },
    { x: { [RD]: CODE + 4n }, pc: CODE + 0x100n },
  ),
  vector(
    'jalr',
    { rd: RD, rs1: RS1, imm: 1 },
    'clears bit 0 of the sum',
    { x: { [RS1]: CODE + 0x101n } },
    { x: { [RD]: CODE + 4n }, pc: CODE + 0x102n },
  ),
];

const outside: readonly Vector[] = [
  vector(
    'lw',
    { rd: RD, rs1: RS1, imm: 0 },
    'outside memory',
    { x: { [RS1]: 0x1000n } },
    { trap: { cause: 5, tval: 0x1000n } },
  ),
  vector(
    'sd',
    { rs2: RS2, rs1: RS1, imm: 8 },
    'outside memory',
    { x: { [RS1]: 0x1000n } },
    { trap: { cause: 7, tval: 0x1008n } },
  ),
];

const nothing: readonly Vector[] = [
  vector('fence', { fm: 0, pred: 15, succ: 15 }, 'iorw, iorw', {}, {}),
  vector('fence', { fm: 8, pred: 3, succ: 3 }, '.tso', {}, {}),
  vector('fence', { fm: 0, pred: 1, succ: 0 }, 'as pause', {}, {}),
  vector('fence', { fm: 5, pred: 0, succ: 9 }, 'with reserved bits', {}, {}),
];

export const I: readonly Vector[] = [
  ...upper,
  ...jumps,
  ...branches('beq', [
    [1, 1, true],
    [1, 2, false],
    [0, 1n << 32n, false],
    [MIN, MIN, true],
  ]),
  ...branches('bne', [
    [1, 1, false],
    [1, 2, true],
    [0, 1n << 32n, true],
    [MIN, MIN, false],
  ]),
  ...branches('blt', [
    [-1, 0, true],
    [0, -1, false],
    [5, 5, false],
    [MIN, MAX, true],
  ]),
  ...branches('bge', [
    [-1, 0, false],
    [0, -1, true],
    [5, 5, true],
    [MIN, MAX, false],
  ]),
  ...branches('bltu', [
    [-1, 0, false],
    [0, -1, true],
    [5, 5, false],
    [MAX, MIN, true],
  ]),
  ...branches('bgeu', [
    [-1, 0, true],
    [0, -1, false],
    [5, 5, true],
    [MAX, MIN, false],
  ]),
  ...loads('lb', [
    ['80ff7f01', 0, -128],
    ['80ff7f01', 1, -1],
    ['80ff7f01', 2, 127],
    ['80ff7f01', 3, 1],
  ]),
  ...loads('lbu', [
    ['80ff7f01', 0, 128],
    ['80ff7f01', 1, 255],
    ['80ff7f01', 2, 127],
    ['80ff7f01', 3, 1],
  ]),
  ...loads('lh', [
    ['0080ff7f', 0, -32768],
    ['0080ff7f', 2, 32767],
    ['00feff00', 1, -2],
    ['3412', 0, 0x1234],
  ]),
  ...loads('lhu', [
    ['0080ff7f', 0, 32768],
    ['0080ff7f', 2, 32767],
    ['00feff00', 1, 0xfffe],
    ['3412', 0, 0x1234],
  ]),
  ...loads('lw', [
    ['00000080', 0, -0x80000000],
    ['ffffff7f', 0, 0x7fffffff],
    ['00feffffff', 1, -2],
    ['000000785634120000', 3, 0x12345678],
  ]),
  ...loads('lwu', [
    ['00000080', 0, 0x80000000],
    ['ffffff7f', 0, 0x7fffffff],
    ['00feffffff', 1, 0xfffffffe],
    ['000000785634120000', 3, 0x12345678],
  ]),
  ...loads('ld', [
    ['0000000000000080', 0, MIN],
    ['efcdab8967452301', 0, 0x0123456789abcdefn],
    ['00ffffffffffffffff', 1, -1],
    ['000000000000000102030405060708', 7, 0x0807060504030201n],
  ]),
  ...stores('sb', [
    [0x1234, 0, `34${'55'.repeat(15)}`],
    [-1, 1, `55ff${'55'.repeat(14)}`],
    [0, 7, `${'55'.repeat(7)}00${'55'.repeat(8)}`],
    [0x80, 15, `${'55'.repeat(15)}80`],
  ]),
  ...stores('sh', [
    [0x12345, 0, `4523${'55'.repeat(14)}`],
    [-2, 1, `55feff${'55'.repeat(13)}`],
    [0, 7, `${'55'.repeat(7)}0000${'55'.repeat(7)}`],
    [0x8001, 14, `${'55'.repeat(14)}0180`],
  ]),
  ...stores('sw', [
    [0x1_89abcdefn, 0, `efcdab89${'55'.repeat(12)}`],
    [-2, 1, `55feffffff${'55'.repeat(11)}`],
    [0, 7, `${'55'.repeat(7)}00000000${'55'.repeat(5)}`],
    [0x80000001, 12, `${'55'.repeat(12)}01000080`],
  ]),
  ...stores('sd', [
    [0x0123456789abcdefn, 0, `efcdab8967452301${'55'.repeat(8)}`],
    [-2, 1, `55feffffffffffffff${'55'.repeat(7)}`],
    [0, 7, `${'55'.repeat(7)}${'00'.repeat(8)}55`],
    [MIN, 8, `${'55'.repeat(8)}0000000000000080`],
  ]),
  ...outside,
  ...immediates('addi', [
    [5, 7, 12],
    [0, -2048, -2048],
    [MAX, 1, MIN],
    [-1, 1, 0],
    [0xffff_ffffn, 1, 1n << 32n],
  ]),
  ...immediates('slti', [
    [5, 7, 1],
    [7, 5, 0],
    [-1, 0, 1],
    [MIN, -2048, 1],
    [0, -1, 0],
  ]),
  ...immediates('sltiu', [
    [5, 7, 1],
    [7, 5, 0],
    [-1, 0, 0],
    [5, -1, 1],
    [0, 1, 1],
    [-1, -1, 0],
  ]),
  ...immediates('xori', [
    [0b1100, 0b1010, 0b0110],
    [0, -1, -1],
    [MAX, -1, MIN],
    [-1, 0x7ff, -0x800],
  ]),
  ...immediates('ori', [
    [0b1100, 0b1010, 0b1110],
    [0, -1, -1],
    [MIN, 0x7ff, MIN + 0x7ffn],
    [1, -2048, -2047],
  ]),
  ...immediates('andi', [
    [0b1100, 0b1010, 0b1000],
    [MIN, -1, MIN],
    [-1, 0x7ff, 0x7ff],
    [0xfff, -2048, 0x800],
  ]),
  ...shifts('slli', [
    [1, 1, 2],
    [1, 63, MIN],
    [-1, 32, -(1n << 32n)],
    [0x123, 0, 0x123],
  ]),
  ...shifts('srli', [
    [2, 1, 1],
    [-1, 63, 1],
    [-1, 32, 0xffff_ffffn],
    [MIN, 0, MIN],
  ]),
  ...shifts('srai', [
    [2, 1, 1],
    [-1, 63, -1],
    [MIN, 62, -2],
    [MAX, 62, 1],
    [MIN, 0, MIN],
  ]),
  ...registers('add', [
    [5, 7, 12],
    [MAX, 1, MIN],
    [-1, -1, -2],
    [0xffff_ffffn, 1, 1n << 32n],
  ]),
  ...registers('sub', [
    [5, 7, -2],
    [MIN, 1, MAX],
    [0, MIN, MIN],
    [1n << 32n, 1, 0xffff_ffffn],
  ]),
  ...registers('sll', [
    [1, 4, 16],
    [1, 63, MIN],
    [1, 64, 1],
    [3, -1, MIN],
  ]),
  ...registers('srl', [
    [256, 4, 16],
    [-1, 63, 1],
    [MIN, 64, MIN],
    [-1, 0x20, 0xffff_ffffn],
  ]),
  ...registers('sra', [
    [-256, 4, -16],
    [MIN, 63, -1],
    [MIN, 64, MIN],
    [MAX, 0x7e, 1],
  ]),
  ...registers('slt', [
    [-1, 0, 1],
    [0, -1, 0],
    [5, 5, 0],
    [MIN, MAX, 1],
  ]),
  ...registers('sltu', [
    [-1, 0, 0],
    [0, -1, 1],
    [5, 5, 0],
    [MAX, MIN, 1],
  ]),
  ...registers('xor', [
    [0b1100, 0b1010, 0b0110],
    [-1, -1, 0],
    [MIN, -1, MAX],
    [0, 7, 7],
  ]),
  ...registers('or', [
    [0b1100, 0b1010, 0b1110],
    [0, 0, 0],
    [MIN, MAX, -1],
    [0, 7, 7],
  ]),
  ...registers('and', [
    [0b1100, 0b1010, 0b1000],
    [-1, 7, 7],
    [MIN, MAX, 0],
    [MIN, -1, MIN],
  ]),
  ...nothing,
  ...immediates('addiw', [
    [5, 7, 12],
    [0x7fff_ffff, 1, -0x80000000],
    [0xffff_ffffn, 0, -1],
    [0x1_0000_0005n, -6, -1],
    [0x8000_0000, -1, 0x7fff_ffff],
  ]),
  ...shifts('slliw', [
    [1, 1, 2],
    [1, 31, -0x80000000],
    [0xffff_ffff_0000_0001n, 4, 16],
    [0x8000_0000, 0, -0x80000000],
  ]),
  ...shifts('srliw', [
    [2, 1, 1],
    [-1, 31, 1],
    [0xffff_ffff_8000_0000n, 0, -0x80000000],
    [0x1_0000_0010n, 4, 1],
  ]),
  ...shifts('sraiw', [
    [2, 1, 1],
    [0x8000_0000, 31, -1],
    [0x7fff_ffff, 30, 1],
    [0xf_4000_0000n, 4, 0x400_0000],
  ]),
  ...registers('addw', [
    [5, 7, 12],
    [0x7fff_ffff, 1, -0x80000000],
    [0xffff_ffffn, 1, 0],
    [MIN, 5, 5],
  ]),
  ...registers('subw', [
    [5, 7, -2],
    [-0x80000000, 1, 0x7fff_ffff],
    [1n << 32n, 0, 0],
    [0, 0x8000_0000, -0x80000000],
  ]),
  ...registers('sllw', [
    [1, 4, 16],
    [1, 31, -0x80000000],
    [1, 32, 1],
    [3, -1, -0x80000000],
  ]),
  ...registers('srlw', [
    [256, 4, 16],
    [-1, 31, 1],
    [0x8000_0000, 32, -0x80000000],
    [0xff_0000_0100n, 8, 1],
  ]),
  ...registers('sraw', [
    [-256, 4, -16],
    [0x8000_0000, 31, -1],
    [0x8000_0000, 32, -0x80000000],
    [0xff_4000_0000n, 30, 1],
  ]),
];
