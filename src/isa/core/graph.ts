/**
 * An instruction's semantics as data: ordered effects over expression nodes. `recordGraph` runs a `sem` once against a
 * recording {@link Ops}; back ends emit code from the result, and {@link effectsOf} reads facts off it.
 */
import type { Insn } from './insn';
import type { AnyValue, Field, FpBinary, Ops, V32, V64, ValueType } from './ops';

/** Where a register is named: by an instruction field or fixed. */
export type RegisterRef = { readonly field: string } | { readonly index: number };

export type NodeKind =
  | { readonly k: 'register'; readonly file: string; readonly ref: RegisterRef }
  | { readonly k: 'slot'; readonly name: string }
  | { readonly k: 'imm' | 'imm32' | 'pcRel'; readonly field: string }
  | { readonly k: 'const'; readonly value: bigint }
  | { readonly k: 'pc' | 'nextPc' }
  | { readonly k: 'op'; readonly op: Operation }
  | { readonly k: 'iff' }
  /** The value an effect yields. */
  | { readonly k: 'result' };

/** What one `op` node computes of its arguments, whose types say the width. Named as in {@link Ops}. */
export type Operation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'mulhU'
  | 'mulhS'
  | 'mulhSU'
  | 'divS'
  | 'divU'
  | 'remS'
  | 'remU'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shrU'
  | 'shrS'
  | 'rotl'
  | 'rotr'
  | 'clz'
  | 'ctz'
  | 'popcnt'
  | 'eq'
  | 'ne'
  | 'ltS'
  | 'ltU'
  | 'geS'
  | 'geU'
  | 'eqz'
  | 'lo32'
  | 'sx32'
  | 'zx32'
  | 'sx8'
  | 'sx16'
  | 'select'
  | 'bits'
  | 'floatSqrt'
  | 'floatNeg'
  | 'floatMin'
  | 'floatMax'
  | 'floatLt'
  | 'floatLe'
  | 'floatTrunc'
  | 'floatNearest'
  | 'promote'
  | 'demote'
  | 'fromS'
  | 'fromU'
  | 'toS'
  | 'toU';

export interface GraphNode {
  readonly kind: NodeKind;
  readonly type: ValueType;
  readonly args: readonly GraphNode[];
  /** Nesting of `iff` arms at creation. */
  readonly depth: number;
  /** Number of effects recorded before this node was made. */
  readonly after: number;
  uses: number;
}

export type Effect =
  | { readonly k: 'write'; readonly file: string; readonly ref: RegisterRef; readonly value: GraphNode }
  | {
      readonly k: 'load';
      readonly bytes: number;
      readonly signed: boolean;
      readonly addr: GraphNode;
      readonly result: GraphNode;
    }
  | { readonly k: 'store'; readonly bytes: number; readonly addr: GraphNode; readonly value: GraphNode }
  | {
      readonly k: 'amo';
      readonly op: Parameters<Ops['amo']>[0];
      readonly bytes: 4 | 8;
      readonly addr: GraphNode;
      readonly value: GraphNode;
      readonly result: GraphNode;
    }
  | { readonly k: 'jump'; readonly target: GraphNode }
  | { readonly k: 'branch'; readonly cond: GraphNode; readonly target: GraphNode }
  | { readonly k: 'trap'; readonly cause: number; readonly tval: GraphNode | undefined }
  | { readonly k: 'helper'; readonly name: string }
  | { readonly k: 'setSlot'; readonly name: string; readonly value: GraphNode }
  | { readonly k: 'onlyIf'; readonly cond: GraphNode }
  | { readonly k: 'fpGuard'; readonly dirty: boolean }
  | {
      readonly k: 'fpArith';
      readonly op: FpBinary;
      readonly width: 32 | 64;
      readonly a: GraphNode;
      readonly b: GraphNode;
      readonly rm: string;
      readonly result: GraphNode;
    }
  | {
      readonly k: 'fpCall';
      readonly name: string;
      readonly operands: readonly GraphNode[];
      readonly rm: string | undefined;
      readonly result: GraphNode;
    };

export interface Graph {
  readonly effects: readonly Effect[];
}

/** The nodes an effect consumes, in evaluation order. */
export const effectInputs = (effect: Effect): readonly GraphNode[] => {
  switch (effect.k) {
    case 'write':
    case 'setSlot':
      return [effect.value];
    case 'onlyIf':
      return [effect.cond];
    case 'load':
      return [effect.addr];
    case 'store':
    case 'amo':
      return [effect.addr, effect.value];
    case 'jump':
      return [effect.target];
    case 'branch':
      return [effect.cond, effect.target];
    case 'trap':
      return effect.tval ? [effect.tval] : [];
    case 'fpArith':
      return [effect.a, effect.b];
    case 'fpCall':
      return effect.operands;
    default:
      return [];
  }
};

