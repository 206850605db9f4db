/**
 * Instructions that are many and rarely executed, in a function of their own: V8 compiles what is hot as a whole, and the
 * exact interpreter gets hot in every program.
 */
import { HOT, STATE } from '../layout';
import { ExactFunction, type ExactImports, ExactSink } from './exact-sink';
import { GraphEmitter } from './expression';
import { groupsOf, type PreparedInsn, type Program } from './program';
import { RecordSource } from './record-source';
import type { Code, FunctionRef, Label, ModuleBuilder } from './wasm-encoder';

/** Functions for instructions, and which of them each opcode of the exact interpreter is in. */
export interface RareFunctions {
  readonly targets: readonly FunctionRef[];
  readonly groupOf: ReadonlyMap<number, number>;
}

/**
 * `rare(record, op) → 1`, several: executes the instruction of the record, which has this opcode of the exact interpreter, and leaves
 * the address of the next one in the state; 0 where it was abandoned.
 */
export const emitRare = (module: ModuleBuilder, imports: ExactImports, program: Program): RareFunctions => {
  const groups = groupsOf(program.insns.filter(isSeldom));
  const targets = groups.map((group) => {
    const target = module.declare(['i32', 'i32'], ['i32']);
    module.define(target, new RareEmitter(imports, program).emit(group));
    return target;
  });
  const groupOf = new Map(
    groups.flatMap((group, index) => group.map(({ exactOp }): [number, number] => [exactOp, index])),
  );
  return { targets, groupOf };
};

/** Whether the exact interpreter calls that function for an instruction. */
export const isSeldom = ({ insn, isApart }: PreparedInsn): boolean => insn.isRare === true || isApart;

class RareEmitter extends ExactFunction {
  emit(group: readonly PreparedInsn[]): Code {
    const { code } = this;
    const state = (op: 'i32.load' | 'i64.load' | 'i64.load32_u', offset: number) => code.i32(0).mem(op, HOT + offset);
    state('i64.load', STATE.pc).set(this.pc);
    code.get(this.pc);
    state('i64.load32_u', STATE.length).op('i64.add').set(this.nextPc);
    state('i32.load', STATE.dataTlb).set(this.dataTlb);
    this.next = code.block('next');
    this.retire = code.block('retire');
    this.#handlers(group);
    code.end();
    code
      .i32(0)
      .get(this.nextPc)
      .mem('i64.store', HOT + STATE.pc);
    code.i32(1).op('return').end();
    code.i32(0);
    return code;
  }

  #handlers(rare: readonly PreparedInsn[]): void {
    const { code, program } = this;
    const [record, op] = [code.parameter(0), code.parameter(1)];
    const own = new Map<number, Label>();
    for (const { exactOp } of rare.toReversed()) own.set(exactOp, code.block(`op ${exactOp}`));
    const other = code.block('other');
    const first = rare[0]?.exactOp ?? 0;
    const count = (rare.at(-1)?.exactOp ?? 0) - first + 1;
    code.get(op).i32(first).op('i32.sub');
    code.brTable(
      Array.from({ length: count }, (_, at) => own.get(first + at) ?? other),
      other,
    );
    code.end().op('unreachable');
    for (const prepared of rare) {
      code.end();
      const source = new RecordSource(code, program, record, prepared, () => code.get(this.pc));
      new GraphEmitter(code, this.pool, source, new ExactSink(this, prepared)).emit(prepared.graph);
      code.br(this.retire);
    }
  }
}
