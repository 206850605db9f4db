/**
 * The exact interpreter: decodes and executes one instruction at a time with every slow path, stopping at exact counts.
 * It serves single steps, the last instructions before a deadline, and whatever the fast interpreter hands over.
 */

import type { PatternEncoding } from '../../isa/core/encoding';
import { FAST, HOT, RECORD, SCRATCH_RECORD, STATE, STATUS, TLB } from '../layout';
import { emitByLength } from './decode';
import { emitLoadUnit, emitLoadWord } from './decode-page';
import { type EffectSink, GraphEmitter, LocalPool, type UpdateParts } from './expression';
import { emitFetchProbe, emitHostAddress, emitProbe, loadOpcode, storeOpcode } from './memory-access';
import { guardIndex, type PreparedInsn, type Program } from './program';
import { RecordSource } from './record-source';
import { Code, type FunctionRef, type Label, type Local, type ModuleBuilder } from './wasm-encoder';

/** TypeScript behind the exact interpreter. Each may take a trap, and then sets STATE.trapped and the pc. */
export interface ExactImports {
  readonly fetch: FunctionRef;
  /** The word of the instruction at pc, which runs into the next page. For pattern encodings. */
  readonly fetchAcross: FunctionRef;
  /** `(record)`: decodes the instruction of a page's record; its exact opcode stays 0 where the page does not hold it all. */
  readonly decodeRecord: FunctionRef;
  /** Decodes the instruction at pc into `SCRATCH_RECORD`, with bytes of the next page where it has some. */
  readonly decodeAcross: FunctionRef;
  /** `(addressLow, addressHigh, bytes)`: the value comes back in STATE.value, zero-extended. */
  readonly load: FunctionRef;
  /** `(addressLow, addressHigh, bytes)`: the value is in STATE.value. */
  readonly store: FunctionRef;
  /** `(addressLow, addressHigh, bytes)`: makes sure that a store would not fault. */
  readonly probe: FunctionRef;
  /** As `load`, but faults as a store does; {@link endUpdate} follows. */
  readonly beginUpdate: FunctionRef;
  /** `(addressLow, addressHigh, bytes, stores)`: the value is in STATE.value. */
  readonly endUpdate: FunctionRef;
  readonly trap: FunctionRef;
  readonly illegal: FunctionRef;
  readonly helper: FunctionRef;
  /** `(guard, argument)` */
  readonly guard: FunctionRef;
  /** `(function, a, b, c, field)` */
  readonly call: FunctionRef;
  readonly decode: FunctionRef;
}

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
  module.define(target, new ExactEmitter(imports, program).emit());
};

class ExactEmitter {
  readonly code = new Code(['i32', 'i32']);
  readonly record = this.code.local('i32');
  readonly entry = this.code.local('i32');
  readonly dataTlb = this.code.local('i32');
  readonly page = this.code.local('i32');
  readonly word = this.code.local('i32');
  readonly host = this.code.local('i32');
  readonly length = this.code.local('i32');
  /** Whether an update goes the slow way. */
  readonly missed = this.code.local('i32');
  readonly pc = this.code.local('i64');
  readonly nextPc = this.code.local('i64');
  readonly pool = new LocalPool(this.code);
  next: Label = { name: 'next' };
  retire: Label = { name: 'retire' };

  constructor(
    readonly imports: ExactImports,
    readonly program: Program,
  ) {}

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
    code.get(this.record).mem('i32.load16_u', RECORD.length).set(this.length);
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
    const opened: Label[] = [];
    for (let at = insns.length; at >= 0; at--) opened[at] = code.block(`op ${at}`);
    const illegal = opened[0];
    if (!illegal) throw new Error('no instructions');
    if (this.program.isa.encoding.kind === 'patterns') {
      code.get(this.record).get(this.word).call(this.imports.decode);
    } else code.get(this.record).mem('i32.load16_u', RECORD.exactOp);
    code.brTable(opened, illegal);
    code.end();
    code.call(this.imports.illegal).br(this.next);
    for (const prepared of insns) {
      code.end();
      const source = new RecordSource(code, this.program, this.record, prepared, () => code.get(this.pc));
      new GraphEmitter(code, this.pool, source, new ExactSink(this, prepared)).emit(prepared.graph);
      code.br(this.retire);
    }
  }

  /** Abandons the instruction when the callback took a trap. */
  unlessTrapped(): void {
    this.code
      .i32(0)
      .mem('i32.load', HOT + STATE.trapped)
      .brIf(this.next);
  }
}

class ExactSink implements EffectSink {
  constructor(
    readonly exact: ExactEmitter,
    readonly prepared: PreparedInsn,
  ) {}

  load(effect: Parameters<EffectSink['load']>[0], address: Local): void {
    const { code, dataTlb, entry, imports } = this.exact;
    emitProbe(code, 'read', () => code.get(dataTlb), address, effect.bytes, entry);
    code.if('i64');
    this.#halves(address);
    code.i32(effect.bytes).call(imports.load);
    this.exact.unlessTrapped();
    code
      .i32(0)
      .mem(loadOpcode(effect.bytes, effect.signed), HOT + STATE.value)
      .else();
    emitHostAddress(code, 'read', address, entry);
    code.mem(loadOpcode(effect.bytes, effect.signed), 0).end();
  }

  store(effect: Parameters<EffectSink['store']>[0], address: Local, value: Local): void {
    const { code, dataTlb, entry, imports } = this.exact;
    emitProbe(code, 'write', () => code.get(dataTlb), address, effect.bytes, entry);
    code.if();
    code
      .i32(0)
      .get(value)
      .mem('i64.store', HOT + STATE.value);
    this.#halves(address);
    code.i32(effect.bytes).call(imports.store);
    this.exact.unlessTrapped();
    code.else();
    emitHostAddress(code, 'write', address, entry);
    code.get(value).mem(storeOpcode(effect.bytes), 0).end();
  }