/** Records what `insn.sem` describes. @throws Error naming the instruction when the description is malformed. */
export const recordGraph = (insn: Insn): Graph => {
  const recorder = new Recorder();
  const fields = new Proxy({} as Record<string, Field>, {
    get: (_, name) => {
      if (typeof name !== 'string' || !insn.pattern.fields.has(name)) {
        throw new Error(`${insn.mnemonic}: no field "${String(name)}" in its pattern`);
      }
      return { name };
    },
  });
  insn.sem(recorder.ops, fields);
  return { effects: recorder.effects };
};

/** What an instruction does to control flow and memory, read off its graph. */
export interface InsnEffects {
  readonly readsMemory: boolean;
  readonly writesMemory: boolean;
  readonly endsBlock: boolean;
  readonly mayTrap: boolean;
  readonly isHelper: boolean;
  /** A direct jump or branch to `pc + imm`. */
  readonly hasDirectTarget: boolean;
  readonly isConditional: boolean;
}

export const effectsOf = (graph: Graph): InsnEffects => {
  const has = (...kinds: Effect['k'][]) => graph.effects.some((effect) => kinds.includes(effect.k));
  const flow = graph.effects.find((effect) => effect.k === 'jump' || effect.k === 'branch');
  const target = flow && (flow.k === 'jump' || flow.k === 'branch') ? flow.target : undefined;
  return {
    readsMemory: has('load', 'amo'),
    writesMemory: has('store', 'amo'),
    endsBlock: has('jump', 'branch', 'trap', 'helper'),
    mayTrap: has('load', 'store', 'amo', 'trap', 'helper', 'fpGuard', 'onlyIf'),
    isHelper: has('helper'),
    hasDirectTarget: target?.kind.k === 'pcRel',
    isConditional: flow?.k === 'branch',
  };
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

  #read(file: string, ref: RegisterRef): GraphNode {
    const key = `${file}:${JSON.stringify(ref)}`;
    const known = this.#depth === 0 ? this.#reads.get(key) : undefined;
    if (known) return known;
    const node = this.#node({ k: 'register', file, ref }, 'i64');
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
    const constant = (type: 'i32' | 'i64', value: bigint) => this.#node({ k: 'const', value }, type);
    const result = (type: ValueType) => this.#node({ k: 'result' }, type);
    const arm = (thunk: () => AnyValue): GraphNode => {
      this.#depth++;
      const node = n(thunk());
      this.#depth--;
      return node;
    };
    return {
      read: (file, register) => v(this.#read(file, refOf(register))),
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
      amo: (name, bytes, addr, value) => {
        const node = result('i64');
        this.#effect({ k: 'amo', op: name, bytes, addr: n(addr), value: n(value), result: node });
        return v(node);
      },
      jump: (target) => this.#effect({ k: 'jump', target: n(target) }),
      branch: (cond, target) => this.#effect({ k: 'branch', cond: n(cond), target: n(target) }),
      trap: (cause, tval) => this.#effect({ k: 'trap', cause, tval: tval && n(tval) }),
      slot: (name) => v(this.#node({ k: 'slot', name }, 'i64')),
      setSlot: (name, value) => this.#effect({ k: 'setSlot', name, value: n(value) }),
      onlyIf: (cond) => this.#effect({ k: 'onlyIf', cond: n(cond) }),
      helper: (name) => this.#effect({ k: 'helper', name }),
      fpGuard: (dirty) => this.#effect({ k: 'fpGuard', dirty }),
      bitsF32: (a) => op('bits', 'f32', a),
      bitsF64: (a) => op('bits', 'f64', a),
      f32Bits: (a) => op('bits', 'i32', a),
      f64Bits: (a) => op('bits', 'i64', a),
      floatAdd: same('add'),
      floatSub: same('sub'),
      floatMul: same('mul'),
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
      fpArith32: (name, a, b, rm) => {
        const node = result('i32');
        this.#effect({ k: 'fpArith', op: name, width: 32, a: n(a), b: n(b), rm: rm.name, result: node });
        return v(node);
      },
      fpArith64: (name, a, b, rm) => {
        const node = result('i64');
        this.#effect({ k: 'fpArith', op: name, width: 64, a: n(a), b: n(b), rm: rm.name, result: node });
        return v(node);
      },
      fpCall: (name, operands, rm) => {
        const node = result('i64');
        this.#effect({ k: 'fpCall', name, operands: operands.map(n), rm: rm?.name, result: node });
        return v(node);
      },
    };
  }
}
