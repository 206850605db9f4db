import type { Device, DeviceRegister } from '../device';
import { wordPart } from './gic-interrupts';
import type { GicPart, Gicv2 } from './gicv2';
import { GICC_REGISTERS } from './gicv2-interface';
import { GICH_REGISTERS } from './gicv2-virtual';

/** The window of a part of a GICv2: each processor sees its own. */
export class Gicv2Window implements Device<null> {
  readonly compatible = 'arm,cortex-a15-gic';
  readonly size = 0x1_0000;
  readonly registers: readonly DeviceRegister[];
  readonly state = null;

  constructor(
    readonly id: string,
    private readonly gic: Gicv2,
    private readonly which: GicPart,
  ) {
    this.registers = which === 'virtual' ? GICH_REGISTERS : GICC_REGISTERS;
  }

  reset(): void {}

  read(offset: number, width: 1 | 2 | 4, by = 0): number {
    return wordPart(this.gic.readPart(this.which, offset & ~3, by, false), offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return wordPart(this.gic.readPart(this.which, offset & ~3, 0, true), offset, width);
  }

  write(offset: number, width: 1 | 2 | 4, value: number, by = 0): void {
    if (width === 4) this.gic.writePart(this.which, offset, value, by);
  }
}
