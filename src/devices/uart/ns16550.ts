/**
 * The 16550A serial port: two 16-byte FIFOs, modem lines, loopback. Characters leave at once (the transmitter is
 * always ready); characters from the host wait in a queue behind the receive FIFO, so none is lost.
 * Names follow the PC16550D datasheet.
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const IER = { RDI: 0x01, THRI: 0x02, RLSI: 0x04, MSI: 0x08 } as const;
const IIR = { NO_INT: 0x01, MSI: 0x00, THRI: 0x02, RDI: 0x04, RLSI: 0x06, CTI: 0x0c, FIFO_ENABLED: 0xc0 } as const;
const FCR = { ENABLE: 0x01, CLEAR_RCVR: 0x02, CLEAR_XMIT: 0x04, KEPT: 0xc9 } as const;
const LCR = { WORD_LENGTH: 0x03, STOP: 0x04, PARITY: 0x08, BREAK: 0x40, DLAB: 0x80 } as const;
const MCR = { DTR: 0x01, RTS: 0x02, OUT1: 0x04, OUT2: 0x08, LOOP: 0x10, KEPT: 0x1f } as const;
const LSR = { DR: 0x01, OE: 0x02, PE: 0x04, FE: 0x08, BI: 0x10, THRE: 0x20, TEMT: 0x40 } as const;
const MSR = { DCTS: 0x01, DDSR: 0x02, TERI: 0x04, DDCD: 0x08, CTS: 0x10, DSR: 0x20, RI: 0x40, DCD: 0x80 } as const;

const LINE_ERRORS = LSR.OE | LSR.PE | LSR.FE | LSR.BI;
const ANY_DELTA = MSR.DCTS | MSR.DDSR | MSR.TERI | MSR.DDCD;
const FIFO_DEPTH = 16;
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
const RX_TIMEOUT = 'rx-timeout';

/** The UART's input clock on QEMU's `virt`, hertz; also the device tree's `clock-frequency`. */
export const NS16550_CLOCK = 3_686_400;

export type Ns16550State = {
  /** Receive FIFO, oldest first. Without FIFO mode it holds at most one character. */
  rx: number[];
  /** Without FIFO mode, the character last received, which RBR keeps showing after it was taken. */
  rbr: number;
  /** Characters from the host that found no room yet. */
  queue: number[];
  ier: number;
  fcr: number;
  lcr: number;
  mcr: number;
  lsr: number;
  msr: number;
  scr: number;
  divisor: number;
  /** THR-empty interrupt not yet acknowledged by an IIR read or a THR write. */
  thrPending: boolean;
  /** Characters below the trigger level have waited four character times. */
  timeoutPending: boolean;
};

