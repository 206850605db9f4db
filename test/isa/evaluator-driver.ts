/** Runs vector rows on the direct evaluator. */
import { createDecoder } from '../../src/isa/core/decoder';
import type { PatternEncoding } from '../../src/isa/core/encoding';
import { EvaluatorState, evaluate } from '../support/ops-evaluator';
import { bytesOf, CODE, PlainSpace, prepare, type Subject, type VectorDriver } from './driver';

export const createEvaluatorDriver = (subject: Subject): VectorDriver => {
  const { engine, insns } = subject;
  const decode = createDecoder(insns, engine.encoding as PatternEncoding);
  return {
    name: 'evaluator',
    subject,
    run: (vector) => {
      const { word, length, mnemonic, following = [], before } = vector;
      const state = new EvaluatorState(engine.state, CODE, 0x2000, {
        load: engine.causes.loadAccess,
        store: engine.causes.storeAccess,
      });
      prepare(subject, state, vector);
      const space = new PlainSpace(before.space);
      state.space = space;
      for (const { at, bytes } of before.memory ?? []) state.memory.set(bytesOf(bytes), Number(at - CODE));
      state.pc = CODE;
      state.word = word;
      const decoded = decode(word);
      if (decoded && decoded.insn.mnemonic !== mnemonic)
        throw new Error(`${mnemonic} decodes as ${decoded.insn.mnemonic}`);
      const illegal = { trapCause: engine.causes.illegalInstruction, tval: BigInt(word) };
      const trap = decoded ? evaluate(engine, decoded, state) : illegal;
      let next = CODE + BigInt(length);
      for (const each of trap ? [] : following) {
        const then = decode(each.word);
        if (!then) throw new Error(`0x${each.word.toString(16)} is no instruction`);
        if (state.pc !== next) break;
        next += BigInt(each.length);
        state.word = each.word;
        if (evaluate(engine, then, state)) break;
      }
      return {
        register: (file, index) => state.read(file, index),
        slot: (name) => state.get(name),
        bank: (bank) => state.bank(bank),
        space,
        pc: state.pc,
        memory: (at, size) => state.memory.slice(Number(at - CODE), Number(at - CODE) + size),
        ...(trap && { trap: { cause: trap.trapCause, tval: trap.tval } }),
      };
    },
  };
};
