import { describe, expect, it } from 'vitest';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import { mismatches, type Vector } from '../driver';
import { createCountedDriver, createExactDriver, createFastDriver } from '../engine-driver';
import { evaluatorDriver } from '../evaluator-driver';
import { VECTORS } from './vectors/all';

const byMnemonic = new Map<string, Vector[]>();
for (const vector of VECTORS) byMnemonic.set(vector.mnemonic, [...(byMnemonic.get(vector.mnemonic) ?? []), vector]);

describe('vectors from the manual', () => {
  it('give every instruction at least four rows', () => {
    const thin = INSNS.map(({ mnemonic }) => ({ mnemonic, rows: byMnemonic.get(mnemonic)?.length ?? 0 }))
      .filter(({ rows }) => rows < 4)
      .map(({ mnemonic, rows }) => `${mnemonic}: ${rows}`);
    expect(thin).toEqual([]);
  });

  for (const driver of [evaluatorDriver, createExactDriver(), createFastDriver(), createCountedDriver()]) {
    describe(`on the ${driver.name} driver`, () => {
      for (const [mnemonic, vectors] of byMnemonic) {
        it(`${mnemonic} does what its rows say`, () => {
          expect(vectors.flatMap((vector) => mismatches(driver, vector))).toEqual([]);
        });
      }
    });
  }
});
