/** What is asked of the vector rows of every instruction set. */
import { describe, expect, it } from 'vitest';
import { mismatches, type Subject, type Vector } from './driver';
import { createCountedDriver, createExactDriver, createFastDriver } from './engine-driver';
import { createEvaluatorDriver } from './evaluator-driver';

/** Declares the tests of an instruction set's rows: that there are enough, and that each holds on every driver. */
export const describeVectors = (subject: Subject, vectors: readonly Vector[]): void => {
  const byMnemonic = new Map<string, Vector[]>();
  for (const vector of vectors) byMnemonic.set(vector.mnemonic, [...(byMnemonic.get(vector.mnemonic) ?? []), vector]);

  describe('vectors from the manual', () => {
    it('give every instruction at least four rows', () => {
      const thin = subject.insns
        .map(({ mnemonic }) => ({ mnemonic, rows: byMnemonic.get(mnemonic)?.length ?? 0 }))
        .filter(({ rows }) => rows < 4)
        .map(({ mnemonic, rows }) => `${mnemonic}: ${rows}`);
      expect(thin).toEqual([]);
    });

    const drivers = [createEvaluatorDriver, createExactDriver, createFastDriver, createCountedDriver];
    for (const driver of drivers.map((create) => create(subject))) {
      describe(`on the ${driver.name} driver`, () => {
        for (const [mnemonic, rows] of byMnemonic) {
          it(`${mnemonic} does what its rows say`, () => {
            expect(rows.flatMap((vector) => mismatches(driver, vector))).toEqual([]);
          });
        }
      });
    }
  });
};
