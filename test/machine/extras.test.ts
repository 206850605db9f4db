/** Devices that a machine has only when they are asked for, driven through the bus and RAM as a guest would. */
import { describe, expect, it } from 'vitest';
import { pa } from '../../src/base/address';
import { RISCV64_VIRT } from '../../src/machine/boards/riscv64-virt/map';
import type { MachineOptions } from '../../src/machine/create';
import type { EmulatedMachine } from '../../src/machine/machine';
import { bareGuest, consoleOf } from '../support/guests';

const RINGS = 0x8020_0000;
const BUFFER = 0x8030_0000;
const SIZE = 8;
const WRITE = 2;

/** Queues of the device behind the first MMIO transport, each with rings of its own. */
class Driver {
  readonly #sent = new Map<number, number>();

  constructor(
    readonly machine: EmulatedMachine,
    queues: number,
  ) {
    this.write(0x70, 3);
    this.write(0x24, 1);
    this.write(0x20, 1);
    this.write(0x70, 11);
    for (let queue = 0; queue < queues; queue++) {
      this.write(0x30, queue);
      this.write(0x38, SIZE);
      for (const [index, register] of [0x80, 0x90, 0xa0].entries()) this.write(register, this.#ring(queue, index));
      this.write(0x44, 1);
    }
    this.write(0x70, 15);
  }

  read(offset: number): number | undefined {
    return this.machine.hardware.bus.read(RISCV64_VIRT.map.virtio0.base + offset, 4);
  }
  write(offset: number, value: number): void {
    this.machine.hardware.bus.write(RISCV64_VIRT.map.virtio0.base + offset, 4, value);
  }

  /** Makes one buffer available and tells the device. */
  offer(queue: number, at: number, length: number, flags: number): void {
    const index = this.#sent.get(queue) ?? 0;
    const descriptor = new DataView(new ArrayBuffer(16));
    descriptor.setBigUint64(0, BigInt(at), true);
    descriptor.setUint32(8, length, true);
    descriptor.setUint16(12, flags, true);
    this.#store(this.#ring(queue, 0) + 16 * (index % SIZE), new Uint8Array(descriptor.buffer));
    this.#store(this.#ring(queue, 1) + 4 + 2 * (index % SIZE), Uint8Array.of(index % SIZE, 0));
    this.#store(this.#ring(queue, 1) + 2, Uint8Array.of(index + 1, 0));
    this.#sent.set(queue, index + 1);
    this.write(0x50, queue);
  }
  used(queue: number): number {
    return this.machine.readPhysical(pa(BigInt(this.#ring(queue, 2) + 2)), 1)?.[0] ?? -1;
  }
  bytes(at: number, length: number): Buffer {
    return Buffer.from(this.machine.readPhysical(pa(BigInt(at)), length) ?? []);
  }

  #ring(queue: number, part: number): number {
    return RINGS + 0x3000 * queue + 0x1000 * part;
  }
  #store(at: number, bytes: Uint8Array): void {
    this.machine.writePhysical(pa(BigInt(at)), bytes);
  }
}

/** A guest that is only there to let time pass. */
const withExtras = (extras: MachineOptions['extras']): EmulatedMachine => bareGuest('harts', { extras });

describe('a virtio console', () => {
  const console = { kind: 'console', bus: 'virtio-mmio' } as const;

  it('shows what the guest sends, and gets what is typed once its driver is up', () => {
    const machine = withExtras([console]);
    const shown = consoleOf(machine);
    machine.writePhysical(pa(BigInt(BUFFER)), new TextEncoder().encode('ready'));
    const driver = new Driver(machine, 2);
    expect(driver.read(0x08)).toBe(3);
    driver.offer(1, BUFFER, 5, 0);
    expect(shown.text).toBe('ready');
    driver.offer(0, BUFFER + 0x100, 8, WRITE);
    machine.input(new TextEncoder().encode('typed'));
    expect(driver.used(0)).toBe(0);
    machine.run({ budget: 10n });
    expect([driver.used(0), driver.bytes(BUFFER + 0x100, 6).toString()]).toEqual([1, 'typed\0']);
  });

  it('leaves typed bytes to the UART while nobody uses it', () => {
    const machine = withExtras([console]);
    machine.input(Uint8Array.of(65));
    machine.run({ budget: 10n });
    expect(machine.hardware.bus.peek(RISCV64_VIRT.map.uart0.base + 5, 1)).toBe(0x61);
  });

  it('goes on where a snapshot was taken, with what was typed and not yet read', () => {
    const machine = withExtras([console]);
    const driver = new Driver(machine, 2);
    machine.input(new TextEncoder().encode('kept'));
    machine.run({ budget: 10n });
    const saved = machine.save();
    const hash = machine.stateHash();
    driver.offer(0, BUFFER, 4, WRITE);
    expect(driver.bytes(BUFFER, 4).toString()).toBe('kept');
    expect(machine.stateHash()).not.toBe(hash);
    machine.restore(saved);
    expect(machine.stateHash()).toBe(hash);
    driver.write(0x30, 0);
    expect([driver.used(0), driver.bytes(BUFFER, 4).every((byte) => byte === 0)]).toEqual([0, true]);
  });
});

describe('a virtio entropy device', () => {
  const drawn = (seed: bigint) => {
    const machine = withExtras([{ kind: 'entropy', bus: 'virtio-mmio', seed }]);
    const driver = new Driver(machine, 1);
    expect(driver.read(0x08)).toBe(4);
    driver.offer(0, BUFFER, 64, WRITE);
    driver.offer(0, BUFFER + 64, 64, WRITE);
    return { numbers: driver.bytes(BUFFER, 128).toString('hex'), hash: machine.stateHash() };
  };

  it('gives the same numbers in every run of the same seed, and others for another', () => {
    expect(drawn(7n)).toEqual(drawn(7n));
    expect(drawn(8n).numbers).not.toBe(drawn(7n).numbers);
    expect(drawn(7n).numbers.slice(0, 128)).not.toBe(drawn(7n).numbers.slice(128));
  });
});
