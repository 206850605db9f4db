/**
 * Intel's 8254 interval timer of a PC: three counters at 1.193182 MHz, the first of which interrupts, and port 0x61 with the
 * third one's gate and output (the loudspeaker's).
 * @see Intel 8254 Programmable Interval Timer, order number 231164
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
import { changeAfter, countAt, type I8254Channel, load, outputAt, resetChannel, setGate } from './i8254-channel';

/** Hertz. */
export const I8254_CLOCK = 1_193_182n;
const NANOSECONDS = 1_000_000_000n;
/** Nanoseconds between changes of the refresh bit in port B, by which old programs measure time. */
const REFRESH = 15_085n;
const CONTROL = 3;
const PORT_B = 4;
/** Where the pieces of its registers lie in it: four ports at 0x40, one at 0x61. */
export const I8254_PIECES = { counters: { first: 0, size: 4 }, portB: { first: PORT_B, size: 1 } } as const;

const READ_BACK = 3;
const SPEAKER_COUNTER = 2;
const PORT = { GATE: 1, SPEAKER: 2, REFRESH: 0x10, OUTPUT: 0x20 } as const;
const OUTPUT = 'output';

const REGISTERS: readonly DeviceRegister[] = [
  ...[0, 1, 2].map((counter) => ({ name: `COUNTER${counter}`, offset: counter, width: 1 as const })),
  { name: 'CONTROL', offset: CONTROL, width: 1, doc: 'Control word, written only.' },
  {
    name: 'PORT_B',
    offset: PORT_B,
    width: 1,
    fields: [
      { name: 'OUT2', high: 5, low: 5 },
      { name: 'REFRESH', high: 4, low: 4, doc: 'changes every 15 microseconds' },
      { name: 'SPEAKER', high: 1, low: 1 },
      { name: 'GATE2', high: 0, low: 0 },
    ],
  },
];

export type I8254State = { counters: I8254Channel[]; speaker: boolean };

/** Interrupt output 0 is the first counter's output. */
export class I8254 implements Device<I8254State> {
  readonly compatible = 'intel,i8254';
  readonly size = 5;
  readonly registers = REGISTERS;
  state: I8254State = resetState();

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  reset(): void {
    this.state = resetState();
    this.#drive();
  }

  read(offset: number, _width: 1 | 2 | 4): number {
    const value = this.peek(offset);
    const counter = this.state.counters[offset];
    if (!counter) return value;
    if (counter.latchedStatus >= 0) {
      counter.latchedStatus = -1;
      return value;
    }
    const isLast = counter.access !== 3 || counter.readsHigh;
    if (counter.access === 3) counter.readsHigh = !counter.readsHigh;
    if (isLast) counter.latchedCount = -1;
    return value;
  }

  peek(offset: number): number {
    const { counters, speaker } = this.state;
    if (offset === PORT_B) {
      const counter = counters[SPEAKER_COUNTER];
      const isOut = counter !== undefined && outputAt(counter, this.#tick);
      const refresh = (this.context.now() / REFRESH) % 2n === 1n;
      return (
        (counter?.gate ? PORT.GATE : 0) |
        (speaker ? PORT.SPEAKER : 0) |
        (refresh ? PORT.REFRESH : 0) |
        (isOut ? PORT.OUTPUT : 0)
      );
    }
    const counter = counters[offset];
    if (!counter) return 0;
    if (counter.latchedStatus >= 0) return counter.latchedStatus;
    const count = counter.latchedCount >= 0 ? counter.latchedCount : countAt(counter, this.#tick);
    const isHigh = counter.access === 2 || (counter.access === 3 && counter.readsHigh);
    return isHigh ? count >> 8 : count & 0xff;
  }

  write(offset: number, _width: 1 | 2 | 4, wide: number): void {
    const value = wide & 0xff;
    const counter = this.state.counters[offset];
    if (offset === CONTROL) this.#control(value);
    else if (offset === PORT_B) {
      this.state.speaker = (value & PORT.SPEAKER) !== 0;
      const speaker = this.state.counters[SPEAKER_COUNTER];
      if (speaker) setGate(speaker, (value & PORT.GATE) !== 0, this.#tick);
    } else if (counter) this.#count(counter, value);
    this.#drive();
  }

  fired(): void {
    this.#drive();
  }

  get #tick(): bigint {
    return (this.context.now() * I8254_CLOCK) / NANOSECONDS;
  }

  #control(value: number): void {
    const select = value >> 6;
    const access = (value >> 4) & 3;
    if (select === READ_BACK) {
      for (const [index, counter] of this.state.counters.entries()) {
        if (!(value & (2 << index))) continue;
        if (!(value & 0x20)) this.#latch(counter);
        if (!(value & 0x10) && counter.latchedStatus < 0) counter.latchedStatus = this.#statusOf(counter);
      }
      return;
    }
    const counter = this.state.counters[select];
    if (!counter) return;
    if (access === 0) {
      this.#latch(counter);
      return;
    }
    this.state.counters[select] = {
      ...resetChannel(counter.gate),
      reload: counter.reload,
      mode: (value >> 1) & 7,
      isBcd: (value & 1) !== 0,
      access,
    };
  }

  #latch(counter: I8254Channel): void {
    if (counter.latchedCount >= 0) return;
    counter.latchedCount = countAt(counter, this.#tick);
    // What is latched is read from its low byte on, whatever has been read before.
    counter.readsHigh = false;
  }

  #statusOf(counter: I8254Channel): number {
    const { access, mode, isBcd, isNull } = counter;
    const isOut = outputAt(counter, this.#tick);
    return (isOut ? 0x80 : 0) | (isNull ? 0x40 : 0) | (access << 4) | (mode << 1) | (isBcd ? 1 : 0);
  }

  /** A byte of a counter's count. */
  #count(counter: I8254Channel, value: number): void {
    if (counter.access === 3 && counter.lowWritten < 0) {
      counter.lowWritten = value;
      return;
    }
    const count = counter.access === 1 ? value : (value << 8) | Math.max(counter.lowWritten, 0);
    counter.lowWritten = -1;
    load(counter, count, this.#tick);
  }

  /** The output as it is, and an alarm for when it changes. */
  #drive(): void {
    const [first] = this.state.counters;
    if (!first) return;
    this.context.irq(outputAt(first, this.#tick));
    const next = changeAfter(first, this.#tick);
    // The first nanosecond of that tick.
    const at = next === undefined ? undefined : (next * NANOSECONDS + I8254_CLOCK - 1n) / I8254_CLOCK;
    this.context.alarm(OUTPUT, at);
  }
}

/** The gate of the third counter is the guest's; the others are high for good. */
const resetState = (): I8254State => ({
  counters: [0, 1, 2].map((index) => resetChannel(index !== SPEAKER_COUNTER)),
  speaker: false,
});
