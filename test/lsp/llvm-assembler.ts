/** What LLVM's assembler says of a source, and programs to ask it about. */
import { spawnSync } from 'node:child_process';
import type { Architecture } from '../../src/base/architectures';
import type { Disassembler } from '../../src/isa/core/disassembler';
import { type Insn, isPatternInsn } from '../../src/isa/core/insn';
import type { Random } from '../support/random';

/** How llvm-mc is asked for what our machines have. */
export const LLVM: Readonly<Record<Architecture, { readonly triple: string; readonly attributes: string }>> = {
  riscv64: { triple: 'riscv64', attributes: '+m,+a,+f,+d,+c,+zba,+zbb,+zbs,+h,+svinval,+zicsr,+zifencei' },
  aarch64: {
    triple: 'aarch64',
    attributes:
      '+v8.5a,+crypto,+sha3,+sm4,+fullfp16,+fp16fml,+lse,+rcpc-immo,+pauth,+complxnum,+ssbs,+dotprod,+i8mm,+bf16,+mte',
  },
  x86_64: { triple: 'x86_64', attributes: '' },
  loongarch64: { triple: 'loongarch64', attributes: '+f,+d,+lsx,+lvz,+lbt,+ual' },
};

/** Lines of a source that llvm-mc finds an error in, from 0, with its words. */
export const rejectedByLlvm = (architecture: Architecture, source: string): ReadonlyMap<number, string> => {
  const { triple, attributes } = LLVM[architecture];
  const options = [`-triple=${triple}`, ...(attributes ? [`-mattr=${attributes}`] : []), '-filetype=null'];
  const { stderr, error } = spawnSync('llvm-mc-19', options, { input: source, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw error;
  const lines = [...stderr.matchAll(/^<stdin>:(\d+):\d+: error: (.*)$/gm)];
  return new Map(lines.map(([, line, message = '']) => [Number(line) - 1, message]));
};

/** One instruction of each row with random operands, as the disassembler writes them. */
export const randomProgram = (insns: readonly Insn[], disassemble: Disassembler, random: Random): string[] =>
  insns.filter(isPatternInsn).flatMap((insn) => {
    const { mask, match, length } = insn.pattern;
    const word = ((random.u32() & ~mask) | match) >>> 0;
    const bytes = Uint8Array.from({ length }, (_, at) => (word >>> (8 * at)) & 255);
    const { isValid, mnemonic, operands } = disassemble(bytes, 0n);
    return isValid ? [`    ${mnemonic} ${operands}`.trimEnd()] : [];
  });

const CHANGES: readonly ((line: string, random: Random) => string)[] = [
  // A number that is too large, or odd.
  (line, random) =>
    line.replace(/(?<![\w.$])-?(0x[0-9a-f]+|\d+)(?![\w.])/, () =>
      String(random.pick([99999999n, 99999n, -99999n, 7n, 1025n])),
    ),
  // A register of another kind, or none.
  (line, random) =>
    line.replace(/(?<=[ ,([{])[$]?[a-z][a-z]?\d+\b/, () =>
      random.pick(['fa0', 'a0', 'x3', 'w5', 'v2', '$a0', '$fa1', '$vr3', 'nothing', '17']),
    ),
  // An operand less, an operand more.
  (line) => line.replace(/, [^,]*$/, ''),
  (line) => `${line}, 3`,
  // A word with a letter more.
  (line, random) =>
    line.replace(/^( +)(\S+)/, (_, space: string, word: string) => `${space}${word}${random.pick(['x', 'q', '.z'])}`),
  (line) => line.replace(/([([])/, ''),
];

/** The lines, each changed in one way. Many are refused by an assembler, not all. */
export const changed = (lines: readonly string[], random: Random): string[] =>
  lines.map((line) => random.pick(CHANGES)(line, random));
