/**
 * Android's goldfish real-time clock: a 64-bit count of nanoseconds since 1970 and one alarm.
 * The date is virtual: it starts at a given instant and advances with guest time. Interrupt line 0.
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const TIME_LOW = 0x00;
const TIME_HIGH = 0x04;
const ALARM_LOW = 0x08;
const ALARM_HIGH = 0x0c;
const IRQ_ENABLED = 0x10;
const CLEAR_ALARM = 0x14;
const ALARM_STATUS = 0x18;
const CLEAR_INTERRUPT = 0x1c;
const ALARM = 'alarm';

export type GoldfishRtcState = {
  /** Nanoseconds since 1970 at guest time 0; changes when the guest sets the clock. */
  start: bigint;
  /** High half kept by the last read of TIME_LOW. */
  timeHigh: number;
  alarmNext: bigint;
  isAlarmRunning: boolean;
  isIrqPending: boolean;
  isIrqEnabled: boolean;
};

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'TIME_LOW', offset: TIME_LOW, width: 4, doc: 'Low half of the time, ns; reading keeps the high half.' },
  { name: 'TIME_HIGH', offset: TIME_HIGH, width: 4, doc: 'High half kept by the last read of TIME_LOW.' },
  { name: 'ALARM_LOW', offset: ALARM_LOW, width: 4, doc: 'Writing arms the alarm.' },
  { name: 'ALARM_HIGH', offset: ALARM_HIGH, width: 4, doc: 'Write before ALARM_LOW.' },
  { name: 'IRQ_ENABLED', offset: IRQ_ENABLED, width: 4 },
  { name: 'CLEAR_ALARM', offset: CLEAR_ALARM, width: 4, doc: 'Any write disarms the alarm.' },
  { name: 'ALARM_STATUS', offset: ALARM_STATUS, width: 4, doc: '1 while the alarm is armed.' },
  { name: 'CLEAR_INTERRUPT', offset: CLEAR_INTERRUPT, width: 4, doc: 'Any write lowers the interrupt.' },
];

const low = (value: bigint): number => Number(BigInt.asUintN(32, value));
const high = (value: bigint): number => Number(BigInt.asUintN(32, value >> 32n));
const join = (upper: number, lower: number): bigint => (BigInt(upper >>> 0) << 32n) | BigInt(lower >>> 0);

/** The clock; `start` is in nanoseconds since 1970-01-01 UTC. */
export class GoldfishRtc implements Device<GoldfishRtcState> {
  readonly compatible = 'google,goldfish-rtc';
  readonly size = 0x1000;
  readonly registers = REGISTERS;
  state: GoldfishRtcState;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly start: bigint,
  ) {
    this.state = this.resetState();
  }

  reset(): void {
    this.state = this.resetState();
    this.context.alarm(ALARM, undefined);
    this.context.irq(false);
  }

  read(offset: number, width: 1 | 2 | 4): number {
    if (offset === TIME_LOW && width === 4) this.state.timeHigh = high(this.time);
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const { state } = this;
    if (width !== 4) return 0;
    switch (offset) {
      case TIME_LOW:
        return low(this.time);
      case TIME_HIGH:
        return state.timeHigh;
      case ALARM_LOW:
        return low(state.alarmNext);
      case ALARM_HIGH:
        return high(state.alarmNext);
      case IRQ_ENABLED:
        return state.isIrqEnabled ? 1 : 0;
      case ALARM_STATUS:
        return state.isAlarmRunning ? 1 : 0;
      default:
        return 0;
    }
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const { state } = this;
    if (width !== 4) return;
    switch (offset) {
      case TIME_LOW:
        this.setTime(join(high(this.time), value));
        break;
      case TIME_HIGH:
        this.setTime(join(value, low(this.time)));
        break;
      case ALARM_LOW:
        state.alarmNext = join(high(state.alarmNext), value);
        state.isAlarmRunning = true;
        this.compare();
        break;
      case ALARM_HIGH:
        state.alarmNext = join(value, low(state.alarmNext));
        break;
      case IRQ_ENABLED:
        state.isIrqEnabled = (value & 1) !== 0;
        break;
      case CLEAR_ALARM:
        state.isAlarmRunning = false;
        this.context.alarm(ALARM, undefined);
        break;
      case CLEAR_INTERRUPT:
        state.isIrqPending = false;
        break;
      default:
        return;
    }
    this.drive();
  }

  fired(tag: string): void {
    if (tag !== ALARM) return;
    this.compare();
    this.drive();
  }

  private get time(): bigint {
    return BigInt.asUintN(64, this.state.start + this.context.now());
  }

  private setTime(time: bigint): void {
    this.state.start = BigInt.asUintN(64, time - this.context.now());
    this.compare();
  }

  private compare(): void {
    const { state } = this;
    if (!state.isAlarmRunning) return;
    const left = state.alarmNext - this.time;
    if (left <= 0n) {
      state.isAlarmRunning = false;
      state.isIrqPending = true;
    }
    this.context.alarm(ALARM, left <= 0n ? undefined : this.context.now() + left);
  }

  private drive(): void {
    this.context.irq(this.state.isIrqPending && this.state.isIrqEnabled);
  }

  private resetState(): GoldfishRtcState {
    return {
      start: this.start,
      timeHigh: 0,
      alarmNext: 0n,
      isAlarmRunning: false,
      isIrqPending: false,
      isIrqEnabled: false,
    };
  }
}
