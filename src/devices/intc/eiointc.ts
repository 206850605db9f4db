/**
 * The extended I/O interrupt controller of Loongson 3A5000: 256 inputs, each routed to one of four lines of one processor. It
 * lies in the IOCSR space, where each processor sees the requests for itself.
 * @see Loongson 3A5000/3B5000 Processor Reference Manual, "Extended I/O Interrupts"
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const INPUTS = 256;
const WORDS = INPUTS / 32;
/** Lines to each processor. */
export const EIOINTC_LINES = 4;
/** Processors of one node: the map names them by one bit each. */
const NODE_PROCESSORS = 4;

/** Offsets in the window, whose first byte is IOCSR 0x1400. */
const NODE_TYPE = 0xa0;
const IP_MAP = 0xc0;
const ENABLE = 0x200;
const BOUNCE = 0x280;
const CORE_ISR = 0x400;
const CORE_MAP = 0x800;

export type EiointcState = {
  nodeType: number[];
  ipMap: number[];
  enable: number[];
  bounce: number[];
  coreMap: number[];
  /** Input levels. */
  level: number[];
  /** Requests by processor: set by an input that is enabled, cleared by a write of ones. */
  coreIsr: number[][];
};

const REGISTERS: readonly DeviceRegister[] = (
  [
    ['NODETYPE', NODE_TYPE, 8],
    ['IPMAP', IP_MAP, 2],
    ['ENABLE', ENABLE, WORDS],
    ['BOUNCE', BOUNCE, WORDS],
    ['CORE_ISR', CORE_ISR, WORDS],
    ['COREMAP', CORE_MAP, INPUTS / 4],
  ] as const
).flatMap(([name, offset, count]) =>
  Array.from({ length: count }, (_, index) => ({
    name: `${name}[${index}]`,
    offset: offset + 4 * index,
    width: 4 as const,
  })),
);

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** The place of the lowest set bit of a map's byte among the first four; 0 where none of them is. */
const chosen = (byte: number): number => {
  const low = byte & 0xf;
  return low === 0 ? 0 : 31 - Math.clz32(low & -low);
};

/** Interrupt output `line` is {@link EIOINTC_LINES} times the processor, plus the processor's line. */
export class Eiointc implements Device<EiointcState> {
  readonly compatible = 'loongson,ls2k2000-eiointc';
  readonly size = 0x900;
  readonly registers = REGISTERS;
  state: EiointcState;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly processors: number,
  ) {
    this.state = this.#resetState();
  }

  /** Drives an input. A rising level, or another message for one that is high, requests anew. */
  setLine(input: number, level: boolean): void {
    if (input < 0 || input >= INPUTS) return;
    const { state } = this;
    const word = input >> 5;
    const mask = 1 << (input & 31);
    const levels = state.level[word] ?? 0;
    state.level[word] = (level ? levels | mask : levels & ~mask) >>> 0;
    if (!level) this.#request(input, false);
    else if ((state.enable[word] ?? 0) & mask) this.#request(input, true);
    this.#drive();
  }

  reset(): void {
    // Levels belong to the devices, which drive them low in their own resets.
    this.state = { ...this.#resetState(), level: this.state.level };
    this.#drive();
  }

  read(offset: number, width: 1 | 2 | 4, by = 0): number {
    const [words, index] = this.#find(offset, by) ?? [];
    const word = (words?.[index ?? 0] ?? 0) >>> (8 * (offset & 3));
    return width === 4 ? word : word & (2 ** (8 * width) - 1);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return this.read(offset, width);
  }

  write(offset: number, width: 1 | 2 | 4, value: number, by = 0): void {
    const [words, index] = this.#find(offset, by) ?? [];
    if (words === undefined || index === undefined) return;
    const { state } = this;
    const old = words[index] ?? 0;
    const shift = 8 * (offset & 3);
    const mask = width === 4 ? -1 : (2 ** (8 * width) - 1) << shift;
    const written = (((value << shift) & mask) | (old & ~mask)) >>> 0;
    const inputs = Array.from({ length: 32 }, (_, bit) => 32 * index + bit);
    if (words === state.coreIsr[by]) {
      words[index] = (old & ~((value << shift) & mask)) >>> 0;
    } else if (words === state.enable) {
      words[index] = written;
      const changed = old ^ written;
      for (const input of inputs) {
        const bit = 1 << (input & 31);
        if (changed & bit & (state.level[index] ?? 0)) this.#request(input, (written & bit) !== 0);
      }
    } else if (words === state.coreMap) {
      // A request that stands moves with its input.
      const moved = inputs.slice(0, 4).map((_, byte) => 4 * index + byte);
      const standing = moved.filter((input) => this.#isRequested(input));
      for (const input of standing) this.#request(input, false);
      words[index] = written;
      for (const input of standing) this.#request(input, true);
    } else words[index] = written;
    this.#drive();
  }

  /** The words that a register belongs to, and its place among them. */
  #find(offset: number, by: number): readonly [words: number[], index: number] | undefined {
    const { state } = this;
    for (const [start, words] of [
      [NODE_TYPE, state.nodeType],
      [IP_MAP, state.ipMap],
      [ENABLE, state.enable],
      [BOUNCE, state.bounce],
      [CORE_ISR, state.coreIsr[by] ?? []],
      [CORE_MAP, state.coreMap],
    ] as const) {
      const index = (offset - start) >> 2;
      if (offset >= start && index < words.length) return [words, index];
    }
    return undefined;
  }

  /** The processor that an input is routed to. The map's upper half names a node, and there is one. */
  #processorOf(input: number): number {
    const processor = chosen((this.state.coreMap[input >> 2] ?? 0) >>> (8 * (input & 3)));
    return processor < Math.min(this.processors, NODE_PROCESSORS) ? processor : 0;
  }

  #isRequested(input: number): boolean {
    const word = this.state.coreIsr[this.#processorOf(input)]?.[input >> 5] ?? 0;
    return (word & (1 << (input & 31))) !== 0;
  }

  #request(input: number, isOn: boolean): void {
    const words = this.state.coreIsr[this.#processorOf(input)];
    if (!words) return;
    const mask = 1 << (input & 31);
    const old = words[input >> 5] ?? 0;
    words[input >> 5] = (isOn ? old | mask : old & ~mask) >>> 0;
  }

  #drive(): void {
    const { coreIsr, ipMap } = this.state;
    for (const [processor, words] of coreIsr.entries()) {
      const lines = zeros(EIOINTC_LINES);
      // Each 32 inputs share a line, which a byte of the map names.
      for (const [group, word] of words.entries()) {
        const line = chosen((ipMap[group >> 2] ?? 0) >>> (8 * (group & 3)));
        lines[line] = (lines[line] ?? 0) | word;
      }
      for (const [line, word] of lines.entries()) this.context.irq(word !== 0, processor * EIOINTC_LINES + line);
    }
  }

  #resetState(): EiointcState {
    return {
      nodeType: zeros(8),
      ipMap: zeros(2),
      enable: zeros(WORDS),
      bounce: zeros(WORDS),
      coreMap: zeros(INPUTS / 4),
      level: zeros(WORDS),
      coreIsr: Array.from({ length: this.processors }, () => zeros(WORDS)),
    };
  }
}
