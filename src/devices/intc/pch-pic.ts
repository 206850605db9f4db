/**
 * The interrupt controller of Loongson's 7A1000 bridge: 64 inputs, each level- or edge-triggered, passed on as messages with a
 * vector of its own to the processor's {@link Eiointc}.
 * @see Loongson 7A1000 Bridge User Manual, "Interrupt Controller"
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const INT_ID = 0x00;
const INT_MASK = 0x20;
const HTMSI_EN = 0x40;
const INT_EDGE = 0x60;
const INT_CLEAR = 0x80;
const ROUTE_ENTRY = 0x100;
const HTMSI_VECTOR = 0x200;
const INT_STATUS = 0x3a0;
const INT_POLARITY = 0x3e0;

/** Inputs that have a register byte each. */
const VECTORS = 64;
const ID = 0x700_0000;
const VERSION = 1;
const ALL = 0xffff_ffff_ffff_ffffn;

export type PchPicState = {
  mask: bigint;
  edge: bigint;
  htmsiEnable: bigint;
  polarity: bigint;
  /** Input levels, and requests seen (kept for edges until cleared). */
  level: bigint;
  request: bigint;
  /** Requests passed on. */
  service: bigint;
  route: number[];
  vector: number[];
};

const REGISTERS: readonly DeviceRegister[] = [
  ...(
    [
      ['INT_ID', INT_ID],
      ['INT_MASK', INT_MASK],
      ['HTMSI_EN', HTMSI_EN],
      ['INT_EDGE', INT_EDGE],
      ['INT_CLEAR', INT_CLEAR],
      ['INT_STATUS', INT_STATUS],
      ['INT_POLARITY', INT_POLARITY],
    ] as const
  ).map(([name, offset]) => ({ name, offset, width: 8 as const })),
  ...Array.from({ length: VECTORS }, (_, input) => ({
    name: `ROUTE_ENTRY[${input}]`,
    offset: ROUTE_ENTRY + input,
    width: 1 as const,
  })),
  ...Array.from({ length: VECTORS }, (_, input) => ({
    name: `HTMSI_VECTOR[${input}]`,
    offset: HTMSI_VECTOR + input,
    width: 1 as const,
  })),
];

const half = (value: bigint, isHigh: boolean): number => Number(BigInt.asUintN(32, isHigh ? value >> 32n : value));
const withHalf = (value: bigint, isHigh: boolean, part: number): bigint =>
  isHigh ? (value & 0xffff_ffffn) | (BigInt(part >>> 0) << 32n) : (value & ~0xffff_ffffn) | BigInt(part >>> 0);

/** Interrupt output `line` is the vector of the input. */
export class PchPic implements Device<PchPicState> {
  readonly compatible = 'loongson,pch-pic-1.0';
  readonly size = 0x400;
  readonly registers = REGISTERS;
  state: PchPicState;

  /** @param inputs how many of its inputs the board has */
  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly inputs: number,
  ) {
    this.state = resetState();
  }

  setLine(input: number, level: boolean): void {
    const { state } = this;
    const bit = 1n << BigInt(input);
    if (input >= this.inputs || ((state.level & bit) !== 0n) === level) return;
    state.level ^= bit;
    if (level) state.request |= bit;
    else if ((state.edge & bit) === 0n) state.request &= ~bit;
    this.#pass(level ? bit : bit & ~state.edge);
  }

  reset(): void {
    this.state = { ...resetState(), level: this.state.level };
    for (let vector = 0; vector < this.inputs; vector++) this.context.irq(false, vector);
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const { state } = this;
    const bytes = this.#bytesAt(offset);
    if (bytes) return bytes.list[bytes.index] ?? 0;
    if (width !== 4) return 0;
    const isHigh = (offset & 4) !== 0;
    switch (offset & ~7) {
      case INT_ID:
        return isHigh ? VERSION | ((this.inputs - 1) << 16) : ID;
      case INT_MASK:
        return half(state.mask, isHigh);
      case HTMSI_EN:
        return half(state.htmsiEnable, isHigh);
      case INT_EDGE:
        return half(state.edge, isHigh);
      case INT_STATUS:
        return half(state.service & ~state.mask, isHigh);
      case INT_POLARITY:
        return half(state.polarity, isHigh);
      default:
        return 0;
    }
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const { state } = this;
    const bytes = this.#bytesAt(offset);
    if (bytes) {
      bytes.list[bytes.index] = value & 0xff;
      return;
    }
    if (width !== 4) return;
    const isHigh = (offset & 4) !== 0;
    switch (offset & ~7) {
      case INT_MASK: {
        const old = state.mask;
        state.mask = withHalf(old, isHigh, value);
        this.#pass(old ^ state.mask);
        return;
      }
      case HTMSI_EN:
        state.htmsiEnable = withHalf(state.htmsiEnable, isHigh, value);
        return;
      case INT_EDGE:
        state.edge = withHalf(state.edge, isHigh, value);
        return;
      case INT_CLEAR: {
        // Only edges are kept until they are cleared.
        const cleared = withHalf(0n, isHigh, value) & state.edge;
        state.request &= ~cleared;
        this.#pass(cleared);
        return;
      }
      case INT_POLARITY:
        state.polarity = withHalf(state.polarity, isHigh, value);
        return;
      default:
        return;
    }
  }

  /** Passes on what changed among `inputs`. */
  #pass(inputs: bigint): void {
    const { state } = this;
    const wanted = state.request & ~state.mask;
    const before = state.service;
    state.service = BigInt.asUintN(64, (before & ~inputs) | (wanted & inputs));
    for (let input = 0; input < this.inputs; input++) {
      const bit = 1n << BigInt(input);
      if ((before ^ state.service) & bit) this.context.irq((state.service & bit) !== 0n, state.vector[input] ?? 0);
    }
  }

  #bytesAt(offset: number): { readonly list: number[]; readonly index: number } | undefined {
    for (const [start, list] of [
      [ROUTE_ENTRY, this.state.route],
      [HTMSI_VECTOR, this.state.vector],
    ] as const) {
      if (offset >= start && offset < start + VECTORS) return { list, index: offset - start };
    }
    return undefined;
  }
}

const resetState = (): PchPicState => ({
  mask: ALL,
  edge: 0n,
  htmsiEnable: 0n,
  polarity: 0n,
  level: 0n,
  request: 0n,
  service: 0n,
  route: new Array<number>(VECTORS).fill(1),
  vector: new Array<number>(VECTORS).fill(0),
});
