/**
 * The keyboard controller of a PC, ports 0x60 and 0x64: a keyboard and no mouse. It begins as firmware leaves it: translating, and
 * interrupting. Its output port has the gate of address line 20 and the reset line.
 * @see Intel 8042 Universal Peripheral Interface; IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller"
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
import type { A20 } from '../power/port92';
import { answer, isRelease, type KeyboardState, resetKeyboard, scanCodesOf, translated } from './keyboard';

const DATA = 0;
const STATUS = 4;
/** Where the pieces of its registers lie in it: ports 0x60 and 0x64. */
export const I8042_PIECES = { data: { first: DATA, size: 1 }, status: { first: STATUS, size: 1 } } as const;
/** Interrupt outputs. */
const KEYBOARD_LINE = 0;
const MOUSE_LINE = 1;

const ST = { OBF: 0x01, SYS: 0x04, COMMAND: 0x08, UNLOCKED: 0x10, MOUSE: 0x20, TIMEOUT: 0x40 } as const;
const MODE = {
  KEYBOARD_INT: 0x01,
  MOUSE_INT: 0x02,
  SYS: 0x04,
  NO_KEYBOARD: 0x10,
  NO_MOUSE: 0x20,
  TRANSLATE: 0x40,
} as const;
const RESET_MODE = MODE.KEYBOARD_INT | MODE.SYS | MODE.NO_MOUSE | MODE.TRANSLATE;
const OUTPUT = { RESET: 0x01, A20: 0x02, ONES: 0xcc, KEYBOARD_FULL: 0x10, MOUSE_FULL: 0x20 } as const;
const COMMAND = {
  readMode: 0x20,
  writeMode: 0x60,
  mouseOff: 0xa7,
  mouseOn: 0xa8,
  testMouse: 0xa9,
  test: 0xaa,
  testKeyboard: 0xab,
  keyboardOff: 0xad,
  keyboardOn: 0xae,
  readInput: 0xc0,
  readOutput: 0xd0,
  writeOutput: 0xd1,
  sendAsKeyboard: 0xd2,
  sendAsMouse: 0xd3,
  toMouse: 0xd4,
  a20Off: 0xdd,
  a20On: 0xdf,
  pulse: 0xf0,
} as const;
const TEST_PASSED = 0x55;
const INPUT_PORT = 0x80;
/** What is said where nobody answers. */
const NOBODY = 0xfe;

const REGISTERS: readonly DeviceRegister[] = [
  { name: 'DATA', offset: DATA, width: 1 },
  {
    name: 'STATUS',
    offset: STATUS,
    width: 1,
    doc: 'Written: a command.',
    fields: [
      { name: 'timeout', high: 6, low: 6 },
      { name: 'mouse', high: 5, low: 5, doc: 'the byte is the mouse’s' },
      { name: 'command', high: 3, low: 3 },
      { name: 'tested', high: 2, low: 2 },
      { name: 'full', high: 0, low: 0, doc: 'a byte waits' },
    ],
  },
];

export type I8042State = {
  mode: number;
  /** The command whose argument comes next; 0 for none. */
  expects: number;
  /** Bytes for the data port, oldest first; with {@link FROM_MOUSE} where they are no keyboard's. */
  queue: number[];
  isCommand: boolean;
  /** The next byte of the keyboard is the code of a key that is released. */
  isReleasing: boolean;
  keyboard: KeyboardState;
};

const FROM_MOUSE = 0x100;
const TIMED_OUT = 0x200;

