/**
 * What floating point does on the host against the same instructions without quick forms: registers, FPSR and the flags, on
 * operands made to be hard, in all modes of FPCR. A soft-float that counts its calls tells which cases the host did.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { INSNS_FLOAT_ARITHMETIC } from '../../../src/isa/aarch64/insns/float-arithmetic';
import { INSNS_FLOAT_COMPARE } from '../../../src/isa/aarch64/insns/float-compare';
import { INSNS_FLOAT_CONVERT } from '../../../src/isa/aarch64/insns/float-convert';
import { QUICK_FLOAT } from '../../../src/isa/aarch64/quick-float';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import { Random, SEED } from '../../support/random';
import { caseOf, FloatProcessor, wordOf } from './float-cases';
import { AARCH64_SUBJECT } from './subject';

const ROUNDS = Number(process.env.FP_ROUNDS ?? 300);
/** Budgets that take the fast interpreter, and the one that counts. */
const BUDGETS = [10_000, 200];

let softCalls = 0;
const counted: EngineIsa['functions'] = Object.fromEntries(
  Object.entries(AARCH64_SUBJECT.engine.functions).map(([name, run]) => [
    name,
    (...operands) => {
      softCalls++;
      return run(...operands);
    },
  ]),
);
const host = new FloatProcessor({ ...AARCH64_SUBJECT.engine, functions: counted });
const soft = new FloatProcessor({ ...AARCH64_SUBJECT.engine, quick: [] });

const hostShares = new Map<string, number>();
afterAll(() => {
  console.log(`WORLDSTEP_SEED=${SEED}`);
  console.log([...hostShares].map(([name, share]) => `${name} ${(share * 100).toFixed(0)} %`).join(', '));
});

/** Rows of halves, of fixed point, those that some processors do not have, and what needs no soft-float. */
const NOT_QUICK = /-h(-|$)|-fixed$|^frint(32|64)|^fjcvtzs|^f(abs|neg|csel)/;
const SCALAR = [...INSNS_FLOAT_ARITHMETIC, ...INSNS_FLOAT_COMPARE, ...INSNS_FLOAT_CONVERT];

describe('floating point on the host gives what soft-float gives', () => {
  it('and what is frequent has a quick form', () => {
    const frequent = SCALAR.map(({ mnemonic }) => mnemonic).filter((mnemonic) => !NOT_QUICK.test(mnemonic));
    expect(QUICK_FLOAT.map(({ of }) => of).sort()).toEqual(frequent.sort());
  });
  for (const { of: mnemonic } of QUICK_FLOAT) {
    it(`for ${mnemonic}`, () => {
      const random = new Random(SEED);
      softCalls = 0;
      let done = 0;
      for (let round = 0; round < ROUNDS; round++) {
        // Conditions are fields.
        if (round % 25 === 0) {
          const word = wordOf(random, mnemonic);
          for (const processor of [host, soft]) processor.place(word);
        }
        const each = caseOf(random, mnemonic);
        const expected = soft.run(each, BUDGETS[0]!);
        for (const budget of BUDGETS) {
          const actual = host.run(each, budget);
          done++;
          expect({ ...each, budget, actual }).toEqual({ ...each, budget, actual: expected });
        }
      }
      hostShares.set(mnemonic, 1 - softCalls / done);
      expect(softCalls, 'the host does some').toBeLessThan(done * 0.85);
    });
  }
});
