/**
 * An instruction's semantics as data: ordered effects over expression nodes. `recordGraph` makes it of a `sem`; back ends
 * emit code from it, and {@link effectsOf} reads facts off it.
 */
import type { LaneBits, LaneOperation, LaneShift, ValueType } from './ops';

/** Where a register is named: by an instruction field or fixed. */
export type RegisterRef = { readonly field: string } | { readonly index: number };

export type NodeKind =
  | { readonly k: 'register'; readonly file: string; readonly ref: RegisterRef }
  | { readonly k: 'slot'; readonly name: string }
  | { readonly k: 'imm' | 'imm32' | 'pcRel'; readonly field: string }
  | { readonly k: 'const'; readonly value: bigint }
  | { readonly k: 'pc' | 'nextPc' }
  | { readonly k: 'op'; readonly op: Operation }
  /** What a vector's lanes give; see `Ops`. */
  | { readonly k: 'lanes'; readonly op: LaneOperation | LaneShift | 'splat' | 'signs' | 'all'; readonly bits: LaneBits }
  | { readonly k: 'vector'; readonly op: VectorOperation }
  | { readonly k: 'shuffle'; readonly bytes: readonly number[] }
  | { readonly k: 'iff' }
  /** The value an effect yields. */
  | { readonly k: 'result' };

/** What takes a vector as a whole. */
export type VectorOperation = 'pair' | 'low' | 'high' | 'and' | 'or' | 'xor' | 'not' | 'select' | 'any' | 'pick';

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
  | 'floatDiv'
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
  /** Makes sure that a store which waits for what may still fault will not fault itself. */
  | { readonly k: 'probe'; readonly bytes: number; readonly addr: GraphNode }
  | {
      readonly k: 'update';
      readonly bytes: number;
      readonly signed: boolean;
      readonly addr: GraphNode;
      /** What was there. */
      readonly result: GraphNode;
      readonly value: GraphNode;
      readonly when: GraphNode | undefined;
    }
  | { readonly k: 'jump'; readonly target: GraphNode }
  | { readonly k: 'branch'; readonly cond: GraphNode; readonly target: GraphNode }
  | { readonly k: 'trap'; readonly cause: number; readonly tval: GraphNode | undefined }
  | {
      readonly k: 'trapIf';
      readonly cond: GraphNode;
      readonly cause: number;
      readonly tval: GraphNode | undefined;
    }
  | { readonly k: 'doneIf'; readonly cond: GraphNode }
  | { readonly k: 'helper'; readonly name: string }
  | { readonly k: 'setSlot'; readonly name: string; readonly value: GraphNode }
  | { readonly k: 'onlyIf'; readonly cond: GraphNode }
  | { readonly k: 'guard'; readonly name: string; readonly argument: number; readonly when: GraphNode | undefined }
  | {
      readonly k: 'call';
      readonly name: string;
      readonly operands: readonly GraphNode[];
      readonly field: string | undefined;
      readonly result: GraphNode;
    };

export interface Graph {
  /** In the order in which they happen, see `commit-order.ts`. */
  readonly effects: readonly Effect[];
  /** For each effect its place among them as they were described, which {@link GraphNode.after} counts by. */
  readonly described: readonly number[];
}

/** The nodes an effect consumes, in evaluation order. */
export const effectInputs = (effect: Effect): readonly GraphNode[] => {
  switch (effect.k) {
    case 'write':
    case 'setSlot':
      return [effect.value];
    case 'onlyIf':
    case 'doneIf':
      return [effect.cond];
    case 'load':
    case 'probe':
      return [effect.addr];
    case 'store':
      return [effect.addr, effect.value];
    case 'update':
      return [effect.addr, effect.value, ...(effect.when ? [effect.when] : [])];
    case 'jump':
      return [effect.target];
    case 'branch':
      return [effect.cond, effect.target];
    case 'trap':
      return effect.tval ? [effect.tval] : [];
    case 'guard':
      return effect.when ? [effect.when] : [];
    case 'trapIf':
      return [effect.cond, ...(effect.tval ? [effect.tval] : [])];
    case 'call':
      return effect.operands;
    default:
      return [];
  }
};

const STOPPING: ReadonlySet<Effect['k']> = new Set([
  'load',
  'probe',
  'store',
  'update',
  'guard',
  'call',
  'onlyIf',
  'trap',
  'trapIf',
  'helper',
]);

/** Whether the instruction may end at this effect without having happened. */
export const mayStop = ({ k }: Effect): boolean => STOPPING.has(k);

/** What an instruction does to control flow and memory, read off its graph. */
export interface InsnEffects {
  readonly readsMemory: boolean;
  readonly writesMemory: boolean;
  readonly endsBlock: boolean;
  /** It may be complete before all of it has happened. */
  readonly mayEndEarly: boolean;
  readonly mayTrap: boolean;
  readonly isHelper: boolean;
  /** A direct jump or branch to `pc + imm`. */
  readonly hasDirectTarget: boolean;
  /** A jump to where a register says. */
  readonly isIndirect: boolean;
  readonly isConditional: boolean;
}

export const effectsOf = (graph: Graph): InsnEffects => {
  const has = (...kinds: Effect['k'][]) => graph.effects.some((effect) => kinds.includes(effect.k));
  const flow = graph.effects.find((effect) => effect.k === 'jump' || effect.k === 'branch');
  const target = flow && (flow.k === 'jump' || flow.k === 'branch') ? flow.target : undefined;
  return {
    readsMemory: has('load', 'update'),
    writesMemory: has('store', 'update'),
    endsBlock: has('jump', 'branch', 'trap', 'helper'),
    mayEndEarly: has('doneIf'),
    mayTrap: graph.effects.some(mayStop),
    isHelper: has('helper'),
    hasDirectTarget: target?.kind.k === 'pcRel',
    isIndirect: flow?.k === 'jump' && flow.target.kind.k !== 'pcRel',
    isConditional: flow?.k === 'branch',
  };
};

/** All nodes that the effects depend on. */
export const nodesOf = (effects: readonly Effect[]): Set<GraphNode> => {
  const found = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (found.has(node)) return;
    found.add(node);
    for (const arg of node.args) visit(arg);
  };
  for (const effect of effects) for (const input of effectInputs(effect)) visit(input);
  return found;
};
