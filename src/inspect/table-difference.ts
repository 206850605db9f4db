/** What two listings of mapped ranges differ in: ranges added, removed, and mapped otherwise. */
import type { Mapping, Permissions } from '../isa/core/translation';
import { permissionText } from './mapped-ranges';

/** How a range differs; translated where it is shown. */
export const CHANGE_KINDS = ['added', 'removed', 'changed'] as const;

/** One run of addresses that is mapped otherwise than before. */
export interface RangeChange {
  readonly kind: (typeof CHANGE_KINDS)[number];
  readonly va: bigint;
  readonly size: bigint;
  /** The part of a range there before and after, starting at `va`. */
  readonly before?: Mapping;
  readonly after?: Mapping;
}

/** The differences, by address. Both listings are ordered by address, and no two ranges of one overlap. */
export function differences(before: readonly Mapping[], after: readonly Mapping[]): RangeChange[] {
  const edges = new Set<bigint>();
  for (const { va, size } of [...before, ...after]) edges.add(va).add(va + size);
  const sorted = [...edges].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const changes: RangeChange[] = [];
  let [left, right] = [0, 0];
  for (const [index, from] of sorted.entries()) {
    const to = sorted[index + 1];
    if (to === undefined) break;
    left = firstEndingAfter(before, left, from);
    right = firstEndingAfter(after, right, from);
    const old = partOf(before[left], from, to);
    const now = partOf(after[right], from, to);
    if (old === undefined && now === undefined) continue;
    if (old !== undefined && now !== undefined && isSameMapping(old, now)) continue;
    append(changes, {
      kind: old === undefined ? 'added' : now === undefined ? 'removed' : 'changed',
      va: from,
      size: to - from,
      ...(old !== undefined && { before: old }),
      ...(now !== undefined && { after: now }),
    });
  }
  return changes;
}

function firstEndingAfter(ranges: readonly Mapping[], start: number, at: bigint): number {
  let index = start;
  for (let range = ranges[index]; range !== undefined && range.va + range.size <= at; range = ranges[index]) index++;
  return index;
}

/** The part of a range between two of its edges. */
function partOf(range: Mapping | undefined, from: bigint, to: bigint): Mapping | undefined {
  if (range === undefined || range.va > from) return undefined;
  const into = from - range.va;
  return {
    ...range,
    va: from as Mapping['va'],
    pa: (range.pa + into) as Mapping['pa'],
    ...(range.ipa !== undefined && { ipa: (range.ipa + into) as Mapping['pa'] & Mapping['ipa'] }),
    size: to - from,
  };
}

const samePermissions = (a: Permissions, b: Permissions): boolean => permissionText(a) === permissionText(b);

const isAlike = (a: Mapping, b: Mapping): boolean =>
  a.pageSize === b.pageSize && a.flags === b.flags && samePermissions(a.perms, b.perms);

const isSameMapping = (a: Mapping, b: Mapping): boolean => isAlike(a, b) && a.pa === b.pa && a.ipa === b.ipa;

/** Adds a change, to the last one where it goes on in the same way. */
function append(changes: RangeChange[], next: RangeChange): void {
  const last = changes.at(-1);
  const goesOn = (a: Mapping | undefined, b: Mapping | undefined): boolean =>
    a === undefined || b === undefined ? a === b : isAlike(a, b) && a.pa + a.size === b.pa;
  if (
    last === undefined ||
    last.kind !== next.kind ||
    last.va + last.size !== next.va ||
    !goesOn(last.before, next.before) ||
    !goesOn(last.after, next.after)
  ) {
    changes.push(next);
    return;
  }
  const size = last.size + next.size;
  changes[changes.length - 1] = {
    ...last,
    size,
    ...(last.before !== undefined && { before: { ...last.before, size } }),
    ...(last.after !== undefined && { after: { ...last.after, size } }),
  };
}
