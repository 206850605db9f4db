/** Short forms for vector rows: one line of numbers each. Numbers may be negative; they are taken modulo 2^64. */
import { INSNS } from '../../../../src/isa/riscv64/insns/all';
import { type After, type Before, CODE, DATA, type Vector } from '../../driver';
import { encoderOf, type Fields, type Num, text, u64 } from '../../rows';

export { u64 } from '../../rows';

const encode = encoderOf(INSNS);

/** Registers the short forms use; they are in the compressed range. */
export const RD = 10;
export const RS1 = 11;
export const RS2 = 12;
export const RS3 = 13;
export const SP = 2;

/** The general form. */
export const vector = (mnemonic: string, fields: Fields, name: string, before: Before, after: After): Vector => ({
  name: `${mnemonic} ${name}`,
  mnemonic,
  ...encode(mnemonic, fields),
  before,
  after,
});

/** Rows of [rs1, rs2, rd]. The first is repeated with rd = rs1, with rd = rs2 and with rd = x0. */
export const registers = (mnemonic: string, rows: readonly (readonly [Num, Num, Num])[]): Vector[] => {
  const make = ([a, b, d]: readonly [Num, Num, Num], rd: number): Vector =>
    vector(
      mnemonic,
      { rd, rs1: RS1, rs2: RS2 },
      `${text(a)}, ${text(b)} to x${rd}`,
      { x: { [RS1]: u64(a), [RS2]: u64(b) } },
      { x: rd === 0 ? {} : { [rd]: u64(d) } },
    );
  return [
    ...rows.map((row) => make(row, RD)),
    ...rows.slice(0, 1).flatMap((row) => [RS1, RS2, 0].map((rd) => make(row, rd))),
  ];
};

/** Rows of [rs1, rd]. */
export const unary = (mnemonic: string, rows: readonly (readonly [Num, Num])[]): Vector[] =>
  rows.map(([a, d]) =>
    vector(mnemonic, { rd: RD, rs1: RS1 }, text(a), { x: { [RS1]: u64(a) } }, { x: { [RD]: u64(d) } }),
  );

/** Rows of [rs1, immediate, rd]. The first is repeated with rd = rs1 and with rd = x0. */
export const immediates = (
  mnemonic: string,
  rows: readonly (readonly [Num, number, Num])[],
  field: 'imm' | 'shamt' = 'imm',
): Vector[] => {
  const make = ([a, n, d]: readonly [Num, number, Num], rd: number): Vector =>
    vector(
      mnemonic,
      { rd, rs1: RS1, [field]: n },
      `${text(a)}, ${n} to x${rd}`,
      { x: { [RS1]: u64(a) } },
      { x: rd === 0 ? {} : { [rd]: u64(d) } },
    );
  return [
    ...rows.map((row) => make(row, RD)),
    ...rows.slice(0, 1).flatMap((row) => [RS1, 0].map((rd) => make(row, rd))),
  ];
};
export const shifts = (mnemonic: string, rows: readonly (readonly [Num, number, Num])[]): Vector[] =>
  immediates(mnemonic, rows, 'shamt');

/** Rows of [rs1, rs2, taken], each tried forward and back. */
export const branches = (mnemonic: string, rows: readonly (readonly [Num, Num, boolean])[]): Vector[] =>
  rows.flatMap(([a, b, taken], index) => {
    const imm = [0x7fe, 4, 0x400, 0x10][index % 4] ?? 8;
    return vector(
      mnemonic,
      { rs1: RS1, rs2: RS2, imm },
      `${text(a)}, ${text(b)} by ${imm}`,
      { x: { [RS1]: u64(a), [RS2]: u64(b) } },
      { pc: CODE + (taken ? BigInt(imm) : 4n) },
    );
  });

/** Rows of [bytes in memory, distance of the address from them, rd]. */
export const loads = (mnemonic: string, rows: readonly (readonly [string, number, Num])[]): Vector[] =>
  rows.map(([bytes, distance, d], index) => {
    const imm = [0, -2048, 2047, 8, -1][index % 5] ?? 0;
    return vector(
      mnemonic,
      { rd: RD, rs1: RS1, imm },
      `${bytes} + ${distance}, immediate ${imm}`,
      { x: { [RS1]: DATA + 0x40n + BigInt(distance - imm) }, memory: [{ at: DATA + 0x40n, bytes }] },
      { x: { [RD]: u64(d) } },
    );
  });

/** Rows of [rs2, distance of the address from DATA + 64, 16 bytes of memory there afterwards]; it holds 55s before. */
export const stores = (mnemonic: string, rows: readonly (readonly [Num, number, string])[]): Vector[] =>
  rows.map(([value, distance, bytes], index) => {
    const imm = [0, -2048, 2047, 8, -1][index % 5] ?? 0;
    const at = DATA + 0x40n;
    return vector(
      mnemonic,
      { rs1: RS1, rs2: RS2, imm },
      `${text(value)} + ${distance}, immediate ${imm}`,
      { x: { [RS1]: at + BigInt(distance - imm), [RS2]: u64(value) }, memory: [{ at, bytes: '55'.repeat(16) }] },
      { memory: [{ at, bytes }] },
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
