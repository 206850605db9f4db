/** Asks QEMU what instructions of Advanced SIMD do: a bare program that executes each once and writes what it leaves to a file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simdInsns } from '../../../../../src/isa/aarch64/insns/simd';
import { encodeInsn } from '../../../../../src/isa/core/decoder';
import type { PatternInsn } from '../../../../../src/isa/core/insn';
import { buildElf } from '../../../../machine/elf-builder';
import { runQemu } from '../../../../support/qemu';
import { Random } from '../../../../support/random';
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

const [CODE, POOL, RESULTS, NAME] = [0x4100_0000, 0x4020_0000, 0x4200_0000, 0x4030_0000];
/** General registers of the program: the pool, the next result, and one for anything. */
const [POOL_AT, RESULT_AT, ANY] = [20, 21, 14];
const RESULT_BYTES = 32;

/** The few instructions that the program needs beside those it asks about. */
const words = {
  move: (rd: number, value: number): number[] => [
    (0xd280_0000 | ((value & 0xffff) << 5) | rd) >>> 0,
    (0xf2a0_0000 | ((value >>> 16) << 5) | rd) >>> 0,
  ],
  loadQ: (vt: number, rn: number, at: number): number => (0x3dc0_0000 | ((at / 16) << 10) | (rn << 5) | vt) >>> 0,
  storeQ: (vt: number, rn: number, at: number): number => (0x3d80_0000 | ((at / 16) << 10) | (rn << 5) | vt) >>> 0,
  loadX: (rt: number, rn: number, at: number): number => (0xf940_0000 | ((at / 8) << 10) | (rn << 5) | rt) >>> 0,
  storeX: (rt: number, rn: number, at: number): number => (0xf900_0000 | ((at / 8) << 10) | (rn << 5) | rt) >>> 0,
  addImmediate: (rd: number, rn: number, imm: number): number => (0x9100_0000 | (imm << 10) | (rn << 5) | rd) >>> 0,
  setFpcr: (rt: number): number => 0xd51b_4400 + rt,
  setFpsr: (rt: number): number => 0xd51b_4420 + rt,
  getFpsr: (rt: number): number => 0xd53b_4420 + rt,
  setCpacr: (rt: number): number => 0xd518_1040 + rt,
  isb: 0xd503_3fdf,
  semihosting: 0xd45e_0000,
};
const ZERO = 31;

const codeOf = (cases: readonly SimdCase[], count: number): number[] => {
  const code: number[] = [
    ...words.move(0, 3 << 20),
    words.setCpacr(0),
    words.isb,
    ...words.move(POOL_AT, POOL),
    ...words.move(RESULT_AT, RESULTS),
  ];
  const constants = 16 * count;
  for (const each of cases) {
    for (const [register, index] of vectorsOf(each, count)) code.push(words.loadQ(register, POOL_AT, 16 * index));
    code.push(words.loadX(REGISTERS.Rd, POOL_AT, constants), words.loadX(REGISTERS.Rn, POOL_AT, constants + 8));
    code.push(...words.move(ANY, each.fpcr), words.setFpcr(ANY), words.setFpsr(ZERO), each.word);
    code.push(words.storeQ(REGISTERS.Vd, RESULT_AT, 0), words.storeX(REGISTERS.Rd, RESULT_AT, 16));
    code.push(words.getFpsr(ANY), words.storeX(ANY, RESULT_AT, 24));
    code.push(words.addImmediate(RESULT_AT, RESULT_AT, RESULT_BYTES));
  }
  // Opens the file, writes all results, ends. @see Semihosting for AArch32 and AArch64: SYS_OPEN, SYS_WRITE, SYS_EXIT
  const call = (operation: number, block: number): number[] => [
    ...words.move(0, operation),
    ...words.move(1, block),
    words.semihosting,
  ];
  code.push(...call(1, NAME), ...words.move(2, NAME + 0x40), words.storeX(0, 2, 0));
  code.push(...call(5, NAME + 0x40), ...call(0x18, NAME + 0x80));
  return code;
};

const littleEndian = (values: readonly bigint[], bytes: number): Uint8Array =>
  Uint8Array.from(
    values.flatMap((value) => Array.from({ length: bytes }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn))),
  );

/** What QEMU leaves of each case, whose operands are numbered in a list. */
export const answersOfQemu = (cases: readonly SimdCase[], list: readonly bigint[] = OPERANDS): SimdResult[] => {
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-simd-'));
  try {
    const [program, results] = [join(folder, 'simd.elf'), join(folder, 'results')];
    const name = new TextEncoder().encode(`${results}\0`);
    const blocks = new Uint8Array(0x100 + name.length);
    const put = (at: number, ...values: readonly number[]): void => blocks.set(littleEndian(values.map(BigInt), 8), at);
    put(0, NAME + 0x100, 5, name.length - 1);
    put(0x40, 0, RESULTS, RESULT_BYTES * cases.length);
    put(0x80, 0x2_0026, 0);
    blocks.set(name, 0x100);
    const elf = buildElf({
      entry: BigInt(CODE),
      machine: 183,
      segments: [
        {
          vaddr: BigInt(POOL),
          bytes: Uint8Array.from([...littleEndian(list, 16), ...littleEndian([GENERAL.Rd, GENERAL.Rn], 8)]),
        },
        { vaddr: BigInt(NAME), bytes: blocks },
        { vaddr: BigInt(CODE), bytes: littleEndian(codeOf(cases, list.length).map(BigInt), 4) },
      ],
    });
    writeFileSync(program, elf);
    const options = '-M virt -cpu max -m 128M -display none -monitor none -serial none -semihosting -kernel'.split(' ');
    const { status, stderr } = runQemu([...options, program], 'aarch64');
    if (status !== 0) throw new Error(`QEMU ended with ${status}: ${stderr}`);
    const bytes = readFileSync(results);
    return cases.map((_, at) => {
      const word = (index: number): bigint => bytes.readBigUInt64LE(RESULT_BYTES * at + 8 * index);
      return { Vd: word(0) | (word(1) << 64n), Rd: word(2), fpsr: word(3) };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
};
