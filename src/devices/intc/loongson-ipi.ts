/**
 * Interrupts and mailboxes between processors of Loongson 3A5000, in the IOCSR space: each processor sees its own registers,
 * and sends by registers that name the other one.
 * @see Loongson 3A5000/3B5000 Processor Reference Manual, "Inter-Processor Interrupts and Communication"
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

/** Offsets in the window, whose first byte is IOCSR 0x1000. */
const STATUS = 0x00;
const ENABLE = 0x04;
const SET = 0x08;
const CLEAR = 0x0c;
const MAILBOX = 0x20;
const MAILBOX_END = 0x40;
const IPI_SEND = 0x40;
const MAIL_SEND = 0x48;
const ANY_SEND = 0x158;

export type LoongsonIpiState = {
  /** By processor. */
  status: number[];
  enable: number[];
  /** Eight words, two a mailbox. */
  mailbox: number[][];
  /** Low words of 64-bit sends on their way, by processor. */
  mailSend: number[];
  anySend: number[];
};

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'IPI_STATUS', offset: STATUS, width: 4 },
  { name: 'IPI_ENABLE', offset: ENABLE, width: 4 },
  { name: 'IPI_SET', offset: SET, width: 4, doc: 'Ones request.' },
  { name: 'IPI_CLEAR', offset: CLEAR, width: 4, doc: 'Ones clear.' },
  ...[0, 1, 2, 3].map((index) => ({ name: `MAILBOX${index}`, offset: MAILBOX + 8 * index, width: 8 as const })),
  { name: 'IPI_SEND', offset: IPI_SEND, width: 4 },
  { name: 'MAIL_SEND', offset: MAIL_SEND, width: 8 },
  { name: 'ANY_SEND', offset: ANY_SEND, width: 8 },
];

const processorOf = (word: number): number => (word >>> 16) & 0x3ff;

/** Interrupt output `line` is the processor. */
export class LoongsonIpi implements Device<LoongsonIpiState> {
  readonly compatible = 'loongson,ipi';
  readonly size = 0x200;
  readonly registers = REGISTERS;
  state: LoongsonIpiState;

  /** @param writeOf writes a word at an offset from IOCSR 0 as another processor would: what ANY_SEND asks for */
  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly processors: number,
    private readonly writeOf: (processor: number, at: number, value: number, mask: number) => void,
  ) {
    this.state = this.#resetState();
  }

  reset(): void {
    this.state = this.#resetState();
    for (let processor = 0; processor < this.processors; processor++) this.#drive(processor);
  }

  read(offset: number, width: 1 | 2 | 4, by = 0): number {
    const { state } = this;
    const word = offset & ~3;
    const value =
      word === STATUS
        ? state.status[by]
        : word === ENABLE
          ? state.enable[by]
          : word >= MAILBOX && word < MAILBOX_END
            ? state.mailbox[by]?.[(word - MAILBOX) >> 2]
            : 0;
    const shifted = (value ?? 0) >>> (8 * (offset & 3));
    return width === 4 ? shifted : shifted & (2 ** (8 * width) - 1);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return this.read(offset, width);
  }

  write(offset: number, width: 1 | 2 | 4, value: number, by = 0): void {
    const { state } = this;
    if (offset >= MAILBOX && offset < MAILBOX_END) {
      const shift = 8 * (offset & 3);
      const mask = width === 4 ? -1 : (2 ** (8 * width) - 1) << shift;
      this.#writeMailbox(by, (offset & ~3) - MAILBOX, value << shift, mask);
      return;
    }
    if (width !== 4) return;
    switch (offset) {
      case ENABLE:
        state.enable[by] = value;
        this.#drive(by);
        return;
      case SET:
        this.#request(by, value);
        return;
      case CLEAR:
        state.status[by] = ((state.status[by] ?? 0) & ~value) >>> 0;
        this.#drive(by);
        return;
      case IPI_SEND:
        this.#request(processorOf(value), 1 << (value & 0x1f));
        return;
      // The bus writes 8 bytes as two words, the low one first; the high one is the data.
      case MAIL_SEND:
        state.mailSend[by] = value;
        return;
      case MAIL_SEND + 4: {
        const command = state.mailSend[by] ?? 0;
        this.#writeMailbox(processorOf(command), command & 0x1c, value, maskOf(command));
        return;
      }
      case ANY_SEND:
        state.anySend[by] = value;
        return;
      case ANY_SEND + 4: {
        const command = state.anySend[by] ?? 0;
        const target = processorOf(command);
        if (target < this.processors) this.writeOf(target, command & 0xffff, value, maskOf(command));
        return;
      }
      default:
        return;
    }
  }

  #request(processor: number, bits: number): void {
    const { status } = this.state;
    if (processor >= this.processors) return;
    status[processor] = ((status[processor] ?? 0) | bits) >>> 0;
    this.#drive(processor);
  }

  #writeMailbox(processor: number, at: number, value: number, mask: number): void {
    const words = this.state.mailbox[processor];
    if (!words) return;
    words[at >> 2] = (((words[at >> 2] ?? 0) & ~mask) | (value & mask)) >>> 0;
  }

  #drive(processor: number): void {
    const { status, enable } = this.state;
    this.context.irq(((status[processor] ?? 0) & (enable[processor] ?? 0)) !== 0, processor);
  }

  #resetState(): LoongsonIpiState {
    const each = (): number[] => new Array<number>(this.processors).fill(0);
    return {
      status: each(),
      enable: each(),
      mailbox: each().map(() => new Array<number>(8).fill(0)),
      mailSend: each(),
      anySend: each(),
    };
  }
}

/** Bits 30:27 keep a byte of the target each as it is. */
const maskOf = (command: number): number => {
  let mask = 0;
  for (let byte = 0; byte < 4; byte++) if (((command >>> (27 + byte)) & 1) === 0) mask |= 0xff << (8 * byte);
  return mask;
};
