/**
 * A CPU interface of a GICv2, as processors see it and, with fewer priorities, as guests do: it holds what is pending against
 * mask and running priority, and keeps the stack of active priorities.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 2.0, section 4.4 "CPU interface register descriptions", chapter 3.3
 */
import { type GicCandidate, type GicGroup, type GicRequest, OTHER_GROUP, SPURIOUS } from './gic-interrupts';

/** Offsets of its registers. */
const GICC = {
  CTLR: 0x00,
  PMR: 0x04,
  BPR: 0x08,
  IAR: 0x0c,
  EOIR: 0x10,
  RPR: 0x14,
  HPPIR: 0x18,
  ABPR: 0x1c,
  AIAR: 0x20,
  AEOIR: 0x24,
  AHPPIR: 0x28,
  APR: 0xd0,
  NSAPR: 0xe0,
  IIDR: 0xfc,
  DIR: 0x1000,
} as const;

/** Bits of CTLR, of a controller without Security Extensions. */
export const GICC_CTLR = {
  enableGroup0: 1,
  enableGroup1: 2,
  ackControl: 4,
  fiqEnable: 8,
  commonBpr: 0x10,
  eoiMode: 0x200,
} as const;
const KEPT =
  GICC_CTLR.enableGroup0 |
  GICC_CTLR.enableGroup1 |
  GICC_CTLR.ackControl |
  GICC_CTLR.fiqEnable |
  GICC_CTLR.commonBpr |
  GICC_CTLR.eoiMode;
/** The bypass of a controller that the processor's old inputs have: kept, and without effect, as there are none. */
const BYPASS = 0x1e0;

export type Gicv2InterfaceState = {
  ctlr: number;
  pmr: number;
  bpr: number;
  abpr: number;
  /** Active priorities of group 0 (all groups of a virtual interface), a bit a level, the most urgent in bit 0 of the first word. */
  apr: number[];
  /** The same of group 1. */
  nsapr: number[];
};

/** Where an interface gets its interrupts from. */
export interface InterfaceSource {
  best(): GicCandidate | undefined;
  /** Makes it active. Returns what the acknowledging read gives. */
  activate(candidate: GicCandidate): number;
  /** The group of an interrupt that there is; `id` as below. */
  groupOf(id: number): GicGroup | undefined;
  /**
   * @param id as it was written: with the requesting processor of a software generated one
   * @param counts an active priority has gone with it, now or before
   */
  deactivate(id: number, counts: boolean): void;
}

export interface InterfaceForm {
  /** The least binary point: priorities have seven bits less that to be in groups. */
  readonly leastBpr: number;
  readonly isVirtual: boolean;
}

const IIDR = 0x2_043b;
const IDLE = 0x100;

/** The registers as a debugger shows them. */
export const GICC_REGISTERS = (Object.entries(GICC) as [string, number][])
  .filter(([name]) => !['EOIR', 'AEOIR', 'DIR'].includes(name))
  .map(([name, offset]) => ({ name, offset, width: 4 as const }));

/** An interface at reset. */
export const freshInterface = ({ leastBpr, isVirtual }: InterfaceForm): Gicv2InterfaceState => {
  const words = isVirtual ? 1 : 4;
  return {
    ctlr: 0,
    pmr: 0,
    bpr: leastBpr,
    abpr: leastBpr + 1,
    apr: new Array<number>(words).fill(0),
    nsapr: new Array<number>(isVirtual ? 0 : words).fill(0),
  };
};

/** The registers and rules of one interface; its state is its controller's. */
export class Gicv2Interface {
  constructor(
    private readonly form: InterfaceForm,
    private readonly source: InterfaceSource,
    private readonly stateOf: () => Gicv2InterfaceState,
  ) {}

  /** What it asks its processor for. */
  get request(): GicRequest {
    const best = this.#deliverable();
    if (!best) return undefined;
    return best.group === 0 && this.stateOf().ctlr & GICC_CTLR.fiqEnable ? 'fiq' : 'irq';
  }

