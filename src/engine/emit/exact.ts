/**
 * The exact interpreter: decodes and executes one instruction at a time with every slow path, stopping at exact counts.
 * It serves single steps, the last instructions before a deadline, and whatever the fast interpreter hands over.
 */

import type { PatternEncoding } from '../../isa/core/encoding';
import { FAST, HOT, RECORD, SCRATCH_RECORD, STATE, STATUS, TLB } from '../layout';
import { emitByLength } from './decode';
import { emitLoadUnit, emitLoadWord } from './decode-page';
import { ExactFunction, type ExactImports, ExactSink } from './exact-sink';
import { GraphEmitter } from './expression';
import { emitFetchProbe } from './memory-access';
import type { Program } from './program';
import { emitRare, isSeldom, type RareFunctions } from './rare';
import { RecordSource } from './record-source';
import type { Code, FunctionRef, Label, Local, ModuleBuilder } from './wasm-encoder';

/**
 * `exact(steps, stopAtBreakpoints) → status`: executes up to `steps` instructions or traps, at most the budget in the state.
 * A breakpoint on the very first instruction is stopped at only when the second parameter is 2.
 */
export const emitExact = (
  module: ModuleBuilder,
  target: FunctionRef,
  imports: ExactImports,
  program: Program,
): void => {
  const rare = program.insns.some(isSeldom) ? emitRare(module, imports, program) : undefined;
  module.define(target, new ExactEmitter(imports, program, rare).emit());
};

class ExactEmitter extends ExactFunction {
  readonly record = this.code.local('i32');
  readonly page = this.code.local('i32');
  readonly op = this.code.local('i32');
  readonly word = this.code.local('i32');
  readonly host = this.code.local('i32');
  readonly length = this.code.local('i32');

  constructor(
    imports: ExactImports,
    program: Program,
    /** Executes what is rare. */
    readonly rare: RareFunctions | undefined,
  ) {
    super(imports, program);
  }

  emit(): Code {
    const { code } = this;
    const steps = code.parameter(0);
    const breakpoints = code.parameter(1);
    code.i32(SCRATCH_RECORD).set(this.record);
    this.next = code.loop('next');
    code
      .i32(0)
      .mem('i32.load', HOT + STATE.status)
      .tee(this.word)
      .if()
      .get(this.word)
      .op('return')
      .end();
    code
      .get(steps)
      .op('i32.eqz')
      .i32(0)
      .mem('i32.load', HOT + STATE.budget)
      .i32(0)
      .op('i32.le_s')
      .op('i32.or')
      .if()
      .i32(STATUS.none);
    code.op('return').end();
    code
      .i32(0)
      .i32(0)
      .mem('i32.store', HOT + STATE.trapped);
    code
      .i32(0)
      .mem('i64.load', HOT + STATE.pc)
      .set(this.pc);
    this.#fetch(steps, breakpoints);
    code.get(steps).i32(1).op('i32.sub').set(steps);
    code
      .i32(0)
      .get(this.word)
      .mem('i32.store', HOT + STATE.word);
    code
      .i32(0)
      .get(this.length)
      .mem('i32.store', HOT + STATE.length);
    code.get(this.pc).get(this.length).op('i64.extend_i32_u').op('i64.add').set(this.nextPc);
    code
      .i32(0)
      .mem('i32.load', HOT + STATE.dataTlb)
      .set(this.dataTlb);
    this.retire = code.block('retire');
    this.#handlers();
    code.end();
    code
      .i32(0)
      .get(this.nextPc)
      .mem('i64.store', HOT + STATE.pc);
    code
      .i32(0)
      .i32(0)
      .mem('i32.load', HOT + STATE.budget)
      .i32(1)
      .op('i32.sub')
      .mem('i32.store', HOT + STATE.budget);
    code.br(this.next);
    code.end();
    code.op('unreachable');
    return code;
  }

