/**
 * The real-time clock of a PC, Motorola's MC146818, with 128 bytes of battery-backed RAM: time, alarm, periodic and update
 * interrupts. The date is virtual: it starts at a given instant and advances with guest time. Bit 7 of the index masks NMIs.
 * @see Motorola MC146818A Real-Time Clock plus RAM datasheet, ADI856
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
import { type ClockFormat, fromRegisters, matches, registersOf } from './mc146818-time';

const INDEX = 0;
const DATA = 1;
/** Registers, by index. */
const REG = { SECONDS: 0, YEAR: 9, A: 0x0a, B: 0x0b, C: 0x0c, D: 0x0d, CENTURY: 0x32 } as const;
const ALARMS = [1, 3, 5] as const;
const A = { UIP: 0x80, RATE: 0x0f } as const;
const B = { SET: 0x80, PIE: 0x40, AIE: 0x20, UIE: 0x10, DM: 0x04, H24: 0x02 } as const;
const C = { IRQF: 0x80, PF: 0x40, AF: 0x20, UF: 0x10 } as const;
const FLAGS = C.PF | C.AF | C.UF;
const D_VALID = 0x80;
const NMI_OFF = 0x80;
const RAM_BYTES = 128;

const SECOND = 1_000_000_000n;
/** The update is announced this long before. */
const ANNOUNCED = 244_000n;
/** Hertz of the periodic interrupt's source. */
const SOURCE = 32_768n;
const DAY = 86_400n;
const PERIODIC = 'periodic';
const UPDATE = 'update';

const REGISTERS: readonly DeviceRegister[] = [
  {
    name: 'INDEX',
    offset: INDEX,
    width: 1,
    fields: [
      { name: 'NMI off', high: 7, low: 7 },
      { name: 'register', high: 6, low: 0 },
    ],
  },
  { name: 'DATA', offset: DATA, width: 1 },
];

export type Mc146818State = {
  index: number;
  /** Alarm, control registers and RAM; while B.SET is set, the time, too. */
  ram: Uint8Array;
  /** Nanoseconds since 1970 at guest time 0; changes when the guest sets the clock. */
  start: bigint;
  /** Seconds since 1970 up to which register C has its flags. */
  seen: bigint;
  /** Guest nanoseconds at which the periodic interrupt is due next; 0 where it is off. */
  periodic: bigint;
};

export interface Mc146818Options {
  /** Nanoseconds since 1970-01-01 UTC. */
  readonly start: bigint;
  /** Bytes of its RAM as the board wants them, by index. */
  readonly ram: ReadonlyMap<number, number>;
}

/** What a board tells firmware about memory in this RAM, as QEMU does. @param below bytes of RAM from 0, @param above from 4 GiB */
export const memoryBytes = (below: number, above: number, processors: number): Map<number, number> => {
  const word = (at: number, value: number): [number, number][] => [
    [at, value & 0xff],
    [at + 1, (value >>> 8) & 0xff],
  ];
  const extended = Math.min(Math.max(below / 1024 - 1024, 0), 0xffff);
  const aboveSixteen = Math.min(Math.max((below - 16 * 2 ** 20) / 0x1_0000, 0), 0xffff);
  const high = Math.floor(above / 0x1_0000);
  return new Map([
    ...word(0x15, 640),
    ...word(0x17, extended),
    ...word(0x30, extended),
    ...word(0x34, aboveSixteen),
    ...word(0x5b, high),
    [0x5d, (high >>> 16) & 0xff],
    [0x5f, processors - 1],
    // Equipment: a coprocessor. Boot order: disk, floppy, CD.
    [0x14, 0x02],
    [0x3d, 0x12],
    [0x38, 0x30],
  ]);
};

