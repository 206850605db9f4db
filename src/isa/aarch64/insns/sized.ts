/** Rows that exist for words and for doublewords: what the bit `sf` chooses. */
import type { PatternInsn } from '../../core/insn';
import type { Int, V32, V64 } from '../../core/ops';
import type { A64Ops, Sized } from '../ops';

export interface Size<T extends Int> {
  /** The letter of its registers, and of the row's name. */
  readonly r: 'w' | 'x';
  readonly sf: '0' | '1';
  readonly bits: 32 | 64;
  of(o: A64Ops): Sized<T>;
}

const WORD: Size<V32> = { r: 'w', sf: '0', bits: 32, of: (o) => o.in32 };
const DOUBLEWORD: Size<V64> = { r: 'x', sf: '1', bits: 64, of: (o) => o.in64 };

/** The rows of both sizes. */
export const inBothSizes = (make: <T extends Int>(size: Size<T>) => readonly PatternInsn[]): readonly PatternInsn[] => [
  ...make(WORD),
  ...make(DOUBLEWORD),
];
