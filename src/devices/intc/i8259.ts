/**
 * Intel's 8259A interrupt controller, two of them as in a PC: the second one's output is input 2 of the first. Requests come by
 * edges, or by levels where ELCR says so; a rising edge is kept until it is acknowledged, as chipsets do.
 * @see Intel 8259A Programmable Interrupt Controller, order number 231468
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const ICW1 = { IC4: 0x01, SNGL: 0x02, MARK: 0x10 } as const;
const ICW4 = { AEOI: 0x02, SFNM: 0x10 } as const;
/** OCW2 bits 7:5. */
const OCW2 = {
  rotateInAutoOff: 0,
  end: 1,
  endSpecific: 3,
  rotateInAutoOn: 4,
  rotateEnd: 5,
  setPriority: 6,
  rotateEndSpecific: 7,
};
const OCW3 = { MARK: 0x08, POLL: 0x04, RR: 0x02, RIS: 0x01, ESMM: 0x40, SMM: 0x20 } as const;
const INPUTS = 8;
/** The input of the first chip that the second one is connected to. */
const CASCADE = 2;
/** The input whose vector a processor gets that acknowledges when nobody asks any more. */
const SPURIOUS = 7;

/** Where the pieces of the pair's registers lie in it: two bytes a chip, and ELCR1 and ELCR2. */
export const I8259_PIECES = { first: 0, second: 2, elcr: 4, size: 2 } as const;

export type I8259Chip = {
  /** Input levels. */
  level: number;
  irr: number;
  isr: number;
  imr: number;
  /** Inputs that request by level. */
  elcr: number;
  /** Vector of input 0. */
  base: number;
  /** Which input has the lowest priority; the next one has the highest. */
  lowest: number;
  /** The next initialisation word that is expected, 0 for none. */
  expects: 0 | 2 | 3 | 4;
  icw1: number;
  icw4: number;
  readsIsr: boolean;
  polls: boolean;
  specialMask: boolean;
  rotatesInAuto: boolean;
};

export type I8259State = { chips: I8259Chip[] };

const REGISTERS: readonly DeviceRegister[] = [
  ...['first', 'second'].flatMap((chip, index): DeviceRegister[] => [
    {
      name: `${chip}.IRR`,
      offset: 2 * index,
      width: 1,
      doc: 'Requests, or ISR as OCW3 says; written: ICW1, OCW2, OCW3.',
    },
    { name: `${chip}.IMR`, offset: 2 * index + 1, width: 1, doc: 'Masked inputs; written: ICW2 to ICW4, OCW1.' },
  ]),
  { name: 'ELCR1', offset: I8259_PIECES.elcr, width: 1, doc: 'Inputs 0 to 7 that request by level.' },
  { name: 'ELCR2', offset: I8259_PIECES.elcr + 1, width: 1, doc: 'Inputs 8 to 15 that request by level.' },
];

/** Inputs that can request by level: not the timer, keyboard, cascade, clock and coprocessor. */
const ELCR_WRITABLE = [0xf8, 0xde] as const;

const resetChip = (): I8259Chip => ({
  level: 0,
  irr: 0,
  isr: 0,
  imr: 0,
  elcr: 0,
  base: 0,
  lowest: 7,
  expects: 0,
  icw1: 0,
  icw4: 0,
  readsIsr: false,
  polls: false,
  specialMask: false,
  rotatesInAuto: false,
});

