import { describe, expect, it } from 'vitest';
import { encodeInsn } from '../../../src/isa/core/decoder';
import { effectsOf, recordGraph } from '../../../src/isa/core/graph';
import type { Insn } from '../../../src/isa/core/insn';
import type { PatternField } from '../../../src/isa/core/pattern';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import { operand } from '../../support/fp-operands';
import { chosenSeed, Random } from '../../support/random';
import { CODE, DATA, type Outcome, type Vector } from '../driver';
import { createCountedDriver, createExactDriver, createFastDriver } from '../engine-driver';
import { evaluatorDriver } from '../evaluator-driver';

const ROUNDS = 15;
const PAGE = 0x1000;

/** Helpers that depend on more than registers and memory have tests of their own. */
const isSelfContained = (insn: Insn): boolean =>
  !effectsOf(recordGraph(insn)).isHelper || /^(lr|sc)\./.test(insn.mnemonic);

const usesMemory = (insn: Insn): boolean => {
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

const randomVector = (random: Random, insn: Insn): Vector => {
  const touches = usesMemory(insn);
  const reach = touches ? 1024 : 2 ** 31;
  const fields: Record<string, number> = {};
  for (const field of insn.pattern.fields.values()) {
    const excluded = insn.not?.[field.name] ?? [];
    const value = Array.from({ length: 20 }, () => fieldValue(random, field, reach)).find((v) => !excluded.includes(v));
    if (value === undefined) throw new Error(`found no value for ${field.name} of ${insn.mnemonic}`);
    fields[field.name] = value;
  }
  const pointer = () => DATA + 0x800n + BigInt(random.below(8) ? random.below(8) * 8 : random.below(64));
  const x: Record<number, bigint> = {};
  const f: Record<number, bigint> = {};
  for (let index = 1; index < 32; index++) {
    x[index] = touches ? pointer() : BigInt.asUintN(64, integer(random));
    f[index] = float(random);
  }
  const data = fields.rs2 ?? fields["rs2'"];
  if (touches && data && data !== (fields.rs1 ?? fields["rs1'"] ?? 2)) x[data] = BigInt.asUintN(64, integer(random));
  const at = DATA + 0x400n;
  const bytes = Array.from({ length: 0x100 }, () => random.u64().toString(16).padStart(16, '0')).join('');
  return {
    name: `${insn.mnemonic} ${JSON.stringify(fields)}`,
    mnemonic: insn.mnemonic,
    word: encodeInsn(insn.pattern, fields),
    length: insn.pattern.length,
    before: {
      x,
      f,
      slots: { frm: BigInt(random.below(6)), fflags: BigInt(random.below(32)) },
      memory: touches ? [{ at, bytes }] : [],
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

describe('the engine and the evaluator agree on random operands', () => {
  const seed = chosenSeed();
  console.log(`seed ${seed}`);
  const drivers = [createExactDriver(), createFastDriver(), createCountedDriver()];
  for (const insn of INSNS.filter(isSelfContained)) {
    it(`of ${insn.mnemonic}`, () => {
      const random = new Random(seed);
      for (let round = 0; round < ROUNDS; round++) {
        const vector = randomVector(random, insn);
        const reference = evaluatorDriver.run(vector);
        // The fast interpreter would go on with a jump into the instruction itself.
        const target = reference.pc - CODE;
        if (!reference.trap && target >= 0n && target < BigInt(vector.length)) continue;
        for (const driver of drivers) {
          const differing = differences(driver.run(vector), reference);
          if (differing.length) expect({ driver: driver.name, vector, differing }).toEqual('no difference');
        }
      }
    });
  }
});
