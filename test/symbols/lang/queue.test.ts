import { describe, expect, it } from 'vitest';
import { memberOf } from '../../../src/symbols/lang/access';
import { present } from '../../../src/symbols/lang/present';
import { findQueue, readVecDeque } from '../../../src/symbols/lang/queue';
import type { RingBuffer, Value } from '../../../src/symbols/lang/value';
import { openFixture, rustFixtures } from './fixture';

/** Each slot: its element and its place in the queue, or `-`. */
const picture = (ring: RingBuffer): string[] =>
  Array.from({ length: ring.capacity }, (_, slot) =>
    ring.isOccupied(slot) ? `${present(ring.slotValue(slot)).text}@${ring.logicalIndex(slot)}` : '-',
  );

describe('ring buffers', () => {
  it('show where the queue wraps around', async () => {
    const { everything } = await openFixture('rust-1.96-riscv64');
    const ring = readVecDeque(memberOf(everything, 'deque_wrapped') as Value)!;
    expect([ring.capacity, ring.head, ring.len]).toEqual([4, 2, 3]);
    expect(picture(ring)).toEqual(['104@2', '-', '102@0', '103@1']);
    expect(ring.slotAddress(3)).toBe(ring.bufferAddress + 6n);
    expect(ring.elementType.name).toBe('u16');
  });

  for (const name of rustFixtures) {
    it(`read in both layouts: ${name}`, async () => {
      const { everything } = await openFixture(name);
      const ring = readVecDeque(memberOf(everything, 'deque') as Value)!;
      expect(ring.head).toBe(2);
      expect(picture(ring).filter((slot) => slot !== '-')).toEqual(['20@0', '30@1', '40@2']);
      const full = readVecDeque(memberOf(everything, 'deque_full') as Value)!;
      expect(full.len).toBe(7);
      const empty = readVecDeque(memberOf(everything, 'deque_empty') as Value)!;
      expect(empty.len).toBe(0);
      expect(picture(empty).every((slot) => slot === '-')).toBe(true);
    });
  }

  it('are found behind Arc, lock and cell', async () => {
    const { everything } = await openFixture('rust-1.96-riscv64');
    const of = (...path: string[]) => path.reduce<Value>((value, name) => memberOf(value, name) as Value, everything);
    expect(findQueue(of('crates', 'shared_queue'))?.len).toBe(5);
    expect(findQueue(of('crates', 'spin_noirq'))?.capacity).toBe(8);
    expect(findQueue(of('arc_deque'))?.len).toBe(2);
    expect(findQueue(of('deque'))?.len).toBe(3);
    expect(findQueue(of('vec'))).toBeUndefined();
    expect(findQueue(of('point'))).toBeUndefined();
    expect(readVecDeque(of('vec'))).toBeUndefined();
  });
});
