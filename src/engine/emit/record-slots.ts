/** Where the operands of an instruction lie in its decoded record. */
import { effectInputs, type Graph, type GraphNode } from '../../isa/core/graph';
import type { Insn } from '../../isa/core/insn';
import type { CodeLayout } from '../code-layout';
import { RECORD } from '../layout';
import type { PlacedFile, StateMap } from '../state-map';

/** Of fields that are only handed to a function, and are short and unsigned, 2. */
type PlainBytes = 2 | 4 | 8;

/** How a field is stored: as the distance of a register from its file's start, or as its plain value. */
export type RecordSlot =
  | {
      readonly kind: 'register';
      readonly offset: number;
      readonly field: string;
      readonly file: PlacedFile;
      readonly use: 'read' | 'write';
    }
  | { readonly kind: 'plain'; readonly offset: number; readonly field: string; readonly bytes: PlainBytes };

/** By {@link registerKey} or a plain field's name. */
export type RecordSlots = ReadonlyMap<string, RecordSlot>;

/**
 * The key of a register operand. Reading and writing have a slot each where the register may be the one that reads as
 * zero: writes to it go elsewhere.
 */
export const registerKey = (insn: Insn, file: PlacedFile, field: string, use: 'read' | 'write'): string =>
  `${file.name}.${field}${use === 'write' && mayBeZero(insn, file, field) ? ' =' : ''}`;

const mayBeZero = ({ fields, not }: Insn, { zero }: PlacedFile, name: string): boolean => {
  const field = fields.get(name);
  if (zero === undefined || !field) return false;
  return zero >= field.bias && zero < field.bias + 2 ** field.width && !not?.[name]?.includes(zero);
};

/** Where operands go, first choice first; the larger ones are placed first. Those behind 16 bytes are in some records only. */
const HALVES = [RECORD.a, RECORD.b, RECORD.c, RECORD.d, RECORD.e, 8, 10, 16, 18, 20, 22];
const PLACES = {
  register: HALVES,
  2: HALVES,
  4: [RECORD.imm, RECORD.d, RECORD.more, 20],
  8: [RECORD.imm, RECORD.more],
} as const;

/** An operand that needs a place. */
type Need =
  | {
      readonly kind: 'register';
      readonly key: string;
      readonly field: string;
      readonly file: PlacedFile;
      readonly use: 'read' | 'write';
    }
  | {
      readonly kind: 'plain';
      readonly key: string;
      readonly field: string;
      readonly bytes: PlainBytes;
      readonly isTarget: boolean;
    };

/**
 * @param graphs of the instruction, and of others that use the same record
 * @throws Error naming the instruction when its operands do not fit a record.
 */
export const recordSlots = (
  insn: Insn,
  graphs: readonly Graph[],
  state: StateMap,
  { recordBytes }: Pick<CodeLayout, 'recordBytes'>,
): RecordSlots => {
  const taken = new Set<number>();
  const end = Math.min(recordBytes, RECORD.near);
  const place = (wanted: readonly number[], bytes: number): number => {
    const cells = (at: number): number[] => Array.from({ length: bytes }, (_, byte) => at + byte);
    const offset = wanted.find((at) => at + bytes <= end && cells(at).every((cell) => !taken.has(cell)));
    if (offset === undefined) throw new Error(`${insn.mnemonic}: its operands do not fit a record`);
    for (const cell of cells(offset)) taken.add(cell);
    return offset;
  };
  const needs = needsOf(insn, graphs, state);
  const slots = new Map<string, RecordSlot>();
  // The distance of a jump within the page is always in the same place.
  const plain = needs.flatMap((need) => (need.kind === 'plain' ? [need] : []));
  plain.sort((a, b) => Number(b.isTarget) - Number(a.isTarget) || b.bytes - a.bytes);
  for (const { key, field, bytes } of plain) {
    slots.set(key, { kind: 'plain', offset: place(PLACES[bytes], bytes), field, bytes });
  }
  for (const need of needs) {
    if (need.kind !== 'register') continue;
    const { key, field, file, use } = need;
    slots.set(key, { kind: 'register', offset: place(PLACES.register, 2), field, file, use });
  }
  return slots;
};

/** The operands of all graphs, in the order in which they come. */
const needsOf = (insn: Insn, graphs: readonly Graph[], { files }: StateMap): Need[] => {
  const needs = new Map<string, Need>();
  const register = (name: string, field: string, use: 'read' | 'write') => {
    const file = files.get(name);
    if (!file) throw new Error(`${insn.mnemonic}: no register file ${name}`);
    const key = registerKey(insn, file, field, use);
    if (!needs.has(key)) needs.set(key, { kind: 'register', key, field, file, use });
  };
  const plain = (field: string, use: 'value' | 'target' | 'handed over') => {
    const known = needs.get(field);
    const { width = 0, isSigned = false } = insn.fields.get(field) ?? {};
    const isTarget = use === 'target';
    const bytes = width > 32 ? 8 : use === 'handed over' && width <= 16 && !isSigned ? 2 : 4;
    if (isTarget && bytes === 8) throw new Error(`${insn.mnemonic}: the distance of a jump has 32 bits`);
    const isKnown = known?.kind === 'plain' && known.bytes >= bytes && !isTarget;
    if (!isKnown) needs.set(field, { kind: 'plain', key: field, field, bytes, isTarget });
  };
  const seen = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    const { kind } = node;
    if (kind.k === 'register' && 'field' in kind.ref) register(kind.file, kind.ref.field, 'read');
    if (kind.k === 'imm' || kind.k === 'imm32' || kind.k === 'pcRel')
      plain(kind.field, kind.k === 'pcRel' ? 'target' : 'value');
    for (const arg of node.args) visit(arg);
  };
  for (const effect of graphs.flatMap(({ effects }) => effects)) {
    for (const input of effectInputs(effect)) visit(input);
    if (effect.k === 'write' && 'field' in effect.ref) register(effect.file, effect.ref.field, 'write');
    if (effect.k === 'call' && effect.field !== undefined) plain(effect.field, 'handed over');
  }
  return [...needs.values()];
};
