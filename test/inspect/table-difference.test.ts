import { describe, expect, it } from 'vitest';
import { pa, va } from '../../src/base/address';
import { differences } from '../../src/inspect/table-difference';
import type { Mapping } from '../../src/isa/core/translation';
import { Random, SEED } from '../support/random';

const PAGE = 0x1000n;
const perms = (write: boolean) => ({ read: true, write, execute: false, user: false });

/** A page of a small space: where it leads and whether it may be written; undefined when it is not mapped. */
type Page = { readonly to: bigint; readonly write: boolean } | undefined;

/** Neighbours that continue each other are one range, as listings have them. */
function listing(pages: readonly Page[]): Mapping[] {
  const ranges: Mapping[] = [];
  for (const [index, page] of pages.entries()) {
    if (page === undefined) continue;
    const last = ranges.at(-1);
    const at = BigInt(index) * PAGE;
    const goesOn =
      last !== undefined &&
      last.va + last.size === at &&
      last.pa + last.size === page.to &&
      last.perms.write === page.write;
    if (goesOn) ranges[ranges.length - 1] = { ...last, size: last.size + PAGE };
    else
      ranges.push({ va: va(at), pa: pa(page.to), size: PAGE, pageSize: 4096, perms: perms(page.write), flags: 'AD' });
  }
  return ranges;
}

const textOf = (page: Page): string => (page === undefined ? 'none' : `${page.to} ${page.write}`);

describe('differences of two listings', () => {
  it('are none between equal ones', () => {
    const ranges = listing([{ to: 0n, write: true }, undefined, { to: 0x5000n, write: false }]);
    expect(differences(ranges, ranges.slice())).toEqual([]);
    expect(differences([], [])).toEqual([]);
  });

  it('join neighbours that changed alike, and only those', () => {
    const before = listing([0n, 1n, 2n, 3n].map((index) => ({ to: index * PAGE, write: true })));
    const after = listing([
      { to: 0n, write: true },
      { to: PAGE, write: false },
      { to: 2n * PAGE, write: false },
      { to: 9n * PAGE, write: true },
      { to: 10n * PAGE, write: true },
    ]);
    const found = differences(before, after).map(({ kind, va: from, size }) => `${kind} ${from / PAGE} ${size / PAGE}`);
    expect(found).toEqual(['changed 1 2', 'changed 3 1', 'added 4 1']);
  });

  it('are those of the single pages, whatever the seed', () => {
    const random = new Random(SEED);
    const next = (limit: number) => random.below(limit);
    for (let round = 0; round < 200; round++) {
      const make = (): Page =>
        next(3) === 0 ? undefined : { to: BigInt(next(4) === 0 ? next(64) : 0) * PAGE, write: next(4) > 0 };
      const before = Array.from({ length: 24 }, make);
      // Runs of pages that go on, so that ranges of several pages come up.
      for (const [index, page] of before.entries()) {
        const last = before[index - 1];
        if (page !== undefined && last !== undefined && next(2) === 0) before[index] = { ...last, to: last.to + PAGE };
      }
      const after = before.map((page) => (next(4) === 0 ? make() : page));
      const changes = differences(listing(before), listing(after));
      for (const [index, page] of before.entries()) {
        const at = BigInt(index) * PAGE;
        const change = changes.find(({ va: from, size }) => at >= from && at < from + size);
        const is = after[index];
        const isSame = textOf(page) === textOf(is);
        expect(change === undefined, `WORLDSTEP_SEED=${SEED}, round ${round}, page ${index}`).toBe(isSame);
        if (change === undefined) continue;
        expect(change.kind).toBe(page === undefined ? 'added' : is === undefined ? 'removed' : 'changed');
        const offset = at - change.va;
        expect(change.before === undefined ? undefined : change.before.pa + offset).toBe(page?.to);
        expect(change.after === undefined ? undefined : change.after.pa + offset).toBe(is?.to);
      }
    }
  });
});
