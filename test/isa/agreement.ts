/**
 * The interpreters against the direct evaluator on random operands: each instruction alone, and those that run fused, in a
 * row. The evaluator's answer is the expectation.
 */
import { describe, expect, it } from 'vitest';
import { requirePattern } from '../../src/engine/emit/decode';
import { prepareProgram } from '../../src/engine/emit/program';
import { encodeInsn } from '../../src/isa/core/decoder';
import { partsOf } from '../../src/isa/core/fusion';
import { effectsOf } from '../../src/isa/core/graph';
import type { PatternInsn } from '../../src/isa/core/insn';
import type { PatternField } from '../../src/isa/core/pattern';
import { recordGraph } from '../../src/isa/core/record-graph';
import { operand } from '../support/fp-operands';
import { Random, SEED } from '../support/random';
import { CODE, codeOf, DATA, type Outcome, type Registers, type Subject, type Vector } from './driver';
import { createCountedDriver, createExactDriver, createFastDriver } from './engine-driver';
import { createEvaluatorDriver } from './evaluator-driver';

const ROUNDS = 12;
const RUN_ROUNDS = 5;
const PAGE = 0x1000;

type FieldValues = Readonly<Record<string, number>>;

/** What random operands of an instruction set need. */
export interface RandomOperands {
  /** The file of general registers. */
  readonly general: 'x' | 'r';
  /** Instructions that are helpers and yet depend on nothing but registers and memory. */
  readonly selfContained: RegExp;
  /** Instructions that call functions which use memory. */
  readonly callsMemory?: RegExp;
  /** Signed immediates: small where an instruction uses memory. */
  readonly immediates: readonly string[];
  /** Fields that name general registers. */
  readonly registers: RegExp;
  /** General registers that should not hold pointers in an instruction that uses memory: values by number. */
  readonly data: (random: Random, insn: PatternInsn, fields: FieldValues) => Registers;
  /** Slots that the instruction may depend on. */
  readonly slots: (random: Random) => Readonly<Record<string, bigint>>;
  /** Slots to compare. */
  readonly compared: readonly string[];
}

/** An integer that matters. */
export const integer = (random: Random): bigint =>
  BigInt.asUintN(
    64,
    random.pick([
      0n,
      1n,
      -1n,
      1n << 63n,
      (1n << 63n) - 1n,
      random.u64(),
      random.u64() >> 40n,
      BigInt(random.u32()),
      BigInt(random.u32() | 0),
    ]),
  );

const float = (random: Random): bigint =>
  random.pick([operand(random, 'd'), 0xffff_ffff_0000_0000n | operand(random, 's'), random.u64()]);

const usesMemory = (insn: PatternInsn, { callsMemory }: RandomOperands): boolean => {
  const effects = effectsOf(recordGraph(insn));
  return callsMemory?.test(insn.mnemonic) || effects.readsMemory || effects.writesMemory || effects.isHelper;
};

const fieldValue = (
  random: Random,
  { name, width, pieces, bias }: PatternField,
  reach: number,
  { immediates }: RandomOperands,
): number => {
  const covered = pieces.reduce((mask, { to, count }) => mask + (2 ** count - 1) * 2 ** to, 0);
  const raw = Number(BigInt(random.u32()) & BigInt(covered));
  if (!immediates.includes(name)) return raw + bias;
  const signed = raw >= 2 ** (width - 1) ? raw - 2 ** width : raw;
  return Math.abs(signed) > reach ? signed % reach : signed;
};

/** Few registers, so that one instruction uses what another wrote. */
const CROWDED = [10, 11, 12, 0];

const randomFields = (
  random: Random,
  insn: PatternInsn,
  reach: number,
  crowded: boolean,
  operands: RandomOperands,
): Record<string, number> => {
  for (let attempt = 0; attempt < 20; attempt++) {
    const fields: Record<string, number> = {};
    for (const field of insn.pattern.fields.values()) {
      fields[field.name] =
        crowded && field.width === 5 && operands.registers.test(field.name)
          ? random.pick(CROWDED)
          : fieldValue(random, field, reach, operands);
    }
    const isExcluded = Object.entries(insn.not ?? {}).some(([name, values]) => values.includes(fields[name] ?? 0));
    const isComputed = Object.values(insn.computed ?? {}).every((compute) => compute(fields) !== undefined);
    if (!isExcluded && isComputed) return fields;
  }
  throw new Error(`found no operands for ${insn.mnemonic}`);
};

