import { describe, expect, it } from 'vitest';
import { LargeEntries } from '../../src/engine/large-entries';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const BASE = 0xffff_8000_4000_0000n;

describe('a cached entry larger than a page', () => {
  it.each([
    ['64 KiB', 64 * KIB, 0x1f_ffffn, 0x20_0000n],
    ['2 MiB', 2 * MIB, 0x1f_ffffn, 0x20_0000n],
    ['32 MiB', 32 * MIB, 0x3fff_ffffn, 0x4000_0000n],
    ['1 GiB', GIB, 0x3fff_ffffn, 0x4000_0000n],
  ] as const)('of %s is known around it, and not beyond', (_, bytes, inside, outside) => {
    const entries = new LargeEntries(2);
    entries.note(1, BASE + 0x3000n, bytes);
    expect([entries.has(1, BASE), entries.has(1, BASE + inside), entries.has(1, BASE + outside)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(entries.has(0, BASE)).toBe(false);
    entries.clear(1);
    expect(entries.has(1, BASE)).toBe(false);
  });

  it('of more than 1 GiB may be anywhere', () => {
    const entries = new LargeEntries(1);
    entries.note(0, BASE, 512 * GIB);
    expect(entries.has(0, 0n)).toBe(true);
  });

  it('is found whatever the tag in the highest byte is', () => {
    const entries = new LargeEntries(1);
    entries.note(0, 0x5a00_0000_4000_0000n, 2 * MIB);
    expect(entries.has(0, 0x4000_1000n)).toBe(true);
  });
});
