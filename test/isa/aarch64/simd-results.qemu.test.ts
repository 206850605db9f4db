import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { answersOfQemu, simdCases } from './vectors/simd/qemu';
import { FILE, lineOf } from './vectors/simd/table';

it('the results of Advanced SIMD instructions that the rows expect are those of QEMU', () => {
  const cases = simdCases();
  const answers = answersOfQemu(cases);
  const actual = `${cases.map((each, at) => lineOf(each, answers[at]!)).join('\n')}\n`;
  if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, actual);
  expect(actual).toBe(readFileSync(FILE, 'utf8'));
});
