/** Comparisons. @see Arm ARM, J1.3, functions/float: FPCompare, FPCompareEQ, FPCompareGE, FPCompareGT */
import { compare, type Relation } from '../../core/float/comparison';
import type { Format } from '../../core/float/format';
import { type Binary, type FloatResult, given, taken } from './control';

/** N, Z, C and V in bits 3 to 0. */
const NZCV: Readonly<Record<Relation, bigint>> = { equal: 6n, less: 8n, greater: 2n, unordered: 3n };

type Kind = 'quiet' | 'signalling';

const related = (
  fpcr: number,
  f: Format,
  [a, b]: readonly [bigint, bigint],
  kind: Kind,
  of: (relation: Relation) => bigint,
): FloatResult => {
  const [x, y] = [taken(fpcr, f, a), taken(fpcr, f, b)];
  const { relation, flags } = compare(f, x.bits, y.bits, kind);
  return given({ bits: of(relation), flags }, x, y);
};

/** The flags of a comparison in bits 3 to 0. A signalling one takes any NaN for invalid. */
export const fpCompare = (fpcr: number, f: Format, a: bigint, b: bigint, kind: Kind): FloatResult =>
  related(fpcr, f, [a, b], kind, (relation) => NZCV[relation]);

/** Ones in the format's width where it is so, else 0. */
const test =
  (kind: Kind, claim: readonly Relation[]): Binary =>
  (fpcr, f, a, b) =>
    related(fpcr, f, [a, b], kind, (relation) => (claim.includes(relation) ? (f.sign << 1n) - 1n : 0n));

export const fpEqual = test('quiet', ['equal']);
export const fpGreaterOrEqual = test('signalling', ['greater', 'equal']);
export const fpGreater = test('signalling', ['greater']);
