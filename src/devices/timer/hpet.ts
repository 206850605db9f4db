/**
 * A high precision event timer: a counter of 10 ns and three comparators, without interrupts by message. Comparators that are in
 * the past are due at once.
 * @see Intel IA-PC HPET (High Precision Event Timers) Specification, revision 1.0a
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const CAPABILITIES = 0x000;
const CONFIG = 0x010;
const STATUS = 0x020;
const COUNTER = 0x0f0;
const FIRST_TIMER = 0x100;
const TIMER_BYTES = 0x20;
const TIMERS = 3;
/** Offsets in a timer's registers. */
const COMPARATOR = 8;

/** Nanoseconds of a count. */
const PERIOD = 10n;
const FEMTOSECONDS = 1_000_000n;
/** Vendor 8086, legacy routes, 64 bits, three timers, revision 1. */
const CAPABILITIES_LOW = 0x8086_a001 | ((TIMERS - 1) << 8);
const ENABLE = 1;
const LEGACY = 2;

const TIMER = {
  LEVEL: 0x2,
  ENABLE: 0x4,
  PERIODIC: 0x8,
  PERIODIC_CAPABLE: 0x10,
  WIDE_CAPABLE: 0x20,
  SET_VALUE: 0x40,
  NARROW: 0x100,
  WRITABLE: 0x3f4e,
} as const;
/** Inputs of the I/O APIC that a timer may be routed to: 2, 8 and 16 to 23. */
const ROUTES = 0x00ff_0104;
/** With legacy replacement the first two timers have the inputs of the interval timer and of the clock. */
const LEGACY_INPUTS = [0, 8] as const;

export type HpetTimer = {
  config: number;
  comparator: bigint;
  period: bigint;
  /** The comparator's high half is to be written with it, too: its low half just has been, by SET_VALUE. */
  setsHigh: boolean;
};

export type HpetState = {
  config: number;
  /** Interrupts of level-triggered timers that have not been cleared. */
  status: number;
  /** While it counts: what is added to guest time's counts. Else the counter. */
  counter: bigint;
  timers: HpetTimer[];
  /** Levels of the interval timer and of the clock, which pass through. */
  legacy: boolean[];
};

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'CAP_ID', offset: CAPABILITIES, width: 8 },
  {
    name: 'CONFIG',
    offset: CONFIG,
    width: 8,
    fields: [
      { name: 'LEG_RT', high: 1, low: 1, doc: 'legacy replacement' },
      { name: 'ENABLE', high: 0, low: 0 },
    ],
  },
  { name: 'STATUS', offset: STATUS, width: 8 },
  { name: 'COUNTER', offset: COUNTER, width: 8 },
  ...[0, 1, 2].flatMap((timer): DeviceRegister[] => [
    {
      name: `T${timer}_CONFIG`,
      offset: FIRST_TIMER + TIMER_BYTES * timer,
      width: 8,
      fields: [
        { name: 'routes', high: 63, low: 32 },
        { name: 'route', high: 13, low: 9 },
        { name: '32 bits', high: 8, low: 8 },
        { name: 'periodic', high: 3, low: 3 },
        { name: 'enabled', high: 2, low: 2 },
        { name: 'trigger', high: 1, low: 1, values: { 0: 'edge', 1: 'level' } },
      ],
    },
    { name: `T${timer}_COMPARATOR`, offset: FIRST_TIMER + TIMER_BYTES * timer + COMPARATOR, width: 8 },
  ]),
];

const half = (value: bigint, isHigh: boolean): number => Number(BigInt.asUintN(32, isHigh ? value >> 32n : value));
const withHalf = (value: bigint, isHigh: boolean, part: number): bigint =>
  isHigh ? (value & 0xffff_ffffn) | (BigInt(part >>> 0) << 32n) : ((value >> 32n) << 32n) | BigInt(part >>> 0);

/** Interrupt output `line` is an input of the I/O APIC; those of the interval timer and the clock pass through it. */
export class Hpet implements Device<HpetState> {
  readonly compatible = 'intel,hpet';
  readonly size = 0x400;
  readonly registers = REGISTERS;
  state: HpetState = resetState();

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  reset(): void {
    const { legacy } = this.state;
    this.state = { ...resetState(), legacy };
    for (let timer = 0; timer < TIMERS; timer++) this.context.alarm(String(timer), undefined);
    this.#driveLegacy();
  }

  /** The output of the interval timer (0) or of the clock (1): passes through unless HPET replaces them. */
  setLegacyLine(which: 0 | 1, level: boolean): void {
    this.state.legacy[which] = level;
    if (!(this.state.config & LEGACY)) this.context.irq(level, LEGACY_INPUTS[which]);
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const value = this.#word(offset & ~3) >>> (8 * (offset & 3));
    return width === 4 ? value : value & (2 ** (8 * width) - 1);
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    if (width !== 4 || (offset & 3) !== 0) return;
    const { state } = this;
    const isHigh = (offset & 4) !== 0;
    if (offset === CONFIG) this.#configure(value);
    else if (offset === STATUS) {
      const cleared = state.status & value;
      state.status &= ~cleared;
      for (let timer = 0; timer < TIMERS; timer++) if ((cleared >> timer) & 1) this.#line(timer, false);
    } else if ((offset & ~7) === COUNTER) {
      // It can be written while it stands.
      if (!(state.config & ENABLE)) state.counter = withHalf(state.counter, isHigh, value);
    } else if (offset >= FIRST_TIMER) this.#writeTimer(Math.floor((offset - FIRST_TIMER) / TIMER_BYTES), offset, value);
  }

