/** What instructions do to the stack pointer, read off their graphs. */
import type { Operands } from './disassembler';
import type { GraphNode, RegisterRef } from './graph';
import type { Insn } from './insn';
import { recordGraph } from './record-graph';

/** A register of the state: which file, which number. */
export interface RegisterPlace {
  readonly file: string;
  readonly index: number;
}

/** What an instruction adds to a register: 0n where it leaves it alone, `undefined` where it sets it to something else. */
export type Move = (operands: Operands) => bigint | undefined;

/** How an instruction, whatever its operands, moves the register at `place`. Of most helpers nothing is known. */
export function moveOf(insn: Insn, place: RegisterPlace): Move {
  const { effects } = recordGraph(insn);
  if (effects.some(({ k }) => k === 'helper')) {
    const isLeftAlone = insn.helperWrites !== undefined && insn.helperWrites !== place.file;
    return () => (isLeftAlone ? 0n : undefined);
  }
  const writes = effects.flatMap((effect) => (effect.k === 'write' && effect.file === place.file ? [effect] : []));
  if (writes.length === 0) return () => 0n;
  return ({ fields }) => {
    const isPlace = (ref: RegisterRef) => ('index' in ref ? ref.index : fields[ref.field]) === place.index;
    const [write, another] = writes.filter(({ ref }) => isPlace(ref));
    if (write === undefined) return 0n;
    return another === undefined ? sum(write.value, place, isPlace, fields) : undefined;
  };
}

/** The constant that an expression adds to the register. */
function sum(
  { kind, args }: GraphNode,
  place: RegisterPlace,
  isPlace: (ref: RegisterRef) => boolean,
  fields: Operands['fields'],
): bigint | undefined {
  if (kind.k !== 'op' || (kind.op !== 'add' && kind.op !== 'sub')) return undefined;
  const sign = kind.op === 'add' ? 1n : -1n;
  const [register, added] = args;
  if (register?.kind.k !== 'register' || register.kind.file !== place.file || !isPlace(register.kind.ref))
    return undefined;
  if (added?.kind.k === 'const') return sign * added.kind.value;
  return added?.kind.k === 'imm' ? sign * BigInt(fields[added.kind.field] ?? 0) : undefined;
}
