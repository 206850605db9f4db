/** What floating point on vectors does on the host against the same instructions without quick forms, as for scalars. */
import { describe, expect, it } from 'vitest';
import { quickVectors } from '../../../src/isa/aarch64/quick-vectors';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import { Random, SEED } from '../../support/random';
import { FloatProcessor, vectorCaseOf, wordOf } from './float-cases';
import { AARCH64_SUBJECT } from './subject';

const ROUNDS = Number(process.env.FP_ROUNDS ?? 200);
/** Budgets that take the fast interpreter, and the one that counts. */
const BUDGETS = [10_000, 200];

let softCalls = 0;
const counted: EngineIsa['helpers'] = Object.fromEntries(
  Object.entries(AARCH64_SUBJECT.engine.helpers).map(([name, run]) => [
    name,
    (...operands) => {
      softCalls++;
      return run(...operands);
    },
  ]),
);
const host = new FloatProcessor({ ...AARCH64_SUBJECT.engine, helpers: counted });
const soft = new FloatProcessor({ ...AARCH64_SUBJECT.engine, quick: [] });

describe('floating point on vectors gives on the host what soft-float gives', () => {
  for (const { of: mnemonic } of quickVectors()) {
    it(`for ${mnemonic}`, () => {
      const random = new Random(SEED);
      const format = mnemonic.split('-')[1]?.includes('s') ? 's' : 'd';
      softCalls = 0;
      let done = 0;
      for (let round = 0; round < ROUNDS; round++) {
        // The element and the vector's length are fields.
        if (round % 10 === 0) {
          const word = wordOf(random, mnemonic);
          for (const processor of [host, soft]) processor.place(word);
        }
        const each = vectorCaseOf(random, format);
        const expected = soft.run(each, BUDGETS[0]!);
        for (const budget of BUDGETS) {
          const actual = host.run(each, budget);
          done++;
          expect({ ...each, budget, actual }, `WORLDSTEP_SEED=${SEED}`).toEqual({ ...each, budget, actual: expected });
        }
      }
      // Four lanes of hard operands are seldom all certain.
      expect(softCalls, 'the host does some').toBeLessThan(done);
    });
  }
});
