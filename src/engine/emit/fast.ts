/**
 * The fast interpreter: one function, one `br_table` over the records of the current page. It does what can be done without
 * TypeScript and hands everything else, one instruction at a time, to `exact`: TLB misses, devices, CSRs, traps,
 * page-crossing instructions, floating point whose flags need care.
 */

import { FAST, HOT, RECORD, STATE, STATUS, TLB } from '../layout';
import { GraphEmitter, LocalPool } from './expression';
import { FastSink, type FastTarget, type Place } from './fast-sink';
import { emitFetchProbe } from './memory-access';
import { apartGroups, type FusedRun, type PreparedInsn, type Program, type Reach } from './program';
import { RecordSource, type RunRole } from './record-source';
import { slotRoles } from './run-slots';
import { Code, type FunctionRef, type Label, type Local, type ModuleBuilder } from './wasm-encoder';

/** No address of a page, nor one where an instruction could begin. */
const NO_PAGE = 2048n;

/** What {@link emitApart} yields for a jump. */
const JUMPED = 2;

export interface FastImports {
  /** Fills the fetch TLB for the pc in the state, or takes the fetch trap. */
  readonly fetch: FunctionRef;
  readonly exact: FunctionRef;
  readonly decodeInPage: FunctionRef;
  /** See {@link emitApart}: one for each of {@link apartGroups}. */
  readonly apart: readonly FunctionRef[];
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
  module.define(target, new FastEmitter(imports, program, budget).emit());
};

/**
 * `apart(record) → bail`: executes an instruction that is not worth a place in {@link emitFast}; 1 when it is to be handed over, and 2
 * when execution goes on where the state's pc says.
 */
export const emitApart = (
  module: ModuleBuilder,
  target: FunctionRef,
  imports: FastImports,
  program: Program,
  group: readonly PreparedInsn[],
): void => module.define(target, new FastEmitter(imports, program, 'apart').emitApart(group));

class FastEmitter implements FastTarget {
  readonly code: Code;
  readonly record: Local;
  /** By number the records of a run behind those that say their length. */
  readonly places: Local[] = [];
  readonly budget: Local;
  readonly entry: Local;
  readonly status: Local;
  readonly pc: Local;
  /** The page of the record, as long as its translation is certain; else {@link NO_PAGE}. */
  readonly page: Local;
  /** What the part before wrote, in a run. */
  readonly kept: Local;
  /** By name what parts before wrote to slots. */
  readonly keptSlots = new Map<string, Local>();
  readonly pool: LocalPool;
  enter: Label = { name: 'enter' };
  dispatch: Label = { name: 'dispatch' };
  bail: Label = { name: 'bail' };

  constructor(
    readonly imports: FastImports,
    readonly program: Program,
    readonly part: 'free' | 'counted' | 'apart',
  ) {
    const isCalled = part === 'apart';
    this.code = new Code(isCalled ? ['i32'] : []);
    const { code } = this;
    this.record = isCalled ? code.parameter(0) : code.local('i32');
    this.budget = code.local('i32');
    this.entry = code.local('i32');
    this.status = code.local('i32');
    this.pc = code.local('i64');
    this.page = code.local('i64');
    this.kept = code.local('i64');
    this.pool = new LocalPool(code);
  }

  emit(): Code {
    const { code } = this;
    this.#loadState('i64.load', STATE.pc, this.pc);
    this.#loadState('i32.load', STATE.budget, this.budget);
    code.i64(NO_PAGE).set(this.page);
    this.enter = code.loop('enter');
    code.get(this.budget).i32(0).op('i32.le_s').if();
    this.#storePc(() => code.get(this.pc));
    code.i32(STATUS.none).op('return').end();
    this.#findPage();
    this.bail = code.block('bail');
    this.dispatch = code.loop('dispatch');
    if (this.part === 'counted') {
      code.get(this.budget).i32(0).op('i32.le_s').if();
      this.pushPc();
      code.set(this.pc).br(this.enter).end();
    }
    this.#handlers();
    code.end();
    code.end();
    this.#storePc(() => this.pushPc());
    code.i32(1).i32(0).call(this.imports.exact).set(this.status);
    code.i64(NO_PAGE).set(this.page);
    this.#loadState('i64.load', STATE.pc, this.pc);
    this.#loadState('i32.load', STATE.budget, this.budget);
    code.get(this.status).if().get(this.status).op('return').end();
    code.br(this.enter);
    code.end();
    code.op('unreachable');
    return code;
  }