/** The pair. Its registers are in three pieces, see {@link I8259_PIECES}. Interrupt output 0 is INT of the first chip. */
export class I8259 implements Device<I8259State> {
  readonly compatible = 'intel,i8259';
  readonly size = 6;
  readonly registers = REGISTERS;
  state: I8259State = { chips: [resetChip(), resetChip()] };

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
  ) {}

  reset(): void {
    const levels = this.state.chips.map(({ level }) => level);
    this.state = { chips: levels.map((level) => ({ ...resetChip(), level })) };
    this.#drive();
  }

  /** Drives an input, 0 to 15. */
  setLine(input: number, level: boolean): void {
    this.#setInput(input >> 3, input & 7, level);
    this.#drive();
  }

  /** A processor's acknowledge cycle: takes the most urgent request into service and says its vector. */
  acknowledge(): number {
    const [first, second] = this.#pair();
    const input = this.#wanted(0);
    if (input === undefined) return first.base + SPURIOUS;
    take(first, input);
    if (input !== CASCADE) {
      this.#drive();
      return first.base + input;
    }
    const inner = this.#wanted(1);
    if (inner !== undefined) take(second, inner);
    // INT goes low in the cycle: what still waits in the second chip is another edge.
    this.#setInput(0, CASCADE, false);
    this.#drive();
    return second.base + (inner ?? SPURIOUS);
  }

  read(offset: number, width: 1 | 2 | 4): number {
    const chip = this.state.chips[offset >> 1];
    if (!chip?.polls) return this.peek(offset, width);
    chip.polls = false;
    const input = this.#wanted(offset >> 1);
    if (input === undefined) return 0;
    take(chip, input);
    this.#drive();
    return 0x80 | input;
  }

  peek(offset: number, _width: 1 | 2 | 4): number {
    if (offset >= I8259_PIECES.elcr) return this.state.chips[offset - I8259_PIECES.elcr]?.elcr ?? 0;
    const chip = this.state.chips[offset >> 1] ?? resetChip();
    return offset & 1 ? chip.imr : chip.readsIsr ? chip.isr : chip.irr;
  }

  write(offset: number, _width: 1 | 2 | 4, wide: number): void {
    const value = wide & 0xff;
    const isElcr = offset >= I8259_PIECES.elcr;
    const index = isElcr ? offset - I8259_PIECES.elcr : offset >> 1;
    const chip = this.state.chips[index];
    if (!chip) return;
    if (isElcr) setTriggers(chip, value & (ELCR_WRITABLE[index] ?? 0));
    else if (offset & 1) writeData(chip, value);
    else if (value & ICW1.MARK) initialise(chip, value);
    else if (value & OCW3.MARK) control(chip, value);
    else endOrRotate(chip, value);
    this.#drive();
  }

  #pair(): readonly [I8259Chip, I8259Chip] {
    const [first = resetChip(), second = resetChip()] = this.state.chips;
    return [first, second];
  }

  #setInput(index: number, input: number, level: boolean): void {
    const chip = this.state.chips[index];
    if (!chip) return;
    const bit = 1 << input;
    const isRising = level && (chip.level & bit) === 0;
    chip.level = level ? chip.level | bit : chip.level & ~bit;
    if (chip.elcr & bit) chip.irr = level ? chip.irr | bit : chip.irr & ~bit;
    else if (isRising) chip.irr |= bit;
  }

  /** The input that would be served now; undefined where there is none above what is in service. */
  #wanted(index: number): number | undefined {
    const chip = this.state.chips[index];
    if (!chip) return undefined;
    const request = highest(chip, chip.irr & ~chip.imr);
    if (request === undefined) return undefined;
    let inService = chip.specialMask ? chip.isr & ~chip.imr : chip.isr;
    // In the special fully nested mode the second chip may ask again while one of its requests is in service.
    if (index === 0 && chip.icw4 & ICW4.SFNM) inService &= ~(1 << CASCADE);
    const current = highest(chip, inService);
    return current === undefined || rank(chip, request) < rank(chip, current) ? request : undefined;
  }

  #drive(): void {
    this.#setInput(0, CASCADE, this.#wanted(1) !== undefined);
    this.context.irq(this.#wanted(0) !== undefined);
  }
}

/** 0 for the input of the highest priority. */
const rank = (chip: I8259Chip, input: number): number => (input - chip.lowest - 1) & 7;

/** The most urgent of a set of inputs. */
const highest = (chip: I8259Chip, inputs: number): number | undefined => {
  for (let place = 1; place <= INPUTS; place++) {
    const input = (chip.lowest + place) & 7;
    if ((inputs >> input) & 1) return input;
  }
  return undefined;
};

const take = (chip: I8259Chip, input: number): void => {
  const bit = 1 << input;
  if (!(chip.icw4 & ICW4.AEOI)) chip.isr |= bit;
  else if (chip.rotatesInAuto) chip.lowest = input;
  if (!(chip.elcr & bit)) chip.irr &= ~bit;
};

/** Inputs by level request as long as they are high. */
const setTriggers = (chip: I8259Chip, elcr: number): void => {
  chip.elcr = elcr;
  chip.irr = (chip.irr & ~elcr) | (chip.level & elcr);
};

const initialise = (chip: I8259Chip, icw1: number): void => {
  const { level, elcr } = chip;
  Object.assign(chip, resetChip(), { level, elcr, irr: level & elcr, icw1, expects: 2 });
};

/** The byte at the odd address: the initialisation word that is due, or OCW1. */
const writeData = (chip: I8259Chip, value: number): void => {
  const isLast = !(chip.icw1 & ICW1.IC4);
  switch (chip.expects) {
    case 0:
      chip.imr = value;
      return;
    case 2:
      chip.base = value & 0xf8;
      chip.expects = chip.icw1 & ICW1.SNGL ? (isLast ? 0 : 4) : 3;
      return;
    case 3:
      // How the two are connected is not theirs to say.
      chip.expects = isLast ? 0 : 4;
      return;
    case 4:
      chip.icw4 = value;
      chip.expects = 0;
      return;
  }
};

/** OCW3. */
const control = (chip: I8259Chip, value: number): void => {
  if (value & OCW3.POLL) chip.polls = true;
  if (value & OCW3.RR) chip.readsIsr = (value & OCW3.RIS) !== 0;
  if (value & OCW3.ESMM) chip.specialMask = (value & OCW3.SMM) !== 0;
};

/** OCW2. */
const endOrRotate = (chip: I8259Chip, value: number): void => {
  const command = value >> 5;
  switch (command) {
    case OCW2.rotateInAutoOff:
    case OCW2.rotateInAutoOn:
      chip.rotatesInAuto = command === OCW2.rotateInAutoOn;
      return;
    case OCW2.end:
    case OCW2.rotateEnd: {
      const input = highest(chip, chip.isr);
      if (input === undefined) return;
      chip.isr &= ~(1 << input);
      if (command === OCW2.rotateEnd) chip.lowest = input;
      return;
    }
    case OCW2.endSpecific:
    case OCW2.rotateEndSpecific:
      chip.isr &= ~(1 << (value & 7));
      if (command === OCW2.rotateEndSpecific) chip.lowest = value & 7;
      return;
    case OCW2.setPriority:
      chip.lowest = value & 7;
      return;
  }
};
