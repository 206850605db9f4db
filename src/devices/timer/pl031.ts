/**
 * Arm's real-time clock PL031: seconds since 1970 and one alarm. The date is virtual: it starts at a given instant and
 * advances with guest time. Interrupt line 0.
 * @see PrimeCell Real Time Clock (PL031) Technical Reference Manual (DDI 0224)
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
import { primecellId } from '../primecell';

const RTC = { DR: 0x00, MR: 0x04, LR: 0x08, CR: 0x0c, IMSC: 0x10, RIS: 0x14, MIS: 0x18, ICR: 0x1c } as const;
const IDENTITY = [0x31, 0x10, 0x14, 0x00] as const;
const SECOND = 1_000_000_000n;
const ALARM = 'alarm';

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'RTCDR', offset: RTC.DR, width: 4, doc: 'Seconds since 1970.' },
  { name: 'RTCMR', offset: RTC.MR, width: 4, doc: 'The alarm: interrupts when the time is this.' },
  { name: 'RTCLR', offset: RTC.LR, width: 4, doc: 'Writing sets the time.' },
  { name: 'RTCCR', offset: RTC.CR, width: 4, doc: 'Always 1: the clock runs.' },
  { name: 'RTCIMSC', offset: RTC.IMSC, width: 4 },
  { name: 'RTCRIS', offset: RTC.RIS, width: 4 },
  { name: 'RTCMIS', offset: RTC.MIS, width: 4 },
];

export type Pl031State = {
  /** Nanoseconds since 1970 at guest time 0; changes when the guest sets the clock. */
  start: bigint;
  match: number;
  load: number;
  mask: number;
  raw: number;
};

/** The clock; `start` is in nanoseconds since 1970-01-01 UTC. */
export class Pl031 implements Device<Pl031State> {
  readonly compatible = 'arm,pl031';
  readonly size = 0x1000;
  readonly registers = REGISTERS;
  state: Pl031State;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly start: bigint,
  ) {
    this.state = this.#resetState();
  }

  reset(): void {
    this.state = this.#resetState();
    this.context.alarm(ALARM, undefined);
    this.context.irq(false);
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, _width: 1 | 2 | 4): number {
    const { state } = this;
    switch (offset) {
      case RTC.DR:
        return this.#seconds;
      case RTC.MR:
        return state.match;
      case RTC.LR:
        return state.load;
      case RTC.CR:
        return 1;
      case RTC.IMSC:
        return state.mask;
      case RTC.RIS:
        return state.raw;
      case RTC.MIS:
        return state.raw & state.mask;
      default:
        return primecellId(IDENTITY, offset) ?? 0;
    }
  }

  write(offset: number, _width: 1 | 2 | 4, value: number): void {
    const { state } = this;
    switch (offset) {
      case RTC.MR:
        state.match = value;
        this.#arm();
        break;
      case RTC.LR:
        state.load = value;
        state.start = BigInt(value) * SECOND - this.context.now();
        this.#arm();
        break;
      case RTC.IMSC:
        state.mask = value & 1;
        break;
      case RTC.ICR:
        state.raw &= ~value;
        break;
      default:
        return;
    }
    this.#drive();
  }

  fired(tag: string): void {
    if (tag !== ALARM) return;
    this.#arm();
    this.#drive();
  }

  get #time(): bigint {
    return this.state.start + this.context.now();
  }

  get #seconds(): number {
    return Number(BigInt.asUintN(32, this.#time / SECOND));
  }

  /** Asks for the second that equals the alarm; now is one, too. */
  #arm(): void {
    const left = BigInt((this.state.match - this.#seconds) >>> 0);
    if (left === 0n) {
      this.state.raw = 1;
      this.context.alarm(ALARM, undefined);
    } else {
      this.context.alarm(ALARM, this.context.now() + left * SECOND - (this.#time % SECOND));
    }
  }

  #drive(): void {
    this.context.irq((this.state.raw & this.state.mask) !== 0);
  }

  #resetState(): Pl031State {
    return { start: this.start, match: 0, load: 0, mask: 0, raw: 0 };
  }
}
