/**
 * Power management of ICH9 as ACPI uses it: events, sleep and timer in the ports at PMBASE (0x600), general-purpose events, and the
 * port 0xB2 by which an operating system takes over. There is no system management mode: SMIs do not come.
 * @see ACPI Specification 6.5, section 4.8.3 "Fixed Hardware"; Intel I/O Controller Hub 9 datasheet, 13.8
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const PM1_STS = 0x00;
const PM1_EN = 0x02;
const PM1_CNT = 0x04;
const PM_TMR = 0x08;
const GPE0_STS = 0x20;
const GPE0_EN = 0x28;
const SMI_EN = 0x30;
const SMI_STS = 0x34;
const APM_CNT = 0x80;
const APM_STS = 0x81;
/** Where the pieces of its registers lie in it: the ports at PMBASE, and two at 0xB2. */
export const ICH9_PM_PIECES = { pm: { first: 0, size: 0x80 }, apm: { first: APM_CNT, size: 2 } } as const;

/** Values for port 0xB2, as a FADT gives them. */
export const ACPI_COMMAND = { ENABLE: 2, DISABLE: 3 } as const;

/** Hertz of the power management timer, which has 24 bits. */
export const PM_TIMER_CLOCK = 3_579_545n;
const NANOSECONDS = 1_000_000_000n;
const EVENT = { TMR: 0x0001, GBL: 0x0020, PWRBTN: 0x0100, RTC: 0x0400, WAK: 0x8000 } as const;
const EVENTS = EVENT.TMR | EVENT.GBL | EVENT.PWRBTN | EVENT.RTC;
const SCI_EN = 1;
const SLP_EN = 0x2000;
/** Sleep types that end the machine: S5 and S4. */
const OFF_TYPES = [0, 2];
/** SMI_EN says that firmware has set SMM up, so that it does not try. */
const APMC_EN = 0x20;
const GPE_BYTES = 8;
const OVERFLOW = 'overflow';

const EVENT_FIELDS = [
  { name: 'WAK', high: 15, low: 15 },
  { name: 'RTC', high: 10, low: 10 },
  { name: 'PWRBTN', high: 8, low: 8 },
  { name: 'GBL', high: 5, low: 5 },
  { name: 'TMR', high: 0, low: 0 },
] as const;

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'PM1_STS', offset: PM1_STS, width: 2, doc: 'Events; ones clear.', fields: EVENT_FIELDS },
  { name: 'PM1_EN', offset: PM1_EN, width: 2, doc: 'Events that interrupt.', fields: EVENT_FIELDS },
  {
    name: 'PM1_CNT',
    offset: PM1_CNT,
    width: 2,
    fields: [
      { name: 'SLP_EN', high: 13, low: 13, doc: 'writing it sleeps' },
      { name: 'SLP_TYP', high: 12, low: 10, values: { 0: 'off' } },
      { name: 'SCI_EN', high: 0, low: 0 },
    ],
  },
  { name: 'PM_TMR', offset: PM_TMR, width: 4, doc: '24 bits at 3.579545 MHz.' },
  { name: 'GPE0_STS', offset: GPE0_STS, width: 8 },
  { name: 'GPE0_EN', offset: GPE0_EN, width: 8 },
  { name: 'SMI_EN', offset: SMI_EN, width: 4 },
  { name: 'SMI_STS', offset: SMI_STS, width: 4 },
  { name: 'APM_CNT', offset: APM_CNT, width: 1, doc: '2 and 3 switch ACPI on and off.' },
  { name: 'APM_STS', offset: APM_STS, width: 1 },
];

export type Ich9PmState = {
  /** Without the timer's, which follows from `overflow`. */
  status: number;
  enable: number;
  control: number;
  /** Guest nanoseconds at which the timer's highest bit changes, from when its event is there. */
  overflow: bigint;
  /** Eight bytes of status, eight of enables. */
  gpe: Uint8Array;
  smiEnable: number;
  apm: number;
  apmStatus: number;
};

/** Interrupt output 0 is SCI. */
export class Ich9Pm implements Device<Ich9PmState> {
  readonly compatible = 'intel,ich9-pm';
  readonly size = 0x82;
  readonly registers = REGISTERS;
  state: Ich9PmState;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {
    this.state = this.#resetState();
  }

