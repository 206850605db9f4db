/**
 * Instructions that are many and rarely executed, in a function of their own: V8 compiles what is hot as a whole, and the
 * exact interpreter gets hot in every program.
 */
import { HOT, STATE } from '../layout';
import { ExactFunction, type ExactImports, ExactSink } from './exact-sink';
import { GraphEmitter } from './expression';
import type { PreparedInsn, Program } from './program';
import { RecordSource } from './record-source';
import type { Code, FunctionRef, Label, ModuleBuilder } from './wasm-encoder';

/**
 * `rare(record, op) → 1`: executes the instruction of the record, which has this opcode of the exact interpreter, and leaves
 * the address of the next one in the state; 0 where it was abandoned.
 */
export const emitRare = (module: ModuleBuilder, imports: ExactImports, program: Program): FunctionRef => {
  const target = module.declare(['i32', 'i32'], ['i32']);
  module.define(target, new RareEmitter(imports, program).emit());
  return target;
};

/** Whether the exact interpreter calls that function for an instruction. */
export const isSeldom = ({ insn, isApart }: PreparedInsn): boolean => insn.isRare === true || isApart;

class RareEmitter extends ExactFunction {
  emit(): Code {
    const { code } = this;
    const state = (op: 'i32.load' | 'i64.load' | 'i64.load32_u', offset: number) => code.i32(0).mem(op, HOT + offset);
    state('i64.load', STATE.pc).set(this.pc);
    code.get(this.pc);
    state('i64.load32_u', STATE.length).op('i64.add').set(this.nextPc);
    state('i32.load', STATE.dataTlb).set(this.dataTlb);
    this.next = code.block('next');
    this.retire = code.block('retire');
    this.#handlers();
    code.end();
    code
      .i32(0)
      .get(this.nextPc)
      .mem('i64.store', HOT + STATE.pc);
    code.i32(1).op('return').end();
    code.i32(0);
    return code;
  }

  #handlers(): void {
    const { code, program } = this;
    const [record, op] = [code.parameter(0), code.parameter(1)];
    const rare = program.insns.filter((one) => isSeldom(one) && !one.like);
    const own = new Map<number, Label>();
    for (const { exactOp } of rare.toReversed()) own.set(exactOp, code.block(`op ${exactOp}`));
    const other = code.block('other');
    code
      .get(op)
      .brTable([other, ...program.insns.map(({ exactOp, like }) => own.get(like?.exactOp ?? exactOp) ?? other)], other);
    code.end().op('unreachable');
    for (const prepared of rare) {
      code.end();
      const source = new RecordSource(code, program, record, prepared, () => code.get(this.pc));
      new GraphEmitter(code, this.pool, source, new ExactSink(this, prepared)).emit(prepared.graph);
      code.br(this.retire);
    }
  }
}
