/** C. @see RISC-V Unprivileged ISA 20240411, C Extension. Immediates run through every bit of their scattered fields. */

import { CODE, DATA, type Vector } from '../../driver';
import { little, RD, RS1, RS2, SP, u64, vector } from './rows';

type Num = bigint | number;
type Fields = Readonly<Record<string, number>>;

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;
const NEXT = CODE + 2n;

/** Rows of [rd before, field value, rd after]. */
const update = (
  mnemonic: string,
  rd: string,
  field: string,
  rows: readonly (readonly [Num, number, Num])[],
): Vector[] =>
  rows.map(([a, n, d]) =>
    vector(mnemonic, { [rd]: RD, [field]: n }, `${a}, ${n}`, { x: { [RD]: u64(a) } }, { x: { [RD]: u64(d) } }),
  );

/** Rows of [rd', rs2', rd' after]. */
const arithmetic = (mnemonic: string, rows: readonly (readonly [Num, Num, Num])[]): Vector[] => [
  ...rows.map(([a, b, d]) =>
    vector(
      mnemonic,
      { "rd'": RD, "rs2'": RS2 },
      `${a}, ${b}`,
      { x: { [RD]: u64(a), [RS2]: u64(b) } },
      { x: { [RD]: u64(d) } },
    ),
  ),
];

/** One load for every offset; memory holds the offset's own pattern. */
const load = (
  mnemonic: string,
  bytes: number,
  offsets: readonly number[],
  form: 'pointer' | 'stack',
  f = false,
): Vector[] =>
  offsets.map((uimm) => {
    const value = -2n - BigInt(uimm);
    const fields: Fields = form === 'stack' ? { rd: RD, uimm } : { "rd'": RD, "rs1'": RS1, uimm };
    const base = form === 'stack' ? SP : RS1;
    return vector(
      mnemonic,
      fields,
      `offset ${uimm}`,
      { x: { [base]: DATA }, memory: [{ at: DATA + BigInt(uimm), bytes: little(value, bytes) }] },
      f ? { f: { [RD]: u64(value) }, fs: 3 } : { x: { [RD]: u64(value) } },
    );
  });

const store = (
  mnemonic: string,
  bytes: number,
  offsets: readonly number[],
  form: 'pointer' | 'stack',
  f = false,
): Vector[] =>
  offsets.map((uimm) => {
    const value = u64(-0x1234_5678n - BigInt(uimm));
    const fields: Fields = form === 'stack' ? { rs2: RS2, uimm } : { "rs2'": RS2, "rs1'": RS1, uimm };
    const base = { [form === 'stack' ? SP : RS1]: DATA };
    return vector(
      mnemonic,
      fields,
      `offset ${uimm}`,
      f ? { x: base, f: { [RS2]: value } } : { x: { ...base, [RS2]: value } },
      {
        memory: [{ at: DATA + BigInt(uimm), bytes: `${little(value, bytes)}0000` }],
        ...(f && { fs: 1 }),
      },
    );
  });

const W = [0, 4, 8, 16, 32, 64, 124];
const D = [0, 8, 16, 32, 64, 128, 248];
const W_SP = [0, 4, 8, 16, 32, 64, 128, 252];
const D_SP = [0, 8, 16, 32, 64, 128, 256, 504];

const branch = (mnemonic: string, takenWhen: (value: bigint) => boolean): Vector[] =>
  [2, 4, 8, 16, 32, 64, 128, 254, 0]
    .flatMap((imm) =>
      [0n, 1n, 1n << 32n].map((value) =>
        vector(
          mnemonic,
          { "rs1'": RS1, imm },
          `${value} by ${imm}`,
          { x: { [RS1]: value } },
          {
            pc: takenWhen(value) ? CODE + BigInt(imm) : NEXT,
          },
        ),
      ),
    )
    .filter(({ name }) => !name.endsWith('by 0'));

