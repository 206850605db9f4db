/**
 * The I/O APIC of Intel's chipsets: 24 inputs, each passed on to local APICs as its redirection entry says. Inputs are given as
 * asserted or not, whatever polarity an entry names.
 * @see Intel 82093AA I/O Advanced Programmable Interrupt Controller, order number 290566; Intel I/O Controller Hub 9 datasheet, 13.5
 */
import type { Device, DeviceRegister } from '../device';
import { type ApicMessage, DELIVERY, messageOfEntry } from './apic-message';

const IOREGSEL = 0x00;
const IOWIN = 0x10;
const EOI = 0x40;
const ID = 0;
const VERSION = 1;
const ARBITRATION = 2;
const FIRST_ENTRY = 0x10;

/** Inputs of the I/O APIC. */
export const IOAPIC_INPUTS = 24;
/** Version 0x20: it has an EOI register. */
const VERSION_VALUE = ((IOAPIC_INPUTS - 1) << 16) | 0x20;
const ID_BITS = 0x0f00_0000;

/** Bits of the low half of an entry. */
const ENTRY = { MASK: 0x1_0000, LEVEL: 0x8000, REMOTE_IRR: 0x4000, STATUS: 0x1000, WRITABLE: 0x1_afff } as const;

export type IoApicState = {
  select: number;
  id: number;
  /** Input levels, a bit each. */
  levels: number;
  /** Two words an entry, the low one first. */
  entries: number[];
};

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'IOREGSEL', offset: IOREGSEL, width: 4, doc: 'Which register IOWIN shows.' },
  { name: 'IOWIN', offset: IOWIN, width: 4 },
  { name: 'EOI', offset: EOI, width: 4, doc: 'Writing a vector ends its interrupt.' },
];

/** Fields of a redirection entry, for views. */
export const REDIRECTION_FIELDS = [
  { name: 'destination', high: 63, low: 56 },
  { name: 'mask', high: 16, low: 16 },
  { name: 'trigger', high: 15, low: 15, values: { 0: 'edge', 1: 'level' } },
  { name: 'remote IRR', high: 14, low: 14, doc: 'taken by a local APIC that has not ended it' },
  { name: 'polarity', high: 13, low: 13, values: { 0: 'active high', 1: 'active low' } },
  { name: 'destination mode', high: 11, low: 11, values: { 0: 'physical', 1: 'logical' } },
  {
    name: 'delivery mode',
    high: 10,
    low: 8,
    values: { 0: 'fixed', 1: 'lowest priority', 2: 'SMI', 4: 'NMI', 5: 'INIT', 7: 'ExtINT' },
  },
  { name: 'vector', high: 7, low: 0 },
] as const;

export class IoApic implements Device<IoApicState> {
  readonly compatible = 'intel,ioapic';
  readonly size = 0x1000;
  readonly registers = REGISTERS;
  state: IoApicState = resetState();

  /** @param send delivers to the local APICs */
  constructor(
    readonly id: string,
    private readonly send: (message: ApicMessage) => void,
  ) {}

  reset(): void {
    this.state = { ...resetState(), levels: this.state.levels };
  }

  /** Drives an input, asserted or not. */
  setLine(input: number, level: boolean): void {
    const { state } = this;
    const bit = 1 << input;
    const isRising = level && (state.levels & bit) === 0;
    state.levels = level ? state.levels | bit : state.levels & ~bit;
    if (this.#low(input) & ENTRY.LEVEL) this.#offer(input);
    // An edge at a masked input is lost.
    else if (isRising && !(this.#low(input) & ENTRY.MASK)) this.#deliver(input);
  }

  /** A local APIC has ended the level-triggered interrupt with this vector. */
  endOfInterrupt(vector: number): void {
    for (let input = 0; input < IOAPIC_INPUTS; input++) {
      const low = this.#low(input);
      if ((low & 0xff) !== vector || !(low & ENTRY.REMOTE_IRR)) continue;
      this.state.entries[2 * input] = low & ~ENTRY.REMOTE_IRR;
      this.#offer(input);
    }
  }

  /** Redirection entry of an input, 64 bits. */
  entry(input: number): bigint {
    return (BigInt(this.state.entries[2 * input + 1] ?? 0) << 32n) | BigInt(this.#low(input));
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const { state } = this;
    if (offset === IOREGSEL) return state.select;
    if (offset !== IOWIN || width !== 4) return 0;
    switch (state.select) {
      case ID:
      case ARBITRATION:
        return state.id;
      case VERSION:
        return VERSION_VALUE;
      default:
        return state.entries[state.select - FIRST_ENTRY] ?? 0;
    }
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const { state } = this;
    if (offset === IOREGSEL) state.select = value & 0xff;
    else if (offset === EOI) this.endOfInterrupt(value & 0xff);
    else if (offset === IOWIN && width === 4) {
      if (state.select === ID) state.id = value & ID_BITS;
      else this.#writeEntry(state.select - FIRST_ENTRY, value);
    }
  }

  #writeEntry(index: number, value: number): void {
    const { entries } = this.state;
    const old = entries[index];
    if (old === undefined) return;
    if (index & 1) {
      entries[index] = value >>> 0;
      return;
    }
    const kept = old & (ENTRY.REMOTE_IRR | ENTRY.STATUS);
    const next = (value & ENTRY.WRITABLE) | kept;
    // Becoming edge-triggered, an entry forgets that it waits for the end of a level.
    entries[index] = next & ENTRY.LEVEL ? next : next & ~ENTRY.REMOTE_IRR;
    if (next & ENTRY.LEVEL) this.#offer(index >> 1);
  }

  #low(input: number): number {
    return this.state.entries[2 * input] ?? 0;
  }

  /** Passes a level on that is there and has not been passed on yet. */
  #offer(input: number): void {
    const low = this.#low(input);
    const isThere = (this.state.levels >> input) & 1;
    if (isThere && !(low & (ENTRY.MASK | ENTRY.REMOTE_IRR)) && low & ENTRY.LEVEL) this.#deliver(input);
  }

  #deliver(input: number): void {
    const low = this.#low(input);
    const message = messageOfEntry(low, this.state.entries[2 * input + 1] ?? 0);
    const hasEnd = message.delivery === DELIVERY.fixed || message.delivery === DELIVERY.lowestPriority;
    if (message.isLevel && hasEnd) this.state.entries[2 * input] = low | ENTRY.REMOTE_IRR;
    this.send(message);
  }
}

const resetState = (): IoApicState => ({
  select: 0,
  id: 0,
  levels: 0,
  entries: Array.from({ length: 2 * IOAPIC_INPUTS }, (_, index) => (index & 1 ? 0 : ENTRY.MASK)),
});