/** A row of one instruction or several in a row; its expectation is the evaluator's business. */
const randomVector = (
  random: Random,
  insns: readonly [PatternInsn, ...PatternInsn[]],
  operands: RandomOperands,
): Vector => {
  const touches = insns.some((insn) => usesMemory(insn, operands));
  const words = insns.map((insn) => {
    const fields = randomFields(random, insn, touches ? 512 : 2 ** 31, insns.length > 1, operands);
    return { fields, word: encodeInsn(insn.pattern, fields), length: insn.pattern.length };
  });
  const [first, ...following] = words;
  if (!first) throw new Error('no instructions');
  const pointer = () => DATA + 0x800n + BigInt(random.below(8) ? random.below(8) * 8 : random.below(64));
  const general: Record<number, bigint> = {};
  const f: Record<number, bigint> = {};
  for (let index = 1; index < 32; index++) general[index] = touches ? pointer() : integer(random);
  for (let index = 0; index < 32; index++) f[index] = float(random);
  const upper = random.pick([integer, float]);
  const v = Object.fromEntries(Object.entries(f).map(([index, low]) => [index, (upper(random) << 64n) | low]));
  if (touches) Object.assign(general, operands.data(random, insns[0], first.fields));
  const bytes = Array.from({ length: 0x100 }, () => random.u64().toString(16).padStart(16, '0')).join('');
  return {
    name: insns.map(({ mnemonic }, at) => `${mnemonic} ${JSON.stringify(words[at]?.fields)}`).join('; '),
    mnemonic: insns[0].mnemonic,
    word: first.word,
    length: first.length,
    ...(following.length && { following }),
    before: {
      [operands.general]: general,
      f,
      v,
      slots: operands.slots(random),
      memory: touches ? [{ at: DATA + 0x400n, bytes }] : [],
    },
    after: {},
  };
};

/** What of `actual` is not as in `expected`. */
const differences = ({ engine }: Subject, slots: readonly string[], actual: Outcome, expected: Outcome): string[] => {
  const found: string[] = [];
  const compare = (what: string, a: bigint, b: bigint) => {
    if (a !== b) found.push(`${what} 0x${a.toString(16)}, evaluator 0x${b.toString(16)}`);
  };
  const trap = (outcome: Outcome) => outcome.trap ?? { cause: -1, tval: 0n };
  compare('trap', BigInt(trap(actual).cause), BigInt(trap(expected).cause));
  compare('tval', trap(actual).tval, trap(expected).tval);
  if (!expected.trap) compare('pc', actual.pc, expected.pc);
  for (const { name, count } of engine.state.files) {
    for (let index = 0; index < count; index++) {
      compare(`${name}${index}`, actual.register(name, index), expected.register(name, index));
    }
  }
  for (const slot of slots) compare(slot, actual.slot(slot), expected.slot(slot));
  const [a, b] = [actual.memory(DATA, PAGE), expected.memory(DATA, PAGE)];
  for (const [at, byte] of a.entries()) if (byte !== b[at]) found.push(`memory + ${at}: ${byte}, evaluator ${b[at]}`);
  return found;
};

/** Compares all interpreters with the evaluator. */
const checkOf = (subject: Subject, operands: RandomOperands): ((vector: Vector) => void) => {
  const evaluator = createEvaluatorDriver(subject);
  const drivers = [createExactDriver, createFastDriver, createCountedDriver].map((create) => create(subject));
  return (vector) => {
    const reference = evaluator.run(vector);
    // The fast interpreters would go on with a jump back into the instructions.
    const target = reference.pc - CODE;
    if (!reference.trap && target >= 0n && target < BigInt(codeOf(vector).length)) return;
    for (const driver of drivers) {
      const differing = differences(subject, operands.compared, driver.run(vector), reference);
      if (differing.length)
        expect({ driver: driver.name, vector, differing }, `WORLDSTEP_SEED=${SEED}`).toEqual('no difference');
    }
  };
};

/** Declares the tests of an instruction set's interpreters, one instruction at a time. */
export const describeAgreement = (subject: Subject, operands: RandomOperands): void => {
  const check = checkOf(subject, operands);
  describe('the engine and the evaluator agree on random operands', () => {
    // Helpers that depend on more than registers and memory have tests of their own.
    const isSelfContained = (insn: PatternInsn): boolean =>
      !effectsOf(recordGraph(insn)).isHelper || operands.selfContained.test(insn.mnemonic);
    for (const insn of subject.insns.filter(isSelfContained)) {
      it(`of ${insn.mnemonic}`, () => {
        const random = new Random(SEED);
        for (let round = 0; round < ROUNDS; round++) check(randomVector(random, [insn], operands));
      });
    }
  });
};

/** Declares the tests of its fused runs. */
export const describeFusedAgreement = (subject: Subject, operands: RandomOperands): void => {
  const check = checkOf(subject, operands);
  describe('the engine and the evaluator agree on instructions that run fused', () => {
    const nameOf = (names: readonly (string | undefined)[]) => names.join(', ');
    const runs = new Map(
      prepareProgram(subject.engine).runs.map(({ parts }) => {
        const insns = parts.map(({ prepared }) => requirePattern(prepared.insn));
        return [nameOf(insns.map(({ mnemonic }) => mnemonic)), insns];
      }),
    );
    it('and there are as many as the table says', () => {
      const wanted = subject.engine.fusions.map((fusion) => nameOf(partsOf(fusion).map(({ mnemonic }) => mnemonic)));
      expect(runs.size).toBe(new Set(wanted).size);
    });
    for (const [name, [first, ...others]] of runs) {
      if (!first) throw new Error('a run of nothing');
      it(`in ${name}`, () => {
        const random = new Random(SEED);
        for (let round = 0; round < RUN_ROUNDS; round++) {
          check(randomVector(random, [first, ...others], operands));
          // As the second of its run, and as the first, whatever comes of it.
          check(randomVector(random, [first, first, ...others], operands));
          check(randomVector(random, [first, ...others, first, ...others], operands));
        }
      });
    }
  });
};
