/**
 * The frame by which a GICv2 takes messages (GICv2m): the number written is the id of a shared interrupt, which gets an edge.
 * @see Arm Server Base System Architecture, appendix "GICv2m Architecture"
 */
import type { Device, DeviceContext } from '../device';

const TYPER = 0x008;
const SETSPI = 0x040;
const IIDR = 0xfcc;

/** It has nothing to remember. Interrupt output `line` is the id written. */
export class Gicv2m implements Device<null> {
  readonly compatible = 'arm,gic-v2m-frame';
  readonly size = 0x1000;
  readonly registers = [
    { name: 'MSI_TYPER', offset: TYPER, width: 4 as const, doc: 'First id and number of ids.' },
    { name: 'MSI_SETSPI_NS', offset: SETSPI, width: 4 as const, doc: 'Writing an id requests it.' },
    { name: 'MSI_IIDR', offset: IIDR, width: 4 as const },
  ];
  readonly state = null;

  /** @param first the lowest id that messages may have, of `count` */
  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly ids: { readonly first: number; readonly count: number },
  ) {}

  reset(): void {}

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const { first, count } = this.ids;
    if (width !== 4) return 0;
    if (offset === TYPER) return (first << 16) | count;
    return offset === IIDR ? 0x510_0000 : 0;
  }

  write(offset: number, _width: 1 | 2 | 4, value: number): void {
    const { first, count } = this.ids;
    const id = value & 0x3ff;
    if (offset !== SETSPI || id < first || id >= first + count) return;
    this.context.irq(true, id);
    this.context.irq(false, id);
  }
}
