import { describe, expect, it } from 'vitest';
import { pa, va } from '../../src/base/address';
import { Past } from '../../src/inspect/past';

const store = (at: bigint, length: number, count: bigint) => ({
  event: { kind: 'stored', hart: 0, pa: pa(at), length, pc: va(0x1000n), at: count } as const,
  place: undefined,
});

describe('the past', () => {
  it('marks what differs from the last stop it was noted at, and nothing at the first', () => {
    const past = new Past();
    expect(past.isChanged('a', '1')).toBe(false);
    past.turn();
    expect(past.isChanged('a', '2')).toBe(true);
    expect(past.isChanged('a', '1')).toBe(false);
    past.turn();
    past.turn();
    expect(past.isChanged('a', '2')).toBe(true);
  });

  it('keeps comparing with the last stop while the guest runs', () => {
    const past = new Past();
    past.isChanged('a', '1');
    past.turn();
    past.isFrozen = true;
    expect(past.isChanged('a', '2')).toBe(true);
    past.isFrozen = false;
    past.turn();
    expect(past.isChanged('a', '2')).toBe(true);
  });

  it('knows the last store to any byte of a range', () => {
    const past = new Past();
    past.stored(store(0x100n, 8, 1n));
    past.stored(store(0x104n, 4, 2n));
    past.stored(store(0x110n, 1, 3n));
    expect(past.writerOf(0x100n, 4)?.event.at).toBe(1n);
    expect(past.writerOf(0x100n, 8)?.event.at).toBe(2n);
    expect(past.writerOf(0x107n, 1)?.event.at).toBe(2n);
    expect(past.writerOf(0x108n, 8)).toBeUndefined();
    expect(past.writerOf(0x108n, 9)?.event.at).toBe(3n);
    past.stored(store(0x100n, 8, 4n));
    expect(past.writerOf(0x104n, 4)?.event.at).toBe(4n);
  });
});
