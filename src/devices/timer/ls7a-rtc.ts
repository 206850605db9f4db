/**
 * The real-time clock of Loongson's 7A bridge: a calendar ("TOY", time of year) and a counter of 32768 Hz ("RTC"), three
 * comparisons each. The date is virtual: it starts at a given instant and advances with guest time. Interrupt line 0.
 * @see Loongson 7A1000 Bridge User Manual, "RTC"
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const TOY_WRITE0 = 0x24;
const TOY_WRITE1 = 0x28;
const TOY_READ0 = 0x2c;
const TOY_READ1 = 0x30;
const TOY_MATCH = 0x34;
const CONTROL = 0x40;
const RTC_WRITE = 0x64;
const RTC_READ = 0x68;
const RTC_MATCH = 0x6c;
const MATCHES = 3;

/** Bits of CONTROL. */
const RTC_ENABLE = 1 << 13;
const TOY_ENABLE = 1 << 11;
const OSCILLATOR = 1 << 8;

const NANOSECONDS = 1_000_000_000n;
const MILLISECONDS = 1_000_000n;
/** Ticks of the counter a second. */
const FREQUENCY = 32_768n;

export type Ls7aRtcState = {
  control: number;
  /** Nanoseconds since 1970 at guest time 0. */
  start: bigint;
  /** Ticks that the counter is ahead of guest time. */
  ahead: bigint;
  toyMatch: number[];
  rtcMatch: number[];
};

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'TOYWRITE0', offset: TOY_WRITE0, width: 4, doc: 'Month, day, hour, minute, second.' },
  { name: 'TOYWRITE1', offset: TOY_WRITE1, width: 4, doc: 'Years since 1900.' },
  {
    name: 'TOYREAD0',
    offset: TOY_READ0,
    width: 4,
    fields: [
      { name: 'month', high: 31, low: 26 },
      { name: 'day', high: 25, low: 21 },
      { name: 'hour', high: 20, low: 16 },
      { name: 'minute', high: 15, low: 10 },
      { name: 'second', high: 9, low: 4 },
    ],
  },
  { name: 'TOYREAD1', offset: TOY_READ1, width: 4, doc: 'Years since 1900.' },
  ...[0, 1, 2].map((index) => ({ name: `TOYMATCH${index}`, offset: TOY_MATCH + 4 * index, width: 4 as const })),
  {
    name: 'RTCCTRL',
    offset: CONTROL,
    width: 4,
    fields: [
      { name: 'RTCEN', high: 13, low: 13 },
      { name: 'TOYEN', high: 11, low: 11 },
      { name: 'EO', high: 8, low: 8, doc: 'the oscillator runs' },
    ],
  },
  { name: 'RTCWRITE0', offset: RTC_WRITE, width: 4 },
  { name: 'RTCREAD0', offset: RTC_READ, width: 4 },
  ...[0, 1, 2].map((index) => ({ name: `RTCMATCH${index}`, offset: RTC_MATCH + 4 * index, width: 4 as const })),
];

const field = (word: number, low: number, width: number): number => (word >>> low) & (2 ** width - 1);

