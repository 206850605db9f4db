/** Comparisons of SSE. @see AMD64 APM volume 4, "CMPPS", "COMISS", "UCOMISS" */
import { compare, type Relation } from '../../core/float/comparison';
import type { Format } from '../../core/float/format';
import { denormalsOf, RAISES, type SseResult, taken } from './mxcsr';

type Kind = 'quiet' | 'signalling';

const related = (
  mxcsr: number,
  f: Format,
  rawA: bigint,
  rawB: bigint,
  kind: Kind,
): { readonly relation: Relation; readonly flags: number } => {
  const [a, b] = [taken(mxcsr, f, rawA), taken(mxcsr, f, rawB)];
  const { relation, flags } = compare(f, a, b, kind);
  return { relation, flags: flags ? RAISES.IE : denormalsOf(f, [a, b], 0) };
};

interface Predicate {
  readonly name: string;
  readonly kind: Kind;
  readonly claim: readonly Relation[];
}
/** By the two low bits of the immediate; bit 2 turns the answer over. */
const PREDICATES: readonly Predicate[] = [
  { name: 'eq', kind: 'quiet', claim: ['equal'] },
  { name: 'lt', kind: 'signalling', claim: ['less'] },
  { name: 'le', kind: 'signalling', claim: ['less', 'equal'] },
  { name: 'unord', kind: 'quiet', claim: ['unordered'] },
];

/** Ones in the format's width where predicate 0 to 7 holds, else 0. */
export const ssePredicate = (mxcsr: number, f: Format, a: bigint, b: bigint, predicate: number): SseResult => {
  const row = PREDICATES[predicate & 3];
  if (!row) throw new Error(`no predicate ${predicate}`);
  const { relation, flags } = related(mxcsr, f, a, b, row.kind);
  const holds = row.claim.includes(relation) !== ((predicate & 4) !== 0);
  return { bits: holds ? (f.sign << 1n) - 1n : 0n, flags };
};

/** ZF, PF and CF as RFLAGS has them. */
const STATUS: Readonly<Record<Relation, bigint>> = { greater: 0n, less: 1n, equal: 0x40n, unordered: 0x45n };

/** COMISS and UCOMISS: ZF, PF and CF in their places in RFLAGS; a signalling comparison takes any NaN for invalid. */
export const sseStatus = (mxcsr: number, f: Format, a: bigint, b: bigint, kind: Kind): SseResult => {
  const { relation, flags } = related(mxcsr, f, a, b, kind);
  return { bits: STATUS[relation], flags };
};
