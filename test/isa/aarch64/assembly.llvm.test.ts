/** The disassembler, and with it the decoder, beside LLVM's: on every row with random operands, and on random words. */
import { describe, expect, it } from 'vitest';
import { disassemble } from '../../../src/isa/aarch64/assembly';
import { insns } from '../../../src/isa/aarch64/insns/all';
import type { PatternInsn } from '../../../src/isa/core/insn';
import { printedByLlvm } from '../../support/llvm';
import { Random, SEED } from '../../support/random';

const ROUNDS = 12;
const RANDOM_WORDS = 30_000;

/** What `max` has, as LLVM names it. */
const ATTRIBUTES =
  '+v8.2a,+spe,+rcpc,+rcpc-immo,+ras,+crc,+lse,+flagm,+altnzcv,+sb,+bti,+pauth,+fp-armv8,+neon,+fullfp16,+jsconv,+fptoint,+aes,+sha2,+sha3,+dotprod,+complxnum,+fp16fml,+dit,+ssbs,+ccpp,+ccdp,+tracev8.4,+tlb-rmi,+pan-rwv';

/** Ours as LLVM would write it: targets as distances. */
const printedByUs = (word: number): string | undefined => {
  const { isValid, mnemonic, operands } = disassemble(new Uint8Array(Uint32Array.of(word).buffer), 0n);
  if (!isValid) return undefined;
  const text = operands.replace(
    /(^|, )(0x[0-9a-f]+)$/,
    (_, before, digits) => `${before}#${BigInt.asIntN(64, BigInt(digits))}`,
  );
  return `${mnemonic} ${text}`.trim();
};

/** Words that the two print differently; of those that are no instruction here only what `isClaimed`. */
const differences = (words: readonly number[], isClaimed: (text: string) => boolean): string[] => {
  const theirs = printedByLlvm(
    'aarch64',
    ATTRIBUTES,
    words.map((word) => ({ word, length: 4 })),
  );
  return words.flatMap((word, at) => {
    const [llvm, ours] = [theirs[at]?.replace(/ *\/\/.*/, ''), printedByUs(word)];
    // Registers that there are not here have no names.
    if (ours !== undefined && /\bS[23]_/.test(ours)) return [];
    if (llvm === ours || (ours === undefined && llvm !== undefined && !isClaimed(llvm))) return [];
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

const check = (words: readonly number[], isClaimed: (text: string) => boolean): void =>
  expect(differences(words, isClaimed), `WORLDSTEP_SEED=${SEED}`).toEqual([]);
/** Of pointer authentication, `eretaa` and `eretab` have no rows yet. */
const everything = (text: string): boolean => !/^ereta[ab]$/.test(text);

/** Mnemonics that have rows. */
const OURS = new Set(insns().map(({ mnemonic }) => mnemonic.split('-', 1)[0]));
/** LLVM takes these with any CRm, which should be zero. */
const IS_STRICT = /^(sb|xaflag|axflag)$/;
/** No register has op0 0, whatever LLVM calls it. */
const IS_NO_REGISTER = /\bS0_/;
const ofVectors = (text: string): boolean => /\b[vbhsdq]\d/.test(text);
const isOurs = (text: string): boolean =>
  everything(text) &&
  OURS.has(text.split(' ', 1)[0] ?? '') &&
  !IS_STRICT.test(text) &&
  !IS_NO_REGISTER.test(text) &&
  !ofVectors(text);

describe('words are disassembled as LLVM does it', () => {
  const random = new Random(SEED);
  it('on every row with random operands', () => {
    check(
      insns().flatMap(({ pattern: { mask, match } }) =>
        Array.from({ length: ROUNDS }, () => ((random.u32() & ~mask) | match) >>> 0),
      ),
      everything,
    );
  });
  it('on every row with operands of zeros and ones', () => check(insns().flatMap(extremes), everything));
  it('on every row with one bit changed', () => {
    check(
      insns().flatMap(({ pattern: { mask, match } }) =>
        Array.from({ length: 32 }, (_, bit) => (((random.u32() & ~mask) | match) ^ (1 << bit)) >>> 0),
      ),
      isOurs,
    );
  });
  it('on random words', () =>
    check(
      Array.from({ length: RANDOM_WORDS }, () => random.u32()),
      isOurs,
    ));
});
