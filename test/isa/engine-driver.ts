/** Runs vector rows on the engine: on its exact interpreter, and on the fast one. */

import { Engine, type TakenTrap } from '../../src/engine/engine';
import { STATUS } from '../../src/engine/layout';
import { engineHost } from '../support/engine-host';
import { bytesOf, CODE, codeOf, DATA, PlainSpace, prepare, type Subject, type VectorDriver } from './driver';

const RAM_SIZE = 0x2000;

/** Enough for the fast interpreter to be used. */
const FAST_BUDGET = 10_000;
/** Too little for that, and enough for the counted one. */
const COUNTED_BUDGET = 200;

/** A driver with an engine of its own, whose run of the row's instruction is `execute`. */
const createDriver = (
  name: string,
  subject: Subject,
  execute: (engine: Engine, instructions: number) => void,
): VectorDriver => {
  const traps: TakenTrap[] = [];
  let space = new PlainSpace();
  const host = engineHost({
    readSpace: (_space, address, width) => space.read(address, width),
    writeSpace: (_space, address, width, value) => space.write(address, width, value),
    trapTaken: (_, taken) => {
      traps.push(taken);
      return 'trapStop';
    },
  });
  const engine = new Engine(subject.engine, host, { ram: [{ base: Number(CODE), size: RAM_SIZE }], harts: 1 });
  engine.wantsTrapContext = true;
  const { breakpoint } = subject;
  // Wherever the instructions lead, they meet a breakpoint there.
  const breakpoints = Uint8Array.from({ length: 0x1000 }, (_, at) => breakpoint[at % breakpoint.length] ?? 0);
  return {
    name,
    subject,
    run: (vector) => {
      const { before } = vector;
      const view = engine.harts[0]!;
      traps.length = 0;
      space = new PlainSpace(before.space);
      prepare(subject, view, vector);
      engine.writeRam(Number(DATA), new Uint8Array(0x1000));
      for (const { at, bytes } of before.memory ?? []) engine.writeRam(Number(at), bytesOf(bytes));
      engine.writeRam(Number(CODE), breakpoints);
      engine.writeRam(Number(CODE), codeOf(vector));
      view.pc = CODE;
      view.activity = 0;
      engine.dropDerived();
      execute(engine, 1 + (vector.following?.length ?? 0));
      const trap = traps[0];
      const offset = (at: bigint) => engine.memory.offsetOf(Number(at), 1);
      return {
        register: (file, index) => view.read(file, index),
        // As the instruction left it, before the trap's own changes.
        slot: (slot) => trap?.before(slot) ?? view.get(slot),
        bank: (bank) => view.bank(bank),
        space,
        pc: trap?.epc ?? view.pc,
        memory: (at, size) => engine.memory.u8.slice(offset(at), offset(at) + size),
        // A trap elsewhere is what came after the instruction.
        ...(trap?.epc === CODE && { trap: { cause: trap.cause, tval: trap.tval } }),
      };
    },
  };
};

/** One instruction at a time. */
export const createExactDriver = (subject: Subject): VectorDriver =>
  createDriver('exact', subject, (engine, instructions) => {
    let status: number = STATUS.none;
    for (let step = 0; step < instructions && status === STATUS.none; step++) status = engine.run(0, 1, 1).status;
  });
export const createFastDriver = (subject: Subject): VectorDriver =>
  createDriver('fast', subject, (engine) => engine.run(0, FAST_BUDGET, 2));
/** The fast interpreter that keeps the exact count, for the last instructions before a deadline. */
export const createCountedDriver = (subject: Subject): VectorDriver =>
  createDriver('counted', subject, (engine) => engine.run(0, COUNTED_BUDGET, 2));
