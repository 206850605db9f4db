/** The instruction table prepared for emission: graphs, where each field sits in a record, opcode numbers. */

import type { EngineIsa } from '../../isa/core/engine-isa';
import {
  effectInputs,
  effectsOf,
  type Graph,
  type GraphNode,
  type InsnEffects,
  recordGraph,
} from '../../isa/core/graph';
import type { Insn } from '../../isa/core/insn';
import { FAST, RECORD } from '../layout';

/** How a field is stored: scaled register offsets, or the plain value. */
export interface RecordSlot {
  readonly offset: number;
  readonly kind: 'register' | 'destination' | 'plain16' | 'plain32';
}

export interface PreparedInsn {
  readonly insn: Insn;
  readonly graph: Graph;
  readonly effects: InsnEffects;
  readonly slots: ReadonlyMap<string, RecordSlot>;
  /** Opcode of the exact interpreter, from 1. */
  readonly exactOp: number;
  /** Opcodes of the fast interpreter; undefined where it always hands over. */
  readonly fastOps?: { readonly far: number; readonly forward?: number; readonly backward?: number };
}

export type Reach = 'far' | 'forward' | 'backward';

/** A pair with one fast opcode. */
export interface FusedPair {
  readonly op: number;
  readonly first: PreparedInsn;
  readonly second: PreparedInsn;
  readonly reach: Reach;
  /** Source field of the second that names the first's destination. */
  readonly forward?: string;
}

export interface Program {
  readonly isa: EngineIsa;
  readonly insns: readonly PreparedInsn[];
  /** Quick forms, by the instruction they are of; several may share one. */
  readonly quick: readonly { readonly of: PreparedInsn; readonly form: PreparedInsn }[];
  /** Their opcodes follow all others, from `firstFusedOp`. */
  readonly pairs: readonly FusedPair[];
  readonly firstFusedOp: number;
  readonly helperNames: readonly string[];
  readonly fpNames: readonly string[];
}

export const prepareProgram = (isa: EngineIsa): Program => {
  let nextFast: number = FAST.first;
  const insns = isa.insns.map((insn, index): PreparedInsn => {
    const graph = recordGraph(insn);
    const effects = effectsOf(graph);
    const slots = recordSlots(insn, graph);
    const base = { insn, graph, effects, slots, exactOp: index + 1 };
    if (effects.isHelper || graph.effects.some((effect) => effect.k === 'trap' || effect.k === 'fpCall')) return base;
    const far = nextFast++;
    if (!effects.hasDirectTarget) return { ...base, fastOps: { far } };
    return { ...base, fastOps: { far, forward: nextFast++, backward: nextFast++ } };
  });
  const forms = new Map<Insn, PreparedInsn>();
  const quick = isa.quick.map(({ of, form }) => {
    const general = insns.find(({ insn }) => insn.mnemonic === of);
    if (!general) throw new Error(`quick form of unknown ${of}`);
    const known = forms.get(form);
    if (known) return { of: general, form: known };
    const graph = recordGraph(form);
    const slots = recordSlots(form, graph);
    const fastOps = { far: nextFast++ };
    const prepared = { insn: form, graph, effects: effectsOf(graph), slots, exactOp: 0, fastOps };
    forms.set(form, prepared);
    return { of: general, form: prepared };
  });
  const firstFusedOp = nextFast;
  const pairs = preparePairs(isa, insns, firstFusedOp);
  return {
    isa,
    insns,
    quick,
    pairs,
    firstFusedOp,
    helperNames: Object.keys(isa.helpers),
    fpNames: Object.keys(isa.fp),
  };
};

/** @throws Error when a row of the ISA's table names what cannot be fused. */
const preparePairs = (isa: EngineIsa, insns: readonly PreparedInsn[], firstOp: number): FusedPair[] => {
  const byName = new Map(insns.map((prepared) => [prepared.insn.mnemonic, prepared]));
  const pairs: FusedPair[] = [];
  for (const { first, second, forward } of isa.fusions) {
    const a = byName.get(first);
    const b = byName.get(second);
    if (!a?.fastOps || !b?.fastOps || a.effects.endsBlock) throw new Error(`cannot fuse ${first} with ${second}`);
    if (a.graph.effects.some((effect) => effect.k === 'fpArith')) throw new Error(`${first}: its record has no room`);
    const reaches: readonly Reach[] = b.effects.hasDirectTarget ? ['forward', 'backward', 'far'] : ['far'];
    for (const reach of reaches)
      pairs.push({ op: firstOp + pairs.length, first: a, second: b, reach, ...(forward && { forward }) });
  }
  return pairs;
};

/** Field that names the integer register the instruction writes, when it is the only write. */
export const destinationField = ({ graph }: PreparedInsn): string | undefined => {
  const writes = graph.effects.flatMap((effect) => (effect.k === 'setX' ? [effect] : []));
  const ref = writes.length === 1 ? writes[0]?.ref : undefined;
  return ref && 'field' in ref ? ref.field : undefined;
};

const REGISTER_SLOTS = [RECORD.a, RECORD.b, RECORD.c, RECORD.d] as const;

/** @throws Error naming the instruction when its fields do not fit a record. */
const recordSlots = (insn: Insn, graph: Graph): Map<string, RecordSlot> => {
  const slots = new Map<string, RecordSlot>();
  let registers = 0;
  const register = (field: string, kind: 'register' | 'destination') => {
    const known = slots.get(field);
    if (known) {
      if (kind === 'destination') slots.set(field, { ...known, kind });
      return;
    }
    const offset = REGISTER_SLOTS[registers++];
    if (offset === undefined) throw new Error(`${insn.mnemonic}: too many registers for a record`);
    slots.set(field, { offset, kind });
  };
  const plain = (field: string, offset: number, kind: 'plain16' | 'plain32') => {
    const known = slots.get(field);
    if (known && known.offset !== offset) throw new Error(`${insn.mnemonic}: field ${field} used in two ways`);
    if (!known && [...slots.values()].some((slot) => slot.offset === offset)) {
      throw new Error(`${insn.mnemonic}: two fields for one place of the record`);
    }
    slots.set(field, { offset, kind });
  };
  const seen = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    const { kind } = node;
    if ((kind.k === 'x' || kind.k === 'f') && 'field' in kind.ref) register(kind.ref.field, 'register');
    if (kind.k === 'imm' || kind.k === 'imm32' || kind.k === 'pcRel') plain(kind.field, RECORD.imm, 'plain32');
    for (const arg of node.args) visit(arg);
  };
  for (const effect of graph.effects) {
    for (const input of effectInputs(effect)) visit(input);
    if (effect.k === 'setX' && 'field' in effect.ref) register(effect.ref.field, 'destination');
    if (effect.k === 'setF' && 'field' in effect.ref) register(effect.ref.field, 'register');
    if (effect.k === 'fpArith') plain(effect.rm, RECORD.e, 'plain16');
    if (effect.k === 'fpCall' && effect.rm !== undefined) plain(effect.rm, RECORD.e, 'plain16');
  }
  return slots;
};