const REGISTERS: readonly DeviceRegister[] = [
  {
    name: 'RBR',
    offset: 0,
    width: 1,
    doc: 'Oldest received character; writing sends one (THR). Divisor low byte while LCR.DLAB is set.',
  },
  {
    name: 'IER',
    offset: 1,
    width: 1,
    doc: 'Which conditions interrupt. Divisor high byte while LCR.DLAB is set.',
    fields: [
      { name: 'MSI', high: 3, low: 3, doc: 'modem line changed' },
      { name: 'RLSI', high: 2, low: 2, doc: 'receive error or break' },
      { name: 'THRI', high: 1, low: 1, doc: 'transmitter can take a character' },
      { name: 'RDI', high: 0, low: 0, doc: 'received data available' },
    ],
  },
  {
    name: 'IIR',
    offset: 2,
    width: 1,
    doc: 'Most urgent interrupt pending; writing sets FIFO control (FCR).',
    fields: [
      { name: 'FIFO', high: 7, low: 6, values: { 0: 'off', 3: 'on' } },
      {
        name: 'ID',
        high: 3,
        low: 0,
        values: {
          0: 'modem status',
          1: 'none',
          2: 'THR empty',
          4: 'data available',
          6: 'line status',
          12: 'receive timeout',
        },
      },
    ],
  },
  {
    name: 'LCR',
    offset: 3,
    width: 1,
    doc: 'Character format and divisor access.',
    fields: [
      { name: 'DLAB', high: 7, low: 7, doc: 'offsets 0 and 1 are the divisor' },
      { name: 'BREAK', high: 6, low: 6 },
      { name: 'PARITY', high: 5, low: 3 },
      { name: 'STOP', high: 2, low: 2, values: { 0: '1 bit', 1: '2 bits' } },
      { name: 'WLEN', high: 1, low: 0, values: { 0: '5 bits', 1: '6 bits', 2: '7 bits', 3: '8 bits' } },
    ],
  },
  {
    name: 'MCR',
    offset: 4,
    width: 1,
    doc: 'Modem outputs and loopback.',
    fields: [
      { name: 'LOOP', high: 4, low: 4, doc: 'sent characters come back' },
      { name: 'OUT2', high: 3, low: 3 },
      { name: 'OUT1', high: 2, low: 2 },
      { name: 'RTS', high: 1, low: 1 },
      { name: 'DTR', high: 0, low: 0 },
    ],
  },
  {
    name: 'LSR',
    offset: 5,
    width: 1,
    doc: 'Line status; reading clears the errors.',
    fields: [
      { name: 'TEMT', high: 6, low: 6, doc: 'transmitter idle' },
      { name: 'THRE', high: 5, low: 5, doc: 'transmitter can take a character' },
      { name: 'BI', high: 4, low: 4, doc: 'break received' },
      { name: 'FE', high: 3, low: 3, doc: 'framing error' },
      { name: 'PE', high: 2, low: 2, doc: 'parity error' },
      { name: 'OE', high: 1, low: 1, doc: 'a character was lost' },
      { name: 'DR', high: 0, low: 0, doc: 'a character waits in RBR' },
    ],
  },
  {
    name: 'MSR',
    offset: 6,
    width: 1,
    doc: 'Modem inputs and their changes; reading clears the changes.',
    fields: [
      { name: 'DCD', high: 7, low: 7 },
      { name: 'RI', high: 6, low: 6 },
      { name: 'DSR', high: 5, low: 5 },
      { name: 'CTS', high: 4, low: 4 },
      { name: 'DDCD', high: 3, low: 3 },
      { name: 'TERI', high: 2, low: 2 },
      { name: 'DDSR', high: 1, low: 1 },
      { name: 'DCTS', high: 0, low: 0 },
    ],
  },
  { name: 'SCR', offset: 7, width: 1, doc: 'A byte of storage without function.' },
];

const resetState = (): Ns16550State => ({
  rx: [],
  rbr: 0,
  queue: [],
  ier: 0,
  fcr: 0,
  lcr: 0,
  mcr: MCR.OUT2,
  lsr: LSR.TEMT | LSR.THRE,
  msr: MSR.DCD | MSR.DSR | MSR.CTS,
  scr: 0,
  divisor: 12,
  thrPending: false,
  timeoutPending: false,
});

/** A 16550A with byte-wide registers at consecutive offsets. Interrupt line 0. */
export class Ns16550 implements Device<Ns16550State> {
  readonly compatible = 'ns16550a';
  readonly size = 0x100;
  readonly registers = REGISTERS;
  state: Ns16550State = resetState();

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  reset(): void {
    // What the host typed is not the guest's: it survives a reset of the chip.
    const { rx, queue } = this.state;
    this.state = { ...resetState(), queue: [...rx, ...queue] };
    this.context.alarm(RX_TIMEOUT, undefined);
    this.refill();
    this.drive();
  }

