/** Asks QEMU what LSX instructions do: a bare program that executes each once and lists what it leaves. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeInsn } from '../../../../../src/isa/core/decoder';
import type { PatternInsn } from '../../../../../src/isa/core/insn';
import { vectorInsns } from '../../../../../src/isa/loongarch64/insns/vectors';
import { readElf } from '../../../../../src/machine/boot/elf-image';
import { buildElf } from '../../../../machine/elf-builder';
import { LOONGARCH64_LOCKSTEP } from '../../../../machine/lockstep/loongarch64';
import { runQemu } from '../../../../support/qemu';
import { Random } from '../../../../support/random';
import { wordOf } from '../rows';
import { GENERAL, OPERANDS, operandFor } from './operands';
import { BEFORE, type LsxCase, type LsxResult, REGISTERS } from './table';

const ROWS = 5;
const SEED = 20_261_130;
/** Of fcsr0: rounding modes, now and then with flags of before. */
const CONTROLS = [0, 0x100, 0x200, 0x300, 0x000];

/** The rows of an instruction: random immediates, the operands and rounding modes of its kind. */
const casesOf = (random: Random, row: PatternInsn): LsxCase[] =>
  Array.from({ length: ROWS }, (_, at) => {
    let word: number;
    do {
      const fields = [...row.pattern.fields.values()].map(({ name, width, isSigned }) => {
        const raw = random.below(2 ** width);
        const value = isSigned && raw >= 2 ** (width - 1) ? raw - 2 ** width : raw;
        return [name, REGISTERS[name as keyof typeof REGISTERS] ?? value] as const;
      });
      word = encodeInsn(row.pattern, Object.fromEntries(fields));
    } while (Object.values(row.computed ?? {}).some((compute) => compute({ si: (word << 14) >> 19 }) === undefined));
    const operand = (): number => operandFor(random, row);
    // What is negated QEMU rounds afterwards: the same to nearest and towards zero only.
    const controls = row.mnemonic.startsWith('vfnm') ? CONTROLS.slice(0, 2) : CONTROLS;
    return {
      mnemonic: row.mnemonic,
      word: word >>> 0,
      operands: { vj: operand(), vk: operand(), vd: operand(), va: operand() },
      fcsr: row.mnemonic.startsWith('vf') ? (controls[at % controls.length] ?? 0) : 0,
    };
  });

const isMemory = ({ mnemonic }: PatternInsn): boolean => /^v(ld|st)(?!i)/.test(mnemonic);

/** Every instruction but loads and stores, in the order of their names. */
export const lsxCases = (): LsxCase[] => {
  const random = new Random(SEED);
  const rows = vectorInsns().filter((row) => !isMemory(row));
  return [...rows].sort((a, b) => (a.mnemonic < b.mnemonic ? -1 : 1)).flatMap((row) => casesOf(random, row));
};

/** General registers of the program: where operands and results are, and one for anything. */
const [POOL, RESULTS, TEMPORARY] = [23, 21, 20];
const RESULT_WORDS = 5;
const LIST = 0x20_0014;
const { program: CODE, records, runtime, base, elfMachine } = LOONGARCH64_LOCKSTEP;
const OPERANDS_AT = 0x30_0000n;

const littleEndian = (values: readonly bigint[], bytes: number): Uint8Array =>
  Uint8Array.from(
    values.flatMap((value) => Array.from({ length: bytes }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn))),
  );

const codeOf = (cases: readonly LsxCase[]): number[] => {
  const words: number[] = [];
  const emit = (mnemonic: string, fields: Readonly<Record<string, number>>): void => {
    words.push(wordOf(mnemonic, fields));
  };
  const constants = 16 * OPERANDS.length;
  emit('lu12i.w', { rd: POOL, si: Number(OPERANDS_AT) });
  for (const { word, operands, fcsr } of cases) {
    for (const name of ['vd', 'vj', 'vk', 'va'] as const)
      emit('vld', { vd: REGISTERS[name], rj: POOL, si: 16 * operands[name] });
    for (const [at, register] of [REGISTERS.rj, REGISTERS.rk, REGISTERS.rd].entries())
      emit('ld.d', { rd: register, rj: POOL, si: constants + 8 * at });
    emit('addi.d', { rd: TEMPORARY, rj: 0, si: Number(BEFORE.fcc) });
    emit('movgr2cf', { cd: REGISTERS.cd, rj: TEMPORARY });
    emit('addi.d', { rd: TEMPORARY, rj: 0, si: fcsr });
    emit('movgr2fcsr', { fcsr: 0, rj: TEMPORARY });
    words.push(word);
    emit('vst', { vd: REGISTERS.vd, rj: RESULTS, si: 0 });
    emit('st.d', { rd: REGISTERS.rd, rj: RESULTS, si: 16 });
    emit('movcf2gr', { rd: TEMPORARY, cj: REGISTERS.cd });
    emit('st.d', { rd: TEMPORARY, rj: RESULTS, si: 24 });
    emit('movfcsr2gr', { rd: TEMPORARY, fcsr: 0 });
    emit('st.d', { rd: TEMPORARY, rj: RESULTS, si: 32 });
    emit('addi.d', { rd: RESULTS, rj: RESULTS, si: 8 * RESULT_WORDS });
  }
  words.push(LOONGARCH64_LOCKSTEP.call(CODE + 4 * words.length, LIST));
  return words;
};

/** What QEMU leaves of each case. */
export const answersOfQemu = (cases: readonly LsxCase[]): LsxResult[] => {
  const file = readFileSync(join(__dirname, '../../../../machine/guests', runtime));
  const surroundings = readElf('lockstep', file, [], 'loongarch64');
  const pool = [...littleEndian(OPERANDS, 16), ...littleEndian([GENERAL.rj, GENERAL.rk, BEFORE.rd], 8)];
  const elf = buildElf({
    entry: base,
    machine: elfMachine,
    segments: [
      ...surroundings.segments.map(({ vaddr, bytes, memsz }) => ({ vaddr, bytes: bytes.slice(), memsz })),
      { vaddr: OPERANDS_AT, bytes: Uint8Array.from(pool) },
      { vaddr: BigInt(CODE), bytes: littleEndian(codeOf(cases).map(BigInt), 4) },
      { vaddr: records, bytes: new Uint8Array(8) },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'worldstep-lsx-'));
  try {
    const path = join(folder, 'lsx.elf');
    writeFileSync(path, elf);
    const options = '-M virt -m 1G -display none -monitor none -serial stdio -kernel'.split(' ');
    const { stdout, status } = runQemu([...options, path], 'loongarch64');
    if (status !== 0) throw new Error(`QEMU ended with ${status}`);
    const words = stdout
      .trim()
      .split(/\s+/)
      .map((digits) => BigInt(`0x${digits}`));
    return cases.map((_, at) => {
      const [low = 0n, high = 0n, rd = 0n, fcc = 0n, fcsr = 0n] = words.slice(at * RESULT_WORDS);
      return { vd: low | (high << 64n), rd, fcc, fcsr };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
};
