/**
 * Arm's generic interrupt controller, version 3, with one Security state and affinity routing: a distributor, a redistributor and
 * an interface of system registers for each processor. The state of all is the distributor's.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), chapter 12
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
import {
  activate,
  fieldAt,
  fieldRegisters,
  freshInterrupts,
  type GicInterrupts,
  PRIVATE,
  putBit,
  readField,
  readyWord,
  SGIS,
  setInput,
  testBit,
  writeField,
} from './gic-interrupts';
import { GIC_LINE, GIC_LINES, MAINTENANCE } from './gicv2';
import {
  FIRST_LPI,
  freshGicv3Interface,
  type Gicv3Candidate,
  Gicv3Interface,
  type Gicv3InterfaceState,
} from './gicv3-interface';
import { freshGicv3Virtual, Gicv3Virtual, type Gicv3VirtualState } from './gicv3-virtual';

const GICD = { CTLR: 0x0, TYPER: 0x4, IIDR: 0x8, SETSPI: 0x40, CLRSPI: 0x48, IROUTER: 0x6000 } as const;
const IDENTITY = 0xffd0;
const IDENTITIES = [0x44, 0, 0, 0, 0x92, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1];
const IIDR = 0x43b;
/** One Security state, affinity routing: always. */
const CTLR_FIXED = 0x50;
const CTLR_KEPT = 3;
/** Ids of 16 bits, affinity 3, no interrupts that go to any one of several. */
const TYPER = (1 << 25) | (1 << 24) | (0xf << 19);
/** What of IROUTER can be written: affinity, of which a processor here has the lowest byte. */
const ROUTER_KEPT = 0xff_00ff_ffffn;
/** Kinds that a word of the distributor may have; targets are IROUTER's. */
const FIELDS = [
  'group',
  'setEnable',
  'clearEnable',
  'setPending',
  'clearPending',
  'setActive',
  'clearActive',
  'priority',
  'edge',
] as const;

export interface Gicv3Options {
  readonly processors: number;
  /** Ids, private ones included. */
  readonly interrupts: number;
}

export type Gicv3State = {
  ctlr: number;
  shared: GicInterrupts;
  /** By shared interrupt, the affinity it goes to. */
  route: bigint[];
  /** By processor. */
  privates: GicInterrupts[];
  /** GICR_WAKER.ProcessorSleep. */
  asleep: number[];
  interfaces: Gicv3InterfaceState[];
  virtual: Gicv3VirtualState[];
};

/** What a processor's interface and its guest's are reached by. */
export interface Gicv3Parts {
  readonly interface: Gicv3Interface;
  readonly virtual: Gicv3Virtual;
}

