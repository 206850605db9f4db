/** Finds the instruction of a word, from the patterns alone. For disassembly and tests; the engine generates its own decoder. */

import { type Discriminator, discriminate, keyOf } from './discriminator';
import { type DecodedInsn, lengthOfUnit, type PatternEncoding } from './encoding';
import type { PatternInsn } from './insn';
import { extractField, type InsnPattern, type PatternField } from './pattern';

/** @param word the bytes at pc, little-endian, unsigned; what lies behind a shorter instruction is ignored. */
export type Decoder = (word: number) => DecodedInsn | undefined;

/**
 * @throws Error naming the instructions when some word would be two of them, or when a pattern's length is not what the
 *   encoding says of its first unit: mistakes of ours.
 */
export const createDecoder = (insns: readonly PatternInsn[], encoding: PatternEncoding): Decoder => {
  const overlap = findOverlap(insns);
  if (overlap) throw new Error(`patterns of ${overlap[0].mnemonic} and ${overlap[1].mnemonic} overlap`);
  for (const insn of insns) checkLength(insn, encoding);
  const byLength = new Map<number, Discriminator>();
  for (const { bytes } of encoding.lengths) {
    byLength.set(bytes, discriminate(insns.filter(({ pattern }) => pattern.length === bytes)));
  }
  return (word) => {
    const length = lengthOfUnit(encoding, unitOf(word, encoding.unit));
    const rows = byLength.get(length);
    if (!rows) return undefined;
    const own = length === 4 ? word >>> 0 : word & (2 ** (8 * length) - 1);
    for (const insn of rows.groups[keyOf(rows, own)] ?? []) {
      const values = matchInsn(insn, own);
      if (values) return { insn, length, ...values };
    }
    return undefined;
  };
};

const unitOf = (word: number, unit: number): number => (unit === 4 ? word >>> 0 : word & (2 ** (8 * unit) - 1));

/** The bits that the encoding looks at are fixed in the pattern, and say its length. */
const checkLength = ({ mnemonic, pattern }: PatternInsn, encoding: PatternEncoding): void => {
  const { unit, lengths } = encoding;
  const asked = lengths.reduce((mask, rule) => mask | rule.mask, 0);
  const rule = lengthOfUnit(encoding, unitOf(pattern.match, unit));
  // Open bits may change the length unless every value of them gives the same.
  const open = asked & ~pattern.mask;
  const isCertain = subsetsOf(open).every(
    (bits) => lengthOfUnit(encoding, unitOf(pattern.match | bits, unit)) === rule,
  );
  if (rule !== pattern.length || !isCertain) {
    throw new Error(`${mnemonic}: its pattern has ${pattern.length} bytes, but the encoding says ${rule}`);
  }
};

/** All numbers whose bits are among those of `mask`. */
const subsetsOf = (mask: number): number[] => {
  const bits = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (mask >>> bit) & 1);
  return bits.reduce<number[]>((values, bit) => values.flatMap((value) => [value, value | (1 << bit)]), [0]);
};

/** The values of all fields when the word is this instruction. */
export const matchInsn = (
  { pattern, not, computed }: PatternInsn,
  word: number,
): Pick<DecodedInsn, 'fields' | 'wide'> | undefined => {
  if ((word & pattern.mask) >>> 0 !== pattern.match) return undefined;
  const fields: Record<string, number> = {};
  for (const [name, field] of pattern.fields) fields[name] = extractField(field, word);
  for (const [name, excluded] of Object.entries(not ?? {})) {
    const value = fields[name];
    if (value !== undefined && excluded.includes(value)) return undefined;
  }
  if (!computed) return { fields };
  const wide: Record<string, bigint> = {};
  for (const [name, compute] of Object.entries(computed)) {
    const value = compute(fields);
    if (value === undefined) return undefined;
    wide[name] = BigInt.asUintN(64, value);
  }
  return { fields, wide };
};

/** The first two instructions of one length that share a word, if any. */
export const findOverlap = (insns: readonly PatternInsn[]): readonly [PatternInsn, PatternInsn] | undefined => {
  for (const [index, first] of insns.entries()) {
    for (const second of insns.slice(index + 1)) if (mayOverlap(first, second)) return [first, second];
  }
  return undefined;
};

const mayOverlap = (a: PatternInsn, b: PatternInsn): boolean => {
  if (a.pattern.length !== b.pattern.length) return false;
  const shared = (a.pattern.mask & b.pattern.mask) >>> 0;
  if ((a.pattern.match & shared) >>> 0 !== (b.pattern.match & shared) >>> 0) return false;
  const mask = (a.pattern.mask | b.pattern.mask) >>> 0;
  const match = (a.pattern.match | b.pattern.match) >>> 0;
  return !isExcluded(a, mask, match) && !isExcluded(b, mask, match);
};

/** True when the fixed bits force an excluded value on one of the instruction's fields. */
const isExcluded = (insn: PatternInsn, mask: number, match: number): boolean =>
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
