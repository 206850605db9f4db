/** Integer arithmetic, logic, constants and shifts. @see LoongArch Reference Manual, Volume 1, 2.2.1 and 2.2.2 */
import { CODE, type Vector } from '../../driver';
import { constants, immediates, registers } from './rows';

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;
const MIN32 = -0x80000000;
const pc = (offset: bigint): bigint => BigInt.asUintN(64, CODE + offset);

export const INTEGER: readonly Vector[] = [
  ...registers('add.w', [
    [6, 7, 13],
    [0x7fff_ffff, 1, MIN32],
    [0xffff_ffff, 1, 0],
    [0x5_0000_0000n, 0x6_8000_0000n, MIN32],
  ]),
  ...registers('add.d', [
    [6, 7, 13],
    [MAX, 1, MIN],
    [-1, 1, 0],
    [0x7fff_ffff, 1, 0x8000_0000],
  ]),
  ...registers('sub.w', [
    [6, 7, -1],
    [MIN32, 1, 0x7fff_ffff],
    [0, 0x8000_0000, MIN32],
    [0x1_0000_0000n, 1, -1],
  ]),
  ...registers('sub.d', [
    [6, 7, -1],
    [MIN, 1, MAX],
    [0x1_0000_0000n, 1, 0xffff_ffff],
    [0, MIN, MIN],
  ]),
  ...registers('slt', [
    [-1, 0, 1],
    [0, -1, 0],
    [MIN, MAX, 1],
    [5, 5, 0],
  ]),
  ...registers('sltu', [
    [0, -1, 1],
    [-1, 0, 0],
    [MIN, MAX, 0],
    [5, 5, 0],
  ]),
  ...registers('maskeqz', [
    [5, 0, 0],
    [5, 1, 5],
    [5, MIN, 5],
    [-1, 0x1_0000_0000n, -1],
  ]),
  ...registers('masknez', [
    [5, 0, 5],
    [5, 1, 0],
    [5, MIN, 0],
    [-1, 0x1_0000_0000n, 0],
  ]),
  ...registers('nor', [
    [0b1100, 0b1010, ~0b1110],
    [0, 0, -1],
    [-1, 0, 0],
    [MIN, 0, MAX],
  ]),
  ...registers('and', [
    [0b1100, 0b1010, 0b1000],
    [-1, MIN, MIN],
    [-1, 0, 0],
    [MAX, MIN, 0],
  ]),
  ...registers('or', [
    [0b1100, 0b1010, 0b1110],
    [MAX, MIN, -1],
    [0, 0, 0],
    [1, MIN, MIN + 1n],
  ]),
  ...registers('xor', [
    [0b1100, 0b1010, 0b0110],
    [-1, MIN, MAX],
    [-1, -1, 0],
    [0, 7, 7],
  ]),
  ...registers('orn', [
    [0b1100, 0b1010, -3],
    [0, 0, -1],
    [0, -1, 0],
    [MIN, MAX, MIN],
  ]),
  ...registers('andn', [
    [0b1100, 0b1010, 0b0100],
    [-1, 0, -1],
    [-1, -1, 0],
    [-1, MAX, MIN],
  ]),
  ...registers('mul.w', [
    [6, 7, 42],
    [0x10000, 0x8000, MIN32],
    [-1, -1, 1],
    [0x5_0000_0003n, 4, 12],
  ]),
  ...registers('mulh.w', [
    [6, 7, 0],
    [-1, 1, -1],
    [MIN32, MIN32, 0x4000_0000],
    [0x1_7fff_ffffn, 2, 0],
  ]),
  ...registers('mulh.wu', [
    [6, 7, 0],
    [-1, -1, -2],
    [0x8000_0000, 2, 1],
    [0x5_ffff_ffffn, 1, 0],
  ]),
  ...registers('mul.d', [
    [6, 7, 42],
    [-1, -1, 1],
    [1n << 32n, 1n << 32n, 0],
    [MAX, 2, -2],
  ]),
  ...registers('mulh.d', [
    [6, 7, 0],
    [-1, 1, -1],
    [MIN, MIN, 1n << 62n],
    [1n << 32n, 1n << 32n, 1],
  ]),
  ...registers('mulh.du', [
    [6, 7, 0],
    [-1, -1, -2],
    [MIN, 2, 1],
    [-1, 1, 0],
  ]),
  ...registers('mulw.d.w', [
    [6, 7, 42],
    [0xffff_ffff, 2, -2],
    [MIN32, MIN32, 1n << 62n],
    [0x5_0000_0003n, 0x6_0000_0002n, 6],
  ]),
  ...registers('mulw.d.wu', [
    [6, 7, 42],
    [-1, 2, 0x1_ffff_fffen],
    [MIN32, MIN32, 1n << 62n],
    [-1, -1, 0xffff_fffe_0000_0001n],
  ]),
  // Results of a division by 0 and of the one that overflows are open; they are as in QEMU, which divides by 1.
  ...registers('div.w', [
    [42, 5, 8],
    [-42, 5, -8],
    [42, -5, -8],
    [7, 0, 7],
    [MIN32, -1, MIN32],
  ]),
  ...registers('mod.w', [
    [42, 5, 2],
    [-42, 5, -2],
    [42, -5, 2],
    [7, 0, 0],
    [MIN32, -1, 0],
  ]),
  ...registers('div.wu', [
    [42, 5, 8],
    [0xffff_ffff, 2, 0x7fff_ffff],
    [0xffff_ffff, 1, -1],
    [7, 0, 7],
  ]),
  ...registers('mod.wu', [
    [42, 5, 2],
    [0xffff_ffff, 0x1_0000, 0xffff],
    [0xffff_fffe, 0xffff_ffff, -2],
    [7, 0, 0],
  ]),
  ...registers('div.d', [
    [42, 5, 8],
    [-42, 5, -8],
    [42, -5, -8],
    [7, 0, 7],
    [MIN, -1, MIN],
  ]),
  ...registers('mod.d', [
    [42, 5, 2],
    [-42, 5, -2],
    [42, -5, 2],
    [7, 0, 0],
    [MIN, -1, 0],
  ]),
  ...registers('div.du', [
    [42, 5, 8],
    [-1, 2, MAX],
    [MIN, -1, 0],
    [7, 0, 7],
  ]),
  ...registers('mod.du', [
    [42, 5, 2],
    [-1, 10, 5],
    [MIN, -1, MIN],
    [7, 0, 0],
  ]),
  ...[1, 2, 3, 4].flatMap((sa) => [
    ...registers(
      'alsl.w',
      [
        [3, 5, (3 << sa) + 5],
        [0x7fff_ffff, 0x2_0000_0000n, -(1 << sa)],
      ],
      { sa },
    ),
    ...registers(
      'alsl.wu',
      [
        [3, 5, (3 << sa) + 5],
        [0x7fff_ffff, 0x2_0000_0000n, 2 ** 32 - (1 << sa)],
      ],
      { sa },
    ),
    ...registers(
      'alsl.d',
      [
        [3, 5, (3 << sa) + 5],
        [1n << 63n, 9, 9],
      ],
      { sa },
    ),
  ]),
  ...immediates('slti', [
    [-5, -4, 1],
    [-4, -4, 0],
    [2047, 2047, 0],
    [MIN, -2048, 1],
  ]),
  ...immediates('sltui', [
    [3, 4, 1],
    [3, -1, 1],
    [-1, -1, 0],
    [2047, 2047, 0],
  ]),
  ...immediates('addi.w', [
    [6, 7, 13],
    [0x7fff_ffff, 1, MIN32],
    [0x5_0000_0000n, -1, -1],
    [0, -2048, -2048],
  ]),
  ...immediates('addi.d', [
    [6, 7, 13],
    [0x7fff_ffff, 1, 0x8000_0000],
    [0, -2048, -2048],
    [MAX, 1, MIN],
  ]),
  ...immediates('lu52i.d', [
    [0x000f_ffff_ffff_ffffn, 0x123, 0x123f_ffff_ffff_ffffn],
    [-1, 0, 0x000f_ffff_ffff_ffffn],
    [0, -1, 0xfff0_0000_0000_0000n],
    [0x5555_5555_5555_5555n, -2048, 0x8005_5555_5555_5555n],
  ]),
  ...immediates(
    'andi',
    [
      [0xffff, 0xf0f, 0xf0f],
      [-1, 0xfff, 0xfff],
      [-1, 0, 0],
      [0x1234, 0x830, 0x030 & 0x1234],
    ],
    'ui',
  ),
  ...immediates(
    'ori',
    [
      [0xf000, 0xf0f, 0xff0f],
      [0, 0xfff, 0xfff],
      [MIN, 1, MIN + 1n],
      [0x800, 0x800, 0x800],
    ],
    'ui',
  ),
  ...immediates(
    'xori',
    [
      [0xff, 0xf0f, 0xff0],
      [-1, 0xfff, ~0xfff],
      [0, 0x800, 0x800],
      [0x123, 0x123, 0],
    ],
    'ui',
  ),
  ...immediates('addu16i.d', [
    [1, 1, 0x1_0001],
    [0, -1, -0x1_0000],
    [5, 0x7fff, 0x7fff_0005],
    [0x8000_0000, -0x8000, 0],
  ]),
  ...constants('lu12i.w', [
    [0x1234_5000, 0, 0x1234_5000],
    [-0x8000_0000, -1, MIN32],
    [0x7fff_f000, -1, 0x7fff_f000],
    [0, 7, 0],
  ]),
  ...constants('lu32i.d', [
    [0x12345, 0xdead_beef, 0x1_2345_dead_beefn],
    [-1, 0, -0x1_0000_0000n],
    [-0x8_0000, -1, 0xfff8_0000_ffff_ffffn],
    [0, -1, 0xffff_ffff],
  ]),
  ...constants('pcaddi', [
    [0, 0, pc(0n)],
    [4, 0, pc(4n)],
    [-4, 0, pc(-4n)],
    [-0x20_0000, 0, pc(-0x20_0000n)],
    [0x1f_fffc, 0, pc(0x1f_fffcn)],
  ]),
  ...constants('pcalau12i', [
    [0, 0, pc(0n)],
    [0x1000, 0, pc(0x1000n)],
    [-0x1000, 0, pc(-0x1000n)],
    [-0x8000_0000, 0, 0],
  ]),
  ...constants('pcaddu12i', [
    [0, 0, pc(0n)],
    [0x1000, 0, pc(0x1000n)],
    [-0x8000_0000, 0, 0],
    [0x7fff_f000, 0, pc(0x7fff_f000n)],
  ]),
  ...constants('pcaddu18i', [
    [0, 0, pc(0n)],
    [1, 0, pc(0x4_0000n)],
    [-1, 0, pc(-0x4_0000n)],
    [-0x8_0000, 0, pc(-0x20_0000_0000n)],
  ]),
  ...registers('sll.w', [
    [1, 31, MIN32],
    [1, 32, 1],
    [0x5_8000_0001n, 1, 2],
    [3, 0xffff_ffe4n, 0x30],
  ]),
  ...registers('sll.d', [
    [1, 63, MIN],
    [1, 64, 1],
    [3, 62, 0xc000_0000_0000_0000n],
    [-1, 0x100, -1],
  ]),
  ...immediates(
    'slli.w',
    [
      [1, 31, MIN32],
      [0x5_8000_0001n, 1, 2],
      [0x5_8000_0001n, 0, 0xffff_ffff_8000_0001n],
      [-1, 4, -16],
    ],
    'ui',
  ),
  ...immediates(
    'slli.d',
    [
      [1, 63, MIN],
      [1, 0, 1],
      [-1, 32, -0x1_0000_0000n],
      [3, 62, 0xc000_0000_0000_0000n],
    ],
    'ui',
  ),
  ...registers('srl.w', [
    [MIN32, 31, 1],
    [0x5_0000_0010n, 4, 1],
    [MIN32, 32, MIN32],
    [0xffff_ffff, 1, 0x7fff_ffff],
  ]),
  ...registers('srl.d', [
    [MIN, 63, 1],
    [-1, 1, MAX],
    [0x100, 0x48, 1],
    [MIN, 64, MIN],
  ]),
  ...immediates(
    'srli.w',
    [
      [MIN32, 31, 1],
      [0x5_0000_0010n, 4, 1],
      [MIN32, 0, MIN32],
      [0xffff_ffff, 1, 0x7fff_ffff],
    ],
    'ui',
  ),
  ...immediates(
    'srli.d',
    [
      [MIN, 63, 1],
      [-1, 1, MAX],
      [0x5_0000_0000n, 32, 5],
      [MIN, 0, MIN],
    ],
    'ui',
  ),
  ...registers('sra.w', [
    [MIN32, 31, -1],
    [0x7_7fff_ffffn, 30, 1],
    [0x8000_0000, 1, -0x4000_0000],
    [MIN32, 32, MIN32],
  ]),
  ...registers('sra.d', [
    [MIN, 63, -1],
    [MAX, 62, 1],
    [-16, 2, -4],
    [MIN, 64, MIN],
  ]),
  ...immediates(
    'srai.w',
    [
      [MIN32, 31, -1],
      [0x7_7fff_ffffn, 30, 1],
      [0x8000_0000, 1, -0x4000_0000],
      [MIN32, 0, MIN32],
    ],
    'ui',
  ),
  ...immediates(
    'srai.d',
    [
      [MIN, 63, -1],
      [MAX, 62, 1],
      [-16, 2, -4],
      [MIN, 0, MIN],
    ],
    'ui',
  ),
  ...registers('rotr.w', [
    [1, 1, MIN32],
    [0x1234_5678, 8, 0x7812_3456],
    [0x9_0000_0001n, 32, 1],
    [0x1234_5678, 0x24, BigInt.asIntN(64, 0xffff_ffff_8123_4567n)],
  ]),
  ...registers('rotr.d', [
    [1, 1, MIN],
    [0x0123_4567_89ab_cdefn, 8, 0xef01_2345_6789_abcdn],
    [5, 64, 5],
    [0x0123_4567_89ab_cdefn, 0x60, 0x89ab_cdef_0123_4567n],
  ]),
  ...immediates(
    'rotri.w',
    [
      [1, 1, MIN32],
      [0x1234_5678, 8, 0x7812_3456],
      [0x9_0000_0001n, 0, 1],
      [0x1234_5678, 31, 0x2468_acf0],
    ],
    'ui',
  ),
  ...immediates(
    'rotri.d',
    [
      [1, 1, MIN],
      [0x0123_4567_89ab_cdefn, 8, 0xef01_2345_6789_abcdn],
      [5, 0, 5],
      [0x0123_4567_89ab_cdefn, 32, 0x89ab_cdef_0123_4567n],
    ],
    'ui',
  ),
];
