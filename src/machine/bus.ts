/**
 * The address map of devices in one address space: physical memory, or a space of its own such as x86's ports and LoongArch's
 * IOCSRs. RAM is not on it: the engine reaches RAM itself and asks the bus for the rest. An access no device answers is
 * `undefined` (or false), which the CPU turns into an access fault or takes as its architecture says. `by` is the processor that
 * accesses; without it a bus master does.
 */
import { hex } from '../base/address';
import type { Device } from '../devices/device';
import type { BusWidth } from '../isa/core/privileged';

/** A device's place in the physical address space. */
export interface BusWindow {
  readonly base: number;
  readonly size: number;
  readonly device: Device;
  /** Narrower accesses than this fault, as where a bus bridge refuses them. */
  readonly minWidth: 1 | 2 | 4;
}

type Width = 1 | 2 | 4;

/** Windows sorted by address. All addresses are physical and below 2^53. */
export class Bus {
  private windows: readonly BusWindow[] = [];
  /** The window of the last access: polls repeat. */
  private last: BusWindow | undefined;

  /**
   * @param isOpen there are no access faults: where nothing answers, reads are ones and writes are lost; what is misaligned or
   *   reaches over the end of a window is done in pieces
   */
  constructor(private readonly isOpen = false) {}

  /** Adds a window. Throws where it overlaps another: a mistake in a board. */
  map(device: Device, base: number, minWidth: Width = 1): void {
    const window = { base, size: device.size, device, minWidth };
    const clash = this.windows.find((other) => base < other.base + other.size && other.base < base + device.size);
    if (clash !== undefined)
      throw new Error(`${device.id} at ${hex(base)} overlaps ${clash.device.id} at ${hex(clash.base)}`);
    this.windows = [...this.windows, window].sort((a, b) => a.base - b.base);
  }

  /** All windows, by address. */
  get all(): readonly BusWindow[] {
    return this.windows;
  }

  /** The window that holds the byte at `at`. */
  find(at: number): BusWindow | undefined {
    const { last } = this;
    if (last !== undefined && at >= last.base && at < last.base + last.size) return last;
    let low = 0;
    let high = this.windows.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const window = this.windows[middle];
      if (window === undefined || at < window.base) high = middle - 1;
      else if (at >= window.base + window.size) low = middle + 1;
      else {
        this.last = window;
        return window;
      }
    }
    return undefined;
  }

  /** Reads an unsigned value; `undefined` where nothing answers. Misaligned accesses are not answered. */
  read(at: number, width: Width, by?: number): number | undefined {
    const window = this.accessible(at, width);
    if (window || !this.isOpen) return window?.device.read(at - window.base, width, by);
    if (width === 1) return 0xff;
    const half = width === 4 ? 2 : 1;
    const [low = 0, high = 0] = [this.read(at, half, by), this.read(at + half, half, by)];
    return low + high * 2 ** (8 * half);
  }

  /** Returns false where nothing answers. */
  write(at: number, width: Width, value: number, by?: number): boolean {
    const window = this.accessible(at, width);
    if (window) window.device.write(at - window.base, width, value, by);
    else if (!this.isOpen) return false;
    else if (width > 1) {
      const half = width === 4 ? 2 : 1;
      this.write(at, half, value % 2 ** (8 * half), by);
      this.write(at + half, half, Math.floor(value / 2 ** (8 * half)), by);
    }
    return true;
  }

  /** Reads without side effects; `undefined` also where the register cannot be looked at quietly. */
  peek(at: number, width: Width): number | undefined {
    const window = this.accessible(at, width);
    return window?.device.peek(at - window.base, width);
  }

  /** Eight bytes as two accesses of four, low half first. */
  read64(at: number, by?: number): bigint | undefined {
    if (!this.isOpen && this.accessible(at, 8) === undefined) return undefined;
    const low = this.read(at, 4, by) ?? 0;
    const high = this.read(at + 4, 4, by) ?? 0;
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /** Eight bytes as two accesses of four, low half first. */
  write64(at: number, value: bigint, by?: number): boolean {
    if (!this.isOpen && this.accessible(at, 8) === undefined) return false;
    this.write(at, 4, Number(BigInt.asUintN(32, value)), by);
    this.write(at + 4, 4, Number(BigInt.asUintN(32, value >> 32n)), by);
    return true;
  }

  /** Eight bytes without side effects. */
  peek64(at: number): bigint | undefined {
    const low = this.peek(at, 4);
    const high = this.peek(at + 4, 4);
    return low === undefined || high === undefined ? undefined : (BigInt(high) << 32n) | BigInt(low);
  }

  private accessible(at: number, width: Width | 8): BusWindow | undefined {
    if (at % width !== 0) return undefined;
    const window = this.find(at);
    if (window === undefined || width < window.minWidth || at + width > window.base + window.size) return undefined;
    return window;
  }
}

/** Reads of any width as the engine asks for them. */
export const readBus = (bus: Bus, address: number, width: BusWidth, by: number): bigint | undefined => {
  if (width === 8) return bus.read64(address, by);
  const value = bus.read(address, width, by);
  return value === undefined ? undefined : BigInt(value);
};

/** A bus as a space of its own. */
export const busSpace = (bus: Bus) => ({
  read: (address: number, width: BusWidth, by: number) => readBus(bus, address, width, by),
  write: (address: number, width: BusWidth, value: bigint, by: number) => writeBus(bus, address, width, value, by),
});

/** Writes of any width. */
export const writeBus = (bus: Bus, address: number, width: BusWidth, value: bigint, by: number): boolean =>
  width === 8 ? bus.write64(address, value, by) : bus.write(address, width, Number(value), by);