  /** @param isQuiet a debugger looks: nothing is acknowledged */
  read(offset: number, isQuiet: boolean): number {
    const state = this.stateOf();
    switch (offset) {
      case GICC.CTLR:
        return state.ctlr;
      case GICC.PMR:
        return state.pmr;
      case GICC.BPR:
        return state.bpr;
      case GICC.ABPR:
        return state.abpr;
      case GICC.IAR:
        return this.#acknowledge(false, isQuiet);
      case GICC.AIAR:
        return this.#acknowledge(true, isQuiet);
      case GICC.RPR:
        return Math.min(this.#running(), 0xff);
      case GICC.HPPIR:
        return this.#visible(this.#unmasked(), false);
      case GICC.AHPPIR:
        return this.#visible(this.#unmasked(), true);
      case GICC.IIDR:
        return IIDR;
      default: {
        const active = this.#activeAt(offset);
        return active ? (active.words[active.index] ?? 0) : 0;
      }
    }
  }

  write(offset: number, value: number): void {
    const state = this.stateOf();
    const { leastBpr, isVirtual } = this.form;
    switch (offset) {
      case GICC.CTLR:
        state.ctlr = value & (isVirtual ? KEPT : KEPT | BYPASS);
        return;
      case GICC.PMR:
        state.pmr = value & (isVirtual ? 0xf8 : 0xff);
        return;
      case GICC.BPR:
        state.bpr = Math.max(value & 7, leastBpr);
        return;
      case GICC.ABPR:
        state.abpr = Math.max(value & 7, leastBpr + 1);
        return;
      case GICC.EOIR:
      case GICC.AEOIR:
        this.#end(value);
        return;
      case GICC.DIR:
        if (state.ctlr & GICC_CTLR.eoiMode) this.source.deactivate(value, true);
        return;
      default: {
        const active = this.#activeAt(offset);
        if (active) active.words[active.index] = value >>> 0;
      }
    }
  }

  #activeAt(offset: number): { readonly words: number[]; readonly index: number } | undefined {
    const { apr, nsapr } = this.stateOf();
    for (const [start, words] of [
      [GICC.APR, apr],
      [GICC.NSAPR, nsapr],
    ] as const) {
      const index = (offset - start) >> 2;
      if (index >= 0 && index < words.length) return { words, index };
    }
    return undefined;
  }

  /** The most urgent pending interrupt that the mask lets through. */
  #unmasked(): GicCandidate | undefined {
    const best = this.source.best();
    return best && best.priority < this.stateOf().pmr ? best : undefined;
  }

  #deliverable(): GicCandidate | undefined {
    const best = this.#unmasked();
    if (!best || !(this.stateOf().ctlr & (1 << best.group))) return undefined;
    // The running priority has no bits below its binary point: without a change of that, this compares the parts that preempt.
    return best.priority < this.#running() ? best : undefined;
  }

  #visible(best: GicCandidate | undefined, isAliased: boolean): number {
    if (!best || (isAliased && best.group === 0)) return SPURIOUS;
    const isHidden = best.group === 1 && !isAliased && !(this.stateOf().ctlr & GICC_CTLR.ackControl);
    return isHidden ? OTHER_GROUP : best.id;
  }

  #acknowledge(isAliased: boolean, isQuiet: boolean): number {
    const seen = this.#visible(this.#unmasked(), isAliased);
    if (seen >= OTHER_GROUP) return seen;
    const best = this.#deliverable();
    if (!best) return SPURIOUS;
    if (isQuiet) return seen;
    const level = grouped(best.priority, this.#pointOf(best)) >> (this.form.leastBpr + 1);
    const words = this.#wordsOf(best.group);
    words[level >> 5] = ((words[level >> 5] ?? 0) | (1 << (level & 31))) >>> 0;
    return this.source.activate(best);
  }

  /** What is written must be what was read last; of anything else, its group loses its most urgent priority, as on QEMU. */
  #end(value: number): void {
    const group = this.source.groupOf(value);
    if (group === undefined || (this.#running() === IDLE && !this.form.isVirtual)) return;
    const words = this.#wordsOf(group);
    const level = levelOf(words);
    const isRunning = level < Number.POSITIVE_INFINITY;
    if (isRunning) words[level >> 5] = ((words[level >> 5] ?? 0) & ~(1 << (level & 31))) >>> 0;
    if (!(this.stateOf().ctlr & GICC_CTLR.eoiMode)) this.source.deactivate(value, isRunning);
  }

  #wordsOf(group: GicGroup): number[] {
    const { apr, nsapr } = this.stateOf();
    return group === 1 && !this.form.isVirtual ? nsapr : apr;
  }

  #running(): number {
    const { apr, nsapr } = this.stateOf();
    const level = Math.min(levelOf(apr), levelOf(nsapr));
    return level === Number.POSITIVE_INFINITY ? IDLE : level << (this.form.leastBpr + 1);
  }

  /** The binary point that an interrupt's priority is divided at. */
  #pointOf({ group }: GicCandidate): number {
    const { ctlr, bpr, abpr } = this.stateOf();
    return group === 1 && !(ctlr & GICC_CTLR.commonBpr) ? abpr - 1 : bpr;
  }
}

/** The part of a priority that preempts. */
const grouped = (priority: number, point: number): number => priority & (0xff << (point + 1)) & 0xff;

/** The most urgent level that is active. */
const levelOf = (words: readonly number[]): number => {
  const index = words.findIndex((word) => word !== 0);
  const word = words[index] ?? 0;
  return index < 0 ? Number.POSITIVE_INFINITY : 32 * index + 31 - Math.clz32(word & -word);
};
