import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/devices/device';
import { Bus } from '../../src/machine/bus';

/** Sixteen bytes of storage that note every access. */
function storage(id: string, size = 16): Device<null> & { log: string[] } {
  const words = new Map<number, number>();
  const log: string[] = [];
  return {
    id,
    compatible: 'test,storage',
    size,
    registers: [],
    state: null,
    log,
    read(offset, width) {
      log.push(`r${width}@${offset}`);
      return words.get(offset) ?? 0;
    },
    write(offset, width, value) {
      log.push(`w${width}@${offset}=${value.toString(16)}`);
      words.set(offset, value);
    },
    peek: (offset) => words.get(offset) ?? 0,
    reset() {},
  };
}

describe('bus', () => {
  it('gives a device offsets into its own window', () => {
    const bus = new Bus();
    const low = storage('low');
    const high = storage('high');
    bus.map(high, 0x2000);
    bus.map(low, 0x1000);
    expect(bus.write(0x2004, 4, 7)).toBe(true);
    expect(bus.read(0x2004, 4)).toBe(7);
    expect(bus.read(0x100f, 1)).toBe(0);
    expect([low.log, high.log]).toEqual([['r1@15'], ['w4@4=7', 'r4@4']]);
    expect(bus.all.map((window) => window.device.id)).toEqual(['low', 'high']);
  });

  it('splits eight bytes in two accesses, low half first', () => {
    const bus = new Bus();
    const device = storage('one');
    bus.map(device, 0x1000);
    expect(bus.write64(0x1008, 0x1122_3344_5566_7788n)).toBe(true);
    expect(bus.read64(0x1008)).toBe(0x1122_3344_5566_7788n);
    expect(bus.peek64(0x1008)).toBe(0x1122_3344_5566_7788n);
    expect(device.log).toEqual(['w4@8=55667788', 'w4@12=11223344', 'r4@8', 'r4@12']);
  });

  it('answers nothing outside windows, across their end, misaligned, or too narrow', () => {
    const bus = new Bus();
    const device = storage('one', 12);
    bus.map(device, 0x1000, 4);
    expect([
      bus.read(0xffc, 4),
      bus.read(0x100c, 4),
      bus.read64(0x1008),
      bus.read(0x1002, 4),
      bus.read(0x1000, 2),
    ]).toEqual(new Array(5).fill(undefined));
    expect([bus.write(0, 4, 1), bus.write64(0x1008, 1n), bus.write(0x1000, 1, 1)]).toEqual([false, false, false]);
    expect([bus.peek(0x2000, 4), bus.find(2 ** 52)]).toEqual([undefined, undefined]);
    expect(device.log).toEqual([]);
  });

  it('refuses overlapping windows', () => {
    const bus = new Bus();
    bus.map(storage('a'), 0x1000);
    expect(() => bus.map(storage('b'), 0x100f)).toThrow('b at 0x100f overlaps a at 0x1000');
  });
});
