/** What instructions of the fast interpreter do to memory and control flow. */
import type { GraphNode } from '../../isa/core/graph';
import { RECORD } from '../layout';
import type { EffectSink, LocalPool, UpdateParts } from './expression';
import { emitHostAddress, emitIsClosed, emitProbeOr, loadOpcode, storeOpcode } from './memory-access';
import { guardIndex, type PreparedInsn, type Program, type Reach } from './program';
import type { Code, Label, Local } from './wasm-encoder';

/** The interpreter that a {@link FastSink} emits for. */
export interface FastTarget {
  readonly part: 'free' | 'counted' | 'apart';
  /** What a jump is in the function for what is apart. */
  jumpApart(pushTarget: () => void): void;
  readonly code: Code;
  readonly program: Program;
  readonly pool: LocalPool;
  readonly record: Local;
  readonly budget: Local;
  readonly entry: Local;
  readonly pc: Local;
  readonly enter: Label;
  readonly dispatch: Label;
  /** Where what may not happen here goes. */
  readonly bail: Label;
  advance(prepared: Pick<PreparedInsn, 'length'>, place: Place): void;
  retire(count: number): void;
  pushPc(): void;
  pushDataTlb(): void;
}

/** Where the instruction being emitted has its record, and how many are done with it. */
export interface Place {
  readonly record: Local;
  /** Bytes from `record` to the instruction's own: it is not the first of a run. */
  readonly displacement: number;
  readonly count: number;
}

/** Effects with what the TLBs allow; everything else leaves to `bail`. */
export class FastSink implements EffectSink {
  constructor(
    readonly fast: FastTarget,
    readonly prepared: PreparedInsn,
    readonly reach: Reach,
    readonly place: Place,
  ) {}

  load(effect: Parameters<EffectSink['load']>[0], address: Local): void {
    const { code, entry } = this.fast;
    this.#find('read', address, effect.bytes);
    emitHostAddress(code, 'read', address, entry);
    code.mem(loadOpcode(effect.bytes, effect.signed), 0);
  }

  store(effect: Parameters<EffectSink['store']>[0], address: Local, value: Local): void {
    const { code, entry } = this.fast;
    this.#find('write', address, effect.bytes);
    emitHostAddress(code, 'write', address, entry);
    code.get(value).mem(storeOpcode(effect.bytes), 0);
  }

  probe({ bytes }: Parameters<EffectSink['probe']>[0], address: Local): void {
    this.#find('write', address, bytes);
  }

  update({ bytes, signed }: Parameters<EffectSink['update']>[0], address: Local, parts: UpdateParts): void {
    const { code, entry, pool } = this.fast;
    const host = pool.take('i32');
    this.#find('write', address, bytes);
    emitHostAddress(code, 'write', address, entry);
    code.tee(host).mem(loadOpcode(bytes, signed), 0);
    parts.setOld();
    if (parts.pushWhen) {
      parts.pushWhen();
      code.if();
    }
    code.get(host);
    parts.pushValue();
    code.mem(storeOpcode(bytes), 0);
    if (parts.pushWhen) code.end();
  }

  /** Sets `entry`; leaves where the TLB does not serve all of the access. */
  #find(set: 'read' | 'write', address: Local, bytes: number): void {
    const { code, entry, bail, program } = this.fast;
    emitProbeOr(code, program.isa, set, () => this.fast.pushDataTlb(), address, bytes, entry, bail);
  }

  jump({ target }: Parameters<EffectSink['jump']>[0], pushTarget: () => void): void {
    this.#go(target, pushTarget);
  }

  branch({ target }: Parameters<EffectSink['branch']>[0], pushCondition: () => void, pushTarget: () => void): void {
    pushCondition();
    this.fast.code.if();
    this.#go(target, pushTarget);
    this.fast.code.end();
  }

  #go({ kind }: GraphNode, pushTarget: () => void): void {
    const { fast, reach } = this;
    const { record, displacement, count } = this.place;
    const { code } = fast;
    if (fast.part === 'apart') return fast.jumpApart(pushTarget);
    // An instruction that is repeated comes back to itself.
    const isRepeated = kind.k === 'pc' && count === 1;
    if (reach === 'far' && !isRepeated) {
      pushTarget();
      code.set(fast.pc);
      fast.retire(count);
      code.br(fast.enter);
      return;
    }
    if (!isRepeated) {
      code
        .get(record)
        .get(record)
        .mem('i32.load', (fast.program.isa.encoding.kind === 'program' ? RECORD.near : RECORD.imm) + displacement)
        .op('i32.add');
      if (displacement > 0) code.i32(displacement).op('i32.add');
      code.set(fast.record);
    }
    fast.retire(count);
    if (reach === 'forward') {
      code.br(fast.dispatch);
      return;
    }
    // A loop: the only place besides page changes where the budget is looked at.
    code.get(fast.budget).i32(0).op('i32.gt_s').brIf(fast.dispatch);
    fast.pushPc();
    code.set(fast.pc).br(fast.enter);
  }

  trap(): void {
    throw new Error('the fast interpreter takes no traps');
  }
  helper(): void {
    throw new Error('the fast interpreter calls no helpers');
  }
  onlyIf(_: Parameters<EffectSink['onlyIf']>[0], push: () => void): void {
    push();
    this.fast.code.op('i32.eqz').brIf(this.fast.bail);
  }

  trapIf(_: Parameters<EffectSink['trapIf']>[0], pushCondition: () => void): void {
    pushCondition();
    this.fast.code.brIf(this.fast.bail);
  }

  doneIf(_: Parameters<EffectSink['doneIf']>[0], pushCondition: () => void): void {
    pushCondition();
    this.fast.code.if();
    this.fast.advance(this.prepared, this.place);
    this.fast.code.end();
  }

  guard({ name }: Parameters<EffectSink['guard']>[0], pushWhen: (() => void) | undefined): void {
    const { code, bail, program } = this.fast;
    if (pushWhen) {
      pushWhen();
      code.if();
    }
    emitIsClosed(code, guardIndex(program, name));
    code.brIf(bail);
    if (pushWhen) code.end();
  }

  call(): void {
    throw new Error('the fast interpreter calls no functions');
  }
}