/** The clock; `start` is in nanoseconds since 1970-01-01 UTC. */
export class Ls7aRtc implements Device<Ls7aRtcState> {
  readonly compatible = 'loongson,ls7a-rtc';
  readonly size = 0x100;
  readonly registers = REGISTERS;
  state: Ls7aRtcState;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly start: bigint,
  ) {
    this.state = this.#resetState();
  }

  reset(): void {
    this.state = this.#resetState();
    for (let index = 0; index < MATCHES; index++) {
      this.context.alarm(`toy${index}`, undefined);
      this.context.alarm(`rtc${index}`, undefined);
    }
    this.context.irq(false);
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    if (width !== 4) return 0;
    const { state } = this;
    const toy = matchAt(offset, TOY_MATCH);
    if (toy !== undefined) return state.toyMatch[toy] ?? 0;
    const rtc = matchAt(offset, RTC_MATCH);
    if (rtc !== undefined) return state.rtcMatch[rtc] ?? 0;
    switch (offset) {
      case TOY_READ0: {
        const now = this.#date();
        if (!this.#isOn(TOY_ENABLE)) return 0;
        const day = ((now.getUTCMonth() + 1) << 26) | (now.getUTCDate() << 21) | (now.getUTCHours() << 16);
        return (day | (now.getUTCMinutes() << 10) | (now.getUTCSeconds() << 4)) >>> 0;
      }
      case TOY_READ1:
        return this.#isOn(TOY_ENABLE) ? this.#date().getUTCFullYear() - 1900 : 0;
      case CONTROL:
        return state.control;
      case RTC_READ:
        return this.#isOn(RTC_ENABLE) ? Number(BigInt.asUintN(32, this.#ticks())) : 0;
      default:
        return 0;
    }
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    if (width !== 4) return;
    const { state } = this;
    const toy = matchAt(offset, TOY_MATCH);
    const rtc = matchAt(offset, RTC_MATCH);
    if (toy !== undefined && this.#isOn(TOY_ENABLE)) {
      state.toyMatch[toy] = value;
      this.#armToy(toy);
    } else if (rtc !== undefined && this.#isOn(RTC_ENABLE)) {
      state.rtcMatch[rtc] = value;
      this.#armRtc(rtc);
    } else if (offset === TOY_WRITE0 && this.#isOn(TOY_ENABLE)) {
      const year = this.#date().getUTCFullYear();
      const [month, day, hour] = [field(value, 26, 6), field(value, 21, 5), field(value, 16, 5)];
      this.#setDate(Date.UTC(year, month - 1, day, hour, field(value, 10, 6), field(value, 4, 6)));
    } else if (offset === TOY_WRITE1 && this.#isOn(TOY_ENABLE)) {
      const now = this.#date();
      now.setUTCFullYear(value + 1900);
      this.#setDate(now.getTime());
    } else if (offset === CONTROL) {
      state.control = value;
      for (let index = 0; index < MATCHES; index++) {
        this.#armToy(index);
        this.#armRtc(index);
      }
    } else if (offset === RTC_WRITE && this.#isOn(RTC_ENABLE)) {
      state.ahead += BigInt(value) - BigInt.asUintN(32, this.#ticks());
    }
  }

  fired(tag: string): void {
    if (!this.#isOn(tag.startsWith('toy') ? TOY_ENABLE : RTC_ENABLE)) return;
    // The clock has no register that takes the request back: its driver masks it at the controller, and a pulse is enough.
    this.context.irq(true);
    this.context.irq(false);
  }

  #isOn(enable: number): boolean {
    return (this.state.control & enable) !== 0 && (this.state.control & OSCILLATOR) !== 0;
  }

  #date(): Date {
    return new Date(Number((this.state.start + this.context.now()) / MILLISECONDS));
  }

  /** @param time milliseconds since 1970; impossible dates are ignored */
  #setDate(time: number): void {
    if (Number.isFinite(time)) this.state.start = BigInt(time) * MILLISECONDS - this.context.now();
  }

  #ticks(): bigint {
    return (this.context.now() * FREQUENCY) / NANOSECONDS + this.state.ahead;
  }

  #armToy(index: number): void {
    const match = this.state.toyMatch[index] ?? 0;
    const now = this.#date();
    // The match has the low six bits of the year.
    const years = now.getUTCFullYear() - 1900;
    const year = years - (years & 0x3f) + field(match, 26, 6) + 1900;
    const [month, day, hour] = [field(match, 22, 4), field(match, 17, 5), field(match, 12, 5)];
    const at = Date.UTC(year, month - 1, day, hour, field(match, 6, 6), field(match, 0, 6));
    const due = Number.isFinite(at) ? BigInt(at) * MILLISECONDS - this.state.start : -1n;
    const isAhead = match !== 0 && this.#isOn(TOY_ENABLE) && due > this.context.now();
    this.context.alarm(`toy${index}`, isAhead ? due : undefined);
  }

  #armRtc(index: number): void {
    const match = this.state.rtcMatch[index] ?? 0;
    const ticks = BigInt(match) - BigInt.asUintN(32, this.#ticks());
    const isAhead = match !== 0 && this.#isOn(RTC_ENABLE) && ticks > 0n;
    const due = this.context.now() + (ticks * NANOSECONDS + FREQUENCY - 1n) / FREQUENCY;
    this.context.alarm(`rtc${index}`, isAhead ? due : undefined);
  }

  #resetState(): Ls7aRtcState {
    return {
      control: 0,
      start: this.start,
      ahead: 0n,
      toyMatch: new Array<number>(MATCHES).fill(0),
      rtcMatch: new Array<number>(MATCHES).fill(0),
    };
  }
}

const matchAt = (offset: number, first: number): number | undefined => {
  const index = (offset - first) / 4;
  return Number.isInteger(index) && index >= 0 && index < MATCHES ? index : undefined;
};
