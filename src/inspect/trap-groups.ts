/** Traps of a log by their reasons, and how long they took. */
import { t } from '../base/l10n';
import { grouped } from './text';
import { Tally, type TrapKind, type TrapRecord } from './trap-log';
import { instructions, latency } from './trap-words';

/** Traps of one reason. */
export interface Group {
  readonly kind: TrapKind;
  readonly tally: Tally;
}

/** The groups of some records. */
export function groupsOf(records: readonly TrapRecord[]): Group[] {
  const tallies = new Map<TrapKind, Tally>();
  for (const record of records) {
    const tally = tallies.get(record.kind) ?? new Tally();
    tallies.set(record.kind, tally);
    tally.count++;
    const took = latency(record);
    if (took !== undefined) tally.ended(took);
  }
  return largestFirst([...tallies].map(([kind, tally]) => ({ kind, tally })));
}

/** Sorts the groups. */
export const largestFirst = (groups: Group[]): Group[] =>
  groups.sort((one, other) => other.tally.count - one.tally.count);

/** `12.5 %`. */
export const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

/** `mean 254, longest 401 instructions`. */
export function latencyText({ timed, total, longest }: Tally): string {
  if (timed === 0) return t`latency not known`;
  return t`mean ${grouped(total / BigInt(timed))}, longest ${instructions(longest)}`;
}
