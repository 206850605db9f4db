/**
 * Arm's general-purpose inputs and outputs PL061: eight pins. The address of a data access says which of them it is about.
 * A pin that nobody drives keeps its last level. Interrupt line 0.
 * @see PrimeCell General Purpose Input/Output (PL061) Technical Reference Manual (DDI 0190)
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
import { primecellId } from '../primecell';

const DATA_END = 0x400;
const IDENTITY = [0x61, 0x10, 0x04, 0x00] as const;
/** Registers behind the data, by their keys in the state; MIS and IC are computed. */
const STORED = {
  1024: 'dir',
  1028: 'is',
  1032: 'ibe',
  1036: 'iev',
  1040: 'ie',
  1044: 'ris',
  1056: 'afsel',
} as const;
const RIS = 0x414;
const MIS = 0x418;
const IC = 0x41c;

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'GPIODATA', offset: 0x3fc, width: 4 },
  { name: 'GPIODIR', offset: 0x400, width: 4, doc: 'Ones are outputs.' },
  { name: 'GPIOIS', offset: 0x404, width: 4, doc: 'Ones are sensitive to levels.' },
  { name: 'GPIOIBE', offset: 0x408, width: 4, doc: 'Ones take both edges.' },
  { name: 'GPIOIEV', offset: 0x40c, width: 4, doc: 'Ones take rising edges or high levels.' },
  { name: 'GPIOIE', offset: 0x410, width: 4 },
  { name: 'GPIORIS', offset: RIS, width: 4 },
  { name: 'GPIOMIS', offset: MIS, width: 4 },
  { name: 'GPIOAFSEL', offset: 0x420, width: 4 },
];

export type Pl061State = {
  /** Levels of the pins: as driven from outside, or by the guest where they are outputs. */
  data: number;
  dir: number;
  is: number;
  ibe: number;
  iev: number;
  ie: number;
  ris: number;
  afsel: number;
};

const resetState = (): Pl061State => ({
  data: 0,
  dir: 0,
  is: 0,
  ibe: 0,
  iev: 0,
  ie: 0,
  ris: 0,
  afsel: 0,
});

export class Pl061 implements Device<Pl061State> {
  readonly compatible = 'arm,pl061';
  readonly size = 0x1000;
  readonly registers = REGISTERS;
  state: Pl061State = resetState();

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  /** Drives a pin from outside; one that the guest drives stays. */
  setPin(pin: number, level: boolean): void {
    const { state } = this;
    const before = state.data;
    const bit = (1 << pin) & ~state.dir;
    state.data = level ? state.data | bit : state.data & ~bit;
    this.#changed(before);
  }

  reset(): void {
    this.state = resetState();
    this.context.irq(false);
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, _width: 1 | 2 | 4): number {
    const { state } = this;
    if (offset < DATA_END) return state.data & (offset >> 2);
    if (offset === MIS) return state.ris & state.ie;
    const key = STORED[offset as keyof typeof STORED];
    return key ? state[key] : (primecellId(IDENTITY, offset) ?? 0);
  }

  write(offset: number, _width: 1 | 2 | 4, value: number): void {
    const { state } = this;
    const before = state.data;
    const byte = value & 0xff;
    if (offset < DATA_END) {
      const mask = (offset >> 2) & state.dir;
      state.data = (state.data & ~mask) | (byte & mask);
    } else if (offset === IC) {
      state.ris &= ~byte;
    } else {
      const key = STORED[offset as keyof typeof STORED];
      if (!key || offset === RIS) return;
      state[key] = byte;
    }
    this.#changed(before);
  }

  /** Takes edges of inputs since the pins were `before`, and levels of all. */
  #changed(before: number): void {
    const { state } = this;
    const pins = state.data;
    const edges = (before ^ pins) & ~state.dir;
    state.ris |= edges & ~state.is & (state.ibe | ~(pins ^ state.iev)) & 0xff;
    state.ris |= ~(pins ^ state.iev) & state.is & 0xff;
    this.context.irq((state.ris & state.ie) !== 0);
  }
}
