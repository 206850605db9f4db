/** Every instruction of Advanced SIMD with random operands, beside QEMU. */
import { expect, it } from 'vitest';
import { Random, SEED } from '../../support/random';
import { mismatches } from '../driver';
import { createEvaluatorDriver } from '../evaluator-driver';
import { SIMD_SUBJECT } from './simd-subject';
import { answersOfQemu, randomCases } from './vectors/simd/qemu';
import { rowOf } from './vectors/simd/table';

const ROWS = 12;
const OPERANDS = 200;

/** Numbers of like exponents in lanes of one width, so that sums cancel and round; or any bits. */
const vector = (random: Random): bigint => {
  const width = random.pick([16, 32, 64] as const);
  const [exponent, fraction] = { 16: [5, 10], 32: [8, 23], 64: [11, 52] }[width] as [number, number];
  const isNear = random.below(3) > 0;
  const lane = (): bigint => {
    const any = BigInt.asUintN(width, random.u64());
    if (!isNear || random.below(6) === 0) return any;
    const middle = BigInt(2 ** (exponent - 1) - 6 + random.below(12));
    const kept = (any & ((1n << BigInt(fraction)) - 1n)) >> BigInt(random.below(fraction));
    return ((any >> BigInt(width - 1)) << BigInt(width - 1)) | (middle << BigInt(fraction)) | kept;
  };
  let all = 0n;
  for (let at = 0; at < 128; at += width) all |= lane() << BigInt(at);
  return all;
};

it('random operands give what QEMU gives', () => {
  for (const seed of [1, SEED]) {
    const random = new Random(seed);
    const list = Array.from({ length: OPERANDS }, () => vector(random));
    const cases = randomCases(random, ROWS, OPERANDS);
    const answers = answersOfQemu(cases, list);
    const driver = createEvaluatorDriver(SIMD_SUBJECT);
    const found = cases.flatMap((each, at) => mismatches(driver, rowOf(each, answers[at]!, list)));
    expect(found.slice(0, 20), `WORLDSTEP_SEED=${seed}`).toEqual([]);
  }
});
