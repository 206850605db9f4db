/** Scalar floating point on hard operands and in all modes of FPCR, beside QEMU's. */
import { expect, it } from 'vitest';
import { INSNS_FLOAT_ARITHMETIC } from '../../../src/isa/aarch64/insns/float-arithmetic';
import { INSNS_FLOAT_COMPARE } from '../../../src/isa/aarch64/insns/float-compare';
import { INSNS_FLOAT_CONVERT } from '../../../src/isa/aarch64/insns/float-convert';
import { INSNS_FLOAT_MOVE } from '../../../src/isa/aarch64/insns/float-move';
import { Random, SEED } from '../../support/random';
import { littleEndian, POOL_AT, RESULT_AT, resultsOfQemu, words } from './bare-program';
import { caseOf, type FloatCase, FloatProcessor, RD, RD_BEFORE, RS, VD, VN, wordOf } from './float-cases';
import { AARCH64_SUBJECT } from './subject';

const ROUNDS = Number(process.env.FP_ROUNDS ?? 24);
const BUDGET = 10_000;
const ANY = 14;

/** Data of a case: four vectors, the integer, FPCR, FPSR, NZCV. */
const CASE_BYTES = 96;
const dataOf = ({ vectors, integer, fpcr, fpsr, nzcv }: FloatCase): Uint8Array =>
  Uint8Array.from([...littleEndian(vectors, 16), ...littleEndian([integer, fpcr, fpsr, BigInt(nzcv) << 28n], 8)]);

/** What it leaves: Vd, Rd, FPSR, NZCV. */
const RESULT_BYTES = 48;
const codeOf = (word: number): number[] => [
  ...[0, 1, 2, 3].map((at) => words.loadQ(VN + at, POOL_AT, 16 * at)),
  words.loadX(RS, POOL_AT, 64),
  ...words.move(RD, Number(RD_BEFORE)),
  words.loadX(ANY, POOL_AT, 72),
  words.setFpcr(ANY),
  words.loadX(ANY, POOL_AT, 80),
  words.setFpsr(ANY),
  words.loadX(ANY, POOL_AT, 88),
  words.setNzcv(ANY),
  word,
  words.storeX(RD, RESULT_AT, 16),
  words.getFpsr(ANY),
  words.storeX(ANY, RESULT_AT, 24),
  words.getNzcv(ANY),
  words.storeX(ANY, RESULT_AT, 32),
  words.storeQ(VD, RESULT_AT, 0),
  words.addImmediate(RESULT_AT, RESULT_AT, RESULT_BYTES),
  words.addImmediate(POOL_AT, POOL_AT, CASE_BYTES),
];

const ROWS = [...INSNS_FLOAT_ARITHMETIC, ...INSNS_FLOAT_COMPARE, ...INSNS_FLOAT_CONVERT, ...INSNS_FLOAT_MOVE];

it('scalar floating point gives the values and flags of QEMU on hard operands, in all modes', () => {
  const random = new Random(SEED);
  const cases = ROWS.flatMap(({ mnemonic }) =>
    Array.from({ length: ROUNDS }, () => ({
      mnemonic,
      word: wordOf(random, mnemonic),
      each: caseOf(random, mnemonic),
    })),
  );
  const data = Uint8Array.from(cases.flatMap(({ each }) => [...dataOf(each)]));
  const answers = resultsOfQemu(
    cases.flatMap(({ word }) => codeOf(word)),
    data,
    RESULT_BYTES * cases.length,
  );
  const processor = new FloatProcessor(AARCH64_SUBJECT.engine);
  const hex = (value: bigint): string => value.toString(16);
  const found = cases.flatMap(({ mnemonic, word, each }, at) => {
    processor.place(word);
    const ours = processor.run(each, BUDGET);
    const part = (index: number): bigint => answers.readBigUInt64LE(RESULT_BYTES * at + 8 * index);
    const theirs = { v: part(0) | (part(1) << 64n), x: part(2), FPSR: part(3), nzcv: part(4) >> 28n };
    const differs = (Object.keys(theirs) as (keyof typeof theirs)[]).filter((name) => ours[name] !== theirs[name]);
    if (!differs.length) return [];
    const told = differs.map((name) => `${name} ${hex(ours[name])}, QEMU ${hex(theirs[name])}`).join('; ');
    const { vectors, integer, fpcr, fpsr, nzcv } = each;
    return [
      `${mnemonic} ${vectors.map(hex)} ${hex(integer)} FPCR ${hex(fpcr)} FPSR ${hex(fpsr)} NZCV ${nzcv}: ${told}`,
    ];
  });
  expect(found, `WORLDSTEP_SEED=${SEED}`).toEqual([]);
});
