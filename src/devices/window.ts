/** Registers of a device that does not have all of them in one piece: each piece is a window of its own on the bus. */
import type { Device, DeviceRegister } from './device';

/** A piece of a device's registers at a place of its own. The device itself is on no bus. */
export class DeviceWindow implements Device<null> {
  readonly compatible: string;
  readonly registers: readonly DeviceRegister[];
  readonly state = null;

  /** @param first the device's offset that is the window's first byte, of `size` bytes */
  constructor(
    readonly id: string,
    private readonly device: Device,
    private readonly first: number,
    readonly size: number,
  ) {
    this.compatible = device.compatible;
    this.registers = device.registers
      .filter(({ offset }) => offset >= first && offset < first + size)
      .map((register) => ({ ...register, offset: register.offset - first }));
  }

  read(offset: number, width: 1 | 2 | 4, by?: number): number {
    return this.device.read(offset + this.first, width, by);
  }

  write(offset: number, width: 1 | 2 | 4, value: number, by?: number): void {
    this.device.write(offset + this.first, width, value, by);
  }

  peek(offset: number, width: 1 | 2 | 4): number | undefined {
    return this.device.peek(offset + this.first, width);
  }

  /** The device is reset itself. */
  reset(): void {}
}
