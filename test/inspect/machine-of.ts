import { expect } from 'vitest';
import type { DeviceWindow } from '../../src/inspect/inspector';
import type { Machine } from '../../src/machine/contract';
import { EmulatedMachine } from '../../src/machine/machine';

/** Does something and expects the machine to be as it was. */
export function stateHashKept(machine: Machine, look: () => void): void {
  const before = machine.stateHash();
  look();
  expect(machine.stateHash()).toBe(before);
}

/** The devices on a machine's bus, as sessions name them to the inspectors. */
export function windowsOf(machine: Machine): DeviceWindow[] {
  if (!(machine instanceof EmulatedMachine)) return [];
  return machine.hardware.bus.all.map(({ device, base, size }) => ({
    name: device.id,
    base: BigInt(base),
    size: BigInt(size),
  }));
}
