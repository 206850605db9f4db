/** What instructions do in the exact interpreter and in the function of those that are rare. */
import { HOT, STATE } from '../layout';
import { type EffectSink, LocalPool, type UpdateParts } from './expression';
import { emitHostAddress, emitIsClosed, emitProbe, loadOpcode, storeOpcode } from './memory-access';
import { guardIndex, type PreparedInsn, type Program } from './program';
import { Code, type FunctionRef, type Label, type Local } from './wasm-encoder';

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

/** A function that executes an instruction at a time: what the effects of all of them need. */
export abstract class ExactFunction {
  readonly code = new Code(['i32', 'i32']);
  readonly entry = this.code.local('i32');
  readonly dataTlb = this.code.local('i32');
  /** Whether an update goes the slow way. */
  readonly missed = this.code.local('i32');
  readonly pc = this.code.local('i64');
  readonly nextPc = this.code.local('i64');
  readonly pool = new LocalPool(this.code);
  /** Where an instruction that is abandoned goes, and one that is complete. */
  next: Label = { name: 'next' };
  retire: Label = { name: 'retire' };

  constructor(
    readonly imports: ExactImports,
    readonly program: Program,
  ) {}
}

/** Effects with every slow path. */
export class ExactSink implements EffectSink {
  constructor(
    readonly exact: ExactFunction,
    readonly prepared: PreparedInsn,
  ) {}

  load(effect: Parameters<EffectSink['load']>[0], address: Local): void {
    const { code, entry, imports } = this.exact;
    this.#missing('read', address, effect.bytes);
    code.if('i64');
    this.#halves(address);
    code.i32(effect.bytes).call(imports.load);
    this.#unlessTrapped();
    code
      .i32(0)
      .mem(loadOpcode(effect.bytes, effect.signed), HOT + STATE.value)
      .else();
    emitHostAddress(code, 'read', address, entry);
    code.mem(loadOpcode(effect.bytes, effect.signed), 0).end();
  }

  store(effect: Parameters<EffectSink['store']>[0], address: Local, value: Local): void {
    const { code, entry, imports } = this.exact;
    this.#missing('write', address, effect.bytes);
    code.if();
    code
      .i32(0)
      .get(value)
      .mem('i64.store', HOT + STATE.value);
    this.#halves(address);
    code.i32(effect.bytes).call(imports.store);
    this.#unlessTrapped();
    code.else();
    emitHostAddress(code, 'write', address, entry);
    code.get(value).mem(storeOpcode(effect.bytes), 0).end();
  }

  /** Sets `entry`; pushes 1 where the TLB does not serve all of the access. */
  #missing(set: 'read' | 'write', address: Local, bytes: number): void {
    const { code, program, dataTlb, entry } = this.exact;
    emitProbe(code, program.isa, set, () => code.get(dataTlb), address, bytes, entry);
  }

  /** Abandons the instruction when the callback took a trap. */
  #unlessTrapped(): void {
    const { code, next } = this.exact;
    code
      .i32(0)
      .mem('i32.load', HOT + STATE.trapped)
      .brIf(next);
  }

  /** Pushes the low and the high word: TypeScript takes numbers faster than 64-bit integers. */
  #halves(value: Local): void {
    const { code } = this.exact;
    code.get(value).op('i32.wrap_i64');
    code.get(value).i64(32n).op('i64.shr_u').op('i32.wrap_i64');
  }

  probe({ bytes }: Parameters<EffectSink['probe']>[0], address: Local): void {
    const { code, imports } = this.exact;
    this.#missing('write', address, bytes);
    code.if();
    this.#halves(address);
    code.i32(bytes).call(imports.probe);
    this.#unlessTrapped();
    code.end();
  }

  update({ bytes, signed }: Parameters<EffectSink['update']>[0], address: Local, parts: UpdateParts): void {
    const { code, entry, missed, imports } = this.exact;
    this.#missing('write', address, bytes);
    code.tee(missed).if('i64');
    this.#halves(address);
    code.i32(bytes).call(imports.beginUpdate);
    this.#unlessTrapped();
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
    this.#unlessTrapped();
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
    this.#unlessTrapped();
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

  guard({ name, argument }: Parameters<EffectSink['guard']>[0], pushWhen: (() => void) | undefined): void {
    const { code, imports, program } = this.exact;
    const index = guardIndex(program, name);
    if (pushWhen) {
      pushWhen();
      code.if();
    }
    emitIsClosed(code, index);
    code.if();
    code.i32(index).i32(argument).call(imports.guard);
    this.#unlessTrapped();
    code.end();
    if (pushWhen) code.end();
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
    this.#unlessTrapped();
  }
}
