/** Atomic accesses. @see LoongArch Reference Manual, Volume 1, 2.2.7 */
import { CAUSE } from '../../../../src/isa/loongarch64/causes';
import type { Vector } from '../../driver';
import { AT, little, type Num, RD, RJ, RK, u64, vector, wordOf } from './rows';

/** Rows of [memory, rk, memory afterwards]; rd gets the old value, sign-extended. */
type Rows = readonly (readonly [Num, Num, Num])[];

const amo = (name: string, suffix: string, rows: Rows): Vector[] => {
  const bytes = suffix.startsWith('w') ? 4 : 8;
  return ['', '_db'].flatMap((barrier) => {
    const mnemonic = `am${name}${barrier}.${suffix}`;
    const [old = 0, k = 0] = rows[0] ?? [];
    const before = { r: { [RJ]: AT, [RK]: u64(k) }, memory: [{ at: AT, bytes: little(old, 8) }] };
    return [
      ...rows.map(([was, operand, is]) =>
        vector(
          mnemonic,
          { rd: RD, rj: RJ, rk: RK },
          `${was}, ${operand}`,
          { r: { [RJ]: AT, [RK]: u64(operand) }, memory: [{ at: AT, bytes: little(was, 8) }] },
          {
            r: { [RD]: u64(BigInt.asIntN(8 * bytes, BigInt(was))) },
            memory: [{ at: AT, bytes: little(is, bytes) + little(was, 8).slice(2 * bytes) }],
          },
        ),
      ),
      vector(
        mnemonic,
        { rd: RD, rj: RJ, rk: RK },
        'unaligned',
        { r: { [RJ]: AT + 2n } },
        {
          trap: { cause: CAUSE.addressAlignment, tval: AT + 2n },
        },
      ),
      ...[RJ, RK].map((rd) => ({
        ...vector(mnemonic, { rd: RD, rj: RJ, rk: RK }, `whose rd is r${rd} is no instruction`, before, {
          trap: { cause: CAUSE.noInstruction, tval: BigInt(wordOf(mnemonic, { rd, rj: RJ, rk: RK })) },
        }),
        word: wordOf(mnemonic, { rd, rj: RJ, rk: RK }),
      })),
    ];
  });
};

const HIGH = 0x7777_7777_0000_0000n;
const W = 0xffff_ffffn;
const word = (rows: Rows): Rows => rows.map(([a, k, b]) => [HIGH | (u64(a) & W), k, b]);

const both = (name: string, rows: Rows): Vector[] => [...amo(name, 'w', word(rows)), ...amo(name, 'd', rows)];
const bothUnsigned = (name: string, rows: Rows): Vector[] => [...amo(name, 'wu', word(rows)), ...amo(name, 'du', rows)];

const LINKED = { llbit: 1n, llAddress: AT, llValue: 5n };

const linked = (suffix: 'w' | 'd', bytes: 4 | 8): Vector[] => {
  const [ll, sc] = [`ll.${suffix}`, `sc.${suffix}`];
  const memory = (value: Num) => [{ at: AT, bytes: little(value, 8) }];
  const loaded = (value: Num, si: number): Vector => {
    const result = u64(BigInt.asIntN(8 * bytes, BigInt(value)));
    return vector(
      ll,
      { rd: RD, rj: RJ, si },
      `${value}, immediate ${si}`,
      { r: { [RJ]: AT - BigInt(si) }, memory: memory(value) },
      { r: { [RD]: result }, slots: { llbit: 1n, llAddress: AT, llValue: result } },
    );
  };
  const stored = (name: string, now: Num, slots: Readonly<Record<string, bigint>>, isStored: boolean): Vector =>
    vector(
      sc,
      { rd: RD, rj: RJ, si: 8 },
      name,
      { r: { [RJ]: AT - 8n, [RD]: 0x1_0000_0009n }, memory: memory(now), slots },
      {
        r: { [RD]: isStored ? 1n : 0n },
        slots: { llbit: 0n },
        ...(isStored && {
          memory: [{ at: AT, bytes: little(0x1_0000_0009n, bytes) + little(now, 8).slice(2 * bytes) }],
        }),
      },
    );
  const unaligned = (mnemonic: string): Vector =>
    vector(
      mnemonic,
      { rd: RD, rj: RJ, si: 0 },
      'unaligned',
      { r: { [RJ]: AT + 1n } },
      {
        trap: { cause: CAUSE.addressAlignment, tval: AT + 1n },
      },
    );
  return [
    loaded(5, 0),
    loaded(-5, 4),
    loaded(0x8000_0000n, -0x8000),
    loaded(0x7fff_ffff_ffff_ffffn, 0x7ffc),
    unaligned(ll),
    stored('after ll', 5, LINKED, true),
    stored('without ll', 5, {}, false),
    stored('after ll elsewhere', 5, { ...LINKED, llAddress: AT + 8n }, false),
    stored('after another store', 6, LINKED, false),
    unaligned(sc),
  ];
};

export const ATOMICS: readonly Vector[] = [
  ...both('swap', [
    [5, 9, 9],
    [-1, 0, 0],
    [0, -1, -1],
    [0x8000_0000n, 1, 1],
  ]),
  ...both('add', [
    [5, 9, 14],
    [-1, 1, 0],
    [0, -1, -1],
    [0x7fff_ffff, 1, 0x8000_0000n],
  ]),
  ...both('and', [
    [0b1100, 0b1010, 0b1000],
    [-1, 0x55, 0x55],
    [0x55, -1, 0x55],
    [0x8000_0000n, -1, 0x8000_0000n],
  ]),
  ...both('or', [
    [0b1100, 0b1010, 0b1110],
    [0, 0, 0],
    [0, -1, -1],
    [0x8000_0000n, 1, 0x8000_0001n],
  ]),
  ...both('xor', [
    [0b1100, 0b1010, 0b0110],
    [-1, -1, 0],
    [0, -1, -1],
    [0x8000_0000n, 0x8000_0000n, 0],
  ]),
  ...both('max', [
    [5, 9, 9],
    [-1, 1, 1],
    [1, -1, 1],
    [-5, -9, -5],
  ]),
  ...both('min', [
    [5, 9, 5],
    [-1, 1, -1],
    [1, -1, -1],
    [-5, -9, -9],
  ]),
  ...bothUnsigned('max', [
    [5, 9, 9],
    [-1, 1, -1],
    [1, -1, -1],
    [0, 0, 0],
  ]),
  ...bothUnsigned('min', [
    [5, 9, 5],
    [-1, 1, 1],
    [1, -1, 1],
    [0, 7, 0],
  ]),
  ...linked('w', 4),
  ...linked('d', 8),
];
