/** Which bits of a word tell most patterns apart: both decoders look at these first. */
import type { PatternInsn } from './insn';

/** Bits from `from`, placed at bit `to` of the key. */
export interface KeyPiece {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface Discriminator {
  readonly pieces: readonly KeyPiece[];
  /** Rows that a word with this key may be, in the table's order. */
  readonly groups: readonly (readonly PatternInsn[])[];
}

const MOST_BITS = 7;
/** A row that leaves a bit open is in two groups: so much longer may that make all groups together than the table. */
const MOST_COPIES = 1.2;

/** Takes one bit after the other, each time the one that leaves the smallest groups. */
export const discriminate = (insns: readonly PatternInsn[]): Discriminator => {
  const bits: number[] = [];
  let cost = costOf(insns, bits);
  while (bits.length < MOST_BITS) {
    const choices = Array.from({ length: 32 }, (_, bit) => bit)
      .filter((bit) => !bits.includes(bit))
      .map((bit) => ({ bit, cost: costOf(insns, [...bits, bit]) }));
    const best = choices.reduce((least, choice) => (choice.cost < least.cost ? choice : least));
    if (best.cost >= cost) break;
    bits.push(best.bit);
    ({ cost } = best);
  }
  bits.sort((a, b) => a - b);
  const groups: PatternInsn[][] = Array.from({ length: 2 ** bits.length }, () => []);
  for (const insn of insns) for (const key of keysOf(insn, bits)) groups[key]?.push(insn);
  return { pieces: piecesOf(bits), groups };
};

/** Rows looked at for all keys together, each group counted as often as it has rows; infinite when there are too many copies. */
const costOf = (insns: readonly PatternInsn[], bits: readonly number[]): number => {
  const sizes = new Array<number>(2 ** bits.length).fill(0);
  for (const insn of insns) for (const key of keysOf(insn, bits)) sizes[key] = (sizes[key] ?? 0) + 1;
  const copies = sizes.reduce((sum, size) => sum + size, 0);
  if (copies > MOST_COPIES * insns.length) return Number.POSITIVE_INFINITY;
  return sizes.reduce((sum, size) => sum + size * size, 0);
};

/** The keys of a pattern: one, unless it leaves some of the bits open. */
const keysOf = ({ pattern: { mask, match } }: PatternInsn, bits: readonly number[]): number[] => {
  let keys = [0];
  for (const [index, bit] of bits.entries()) {
    const isOne = (match >>> bit) & 1;
    const isFixed = (mask >>> bit) & 1;
    if (isFixed) keys = keys.map((key) => key | (isOne << index));
    else keys = keys.flatMap((key) => [key, key | (1 << index)]);
  }
  return keys;
};

/** Neighbouring bits in one piece. */
const piecesOf = (bits: readonly number[]): KeyPiece[] => {
  const pieces: { from: number; to: number; count: number }[] = [];
  for (const [index, bit] of bits.entries()) {
    const last = pieces.at(-1);
    if (last && last.from + last.count === bit) last.count++;
    else pieces.push({ from: bit, to: index, count: 1 });
  }
  return pieces;
};

/** The key of a word. */
export const keyOf = ({ pieces }: Discriminator, word: number): number =>
  pieces.reduce((key, { from, to, count }) => key | (((word >>> from) & (2 ** count - 1)) << to), 0);
