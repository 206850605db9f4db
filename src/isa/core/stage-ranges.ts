/** Mappings of a guest's stage 1 and what its stage 2 makes of them. */
import { ipa, pa, va } from '../../base/address';
import type { Mapping, Permissions } from './translation';

/** What both stages allow; to whom the page belongs the first stage says. */
export const both = (first: Permissions, second: Permissions | undefined): Permissions => ({
  read: first.read && (second?.read ?? true),
  write: first.write && (second?.write ?? true),
  execute: first.execute && (second?.execute ?? true),
  user: first.user,
});

/** The parts of a stage 1 range that stage 2 maps, by `backing`: its ranges by address. */
export const backed = (range: Mapping, backing: readonly Mapping[]): Mapping[] => {
  const parts: Mapping[] = [];
  const [from, to]: readonly [bigint, bigint] = [range.pa, range.pa + range.size];
  for (let at = firstBehind(backing, from); at < backing.length; at++) {
    const second = backing[at];
    if (second === undefined || second.va >= to) break;
    const low = second.va > from ? second.va : from;
    const end = second.va + second.size;
    const high = end < to ? end : to;
    parts.push({
      ...range,
      va: va(range.va + (low - from)),
      ipa: ipa(low),
      pa: pa(second.pa + (low - second.va)),
      size: high - low,
      pageSize: Math.min(range.pageSize, second.pageSize),
      perms: both(range.perms, second.perms),
    });
  }
  return parts;
};

/** Index of the first range that ends behind `address`. */
const firstBehind = (ranges: readonly Mapping[], address: bigint): number => {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range !== undefined && range.va + range.size <= address) low = middle + 1;
    else high = middle;
  }
  return low;
};