  /** Wider accesses see the byte register, as on a bus that ignores the upper lanes. */
  read(offset: number, _width: 1 | 2 | 4): number {
    const value = this.peek(offset);
    const { state } = this;
    switch (offset) {
      case 0:
        if (!this.isDivisorVisible) this.take();
        break;
      case 2:
        if ((value & 0x0f) === IIR.THRI) state.thrPending = false;
        break;
      case 5:
        state.lsr &= ~LINE_ERRORS;
        break;
      case 6:
        if ((state.mcr & MCR.LOOP) === 0) state.msr &= ~ANY_DELTA;
        break;
      default:
        return value;
    }
    this.drive();
    return value;
  }

  peek(offset: number): number {
    const { state } = this;
    switch (offset) {
      case 0:
        return this.isDivisorVisible ? state.divisor & 0xff : (state.rx[0] ?? (this.isFifoOn ? 0 : state.rbr));
      case 1:
        return this.isDivisorVisible ? state.divisor >> 8 : state.ier;
      case 2:
        return this.interruptId | (this.isFifoOn ? IIR.FIFO_ENABLED : 0);
      case 3:
        return state.lcr;
      case 4:
        return state.mcr;
      case 5:
        return state.lsr;
      case 6:
        return this.modemStatus;
      case 7:
        return state.scr;
      default:
        return 0; // QEMU maps only eight bytes; the rest of the window reads 0 here.
    }
  }

  write(offset: number, _width: 1 | 2 | 4, wide: number): void {
    const { state } = this;
    const value = wide & 0xff;
    switch (offset) {
      case 0:
        if (this.isDivisorVisible) state.divisor = (state.divisor & 0xff00) | value;
        else this.send(value);
        break;
      case 1:
        if (this.isDivisorVisible) state.divisor = (state.divisor & 0x00ff) | (value << 8);
        else this.enableInterrupts(value & 0x0f);
        break;
      case 2:
        this.controlFifo(value);
        break;
      case 3:
        state.lcr = value;
        break;
      case 4:
        state.mcr = value & MCR.KEPT;
        this.refill();
        break;
      case 7:
        state.scr = value;
        break;
      default:
        return; // LSR and MSR are read-only; the rest is empty.
    }
    this.drive();
  }

  /** Takes all of `bytes`: what does not fit the FIFO waits in the queue. */
  input(bytes: Uint8Array): number {
    for (const byte of bytes) this.state.queue.push(byte);
    this.refill();
    this.drive();
    return bytes.length;
  }

  /** Takes up to `limit` received characters as firmware polling the port would. */
  receive(limit: number): Uint8Array {
    const taken: number[] = [];
    while (taken.length < limit && this.state.rx.length > 0) taken.push(this.take());
    this.drive();
    return Uint8Array.from(taken);
  }

  fired(tag: string): void {
    if (tag !== RX_TIMEOUT || this.state.rx.length === 0) return;
    this.state.timeoutPending = true;
    this.drive();
  }

  private get isDivisorVisible(): boolean {
    return (this.state.lcr & LCR.DLAB) !== 0;
  }

  private get isFifoOn(): boolean {
    return (this.state.fcr & FCR.ENABLE) !== 0;
  }

  private get modemStatus(): number {
    const { mcr, msr } = this.state;
    if ((mcr & MCR.LOOP) === 0) return msr;
    return (
      ((mcr & MCR.OUT2) !== 0 ? MSR.DCD : 0) |
      ((mcr & MCR.OUT1) !== 0 ? MSR.RI : 0) |
      ((mcr & MCR.DTR) !== 0 ? MSR.DSR : 0) |
      ((mcr & MCR.RTS) !== 0 ? MSR.CTS : 0)
    );
  }

