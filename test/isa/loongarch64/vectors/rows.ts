/** Short forms for vector rows: one line of numbers each. Numbers may be negative; they are taken modulo 2^64. */
import { CAUSE } from '../../../../src/isa/loongarch64/causes';
import { insns } from '../../../../src/isa/loongarch64/insns/all';
import { type After, type Before, CODE, DATA, type Vector } from '../../driver';
import { encoderOf, type Fields, type Num, text, u64 } from '../../rows';

export { type Fields, type Num, u64 } from '../../rows';

const encode = encoderOf(insns());

/** Registers the short forms use. */
export const RD = 12;
export const RJ = 13;
export const RK = 14;

/** The word of an instruction. */
export const wordOf = (mnemonic: string, fields: Fields): number => encode(mnemonic, fields).word;

/** The general form. */
export const vector = (mnemonic: string, fields: Fields, name: string, before: Before, after: After): Vector => ({
  name: `${mnemonic} ${name}`,
  mnemonic,
  ...encode(mnemonic, fields),
  before,
  after,
});

/** What only PLV0 may execute raises an exception below it. */
export const privileged = (mnemonic: string, fields: Fields): Vector[] =>
  [1n, 2n, 3n].map((plv) =>
    vector(
      mnemonic,
      fields,
      `at PLV${plv}`,
      { slots: { CRMD: 8n | plv } },
      { trap: { cause: CAUSE.instructionPrivilege, tval: BigInt(wordOf(mnemonic, fields)) } },
    ),
  );

/** Rows of [rj, rk, rd]. The first is repeated with rd = rj, with rd = rk and with rd = r0. */
export const registers = (
  mnemonic: string,
  rows: readonly (readonly [Num, Num, Num])[],
  more: Fields = {},
): Vector[] => {
  const make = ([j, k, d]: readonly [Num, Num, Num], rd: number): Vector =>
    vector(
      mnemonic,
      { rd, rj: RJ, rk: RK, ...more },
      `${text(j)}, ${text(k)}${Object.values(more).map((value) => `, ${value}`)} to r${rd}`,
      { r: { [RJ]: u64(j), [RK]: u64(k) } },
      { r: rd === 0 ? {} : { [rd]: u64(d) } },
    );
  return [
    ...rows.map((row) => make(row, RD)),
    ...rows.slice(0, 1).flatMap((row) => [RJ, RK, 0].map((rd) => make(row, rd))),
  ];
};

/** Rows of [rj, rd]. */
export const unary = (mnemonic: string, rows: readonly (readonly [Num, Num])[]): Vector[] =>
  rows.flatMap(([j, d], index) =>
    (index === 0 ? [RD, RJ, 0] : [RD]).map((rd) =>
      vector(
        mnemonic,
        { rd, rj: RJ },
        `${text(j)} to r${rd}`,
        { r: { [RJ]: u64(j) } },
        {
          r: rd === 0 ? {} : { [rd]: u64(d) },
        },
      ),
    ),
  );

/** Rows of [rj, immediate, rd]. The first is repeated with rd = rj and with rd = r0. */
export const immediates = (
  mnemonic: string,
  rows: readonly (readonly [Num, number, Num])[],
  field: 'si' | 'ui' = 'si',
): Vector[] => {
  const make = ([j, n, d]: readonly [Num, number, Num], rd: number): Vector =>
    vector(
      mnemonic,
      { rd, rj: RJ, [field]: n },
      `${text(j)}, ${n} to r${rd}`,
      { r: { [RJ]: u64(j) } },
      { r: rd === 0 ? {} : { [rd]: u64(d) } },
    );
  return [
    ...rows.map((row) => make(row, RD)),
    ...rows.slice(0, 1).flatMap((row) => [RJ, 0].map((rd) => make(row, rd))),
  ];
};

