/** An instruction's bits and effects in words, from its row. */
import { type Effect, effectsOf, nodesOf, type RegisterRef } from '../graph';
import type { Insn } from '../insn';
import type { InsnPattern } from '../pattern';
import { recordGraph } from '../record-graph';

/** The bits in the manual's order, most significant first: `imm[11:0] rs1 000 rd 0010011`; `undefined` where they are no pattern. */
export const encodingText = ({ pattern }: Insn): string | undefined => pattern && patternText(pattern);

const patternText = ({ length, mask, match, fields }: InsnPattern): string => {
  /** For each bit of the word, from the highest: the field and its bit. */
  const owners = new Map<number, { readonly name: string; readonly bit: number }>();
  for (const { name, pieces } of fields.values()) {
    for (const { from, to, count } of pieces) {
      for (let at = 0; at < count; at++) owners.set(from + at, { name, bit: to + at });
    }
  }
  const isBit = (word: number, at: number): boolean => Math.floor(word / 2 ** at) % 2 === 1;
  const runs: { name: string; high: number; low: number; bits: string }[] = [];
  for (let at = 8 * length - 1; at >= 0; at--) {
    const owner = owners.get(at);
    const last = runs.at(-1);
    if (owner) {
      if (last?.name === owner.name && last.low === owner.bit + 1) last.low = owner.bit;
      else runs.push({ name: owner.name, high: owner.bit, low: owner.bit, bits: '' });
      continue;
    }
    const bit = isBit(mask, at) ? (isBit(match, at) ? '1' : '0') : '-';
    if (last?.name === '') last.bits += bit;
    else runs.push({ name: '', high: 0, low: 0, bits: bit });
  }
  const widths = new Map([...fields.values()].map(({ name, width }) => [name, width]));
  return runs
    .map(({ name, high, low, bits }) => {
      if (name === '') return bits;
      const isWhole = low === 0 && high + 1 === widths.get(name);
      return isWhole ? name : `${name}[${high === low ? high : `${high}:${low}`}]`;
    })
    .join(' ');
};

const refText = (file: string, ref: RegisterRef): string => ('field' in ref ? ref.field : `${file}${ref.index}`);

/** Registers and memory that an instruction reads and writes, and what else it may do. */
export const describeEffects = (insn: Insn): string => {
  const graph = recordGraph(insn);
  const reads = new Set<string>();
  for (const { kind } of nodesOf(graph.effects)) {
    if (kind.k === 'register') reads.add(refText(kind.file, kind.ref));
    if (kind.k === 'slot') reads.add(kind.name);
  }
  const writes = new Set(graph.effects.flatMap(writesOf));
  const facts = effectsOf(graph);
  const memory = graph.effects.flatMap((effect): string[] => {
    if (effect.k === 'load') return [`loads ${byteText(effect.bytes)}`];
    if (effect.k === 'store') return [`stores ${byteText(effect.bytes)}`];
    return effect.k === 'update' ? [`updates ${byteText(effect.bytes)} at once`] : [];
  });
  const parts = [
    reads.size > 0 && `reads ${[...reads].join(', ')}`,
    writes.size > 0 && `writes ${[...writes].join(', ')}`,
    ...new Set(memory),
    facts.isConditional && 'branches',
    facts.isIndirect && 'jumps to a register',
    facts.hasDirectTarget && !facts.isConditional && 'jumps',
    facts.mayTrap && 'may trap',
  ];
  const text = parts.filter((part) => part !== false).join('; ');
  return text === '' ? '' : `${text[0]?.toUpperCase()}${text.slice(1)}.`;
};

const byteText = (bytes: number): string => (bytes === 1 ? 'a byte' : `${bytes} bytes`);

const writesOf = (effect: Effect): string[] => {
  if (effect.k === 'write') return [refText(effect.file, effect.ref)];
  return effect.k === 'setSlot' ? [effect.name] : [];
};
