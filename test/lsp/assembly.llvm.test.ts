/**
 * Our diagnostics beside llvm-mc-19: random programs of the tables' rows, as the disassembler writes them, and the same with something
 * changed in each line. `WORLDSTEP_SEED=n` repeats a run; `npm run explore` takes new seeds.
 */
import { describe, expect, it } from 'vitest';
import { ASSEMBLY_LANGUAGES } from '../../src/entry/language-server';
import { disassemble as disassembleA64 } from '../../src/isa/aarch64/assembly';
import { insns as insnsOfA64 } from '../../src/isa/aarch64/insns/all';
import type { Disassembler } from '../../src/isa/core/disassembler';
import type { Insn } from '../../src/isa/core/insn';
import { disassemble as disassembleLoongArch } from '../../src/isa/loongarch64/assembly';
import { insns as insnsOfLoongArch } from '../../src/isa/loongarch64/insns/all';
import { disassemble as disassembleRiscv } from '../../src/isa/riscv64/assembly';
import { INSNS } from '../../src/isa/riscv64/insns/all';
import { readAssembly } from '../../src/lsp/assembly-file';
import { LineReader } from '../../src/lsp/assembly-line';
import { diagnose } from '../../src/lsp/diagnostics';
import { Random, SEED } from '../support/random';
import { changed, randomProgram, rejectedByLlvm } from './llvm-assembler';

const MOST_ROWS = 500;

/** Rows of an instruction set, at most so many, chosen at random. */
const some = (insns: readonly Insn[], random: Random): readonly Insn[] =>
  insns.length <= MOST_ROWS ? insns : Array.from({ length: MOST_ROWS }, () => random.pick(insns));

/** Refused for what the operands are together, which nobody looks at here: registers that must differ, an offset that a size fixes. */
const TOGETHER = /unpredictable|^invalid operand for instruction$/;
/** Names that llvm-mc wants a feature for which no processor has beside ours, and a conversion whose constant it forgets to check. */
const UNLIKE = /^\s*(msr L2CTLR_EL1|[su]cvtf )/;

const SETS: readonly (readonly ['riscv64' | 'aarch64' | 'loongarch64', () => readonly Insn[], Disassembler])[] = [
  ['riscv64', () => INSNS, disassembleRiscv],
  ['aarch64', insnsOfA64, disassembleA64],
  ['loongarch64', insnsOfLoongArch, disassembleLoongArch],
];

describe.each(SETS)('a random program of %s (WORLDSTEP_SEED)', (architecture, insns, disassemble) => {
  const language = ASSEMBLY_LANGUAGES[architecture]!;
  const ours = (lines: readonly string[]): ReadonlyMap<number, string> => {
    const file = readAssembly(lines.join('\n'), language, new LineReader(language.syntax));
    const found = diagnose(file, { isComplete: true, definition: () => undefined });
    return new Map(found.map(({ range, message }) => [range.start.line, String(message)]));
  };
  const compare = (lines: readonly string[]) => {
    const theirs = rejectedByLlvm(architecture, `${lines.join('\n')}\n`);
    const found = ours(lines);
    const isAlike = (line: number): boolean => !UNLIKE.test(lines[line] ?? '');
    return {
      seed: SEED,
      false: [...found]
        .filter(([line]) => !theirs.has(line) && isAlike(line))
        .map(([line, text]) => `${lines[line]} | ${text}`),
      missed: [...theirs]
        .filter(([line, text]) => !found.has(line) && isAlike(line) && !TOGETHER.test(text))
        .map(([line, text]) => `${lines[line]} | ${text}`),
    };
  };

  it('is found right where llvm-mc takes it', () => {
    const random = new Random(SEED);
    expect(compare(randomProgram(some(insns(), random), disassemble, random))).toEqual({
      seed: SEED,
      false: [],
      missed: [],
    });
  });

  it('has a diagnostic in each line that llvm-mc refuses, and in no other', () => {
    const random = new Random(SEED + 1);
    const lines = changed(randomProgram(some(insns(), random), disassemble, random), random);
    expect(rejectedByLlvm(architecture, `${lines.join('\n')}\n`).size).toBeGreaterThan(lines.length / 3);
    expect(compare(lines)).toEqual({ seed: SEED, false: [], missed: [] });
  });
});
