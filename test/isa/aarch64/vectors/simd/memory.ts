/**
 * Loads and stores of Advanced SIMD as a table of text: what QEMU does, which the test of the same name asks again. A row: mnemonic,
 * word, where the base points, the four vectors afterwards, by how much the base has grown; and for stores all of the memory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simdInsns } from '../../../../../src/isa/aarch64/insns/simd';
import { encodeInsn } from '../../../../../src/isa/core/decoder';
import type { PatternInsn } from '../../../../../src/isa/core/insn';
import { Random } from '../../../../support/random';
import { DATA, type Vector } from '../../../driver';

const SEED = 20_261_130;
const ROWS = 4;

/** The registers: the first vector, of four; base and index. */
export const REGISTERS = { Vt: 5, Rn: 13, Rm: 14 } as const;
/** What the index is. */
export const INDEX = 0x123n;
const PLACE = DATA + 0x100n;
export const SIZE = 128;

/** The memory that is there before, and the vectors: bytes that are all different. */
export const BYTES: readonly number[] = Array.from({ length: SIZE }, (_, at) => (at * 37 + 11) & 0xff);
export const VECTORS: readonly bigint[] = [0, 1, 2, 3].map((vector) =>
  Array.from({ length: 16 }, (_, at) => BigInt((vector * 59 + at * 7 + 129) & 0xff)).reduceRight(
    (all, byte) => (all << 8n) | byte,
    0n,
  ),
);

export interface MemoryCase {
  readonly mnemonic: string;
  readonly word: number;
  /** Bytes from the memory's begin to where the base points. */
  readonly offset: number;
}
export interface MemoryResult {
  readonly vectors: readonly bigint[];
  readonly growth: bigint;
  readonly bytes: readonly number[];
}

const WIDTHS: Readonly<Record<string, number>> = { b: 0, h: 1, s: 2, d: 3 };

const casesOf = (random: Random, row: PatternInsn): MemoryCase[] =>
  Array.from({ length: ROWS }, (_, at) => {
    const fields: Record<string, number> = {};
    for (const { name, width } of row.pattern.fields.values()) {
      const isGiven = name in REGISTERS;
      fields[name] = isGiven ? REGISTERS[name as keyof typeof REGISTERS] : random.below(2 ** width);
    }
    if (row.pattern.fields.has('Q')) fields.Q = at % 2;
    if (row.pattern.fields.has('size')) fields.size = row.not?.size ? at % 3 : at;
    const letter = /-([bhsd])(-|$)/.exec(row.mnemonic)?.[1] ?? '';
    const scale = WIDTHS[letter] ?? fields.size ?? 0;
    // With the MMU off lanes must be aligned, and they need not be more.
    const offset = (2 * random.below(4) + 1) << scale;
    return { mnemonic: row.mnemonic, word: encodeInsn(row.pattern, fields) >>> 0, offset };
  });

/** Every load and store of structures, in the order of their names. */
export const memoryCases = (): MemoryCase[] => {
  const random = new Random(SEED);
  const rows = simdInsns().filter(({ mnemonic }) => /^(ld|st)\d/.test(mnemonic));
  return [...rows].sort((a, b) => (a.mnemonic < b.mnemonic ? -1 : 1)).flatMap((row) => casesOf(random, row));
};

export const FILE = join(__dirname, 'memory-results.txt');

const digitsOf = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, '0');

export const lineOf = ({ mnemonic, word, offset }: MemoryCase, { vectors, growth, bytes }: MemoryResult): string => {
  const memory = digitsOf(bytes);
  return [
    mnemonic,
    hex(word, 8),
    offset,
    ...vectors.map((vector) => hex(vector, 32)),
    growth,
    ...(memory === digitsOf(BYTES) ? [] : [memory]),
  ].join(' ');
};

const rowOf = (line: string): Vector => {
  const [mnemonic = '', word = '', offset = '', a, b, c, d, growth = '', memory] = line.split(' ');
  const base = PLACE + BigInt(offset);
  return {
    name: line,
    mnemonic,
    word: Number.parseInt(word, 16),
    length: 4,
    before: {
      v: Object.fromEntries(VECTORS.map((vector, at) => [REGISTERS.Vt + at, vector])),
      x: { [REGISTERS.Rn]: base, [REGISTERS.Rm]: INDEX },
      memory: [{ at: PLACE, bytes: digitsOf(BYTES) }],
    },
    after: {
      v: Object.fromEntries([a, b, c, d].map((vector, at) => [REGISTERS.Vt + at, BigInt(`0x${vector}`)])),
      x: { [REGISTERS.Rn]: base + BigInt(growth) },
      memory: [{ at: PLACE, bytes: memory ?? digitsOf(BYTES) }],
    },
  };
};

/** The recorded rows. */
export const MEMORY_RESULTS: readonly Vector[] = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .filter(Boolean)
  .map(rowOf);
