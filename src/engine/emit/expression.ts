/**
 * Emits wasm for an instruction's graph. Expression trees go onto the wasm stack as they are needed; nodes used twice,
 * and reads that a later write would overtake, go through locals.
 */
import {
  type Effect,
  effectInputs,
  type Graph,
  type GraphNode,
  type Operation,
  type RegisterRef,
} from '../../isa/core/graph';
import type { ValueType } from '../../isa/core/ops';
import { opcodeOf } from './opcodes';
import { emitLanes, emitVector } from './vectors';
import type { Code, Local, WasmType } from './wasm-encoder';

/** Where registers, immediates and the pc come from: record loads in tier 0, constants and locals in a compiler. */
export interface OperandSource {
  /** Pushes a register's value. */
  read(file: string, ref: RegisterRef, type: ValueType): void;
  /** Writes a register; `push` emits the value, of this type. */
  write(file: string, ref: RegisterRef, type: ValueType, push: () => void): void;
  slot(name: string): void;
  setSlot(name: string, push: () => void): void;
  /** Pushes an immediate as i32, sign- or zero-extended as its field says; of one of 64 bits the low half. */
  immediate(field: string): void;
  isWide(field: string): boolean;
  /** Pushes an immediate of 64 bits. */
  wideImmediate(field: string): void;
  /** Whether {@link immediate} pushes an unsigned value. */
  isUnsigned(field: string): boolean;
  pc(): void;
  nextPc(): void;
}

/** Everything with effects beyond registers; implemented by the fast and the exact interpreter. */
export interface EffectSink {
  load(effect: Extract<Effect, { k: 'load' }>, address: Local): void;
  store(effect: Extract<Effect, { k: 'store' }>, address: Local, value: Local): void;
  probe(effect: Extract<Effect, { k: 'probe' }>, address: Local): void;
  update(effect: Extract<Effect, { k: 'update' }>, address: Local, parts: UpdateParts): void;
  jump(effect: Extract<Effect, { k: 'jump' }>, pushTarget: () => void): void;
  branch(effect: Extract<Effect, { k: 'branch' }>, pushCondition: () => void, pushTarget: () => void): void;
  trap(effect: Extract<Effect, { k: 'trap' }>, pushTval: () => void): void;
  helper(effect: Extract<Effect, { k: 'helper' }>): void;
  onlyIf(effect: Extract<Effect, { k: 'onlyIf' }>, push: () => void): void;
  trapIf(effect: Extract<Effect, { k: 'trapIf' }>, pushCondition: () => void, pushTval: () => void): void;
  doneIf(effect: Extract<Effect, { k: 'doneIf' }>, pushCondition: () => void): void;
  guard(effect: Extract<Effect, { k: 'guard' }>, pushWhen: (() => void) | undefined): void;
  call(effect: Extract<Effect, { k: 'call' }>, operands: readonly Local[], pushField: () => void): void;
}

/** What an update does between its load and its store. */
export interface UpdateParts {
  /** Takes the old value off the stack. */
  setOld(): void;
  /** Pushes what is to be stored; to be called once. */
  pushValue(): void;
  /** Pushes whether to store; absent: always. */
  readonly pushWhen?: () => void;
}

/** Locals handed out for one instruction and reused by the next. */
export class LocalPool {
  readonly #free: Record<WasmType, Local[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };
  readonly #next: Record<WasmType, number> = { i32: 0, i64: 0, f32: 0, f64: 0, v128: 0 };

  constructor(readonly code: Code) {}

  take(type: WasmType): Local {
    const at = this.#next[type]++;
    const known = this.#free[type][at];
    if (known) return known;
    const local = this.code.local(type);
    this.#free[type].push(local);
    return local;
  }