  /** From pc to the record: in the page where the last one was, or through the fetch TLB. */
  #findPage(): void {
    const { code } = this;
    const { unit, shift, stride } = this.program.code;
    code
      .get(this.pc)
      .i64(-4096n | BigInt(unit - 1))
      .op('i64.and')
      .get(this.page)
      .op('i64.eq')
      .if('i32');
    code.get(this.record).i32(-stride).op('i32.and');
    code.else();
    emitFetchProbe(code, this.pc, this.entry, this.program.code.unit);
    code.if();
    this.#storePc(() => code.get(this.pc));
    code.call(this.imports.fetch).set(this.status);
    code.i64(NO_PAGE).set(this.page);
    this.#loadState('i64.load', STATE.pc, this.pc);
    this.#loadState('i32.load', STATE.budget, this.budget);
    code.get(this.status).if().get(this.status).op('return').end();
    code.br(this.enter).end();
    code
      .i32(0)
      .get(this.pc)
      .i64(-4096n)
      .op('i64.and')
      .tee(this.page)
      .mem('i64.store', HOT + STATE.pagePc);
    code
      .get(this.entry)
      .mem('i32.load', TLB.fetch + 8)
      .end();
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
      const { fastOps, like } = prepared;
      if (!fastOps || like || prepared.isApart) continue;
      cases.push({ op: fastOps.far, emit: () => this.#instruction(prepared, 'far') });
      const { forward, backward } = fastOps;
      if (forward !== undefined) cases.push({ op: forward, emit: () => this.#instruction(prepared, 'forward') });
      if (backward !== undefined) cases.push({ op: backward, emit: () => this.#instruction(prepared, 'backward') });
    }
    for (const form of this.#quickForms()) {
      if (form.fastOps && !form.isApart)
        cases.push({ op: form.fastOps.far, emit: () => this.#instruction(form, 'far') });
    }
    const apart = apartGroups(this.program);
    for (const [index, [first]] of apart.entries()) {
      const target = this.imports.apart[index];
      if (first?.fastOps && target) cases.push({ op: first.fastOps.far, emit: () => this.#callApart(first, target) });
    }
    if (this.part === 'free')
      for (const run of this.program.runs) cases.push({ op: run.op, emit: () => this.#run(run) });
    // No record has this opcode. V8 puts the last handler before the head of the loop, and aligns that: after a short one the
    // dispatch lies within one line of the cache, without which a guest takes up to a third longer.
    const { firstFusedOp, runs, code: layout } = this.program;
    const place = { record: this.record, displacement: 0, count: 1 };
    cases.push({ op: firstFusedOp + runs.length, emit: () => this.advance({ length: layout.unit }, place) });
    cases.sort((a, b) => a.op - b.op);
    const opened: Label[] = [];
    for (const { op } of [...cases].reverse()) opened[op] = code.block(`op ${op}`);
    // Counted one by one, a run is its first instruction.
    for (const [first, ...others] of apart) {
      for (const { fastOps } of others) {
        if (fastOps) opened[fastOps.far] = opened[first?.fastOps?.far ?? FAST.bail] ?? this.bail;
      }
    }
    if (this.part === 'counted') {
      for (const { op, parts } of this.program.runs) {
        opened[op] = opened[parts[0].prepared.fastOps?.far ?? FAST.bail] ?? this.bail;
      }
    }
    code.get(this.record).mem('i32.load16_u', RECORD.op).brTable(opened, this.bail);
    for (const { emit } of cases) {
      code.end();
      emit();
    }
  }

  #quickForms(): Set<PreparedInsn> {
    return new Set(this.program.quick.map(({ form }) => form));
  }

  #callApart(prepared: PreparedInsn, target: FunctionRef): void {
    const { code } = this;
    code.get(this.record).call(target);
    if (this.program.isa.apart?.jumps) {
      code.tee(this.status).i32(JUMPED).op('i32.eq').if();
      this.#loadState('i64.load', STATE.pc, this.pc);
      this.retire(1);
      code.br(this.enter).end().get(this.status);
    }
    code.brIf(this.bail);
    this.advance(prepared, { record: this.record, displacement: 0, count: 1 });
  }

  /** Leaves {@link emitApart} for another place than the next instruction. */
  jumpApart(pushTarget: () => void): void {
    this.code.i32(0);
    pushTarget();
    this.code
      .mem('i64.store', HOT + STATE.pc)
      .i32(JUMPED)
      .op('return');
  }

  /** A function of {@link FastImports.apart}. */
  emitApart(group: readonly PreparedInsn[]): Code {
    const { code } = this;
    this.bail = code.block('bail');
    const handlers = group.flatMap((prepared) => (prepared.fastOps ? [{ prepared, op: prepared.fastOps.far }] : []));
    const opened: Label[] = [];
    for (const { op } of [...handlers].reverse()) opened[op] = code.block(`op ${op}`);
    const labels = Array.from({ length: opened.length }, (_, op) => opened[op] ?? this.bail);
    code.get(this.record).mem('i32.load16_u', RECORD.op).brTable(labels, this.bail);
    for (const { prepared } of handlers) {
      code.end();
      const place = { record: this.record, displacement: 0, count: 1 };
      this.#emitGraph(prepared, place, 'far');
      if (!prepared.effects.endsBlock || prepared.effects.isConditional) this.advance(prepared, place);
    }
    code.end();
    code.i32(1);
    return code;
  }

  #instruction(prepared: PreparedInsn, reach: Reach): void {
    const place = { record: this.record, displacement: 0, count: 1 };
    this.#emitGraph(prepared, place, reach);
    if (!prepared.effects.endsBlock || prepared.effects.isConditional) this.advance(prepared, place);
  }

  #emitGraph(prepared: PreparedInsn, place: Place, reach: Reach, role: Omit<RunRole, 'displacement'> = {}): void {
    const { code } = this;
    const source = new RecordSource(code, this.program, place.record, prepared, () => this.pushPc(place.record), {
      displacement: place.displacement,
      ...role,
    });
    new GraphEmitter(code, this.pool, source, new FastSink(this, prepared, reach, place)).emit(prepared.graph);
  }

  /** Instructions with one dispatch. When one must be handed over, those before it have been done. */
  #run({ parts, reach }: FusedRun): void {
    const { code } = this;
    const outer = this.bail;
    const trapping = [...parts.keys()].filter((at) => at > 0 && parts[at]?.prepared.effects.mayTrap);
    const bails = new Map([...trapping].reverse().map((at) => [at, code.block(`bail ${at}`)]));
    const places: Place[] = [];
    const slots = slotRoles(parts, (name) => this.#keptSlot(name));
    for (const [at, { prepared, forward }] of parts.entries()) {
      const [before, last] = [parts[at - 1], parts.length - 1];
      const place = before
        ? this.#behind(before.prepared, places[at - 1] as Place)
        : { record: this.record, displacement: 0, count: 1 };
      places.push(place);
      this.bail = bails.get(at) ?? outer;
      this.#emitGraph(prepared, place, at < last ? 'far' : reach, {
        ...(parts[at + 1]?.forward && { keep: this.kept }),
        ...(forward && { forwarded: { ...forward, value: this.kept } }),
        ...(slots[at] && { slots: slots[at] }),
      });
      const goesOn = !prepared.effects.endsBlock || prepared.effects.isConditional;
      if (at === last && goesOn) this.advance(prepared, place);
    }
    this.bail = outer;
    for (const at of trapping) {
      code.end();
      const { record, displacement } = places[at] as Place;
      code.get(record);
      if (displacement > 0) code.i32(displacement).op('i32.add');
      code.set(this.record);
      this.retire(at);
      code.br(outer);
    }
  }

  #keptSlot(name: string): Local {
    const known = this.keptSlots.get(name) ?? this.code.local('i64');
    this.keptSlots.set(name, known);
    return known;
  }

  /** Where the part of a run behind `before` is: at a fixed distance, or where the length in its record says. */
  #behind(before: PreparedInsn, { record, displacement, count }: Place): Place {
    const { code } = this;
    const { shift } = this.program.code;
    if (before.length !== undefined) {
      return { record, displacement: displacement + (before.length << shift), count: count + 1 };
    }
    const behind = this.places[count] ?? code.local('i32');
    this.places[count] = behind;
    code.get(record);
    this.#pushLength(record);
    code.op('i32.add').set(behind);
    return { record: behind, displacement: 0, count: count + 1 };
  }

  /** Pushes the record bytes that the instruction of `record` takes up, where the record says it. */
  #pushLength(record: Local): void {
    this.code.get(record).mem('i32.load16_u', RECORD.behind);
  }

  /** On to the record behind `prepared`, which is at `place`. */
  advance({ length }: Pick<PreparedInsn, 'length'>, { record, displacement, count }: Place): void {
    const { code } = this;
    if (this.part === 'apart') {
      code.i32(0).op('return');
      return;
    }
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