  /** The datasheet's priority order: line status, data, timeout, THR empty, modem status. */
  private get interruptId(): number {
    const { ier, lsr, msr, rx } = this.state;
    if ((ier & IER.RLSI) !== 0 && (lsr & LINE_ERRORS) !== 0) return IIR.RLSI;
    if ((ier & IER.RDI) !== 0) {
      const trigger = this.isFifoOn ? (TRIGGER_LEVELS[this.state.fcr >> 6] ?? 1) : 1;
      if (rx.length >= trigger) return IIR.RDI;
      if (this.state.timeoutPending) return IIR.CTI;
    }
    if ((ier & IER.THRI) !== 0 && this.state.thrPending) return IIR.THRI;
    if ((ier & IER.MSI) !== 0 && (msr & ANY_DELTA) !== 0) return IIR.MSI;
    return IIR.NO_INT;
  }

  private drive(): void {
    this.context.irq(this.interruptId !== IIR.NO_INT);
  }

  private enableInterrupts(ier: number): void {
    const { state } = this;
    const turnedOn = ier & ~state.ier;
    state.ier = ier;
    if ((turnedOn & IER.THRI) !== 0) state.thrPending = (state.lsr & LSR.THRE) !== 0;
  }

  private controlFifo(value: number): void {
    const { state } = this;
    const isToggled = ((value ^ state.fcr) & FCR.ENABLE) !== 0;
    if (isToggled || (value & FCR.CLEAR_RCVR) !== 0) {
      state.rx = [];
      state.lsr &= ~(LSR.DR | LSR.BI);
      state.timeoutPending = false;
      this.context.alarm(RX_TIMEOUT, undefined);
    }
    if (isToggled || (value & FCR.CLEAR_XMIT) !== 0) state.thrPending = true;
    // With FIFOs off the trigger level does not exist.
    state.fcr = (value & FCR.ENABLE) !== 0 ? value & FCR.KEPT : 0;
    this.refill();
  }

  private send(byte: number): void {
    const { state } = this;
    if ((state.mcr & MCR.LOOP) !== 0) this.arrive(byte);
    else this.context.output(Uint8Array.of(byte));
    state.thrPending = true;
  }

  private arrive(byte: number): void {
    const { state } = this;
    if (state.rx.length >= this.depth) {
      state.lsr |= LSR.OE;
      // A full FIFO loses the new character; the lone register loses the old one.
      if (this.isFifoOn) return;
      state.rx = [];
    }
    state.rx.push(byte);
    this.received();
  }

  private get depth(): number {
    return this.isFifoOn ? FIFO_DEPTH : 1;
  }

  private refill(): void {
    const { state } = this;
    // In loopback the receiver is cut off from the line.
    if (state.queue.length === 0 || (state.mcr & MCR.LOOP) !== 0) return;
    const room = this.depth - state.rx.length;
    if (room <= 0) return;
    state.rx.push(...state.queue.splice(0, room));
    this.received();
  }

  private received(): void {
    const { state } = this;
    state.lsr |= LSR.DR;
    if (!this.isFifoOn) state.rbr = state.rx[0] ?? state.rbr;
    this.armTimeout();
  }

  private take(): number {
    const { state } = this;
    const byte = state.rx.shift();
    if (byte === undefined) return 0;
    state.timeoutPending = false;
    if (state.rx.length === 0) {
      state.lsr &= ~LSR.DR;
      this.context.alarm(RX_TIMEOUT, undefined);
    } else {
      this.armTimeout();
    }
    this.refill();
    return byte;
  }

  private armTimeout(): void {
    if (this.isFifoOn) this.context.alarm(RX_TIMEOUT, this.context.now() + 4n * this.characterTime);
  }

  /** Guest nanoseconds of one character on the line. */
  private get characterTime(): bigint {
    const { lcr, divisor } = this.state;
    const bits =
      1 + 5 + (lcr & LCR.WORD_LENGTH) + ((lcr & LCR.PARITY) !== 0 ? 1 : 0) + ((lcr & LCR.STOP) !== 0 ? 2 : 1);
    return BigInt(Math.max(1, Math.floor((bits * 16 * Math.max(divisor, 1) * 1e9) / NS16550_CLOCK)));
  }
}
