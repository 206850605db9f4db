/**
 * Instruction sets unlike RISC-V go through decoder, disassembler, evaluator and all interpreters: random programs end in the
 * same state on all of them, traps in the middle of instructions, page borders and rewritten code included.
 */
import { describe, expect, it } from 'vitest';
import { Engine, type TakenTrap } from '../../../src/engine/engine';
import { createDecoder, encodeInsn } from '../../../src/isa/core/decoder';
import type { DecodedInsn } from '../../../src/isa/core/encoding';
import type { EngineIsa, Fusion } from '../../../src/isa/core/engine-isa';
import { partsOf } from '../../../src/isa/core/fusion';
import { isPatternInsn } from '../../../src/isa/core/insn';
import { engineHost } from '../../support/engine-host';
import { EvaluatorState, evaluate } from '../../support/ops-evaluator';
import { Random, SEED } from '../../support/random';
import { RAM_BASE, RAM_SIZE } from './bare-isa';
import { encodeX, TOY_24, TOY_32, TOY_X } from './toys';
import { STATE } from './words';

const PROGRAMS = Number(process.env.TOY_PROGRAMS ?? 120);
const INSNS_IN_PROGRAM = 16;
/** No program that ends runs longer: jumps go forwards, and repeats are short. */
const MOST_STEPS = 2000;

interface Start {
  /** Address of the first instruction. */
  readonly pc: number;
  readonly code: Uint8Array;
  readonly registers: readonly bigint[];
  readonly data: Uint8Array;
}

interface End {
  readonly pc: bigint;
  readonly registers: readonly string[];
  readonly memory: string;
  /** Cause and tval of what ended the program, `halt` otherwise. */
  readonly end: string;
}

/** Bytes of one random instruction; jumps go a few bytes forwards, so that some lead into the middle of another. */
const randomInsn = (random: Random, isa: EngineIsa, mnemonic: string): Uint8Array => {
  const insn = isa.insns.find((row) => row.mnemonic === mnemonic);
  if (!insn) throw new Error(`no row ${mnemonic}`);
  const isJump = /^(b[zn]|call)$/.test(mnemonic);
  const { unit } = isa.encoding;
  const value = (name: string, width: number): number => {
    if (name === 'imm') return isJump ? unit * random.below(8) + 3 * unit : random.below(256) - 128;
    return random.below(Math.min(2 ** width, 64));
  };
  if (!isPatternInsn(insn)) {
    const fields = Object.fromEntries([...insn.fields.values()].map(({ name, width }) => [name, value(name, width)]));
    return encodeX(mnemonic, fields, random.below(4) === 0 ? 1 + random.below(3) : 0);
  }
  const { pattern } = insn;
  const fields = Object.fromEntries([...pattern.fields.values()].map(({ name, width }) => [name, value(name, width)]));
  // What does not matter is random, too.
  const open = ~(
    pattern.mask |
    [...pattern.fields.values()]
      .flatMap(({ pieces }) => pieces)
      .reduce((mask, { from, count }) => mask | ((2 ** count - 1) << from), 0)
  );
  const word = (encodeInsn(pattern, fields) | (random.u32() & open)) >>> 0;
  return Uint8Array.from({ length: pattern.length }, (_, at) => word >>> (8 * at));
};

const bytesOf = (random: Random, length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));

/** A program that begins at the end of a page, so that it crosses the border in the middle of something. */
const randomStart = (random: Random, isa: EngineIsa): Start => {
  const names = isa.insns.map(({ mnemonic }) => mnemonic).filter((name) => name !== 'halt');
  // Often some that run fused.
  const some = () => {
    const fusion = random.pick(isa.fusions as [Fusion, ...Fusion[]]);
    return random.below(4) ? [random.pick(names)] : partsOf(fusion).map(({ mnemonic }) => mnemonic);
  };
  const chosen = Array.from({ length: INSNS_IN_PROGRAM }, some).flat();
  const parts = chosen.map((mnemonic) => randomInsn(random, isa, mnemonic));
  // Wherever the last jumps lead, there is a halt.
  const halts = Array.from({ length: 40 }, () => randomInsn(random, isa, 'halt'));
  const code = Uint8Array.from([...parts, ...halts].flatMap((part) => [...part]));
  const before = isa.encoding.unit * (8 + random.below(16));
  const small = () => BigInt(random.below(64));
  const registers = Array.from({ length: 8 }, () => (random.below(3) ? small() : random.u64()));
  return { pc: RAM_BASE + 0x1000 - before, code, registers, data: bytesOf(random, 0x1000) };
};

const SLOTS = ['sp', 'result', 'carry', 'isOpen', 'calls'];

const registersOf = (state: Pick<EvaluatorState, 'read' | 'get'>): string[] => [
  ...Array.from({ length: 8 }, (_, index) => `r${index} ${state.read('r', index).toString(16)}`),
  ...Array.from({ length: 4 }, (_, index) => `v${index} ${state.read('v', index).toString(16)}`),
  ...SLOTS.map((slot) => `${slot} ${state.get(slot).toString(16)}`),
];

