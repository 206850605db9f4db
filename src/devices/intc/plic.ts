/**
 * The platform-level interrupt controller with SiFive's register layout. Sources are level-triggered; gateways follow
 * the PLIC specification 1.0.0: a request once accepted stays pending until claimed, and a completed source whose
 * level is still high asks again. (QEMU 7.2 drops a pending request with the level and applies the threshold to
 * claims; the specification does neither.)
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';

const PRIORITY = 0x0;
const PENDING = 0x1000;
const ENABLE = 0x2000;
const ENABLE_STRIDE = 0x80;
const CONTEXT = 0x20_0000;
const CONTEXT_STRIDE = 0x1000;
const THRESHOLD = 0;
const CLAIM = 4;
/** Priorities 0 (never) to 7. */
const PRIORITY_MASK = 7;

export type PlicState = {
  priority: number[];
  /** Input levels, 32 sources a word, source 0 unused. */
  level: number[];
  pending: number[];
  /** Claimed and not yet completed. */
  claimed: number[];
  /** Per context, 32 sources a word. */
  enable: number[][];
  threshold: number[];
};

export interface PlicOptions {
  /** Number of interrupt ids, id 0 (which is no interrupt) included. */
  readonly sources: number;
  readonly contexts: number;
}

const bitOf = (words: readonly number[], source: number): boolean =>
  ((words[source >> 5] ?? 0) & (1 << (source & 31))) !== 0;

const setBit = (words: number[], source: number, on: boolean): void => {
  const word = words[source >> 5] ?? 0;
  const mask = 1 << (source & 31);
  words[source >> 5] = (on ? word | mask : word & ~mask) >>> 0;
};

