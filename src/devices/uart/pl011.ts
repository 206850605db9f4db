/**
 * Arm's UART PL011: two FIFOs of 16 characters, modem lines, loopback. Characters leave at once, also while it is off, which
 * programs for QEMU count on; characters from the host wait in a queue behind the receive FIFO, so that none is lost.
 * @see PrimeCell UART (PL011) Technical Reference Manual (DDI 0183)
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
import { primecellId } from '../primecell';

const FR = { CTS: 0x001, DSR: 0x002, DCD: 0x004, RXFE: 0x010, RXFF: 0x040, TXFE: 0x080, RI: 0x100 } as const;
const LCR = { BRK: 0x01, FEN: 0x10 } as const;
const CR = { LBE: 0x80, RXE: 0x200, TXE: 0x100, DTR: 0x400, RTS: 0x800, OUT1: 0x1000, OUT2: 0x2000 } as const;
/** Interrupts, as RIS numbers them. */
const INT = { RIM: 0x01, CTSM: 0x02, DCDM: 0x04, DSRM: 0x08, RX: 0x10, TX: 0x20, BE: 0x200, OE: 0x400 } as const;
const MODEM = INT.RIM | INT.CTSM | INT.DCDM | INT.DSRM;
const ALL_INTERRUPTS = 0x7ff;
const BREAK = 0x400;
const FIFO_DEPTH = 16;
const IDENTITY = [0x11, 0x10, 0x14, 0x00] as const;

/** The clock of the UART on QEMU's `virt`, hertz. */
export const PL011_CLOCK = 24_000_000;

export type Pl011State = {
  /** Receive FIFO, oldest first: characters with their error bits. */
  rx: number[];
  /** Characters from the host that found no room yet. */
  queue: number[];
  rsr: number;
  ilpr: number;
  ibrd: number;
  fbrd: number;
  lcr: number;
  cr: number;
  ifls: number;
  imsc: number;
  ris: number;
  dmacr: number;
};

const flag = (name: string, bit: number, doc?: string) => ({ name, high: bit, low: bit, ...(doc && { doc }) });

const INTERRUPT_FIELDS = ['RI', 'CTS', 'DCD', 'DSR', 'RX', 'TX', 'RT', 'FE', 'PE', 'BE', 'OE'].map((name, bit) =>
  flag(name, bit),
);

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'UARTDR', offset: 0x00, width: 4, doc: 'Oldest received character; writing sends one.' },
  { name: 'UARTRSR', offset: 0x04, width: 4, doc: 'Errors of the character last read; writing clears them.' },
  {
    name: 'UARTFR',
    offset: 0x18,
    width: 4,
    fields: [
      flag('RI', 8),
      flag('TXFE', 7, 'transmit FIFO empty'),
      flag('RXFF', 6, 'receive FIFO full'),
      flag('TXFF', 5, 'transmit FIFO full'),
      flag('RXFE', 4, 'receive FIFO empty'),
      flag('BUSY', 3),
      flag('DCD', 2),
      flag('DSR', 1),
      flag('CTS', 0),
    ],
  },
  { name: 'UARTILPR', offset: 0x20, width: 4 },
  { name: 'UARTIBRD', offset: 0x24, width: 4, doc: 'Whole part of the baud rate divisor.' },
  { name: 'UARTFBRD', offset: 0x28, width: 4, doc: 'Its fraction, in 64ths.' },
  { name: 'UARTLCR_H', offset: 0x2c, width: 4, fields: [flag('FEN', 4, 'FIFOs on'), flag('BRK', 0)] },
  {
    name: 'UARTCR',
    offset: 0x30,
    width: 4,
    fields: [flag('RXE', 9), flag('TXE', 8), flag('LBE', 7, 'sent characters come back'), flag('UARTEN', 0)],
  },
  { name: 'UARTIFLS', offset: 0x34, width: 4 },
  { name: 'UARTIMSC', offset: 0x38, width: 4, doc: 'Which conditions interrupt.', fields: INTERRUPT_FIELDS },
  { name: 'UARTRIS', offset: 0x3c, width: 4, doc: 'Conditions.', fields: INTERRUPT_FIELDS },
  { name: 'UARTMIS', offset: 0x40, width: 4, doc: 'Conditions that interrupt.', fields: INTERRUPT_FIELDS },
  { name: 'UARTDMACR', offset: 0x48, width: 4 },
];

const resetState = (): Pl011State => ({
  rx: [],
  queue: [],
  rsr: 0,
  ilpr: 0,
  ibrd: 0,
  fbrd: 0,
  lcr: 0,
  cr: CR.RXE | CR.TXE,
  ifls: 0x12,
  imsc: 0,
  ris: 0,
  dmacr: 0,
});

/** A PL011. Interrupt line 0. */
export class Pl011 implements Device<Pl011State> {
  readonly compatible = 'arm,pl011';
  readonly size = 0x1000;
  readonly registers = REGISTERS;
  state: Pl011State = resetState();

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  reset(): void {
    // What the host typed is not the guest's: it survives a reset of the chip.
    const { rx, queue } = this.state;
    this.state = { ...resetState(), queue: [...rx.map((one) => one & 0xff), ...queue] };
    this.#refill();
    this.#drive();
  }

