/** QEMU's `isa-debug-exit`: a port by which a program ends the machine with an exit code, always an odd one. */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'EXIT', offset: 0, width: 4, doc: 'Exits with twice the value plus 1.' },
];

/** It has nothing to remember. Reads give 0. */
export class IsaDebugExit implements Device<null> {
  readonly compatible = 'qemu,isa-debug-exit';
  readonly size = 4;
  readonly registers = REGISTERS;
  readonly state = null;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  reset(): void {}

  read(): number {
    return 0;
  }

  peek(): number {
    return 0;
  }

  write(_offset: number, _width: 1 | 2 | 4, value: number): void {
    // A process's exit code has eight bits.
    this.context.power({ kind: 'fail', code: ((value << 1) | 1) & 0xff });
  }
}
