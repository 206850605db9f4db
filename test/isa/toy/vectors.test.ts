/** What the description language says of vectors: each operation at each width, on the evaluator and every interpreter. */
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine';
import { createDecoder } from '../../../src/isa/core/decoder';
import type { PatternEncoding } from '../../../src/isa/core/encoding';
import type { PatternInsn } from '../../../src/isa/core/insn';
import type { LaneBits, LaneOperation, LaneShift, V32, V128 } from '../../../src/isa/core/ops';
import { engineHost } from '../../support/engine-host';
import { EvaluatorState, evaluate } from '../../support/ops-evaluator';
import { Random, SEED } from '../../support/random';
import { bareIsa, CAUSE, RAM_BASE, RAM_SIZE } from './bare-isa';
import { insn, row, STATE, type ToyOps } from './words';

const FOUR_BYTES: PatternEncoding = { kind: 'patterns', unit: 4, lengths: [{ mask: 0, match: 0, bytes: 4 }] };
const BUDGETS = { exact: 1, counted: 100, fast: 100_000 };

/** v3 = what `operation` makes of v1 and v2, and of the count in r1. */
const rowOf = (operation: (o: ToyOps, a: V128, b: V128) => V128): PatternInsn =>
  insn(
    'probe',
    `${'0'.repeat(31)}1`,
    row('', (o) => o.writeVector('v', 3, operation(o, o.readVector('v', 1), o.readVector('v', 2)))),
  );

type Operands = readonly [a: bigint, b: bigint, count: bigint];

/** Runs a probe on the evaluator and the three interpreters: the result of each. */
const benchOf = (probe: PatternInsn): ((operands: Operands) => Readonly<Record<string, bigint>>) => {
  const isa = bareIsa({ name: 'vectors', encoding: FOUR_BYTES, state: STATE, insns: [probe] });
  const decoded = createDecoder([probe], FOUR_BYTES)(1);
  if (!decoded) throw new Error('the probe is no instruction');
  const host = engineHost({ trapTaken: () => 'trapStop' });
  const engine = new Engine(isa, host, { ram: [{ base: RAM_BASE, size: RAM_SIZE }], harts: 1 });
  engine.writeRam(RAM_BASE, Uint8Array.of(1, 0, 0, 0));
  const view = engine.harts[0]!;
  return ([a, b, count]) => {
    const plain = new EvaluatorState(STATE, BigInt(RAM_BASE), 16, CAUSE);
    const put = (state: { write(file: string, index: number, value: bigint): void }): void => {
      state.write('v', 1, a);
      state.write('v', 2, b);
      state.write('v', 3, 0n);
      state.write('r', 1, count);
    };
    put(plain);
    evaluate(isa, decoded, plain);
    const found: Record<string, bigint> = { evaluator: plain.read('v', 3) };
    for (const [name, budget] of Object.entries(BUDGETS)) {
      put(view);
      view.pc = BigInt(RAM_BASE);
      engine.run(0, budget, 2);
      found[name] = view.read('v', 3);
    }
    return found;
  };
};

/** Lanes that are alike, far apart, and at their borders. */
const vector = (random: Random): bigint => {
  const bytes = Array.from({ length: 16 }, () => BigInt(random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)])));
  return bytes.reduce((value, byte) => (value << 8n) | byte, 0n);
};

/** The operation on random vectors is the same everywhere; yields how many results there were. */
const agree = (operation: (o: ToyOps, a: V128, b: V128) => V128): number => {
  const random = new Random(SEED);
  const run = benchOf(rowOf(operation));
  const seen = new Set<bigint>();
  for (let round = 0; round < 12; round++) {
    const a = vector(random);
    const b = random.below(4) ? vector(random) : a;
    const found = run([a, b, BigInt(random.below(130))]);
    const { evaluator = 0n } = found;
    expect(found, `WORLDSTEP_SEED=${SEED}`).toEqual({
      evaluator,
      exact: evaluator,
      counted: evaluator,
      fast: evaluator,
    });
    seen.add(evaluator);
  }
  return seen.size;
};

const count = (o: ToyOps): V32 => o.lo32(o.read('r', 1));
const flag = (o: ToyOps, claim: V32): V128 => o.vector(o.zx32(claim), o.c(0));

