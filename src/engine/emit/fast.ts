/**
 * The fast interpreter: one function, one `br_table` over the records of the current page. It does what can be done without
 * TypeScript and hands everything else, one instruction at a time, to `exact`: TLB misses, devices, CSRs, traps,
 * page-crossing instructions, floating point whose flags need care.
 */

import { FAST, HOT, RECORD, STATE, STATUS, TLB } from '../layout';
import { type EffectSink, GraphEmitter, LocalPool, type UpdateParts } from './expression';
import { emitFetchProbe, emitHostAddress, emitProbe, loadOpcode, storeOpcode } from './memory-access';
import { type FusedPair, guardIndex, type PreparedInsn, type Program, type Reach } from './program';
import { type PairRole, RecordSource } from './record-source';
import { Code, type FunctionRef, type Label, type Local, type ModuleBuilder } from './wasm-encoder';

export interface FastImports {
  /** Fills the fetch TLB for the pc in the state, or takes the fetch trap. */
  readonly fetch: FunctionRef;
  readonly exact: FunctionRef;
  readonly decodeInPage: FunctionRef;
}

/**
 * `fast() → status`: runs until the budget in the state is used up or a status is set. `free` looks at the budget only in
 * loops and at page changes and may overrun it by {@link CodeLayout.margin}; `counted` looks before every instruction.
 */
export const emitFast = (
  module: ModuleBuilder,
  target: FunctionRef,
  imports: FastImports,
  program: Program,
  budget: 'free' | 'counted',
): void => {
  const fast = new FastEmitter(imports, program, budget === 'counted');
  module.define(target, fast.emit());
};

class FastEmitter {
  readonly code = new Code([]);
  readonly record = this.code.local('i32');
  /** The second record of a pair whose first says its length. */
  readonly second = this.code.local('i32');
  readonly budget = this.code.local('i32');
  readonly entry = this.code.local('i32');
  readonly status = this.code.local('i32');
  readonly pc = this.code.local('i64');
  /** What the first of a fused pair wrote. */
  readonly kept = this.code.local('i64');
  readonly pool = new LocalPool(this.code);
  enter: Label = { name: 'enter' };
  dispatch: Label = { name: 'dispatch' };
  bail: Label = { name: 'bail' };

  constructor(
    readonly imports: FastImports,
    readonly program: Program,
    readonly isCounted: boolean,
  ) {}

  emit(): Code {
    const { code } = this;
    this.#loadState('i64.load', STATE.pc, this.pc);
    this.#loadState('i32.load', STATE.budget, this.budget);
    this.enter = code.loop('enter');
    code.get(this.budget).i32(0).op('i32.le_s').if();
    this.#storePc(() => code.get(this.pc));
    code.i32(STATUS.none).op('return').end();
    this.#findPage();
    this.bail = code.block('bail');
    this.dispatch = code.loop('dispatch');
    if (this.isCounted) {
      code.get(this.budget).i32(0).op('i32.le_s').if();
      this.pushPc();
      code.set(this.pc).br(this.enter).end();
    }
    this.#handlers();
    code.end();
    code.end();
    this.#storePc(() => this.pushPc());
    code.i32(1).i32(0).call(this.imports.exact).set(this.status);
    this.#loadState('i64.load', STATE.pc, this.pc);
    this.#loadState('i32.load', STATE.budget, this.budget);
    code.get(this.status).if().get(this.status).op('return').end();
    code.br(this.enter);
    code.end();
    code.op('unreachable');
    return code;
  }

