/** Conditions of `fcmp`. @see LoongArch Reference Manual, Volume 1, table "Conditions of FCMP.cond.{S/D}" */
import type { Relation } from '../../core/float/comparison';

/** A condition as instructions encode it: bit 0 says that any NaN is invalid, the others which relations fulfil it. */
export interface Condition {
  /** Without the letter of its kind. */
  readonly name: string;
  readonly relations: readonly Relation[];
  /** Bits 4 to 1. */
  readonly bits: string;
}

/** Bits of a condition: less, equal, unordered, and less or greater. */
export const CONDITION = { LESS: 2, EQUAL: 4, UNORDERED: 8, UNEQUAL: 16 } as const;

/** Each in two kinds: quiet (`c`) and signalling (`s`). */
export const CONDITIONS: readonly Condition[] = [
  { name: 'af', bits: '0000', relations: [] },
  { name: 'lt', bits: '0001', relations: ['less'] },
  { name: 'eq', bits: '0010', relations: ['equal'] },
  { name: 'le', bits: '0011', relations: ['less', 'equal'] },
  { name: 'un', bits: '0100', relations: ['unordered'] },
  { name: 'ult', bits: '0101', relations: ['unordered', 'less'] },
  { name: 'ueq', bits: '0110', relations: ['unordered', 'equal'] },
  { name: 'ule', bits: '0111', relations: ['unordered', 'less', 'equal'] },
  { name: 'ne', bits: '1000', relations: ['less', 'greater'] },
  { name: 'or', bits: '1010', relations: ['less', 'equal', 'greater'] },
  { name: 'une', bits: '1100', relations: ['unordered', 'less', 'greater'] },
];
