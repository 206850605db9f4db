/** The debug console of Bochs and QEMU, ports 0xE9 and 0x402: what is written is printed, and reading says that it is there. */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const READBACK = 0xe9;

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'DATA', offset: 0, width: 1, doc: 'Prints what is written; reads 0xE9.' },
];

/** It has nothing to remember. */
export class Debugcon implements Device<null> {
  readonly compatible = 'qemu,isa-debugcon';
  readonly size = 1;
  readonly registers = REGISTERS;
  readonly state = null;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  reset(): void {}

  read(): number {
    return READBACK;
  }

  peek(): number {
    return READBACK;
  }

  write(_offset: number, _width: 1 | 2 | 4, value: number): void {
    this.context.output(Uint8Array.of(value & 0xff));
  }
}
