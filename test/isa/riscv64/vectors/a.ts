/** A. @see RISC-V Unprivileged ISA 20240411, A Extension */

import { DATA, type Vector } from '../../driver';
import { little, RD, RS1, RS2, u64, vector } from './rows';

const AT = DATA + 0x80n;
const LOAD_MISALIGNED = 4;
const STORE_MISALIGNED = 6;
const LOAD_ACCESS = 5;
const STORE_ACCESS = 7;
const NONE = (1n << 64n) - 1n;
/** No memory and no device there. */
const NOWHERE = 0x1000n;

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;
const MIN32 = -0x80000000;
const MAX32 = 0x7fffffff;

type Num = bigint | number;

/** Rows of [memory, rs2, memory afterwards]; memory around the word must stay, and rd get the sign-extended old value. */
const amo = (mnemonic: string, rows: readonly (readonly [Num, Num, Num])[]): Vector[] => {
  const width = mnemonic.endsWith('.w') ? 4 : 8;
  const around = (value: Num) => `aaaaaaaa${little(value, width)}bbbbbbbb`;
  const row = ([old, operand, stored]: readonly [Num, Num, Num], rd: number, bits: number): Vector =>
    vector(
      mnemonic,
      { rd, rs1: RS1, rs2: RS2, aq: bits >> 1, rl: bits & 1 },
      `${old}, ${operand} to x${rd}, ordering ${bits}`,
      { x: { [RS1]: AT, [RS2]: u64(operand) }, memory: [{ at: AT - 4n, bytes: around(old) }] },
      {
        x: rd === 0 ? {} : { [rd]: u64(BigInt.asIntN(width * 8, BigInt(old))) },
        memory: [{ at: AT - 4n, bytes: around(stored) }],
      },
    );
  const first = rows.slice(0, 1);
  return [
    ...rows.map((each, index) => row(each, RD, index % 4)),
    ...first.flatMap((each) => [row(each, RS1, 0), row(each, RS2, 0), row(each, 0, 3)]),
    vector(
      mnemonic,
      { rd: RD, rs1: RS1, rs2: RS2 },
      'misaligned',
      { x: { [RS1]: AT + 2n } },
      { trap: { cause: STORE_MISALIGNED, tval: AT + 2n } },
    ),
    vector(
      mnemonic,
      { rd: RD, rs1: RS1, rs2: RS2 },
      'outside memory',
      { x: { [RS1]: NOWHERE } },
      { trap: { cause: STORE_ACCESS, tval: NOWHERE } },
    ),
  ];
};

const reserved = (mnemonic: string, value: bigint, bytes: number): Vector[] => {
  const before = { x: { [RS1]: AT }, memory: [{ at: AT, bytes: `${little(value, bytes)}cccc` }] };
  const slots = { reservation: AT, reservationValue: BigInt.asUintN(bytes * 8, value) };
  return [
    vector(mnemonic, { rd: RD, rs1: RS1 }, 'loads and reserves', before, { x: { [RD]: u64(value) }, slots }),
    vector(mnemonic, { rd: RS1, rs1: RS1, aq: 1, rl: 1 }, 'into its address register', before, {
      x: { [RS1]: u64(value) },
      slots,
    }),
    vector(mnemonic, { rd: 0, rs1: RS1 }, 'into x0 still reserves', before, { slots }),
    vector(
      mnemonic,
      { rd: RD, rs1: RS1 },
      'replaces a reservation',
      { ...before, slots: { reservation: AT - 64n } },
      { x: { [RD]: u64(value) }, slots },
    ),
    vector(
      mnemonic,
      { rd: RD, rs1: RS1 },
      'misaligned',
      { x: { [RS1]: AT + 2n } },
      { trap: { cause: LOAD_MISALIGNED, tval: AT + 2n } },
    ),
    vector(
      mnemonic,
      { rd: RD, rs1: RS1 },
      'outside memory',
      { x: { [RS1]: NOWHERE } },
      { trap: { cause: LOAD_ACCESS, tval: NOWHERE } },
    ),
  ];
};

