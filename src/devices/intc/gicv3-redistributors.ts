/**
 * The redistributors of a GICv3, one behind the other: each has a frame for its processor's state and one for the interrupts
 * that are its processor's own.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), section 12.11 "The Redistributor register descriptions"
 */
import type { Device, DeviceRegister } from '../device';
import {
  BANK_FIELDS,
  bankFieldAt,
  fieldRegisters,
  gicv3Identity,
  PRIVATE,
  readField,
  SGIS,
  wordAround,
  wordPart,
  writeField,
} from './gic-interrupts';
import type { Gicv3 } from './gicv3';

const FRAME = 0x1_0000;
/** Bytes of one redistributor. */
export const REDISTRIBUTOR = 2 * FRAME;
const GICR = { CTLR: 0x0, IIDR: 0x4, TYPER: 0x8, WAKER: 0x14, PROPBASER: 0x70, PENDBASER: 0x78 } as const;
/** The lower byte of its part number. */
const PART = 0x93;
const IIDR = 0x43b;
const LAST = 0x10;
/** It has locality-specific interrupts; bit 0 of CTLR switches them on. */
const HAS_LPIS = 1;
const ENABLE_LPIS = 1;
const ASLEEP = 2;
const CHILDREN_ASLEEP = 4;

export class Gicv3Redistributors implements Device<null> {
  readonly compatible = 'arm,gic-v3';
  readonly size: number;
  readonly registers: readonly DeviceRegister[];
  readonly state = null;

  constructor(
    readonly id: string,
    private readonly gic: Gicv3,
  ) {
    this.size = REDISTRIBUTOR * gic.processors;
    this.registers = Array.from({ length: gic.processors }, (_, processor) =>
      [
        ...(Object.entries(GICR) as [string, number][]).map(([name, offset]) => ({
          name,
          offset,
          width: name.endsWith('BASER') ? (8 as const) : (4 as const),
        })),
        ...fieldRegisters(0, PRIVATE, BANK_FIELDS).map((one) => ({ ...one, offset: FRAME + one.offset })),
      ].map((one) => ({ ...one, name: `${one.name}[${processor}]`, offset: processor * REDISTRIBUTOR + one.offset })),
    ).flat();
  }

  reset(): void {}

  read(offset: number, width: 1 | 2 | 4): number {
    const processor = Math.floor(offset / REDISTRIBUTOR);
    const at = (offset % REDISTRIBUTOR) & ~3;
    const word = at < FRAME ? this.#readOwn(processor, at) : this.#readPrivate(processor, at - FRAME);
    return wordPart(word, offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return this.read(offset, width);
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const processor = Math.floor(offset / REDISTRIBUTOR);
    const at = (offset % REDISTRIBUTOR) & ~3;
    const { word, mask } = wordAround(offset, width, value);
    if (at >= FRAME) this.#writePrivate(processor, at - FRAME, word, mask);
    else this.#writeOwn(processor, at, word, mask);
    this.gic.drive();
  }

  #writeOwn(processor: number, at: number, word: number, mask: number): void {
    const { lpis, state } = this.gic;
    if (at === GICR.WAKER && mask & ASLEEP) state.asleep[processor] = word & ASLEEP ? 1 : 0;
    else if (at === GICR.CTLR && mask & ENABLE_LPIS) lpis.switch(processor, (word & ENABLE_LPIS) !== 0);
    else if ((at & ~4) === GICR.PROPBASER) lpis.writeConfiguration(processor, at, word, mask);
    else if ((at & ~4) === GICR.PENDBASER) lpis.writeTable(processor, at, word, mask);
  }

  #readOwn(processor: number, offset: number): number {
    const half = (value: bigint): number => Number(BigInt.asUintN(32, offset & 4 ? value >> 32n : value));
    const lpis = this.gic.state.lpis[processor];
    switch (offset) {
      case GICR.CTLR:
        return lpis?.isOn ? ENABLE_LPIS : 0;
      case GICR.PROPBASER:
      case GICR.PROPBASER + 4:
        return half(lpis?.configuration ?? 0n);
      case GICR.PENDBASER:
      case GICR.PENDBASER + 4:
        return half(this.gic.lpis.readTable(processor));
      case GICR.IIDR:
        return IIDR;
      case GICR.TYPER:
        return (processor << 8) | (processor === this.gic.processors - 1 ? LAST : 0) | HAS_LPIS;
      case GICR.TYPER + 4:
        return processor;
      case GICR.WAKER:
        return this.gic.state.asleep[processor] ? ASLEEP | CHILDREN_ASLEEP : 0;
      default:
        return gicv3Identity(PART, offset);
    }
  }

  #readPrivate(processor: number, offset: number): number {
    const bank = this.gic.state.privates[processor];
    const found = bankFieldAt(offset);
    if (!bank || !found || found.first >= PRIVATE) return 0;
    return readField(bank, found.field, found.first);
  }

  #writePrivate(processor: number, offset: number, value: number, mask: number): void {
    const bank = this.gic.state.privates[processor];
    const found = bankFieldAt(offset);
    if (!bank || !found || found.first >= PRIVATE) return;
    // Software generated interrupts stay edges.
    if (found.field === 'edge' && found.first < SGIS) return;
    writeField(bank, found.field, found.first, value, mask);
  }
}