  /** Pushes the low and the high word: TypeScript takes numbers faster than 64-bit integers. */
  #halves(value: Local): void {
    const { code } = this.exact;
    code.get(value).op('i32.wrap_i64');
    code.get(value).i64(32n).op('i64.shr_u').op('i32.wrap_i64');
  }

  probe({ bytes }: Parameters<EffectSink['probe']>[0], address: Local): void {
    const { code, dataTlb, entry, imports } = this.exact;
    emitProbe(code, 'write', () => code.get(dataTlb), address, bytes, entry);
    code.if();
    this.#halves(address);
    code.i32(bytes).call(imports.probe);
    this.exact.unlessTrapped();
    code.end();
  }

  update({ bytes, signed }: Parameters<EffectSink['update']>[0], address: Local, parts: UpdateParts): void {
    const { code, dataTlb, entry, missed, imports } = this.exact;
    emitProbe(code, 'write', () => code.get(dataTlb), address, bytes, entry);
    code.tee(missed).if('i64');
    this.#halves(address);
    code.i32(bytes).call(imports.beginUpdate);
    this.exact.unlessTrapped();
    code
      .i32(0)
      .mem(loadOpcode(bytes, signed), HOT + STATE.value)
      .else();
    emitHostAddress(code, 'write', address, entry);
    code.mem(loadOpcode(bytes, signed), 0).end();
    parts.setOld();
    const value = this.exact.pool.take('i64');
    parts.pushValue();
    code.set(value);
    if (!parts.pushWhen) return this.#endUpdate(bytes, address, value);
    parts.pushWhen();
    code.if();
    this.#endUpdate(bytes, address, value);
    code.else().get(missed).if();
    this.#halves(address);
    code.i32(bytes).i32(0).call(imports.endUpdate).end().end();
  }

  /** Stores what an update yields, the way its value was read. */
  #endUpdate(bytes: number, address: Local, value: Local): void {
    const { code, entry, missed, imports } = this.exact;
    code.get(missed).if();
    code
      .i32(0)
      .get(value)
      .mem('i64.store', HOT + STATE.value);
    this.#halves(address);
    code.i32(bytes).i32(1).call(imports.endUpdate);
    this.exact.unlessTrapped();
    code.else();
    emitHostAddress(code, 'write', address, entry);
    code.get(value).mem(storeOpcode(bytes), 0).end();
  }

  jump(_: Parameters<EffectSink['jump']>[0], pushTarget: () => void): void {
    pushTarget();
    this.exact.code.set(this.exact.nextPc);
  }

  branch(_: Parameters<EffectSink['branch']>[0], pushCondition: () => void, pushTarget: () => void): void {
    pushCondition();
    this.exact.code.if();
    pushTarget();
    this.exact.code.set(this.exact.nextPc).end();
  }

  trap(effect: Parameters<EffectSink['trap']>[0], pushTval: () => void): void {
    this.exact.code.i32(effect.cause);
    pushTval();
    this.exact.code.call(this.exact.imports.trap).br(this.exact.next);
  }

  helper(effect: Parameters<EffectSink['helper']>[0]): void {
    const { code, program, imports } = this.exact;
    const index = program.helperNames.indexOf(effect.name);
    if (index < 0) throw new Error(`${this.prepared.insn.mnemonic}: no helper "${effect.name}"`);
    code.i32(index).i32(this.prepared.exactOp).call(imports.helper);
    this.exact.unlessTrapped();
    code
      .i32(0)
      .mem('i64.load', HOT + STATE.pc)
      .set(this.exact.nextPc);
  }

  onlyIf(): void {
    throw new Error(`${this.prepared.insn.mnemonic}: only quick forms have conditions`);
  }

  trapIf(effect: Parameters<EffectSink['trapIf']>[0], pushCondition: () => void, pushTval: () => void): void {
    const { code } = this.exact;
    pushCondition();
    code.if();
    code.i32(effect.cause);
    pushTval();
    code.call(this.exact.imports.trap).br(this.exact.next).end();
  }

  doneIf(_: Parameters<EffectSink['doneIf']>[0], pushCondition: () => void): void {
    pushCondition();
    this.exact.code.brIf(this.exact.retire);
  }

  guard({ name, argument }: Parameters<EffectSink['guard']>[0]): void {
    const { code, imports, program } = this.exact;
    const index = guardIndex(program, this.prepared, name);
    code
      .i32(0)
      .mem('i32.load', HOT + STATE.guards + 4 * index)
      .op('i32.eqz')
      .if();
    code.i32(index).i32(argument).call(imports.guard);
    this.exact.unlessTrapped();
    code.end();
  }

  call({ name }: Parameters<EffectSink['call']>[0], operands: readonly Local[], pushField: () => void): void {
    const { code, program, imports } = this.exact;
    const index = program.functionNames.indexOf(name);
    if (index < 0) throw new Error(`${this.prepared.insn.mnemonic}: no function "${name}"`);
    if (operands.length > 3)
      throw new Error(`${this.prepared.insn.mnemonic}: "${name}" takes more than three operands`);
    code.i32(index);
    for (let at = 0; at < 3; at++) {
      const operand = operands[at];
      if (operand) code.get(operand);
      else code.i64(0n);
    }
    pushField();
    code.call(imports.call);
    this.exact.unlessTrapped();
  }
}
