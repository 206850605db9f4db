/** The instruction table prepared for emission: graphs, where each field sits in a record, opcode numbers. */
import {
  effectInputs,
  effectsOf,
  type Graph,
  type GraphNode,
  type InsnEffects,
  recordGraph,
} from '../../isa/core/graph';
import type { GuestIsa } from '../../isa/core/guest-isa';
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

export interface Program {
  readonly isa: GuestIsa;
  readonly insns: readonly PreparedInsn[];
  readonly fastOpCount: number;
  readonly helperNames: readonly string[];
  readonly fpNames: readonly string[];
}

export const prepareProgram = (isa: GuestIsa): Program => {
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
  return { isa, insns, fastOpCount: nextFast, helperNames: Object.keys(isa.helpers), fpNames: Object.keys(isa.fp) };
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
