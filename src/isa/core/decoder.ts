/** Finds the instruction of a word, from the patterns alone. For disassembly and tests; the engine generates its own decoder. */

import type { Insn } from './insn';
import { extractField, type InsnPattern, type PatternField } from './pattern';

export interface DecodedInsn {
  readonly insn: Insn;
  /** Field values by name, extended and biased as the pattern says. */
  readonly fields: Readonly<Record<string, number>>;
}

/** @param word the bytes at pc, little-endian, unsigned; for a 2-byte instruction the upper half is ignored. */
export type Decoder = (word: number) => DecodedInsn | undefined;

/**
 * @throws Error naming both instructions when some word would be both: a mistake of ours.
 */
export const createDecoder = (insns: readonly Insn[]): Decoder => {
  const overlap = findOverlap(insns);
  if (overlap) throw new Error(`patterns of ${overlap[0].mnemonic} and ${overlap[1].mnemonic} overlap`);
  const short = createIndex(insns.filter((insn) => insn.pattern.length === 2));
  const long = createIndex(insns.filter((insn) => insn.pattern.length === 4));
  return (word) => short(word & 0xffff) ?? long(word >>> 0);
};

/** Looks only at the rows that agree with the word on the bits every row fixes. */
const createIndex = (insns: readonly Insn[]): Decoder => {
  const common = insns.reduce((mask, insn) => mask & insn.pattern.mask, -1);
  const rows = new Map<number, Insn[]>();
  for (const insn of insns) {
    const key = insn.pattern.match & common;
    const list = rows.get(key);
    if (list) list.push(insn);
    else rows.set(key, [insn]);
  }
  return (word) => {
    for (const insn of rows.get(word & common) ?? []) {
      const fields = matchInsn(insn, word);
      if (fields) return { insn, fields };
    }
    return undefined;
  };
};

const matchInsn = (insn: Insn, word: number): Record<string, number> | undefined => {
  const { mask, match, fields } = insn.pattern;
  if ((word & mask) >>> 0 !== match) return undefined;
  const values: Record<string, number> = {};
  for (const [name, field] of fields) values[name] = extractField(field, word);
  for (const [name, excluded] of Object.entries(insn.not ?? {})) {
    const value = values[name];
    if (value !== undefined && excluded.includes(value)) return undefined;
  }
  return values;
};

/** The first two instructions that share a word, if any. */
export const findOverlap = (insns: readonly Insn[]): readonly [Insn, Insn] | undefined => {
  for (const [index, first] of insns.entries()) {
    for (const second of insns.slice(index + 1)) if (mayOverlap(first, second)) return [first, second];
  }
  return undefined;
};

const mayOverlap = (a: Insn, b: Insn): boolean => {
  const shared = (a.pattern.mask & b.pattern.mask) >>> 0;
  if ((a.pattern.match & shared) !== (b.pattern.match & shared)) return false;
  const mask = (a.pattern.mask | b.pattern.mask) >>> 0;
  const match = (a.pattern.match | b.pattern.match) >>> 0;
  return !isExcluded(a, mask, match) && !isExcluded(b, mask, match);
};

/** True when the fixed bits force an excluded value on one of the instruction's fields. */
const isExcluded = (insn: Insn, mask: number, match: number): boolean =>
  Object.entries(insn.not ?? {}).some(([name, values]) => {
    const field = insn.pattern.fields.get(name);
    if (!field) throw new Error(`${insn.mnemonic}: excludes values of "${name}", which is no field of its pattern`);
    return field.pieces.every((piece) => isFixed(piece, mask)) && values.includes(extractField(field, match));
  });

const isFixed = ({ from, count }: PatternField['pieces'][number], mask: number): boolean =>
  Math.floor(mask / 2 ** from) % 2 ** count === 2 ** count - 1;

/** Builds the word with these field values, the inverse of decoding; bits that do not matter are 0. */
export const encodeInsn = (pattern: InsnPattern, fields: Readonly<Record<string, number>>): number => {
  let word = pattern.match;
  for (const [name, field] of pattern.fields) {
    const value = (fields[name] ?? field.bias) - field.bias;
    const raw = value < 0 ? value + 2 ** field.width : value;
    for (const { from, to, count } of field.pieces) word += (Math.floor(raw / 2 ** to) % 2 ** count) * 2 ** from;
  }
  return word;
};