  read(offset: number, _width: 1 | 2 | 4): number {
    const value = this.peek(offset);
    if (offset === 0) {
      const { state } = this;
      state.rsr = value >> 8;
      state.rx.shift();
      if (state.rx.length === 0) state.ris &= ~INT.RX;
      this.#refill();
      this.#drive();
    }
    return value;
  }

  peek(offset: number): number {
    const { state } = this;
    switch (offset) {
      case 0x00:
        return state.rx[0] ?? 0;
      case 0x04:
        return state.rsr;
      case 0x18:
        return this.#flags;
      case 0x20:
        return state.ilpr;
      case 0x24:
        return state.ibrd;
      case 0x28:
        return state.fbrd;
      case 0x2c:
        return state.lcr;
      case 0x30:
        return state.cr;
      case 0x34:
        return state.ifls;
      case 0x38:
        return state.imsc;
      case 0x3c:
        return state.ris;
      case 0x40:
        return state.ris & state.imsc;
      case 0x48:
        return state.dmacr;
      default:
        return primecellId(IDENTITY, offset) ?? 0;
    }
  }

  write(offset: number, _width: 1 | 2 | 4, value: number): void {
    const { state } = this;
    switch (offset) {
      case 0x00:
        this.#send(value & 0xff);
        break;
      case 0x04:
        state.rsr = 0;
        break;
      case 0x20:
        state.ilpr = value & 0xff;
        break;
      case 0x24:
        state.ibrd = value & 0xffff;
        break;
      case 0x28:
        state.fbrd = value & 0x3f;
        break;
      case 0x2c:
        this.#setLine(value & 0xff);
        break;
      case 0x30:
        state.cr = value & 0xffff;
        this.#loopModem();
        this.#refill();
        break;
      case 0x34:
        state.ifls = value & 0x3f;
        break;
      case 0x38:
        state.imsc = value & ALL_INTERRUPTS;
        break;
      case 0x44:
        state.ris &= ~value;
        break;
      case 0x48:
        state.dmacr = value & 7;
        break;
      default:
        return;
    }
    this.#drive();
  }

  /** Takes up to `limit` received characters as whoever polls the port would. */
  receive(limit: number): Uint8Array {
    const taken: number[] = [];
    while (taken.length < limit && this.state.rx.length > 0) taken.push(this.read(0, 4) & 0xff);
    return Uint8Array.from(taken);
  }

  /** Takes all of `bytes`: what does not fit the FIFO waits in the queue. */
  input(bytes: Uint8Array): number {
    for (const byte of bytes) this.state.queue.push(byte);
    this.#refill();
    this.#drive();
    return bytes.length;
  }

  get #isLoop(): boolean {
    return (this.state.cr & CR.LBE) !== 0;
  }

  get #depth(): number {
    return this.state.lcr & LCR.FEN ? FIFO_DEPTH : 1;
  }

  get #flags(): number {
    const { rx, cr } = this.state;
    let flags: number = FR.TXFE;
    if (rx.length === 0) flags |= FR.RXFE;
    if (rx.length >= this.#depth) flags |= FR.RXFF;
    if (!this.#isLoop) return flags;
    if (cr & CR.RTS) flags |= FR.CTS;
    if (cr & CR.DTR) flags |= FR.DSR;
    if (cr & CR.OUT1) flags |= FR.DCD;
    if (cr & CR.OUT2) flags |= FR.RI;
    return flags;
  }

  /** Modem lines that come back raise their interrupts. */
  #loopModem(): void {
    const { state } = this;
    if (!this.#isLoop) return;
    const flags = this.#flags;
    state.ris &= ~MODEM;
    if (flags & FR.CTS) state.ris |= INT.CTSM;
    if (flags & FR.DSR) state.ris |= INT.DSRM;
    if (flags & FR.DCD) state.ris |= INT.DCDM;
    if (flags & FR.RI) state.ris |= INT.RIM;
  }

  #setLine(lcr: number): void {
    const { state } = this;
    if ((state.lcr ^ lcr) & LCR.FEN) state.rx = [];
    const isBreak = ((state.lcr ^ lcr) & lcr & LCR.BRK) !== 0;
    state.lcr = lcr;
    if (isBreak && this.#isLoop) this.#arrive(BREAK);
    this.#refill();
  }

  #send(byte: number): void {
    if (this.#isLoop) this.#arrive(byte);
    else this.context.output(Uint8Array.of(byte));
    this.state.ris |= INT.TX;
  }

  #arrive(character: number): void {
    const { state } = this;
    if (state.rx.length >= this.#depth) {
      state.ris |= INT.OE;
      return;
    }
    state.rx.push(character);
    // QEMU's PL011 asks at the first character whatever IFLS says, and never for a timeout; drivers count on it.
    if (state.rx.length === 1) state.ris |= INT.RX;
  }

  #refill(): void {
    const { state } = this;
    // In loopback the receiver is cut off from the line.
    if (this.#isLoop) return;
    for (const byte of state.queue.splice(0, Math.max(0, this.#depth - state.rx.length))) this.#arrive(byte);
  }

  #drive(): void {
    this.context.irq((this.state.ris & this.state.imsc) !== 0);
  }
}
