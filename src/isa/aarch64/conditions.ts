/** The conditions of A64. @see Arm ARM, C1.2.4 "Condition code" */

export type Condition =
  | 'eq'
  | 'ne'
  | 'cs'
  | 'cc'
  | 'mi'
  | 'pl'
  | 'vs'
  | 'vc'
  | 'hi'
  | 'ls'
  | 'ge'
  | 'lt'
  | 'gt'
  | 'le'
  | 'al'
  | 'nv';

export interface ConditionRow {
  readonly name: Condition;
  /** As disassemblers write it, where that is the manual's other name. */
  readonly written?: string;
  /** Whether it holds for flags N, Z, C, V in bits 3 to 0. */
  holds(nzcv: number): boolean;
}

const is = (nzcv: number, bit: number): boolean => ((nzcv >> bit) & 1) === 1;
const N = 3;
const Z = 2;
const C = 1;
const V = 0;
const always = (): boolean => true;

/** By their numbers. Each odd one is the opposite of the one before, but `nv`, which holds always, too. */
export const CONDITIONS: readonly ConditionRow[] = [
  { name: 'eq', holds: (f) => is(f, Z) },
  { name: 'ne', holds: (f) => !is(f, Z) },
  { name: 'cs', written: 'hs', holds: (f) => is(f, C) },
  { name: 'cc', written: 'lo', holds: (f) => !is(f, C) },
  { name: 'mi', holds: (f) => is(f, N) },
  { name: 'pl', holds: (f) => !is(f, N) },
  { name: 'vs', holds: (f) => is(f, V) },
  { name: 'vc', holds: (f) => !is(f, V) },
  { name: 'hi', holds: (f) => is(f, C) && !is(f, Z) },
  { name: 'ls', holds: (f) => !is(f, C) || is(f, Z) },
  { name: 'ge', holds: (f) => is(f, N) === is(f, V) },
  { name: 'lt', holds: (f) => is(f, N) !== is(f, V) },
  { name: 'gt', holds: (f) => is(f, N) === is(f, V) && !is(f, Z) },
  { name: 'le', holds: (f) => is(f, N) !== is(f, V) || is(f, Z) },
  { name: 'al', holds: always },
  { name: 'nv', holds: always },
];

/** A condition's number as instructions have it. */
export const bitsOfCondition = (cond: number): string => cond.toString(2).padStart(4, '0');