  /** From pc to the record page, through the fetch TLB. */
  #findPage(): void {
    const { code } = this;
    emitFetchProbe(code, this.pc, this.entry, this.program.code.unit);
    code.if();
    this.#storePc(() => code.get(this.pc));
    code.call(this.imports.fetch).set(this.status);
    this.#loadState('i64.load', STATE.pc, this.pc);
    this.#loadState('i32.load', STATE.budget, this.budget);
    code.get(this.status).if().get(this.status).op('return').end();
    code.br(this.enter).end();
    code
      .i32(0)
      .get(this.pc)
      .i64(-4096n)
      .op('i64.and')
      .mem('i64.store', HOT + STATE.pagePc);
    code.get(this.entry).mem('i32.load', TLB.fetch + 8);
    const { unit, shift } = this.program.code;
    code
      .get(this.pc)
      .op('i32.wrap_i64')
      .i32(4096 - unit)
      .op('i32.and')
      .i32(shift)
      .op('i32.shl')
      .op('i32.add')
      .set(this.record);
  }

  #handlers(): void {
    const { code } = this;
    const cases: { op: number; emit: () => void }[] = [
      {
        op: FAST.undecoded,
        emit: () => code.get(this.record).call(this.imports.decodeInPage).br(this.dispatch),
      },
      {
        op: FAST.breakpoint,
        emit: () => {
          this.#storePc(() => this.pushPc());
          code.i32(STATUS.breakpoint).op('return');
        },
      },
      {
        op: FAST.pageEnd,
        emit: () =>
          code
            .i32(0)
            .mem('i64.load', HOT + STATE.pagePc)
            .i64(4096n)
            .op('i64.add')
            .set(this.pc)
            .br(this.enter),
      },
      { op: FAST.bail, emit: () => code.br(this.bail) },
    ];
    for (const prepared of this.program.insns) {
      const { fastOps } = prepared;
      if (!fastOps) continue;
      cases.push({ op: fastOps.far, emit: () => this.#instruction(prepared, 'far') });
      const { forward, backward } = fastOps;
      if (forward !== undefined) cases.push({ op: forward, emit: () => this.#instruction(prepared, 'forward') });
      if (backward !== undefined) cases.push({ op: backward, emit: () => this.#instruction(prepared, 'backward') });
    }
    for (const form of new Set(this.program.quick.map((quick) => quick.form))) {
      if (form.fastOps) cases.push({ op: form.fastOps.far, emit: () => this.#instruction(form, 'far') });
    }
    for (const pair of this.program.pairs) cases.push({ op: pair.op, emit: () => this.#pair(pair) });
    cases.sort((a, b) => a.op - b.op);
    const labels = cases.map((entry) => ({ name: `op ${entry.op}` }));
    const opened: Label[] = [];
    for (let at = cases.length - 1; at >= 0; at--) opened[at] = code.block(labels[at]?.name ?? '');
    code.get(this.record).mem('i32.load16_u', RECORD.op).brTable(opened, this.bail);
    for (const { emit } of cases) {
      code.end();
      emit();
    }
  }

  #instruction(prepared: PreparedInsn, reach: Reach): void {
    const place = { record: this.record, displacement: 0, count: 1 };
    this.#emitGraph(prepared, place, reach);
    if (!prepared.effects.endsBlock || prepared.effects.isConditional) this.advance(prepared, place);
  }

  #emitGraph(prepared: PreparedInsn, place: Place, reach: Reach, role: Omit<PairRole, 'displacement'> = {}): void {
    const { code } = this;
    const source = new RecordSource(code, this.program, place.record, prepared, () => this.pushPc(place.record), {
      displacement: place.displacement,
      ...role,
    });
    new GraphEmitter(code, this.pool, source, new FastSink(this, prepared, reach, place)).emit(prepared.graph);
  }

  /** Two instructions with one dispatch. When the second must be handed over, the first has been done. */
  #pair({ first, second, reach, forward }: FusedPair): void {
    if (this.isCounted) {
      this.#instruction(first, 'far');
      return;
    }
    const { code } = this;
    const begin = { record: this.record, displacement: 0, count: 1 };
    this.#emitGraph(first, begin, 'far', forward && { keep: this.kept });
    const place = this.#second(first);
    const outer = this.bail;
    if (second.effects.mayTrap) this.bail = code.block('bail second');
    this.#emitGraph(second, place, reach, forward && { forwarded: { ...forward, value: this.kept } });
    if (!second.effects.endsBlock || second.effects.isConditional) this.advance(second, place);
    if (this.bail === outer) return;
    code.end();
    this.bail = outer;
    code.get(place.record);
    if (place.displacement > 0) code.i32(place.displacement).op('i32.add');
    code.set(this.record);
    this.retire(1);
    code.br(this.bail);
  }

  /** Where the second of a pair is: at a fixed distance, or where the first's length says. */
  #second(first: PreparedInsn): Place {
    const { code, program } = this;
    if (first.length !== undefined) {
      return { record: this.record, displacement: first.length << program.code.shift, count: 2 };
    }
    code.get(this.record);
    this.#pushLength(this.record);
    code.op('i32.add').set(this.second);
    return { record: this.second, displacement: 0, count: 2 };
  }

  /** Pushes the record bytes that the instruction of `record` takes up, where the record says it. */
  #pushLength(record: Local): void {
    const { shift } = this.program.code;
    this.code.get(record).mem('i32.load16_u', RECORD.length).i32(shift).op('i32.shl');
  }

  /** On to the record behind `prepared`, which is at `place`. */
  advance({ length }: PreparedInsn, { record, displacement, count }: Place): void {
    const { code } = this;
    code.get(record);
    if (length !== undefined) code.i32(displacement + (length << this.program.code.shift));
    else this.#pushLength(record);
    code.op('i32.add').set(this.record);
    this.retire(count);
    code.br(this.dispatch);
  }

  retire(count: number): void {
    this.code.get(this.budget).i32(count).op('i32.sub').set(this.budget);
  }

  /** Pushes the pc of a record, the current one when not said. */
  pushPc(record: Local = this.record): void {
    const { code } = this;
    const { stride, shift } = this.program.code;
    code.i32(0).mem('i64.load', HOT + STATE.pagePc);
    code
      .get(record)
      .i32(stride - 1)
      .op('i32.and')
      .i32(shift)
      .op('i32.shr_u')
      .op('i64.extend_i32_u')
      .op('i64.add');
  }

  pushDataTlb(): void {
    this.code.i32(0).mem('i32.load', HOT + STATE.dataTlb);
  }

  #loadState(op: 'i32.load' | 'i64.load', offset: number, into: Local): void {
    this.code
      .i32(0)
      .mem(op, HOT + offset)
      .set(into);
  }

  #storePc(push: () => void): void {
    const { code } = this;
    code.i32(0);
    push();
    code.mem('i64.store', HOT + STATE.pc);
    code
      .i32(0)
      .get(this.budget)
      .mem('i32.store', HOT + STATE.budget);
  }
}

/** Where the instruction being emitted has its record, and how many are done with it. */
interface Place {
  readonly record: Local;
  /** Bytes from `record` to the instruction's own: it is the second of a pair. */
  readonly displacement: number;
  readonly count: number;
}

class FastSink implements EffectSink {
  constructor(
    readonly fast: FastEmitter,
    readonly prepared: PreparedInsn,
    readonly reach: Reach,
    readonly place: Place,
  ) {}

  load(effect: Parameters<EffectSink['load']>[0], address: Local): void {
    const { code, entry, bail } = this.fast;
    emitProbe(code, 'read', () => this.fast.pushDataTlb(), address, effect.bytes, entry);
    code.brIf(bail);
    emitHostAddress(code, 'read', address, entry);
    code.mem(loadOpcode(effect.bytes, effect.signed), 0);
  }

  store(effect: Parameters<EffectSink['store']>[0], address: Local, value: Local): void {
    const { code, entry, bail } = this.fast;
    emitProbe(code, 'write', () => this.fast.pushDataTlb(), address, effect.bytes, entry);
    code.brIf(bail);
    emitHostAddress(code, 'write', address, entry);
    code.get(value).mem(storeOpcode(effect.bytes), 0);
  }

  probe({ bytes }: Parameters<EffectSink['probe']>[0], address: Local): void {
    const { code, entry, bail } = this.fast;
    emitProbe(code, 'write', () => this.fast.pushDataTlb(), address, bytes, entry);
    code.brIf(bail);
  }

  update({ bytes, signed }: Parameters<EffectSink['update']>[0], address: Local, parts: UpdateParts): void {
    const { code, entry, bail, pool } = this.fast;
    const host = pool.take('i32');
    emitProbe(code, 'write', () => this.fast.pushDataTlb(), address, bytes, entry);
    code.brIf(bail);
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

  jump(_: Parameters<EffectSink['jump']>[0], pushTarget: () => void): void {
    this.#go(pushTarget);
  }

  branch(_: Parameters<EffectSink['branch']>[0], pushCondition: () => void, pushTarget: () => void): void {
    pushCondition();
    this.fast.code.if();
    this.#go(pushTarget);
    this.fast.code.end();
  }

  #go(pushTarget: () => void): void {
    const { fast, reach } = this;
    const { record, displacement, count } = this.place;
    const { code } = fast;
    if (reach === 'far') {
      pushTarget();
      code.set(fast.pc);
      fast.retire(count);
      code.br(fast.enter);
      return;
    }
    code
      .get(record)
      .get(record)
      .mem('i32.load', (fast.program.isa.encoding.kind === 'program' ? RECORD.near : RECORD.imm) + displacement)
      .op('i32.add');
    if (displacement > 0) code.i32(displacement).op('i32.add');
    code.set(fast.record);
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

  guard({ name }: Parameters<EffectSink['guard']>[0]): void {
    const { code, bail, program } = this.fast;
    code
      .i32(0)
      .mem('i32.load', HOT + STATE.guards + 4 * guardIndex(program, this.prepared, name))
      .op('i32.eqz')
      .brIf(bail);
  }

  call(): void {
    throw new Error('the fast interpreter calls no functions');
  }
}
