/**
 * What floating point does on the host against soft-float: value and flags, on operands made to be hard. A soft-float that
 * counts its calls tells which cases the host did.
 */

import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine';
import { encodeInsn } from '../../../src/isa/core/decoder';
import type { IsaFunction } from '../../../src/isa/core/privileged';
import { resetState } from '../../../src/isa/riscv64/csrs-slots';
import { RISCV64_ENGINE } from '../../../src/isa/riscv64/engine-isa';
import { FP } from '../../../src/isa/riscv64/fp/table';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import { engineHost } from '../../support/engine-host';
import { operand } from '../../support/fp-operands';
import { Random, SEED } from '../../support/random';
import { CODE } from '../driver';

const ROUNDS = Number(process.env.FP_ROUNDS ?? 400);
const NX = 1n;
const DIRTY = 3n << 13n;
const BREAKPOINT = 0x9002;
const BOX = 0xffff_ffff_0000_0000n;
const MODES = [0, 1, 2, 3, 4, 7];
/** Budgets that take the fast interpreter, and the one that counts. */
const BUDGETS = [10_000, 200];

let softCalls = 0;
const counted = (run: IsaFunction): IsaFunction => {
  return (...operands) => {
    softCalls++;
    return run(...operands);
  };
};
const functions = Object.fromEntries(
  Object.entries(RISCV64_ENGINE.functions).map(([name, run]) => [name, counted(run)]),
);
const host = engineHost({
  trapTaken: () => 'trapStop',
});
const engine = new Engine({ ...RISCV64_ENGINE, functions }, host, {
  ram: [{ base: Number(CODE), size: 0x1000 }],
  harts: 1,
});
const view = engine.harts[0]!;
resetState(view, { hartid: 0, start: 'machine' });
view.set('mstatus', view.get('mstatus') | DIRTY);

/** Puts the instruction at the start of RAM, a breakpoint behind it. */
const place = (word: number): void => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, word, true);
  new DataView(bytes.buffer).setUint16(4, BREAKPOINT, true);
  engine.writeRam(Number(CODE), bytes);
  engine.dropDerived();
};

interface Case {
  readonly operands: readonly bigint[];
  readonly frm: number;
  readonly flags: bigint;
}

/** Runs the placed instruction; its operands are in registers 1 to 3 and its result in register 4 of the file it writes. */
const run = (each: Case, toInteger: boolean, budget: number): { bits: bigint; flags: bigint; isSoft: boolean } => {
  each.operands.forEach((bits, at) => {
    view.write('f', at + 1, bits);
    view.write('x', at + 1, bits);
  });
  view.set('frm', BigInt(each.frm));
  view.set('fflags', each.flags);
  view.pc = CODE;
  view.activity = 0;
  softCalls = 0;
  engine.run(0, budget, 2);
  return { bits: toInteger ? view.read('x', 4) : view.read('f', 4), flags: view.get('fflags'), isSoft: softCalls > 0 };
};

const unboxed = (bits: bigint): bigint => (bits >> 32n === BOX >> 32n ? bits & ~BOX : 0x7fc0_0000n);

/** What the instruction's name says of its operands and result: `s`, `d`, or an integer register. */
const formatsOf = (mnemonic: string): { from: string; to: string; count: number } => {
  const [name = '', first = '', second] = mnemonic.split('.');
  if (name === 'fcvt') return { from: second ?? '', to: first, count: 1 };
  const to = /^f(eq|lt|le|class)$/.test(name) ? 'l' : first;
  return { from: first, to, count: /^fn?m(add|sub)$/.test(name) ? 3 : /^f(sqrt|class)$/.test(name) ? 1 : 2 };
};

const f64 = new DataView(new ArrayBuffer(8));
const numberOf = (format: string, bits: bigint): number => {
  f64.setBigUint64(0, bits);
  return format === 's' ? f64.getFloat32(4) : f64.getFloat64(0);
};
const bitsOf = (format: string, number: number): bigint => {
  if (format === 's') f64.setFloat32(0, number);
  else f64.setFloat64(0, number);
  return format === 's' ? BigInt(f64.getUint32(0)) : f64.getBigUint64(0);
};

/** A float of moderate size, often with few bits, and now and then an integer or a half. */
const moderate = (random: Random, format: string): bigint => {
  const bits = random.u64() >> BigInt(random.below(64));
  const number = Number(BigInt.asIntN(64, bits)) * 2 ** -random.pick([0, 0, 1, 2, 31, 52, 63, random.below(64)]);
  return bitsOf(format, random.below(2) ? number : -number);
};

const step = (random: Random, format: string, bits: bigint): bigint =>
  BigInt.asUintN(format === 's' ? 32 : 64, bits + BigInt(random.below(5) - 2));

/** Integers as registers hold them; powers of two and their neighbours, sums of few bits. */
const integer = (random: Random): bigint => {
  const power = () => 1n << BigInt(random.below(64));
  const value = random.pick([power(), power() + power(), power() - power() / 2n, random.u64(), 0n]);
  const near = value + BigInt(random.below(3) - 1);
  return BigInt.asUintN(64, random.below(2) ? near : -near);
};

