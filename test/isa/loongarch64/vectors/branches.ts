/** Branches. @see LoongArch Reference Manual, Volume 1, 2.2.4 and 3.2.5 */
import { CAUSE } from '../../../../src/isa/loongarch64/causes';
import { CODE, DATA, type Vector } from '../../driver';
import { branches, type Num, RD, RJ, u64, vector, wordOf } from './rows';

const MIN = -(1n << 63n);

/** Rows of [rj, taken], each of another distance. */
const zeros = (mnemonic: string, rows: readonly (readonly [Num, boolean])[]): Vector[] =>
  rows.map(([j, taken], index) => {
    const offs = [0x7fc, 8, 0x400, 0x10][index % 4] ?? 8;
    return vector(
      mnemonic,
      { rj: RJ, offs },
      `${j} by ${offs}`,
      { r: { [RJ]: u64(j) } },
      {
        pc: CODE + (taken ? BigInt(offs) : 4n),
      },
    );
  });

/** Each flag in turn; with floating point off it is no branch. */
const flags = (mnemonic: string, taken: bigint): Vector[] => [
  ...Array.from({ length: 8 }, (_, cj) => cj).flatMap((cj) =>
    [0n, 1n].map((flag) =>
      vector(
        mnemonic,
        { cj, offs: 0x100 },
        `$fcc${cj} = ${flag}`,
        { fcc: { [cj]: flag } },
        {
          pc: CODE + (flag === taken ? 0x100n : 4n),
        },
      ),
    ),
  ),
  vector(
    mnemonic,
    { cj: 0, offs: 0x100 },
    'with floating point off',
    { slots: { EUEN: 0n } },
    {
      trap: { cause: CAUSE.floatDisabled, tval: BigInt(wordOf(mnemonic, { cj: 0, offs: 0x100 })) },
    },
  ),
];

const jump = (mnemonic: 'b' | 'bl', offs: number): Vector =>
  vector(
    mnemonic,
    { offs },
    `by ${offs}`,
    {},
    {
      pc: CODE + BigInt(offs),
      ...(mnemonic === 'bl' && { r: { 1: CODE + 4n } }),
    },
  );

const indirect = (rd: number, base: bigint, offs: number): Vector =>
  vector(
    'jirl',
    { rd, rj: RJ, offs },
    `0x${base.toString(16)} + ${offs} to r${rd}`,
    { r: { [RJ]: base } },
    {
      r: rd === 0 ? {} : { [rd]: CODE + 4n },
      pc: base + BigInt(offs),
    },
  );

export const BRANCHES: readonly Vector[] = [
  ...zeros('beqz', [
    [0, true],
    [1, false],
    [MIN, false],
    [0x1_0000_0000n, false],
  ]),
  ...zeros('bnez', [
    [0, false],
    [1, true],
    [MIN, true],
    [0x1_0000_0000n, true],
  ]),
  ...flags('bceqz', 0n),
  ...flags('bcnez', 1n),
  indirect(0, DATA, 0),
  indirect(1, DATA, 8),
  indirect(RJ, DATA + 0x100n, -8),
  indirect(RD, DATA + 0x20_0000n, -0x2_0000 + 4 - 0x1_fffc + 0x2_0000),
  ...[8, 0x400, 0x7fc, 0x10].flatMap((offs) => [jump('b', offs), jump('bl', offs)]),
  ...branches('beq', [
    [5, 5, true],
    [5, 6, false],
    [-1, 0xffff_ffff, false],
    [0, 0, true],
  ]),
  ...branches('bne', [
    [5, 5, false],
    [5, 6, true],
    [-1, 0xffff_ffff, true],
    [0, 0, false],
  ]),
  ...branches('blt', [
    [5, 6, true],
    [5, 5, false],
    [-1, 0, true],
    [MIN, -MIN - 1n, true],
  ]),
  ...branches('bge', [
    [5, 6, false],
    [5, 5, true],
    [-1, 0, false],
    [0, MIN, true],
  ]),
  ...branches('bltu', [
    [5, 6, true],
    [5, 5, false],
    [-1, 0, false],
    [0, MIN, true],
  ]),
  ...branches('bgeu', [
    [5, 6, false],
    [5, 5, true],
    [-1, 0, true],
    [0, MIN, false],
  ]),
];