/** Interrupt output 0. */
export class Mc146818 implements Device<Mc146818State> {
  readonly compatible = 'motorola,mc146818';
  readonly size = 2;
  readonly registers = REGISTERS;
  state: Mc146818State;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly options: Mc146818Options,
  ) {
    this.state = this.#resetState();
  }

  /** Port 0x70 lets NMIs through. */
  get isNmiOn(): boolean {
    return (this.state.index & NMI_OFF) === 0;
  }

  reset(): void {
    this.state = this.#resetState();
    this.context.alarm(PERIODIC, undefined);
    this.context.alarm(UPDATE, undefined);
    this.context.irq(false);
  }

  read(offset: number, _width: 1 | 2 | 4): number {
    const value = this.peek(offset);
    if (offset !== DATA || this.#register !== REG.C) return value;
    this.#notice();
    const flags = this.#get(REG.C);
    this.state.ram[REG.C] = 0;
    this.#drive();
    this.#armUpdate();
    return flags;
  }

  peek(offset: number): number {
    // The index can only be written.
    if (offset !== DATA) return 0xff;
    const register = this.#register;
    if (register === REG.A) return this.#get(REG.A) | (this.#isUpdating() ? A.UIP : 0);
    if (register === REG.C) return this.#flags();
    const time = this.#isSet ? undefined : registersOf(this.#seconds, this.#format).get(register);
    return time ?? this.#get(register);
  }

  write(offset: number, _width: 1 | 2 | 4, wide: number): void {
    const value = wide & 0xff;
    if (offset === INDEX) {
      this.state.index = value;
      return;
    }
    const register = this.#register;
    switch (register) {
      case REG.A:
        this.state.ram[REG.A] = value & ~A.UIP;
        this.#startPeriodic();
        return;
      case REG.B:
        this.#control(value);
        return;
      case REG.C:
      case REG.D:
        return;
      default:
        this.#store(register, value);
    }
  }

  fired(tag: string): void {
    if (tag === PERIODIC) {
      const period = this.#period;
      if (period === undefined) return;
      this.#raise(C.PF);
      const { periodic } = this.state;
      const late = (this.context.now() - periodic) / period;
      this.state.periodic = periodic + (late + 1n) * period;
      this.context.alarm(PERIODIC, this.state.periodic);
    } else {
      this.#notice();
      this.#drive();
      this.#armUpdate();
    }
  }

  get #register(): number {
    return this.state.index & 0x7f;
  }

  #get(register: number): number {
    return this.state.ram[register] ?? 0;
  }

  get #isSet(): boolean {
    return (this.#get(REG.B) & B.SET) !== 0;
  }

  get #format(): ClockFormat {
    const b = this.#get(REG.B);
    return { isBinary: (b & B.DM) !== 0, is24: (b & B.H24) !== 0 };
  }

  get #nanoseconds(): bigint {
    return this.state.start + this.context.now();
  }
  get #seconds(): bigint {
    return this.#nanoseconds / SECOND;
  }

  #isUpdating(): boolean {
    return !this.#isSet && this.#nanoseconds % SECOND >= SECOND - ANNOUNCED;
  }

  /** Register C as it is now. */
  #flags(): number {
    const flags = (this.#get(REG.C) & FLAGS) | this.#since();
    return flags & this.#get(REG.B) & FLAGS ? flags | C.IRQF : flags;
  }

  /** Flags of updates and alarms since the last look. */
  #since(): number {
    const { seen } = this.state;
    if (this.#isSet || this.#seconds <= seen) return 0;
    // It names a second of each day, or none of any.
    const end = this.#seconds < seen + DAY ? this.#seconds : seen + DAY;
    return C.UF | (this.#match(seen, end) === undefined ? 0 : C.AF);
  }

  #notice(): void {
    this.state.ram[REG.C] = this.#flags();
    this.state.seen = this.#seconds;
  }

  /** The first second after `from`, up to `to`, that the alarm names. */
  #match(from: bigint, to: bigint): bigint | undefined {
    const alarm = ALARMS.map((register) => this.#get(register));
    for (let second = from + 1n; second <= to; second++) {
      if (matches(second, alarm, this.#format)) return second;
    }
    return undefined;
  }

  #raise(flag: number): void {
    this.state.ram[REG.C] = this.#get(REG.C) | flag;
    this.#drive();
  }

  #drive(): void {
    const flags = this.#get(REG.C) & FLAGS;
    const isAsking = (flags & this.#get(REG.B)) !== 0;
    this.state.ram[REG.C] = flags | (isAsking ? C.IRQF : 0);
    this.context.irq(isAsking);
  }

  #control(value: number): void {
    const wasSet = this.#isSet;
    if (!wasSet) this.#notice();
    if (!wasSet && value & B.SET) {
      // The time stands in the registers from here on.
      for (const [register, byte] of registersOf(this.#seconds, this.#format)) this.state.ram[register] = byte;
    }
    this.state.ram[REG.B] = value;
    if (wasSet && !(value & B.SET)) this.#setTime();
    this.#drive();
    this.#startPeriodic();
    this.#armUpdate();
  }

  #store(register: number, value: number): void {
    const isTime = register <= REG.YEAR && !ALARMS.some((alarm) => alarm === register);
    if ((isTime || register === REG.CENTURY) && !this.#isSet) {
      for (const [index, byte] of registersOf(this.#seconds, this.#format)) this.state.ram[index] = byte;
      this.state.ram[register] = value;
      this.#setTime();
    }
    this.state.ram[register] = value;
    if (register <= REG.YEAR) this.#armUpdate();
  }

  /** The registers become the time; an impossible date is ignored. */
  #setTime(): void {
    const seconds = fromRegisters((register) => this.#get(register), this.#format);
    if (seconds !== undefined) this.state.start = seconds * SECOND - this.context.now();
    this.state.seen = this.#seconds;
  }

  /** Nanoseconds of the periodic interrupt; undefined where it is off. */
  get #period(): bigint | undefined {
    const rate = this.#get(REG.A) & A.RATE;
    if (rate === 0 || !(this.#get(REG.B) & B.PIE)) return undefined;
    // The two fastest rates of this clock's 32 kHz are those of 8 and 9.
    const shift = rate <= 2 ? rate + 7 : rate;
    return (SECOND << BigInt(shift - 1)) / SOURCE;
  }

  #startPeriodic(): void {
    const period = this.#period;
    if (period === undefined) this.state.periodic = 0n;
    else this.state.periodic = (this.context.now() / period + 1n) * period;
    this.context.alarm(PERIODIC, period === undefined ? undefined : this.state.periodic);
  }

  /** Asks for the next update or alarm that interrupts. */
  #armUpdate(): void {
    const b = this.#get(REG.B);
    const isHeld = (this.#get(REG.C) & C.IRQF) !== 0;
    if (this.#isSet || isHeld || !(b & (B.UIE | B.AIE))) {
      this.context.alarm(UPDATE, undefined);
      return;
    }
    const second = b & B.UIE ? this.#seconds + 1n : this.#match(this.#seconds, this.#seconds + DAY);
    this.context.alarm(UPDATE, second === undefined ? undefined : second * SECOND - this.state.start);
  }

  #resetState(): Mc146818State {
    const { start, ram } = this.options;
    const bytes = new Uint8Array(RAM_BYTES);
    for (const [index, value] of ram) bytes[index] = value;
    bytes[REG.A] = 0x26;
    bytes[REG.B] = B.H24;
    bytes[REG.D] = D_VALID;
    return { index: 0, ram: bytes, start, seen: start / SECOND, periodic: 0n };
  }
}