/** The distributor, which has the state of all parts. Interrupt outputs are numbered as the GICv2's. */
export class Gicv3 implements Device<Gicv3State> {
  readonly compatible = 'arm,gic-v3';
  readonly size = 0x1_0000;
  readonly registers: readonly DeviceRegister[];
  state: Gicv3State;
  readonly #parts: readonly Gicv3Parts[];

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly options: Gicv3Options,
  ) {
    this.state = this.#fresh();
    this.#parts = Array.from({ length: options.processors }, (_, processor) => ({
      interface: new Gicv3Interface(
        {
          best: () => this.#best(processor),
          activate: ({ id }) => this.#withBank(processor, id, activate),
          deactivate: (id) => this.#deactivate(processor, id),
        },
        () => this.state.interfaces[processor] as Gicv3InterfaceState,
      ),
      virtual: new Gicv3Virtual(
        () => this.state.virtual[processor] as Gicv3VirtualState,
        (id) => this.#deactivate(processor, id),
      ),
    }));
    this.registers = [
      ...(['CTLR', 'TYPER', 'IIDR'] as const).map((name) => ({ name, offset: GICD[name], width: 4 as const })),
      ...fieldRegisters(PRIVATE, options.interrupts, FIELDS),
      ...Array.from({ length: options.interrupts - PRIVATE }, (_, index) => ({
        name: `IROUTER${PRIVATE + index}`,
        offset: GICD.IROUTER + 8 * (PRIVATE + index),
        width: 8 as const,
      })),
    ];
  }

  get processors(): number {
    return this.options.processors;
  }

  /** The parts of one processor; whoever changes something there calls {@link drive}. */
  parts(processor: number): Gicv3Parts | undefined {
    return this.#parts[processor];
  }

  /** Drives a shared interrupt's input; ids from 32. Others do nothing. */
  setLine(id: number, level: boolean): void {
    const index = id - PRIVATE;
    const { shared } = this.state;
    if (index < 0 || id >= this.options.interrupts || testBit(shared.level, index) === level) return;
    setInput(shared, index, level);
    this.drive();
  }

  /** Drives an input of a processor's own; ids 16 to 31. */
  setPrivate(processor: number, id: number, level: boolean): void {
    const bank = this.state.privates[processor];
    if (!bank || id < SGIS || id >= PRIVATE || testBit(bank.level, id) === level) return;
    setInput(bank, id, level);
    this.drive();
  }

  /** A processor asks others for a software generated interrupt; those count for which it is of that group. */
  generate(by: number, value: bigint, group: 0 | 1): void {
    const id = Number((value >> 24n) & 0xfn);
    const isOthers = ((value >> 40n) & 1n) === 1n;
    // Affinities 1 to 3 of all processors are 0, and so is the range of affinity 0.
    const isCluster = (value & 0xff_f0ff_00ff_0000n) === 0n;
    for (const [processor, bank] of this.state.privates.entries()) {
      const isListed = isCluster && ((value >> BigInt(processor)) & 1n) === 1n && processor < 16;
      if (!(isOthers ? processor !== by : isListed)) continue;
      if (testBit(bank.group, id) === (group === 1)) putBit(bank.latch, id, true);
    }
  }

  reset(): void {
    const { shared, privates } = this.state;
    this.state = this.#fresh();
    // Levels belong to the devices, which drive them low in their own resets.
    this.state.shared.level = shared.level;
    for (const [processor, { level }] of privates.entries()) {
      const bank = this.state.privates[processor];
      if (bank) bank.level = level;
    }
    this.drive();
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return partOf(this.#readWord(offset & ~3), offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return this.read(offset, width);
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const shift = 8 * (offset & 3);
    const mask = width === 4 ? 0xffff_ffff : ((2 ** (8 * width) - 1) << shift) >>> 0;
    this.#writeWord(offset & ~3, ((value << shift) & mask) >>> 0, mask);
    this.drive();
  }

  #readWord(offset: number): number {
    if (offset === GICD.CTLR) return this.state.ctlr | CTLR_FIXED;
    if (offset === GICD.TYPER) return TYPER | ((this.options.interrupts >> 5) - 1);
    if (offset === GICD.IIDR) return IIDR;
    if (offset >= IDENTITY) return IDENTITIES[(offset - IDENTITY) >> 2] ?? 0;
    if (offset >= GICD.IROUTER) {
      const route = this.state.route[((offset - GICD.IROUTER) >> 3) - PRIVATE] ?? 0n;
      return Number(BigInt.asUintN(32, offset & 4 ? route >> 32n : route));
    }
    const found = fieldAt(offset);
    if (!found || found.field === 'target' || found.first < PRIVATE) return 0;
    return readField(this.state.shared, found.field, found.first - PRIVATE);
  }

  #writeWord(offset: number, value: number, mask: number): void {
    const { state } = this;
    if (offset === GICD.CTLR) {
      if (mask & 1) state.ctlr = value & CTLR_KEPT;
      return;
    }
    if (offset >= GICD.IROUTER && offset < IDENTITY) {
      const index = ((offset - GICD.IROUTER) >> 3) - PRIVATE;
      const old = state.route[index];
      if (old === undefined) return;
      const shift = offset & 4 ? 32n : 0n;
      const kept = old & ~(BigInt(mask) << shift);
      state.route[index] = (kept | (BigInt(value) << shift)) & ROUTER_KEPT;
      return;
    }
    const found = fieldAt(offset);
    if (!found || found.field === 'target' || found.first < PRIVATE) return;
    writeField(state.shared, found.field, found.first - PRIVATE, value, mask);
  }

  #best(processor: number): Gicv3Candidate | undefined {
    const { state } = this;
    const bank = state.privates[processor];
    if (!bank || state.ctlr === 0) return undefined;
    let best: Gicv3Candidate | undefined;
    const look = (from: GicInterrupts, word: number, first: number): void => {
      for (let bits = readyWord(from, word, state.ctlr); bits !== 0; bits &= bits - 1) {
        const index = 32 * word + 31 - Math.clz32(bits & -bits);
        const priority = from.priority[index] ?? 0;
        if (first === PRIVATE && state.route[index] !== BigInt(processor)) continue;
        if (best && priority >= best.priority) continue;
        best = { id: first + index, priority, group: testBit(from.group, index) ? 1 : 0 };
      }
    };
    look(bank, 0, 0);
    for (let word = 0; word < state.shared.enable.length; word++) look(state.shared, word, PRIVATE);
    return best;
  }

  #withBank(processor: number, id: number, act: (bank: GicInterrupts, index: number) => void): void {
    const bank = id >= PRIVATE ? this.state.shared : this.state.privates[processor];
    if (bank && id < this.options.interrupts) act(bank, id >= PRIVATE ? id - PRIVATE : id);
  }

  #deactivate(processor: number, id: number): void {
    if (id >= FIRST_LPI) return;
    this.#withBank(processor, id, (bank, index) => putBit(bank.active, index, false));
  }

  /** Drives all outputs from the state. */
  drive(): void {
    for (const [processor, { interface: own, virtual }] of this.#parts.entries()) {
      const bank = this.state.privates[processor];
      if (bank) setInput(bank, MAINTENANCE, virtual.needsMaintenance);
      const [request, guest] = [own.request, virtual.request];
      const first = processor * GIC_LINES;
      this.context.irq(request === 'irq', first + GIC_LINE.irq);
      this.context.irq(request === 'fiq', first + GIC_LINE.fiq);
      this.context.irq(guest === 'irq', first + GIC_LINE.virtualIrq);
      this.context.irq(guest === 'fiq', first + GIC_LINE.virtualFiq);
    }
  }

  #fresh(): Gicv3State {
    const { processors, interrupts } = this.options;
    const each = <T>(make: () => T): T[] => Array.from({ length: processors }, make);
    return {
      ctlr: 0,
      shared: freshInterrupts(interrupts - PRIVATE),
      route: new Array<bigint>(interrupts - PRIVATE).fill(0n),
      privates: each(() => {
        const bank = freshInterrupts(PRIVATE);
        // Software generated ones are edges.
        bank.edge[0] = 0xffff;
        return bank;
      }),
      asleep: each(() => 1),
      interfaces: each(freshGicv3Interface),
      virtual: each(freshGicv3Virtual),
    };
  }
}

/** A part of a word, as a narrower access sees it. */
export const partOf = (word: number, offset: number, width: 1 | 2 | 4): number =>
  width === 4 ? word : (word >>> (8 * (offset & 3))) & (2 ** (8 * width) - 1);