const setUp = (state: Pick<EvaluatorState, 'write' | 'set'>, start: Start): void => {
  for (const [index, value] of start.registers.entries()) state.write('r', index, value);
  for (let index = 0; index < 4; index++) state.write('v', index, BigInt(index) << 70n);
  for (const slot of SLOTS) state.set(slot, 0n);
  state.set('sp', 0x18n);
};

/** Where memory differs from what it was. */
const changes = (bytes: Uint8Array, { data }: Start): string =>
  [...bytes].flatMap((byte, at) => (byte === data[at] ? [] : [`${at.toString(16)}:${byte.toString(16)}`])).join(' ');

/**
 * With the decoder and the evaluator of the tests, one instruction after the other. `undefined` for a program that does not
 * end in memory: a jump into the middle of an instruction may find one that leads back.
 */
const evaluated = (isa: EngineIsa, start: Start): End | undefined => {
  const state = new EvaluatorState(STATE, BigInt(RAM_BASE), RAM_SIZE, { load: 2, store: 3 });
  setUp(state, start);
  state.memory.set(start.data, 0x3000);
  state.memory.set(start.code, start.pc - RAM_BASE);
  state.pc = BigInt(start.pc);
  const end = (text: string): End => ({
    pc: state.pc,
    registers: registersOf(state),
    memory: changes(state.memory.subarray(0x3000), start),
    end: text,
  });
  const decode = decoderOf(isa);
  for (let step = 0; step < MOST_STEPS; step++) {
    if (state.pc % BigInt(isa.encoding.unit)) return end(`trap 5 ${state.pc.toString(16)}`);
    const at = Number(state.pc) - RAM_BASE;
    if (at < 0 || at + 10 > RAM_SIZE) return undefined;
    const decoded = decode(state.memory.slice(at, at + 10));
    if (!decoded) return end('trap 1');
    if (decoded.insn.mnemonic === 'halt') return end('halt');
    const trap = evaluate(isa, decoded, state);
    if (trap) return end(`trap ${trap.trapCause} ${trap.tval.toString(16)}`);
  }
  return undefined;
};

const decoderOf = (isa: EngineIsa): ((bytes: Uint8Array) => DecodedInsn | undefined) => {
  const { encoding } = isa;
  if (encoding.kind === 'program') {
    return (bytes) => {
      const decoded = encoding.decode(bytes, 0);
      return decoded === 'short' ? undefined : decoded;
    };
  }
  const decode = createDecoder(isa.insns.filter(isPatternInsn), encoding);
  return (bytes) => decode(new DataView(bytes.buffer).getUint32(0, true));
};

interface Driven {
  readonly engine: Engine;
  readonly traps: TakenTrap[];
}

const drive = (isa: EngineIsa): Driven => {
  const traps: TakenTrap[] = [];
  const host = engineHost({
    trapTaken: (_, trap) => {
      traps.push(trap);
      return 'trapStop';
    },
  });
  return { engine: new Engine(isa, host, { ram: [{ base: RAM_BASE, size: RAM_SIZE }], harts: 1 }), traps };
};

/** On an engine; `budget` instructions at a time, which says which interpreter it is. */
const executed = ({ engine, traps }: Driven, start: Start, budget: number): End => {
  const view = engine.harts[0]!;
  traps.length = 0;
  engine.writeRam(RAM_BASE, new Uint8Array(RAM_SIZE));
  engine.writeRam(RAM_BASE + 0x3000, start.data);
  engine.writeRam(start.pc, start.code);
  setUp(view, start);
  view.pc = BigInt(start.pc);
  view.activity = 0;
  for (let step = 0; step < MOST_STEPS && traps.length === 0 && view.activity === 0; step++) engine.run(0, budget, 2);
  const [trap] = traps;
  const data = engine.memory.offsetOf(RAM_BASE + 0x3000, 1);
  // The halt is done.
  const done = view.activity ? BigInt(view.length) : 0n;
  const tval = trap?.cause === 1 ? '' : ` ${trap?.tval.toString(16)}`;
  return {
    pc: trap?.epc ?? view.pc - done,
    registers: registersOf(view),
    memory: changes(engine.memory.u8.subarray(data, data + 0x1000), start),
    end: trap ? `trap ${trap.cause}${tval}` : 'halt',
  };
};

console.log(`seed ${SEED}`);
/** Instructions in a run: so many that it is the interpreter's. */
const INTERPRETERS = { exact: 1, counted: 100, fast: 100_000 };

describe('random programs end alike on the evaluator and on the exact, the counted and the fast interpreter', () => {
  for (const isa of [TOY_24, TOY_32, TOY_X]) {
    it(`of ${isa.name}`, () => {
      const random = new Random(SEED);
      const driven = drive(isa);
      const ends = new Set<string>();
      for (let round = 0; round < PROGRAMS; round++) {
        const start = randomStart(random, isa);
        const expected = evaluated(isa, start);
        if (!expected) continue;
        for (const [interpreter, budget] of Object.entries(INTERPRETERS)) {
          const actual = executed(driven, start, budget);
          expect({ round, interpreter, ...actual }).toEqual({ round, interpreter, ...expected });
        }
        ends.add(expected.end.split(' ').slice(0, 2).join(' '));
      }
      // Some end well, and some in the middle of an instruction, for several reasons.
      expect(ends).toContain('halt');
      expect(ends.size).toBeGreaterThan(3);
    });
  }
});
