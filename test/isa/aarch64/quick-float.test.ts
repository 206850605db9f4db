/**
 * What floating point does on the host against the same instructions without quick forms: registers, FPSR and the flags, on
 * operands made to be hard, in all modes of FPCR. A soft-float that counts its calls tells which cases the host did.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine';
import { FPSR } from '../../../src/isa/aarch64/float/control';
import { insns } from '../../../src/isa/aarch64/insns/all';
import { INSNS_FLOAT_ARITHMETIC } from '../../../src/isa/aarch64/insns/float-arithmetic';
import { INSNS_FLOAT_COMPARE } from '../../../src/isa/aarch64/insns/float-compare';
import { INSNS_FLOAT_CONVERT } from '../../../src/isa/aarch64/insns/float-convert';
import { QUICK_FLOAT } from '../../../src/isa/aarch64/quick-float';
import { encodeInsn } from '../../../src/isa/core/decoder';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import { engineHost } from '../../support/engine-host';
import { type FloatFormat, hardOperands, type Taken } from '../../support/fp-hard-operands';
import { Random, SEED } from '../../support/random';
import { CODE } from '../driver';
import { AARCH64_SUBJECT } from './subject';

const ROUNDS = Number(process.env.FP_ROUNDS ?? 300);
/** Budgets that take the fast interpreter, and the one that counts. */
const BUDGETS = [10_000, 200];
const VN = 1;
const VM = 2;
const VA = 3;
const VD = 4;
const RS = 5;
const RD = 6;
const REGISTERS: Readonly<Record<string, number>> = { Vn: VN, Vm: VM, Va: VA, Vd: VD, Rn: RS, Rd: RD };

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

interface Case {
  /** Three numbers with anything above them, and an integer. */
  readonly numbers: readonly bigint[];
  readonly integer: bigint;
  readonly slots: Readonly<Record<string, bigint>>;
}

const COMPARED = ['FPSR', 'N', 'Z', 'C', 'V'] as const;

/** A processor whose RAM has one instruction, a breakpoint behind it. */
class Bench {
  readonly engine: Engine;
  constructor(isa: EngineIsa) {
    this.engine = new Engine(isa, engineHost({ trapTaken: () => 'trapStop' }), {
      ram: [{ base: Number(CODE), size: 0x1000 }],
      harts: 1,
    });
    AARCH64_SUBJECT.reset(this.view);
  }

  get view() {
    return this.engine.harts[0]!;
  }

  place(word: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, word, true);
    bytes.set(AARCH64_SUBJECT.breakpoint, 4);
    this.engine.writeRam(Number(CODE), bytes);
    this.engine.dropDerived();
  }

  run({ numbers, integer, slots }: Case, budget: number) {
    const { view } = this;
    for (const [at, bits] of numbers.entries()) view.write('v', VN + at, bits);
    view.write('v', VD, 0x5555n << 64n);
    view.write('x', RS, integer);
    view.write('x', RD, 0x6666n);
    for (const [name, value] of Object.entries(slots)) view.set(name, value);
    view.pc = CODE;
    view.activity = 0;
    this.engine.run(0, budget, 2);
    const flags = Object.fromEntries(COMPARED.map((name) => [name, view.get(name)]));
    return { v: view.read('v', VD), x: view.read('x', RD), ...flags };
  }
}

const host = new Bench({ ...AARCH64_SUBJECT.engine, functions: counted });
const soft = new Bench({ ...AARCH64_SUBJECT.engine, quick: [] });

/** The format of an instruction's numbers, by its name: the last that it has. */
const formatOf = (mnemonic: string): FloatFormat => (/-s(-zero)?$/.test(mnemonic) ? 's' : 'd');

const takenBy = (mnemonic: string): Taken => {
  const from = formatOf(mnemonic);
  if (mnemonic === 'fcvt-s-d') return { kind: 'narrowed' };
  if (/^fcvt..-/.test(mnemonic)) return { kind: 'made integral', from, bits: mnemonic.includes('-w') ? 32 : 64 };
  if (mnemonic.startsWith('frint')) return { kind: 'made integral', from, bits: from === 's' ? 24 : 53 };
  return { kind: 'floats', from, count: /^fn?m(add|sub)/.test(mnemonic) ? 3 : /^f(sqrt|cvt)/.test(mnemonic) ? 1 : 2 };
};

/** FPCR: mostly to nearest, now and then with flushing and default NaNs; any flags, often an inexact result before. */
const control = (random: Random): Record<string, bigint> => {
  const rounding = random.below(8) ? 0 : random.below(4);
  const others = random.below(8) ? 0 : random.below(8);
  const inexact = random.below(3) ? FPSR.IXC : 0;
  return {
    FPCR: BigInt(rounding * 2 ** 22 + others * 2 ** 24),
    FPSR: BigInt((random.u32() & 0x9f) | inexact),
    N: BigInt(random.below(2)) << 63n,
    Z: BigInt(random.below(2)),
    C: BigInt(random.below(2)),
    V: BigInt(random.below(2)) << 63n,
  };
};

const caseOf = (random: Random, mnemonic: string): Case => {
  const isSingle = formatOf(mnemonic) === 's';
  const numbers = hardOperands(random, takenBy(mnemonic)).map(
    (bits) => (random.u64() << 64n) | (isSingle ? BigInt(random.u32()) << 32n : 0n) | bits,
  );
  const [integer = 0n] = hardOperands(random, { kind: 'integer' });
  return { numbers, integer, slots: control(random) };
};

const placeRow = (random: Random, mnemonic: string): void => {
  const row = insns().find((insn) => insn.mnemonic === mnemonic);
  if (!row) throw new Error(`no row ${mnemonic}`);
  const fields = [...row.pattern.fields].map(([name, { width }]) => [
    name,
    REGISTERS[name] ?? random.below(2 ** width),
  ]);
  const word = encodeInsn(row.pattern, Object.fromEntries(fields));
  for (const bench of [host, soft]) bench.place(word);
};

const hex = (values: Readonly<Record<string, bigint>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `0x${value.toString(16)}`]));

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
        if (round % 25 === 0) placeRow(random, mnemonic);
        const each = caseOf(random, mnemonic);
        const expected = soft.run(each, BUDGETS[0]!);
        for (const budget of BUDGETS) {
          const actual = host.run(each, budget);
          done++;
          const told = { ...hex(Object.fromEntries(each.numbers.entries())), before: hex(each.slots), budget };
          expect({ ...told, ...hex(actual) }).toEqual({ ...told, ...hex(expected) });
        }
      }
      hostShares.set(mnemonic, 1 - softCalls / done);
      expect(softCalls, 'the host does some').toBeLessThan(done * 0.75);
    });
  }
});
