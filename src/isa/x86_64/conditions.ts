/** Conditions of Jcc, SETcc and CMOVcc, in the order of their numbers. @see AMD64 APM volume 3, 1.6.2, table "Condition codes" */

/** What is asked of the flags: a flag, or what several say together. */
export type Test = 'o' | 'b' | 'e' | 'be' | 's' | 'p' | 'l' | 'le';

/** What holds, or does not. */
export interface Condition {
  /** As it is written behind `j`, `set`, `cmov`. */
  readonly name: string;
  /** The condition with an even number that it is, or the negation of. */
  readonly of: Test;
  readonly isNegated: boolean;
  /** The flags it looks at, in words. */
  readonly doc: string;
}

const ROWS: readonly [Test, string, string, string][] = [
  ['o', 'OF = 1', 'no', 'OF = 0'],
  ['b', 'CF = 1', 'ae', 'CF = 0'],
  ['e', 'ZF = 1', 'ne', 'ZF = 0'],
  ['be', 'CF = 1 or ZF = 1', 'a', 'CF = 0 and ZF = 0'],
  ['s', 'SF = 1', 'ns', 'SF = 0'],
  ['p', 'PF = 1', 'np', 'PF = 0'],
  ['l', 'SF and OF differ', 'ge', 'SF and OF are equal'],
  ['le', 'ZF = 1, or SF and OF differ', 'g', 'ZF = 0, and SF and OF are equal'],
];

export const CONDITIONS: readonly Condition[] = ROWS.flatMap(([name, doc, negated, negatedDoc]) => [
  { name, of: name, isNegated: false, doc },
  { name: negated, of: name, isNegated: true, doc: negatedDoc },
]);