  reset(): void {
    for (const type of Object.keys(this.#next) as WasmType[]) this.#next[type] = 0;
  }
}

export class GraphEmitter {
  readonly #locals = new Map<GraphNode, Local>();

  constructor(
    readonly code: Code,
    readonly pool: LocalPool,
    readonly source: OperandSource,
    readonly sink: EffectSink,
  ) {}

  /** Emits all effects in order. */
  emit({ effects, described }: Graph): void {
    this.#locals.clear();
    this.pool.reset();
    effects.forEach((effect, at) => {
      if (effect.k === 'write' || effect.k === 'setSlot') this.#saveReads(effects.slice(at + 1), described[at] ?? at);
      this.#effect(effect);
    });
  }

  /** Keeps reads that were described before effect `at` but are needed after it. */
  #saveReads(later: readonly Effect[], at: number): void {
    const visit = (node: GraphNode): void => {
      if (this.#locals.has(node)) return;
      if ((node.kind.k === 'register' || node.kind.k === 'slot') && node.after <= at) {
        this.#keep(node);
        return;
      }
      for (const arg of node.args) visit(arg);
    };
    for (const effect of later) for (const input of effectInputs(effect)) visit(input);
  }

  #keep(node: GraphNode): Local {
    const known = this.#locals.get(node);
    if (known) return known;
    this.#raw(node);
    const local = this.pool.take(node.type);
    this.code.set(local);
    this.#locals.set(node, local);
    return local;
  }

  #effect(effect: Effect): void {
    switch (effect.k) {
      case 'write':
        return this.source.write(effect.file, effect.ref, effect.value.type, () => this.push(effect.value));
      case 'setSlot':
        return this.source.setSlot(effect.name, () => this.push(effect.value));
      case 'onlyIf':
        return this.sink.onlyIf(effect, () => this.push(effect.cond));
      case 'load':
        this.sink.load(effect, this.#keep(effect.addr));
        return this.#take(effect.result);
      case 'store':
        return this.sink.store(effect, this.#keep(effect.addr), this.#keep(effect.value));
      case 'probe':
        return this.sink.probe(effect, this.#keep(effect.addr));
      case 'update':
        return this.#update(effect);
      case 'jump':
        return this.sink.jump(effect, () => this.push(effect.target));
      case 'branch':
        return this.sink.branch(
          effect,
          () => this.push(effect.cond),
          () => this.push(effect.target),
        );
      case 'trap': {
        const { tval } = effect;
        return this.sink.trap(effect, () => (tval ? this.push(tval) : this.code.i64(0n)));
      }
      case 'helper':
        return this.sink.helper(effect);
      case 'trapIf': {
        const { cond, tval } = effect;
        if (tval) this.#hoist(tval, 0);
        return this.sink.trapIf(
          effect,
          () => this.push(cond),
          () => (tval ? this.push(tval) : this.code.i64(0n)),
        );
      }
      case 'doneIf':
        return this.sink.doneIf(effect, () => this.push(effect.cond));
      case 'guard': {
        const { when } = effect;
        return this.sink.guard(effect, when && (() => this.push(when)));
      }
      case 'call': {
        const { field, operands } = effect;
        const kept = operands.map((operand) => this.#keep(operand));
        this.sink.call(effect, kept, () => (field === undefined ? this.code.i32(0) : this.source.immediate(field)));
        return this.#take(effect.result);
      }
    }
  }

  #update(effect: Extract<Effect, { k: 'update' }>): void {
    const { when, value, result } = effect;
    const address = this.#keep(effect.addr);
    const old = this.pool.take(result.type);
    this.#locals.set(result, old);
    this.sink.update(effect, address, {
      setOld: () => this.code.set(old),
      pushValue: () => this.push(value),
      ...(when && {
        pushWhen: () => {
          this.#hoist(value, 0);
          this.push(when);
        },
      }),
    });
  }

  /** The value on the stack is the effect's result. */
  #take(result: GraphNode): void {
    const local = this.pool.take(result.type);
    this.code.set(local);
    this.#locals.set(result, local);
  }

  /** Pushes a node's value. */
  push(node: GraphNode): void {
    const local = this.#locals.get(node);
    if (local) {
      this.code.get(local);
      return;
    }
    this.#raw(node);
    if (node.uses > 1 && node.kind.k !== 'const') {
      const kept = this.pool.take(node.type);
      this.code.tee(kept);
      this.#locals.set(node, kept);
    }
  }

  #raw(node: GraphNode): void {
    const { code, source } = this;
    const { kind } = node;
    switch (kind.k) {
      case 'register':
        return source.read(kind.file, kind.ref, node.type);
      case 'slot':
        return source.slot(kind.name);
      case 'imm32':
        return source.immediate(kind.field);
      case 'imm':
        if (source.isWide(kind.field)) return source.wideImmediate(kind.field);
        source.immediate(kind.field);
        code.op(source.isUnsigned(kind.field) ? 'i64.extend_i32_u' : 'i64.extend_i32_s');
        return;
      case 'pcRel':
        source.pc();
        source.immediate(kind.field);
        code.op('i64.extend_i32_s').op('i64.add');
        return;
      case 'const':
        if (node.type === 'i32') code.i32(Number(BigInt.asIntN(32, kind.value)));
        else code.i64(kind.value);
        return;
      case 'pc':
        return source.pc();
      case 'nextPc':
        return source.nextPc();
      case 'result':
        throw new Error('result used before its effect');
      case 'lanes':
        for (const arg of node.args) this.push(arg);
        return emitLanes(code, kind.op, kind.bits);
      case 'vector':
        for (const arg of node.args) this.push(arg);
        return emitVector(code, kind.op, (type) => this.pool.take(type));
      case 'shuffle':
        for (const arg of node.args) this.push(arg);
        code.shuffle(kind.bytes);
        return;
      case 'iff':
        return this.#iff(node);
      case 'op':
        return this.#op(kind.op, node);
    }
  }

  /** Computes now what an expression shares with others, before code that may not be executed uses it. */
  #hoist(node: GraphNode, depth: number): void {
    if (this.#locals.has(node) || node.kind.k === 'const') return;
    if (node.uses > 1 && node.depth <= depth) {
      this.#keep(node);
      return;
    }
    for (const arg of node.args) this.#hoist(arg, depth);
  }

  #iff(node: GraphNode): void {
    const [condition, then, otherwise] = node.args;
    if (!condition || !then || !otherwise) throw new Error('malformed iff');
    this.#hoist(then, node.depth);
    this.#hoist(otherwise, node.depth);
    this.push(condition);
    this.code.if(node.type);
    this.push(then);
    this.code.else();
    this.push(otherwise);
    this.code.end();
  }

