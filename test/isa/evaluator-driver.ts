/** Runs vector rows on the direct evaluator. */

import { createDecoder } from '../../src/isa/core/decoder';
import { CAUSE } from '../../src/isa/riscv64/causes';
import { resetState } from '../../src/isa/riscv64/csrs-slots';
import { ENCODING } from '../../src/isa/riscv64/encoding';
import { RISCV64_ENGINE } from '../../src/isa/riscv64/engine-isa';
import { INSNS } from '../../src/isa/riscv64/insns/all';
import { EvaluatorState, evaluate } from '../support/ops-evaluator';
import { bytesOf, CODE, FS_INITIAL, fillF, fillX, type VectorDriver } from './driver';

const decode = createDecoder(INSNS, ENCODING);

export const evaluatorDriver: VectorDriver = {
  name: 'evaluator',
  run: ({ word, length, mnemonic, following = [], before }) => {
    const state = new EvaluatorState(RISCV64_ENGINE.state, CODE, 0x2000, {
      load: CAUSE.loadAccess,
      store: CAUSE.storeAccess,
    });
    resetState(state, { hartid: 0, start: 'machine' });
    state.set('mstatus', state.get('mstatus') | FS_INITIAL);
    for (const [name, value] of Object.entries(before.slots ?? {})) state.set(name, value);
    for (let index = 0; index < 32; index++) {
      state.write('x', index, before.x?.[index] ?? fillX(index));
      state.write('f', index, before.f?.[index] ?? fillF(index));
    }
    for (const { at, bytes } of before.memory ?? []) state.memory.set(bytesOf(bytes), Number(at - CODE));
    state.pc = CODE;
    state.word = word;
    const decoded = decode(word);
    if (decoded && decoded.insn.mnemonic !== mnemonic)
      throw new Error(`${mnemonic} decodes as ${decoded.insn.mnemonic}`);
    const trap = decoded ? evaluate(RISCV64_ENGINE, decoded, state) : { trapCause: 2, tval: BigInt(word) };
    let next = CODE + BigInt(length);
    for (const each of trap ? [] : following) {
      const then = decode(each.word);
      if (!then) throw new Error(`0x${each.word.toString(16)} is no instruction`);
      if (state.pc !== next) break;
      next += BigInt(each.length);
      state.word = each.word;
      if (evaluate(RISCV64_ENGINE, then, state)) break;
    }
    return {
      x: (index) => state.read('x', index),
      f: (index) => state.read('f', index),
      slot: (name) => state.get(name),
      pc: state.pc,
      memory: (at, length) => state.memory.slice(Number(at - CODE), Number(at - CODE) + length),
      ...(trap && { trap: { cause: trap.trapCause, tval: trap.tval } }),
    };
  },
};
