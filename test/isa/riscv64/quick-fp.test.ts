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
import { hardOperands, type Taken } from '../../support/fp-hard-operands';
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

const takenBy = (mnemonic: string): Taken => {
  const { from, to, count } = formatsOf(mnemonic);
  if (from !== 's' && from !== 'd') return { kind: 'integer' };
  if (mnemonic === 'fcvt.s.d') return { kind: 'narrowed' };
  if (/^fcvt\.[wl]/.test(mnemonic)) return { kind: 'made integral', from, bits: to.startsWith('w') ? 32 : 64 };
  return { kind: 'floats', from, count };
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
          const operands = hardOperands(random, takenBy(mnemonic));
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
