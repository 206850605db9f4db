/** Instructions about nothing but flags. @see Arm ARM, C6.2: AXFLAG, CFINV, RMIF, SETF8, SETF16, XAFLAG */

import { CAUSE } from '../../../../src/isa/aarch64/causes';
import { CPUS } from '../../../../src/isa/aarch64/cpus';
import type { Vector } from '../../driver';
import { type Fields, type Num, RN, u64, vector } from './rows';

const OLD = BigInt(CPUS.findIndex(({ name }) => name === 'cortex-a72'));

/** On a processor without the feature it is no instruction. */
const undefinedOn = (mnemonic: string, fields: Fields): Vector =>
  vector(
    mnemonic,
    fields,
    'of an older processor',
    { slots: { cpu: OLD, nzcv: 9n } },
    {
      trap: { cause: CAUSE.undefined, tval: 0n },
    },
  );

/** Flags after, by flags before. */
const onFlags = (mnemonic: string, after: (n: number, z: number, c: number, v: number) => number): Vector[] => [
  ...Array.from({ length: 16 }, (_, nzcv) =>
    vector(
      mnemonic,
      {},
      `of ${nzcv}`,
      { slots: { nzcv: BigInt(nzcv) } },
      { slots: { nzcv: BigInt(after((nzcv >> 3) & 1, (nzcv >> 2) & 1, (nzcv >> 1) & 1, nzcv & 1)) } },
    ),
  ),
  undefinedOn(mnemonic, {}),
];

/** Rows of [Rn, flags before, flags after]. */
const evaluations = (mnemonic: string, rows: readonly (readonly [Num, number, number])[]): Vector[] => [
  ...rows.map(([n, before, after]) =>
    vector(
      mnemonic,
      { Rn: RN },
      `of ${n}, ${before}`,
      { x: { [RN]: u64(n) }, slots: { nzcv: BigInt(before) } },
      { slots: { nzcv: BigInt(after) } },
    ),
  ),
  undefinedOn(mnemonic, { Rn: RN }),
];

export const FLAGS: readonly Vector[] = [
  ...onFlags('cfinv', (n, z, c, v) => (n << 3) | (z << 2) | ((1 - c) << 1) | v),
  // Of floating point: less, equal, greater, unordered are 8, 6, 2, 3 as Arm has them.
  ...onFlags('axflag', (_n, z, c, v) => ((z | v) << 2) | ((c & ~v & 1) << 1)),
  ...onFlags('xaflag', (_n, z, c) => ((~c & ~z & 1) << 3) | ((z & c) << 2) | ((c | z) << 1) | (~c & z & 1)),
  ...evaluations('setf8', [
    [0, 0b1011, 0b0110],
    [0x80, 0b0000, 0b1001],
    [0x180, 0b0010, 0b1010],
    [0x17f, 0b0000, 0b0001],
    [0x7f, 0b1111, 0b0010],
    [-1, 0, 0b1000],
  ]),
  ...evaluations('setf16', [
    [0, 0b1011, 0b0110],
    [0x8000, 0b0000, 0b1001],
    [0x1_8000, 0b0010, 0b1010],
    [0x1_7fff, 0b0000, 0b0001],
    [0x7fff, 0b1111, 0b0010],
    [-1, 0, 0b1000],
  ]),
  ...(
    [
      [0b1010, 0, 15, 0, 0b1010],
      [0b1010, 0, 0b1100, 0b0101, 0b1001],
      [0xa0, 4, 15, 0, 0b1010],
      [1, 1, 15, 15, 0],
      [0x6, 63, 0b1111, 0, 0b1100],
      [-1, 17, 0, 0b0110, 0b0110],
    ] as const
  ).map(([n, amount, nzcv, before, after]) =>
    vector(
      'rmif',
      { Rn: RN, amount, nzcv },
      `${n}, ${amount}, ${nzcv} of ${before}`,
      { x: { [RN]: u64(n) }, slots: { nzcv: BigInt(before) } },
      { slots: { nzcv: BigInt(after) } },
    ),
  ),
  undefinedOn('rmif', { Rn: RN, amount: 0, nzcv: 15 }),
];
