/** The disassembler, and with it the decoder, beside LLVM's: on every row, on all 16-bit words, and on random words. */
import { describe, expect, it } from 'vitest';
import type { PatternInsn } from '../../../src/isa/core/insn';
import { disassemble } from '../../../src/isa/riscv64/assembly';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import { printedByLlvm, type Word } from '../../support/llvm';
import { Random, SEED } from '../../support/random';
import { VECTORS } from './vectors/all';

const ROUNDS = 24;
const RANDOM_WORDS = 30_000;
const EXTENSIONS = '+m,+a,+f,+d,+c,+zba,+zbb,+zbs,+zicsr,+zifencei,+zihintpause,+h,+svinval';

/** Hints in 16 bits, which LLVM prints as what they are encoded as, and we as what they do. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^c\.(s[lr][la]i)64 (\w+)$/, '$1 $2, $2, 0'],
  [/^c\.nop (-?\d+)$/, 'addi zero, zero, $1'],
  [/^c\.slli zero, (\d+)$/, 'slli zero, zero, $1'],
  [/^c\.addi (\w+), 0$/, 'addi $1, $1, 0'],
  [/^c\.(li|mv) zero, (\S+)$/, '$1 zero, $2'],
  [/^c\.add zero, (\w+)$/, 'add zero, zero, $1'],
];

/** Reserved, though LLVM prints them: the word of zeros, which nobody has, and c.lui of 0. */
const isReserved = (text: string, length: number): boolean =>
  length === 2 && (text === 'unimp' || /^(c\.)?lui \w+, 0$/.test(text));

const ofLlvm = (text: string): string => {
  const found = HINTS.find(([hint]) => hint.test(text));
  const spelled = found ? text.replace(...found) : text;
  return (
    spelled
      // Immediates of c.lui that are hints are signed.
      .replace(/^c\.lui zero, (-?\d+)$/, (_, digits) => `lui zero, ${BigInt.asUintN(20, BigInt(digits))}`)
      .replace(/^([sh]inval\.\w+)( zero|( \w+)), zero$/, '$1$3')
  );
};

/** Ours with numbers as LLVM writes them. */
const ofOurs = ({ word, length }: Word): string | undefined => {
  const bytes = Uint8Array.from({ length }, (_, at) => word >>> (8 * at));
  const { isValid, mnemonic, operands } = disassemble(bytes, 0n);
  if (!isValid) return undefined;
  const text = operands.replace(/\b0x[0-9a-f]+/g, (digits) => String(BigInt.asIntN(64, BigInt(digits))));
  return `${mnemonic} ${text}`.trim();
};

/** LLVM has names for CSRs that we have not: then the operand is a number here. */
const isUnnamedCsr = (ours: string, llvm: string): boolean => {
  const pattern = ours.replace(/^(csr\w+ (?:[a-z]\w*, )?)\d+\b/, '$1[a-z]\\w*');
  return pattern !== ours && new RegExp(`^${pattern}$`).test(llvm);
};

const differences = (words: readonly Word[]): string[] => {
  // Longer instructions begin like this; there are none.
  const short = words.filter(({ word, length }) => length === 2 || (word & 0x1f) !== 0x1f);
  const theirs = printedByLlvm('riscv64', EXTENSIONS, short);
  return short.flatMap((each, at) => {
    const [printed, ours] = [theirs[at], ofOurs(each)];
    const llvm = printed === undefined || isReserved(printed, each.length) ? undefined : ofLlvm(printed);
    if (ours === llvm || (ours && llvm && isUnnamedCsr(ours, llvm))) return [];
    // By the manual fences ignore fields that are reserved.
    if (llvm === undefined && /^fence/.test(ours ?? '')) return [];
    return [`${each.word.toString(16).padStart(2 * each.length, '0')}: ${ours}, LLVM ${llvm}`];
  });
};
const check = (words: readonly Word[]): void => expect(differences(words), `WORLDSTEP_SEED=${SEED}`).toEqual([]);

/** The word with as many bytes as it says it has. */
const wordOf = (bits: number): Word =>
  (bits & 3) === 3 ? { word: bits >>> 0, length: 4 } : { word: bits & 0xffff, length: 2 };

const random = new Random(SEED);
const filled = ({ pattern: { mask, match } }: PatternInsn): number => (random.u32() & ~mask) | match;

describe('words are disassembled as LLVM does it', () => {
  it('on every row with random operands', () =>
    check(INSNS.flatMap((insn) => Array.from({ length: ROUNDS }, () => wordOf(filled(insn))))));
  it('on every row with one bit changed', () =>
    check(
      INSNS.flatMap((insn) =>
        Array.from({ length: 8 * insn.pattern.length }, (_, bit) => wordOf(filled(insn) ^ (1 << bit))),
      ),
    ));
  it('in every row of vectors', () => check([...new Set(VECTORS.map(({ word }) => word))].map(wordOf)));
  it('on all words of 16 bits', () =>
    check(
      Array.from({ length: 1 << 16 }, (_, word) => word)
        .filter((word) => (word & 3) !== 3)
        .map(wordOf),
    ));
  it('on random words', () => check(Array.from({ length: RANDOM_WORDS }, () => wordOf(random.u32() | 3))));
});