/** Interrupt output 0 is the keyboard's, 1 the mouse's. */
export class I8042 implements Device<I8042State> {
  readonly compatible = 'intel,i8042';
  readonly size = 5;
  readonly registers = REGISTERS;
  state: I8042State = resetState();

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly a20: A20,
  ) {}

  reset(): void {
    this.state = resetState();
    this.#drive();
  }

  read(offset: number, _width: 1 | 2 | 4): number {
    const value = this.peek(offset);
    if (offset !== DATA || this.state.queue.length === 0) return value;
    this.state.queue.shift();
    // The next byte is another edge.
    this.context.irq(false, KEYBOARD_LINE);
    this.context.irq(false, MOUSE_LINE);
    this.#drive();
    return value;
  }

  peek(offset: number): number {
    const { queue, mode, isCommand } = this.state;
    const [next] = queue;
    if (offset === DATA) return (next ?? 0) & 0xff;
    return (
      ST.UNLOCKED |
      (mode & ST.SYS) |
      (isCommand ? ST.COMMAND : 0) |
      (next === undefined ? 0 : ST.OBF) |
      (next !== undefined && next & FROM_MOUSE ? ST.MOUSE : 0) |
      (next !== undefined && next & TIMED_OUT ? ST.TIMEOUT : 0)
    );
  }

  write(offset: number, _width: 1 | 2 | 4, wide: number): void {
    const value = wide & 0xff;
    this.state.isCommand = offset === STATUS;
    if (offset === STATUS) this.#command(value);
    else this.#data(value);
    this.#drive();
  }

  /** Types on the keyboard; what is typed while it is off is lost. */
  input(bytes: Uint8Array): number {
    const { keyboard, mode } = this.state;
    if (keyboard.isScanning && !(mode & MODE.NO_KEYBOARD))
      for (const byte of bytes) this.#fromKeyboard(scanCodesOf(byte));
    this.#drive();
    return bytes.length;
  }

  #command(command: number): void {
    const { state } = this;
    state.expects = 0;
    if (command >= COMMAND.pulse) {
      // Lines whose bits are 0 are pulsed; the lowest one is the reset.
      if (!(command & OUTPUT.RESET)) this.context.power({ kind: 'reset', code: 0 });
      return;
    }
    switch (command) {
      case COMMAND.readMode:
        state.queue.push(state.mode);
        return;
      case COMMAND.mouseOff:
        state.mode |= MODE.NO_MOUSE;
        return;
      case COMMAND.mouseOn:
        state.mode &= ~MODE.NO_MOUSE;
        return;
      case COMMAND.testMouse:
      case COMMAND.testKeyboard:
        state.queue.push(0);
        return;
      case COMMAND.test:
        state.mode |= MODE.SYS;
        state.queue.push(TEST_PASSED);
        return;
      case COMMAND.keyboardOff:
        state.mode |= MODE.NO_KEYBOARD;
        return;
      case COMMAND.keyboardOn:
        state.mode &= ~MODE.NO_KEYBOARD;
        return;
      case COMMAND.readInput:
        state.queue.push(INPUT_PORT);
        return;
      case COMMAND.readOutput:
        state.queue.push(this.#outputPort());
        return;
      case COMMAND.a20Off:
      case COMMAND.a20On:
        this.a20.setOpen(command === COMMAND.a20On);
        return;
      case COMMAND.writeMode:
      case COMMAND.writeOutput:
      case COMMAND.sendAsKeyboard:
      case COMMAND.sendAsMouse:
      case COMMAND.toMouse:
        state.expects = command;
        return;
    }
  }

  #data(value: number): void {
    const { state } = this;
    const { expects } = state;
    state.expects = 0;
    switch (expects) {
      case COMMAND.writeMode:
        state.mode = value;
        return;
      case COMMAND.writeOutput:
        this.a20.setOpen((value & OUTPUT.A20) !== 0);
        if (!(value & OUTPUT.RESET)) this.context.power({ kind: 'reset', code: 0 });
        return;
      case COMMAND.sendAsKeyboard:
        state.queue.push(value);
        return;
      case COMMAND.sendAsMouse:
        state.queue.push(value | FROM_MOUSE);
        return;
      case COMMAND.toMouse:
        state.queue.push(NOBODY | FROM_MOUSE | TIMED_OUT);
        return;
      default:
        // Talking to the keyboard switches it on.
        state.mode &= ~MODE.NO_KEYBOARD;
        this.#fromKeyboard(answer(state.keyboard, value));
    }
  }

  /** Bytes of the keyboard, which the controller translates to set 1 where it is told to. */
  #fromKeyboard(bytes: readonly number[]): void {
    const { state } = this;
    for (const byte of bytes) {
      if (!(state.mode & MODE.TRANSLATE)) state.queue.push(byte);
      else if (isRelease(byte)) state.isReleasing = true;
      else {
        state.queue.push(translated(byte) | (state.isReleasing ? 0x80 : 0));
        state.isReleasing = false;
      }
    }
  }

  #outputPort(): number {
    const [next] = this.state.queue;
    const full = next === undefined ? 0 : next & FROM_MOUSE ? OUTPUT.MOUSE_FULL : OUTPUT.KEYBOARD_FULL;
    return OUTPUT.ONES | OUTPUT.RESET | (this.a20.isOpen ? OUTPUT.A20 : 0) | full;
  }

  #drive(): void {
    const { queue, mode } = this.state;
    const [next] = queue;
    const isMouse = next !== undefined && (next & FROM_MOUSE) !== 0;
    this.context.irq(next !== undefined && !isMouse && (mode & MODE.KEYBOARD_INT) !== 0, KEYBOARD_LINE);
    this.context.irq(isMouse && (mode & MODE.MOUSE_INT) !== 0, MOUSE_LINE);
  }
}

const resetState = (): I8042State => ({
  mode: RESET_MODE,
  expects: 0,
  queue: [],
  isCommand: false,
  isReleasing: false,
  keyboard: resetKeyboard(),
});