  /** Sets `word` and `length` for the instruction at pc. */
  #fetch(steps: Local, breakpoints: Local): void {
    const { code } = this;
    const offset = this.pool.take('i32');
    emitFetchProbe(code, this.pc, this.entry, this.program.code.unit);
    code.if();
    code.call(this.imports.fetch).op('drop');
    this.#countTrapAsStep(steps);
    // The handler is not the instruction whose breakpoint is to be skipped.
    code
      .get(breakpoints)
      .i32(0)
      .op('i32.ne')
      .i32(0)
      .mem('i32.load', HOT + STATE.trapped)
      .op('i32.and');
    code.if().i32(2).set(breakpoints).end();
    code.br(this.next).end();
    code
      .get(this.entry)
      .mem('i32.load', TLB.fetch + 8)
      .set(this.page);
    const { unit, shift, host } = this.program.code;
    code
      .get(this.pc)
      .op('i32.wrap_i64')
      .i32(4096 - unit)
      .op('i32.and')
      .set(offset);
    code.get(breakpoints).i32(2).op('i32.eq').if();
    code
      .get(this.page)
      .get(offset)
      .i32(shift)
      .op('i32.shl')
      .op('i32.add')
      .mem('i32.load16_u', RECORD.op)
      .i32(FAST.breakpoint)
      .op('i32.eq');
    code.if().i32(STATUS.breakpoint).op('return').end();
    code.end();
    code.get(breakpoints).if().i32(2).set(breakpoints).end();
    const { encoding } = this.program.isa;
    code.get(this.page).mem('i32.load', host).get(offset).op('i32.add').set(this.host);
    if (encoding.kind === 'patterns') this.#fetchWord(encoding, offset, steps);
    else this.#findRecord(offset, steps);
  }

  /** Sets `word` and `length`. */
  #fetchWord(encoding: PatternEncoding, offset: Local, steps: Local): void {
    const { code } = this;
    const { unit } = encoding;
    code.get(this.host);
    emitLoadUnit(code, unit, 0);
    code.set(this.word);
    emitByLength(
      code,
      encoding,
      () => code.get(this.word),
      (length) => {
        code.i32(length).set(this.length);
        if (length === unit) return;
        code
          .get(offset)
          .i32(4096 - length)
          .op('i32.gt_u')
          .if('i32');
        code.call(this.imports.fetchAcross);
        this.#stepIfTrapped(steps);
        code.else();
        emitLoadWord(code, () => code.get(this.host), length);
        code.end().set(this.word);
      },
    );
  }

  #stepIfTrapped(steps: Local): void {
    const { code } = this;
    code
      .i32(0)
      .mem('i32.load', HOT + STATE.trapped)
      .if();
    code.get(steps).i32(1).op('i32.sub').set(steps).br(this.next).end();
  }

  /** Sets `record` to the decoded instruction's, which TypeScript decodes where it is not yet, and `length`. */
  #findRecord(offset: Local, steps: Local): void {
    const { code, imports } = this;
    const { shift } = this.program.code;
    code.get(this.page).get(offset).i32(shift).op('i32.shl').op('i32.add').tee(this.record);
    code.mem('i32.load16_u', RECORD.exactOp).op('i32.eqz').if();
    code.get(this.record).call(imports.decodeRecord);
    code.get(this.record).mem('i32.load16_u', RECORD.exactOp).op('i32.eqz').if();
    code.call(imports.decodeAcross);
    this.#stepIfTrapped(steps);
    code.i32(SCRATCH_RECORD).set(this.record).end().end();
    code.get(this.record).mem('i32.load16_u', RECORD.behind).i32(shift).op('i32.shr_u').set(this.length);
    code.i32(0).set(this.word);
  }

  #countTrapAsStep(steps: Local): void {
    const { code } = this;
    code
      .get(steps)
      .i32(0)
      .mem('i32.load', HOT + STATE.trapped)
      .op('i32.sub')
      .set(steps);
  }

  #handlers(): void {
    const { code } = this;
    const { insns } = this.program;
    const common = insns.filter((one) => !isSeldom(one) && !one.like);
    const own = new Map<number, Label>();
    for (const { exactOp } of common.toReversed()) own.set(exactOp, code.block(`op ${exactOp}`));
    const { targets = [], groupOf } = this.rare ?? {};
    const rare = targets.map((_, index) => code.block(`rare ${index}`));
    const illegal = code.block('illegal');
    if (this.program.isa.encoding.kind === 'patterns') {
      code.get(this.record).get(this.word).call(this.imports.decode);
    } else code.get(this.record).mem('i32.load16_u', RECORD.exactOp);
    const labels = insns.map(
      ({ exactOp, like }) => own.get(like?.exactOp ?? exactOp) ?? rare[groupOf?.get(exactOp) ?? -1] ?? illegal,
    );
    code.tee(this.op).brTable([illegal, ...labels], illegal);
    code.end();
    code.call(this.imports.illegal).br(this.next);
    // The last that was opened ends first.
    for (const target of targets.toReversed()) {
      code.end();
      code.get(this.record).get(this.op).call(target).op('i32.eqz').brIf(this.next);
      code
        .i32(0)
        .mem('i64.load', HOT + STATE.pc)
        .set(this.nextPc)
        .br(this.retire);
    }
    for (const prepared of common) {
      code.end();
      const source = new RecordSource(code, this.program, this.record, prepared, () => code.get(this.pc));
      new GraphEmitter(code, this.pool, source, new ExactSink(this, prepared)).emit(prepared.graph);
      code.br(this.retire);
    }
  }
}
