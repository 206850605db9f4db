import { describe, expect, it } from 'vitest';
import type { PowerEvent } from '../../src/devices/device';
import { handlePsci, type ProcessorEntry } from '../../src/machine/firmware/psci/psci';

/** Three processors, of which the first is on; memory is below 0x5000_0000. */
const machine = () => {
  const on = new Set([0]);
  const did: (string | ProcessorEntry | PowerEvent)[] = [];
  const host = {
    processors: 3,
    isOn: (processor: number) => on.has(processor),
    start: (processor: number, entry: ProcessorEntry) => {
      on.add(processor);
      did.push(`start ${processor}`, entry);
    },
    stop: (processor: number) => {
      on.delete(processor);
      did.push(`stop ${processor}`);
    },
    suspend: (processor: number) => void did.push(`suspend ${processor}`),
    isMemory: (at: bigint) => at < 0x5000_0000n,
    power: (event: PowerEvent) => void did.push(event),
  };
  const call = (id: number, ...args: bigint[]) =>
    handlePsci(host, 0, [BigInt(id), args[0] ?? 0n, args[1] ?? 0n, args[2] ?? 0n]);
  return { call, did };
};

describe('psci', () => {
  it.each([
    { what: 'SMCCC_VERSION', id: 0x8000_0000, args: [], result: 0x1_0001n },
    { what: 'SMCCC_ARCH_FEATURES of itself', id: 0x8000_0001, args: [0x8000_0001n], result: 0n },
    { what: 'SMCCC_ARCH_FEATURES of a workaround', id: 0x8000_0001, args: [0x8000_8000n], result: -1n },
    { what: 'PSCI_VERSION', id: 0x8400_0000, args: [], result: 0x1_0001n },
    { what: 'PSCI_FEATURES of CPU_ON, 64 bits', id: 0x8400_000a, args: [0xc400_0003n], result: 0n },
    { what: 'PSCI_FEATURES of SMCCC_VERSION', id: 0x8400_000a, args: [0x8000_0000n], result: 0n },
    { what: 'PSCI_FEATURES of CPU_OFF, which has no 64-bit form', id: 0x8400_000a, args: [0xc400_0002n], result: -1n },
    { what: 'PSCI_FEATURES of MIGRATE', id: 0x8400_000a, args: [0x8400_0005n], result: -1n },
    { what: 'MIGRATE_INFO_TYPE', id: 0x8400_0006, args: [], result: 2n },
    { what: 'a function of nobody', id: 0x8600_ff01, args: [], result: -1n },
    { what: 'AFFINITY_INFO of one that is on', id: 0xc400_0004, args: [0n, 0n], result: 0n },
    { what: 'AFFINITY_INFO of one that is off', id: 0xc400_0004, args: [1n, 0n], result: 1n },
    { what: 'AFFINITY_INFO of a cluster', id: 0xc400_0004, args: [0n, 1n], result: 0n },
    { what: 'AFFINITY_INFO of one that is not there', id: 0xc400_0004, args: [3n, 0n], result: -2n },
    { what: 'AFFINITY_INFO of a level that is not there', id: 0xc400_0004, args: [0n, 4n], result: -2n },
    { what: 'CPU_ON of one that is on', id: 0xc400_0003, args: [0n, 0x4000_0000n, 0n], result: -4n },
    { what: 'CPU_ON of one that is not there', id: 0xc400_0003, args: [0x100n, 0x4000_0000n, 0n], result: -2n },
    { what: 'CPU_ON where no memory is', id: 0xc400_0003, args: [1n, 0x5000_0000n, 0n], result: -9n },
    { what: 'CPU_ON where no instruction can be', id: 0xc400_0003, args: [1n, 0x4000_0002n, 0n], result: -9n },
  ])('answers $what', ({ id, args, result }) => {
    const { call, did } = machine();
    expect(call(id, ...args)).toBe(result);
    expect(did).toEqual([]);
  });

  it('starts a processor with its context, and then it is on', () => {
    const { call, did } = machine();
    expect(call(0xc400_0003, 0x8000_0002n, 0x4020_0000n, 0x1_2345_6789n)).toBe(0n);
    expect(did).toEqual(['start 2', { at: 0x4020_0000n, context: 0x1_2345_6789n }]);
    expect(call(0xc400_0004, 2n, 0n)).toBe(0n);
  });

  it('takes 32 bits of each argument of a 32-bit call', () => {
    const { call, did } = machine();
    expect(call(0x8400_0003, 0xffff_ffff_0000_0001n, 0x1_4020_0000n, 0x1_0000_0007n)).toBe(0n);
    expect(did).toEqual(['start 1', { at: 0x4020_0000n, context: 7n }]);
  });

  it('does not return from CPU_OFF, SYSTEM_OFF and SYSTEM_RESET', () => {
    const { call, did } = machine();
    expect([call(0x8400_0002), call(0x8400_0008), call(0x8400_0009)]).toEqual([undefined, undefined, undefined]);
    expect(did).toEqual(['stop 0', { kind: 'off', code: 0 }, { kind: 'reset', code: 0 }]);
  });

  it('waits for an interrupt in CPU_SUSPEND and succeeds', () => {
    const { call, did } = machine();
    expect(call(0xc400_0001, 0x1_0000n, 0x4020_0000n)).toBe(0n);
    expect(did).toEqual(['suspend 0']);
  });
});
