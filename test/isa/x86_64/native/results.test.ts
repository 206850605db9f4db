import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeX86 } from '../../../../src/isa/x86_64/decode';
import { FormTable } from '../../../../src/isa/x86_64/form';
import { INTEGERS } from '../../../../src/isa/x86_64/insns/all';
import { LEFT_OUT } from './cases';
import { readLine } from './results';
import { differences } from './run';

const LINES = readFileSync(new URL('results.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

describe('what an AMD processor made of integer instructions, in 64-bit and 32-bit code', () => {
  it('is what the rows make of them', () => {
    const found = LINES.flatMap((line) => {
      const { before, after } = readLine(line);
      return differences(before, after).map((difference) => `${line}: ${difference}`);
    });
    expect(found).toEqual([]);
  });

  it('has four results or more of every form that leads nowhere else', () => {
    const counts = new Map<string, number>();
    for (const line of LINES) {
      const { before } = readLine(line);
      const decoded = decodeX86(before.code, before.mode);
      if (decoded === undefined || decoded === 'short') continue;
      const key = `${decoded.form.mnemonic} ${decoded.form.text}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const thin = new FormTable(INTEGERS).forms
      .filter(({ mnemonic }) => !LEFT_OUT.test(mnemonic))
      .map(({ mnemonic, text }) => `${mnemonic} ${text}`)
      .filter((key) => (counts.get(key) ?? 0) < 4);
    expect(thin).toEqual([]);
  });
});
