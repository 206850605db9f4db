/** Who accesses a device, and what a bus master's word to one does. */
import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/devices/device';
import { Bus } from '../../src/machine/bus';

/** A device that notes its accesses. */
const noting = (): { readonly device: Device; readonly seen: string[] } => {
  const seen: string[] = [];
  const device: Device = {
    id: 'noting',
    compatible: 'noting',
    size: 16,
    registers: [],
    state: {},
    read: (offset, width, by) => {
      seen.push(`read ${offset} ${width} by ${by}`);
      return offset;
    },
    write: (offset, width, value, by) => {
      seen.push(`write ${offset} ${width} ${value} by ${by}`);
    },
    peek: () => undefined,
    reset: () => {},
  };
  return { device, seen };
};

describe('a bus', () => {
  it('tells its devices which processor accesses them, also where an access becomes two', () => {
    const { device, seen } = noting();
    const bus = new Bus();
    bus.map(device, 0x1000);
    bus.read(0x1004, 4, 3);
    bus.write(0x1008, 2, 7, 1);
    bus.read64(0x1008, 2);
    bus.write64(0x1000, 0x1_0000_0002n, 5);
    bus.write(0x1000, 4, 9);
    expect(seen).toEqual([
      'read 4 4 by 3',
      'write 8 2 7 by 1',
      'read 8 4 by 2',
      'read 12 4 by 2',
      'write 0 4 2 by 5',
      'write 4 4 1 by 5',
      'write 0 4 9 by undefined',
    ]);
  });
});