const control: readonly Vector[] = [
  ...[2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2046].map((imm) =>
    vector('c.j', { imm }, `by ${imm}`, {}, { pc: CODE + BigInt(imm) }),
  ),
  ...branch('c.beqz', (value) => value === 0n),
  ...branch('c.bnez', (value) => value !== 0n),
  vector('c.jr', { rs1: 1 }, 'as return', { x: { 1: CODE + 0x40n } }, { pc: CODE + 0x40n }),
  vector('c.jr', { rs1: 31 }, 'to an even address', { x: { 31: CODE + 0x42n } }, { pc: CODE + 0x42n }),
  vector('c.jr', { rs1: RS1 }, 'clears bit 0', { x: { [RS1]: CODE + 0x43n } }, { pc: CODE + 0x42n }),
  vector('c.jr', { rs1: SP }, 'through sp', { x: { [SP]: CODE + 0x80n } }, { pc: CODE + 0x80n }),
  vector('c.jalr', { rs1: RS1 }, 'links', { x: { [RS1]: CODE + 0x40n } }, { x: { 1: NEXT }, pc: CODE + 0x40n }),
  vector('c.jalr', { rs1: 1 }, 'through ra', { x: { 1: CODE + 0x40n } }, { x: { 1: NEXT }, pc: CODE + 0x40n }),
  vector('c.jalr', { rs1: RS1 }, 'clears bit 0', { x: { [RS1]: CODE + 0x43n } }, { x: { 1: NEXT }, pc: CODE + 0x42n }),
  vector('c.jalr', { rs1: 31 }, 'through x31', { x: { 31: CODE + 0x44n } }, { x: { 1: NEXT }, pc: CODE + 0x44n }),
  ...[1, 2, 3, 4].map((n) =>
    vector('c.ebreak', {}, `traps, time ${n}`, { x: { [RD]: BigInt(n) } }, { trap: { cause: 3, tval: 0n } }),
  ),
];

const constants: readonly Vector[] = [
  ...[4, 8, 16, 32, 64, 128, 256, 512, 1020].map((nzuimm) =>
    vector(
      'c.addi4spn',
      { "rd'": RD, nzuimm },
      `${nzuimm}`,
      { x: { [SP]: 0x1000n } },
      { x: { [RD]: 0x1000n + BigInt(nzuimm) } },
    ),
  ),
  ...[16, 32, 64, 128, 256, -512, -16, 496].map((nzimm) =>
    vector('c.addi16sp', { nzimm }, `${nzimm}`, { x: { [SP]: 0x1000n } }, { x: { [SP]: 0x1000n + BigInt(nzimm) } }),
  ),
  ...[1, 2, 4, 8, 16, -32, 31, -1, 0].map((imm) =>
    vector('c.li', { rd: RD, imm }, `${imm}`, {}, { x: { [RD]: u64(imm) } }),
  ),
  vector('c.li', { rd: 0, imm: 5 }, 'to x0 is a hint', {}, {}),
  ...[0x1000, 0x2000, 0x4000, 0x8000, 0x10000, -0x20000, 0x1f000].map((nzimm) =>
    vector('c.lui', { rd: RD, nzimm }, `${nzimm}`, {}, { x: { [RD]: u64(nzimm) } }),
  ),
  vector('c.lui', { rd: 0, nzimm: 0x1000 }, 'to x0 is a hint', {}, {}),
];

const hints: readonly Vector[] = [
  vector('c.addi', { rd: 0, imm: 0 }, 'as nop', {}, {}),
  vector('c.addi', { rd: 0, imm: 9 }, 'to x0 is a hint', {}, {}),
  vector('c.slli', { rd: 0, shamt: 9 }, 'to x0 is a hint', {}, {}),
  vector('c.mv', { rd: 0, rs2: RS2 }, 'to x0 is a hint', {}, {}),
  vector('c.add', { rd: 0, rs2: RS2 }, 'to x0 is a hint', {}, {}),
];

const moves: readonly Vector[] = (
  [
    [5, 7],
    [-1, 1],
    [MAX, 1],
    [0, MIN],
  ] as const
).flatMap(([a, b]) => [
  vector('c.mv', { rd: RD, rs2: RS2 }, `${a}, ${b}`, { x: { [RD]: u64(a), [RS2]: u64(b) } }, { x: { [RD]: u64(b) } }),
  vector(
    'c.add',
    { rd: RD, rs2: RS2 },
    `${a}, ${b}`,
    { x: { [RD]: u64(a), [RS2]: u64(b) } },
    { x: { [RD]: u64(BigInt(a) + BigInt(b)) } },
  ),
]);

