/**
 * What floating point does on the host against the same instructions without quick forms: registers, flags and exceptions, on
 * operands made to be hard. A soft-float that counts its calls tells which cases the host did.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine';
import { encodeInsn } from '../../../src/isa/core/decoder';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import { FP_FUNCTIONS } from '../../../src/isa/loongarch64/float/functions';
import { insns } from '../../../src/isa/loongarch64/insns/all';
import { engineHost } from '../../support/engine-host';
import { type FloatFormat, hardOperands, type Taken } from '../../support/fp-hard-operands';
import { Random, SEED } from '../../support/random';
import { CODE } from '../driver';
import { LOONGARCH64_SUBJECT } from './subject';

const ROUNDS = Number(process.env.FP_ROUNDS ?? 400);
/** Budgets that take the fast interpreter, and the one that counts. */
const BUDGETS = [10_000, 200];
const FLOAT_DISABLED = 0xfn << 16n;
const ECODE = 0x3fn << 16n;

let softCalls = 0;
const counted: EngineIsa['functions'] = Object.fromEntries(
  Object.entries(LOONGARCH64_SUBJECT.engine.functions).map(([name, run]) => [
    name,
    (...operands) => {
      softCalls++;
      return run(...operands);
    },
  ]),
);

/** A processor whose RAM has one instruction, a breakpoint behind it. */
class Bench {
  readonly engine: Engine;
  constructor(isa: EngineIsa) {
    this.engine = new Engine(isa, engineHost({ trapTaken: () => 'trapStop' }), {
      ram: [{ base: Number(CODE), size: 0x1000 }],
      harts: 1,
    });
    LOONGARCH64_SUBJECT.reset(this.view);
  }

  get view() {
    return this.engine.harts[0]!;
  }

  place(word: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, word, true);
    bytes.set(LOONGARCH64_SUBJECT.breakpoint, 4);
    this.engine.writeRam(Number(CODE), bytes);
    this.engine.dropDerived();
  }

  /** Operands are in registers 1 to 3; what they give, in register 4 and condition 4. */
  run(operands: readonly bigint[], fcsr: bigint, budget: number) {
    const { view } = this;
    for (const [at, bits] of operands.entries()) view.write('f', at + 1, bits);
    view.write('f', 4, 0x5555n);
    view.write('fcc', 4, 0n);
    view.set('fcsr', fcsr);
    view.pc = CODE;
    view.activity = 0;
    this.engine.run(0, budget, 2);
    const [f, fcc] = [view.read('f', 4), view.read('fcc', 4)];
    return { f, fcc, fcsr: view.get('fcsr'), era: view.get('ERA'), estat: view.get('ESTAT') };
  }
}

const host = new Bench({ ...LOONGARCH64_SUBJECT.engine, functions: counted });
const soft = new Bench({ ...LOONGARCH64_SUBJECT.engine, quick: [] });

const REGISTERS: Readonly<Record<string, number>> = { fj: 1, fk: 2, fa: 3, fd: 4, cd: 4 };
const placeRow = (mnemonic: string): void => {
  const row = insns().find((insn) => insn.mnemonic === mnemonic);
  if (!row) throw new Error(`no row ${mnemonic}`);
  const fields = [...row.pattern.fields.keys()].map((name) => [name, REGISTERS[name] ?? 0]);
  const word = encodeInsn(row.pattern, Object.fromEntries(fields));
  for (const bench of [host, soft]) bench.place(word);
};

const formatOf = (mnemonic: string): FloatFormat => (mnemonic.endsWith('.s') ? 's' : 'd');

const takenBy = (mnemonic: string): Taken => {
  const from = formatOf(mnemonic);
  if (mnemonic.startsWith('ffint')) return { kind: 'integer' };
  if (mnemonic === 'fcvt.s.d') return { kind: 'narrowed' };
  if (mnemonic.startsWith('ftint')) return { kind: 'made integral', from, bits: mnemonic.includes('.w.') ? 32 : 64 };
  if (mnemonic.startsWith('frint')) return { kind: 'made integral', from, bits: from === 's' ? 24 : 53 };
  const count = /^fn?m(add|sub)/.test(mnemonic) ? 3 : /^f(sqrt|recip|class|cvt)/.test(mnemonic) ? 1 : 2;
  return { kind: 'floats', from, count };
};

/** fcsr0: mostly to nearest and without exceptions; any Flags and Cause. */
const control = (random: Random): bigint => {
  const rounding = random.below(8) ? 0 : random.below(4);
  const enables = random.below(16) ? 0 : random.below(32);
  return BigInt(enables + rounding * 0x100 + random.below(32) * 0x1_0000 + random.below(32) * 0x100_0000);
};

/** Operands as registers hold them; of a single any upper half will do. */
const held = (random: Random, mnemonic: string): bigint[] => {
  const taken = takenBy(mnemonic);
  const isSingle = taken.kind !== 'integer' && formatOf(mnemonic) === 's';
  return hardOperands(random, taken).map((bits) => (isSingle ? bits | (BigInt(random.u32()) << 32n) : bits));
};

const hex = (values: Readonly<Record<string, bigint>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `0x${value.toString(16)}`]));

/** Rare instructions that stay soft. */
const SOFT = /^f(maxa|mina|scaleb|logb|rsqrt)\./;
const QUICK = Object.keys(FP_FUNCTIONS).filter((name) => !SOFT.test(name));

const hostShares = new Map<string, number>();
afterAll(() => {
  console.log([...hostShares].map(([name, share]) => `${name} ${(share * 100).toFixed(0)} %`).join(', '));
});

describe('floating point on the host gives what soft-float gives', () => {
  it('and all but rare instructions have a quick form', () => {
    expect(LOONGARCH64_SUBJECT.engine.quick.map(({ of }) => of).sort()).toEqual(QUICK.sort());
  });
  for (const mnemonic of QUICK) {
    it(`for ${mnemonic}`, () => {
      const random = new Random(SEED);
      placeRow(mnemonic);
      softCalls = 0;
      let done = 0;
      // One form serves all comparisons.
      const rounds = mnemonic.startsWith('fcmp') ? ROUNDS / 4 : ROUNDS * 2;
      for (let round = 0; round < rounds; round++) {
        const operands = held(random, mnemonic);
        const fcsr = control(random);
        const expected = soft.run(operands, fcsr, BUDGETS[0]!);
        for (const budget of BUDGETS) {
          const actual = host.run(operands, fcsr, budget);
          done++;
          const told = { ...hex(Object.fromEntries(operands.entries())), before: hex({ fcsr }), budget };
          expect({ ...told, ...hex(actual) }).toEqual({ ...told, ...hex(expected) });
        }
      }
      hostShares.set(mnemonic, 1 - softCalls / done);
      expect(softCalls, 'the host does some').toBeLessThan(done * 0.7);
    });
  }
});

describe('with floating point disabled', () => {
  it('every instruction that has a quick form is an exception that changes nothing', () => {
    for (const { of } of LOONGARCH64_SUBJECT.engine.quick) {
      placeRow(of);
      host.view.set('EUEN', 0n);
      for (const budget of BUDGETS) {
        host.view.set('ESTAT', 0n);
        const { f, fcc, fcsr, era, estat } = host.run([1n, 2n, 3n], 0x1f_0000n, budget);
        expect({ of, f, fcc, fcsr, era, cause: estat & ECODE }).toEqual({
          of,
          f: 0x5555n,
          fcc: 0n,
          fcsr: 0x1f_0000n,
          era: CODE,
          cause: FLOAT_DISABLED,
        });
      }
    }
  });
});