/** Rows of [immediate, rd before, rd after]. */
export const constants = (mnemonic: string, rows: readonly (readonly [number, Num, Num])[]): Vector[] => [
  ...rows.map(([si, was, is]) =>
    vector(mnemonic, { rd: RD, si }, `${si}, ${text(was)}`, { r: { [RD]: u64(was) } }, { r: { [RD]: u64(is) } }),
  ),
  vector(mnemonic, { rd: 0, si: rows[0]?.[0] ?? 0 }, 'to r0', {}, {}),
];

/** Rows of [rj, rd, taken], each of another distance. */
export const branches = (mnemonic: string, rows: readonly (readonly [Num, Num, boolean])[]): Vector[] =>
  rows.map(([j, d, taken], index) => {
    const offs = [0x7fc, 8, 0x400, 0x10][index % 4] ?? 8;
    return vector(
      mnemonic,
      { rj: RJ, rd: RD, offs },
      `${text(j)}, ${text(d)} by ${offs}`,
      { r: { [RJ]: u64(j), [RD]: u64(d) } },
      { pc: CODE + (taken ? BigInt(offs) : 4n) },
    );
  });

/** Where the rows of memory accesses have their data. */
export const AT = DATA + 0x40n;

/** Rows of [bytes in memory, distance of the address from them, rd]. */
export const loads = (mnemonic: string, rows: readonly (readonly [string, number, Num])[]): Vector[] =>
  rows.map(([bytes, distance, d], index) => {
    const si = [0, -2048, 2044, 8, -4][index % 5] ?? 0;
    return vector(
      mnemonic,
      { rd: RD, rj: RJ, si },
      `${bytes} + ${distance}, immediate ${si}`,
      { r: { [RJ]: AT + BigInt(distance - si) }, memory: [{ at: AT, bytes }] },
      { r: { [RD]: u64(d) } },
    );
  });

/** The same at rj + rk. */
export const indexedLoads = (mnemonic: string, rows: readonly (readonly [string, number, Num])[]): Vector[] =>
  rows.map(([bytes, distance, d], index) => {
    const k = [0, -2048, 0x1000, 8, -1][index % 5] ?? 0;
    return vector(
      mnemonic,
      { rd: RD, rj: RJ, rk: RK },
      `${bytes} + ${distance}, index ${k}`,
      { r: { [RJ]: AT + BigInt(distance - k), [RK]: u64(k) }, memory: [{ at: AT, bytes }] },
      { r: { [RD]: u64(d) } },
    );
  });

const FIVES = '55'.repeat(16);

/** Rows of [rd, distance of the address from the data, 16 bytes of memory there afterwards]; it holds 55s before. */
export const stores = (mnemonic: string, rows: readonly (readonly [Num, number, string])[]): Vector[] =>
  rows.map(([value, distance, bytes], index) => {
    const si = [0, -2048, 2044, 8, -4][index % 5] ?? 0;
    return vector(
      mnemonic,
      { rd: RD, rj: RJ, si },
      `${text(value)} + ${distance}, immediate ${si}`,
      { r: { [RJ]: AT + BigInt(distance - si), [RD]: u64(value) }, memory: [{ at: AT, bytes: FIVES }] },
      { memory: [{ at: AT, bytes }] },
    );
  });
export const indexedStores = (mnemonic: string, rows: readonly (readonly [Num, number, string])[]): Vector[] =>
  rows.map(([value, distance, bytes], index) => {
    const k = [0, -2048, 0x1000, 8, -1][index % 5] ?? 0;
    return vector(
      mnemonic,
      { rd: RD, rj: RJ, rk: RK },
      `${text(value)} + ${distance}, index ${k}`,
      {
        r: { [RJ]: AT + BigInt(distance - k), [RK]: u64(k), [RD]: u64(value) },
        memory: [{ at: AT, bytes: FIVES }],
      },
      { memory: [{ at: AT, bytes }] },
    );
  });

/** Little-endian hexadecimal digits. */
export const little = (value: Num, bytes: number): string =>
  (
    BigInt.asUintN(bytes * 8, BigInt(value))
      .toString(16)
      .padStart(bytes * 2, '0')
      .match(/../g) ?? []
  )
    .reverse()
    .join('');