const ALL: readonly LaneBits[] = [8, 16, 32, 64];
const LANES: Readonly<Record<LaneOperation, readonly LaneBits[]>> = {
  add: ALL,
  sub: ALL,
  mul: [16, 32, 64],
  addSatS: [8, 16],
  addSatU: [8, 16],
  subSatS: [8, 16],
  subSatU: [8, 16],
  minS: [8, 16, 32],
  minU: [8, 16, 32],
  maxS: [8, 16, 32],
  maxU: [8, 16, 32],
  avgrU: [8, 16],
  eq: ALL,
  ltS: ALL,
  ltU: [8, 16, 32],
  leS: ALL,
  leU: [8, 16, 32],
};
const SHIFTS: readonly LaneShift[] = ['shl', 'shrS', 'shrU'];
const HALVES = [24, 25, 26, 27, 28, 29, 30, 31, 0, 1, 2, 3, 4, 5, 6, 7];

describe('operations on vectors are the same on the evaluator and every interpreter:', () => {
  for (const [name, widths] of Object.entries(LANES) as [LaneOperation, readonly LaneBits[]][]) {
    it.each(widths)(`${name} in lanes of %i bits`, (bits) => {
      expect(agree((o, a, b) => o.lanes(name, bits, a, b))).toBeGreaterThan(1);
    });
    it.each(ALL.filter((bits) => !widths.includes(bits)))(`${name} is refused for lanes of %i bits`, (bits) => {
      const make = () => agree((o, a, b) => o.lanes(name, bits, a, b));
      expect(make).toThrow(/^no instruction i\d+x\d+\./);
    });
  }
  it.each(ALL)('shifts, equal lanes, signs and whether none is 0, of %i bits', (bits) => {
    for (const shift of SHIFTS) expect(agree((o, a) => o.shiftLanes(shift, bits, a, count(o)))).toBeGreaterThan(1);
    expect(agree((o) => o.splat(bits, o.read('r', 1)))).toBeGreaterThan(1);
    expect(agree((o, a) => flag(o, o.signsOf(bits, a)))).toBeGreaterThan(1);
    expect(agree((o, a) => flag(o, o.allLanes(bits, a)))).toBeGreaterThan(0);
  });
  it.each<[string, (o: ToyOps, a: V128, b: V128) => V128]>([
    ['and', (o, a, b) => o.vectorAnd(a, b)],
    ['or', (o, a, b) => o.vectorOr(a, b)],
    ['xor', (o, a, b) => o.vectorXor(a, b)],
    ['not', (o, a) => o.vectorNot(a)],
    ['bits selected', (o, a, b) => o.selectBits(a, b, o.vectorNot(b))],
    ['halves exchanged', (o, a) => o.vector(o.half(a, 'high'), o.half(a, 'low'))],
    ['bytes of both', (o, a, b) => o.shuffleBytes(a, b, HALVES)],
    ['bytes by number', (o, a, b) => o.pickBytes(a, b)],
    ['one of two', (o, a, b) => o.select(o.lo32(o.half(a, 'low')), a, b)],
  ])('%s', (_, operation) => {
    expect(agree(operation)).toBeGreaterThan(1);
  });
  it('whether any bit is set', () => {
    expect(agree((o, a, b) => flag(o, o.anyBit(o.vectorXor(a, b))))).toBe(2);
  });
});

describe('an operation on vectors gives', () => {
  const A = 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_8100n;
  const only = (operation: (o: ToyOps, a: V128, b: V128) => V128): bigint =>
    benchOf(rowOf(operation))([A, A, 4n]).fast ?? 0n;
  it('lane 0 from the lowest bits', () => {
    expect(only((o, a) => o.vector(o.half(a, 'low'), o.c(0)))).toBe(0x0706_0504_0302_8100n);
    expect(only((o, a) => flag(o, o.signsOf(8, a)))).toBe(2n);
    expect(only((o, a) => o.shuffleBytes(a, a, HALVES))).toBe(0x0706_0504_0302_8100_0f0e_0d0c_0b0a_0908n);
  });
  it('lanes of ones where a comparison holds', () => {
    expect(only((o, a) => o.lanes('ltS', 16, a, o.splat(16, o.c(0))))).toBe(0xffffn);
  });
});

it('registers of 128 bits are read as vectors only, and narrower ones never', () => {
  const build = (sem: (o: ToyOps) => void) => {
    const probe = insn('probe', '00000001', row('', sem));
    const isa = bareIsa({ name: 'vectors', encoding: FOUR_BYTES, state: STATE, insns: [probe] });
    return () =>
      new Engine(isa, engineHost({ trapTaken: () => 'trapStop' }), {
        ram: [{ base: RAM_BASE, size: RAM_SIZE }],
        harts: 1,
      });
  };
  expect(build((o) => o.write('r', 1, o.read('v', 1)))).toThrow('registers of v are wider than a value');
  expect(build((o) => o.writeVector('v', 1, o.readVector('r', 1)))).toThrow(
    'registers of r are narrower than a vector',
  );
});
