import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as memory from './vectors/simd/memory';
import { memoryAnswersOfQemu } from './vectors/simd/memory-qemu';
import { answersOfQemu, simdCases } from './vectors/simd/qemu';
import * as table from './vectors/simd/table';

const check = (file: string, lines: readonly string[]): void => {
  const actual = `${lines.join('\n')}\n`;
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, actual);
  expect(actual).toBe(readFileSync(file, 'utf8'));
};

it('the results of Advanced SIMD instructions that the rows expect are those of QEMU', () => {
  const cases = simdCases();
  const answers = answersOfQemu(cases);
  check(
    table.FILE,
    cases.map((each, at) => table.lineOf(each, answers[at]!)),
  );
});

it('what loads and stores of structures do is what QEMU does', () => {
  const cases = memory.memoryCases();
  const answers = memoryAnswersOfQemu(cases);
  check(
    memory.FILE,
    cases.map((each, at) => memory.lineOf(each, answers[at]!)),
  );
});