  #op(op: Operation, node: GraphNode): void {
    const { code } = this;
    const [a, b] = node.args;
    switch (op) {
      case 'mulhU':
      case 'mulhS':
      case 'mulhSU':
        if (!a || !b) throw new Error('malformed mulh');
        return this.#mulh(op, this.#keep(a), this.#keep(b));
      default:
        for (const arg of node.args) this.push(arg);
        code.op(opcodeOf(op, node));
    }
  }

  /** High half of a 128-bit product, from four 32-bit products. */
  #mulh(op: 'mulhU' | 'mulhS' | 'mulhSU', a: Local, b: Local): void {
    const { code } = this;
    const low = (v: Local) => code.get(v).i64(0xffff_ffffn).op('i64.and');
    const high = (v: Local) => code.get(v).i64(32n).op('i64.shr_u');
    const cross = this.pool.take('i64');
    const middle = this.pool.take('i64');
    // cross = ah*bl + (al*bl >> 32); middle = al*bh + low32(cross); result = ah*bh + high32(cross) + high32(middle)
    high(a);
    low(b);
    code.op('i64.mul');
    low(a);
    low(b);
    code.op('i64.mul').i64(32n).op('i64.shr_u').op('i64.add').set(cross);
    low(a);
    high(b);
    code.op('i64.mul');
    low(cross);
    code.op('i64.add').set(middle);
    high(a);
    high(b);
    code.op('i64.mul');
    high(cross);
    code.op('i64.add');
    high(middle);
    code.op('i64.add');
    const correct = (sign: Local, other: Local) =>
      code.get(sign).i64(63n).op('i64.shr_s').get(other).op('i64.and').op('i64.sub');
    if (op !== 'mulhU') correct(a, b);
    if (op === 'mulhS') correct(b, a);
  }
}