/** Interrupt output `line` of its context is the context's index. */
export class Plic implements Device<PlicState> {
  readonly compatible = 'sifive,plic-1.0.0';
  readonly size = 0x60_0000;
  readonly registers: readonly DeviceRegister[];
  state: PlicState;
  private readonly words: number;

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly options: PlicOptions,
  ) {
    this.words = Math.ceil(options.sources / 32);
    this.registers = plicRegisters(options, this.words);
    this.state = this.resetState();
  }

  /** Drives the input of `source` (1 and up); unknown sources do nothing. */
  setLine(source: number, level: boolean): void {
    if (source < 1 || source >= this.options.sources || bitOf(this.state.level, source) === level) return;
    setBit(this.state.level, source, level);
    if (level && !bitOf(this.state.claimed, source)) setBit(this.state.pending, source, true);
    this.drive();
  }

  reset(): void {
    // Levels belong to the devices, which drive them low in their own resets.
    this.state = { ...this.resetState(), level: this.state.level };
    this.drive();
  }

  read(offset: number, width: 1 | 2 | 4): number {
    const context = this.contextAt(offset);
    if (width === 4 && context !== undefined && (offset & 0xfff) === CLAIM) return this.claim(context);
    return this.peek(offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    const { state, options } = this;
    if (width !== 4 || (offset & 3) !== 0) return 0;
    if (offset < PENDING) return state.priority[(offset - PRIORITY) >> 2] ?? 0;
    if (offset < ENABLE) return state.pending[(offset - PENDING) >> 2] ?? 0;
    if (offset < CONTEXT) {
      return (
        state.enable[Math.floor((offset - ENABLE) / ENABLE_STRIDE)]?.[((offset - ENABLE) % ENABLE_STRIDE) >> 2] ?? 0
      );
    }
    const context = this.contextAt(offset);
    if (context === undefined || context >= options.contexts) return 0;
    if ((offset & 0xfff) === THRESHOLD) return state.threshold[context] ?? 0;
    if ((offset & 0xfff) === CLAIM) return this.best(context);
    return 0;
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const { state, options } = this;
    if (width !== 4 || (offset & 3) !== 0) return;
    const context = this.contextAt(offset);
    if (offset < PENDING) {
      const source = (offset - PRIORITY) >> 2;
      if (source >= 1 && source < options.sources) state.priority[source] = value & PRIORITY_MASK;
    } else if (offset < ENABLE) {
      return; // Pending bits are read-only.
    } else if (offset < CONTEXT) {
      this.enable(Math.floor((offset - ENABLE) / ENABLE_STRIDE), ((offset - ENABLE) % ENABLE_STRIDE) >> 2, value);
    } else if (context !== undefined && (offset & 0xfff) === THRESHOLD) {
      state.threshold[context] = value & PRIORITY_MASK;
    } else if (context !== undefined && (offset & 0xfff) === CLAIM) {
      this.complete(context, value);
    }
    this.drive();
  }

  private contextAt(offset: number): number | undefined {
    if (offset < CONTEXT) return undefined;
    const context = Math.floor((offset - CONTEXT) / CONTEXT_STRIDE);
    return context < this.options.contexts ? context : undefined;
  }

  private enable(context: number, word: number, value: number): void {
    const enable = this.state.enable[context];
    if (enable === undefined || word >= this.words) return;
    const known = this.options.sources - word * 32;
    const mask = known >= 32 ? 0xffff_ffff : 2 ** known - 1;
    enable[word] = (value & mask & (word === 0 ? ~1 : ~0)) >>> 0;
  }

  /** Highest-priority pending and enabled source, the lowest id among equals; 0 when there is none. */
  private best(context: number): number {
    const { state } = this;
    let best = 0;
    let bestPriority = 0;
    for (let word = 0; word < this.words; word++) {
      let bits = (state.pending[word] ?? 0) & (state.enable[context]?.[word] ?? 0);
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        const source = word * 32 + bit;
        const priority = state.priority[source] ?? 0;
        if (priority > bestPriority) {
          best = source;
          bestPriority = priority;
        }
      }
    }
    return best;
  }

  private claim(context: number): number {
    const source = this.best(context);
    if (source !== 0) {
      setBit(this.state.pending, source, false);
      setBit(this.state.claimed, source, true);
      this.drive();
    }
    return source;
  }

  private complete(context: number, source: number): void {
    const { state, options } = this;
    if (source < 1 || source >= options.sources || !bitOf(state.enable[context] ?? [], source)) return;
    if (!bitOf(state.claimed, source)) return;
    setBit(state.claimed, source, false);
    if (bitOf(state.level, source)) setBit(state.pending, source, true);
  }

  private drive(): void {
    const { state, options } = this;
    for (let context = 0; context < options.contexts; context++) {
      const source = this.best(context);
      this.context.irq(source !== 0 && (state.priority[source] ?? 0) > (state.threshold[context] ?? 0), context);
    }
  }

  private resetState(): PlicState {
    const { sources, contexts } = this.options;
    const words = (): number[] => new Array<number>(this.words).fill(0);
    return {
      priority: new Array<number>(sources).fill(0),
      level: words(),
      pending: words(),
      claimed: words(),
      enable: Array.from({ length: contexts }, words),
      threshold: new Array<number>(contexts).fill(0),
    };
  }
}

function plicRegisters({ sources, contexts }: PlicOptions, words: number): DeviceRegister[] {
  const registers: DeviceRegister[] = [];
  for (let source = 1; source < sources; source++) {
    registers.push({ name: `priority[${source}]`, offset: PRIORITY + 4 * source, width: 4 });
  }
  for (let word = 0; word < words; word++) {
    registers.push({
      name: `pending[${word}]`,
      offset: PENDING + 4 * word,
      width: 4,
      doc: `Sources from ${32 * word}`,
    });
  }
  for (let context = 0; context < contexts; context++) {
    for (let word = 0; word < words; word++) {
      const offset = ENABLE + ENABLE_STRIDE * context + 4 * word;
      registers.push({ name: `enable[${context}][${word}]`, offset, width: 4, doc: `Sources from ${32 * word}` });
    }
    const base = CONTEXT + CONTEXT_STRIDE * context;
    registers.push({ name: `threshold[${context}]`, offset: base + THRESHOLD, width: 4 });
    registers.push({
      name: `claim[${context}]`,
      offset: base + CLAIM,
      width: 4,
      doc: 'Reading claims, writing completes.',
    });
  }
  return registers;
}
