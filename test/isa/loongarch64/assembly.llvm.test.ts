/** The disassembler, and with it the decoder, beside LLVM's: on every row with random operands, and on random words. */
import { describe, expect, it } from 'vitest';
import type { PatternInsn } from '../../../src/isa/core/insn';
import { disassemble } from '../../../src/isa/loongarch64/assembly';
import { csrOfName } from '../../../src/isa/loongarch64/csrs';
import { insns } from '../../../src/isa/loongarch64/insns/all';
import { printedByLlvm } from '../../support/llvm';
import { Random, SEED } from '../../support/random';
import { VECTORS } from './vectors/all';

const ROUNDS = 24;
const RANDOM_WORDS = 30_000;

/** Instructions of extensions that the machine does not claim: LASX, LBT, LVZ, and those of version 1.1. */
const NOT_CLAIMED = new RegExp(
  [
    'xv[a-z]',
    'vf(recip|rsqrt)e\\.',
    '(rotri?\\.[bh]|adc|sbc|rcri?|arm[a-z]+|x86[a-z0-9]+|setx86[a-z0-9]+|setarm[a-z0-9]+)\\b',
    '(addu12i|fcvt\\.(ud|ld)|fcvt\\.d\\.ld|movgr2scr|movscr2gr|jiscr)',
    '(ld|st)[lr]\\.[wd]\\b',
    '(gcsr|gtlbflush|hvcl)',
    '(amcas|am(swap|add)(_db)?\\.[bh]|sc\\.q|llacq|screl|frecipe|frsqrte)',
  ]
    .map((each) => `^${each}`)
    .join('|'),
);

/**
 * No instructions, though LLVM prints them: bit fields whose ends are the wrong way round, atomic accesses whose result goes
 * to a register that they read, and immediates of vldi that mean nothing.
 */
const isUndefined = (text: string): boolean => {
  const [, rd, rk, rj] = /^am\S+ (\S+), (\S+), (\S+)$/.exec(text) ?? [];
  if (rd !== undefined && rd !== '$zero' && (rd === rk || rd === rj)) return true;
  // Ways of vldi above the twelfth.
  const [, immediate] = /^vldi \S+ (-\d+)$/.exec(text) ?? [];
  if (immediate !== undefined && ((Number(immediate) >> 8) & 15) > 12) return true;
  const [, high = 0, low = 0] = /^bstr(?:ins|pick)\.[wd] .*, (\d+), (\d+)$/.exec(text)?.map(Number) ?? [];
  return high < low;
};

/** Ours as LLVM would write it: numbers of CSRs, targets as distances. */
const printedByUs = (word: number): string | undefined => {
  const { isValid, mnemonic, operands } = disassemble(new Uint8Array(Uint32Array.of(word).buffer), 0n);
  if (!isValid) return undefined;
  const text = operands
    .replace(/\b[A-Z][A-Z0-9]+$/, (name) => String(csrOfName(name)?.number ?? name))
    .replace(/\b0x[0-9a-f]+/, (digits) => String(BigInt.asIntN(64, BigInt(digits))));
  return `${mnemonic} ${text}`.trim();
};

const differences = (words: readonly number[]): string[] => {
  const theirs = printedByLlvm(
    'loongarch64',
    '+f,+d,+lsx,+ual',
    words.map((word) => ({ word, length: 4 })),
  );
  return words.flatMap((word, at) => {
    const [llvm, ours] = [theirs[at], printedByUs(word)];
    const isOurs = llvm !== undefined && !NOT_CLAIMED.test(llvm) && !isUndefined(llvm);
    if ((isOurs ? llvm : undefined) === ours) return [];
    return [`${word.toString(16).padStart(8, '0')}: ${ours}, LLVM ${llvm}`];
  });
};

/** Words of a row whose fields are zeros or ones, each by itself and all: where other spellings are. */
const extremes = ({ pattern: { mask, match, fields } }: PatternInsn): number[] => {
  const parts = [...fields.values()].map(({ pieces }) =>
    pieces.reduce((bits, { from, count }) => bits | ((2 ** count - 1) << from), 0),
  );
  return [0, ~0, ...parts, ...parts.map((part) => ~part)].map((bits) => ((bits & ~mask) | match) >>> 0);
};

const check = (words: readonly number[]): void => expect(differences(words), `WORLDSTEP_SEED=${SEED}`).toEqual([]);

describe('words are disassembled as LLVM does it', () => {
  const random = new Random(SEED);
  it('on every row with random operands', () => {
    check(
      insns().flatMap(({ pattern: { mask, match } }) =>
        Array.from({ length: ROUNDS }, () => ((random.u32() & ~mask) | match) >>> 0),
      ),
    );
  });
  it('on every row with operands of zeros and ones', () => check(insns().flatMap(extremes)));
  it('on every row with one bit changed', () => {
    check(
      insns().flatMap(({ pattern: { mask, match } }) =>
        Array.from({ length: 32 }, (_, bit) => (((random.u32() & ~mask) | match) ^ (1 << bit)) >>> 0),
      ),
    );
  });
  it('in every row of vectors', () => check([...new Set(VECTORS.map(({ word }) => word >>> 0))]));
  it('on random words', () => check(Array.from({ length: RANDOM_WORDS }, () => random.u32())));
});