const conditional = (mnemonic: string, old: bigint, value: bigint, bytes: number): Vector[] => {
  const memory = [{ at: AT, bytes: `${little(old, bytes)}cccc` }];
  const stored = { memory: [{ at: AT, bytes: `${little(value, bytes)}cccc` }], slots: { reservation: NONE } };
  const x = { [RS1]: AT, [RS2]: u64(value) };
  const held = { reservation: AT, reservationValue: BigInt.asUintN(bytes * 8, old) };
  const fields = { rd: RD, rs1: RS1, rs2: RS2 };
  const fails = { x: { [RD]: 1n }, slots: { reservation: NONE } };
  return [
    vector(
      mnemonic,
      fields,
      'stores under its reservation',
      { x, memory, slots: held },
      { x: { [RD]: 0n }, ...stored },
    ),
    vector(mnemonic, { ...fields, rd: 0, rl: 1 }, 'stores with rd = x0', { x, memory, slots: held }, stored),
    vector(
      mnemonic,
      { ...fields, rd: RS2 },
      'stores with rd = rs2',
      { x, memory, slots: held },
      { x: { [RS2]: 0n }, ...stored },
    ),
    vector(mnemonic, fields, 'fails without a reservation', { x, memory }, fails),
    vector(
      mnemonic,
      fields,
      'fails for another address',
      { x, memory, slots: { ...held, reservation: AT + 8n } },
      fails,
    ),
    vector(
      mnemonic,
      fields,
      'fails after a store by another hart',
      { x, memory, slots: { ...held, reservationValue: 77n } },
      fails,
    ),
    vector(
      mnemonic,
      fields,
      'misaligned',
      { x: { [RS1]: AT + 2n } },
      { trap: { cause: STORE_MISALIGNED, tval: AT + 2n } },
    ),
  ];
};

const HIGH = 0xffff_ffff_0000_0000n;

export const A: readonly Vector[] = [
  ...reserved('lr.w', -2n, 4),
  ...reserved('lr.d', 0x8123_4567_89ab_cdefn, 8),
  ...conditional('sc.w', -2n, 0x1234_5678n, 4),
  ...conditional('sc.d', -2n, 0x8123_4567_89ab_cdefn, 8),
  ...amo('amoswap.w', [
    [1, 2, 2],
    [-1, 0, 0],
    [MIN32, MAX32, MAX32],
    [5, HIGH, 0],
  ]),
  ...amo('amoswap.d', [
    [1, 2, 2],
    [-1, 0, 0],
    [MIN, MAX, MAX],
    [5, HIGH, HIGH],
  ]),
  ...amo('amoadd.w', [
    [1, 2, 3],
    [-1, 1, 0],
    [MAX32, 1, MIN32],
    [5, HIGH | 1n, 6],
  ]),
  ...amo('amoadd.d', [
    [1, 2, 3],
    [-1, 1, 0],
    [MAX, 1, MIN],
    [0xffff_ffffn, 1, 1n << 32n],
  ]),
  ...amo('amoxor.w', [
    [0b1100, 0b1010, 0b0110],
    [-1, -1, 0],
    [MIN32, -1, MAX32],
    [5, HIGH, 5],
  ]),
  ...amo('amoxor.d', [
    [0b1100, 0b1010, 0b0110],
    [-1, -1, 0],
    [MIN, -1, MAX],
    [5, HIGH, HIGH | 5n],
  ]),
  ...amo('amoand.w', [
    [0b1100, 0b1010, 0b1000],
    [-1, 7, 7],
    [MIN32, MAX32, 0],
    [-1, HIGH, 0],
  ]),
  ...amo('amoand.d', [
    [0b1100, 0b1010, 0b1000],
    [-1, 7, 7],
    [MIN, MAX, 0],
    [-1, HIGH, HIGH],
  ]),
  ...amo('amoor.w', [
    [0b1100, 0b1010, 0b1110],
    [0, 0, 0],
    [MIN32, MAX32, -1],
    [5, HIGH, 5],
  ]),
  ...amo('amoor.d', [
    [0b1100, 0b1010, 0b1110],
    [0, 0, 0],
    [MIN, MAX, -1],
    [5, HIGH, HIGH | 5n],
  ]),
  ...amo('amomin.w', [
    [1, 2, 1],
    [2, -1, -1],
    [MIN32, MAX32, MIN32],
    [5, HIGH | 4n, 4],
    [-1, 0xffff_fffen, -2],
  ]),
  ...amo('amomin.d', [
    [1, 2, 1],
    [2, -1, -1],
    [MIN, MAX, MIN],
    [5, HIGH, HIGH],
  ]),
  ...amo('amomax.w', [
    [1, 2, 2],
    [2, -1, 2],
    [MIN32, MAX32, MAX32],
    [5, HIGH | 4n, 5],
    [-1, 0xffff_fffen, -1],
  ]),
  ...amo('amomax.d', [
    [1, 2, 2],
    [2, -1, 2],
    [MIN, MAX, MAX],
    [5, HIGH, 5],
  ]),
  ...amo('amominu.w', [
    [1, 2, 1],
    [2, -1, 2],
    [MIN32, MAX32, MAX32],
    [5, HIGH | 4n, 4],
  ]),
  ...amo('amominu.d', [
    [1, 2, 1],
    [2, -1, 2],
    [MIN, MAX, MAX],
    [5, HIGH, 5],
  ]),
  ...amo('amomaxu.w', [
    [1, 2, 2],
    [2, -1, -1],
    [MIN32, MAX32, MIN32],
    [5, HIGH | 4n, 5],
  ]),
  ...amo('amomaxu.d', [
    [1, 2, 2],
    [2, -1, -1],
    [MIN, MAX, MIN],
    [5, HIGH, HIGH],
  ]),
];