/** Words of the C space that are reserved; `c.addi` only lends the row its length. */
const illegal: readonly Vector[] = (
  [
    [0x0000, 'all zeros'],
    [0x0004, 'c.addi4spn with immediate 0'],
    [0x2001, 'c.addiw with rd = x0'],
    [0x6101, 'c.addi16sp with immediate 0'],
    [0x6501, 'c.lui with immediate 0'],
    [0x4002, 'c.lwsp with rd = x0'],
    [0x6002, 'c.ldsp with rd = x0'],
    [0x8002, 'c.jr with rs1 = x0'],
    [0x8000, 'reserved quadrant 0'],
    [0x9c41, 'reserved arithmetic'],
  ] as const
).map(([word, name]) => ({
  name: `illegal ${name}`,
  mnemonic: 'c.addi',
  word,
  length: 2,
  before: {},
  after: { trap: { cause: 2, tval: BigInt(word) } },
}));

export const C: readonly Vector[] = [
  ...constants,
  ...load('c.lw', 4, W, 'pointer'),
  ...load('c.ld', 8, D, 'pointer'),
  ...load('c.fld', 8, D, 'pointer', true),
  ...store('c.sw', 4, W, 'pointer'),
  ...store('c.sd', 8, D, 'pointer'),
  ...store('c.fsd', 8, D, 'pointer', true),
  ...load('c.lwsp', 4, W_SP, 'stack'),
  ...load('c.ldsp', 8, D_SP, 'stack'),
  ...load('c.fldsp', 8, D_SP, 'stack', true),
  ...store('c.swsp', 4, W_SP, 'stack'),
  ...store('c.sdsp', 8, D_SP, 'stack'),
  ...store('c.fsdsp', 8, D_SP, 'stack', true),
  ...update('c.addi', 'rd', 'imm', [
    [5, 7, 12],
    [0, -32, -32],
    [MAX, 1, MIN],
    [-1, 31, 30],
    [9, 0, 9],
  ]),
  ...update('c.addiw', 'rd', 'imm', [
    [5, 7, 12],
    [0x7fff_ffff, 1, -0x80000000],
    [0xffff_ffffn, 0, -1],
    [0xf_0000_0001n, -32, -31],
  ]),
  ...update('c.andi', "rd'", 'imm', [
    [0b1100, 0b1010, 0b1000],
    [MIN, -1, MIN],
    [-1, 31, 31],
    [0xff, -32, 0xe0],
  ]),
  ...update('c.slli', 'rd', 'shamt', [
    [1, 1, 2],
    [1, 63, MIN],
    [-1, 32, -(1n << 32n)],
    [3, 0, 3],
  ]),
  ...update('c.srli', "rd'", 'shamt', [
    [2, 1, 1],
    [-1, 63, 1],
    [-1, 32, 0xffff_ffffn],
    [MIN, 0, MIN],
  ]),
  ...update('c.srai', "rd'", 'shamt', [
    [2, 1, 1],
    [-1, 63, -1],
    [MIN, 32, -0x80000000],
    [MIN, 0, MIN],
  ]),
  ...arithmetic('c.sub', [
    [5, 7, -2],
    [MIN, 1, MAX],
    [0, MIN, MIN],
    [1n << 32n, 1, 0xffff_ffffn],
  ]),
  ...arithmetic('c.xor', [
    [0b1100, 0b1010, 0b0110],
    [-1, -1, 0],
    [MIN, -1, MAX],
    [0, 7, 7],
  ]),
  ...arithmetic('c.or', [
    [0b1100, 0b1010, 0b1110],
    [0, 0, 0],
    [MIN, MAX, -1],
    [0, 7, 7],
  ]),
  ...arithmetic('c.and', [
    [0b1100, 0b1010, 0b1000],
    [-1, 7, 7],
    [MIN, MAX, 0],
    [MIN, -1, MIN],
  ]),
  ...arithmetic('c.subw', [
    [5, 7, -2],
    [-0x80000000, 1, 0x7fff_ffff],
    [1n << 32n, 0, 0],
    [0, 0x8000_0000, -0x80000000],
  ]),
  ...arithmetic('c.addw', [
    [5, 7, 12],
    [0x7fff_ffff, 1, -0x80000000],
    [0xffff_ffffn, 1, 0],
    [MIN, 5, 5],
  ]),
  ...control,
  ...hints,
  ...moves,
  ...illegal,
];
