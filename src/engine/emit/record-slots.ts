/** Where the operands of an instruction lie in its decoded record. */
import { type Effect, effectInputs, type Graph, type GraphNode } from '../../isa/core/graph';
import type { Insn } from '../../isa/core/insn';
import { RECORD } from '../layout';
import type { PlacedFile, StateMap } from '../state-map';

/** How a field is stored: as the distance of a register from its file's start, or as its plain value. */
export type RecordSlot =
  | {
      readonly kind: 'register';
      readonly offset: number;
      readonly field: string;
      readonly file: PlacedFile;
      readonly use: 'read' | 'write';
    }
  | { readonly kind: 'plain'; readonly offset: number; readonly field: string; readonly bytes: 2 | 4 };

/** By {@link registerKey} or a plain field's name. */
export type RecordSlots = ReadonlyMap<string, RecordSlot>;

/**
 * The key of a register operand. Reading and writing have a slot each where the register may be the one that reads as
 * zero: writes to it go elsewhere.
 */
export const registerKey = (insn: Insn, file: PlacedFile, field: string, use: 'read' | 'write'): string =>
  `${file.name}.${field}${use === 'write' && mayBeZero(insn, file, field) ? ' =' : ''}`;

const mayBeZero = ({ pattern, not }: Insn, { zero }: PlacedFile, name: string): boolean => {
  const field = pattern.fields.get(name);
  if (zero === undefined || !field) return false;
  return zero >= field.bias && zero < field.bias + 2 ** field.width && !not?.[name]?.includes(zero);
};

/** Places of two bytes, in the order in which registers take them. */
const REGISTER_PLACES: readonly number[] = [RECORD.a, RECORD.b, RECORD.c, RECORD.d, RECORD.e];

/** @throws Error naming the instruction when its fields do not fit a record. */
export const recordSlots = (insn: Insn, graph: Graph, { files }: StateMap): RecordSlots => {
  const slots = new Map<string, RecordSlot>();
  const taken = new Set<number>();
  const place = (wanted: readonly number[], bytes: number): number => {
    const isFree = (at: number): boolean =>
      Array.from({ length: bytes }, (_, byte) => at + byte).every((b) => !taken.has(b));
    const offset = wanted.find(isFree);
    if (offset === undefined) throw new Error(`${insn.mnemonic}: its operands do not fit a record`);
    for (let byte = 0; byte < bytes; byte++) taken.add(offset + byte);
    return offset;
  };
  const register = (name: string, field: string, use: 'read' | 'write') => {
    const file = files.get(name);
    if (!file) throw new Error(`${insn.mnemonic}: no register file ${name}`);
    const key = registerKey(insn, file, field, use);
    if (slots.has(key)) return;
    slots.set(key, { kind: 'register', offset: place(REGISTER_PLACES, 2), field, file, use });
  };
  const plain = (field: string, bytes: 2 | 4, wanted: readonly number[]) => {
    if (slots.has(field)) return;
    slots.set(field, { kind: 'plain', offset: place(wanted, bytes), field, bytes });
  };
  const seen = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    const { kind } = node;
    if (kind.k === 'register' && 'field' in kind.ref) register(kind.file, kind.ref.field, 'read');
    if (kind.k === 'imm' || kind.k === 'imm32' || kind.k === 'pcRel') plain(kind.field, 4, [RECORD.imm]);
    for (const arg of node.args) visit(arg);
  };
  for (const effect of graph.effects) {
    for (const input of effectInputs(effect)) visit(input);
    visitOperands(effect, register, plain);
  }
  return slots;
};

/** Fields that an effect itself names. */
const visitOperands = (
  effect: Effect,
  register: (file: string, field: string, use: 'write') => void,
  plain: (field: string, bytes: 2 | 4, wanted: readonly number[]) => void,
): void => {
  if (effect.k === 'write' && 'field' in effect.ref) register(effect.file, effect.ref.field, 'write');
  if (effect.k === 'call' && effect.field !== undefined) plain(effect.field, 4, [RECORD.imm]);
};
