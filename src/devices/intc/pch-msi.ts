/** Where Loongson's bridge takes message-signalled interrupts: the number written is an input of the {@link Eiointc}. */
import type { Device, DeviceContext } from '../device';

/** It has nothing to remember. Interrupt output `line` is the number written. */
export class PchMsi implements Device<null> {
  readonly compatible = 'loongson,pch-msi-1.0';
  readonly size = 8;
  readonly registers = [{ name: 'MSI', offset: 0, width: 4 as const, doc: 'Writing a vector requests it.' }];
  state = null;

  /** @param first the lowest vector that messages may have */
  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly first: number,
  ) {}

  reset(): void {}

  read(): number {
    return 0;
  }

  peek(): number {
    return 0;
  }

  write(offset: number, _width: 1 | 2 | 4, value: number): void {
    const vector = value & 0xff;
    if (offset === 0 && vector >= this.first) this.context.irq(true, vector);
  }
}
