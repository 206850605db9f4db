/** Runs a `sem` once against a recording {@link Ops}: its description as a {@link Graph}. */
import { inOrderOfCommit } from './commit-order';
import {
  type Effect,
  effectInputs,
  type Graph,
  type GraphNode,
  type NodeKind,
  type Operation,
  type RegisterRef,
  type VectorOperation,
} from './graph';
import type { Insn } from './insn';
import type { AnyValue, Field, Ops, V32, V64, V128, ValueType } from './ops';

/** Records what `insn.sem` describes. @throws Error naming the instruction when the description is malformed. */
export const recordGraph = (insn: Insn): Graph => {
  const recorder = new Recorder();
  const fieldNames = insn.fields;
  const fields = new Proxy({} as Record<string, Field>, {
    get: (_, name) => {
      if (typeof name !== 'string' || !fieldNames.has(name)) {
        throw new Error(`${insn.mnemonic}: no field "${String(name)}"`);
      }
      return { name };
    },
  });
  insn.sem(recorder.ops, fields);
  return inOrderOfCommit(insn.mnemonic, recorder.effects);
};

const refOf = (register: Field | number): RegisterRef =>
  typeof register === 'number' ? { index: register } : { field: register.name };

class Recorder {
  readonly effects: Effect[] = [];
  #depth = 0;
  /** Register reads since the last write, so that reading twice is one node. */
  readonly #reads = new Map<string, GraphNode>();

  readonly ops: Ops = this.#makeOps();

  #node(kind: NodeKind, type: ValueType, args: readonly GraphNode[] = []): GraphNode {
    for (const arg of args) arg.uses++;
    return { kind, type, args, depth: this.#depth, after: this.effects.length, uses: 0 };
  }

  #effect(effect: Effect): void {
    if (this.#depth > 0) throw new Error('effects are not allowed in iff arms');
    for (const input of effectInputs(effect)) input.uses++;
    this.effects.push(effect);
    if (effect.k === 'write') this.#reads.clear();
  }

  #read(file: string, ref: RegisterRef, type: 'i64' | 'v128'): GraphNode {
    const key = `${type} ${file}:${JSON.stringify(ref)}`;
    const known = this.#depth === 0 ? this.#reads.get(key) : undefined;
    if (known) return known;
    const node = this.#node({ k: 'register', file, ref }, type);
    if (this.#depth === 0) this.#reads.set(key, node);
    return node;
  }

