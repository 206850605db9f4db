import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { answersOfQemu, lsxCases } from './vectors/lsx/qemu';
import { FILE, lineOf } from './vectors/lsx/table';

it('the results of LSX instructions that the rows expect are those of QEMU', () => {
  const cases = lsxCases();
  const answers = answersOfQemu(cases);
  const actual = `${cases.map((each, at) => lineOf(each, answers[at]!)).join('\n')}\n`;
  if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, actual);
  expect(actual).toBe(readFileSync(FILE, 'utf8'));
});
