import { describe, expect, it } from 'vitest';
import { requirePattern } from '../../../src/engine/emit/decode';
import { prepareProgram } from '../../../src/engine/emit/program';
import { encodeInsn } from '../../../src/isa/core/decoder';
import { effectsOf } from '../../../src/isa/core/graph';
import type { PatternInsn } from '../../../src/isa/core/insn';
import type { PatternField } from '../../../src/isa/core/pattern';
import { recordGraph } from '../../../src/isa/core/record-graph';
import { RISCV64_ENGINE } from '../../../src/isa/riscv64/engine-isa';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import { operand } from '../../support/fp-operands';
import { Random, SEED } from '../../support/random';
import { CODE, codeOf, DATA, type Outcome, type Vector } from '../driver';
import { createCountedDriver, createExactDriver, createFastDriver } from '../engine-driver';
import { evaluatorDriver } from '../evaluator-driver';

const ROUNDS = 12;
const PAIR_ROUNDS = 5;
const PAGE = 0x1000;

/** Helpers that depend on more than registers and memory have tests of their own. */
const isSelfContained = (insn: PatternInsn): boolean =>
  !effectsOf(recordGraph(insn)).isHelper || /^(lr|sc)\./.test(insn.mnemonic);

const usesMemory = (insn: PatternInsn): boolean => {
  const effects = effectsOf(recordGraph(insn));
  return effects.readsMemory || effects.writesMemory || effects.isHelper;
};

const fieldValue = (random: Random, { name, width, pieces, bias }: PatternField, reach: number): number => {
  const covered = pieces.reduce((mask, { to, count }) => mask + (2 ** count - 1) * 2 ** to, 0);
  const raw = Number(BigInt(random.u32()) & BigInt(covered));
  if (name !== 'imm' && name !== 'nzimm') return raw + bias;
  const signed = raw >= 2 ** (width - 1) ? raw - 2 ** width : raw;
  return Math.abs(signed) > reach ? signed % reach : signed;
};

const integer = (random: Random): bigint =>
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
  ]);

const float = (random: Random): bigint =>
  random.pick([operand(random, 'd'), 0xffff_ffff_0000_0000n | operand(random, 's'), random.u64()]);

/** Few registers, so that one instruction uses what another wrote. */
const CROWDED = [10, 11, 12, 0];

const randomFields = (random: Random, insn: PatternInsn, reach: number, crowded: boolean): Record<string, number> => {
  const fields: Record<string, number> = {};
  for (const field of insn.pattern.fields.values()) {
    const excluded = insn.not?.[field.name] ?? [];
    const candidates = Array.from({ length: 20 }, () =>
      crowded && field.width === 5 && /^r[ds]\d?$/.test(field.name)
        ? random.pick(CROWDED)
        : fieldValue(random, field, reach),
    );
    const value = candidates.find((v) => !excluded.includes(v));
    if (value === undefined) throw new Error(`found no value for ${field.name} of ${insn.mnemonic}`);
    fields[field.name] = value;
  }
  return fields;
};

/** A row of one instruction or several in a row; its expectation is the evaluator's business. */
const randomVector = (random: Random, insns: readonly [PatternInsn, ...PatternInsn[]]): Vector => {
  const touches = insns.some(usesMemory);
  const words = insns.map((insn) => {
    const fields = randomFields(random, insn, touches ? 512 : 2 ** 31, insns.length > 1);
    return { fields, word: encodeInsn(insn.pattern, fields), length: insn.pattern.length };
  });
  const [first, ...following] = words;
  if (!first) throw new Error('no instructions');
  const pointer = () => DATA + 0x800n + BigInt(random.below(8) ? random.below(8) * 8 : random.below(64));
  const x: Record<number, bigint> = {};
  const f: Record<number, bigint> = {};
  for (let index = 1; index < 32; index++) {
    x[index] = touches ? pointer() : BigInt.asUintN(64, integer(random));
    f[index] = float(random);
  }
  const data = first.fields.rs2 ?? first.fields["rs2'"];
  const base = first.fields.rs1 ?? first.fields["rs1'"] ?? 2;
  if (touches && data && data !== base) x[data] = BigInt.asUintN(64, integer(random));
  const bytes = Array.from({ length: 0x100 }, () => random.u64().toString(16).padStart(16, '0')).join('');
  return {
    name: insns.map(({ mnemonic }, at) => `${mnemonic} ${JSON.stringify(words[at]?.fields)}`).join('; '),
    mnemonic: insns[0].mnemonic,
    word: first.word,
    length: first.length,
    ...(following.length && { following }),
    before: {
      x,
      f,
      slots: { frm: BigInt(random.below(6)), fflags: BigInt(random.below(32)) },
      memory: touches ? [{ at: DATA + 0x400n, bytes }] : [],
    },
    after: {},
  };
};