const operandsOf = (random: Random, mnemonic: string): bigint[] => {
  const { from, to, count } = formatsOf(mnemonic);
  if (from !== 's' && from !== 'd') return [integer(random)];
  const one = () => (random.below(2) ? operand(random, from) : moderate(random, from));
  if (mnemonic === 'fcvt.s.d') {
    // Halfway between singles, and near that.
    const single = bitsOf('d', numberOf('s', operand(random, 's')));
    return [
      random.pick([operand(random, 'd'), single, step(random, 'd', single ^ (1n << 28n)), moderate(random, 'd')]),
    ];
  }
  if (/^fcvt\.[wl]/.test(mnemonic)) {
    const width = to.startsWith('w') ? 32 : 64;
    const edge = bitsOf(from, random.pick([0.5, 1, 1.5, 2.5, 2 ** (width - 1), 2 ** width, 2 ** (width - 1) - 1]));
    const signed = step(random, from, edge) | (BigInt(random.below(2)) << (from === 's' ? 31n : 63n));
    return [random.pick([one(), signed, moderate(random, from)])];
  }
  const [a, b] = [one(), one()];
  if (count === 1) {
    const root = numberOf(from, moderate(random, from));
    return [random.pick([a, step(random, from, bitsOf(from, root * root)), bitsOf(from, Math.abs(root))])];
  }
  const [x, y] = [numberOf(from, a), numberOf(from, b)];
  if (count === 2) return [a, random.pick([b, a, step(random, from, a), bitsOf(from, -x), bitsOf(from, x * y)])];
  // An addend that cancels, that lies half a last place beside the product, or far below it.
  const nearby = bitsOf(
    from,
    x * y * random.pick([1, -1, 2 ** -24, 2 ** -25, 2 ** -53, 2 ** -54, 2 ** 53, -(2 ** 52)]),
  );
  return [a, b, random.pick([one(), nearby, step(random, from, nearby), bitsOf(from, -0), 0n])];
};

const hostShares = new Map<string, number>();
afterAll(() => {
  console.log([...hostShares].map(([name, share]) => `${name} ${(share * 100).toFixed(0)} %`).join(', '));
});

const NAMES = Object.keys(FP);
const insns = INSNS.filter((insn) => NAMES.includes(insn.mnemonic));

describe('floating point on the host gives the value and flags of soft-float', () => {
  it('and every instruction has its soft-float', () => expect(insns.length).toBe(NAMES.length));
  for (const insn of insns) {
    it(`for ${insn.mnemonic}`, () => {
      const { mnemonic, pattern } = insn;
      const { from, to } = formatsOf(mnemonic);
      const toInteger = to !== 's' && to !== 'd';
      const random = new Random(SEED);
      let onHost = 0;
      let done = 0;
      for (const rm of pattern.fields.has('rm') ? MODES : [undefined]) {
        const registers = { rs1: 1, rs2: 2, rs3: 3, rd: 4, ...(rm !== undefined && { rm }) };
        place(
          encodeInsn(pattern, Object.fromEntries([...pattern.fields.keys()].map((n) => [n, registers[n as 'rd']]))),
        );
        // The modes that the host knows get most of the work.
        const rounds = rm === undefined || rm === 0 || rm === 7 || rm === 1 ? ROUNDS : ROUNDS / 8;
        for (let round = 0; round < rounds; round++) {
          const operands = operandsOf(random, mnemonic);
          const frm = rm === 7 && random.below(8) ? 0 : random.below(5);
          const flags = BigInt(random.below(32)) | (random.below(3) ? NX : 0n);
          const isBoxed = from !== 's' || random.below(30) > 0;
          const held = operands.map((bits) => (from === 's' && isBoxed ? BOX | bits : bits));
          const read = from === 's' ? held.map(unboxed) : held;
          const [a = 0n, b = 0n, c = 0n] = read;
          const expected = FP[mnemonic]!(a, b, c, rm === 7 ? frm : (rm ?? 0));
          const bits = to === 's' ? BOX | expected.bits : expected.bits;
          for (const budget of BUDGETS) {
            const actual = run({ operands: held, frm, flags }, toInteger, budget);
            done++;
            if (!actual.isSoft) onHost++;
            if (actual.bits === bits && actual.flags === (flags | BigInt(expected.flags))) continue;
            const hex = (value: bigint) => `0x${value.toString(16)}`;
            const told = {
              operands: held.map(hex),
              rm,
              frm,
              flags,
              budget,
              bits: hex(actual.bits),
              raised: actual.flags,
            };
            expect(told).toEqual({ ...told, bits: hex(bits), raised: flags | BigInt(expected.flags) });
          }
        }
      }
      hostShares.set(mnemonic, onHost / done);
      expect(onHost, 'the host does some').toBeGreaterThan(done / 10);
    });
  }
});