  #makeOps(): Ops {
    // Values handed to `sem` are graph nodes in disguise; only this class looks inside.
    const n = (value: AnyValue) => value as unknown as GraphNode;
    const v = <T extends AnyValue>(node: GraphNode) => node as unknown as T;
    const op = <T extends AnyValue>(name: Operation, type: ValueType, ...args: AnyValue[]): T =>
      v<T>(this.#node({ k: 'op', op: name }, type, args.map(n)));
    const same =
      (name: Operation) =>
      <T extends AnyValue>(a: T, b: T): T =>
        op<T>(name, n(a).type, a, b);
    const unary =
      (name: Operation) =>
      <T extends AnyValue>(a: T): T =>
        op<T>(name, n(a).type, a);
    const compare =
      (name: Operation) =>
      <T extends AnyValue>(a: T, b: T): V32 =>
        op<V32>(name, 'i32', a, b);
    const vector = <T extends V64 | V32 | V128>(name: VectorOperation, type: ValueType, ...args: AnyValue[]): T =>
      v<T>(this.#node({ k: 'vector', op: name }, type, args.map(n)));
    const constant = (type: 'i32' | 'i64', value: bigint) => this.#node({ k: 'const', value }, type);
    const result = (type: ValueType) => this.#node({ k: 'result' }, type);
    const arm = (thunk: () => AnyValue): GraphNode => {
      this.#depth++;
      const node = n(thunk());
      this.#depth--;
      return node;
    };
    return {
      read: (file, register) => v(this.#read(file, refOf(register), 'i64')),
      write: (file, register, value) => this.#effect({ k: 'write', file, ref: refOf(register), value: n(value) }),
      imm: (f) => v(this.#node({ k: 'imm', field: f.name }, 'i64')),
      imm32: (f) => v(this.#node({ k: 'imm32', field: f.name }, 'i32')),
      c: (value) => v(constant('i64', BigInt(value))),
      c32: (value) => v(constant('i32', BigInt(value))),
      pc: () => v(this.#node({ k: 'pc' }, 'i64')),
      nextPc: () => v(this.#node({ k: 'nextPc' }, 'i64')),
      pcRel: (f) => v(this.#node({ k: 'pcRel', field: f.name }, 'i64')),
      add: same('add'),
      sub: same('sub'),
      mul: same('mul'),
      mulhU: (a, b) => op<V64>('mulhU', 'i64', a, b),
      mulhS: (a, b) => op<V64>('mulhS', 'i64', a, b),
      mulhSU: (a, b) => op<V64>('mulhSU', 'i64', a, b),
      divS: same('divS'),
      divU: same('divU'),
      remS: same('remS'),
      remU: same('remU'),
      and: same('and'),
      or: same('or'),
      xor: same('xor'),
      not: (a) => {
        const type = n(a).type as 'i32' | 'i64';
        return op('xor', type, a, v(constant(type, -1n)));
      },
      shl: same('shl'),
      shrU: same('shrU'),
      shrS: same('shrS'),
      rotl: same('rotl'),
      rotr: same('rotr'),
      clz: unary('clz'),
      ctz: unary('ctz'),
      popcnt: unary('popcnt'),
      eq: compare('eq'),
      ne: compare('ne'),
      ltS: compare('ltS'),
      ltU: compare('ltU'),
      geS: compare('geS'),
      geU: compare('geU'),
      eqz: (a) => op<V32>('eqz', 'i32', a),
      lo32: (a) => op<V32>('lo32', 'i32', a),
      sx32: (a) => op<V64>('sx32', 'i64', a),
      zx32: (a) => op<V64>('zx32', 'i64', a),
      sx8: (a) => op<V64>('sx8', 'i64', a),
      sx16: (a) => op<V64>('sx16', 'i64', a),
      select: (c, a, b) => op('select', n(a).type, a, b, c),
      iff: (c, then, otherwise) => {
        const yes = arm(then);
        const no = arm(otherwise);
        if (yes.type !== no.type) throw new Error('arms of iff differ in type');
        return v(this.#node({ k: 'iff' }, yes.type, [n(c), yes, no]));
      },
      load: (bytes, signed, addr) => {
        const node = result('i64');
        this.#effect({ k: 'load', bytes, signed, addr: n(addr), result: node });
        return v(node);
      },
      store: (bytes, addr, value) => this.#effect({ k: 'store', bytes, addr: n(addr), value: n(value) }),
      update: (bytes, signed, addr, change, when) => {
        const old = result('i64');
        const value = n(change(v(old)));
        const condition = when && n(when(v(old)));
        this.#effect({ k: 'update', bytes, signed, addr: n(addr), result: old, value, when: condition });
        return v(old);
      },
      jump: (target) => this.#effect({ k: 'jump', target: n(target) }),
      branch: (cond, target) => this.#effect({ k: 'branch', cond: n(cond), target: n(target) }),
      trap: (cause, tval) => this.#effect({ k: 'trap', cause, tval: tval && n(tval) }),
      trapIf: (cond, cause, tval) => this.#effect({ k: 'trapIf', cond: n(cond), cause, tval: tval && n(tval) }),
      doneIf: (cond) => this.#effect({ k: 'doneIf', cond: n(cond) }),
      guard: (name, argument = 0, when) => this.#effect({ k: 'guard', name, argument, when: when && n(when) }),
      call: (name, operands, field) => {
        const node = result('i64');
        this.#effect({ k: 'call', name, operands: operands.map(n), field: field?.name, result: node });
        return v(node);
      },
      slot: (name) => v(this.#node({ k: 'slot', name }, 'i64')),
      setSlot: (name, value) => this.#effect({ k: 'setSlot', name, value: n(value) }),
      onlyIf: (cond) => this.#effect({ k: 'onlyIf', cond: n(cond) }),
      helper: (name) => this.#effect({ k: 'helper', name }),
      readVector: (file, register) => v(this.#read(file, refOf(register), 'v128')),
      writeVector: (file, register, value) => this.#effect({ k: 'write', file, ref: refOf(register), value: n(value) }),
      vector: (low, high) => vector('pair', 'v128', low, high),
      half: (value, which) => vector(which, 'i64', value),
      lanes: (op, bits, a, b) => v(this.#node({ k: 'lanes', op, bits }, 'v128', [n(a), n(b)])),
      shiftLanes: (op, bits, a, count) => v(this.#node({ k: 'lanes', op, bits }, 'v128', [n(a), n(count)])),
      splat: (bits, value) => v(this.#node({ k: 'lanes', op: 'splat', bits }, 'v128', [n(value)])),
      vectorAnd: (a, b) => vector('and', 'v128', a, b),
      vectorOr: (a, b) => vector('or', 'v128', a, b),
      vectorXor: (a, b) => vector('xor', 'v128', a, b),
      vectorNot: (a) => vector('not', 'v128', a),
      selectBits: (mask, ones, zeros) => vector('select', 'v128', ones, zeros, mask),
      signsOf: (bits, value) => v(this.#node({ k: 'lanes', op: 'signs', bits }, 'i32', [n(value)])),
      allLanes: (bits, value) => v(this.#node({ k: 'lanes', op: 'all', bits }, 'i32', [n(value)])),
      anyBit: (value) => vector('any', 'i32', value),
      shuffleBytes: (a, b, bytes) => v(this.#node({ k: 'shuffle', bytes }, 'v128', [n(a), n(b)])),
      pickBytes: (a, by) => vector('pick', 'v128', a, by),
      bitsF32: (a) => op('bits', 'f32', a),
      bitsF64: (a) => op('bits', 'f64', a),
      f32Bits: (a) => op('bits', 'i32', a),
      f64Bits: (a) => op('bits', 'i64', a),
      floatAdd: same('add'),
      floatSub: same('sub'),
      floatMul: same('mul'),
      floatDiv: same('floatDiv'),
      floatSqrt: unary('floatSqrt'),
      floatNeg: unary('floatNeg'),
      floatMin: same('floatMin'),
      floatMax: same('floatMax'),
      floatEq: compare('eq'),
      floatLt: compare('floatLt'),
      floatLe: compare('floatLe'),
      floatTrunc: unary('floatTrunc'),
      floatNearest: unary('floatNearest'),
      promote: (a) => op('promote', 'f64', a),
      demote: (a) => op('demote', 'f32', a),
      f32FromS: (a) => op('fromS', 'f32', a),
      f32FromU: (a) => op('fromU', 'f32', a),
      f64FromS: (a) => op('fromS', 'f64', a),
      f64FromU: (a) => op('fromU', 'f64', a),
      intFromF64S: (a) => op('toS', 'i64', a),
      intFromF64U: (a) => op('toU', 'i64', a),
    };
  }
}