const SLOTS = ['fflags', 'mstatus', 'reservation'];

/** What of `actual` is not as in `expected`. */
const differences = (actual: Outcome, expected: Outcome): string[] => {
  const found: string[] = [];
  const compare = (what: string, a: bigint, b: bigint) => {
    if (a !== b) found.push(`${what} 0x${a.toString(16)}, evaluator 0x${b.toString(16)}`);
  };
  const trap = (outcome: Outcome) => outcome.trap ?? { cause: -1, tval: 0n };
  compare('trap', BigInt(trap(actual).cause), BigInt(trap(expected).cause));
  compare('tval', trap(actual).tval, trap(expected).tval);
  if (!expected.trap) compare('pc', actual.pc, expected.pc);
  for (let index = 0; index < 32; index++) {
    compare(`x${index}`, actual.x(index), expected.x(index));
    compare(`f${index}`, actual.f(index), expected.f(index));
  }
  for (const slot of SLOTS) compare(slot, actual.slot(slot), expected.slot(slot));
  const [a, b] = [actual.memory(DATA, PAGE), expected.memory(DATA, PAGE)];
  for (const [at, byte] of a.entries()) if (byte !== b[at]) found.push(`memory + ${at}: ${byte}, evaluator ${b[at]}`);
  return found;
};

const drivers = [createExactDriver(), createFastDriver(), createCountedDriver()];

const checkAgreement = (vector: Vector): void => {
  const reference = evaluatorDriver.run(vector);
  // The fast interpreters would go on with a jump back into the instructions.
  const target = reference.pc - CODE;
  if (!reference.trap && target >= 0n && target < BigInt(codeOf(vector).length)) return;
  for (const driver of drivers) {
    const differing = differences(driver.run(vector), reference);
    if (differing.length) expect({ driver: driver.name, vector, differing }).toEqual('no difference');
  }
};

describe('the engine and the evaluator agree on random operands', () => {
  for (const insn of INSNS.filter(isSelfContained)) {
    it(`of ${insn.mnemonic}`, () => {
      const random = new Random(SEED);
      for (let round = 0; round < ROUNDS; round++) checkAgreement(randomVector(random, [insn]));
    });
  }
});

describe('the engine and the evaluator agree on instructions that run fused', () => {
  const pairs = new Map(
    prepareProgram(RISCV64_ENGINE).pairs.map(({ first, second }) => [
      `${first.insn.mnemonic} and ${second.insn.mnemonic}`,
      [requirePattern(first.insn), requirePattern(second.insn)] as const,
    ]),
  );
  it('and there are some', () => expect(pairs.size).toBeGreaterThan(0));
  for (const [name, [first, second]] of pairs) {
    it(`in ${name}`, () => {
      const random = new Random(SEED);
      for (let round = 0; round < PAIR_ROUNDS; round++) {
        checkAgreement(randomVector(random, [first, second]));
        // As the second of its pair, and as the first, whatever comes of it.
        checkAgreement(randomVector(random, [first, first, second]));
        checkAgreement(randomVector(random, [first, second, first, second]));
      }
    });
  }
});