  reset(): void {
    this.state = this.#resetState();
    this.#drive();
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    let value = 0;
    for (let byte = width - 1; byte >= 0; byte--) value = value * 256 + this.#byte(offset + byte);
    return value;
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    for (let byte = 0; byte < width; byte++) this.#writeByte(offset + byte, (value >>> (8 * byte)) & 0xff);
    this.#drive();
  }

  fired(): void {
    this.#drive();
  }

  get #ticks(): bigint {
    return (this.context.now() * PM_TIMER_CLOCK) / NANOSECONDS;
  }

  get #status(): number {
    return this.state.status | (this.context.now() >= this.state.overflow ? EVENT.TMR : 0);
  }

  #byte(offset: number): number {
    const { state } = this;
    const [register, shift] = [offset & ~1, 8 * (offset & 1)];
    if (offset >= PM_TMR && offset < PM_TMR + 3) return Number((this.#ticks >> BigInt(8 * (offset - PM_TMR))) & 0xffn);
    if (offset >= GPE0_STS && offset < GPE0_EN + GPE_BYTES) return state.gpe[offset - GPE0_STS] ?? 0;
    if (offset >= SMI_EN && offset < SMI_EN + 4) return (state.smiEnable >>> (8 * (offset - SMI_EN))) & 0xff;
    if (offset === APM_CNT) return state.apm;
    if (offset === APM_STS) return state.apmStatus;
    const word =
      register === PM1_STS
        ? this.#status
        : register === PM1_EN
          ? state.enable
          : register === PM1_CNT
            ? state.control
            : 0;
    return (word >>> shift) & 0xff;
  }

  #writeByte(offset: number, value: number): void {
    const { state } = this;
    const shift = 8 * (offset & 1);
    const merged = (old: number): number => (old & ~(0xff << shift)) | (value << shift);
    if (offset >= GPE0_STS && offset < GPE0_EN) {
      state.gpe[offset - GPE0_STS] = (state.gpe[offset - GPE0_STS] ?? 0) & ~value;
      return;
    }
    if (offset >= GPE0_EN && offset < GPE0_EN + GPE_BYTES) {
      state.gpe[offset - GPE0_STS] = value;
      return;
    }
    if (offset >= SMI_EN && offset < SMI_EN + 4) {
      const at = 8 * (offset - SMI_EN);
      state.smiEnable = (((state.smiEnable & ~(0xff << at)) | (value << at)) >>> 0) | APMC_EN;
      return;
    }
    switch (offset & ~1) {
      case PM1_STS: {
        const cleared = value << shift;
        state.status &= ~cleared;
        if (cleared & EVENT.TMR) state.overflow = this.#nextOverflow();
        return;
      }
      case PM1_EN:
        state.enable = merged(state.enable);
        return;
      case PM1_CNT:
        this.#control(merged(state.control));
        return;
      case APM_CNT:
        if (offset === APM_STS) state.apmStatus = value;
        else this.#command(value);
        return;
    }
  }

  #control(value: number): void {
    this.state.control = value & ~SLP_EN;
    if (value & SLP_EN && OFF_TYPES.includes((value >> 10) & 7)) this.context.power({ kind: 'off', code: 0 });
  }

  #command(value: number): void {
    this.state.apm = value;
    if (value === ACPI_COMMAND.ENABLE) this.state.control |= SCI_EN;
    if (value === ACPI_COMMAND.DISABLE) this.state.control &= ~SCI_EN;
  }

  #nextOverflow(): bigint {
    const half = 1n << 23n;
    const next = (this.#ticks / half + 1n) * half;
    return (next * NANOSECONDS + PM_TIMER_CLOCK - 1n) / PM_TIMER_CLOCK;
  }

  #drive(): void {
    const { enable, control, gpe, overflow } = this.state;
    const isGpe = gpe.subarray(0, GPE_BYTES).some((status, index) => (status & (gpe[GPE_BYTES + index] ?? 0)) !== 0);
    const isEvent = (this.#status & enable & EVENTS) !== 0;
    this.context.irq((control & SCI_EN) !== 0 && (isEvent || isGpe));
    const isAwaited = (enable & EVENT.TMR) !== 0 && this.context.now() < overflow;
    this.context.alarm(OVERFLOW, isAwaited ? overflow : undefined);
  }

  #resetState(): Ich9PmState {
    return {
      status: 0,
      enable: 0,
      control: 0,
      overflow: this.#nextOverflow(),
      gpe: new Uint8Array(2 * GPE_BYTES),
      smiEnable: APMC_EN,
      apm: 0,
      apmStatus: 0,
    };
  }
}
