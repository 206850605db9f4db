/** Asks QEMU what instructions of Advanced SIMD do: a bare program executes each once. */
import { simdInsns } from '../../../../../src/isa/aarch64/insns/simd';
import { encodeInsn } from '../../../../../src/isa/core/decoder';
import type { PatternInsn } from '../../../../../src/isa/core/insn';
import { Random } from '../../../../support/random';
import { littleEndian, POOL_AT, RESULT_AT, resultsOfQemu, words, ZERO } from '../../bare-program';
import { GENERAL, isFloat, OPERANDS, operandFor } from './operands';
import { REGISTERS, type SimdCase, type SimdResult, vectorsOf } from './table';

const ROWS = 6;
const SEED = 20_261_130;
/** Of FPCR: rounding modes, flushing, default NaNs, alternative halves. */
const CONTROLS = [0, 0x0040_0000, 0x0080_0000, 0x00c0_0000, 0x0108_0000, 0x0200_0000, 0x0400_0000, 0x03c8_0000];

const isMemory = ({ mnemonic }: PatternInsn): boolean => /^(ld|st)\d/.test(mnemonic);

/** The rows of an instruction: random immediates, vectors of both lengths, the operands of its kind. */
const casesOf = (
  random: Random,
  row: PatternInsn,
  rows: number,
  operand: (random: Random, row: PatternInsn) => number,
): SimdCase[] =>
  Array.from({ length: rows }, (_, at) => {
    const values = (): Record<string, number> =>
      Object.fromEntries(
        [...row.pattern.fields.values()].map(({ name, width }) => {
          if (name === 'Q') return [name, at % 2];
          return [name, REGISTERS[name as keyof typeof REGISTERS] ?? random.below(2 ** width)];
        }),
      );
    let fields = values();
    const isExcluded = (): boolean =>
      Object.entries(row.not ?? {}).some(([name, values]) => values.includes(fields[name] ?? 0));
    while (isExcluded()) fields = values();
    const number = (): number => operand(random, row);
    return {
      mnemonic: row.mnemonic,
      word: encodeInsn(row.pattern, fields) >>> 0,
      operands: { Vn: number(), Vm: number(), Vd: number(), Va: number() },
      fpcr: isFloat(row) ? (CONTROLS[random.below(CONTROLS.length)] ?? 0) : 0,
    };
  });

const computing = (): PatternInsn[] =>
  simdInsns()
    .filter((row) => !isMemory(row))
    .sort((a, b) => (a.mnemonic < b.mnemonic ? -1 : 1));

const seedOf = (name: string): number =>
  [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), SEED) % 2 ** 32;

/** Every instruction but loads and stores, in the order of their names. Each has random numbers of its own. */
export const simdCases = (): SimdCase[] =>
  computing().flatMap((row) => casesOf(new Random(seedOf(row.mnemonic)), row, ROWS, operandFor));

/** So many of every instruction, with any of `count` operands. */
export const randomCases = (random: Random, rows: number, count: number): SimdCase[] =>
  computing().flatMap((row) => casesOf(random, row, rows, () => random.below(count)));

/** A general register for anything. */
const ANY = 14;
const RESULT_BYTES = 32;

const codeOf = (cases: readonly SimdCase[], count: number): number[] => {
  const constants = 16 * count;
  const code: number[] = [];
  for (const each of cases) {
    for (const [register, index] of vectorsOf(each, count)) code.push(words.loadQ(register, POOL_AT, 16 * index));
    code.push(words.loadX(REGISTERS.Rd, POOL_AT, constants), words.loadX(REGISTERS.Rn, POOL_AT, constants + 8));
    code.push(...words.move(ANY, each.fpcr), words.setFpcr(ANY), words.setFpsr(ZERO), each.word);
    code.push(words.storeQ(REGISTERS.Vd, RESULT_AT, 0), words.storeX(REGISTERS.Rd, RESULT_AT, 16));
    code.push(words.getFpsr(ANY), words.storeX(ANY, RESULT_AT, 24));
    code.push(words.addImmediate(RESULT_AT, RESULT_AT, RESULT_BYTES));
  }
  return code;
};

/** What QEMU leaves of each case, whose operands are numbered in a list. */
export const answersOfQemu = (cases: readonly SimdCase[], list: readonly bigint[] = OPERANDS): SimdResult[] => {
  const data = Uint8Array.from([...littleEndian(list, 16), ...littleEndian([GENERAL.Rd, GENERAL.Rn], 8)]);
  const bytes = resultsOfQemu(codeOf(cases, list.length), data, RESULT_BYTES * cases.length);
  return cases.map((_, at) => {
    const word = (index: number): bigint => bytes.readBigUInt64LE(RESULT_BYTES * at + 8 * index);
    return { Vd: word(0) | (word(1) << 64n), Rd: word(2), fpsr: word(3) };
  });
};
