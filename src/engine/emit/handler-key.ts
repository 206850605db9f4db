/** Tells instructions apart by what is emitted for them: those with one key share a handler. */
import { effectInputs, type GraphNode } from '../../isa/core/graph';
import type { PreparedInsn } from './program';

/**
 * Equal for instructions that do the same with the same parts of their records, such as a load with a long immediate and
 * the one with a short. A helper is told the very instruction, and what is rare has a function of its own: their keys are, too.
 */
export const handlerKey = ({ insn, graph, effects, slots, length, isApart }: Omit<PreparedInsn, 'exactOp'>): string => {
  if (effects.isHelper || insn.isRare) return insn.mnemonic;
  const nodes = new Map<GraphNode, number>();
  const lines: unknown[] = [length, isApart];
  const numberOf = (node: GraphNode): number => {
    const known = nodes.get(node);
    if (known !== undefined) return known;
    const { kind, type, depth, after, uses } = node;
    const args = node.args.map(numberOf);
    const number = nodes.size;
    nodes.set(node, number);
    const isSigned = 'field' in kind && insn.fields.get(kind.field)?.isSigned;
    lines.push([kind, type, depth, after, uses, args, isSigned]);
    return number;
  };
  const { effects: ordered, described } = graph;
  for (const effect of ordered) {
    effectInputs(effect).forEach(numberOf);
    // Results and everything else that is a node by its number.
    const parts = Object.entries(effect).map(([name, part]) => [name, isNode(part) ? numberOf(part) : part]);
    lines.push(parts);
  }
  lines.push(described);
  for (const [key, slot] of slots) {
    lines.push([key, slot.offset, slot.kind === 'register' ? [slot.file.name, slot.use] : slot.bytes]);
  }
  return JSON.stringify(lines, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
};

const isNode = (part: unknown): part is GraphNode => typeof part === 'object' && part !== null && 'args' in part;