  fired(tag: string): void {
    const index = Number(tag);
    const timer = this.state.timers[index];
    if (!timer) return;
    this.#interrupt(index, timer);
    if (!(timer.config & TIMER.PERIODIC) || timer.period === 0n) return;
    const bits = widthOf(timer);
    const now = BigInt.asUintN(bits, this.#counter);
    const late = BigInt.asUintN(bits, now - timer.comparator);
    timer.comparator = BigInt.asUintN(bits, timer.comparator + (late / timer.period + 1n) * timer.period);
    this.#arm(index);
  }

  get #counter(): bigint {
    const { config, counter } = this.state;
    return config & ENABLE ? BigInt.asUintN(64, this.context.now() / PERIOD + counter) : counter;
  }

  #word(offset: number): number {
    const { state } = this;
    const isHigh = (offset & 4) !== 0;
    switch (offset & ~7) {
      case CAPABILITIES:
        return isHigh ? Number(PERIOD * FEMTOSECONDS) : CAPABILITIES_LOW >>> 0;
      case CONFIG:
        return isHigh ? 0 : state.config;
      case STATUS:
        return isHigh ? 0 : state.status;
      case COUNTER:
        return half(this.#counter, isHigh);
      default: {
        const timer = state.timers[Math.floor((offset - FIRST_TIMER) / TIMER_BYTES)];
        if (offset < FIRST_TIMER || !timer) return 0;
        const register = (offset - FIRST_TIMER) % TIMER_BYTES;
        if (register < COMPARATOR) return isHigh ? ROUTES : timer.config;
        return register < 2 * COMPARATOR ? half(timer.comparator, isHigh) : 0;
      }
    }
  }

  #configure(value: number): void {
    const { state } = this;
    const old = state.config;
    const counter = this.#counter;
    state.config = value & (ENABLE | LEGACY);
    const ticks = this.context.now() / PERIOD;
    state.counter = BigInt.asUintN(64, state.config & ENABLE ? counter - ticks : counter);
    for (let timer = 0; timer < TIMERS; timer++) this.#arm(timer);
    if ((old ^ state.config) & LEGACY) this.#driveLegacy();
  }

  #driveLegacy(): void {
    const passes = !(this.state.config & LEGACY);
    for (const [which, input] of LEGACY_INPUTS.entries())
      this.context.irq(passes && this.state.legacy[which] === true, input);
  }

  #writeTimer(index: number, offset: number, value: number): void {
    const timer = this.state.timers[index];
    if (!timer) return;
    const register = (offset - FIRST_TIMER) % TIMER_BYTES;
    if (register === 0) {
      const old = timer.config;
      timer.config = (value & TIMER.WRITABLE) | (old & ~TIMER.WRITABLE);
      if (timer.config & TIMER.NARROW) {
        timer.comparator = BigInt.asUintN(32, timer.comparator);
        timer.period = BigInt.asUintN(32, timer.period);
      }
      // An interrupt whose trigger becomes an edge, or which is switched off, is not held any longer.
      if (
        (this.state.status >> index) & 1 &&
        (timer.config & (TIMER.LEVEL | TIMER.ENABLE)) !== (TIMER.LEVEL | TIMER.ENABLE)
      )
        this.#line(index, false);
    } else if (register === COMPARATOR || register === COMPARATOR + 4) {
      const isHigh = register !== COMPARATOR;
      if (isHigh && timer.config & TIMER.NARROW) return;
      const isPeriodic = (timer.config & TIMER.PERIODIC) !== 0;
      const isSet = (timer.config & TIMER.SET_VALUE) !== 0 || (isHigh && timer.setsHigh);
      if (!isPeriodic || isSet) timer.comparator = withHalf(timer.comparator, isHigh, value);
      if (isPeriodic) timer.period = withHalf(timer.period, isHigh, value);
      timer.setsHigh = isSet && !isHigh;
      timer.config &= ~TIMER.SET_VALUE;
    }
    this.#arm(index);
  }

  #arm(index: number): void {
    const timer = this.state.timers[index];
    if (!timer) return;
    if (!(this.state.config & ENABLE) || !(timer.config & TIMER.ENABLE)) {
      this.context.alarm(String(index), undefined);
      return;
    }
    // 32 bits come round; of 64 a smaller comparator is in the past.
    const counter = this.#counter;
    const isNarrow = (timer.config & TIMER.NARROW) !== 0;
    const ahead = isNarrow ? BigInt.asUintN(32, timer.comparator - counter) : timer.comparator - counter;
    const ticks = this.context.now() / PERIOD;
    this.context.alarm(String(index), ahead > 0n ? (ticks + ahead) * PERIOD : this.context.now());
  }

  #interrupt(index: number, timer: HpetTimer): void {
    if (timer.config & TIMER.LEVEL) {
      this.state.status |= 1 << index;
      this.#line(index, true);
    } else {
      this.#line(index, true);
      this.#line(index, false);
    }
  }

  #line(index: number, level: boolean): void {
    const config = this.state.timers[index]?.config ?? 0;
    const legacy = this.state.config & LEGACY ? LEGACY_INPUTS[index] : undefined;
    this.context.irq(level, legacy ?? (config >> 9) & 0x1f);
  }
}

const widthOf = ({ config }: HpetTimer): number => (config & TIMER.NARROW ? 32 : 64);

const resetState = (): HpetState => ({
  config: 0,
  status: 0,
  counter: 0n,
  timers: Array.from({ length: TIMERS }, () => ({
    config: TIMER.PERIODIC_CAPABLE | TIMER.WIDE_CAPABLE,
    comparator: 0xffff_ffff_ffff_ffffn,
    period: 0n,
    setsHigh: false,
  })),
  legacy: [false, false],
});
