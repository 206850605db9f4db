/**
 * Arm's generic interrupt controller, version 3, with one Security state and affinity routing: a distributor, a redistributor and
 * an interface of system registers for each processor. The state of all is the distributor's.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), chapter 12
 */
import type { BusMaster, Device, DeviceContext, DeviceRegister } from '../device';
import {
  driveOutputs,
  type GicBanks,
  type GicOptions,
  keepLevels,
  mostUrgent,
  placeOf,
  setPrivateInput,
  setSharedInput,
} from './gic-banks';
import {
  activate,
  BANK_FIELDS,
  bankFieldAt,
  fieldRegisters,
  freshInterrupts,
  GICV3_IDENTITY,
  type GicCandidate,
  type GicGroup,
  gicv3Identity,
  PRIVATE,
  putBit,
  readField,
  testBit,
  wordAround,
  wordPart,
  writeField,
} from './gic-interrupts';
import { FIRST_LPI, freshGicv3Interface, Gicv3Interface, type Gicv3InterfaceState } from './gicv3-interface';
import { freshLpis, Gicv3Lpis, type LpiState } from './gicv3-lpis';
import { freshGicv3Virtual, Gicv3Virtual, type Gicv3VirtualState } from './gicv3-virtual';

const GICD = { CTLR: 0x0, TYPER: 0x4, IIDR: 0x8, SETSPI: 0x40, CLRSPI: 0x48, IROUTER: 0x6000 } as const;
/** The lower byte of its part number. */
const PART = 0x92;
const IIDR = 0x43b;
/** One Security state, affinity routing: always. */
const CTLR_FIXED = 0x50;
const CTLR_KEPT = 3;
/** Of CTLR: group 1 is forwarded. */
const GROUP1 = 2;
/** Ids of 16 bits, locality-specific interrupts, affinity 3, no interrupts that go to any one of several. */
const TYPER = (1 << 25) | (1 << 24) | (0xf << 19) | (1 << 17);
/** What of IROUTER can be written: affinity, of which a processor here has the lowest byte. */
const ROUTER_KEPT = 0xff_00ff_ffffn;
export type Gicv3State = GicBanks & {
  ctlr: number;
  /** By shared interrupt, the affinity it goes to. */
  route: bigint[];
  /** GICR_WAKER.ProcessorSleep. */
  asleep: number[];
  interfaces: Gicv3InterfaceState[];
  virtual: Gicv3VirtualState[];
  lpis: LpiState[];
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
  /** What an interrupt translation service drives. */
  readonly lpis: Gicv3Lpis;
  readonly #parts: readonly Gicv3Parts[];

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly options: GicOptions,
    memory: BusMaster,
  ) {
    this.state = this.#fresh();
    this.lpis = new Gicv3Lpis(
      memory,
      (processor) => this.state.lpis[processor],
      (text) => context.remark(`${id}: ${text}`),
    );
    this.#parts = Array.from({ length: options.processors }, (_, processor) => ({
      interface: new Gicv3Interface(
        {
          best: () => this.#best(processor),
          activate: ({ id }) => this.#activate(processor, id),
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
      ...fieldRegisters(PRIVATE, options.interrupts, BANK_FIELDS),
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
    if (setSharedInput(this.state, id, level)) this.drive();
  }

  /** Drives an input of a processor's own; ids 16 to 31. */
  setPrivate(processor: number, id: number, level: boolean): void {
    if (setPrivateInput(this.state, processor, id, level)) this.drive();
  }

  /** A processor asks others for a software generated interrupt; those count for which it is of that group. */
  generate(by: number, value: bigint, group: GicGroup): void {
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
    const before = this.state;
    this.state = this.#fresh();
    keepLevels(this.state, before);
    this.drive();
  }

  read(offset: number, width: 1 | 2 | 4): number {
    return wordPart(this.#readWord(offset & ~3), offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return this.read(offset, width);
  }

  write(offset: number, width: 1 | 2 | 4, value: number): void {
    const { word, mask } = wordAround(offset, width, value);
    this.#writeWord(offset & ~3, word, mask);
    this.drive();
  }

  #readWord(offset: number): number {
    if (offset === GICD.CTLR) return this.state.ctlr | CTLR_FIXED;
    if (offset === GICD.TYPER) return TYPER | ((this.options.interrupts >> 5) - 1);
    if (offset === GICD.IIDR) return IIDR;
    if (offset >= GICV3_IDENTITY) return gicv3Identity(PART, offset);
    if (offset >= GICD.IROUTER) {
      const route = this.state.route[((offset - GICD.IROUTER) >> 3) - PRIVATE] ?? 0n;
      return Number(BigInt.asUintN(32, offset & 4 ? route >> 32n : route));
    }
    const found = bankFieldAt(offset);
    if (!found || found.first < PRIVATE) return 0;
    return readField(this.state.shared, found.field, found.first - PRIVATE);
  }

  #writeWord(offset: number, value: number, mask: number): void {
    const { state } = this;
    if (offset === GICD.CTLR) {
      if (mask & 1) state.ctlr = value & CTLR_KEPT;
      return;
    }
    if (offset >= GICD.IROUTER && offset < GICV3_IDENTITY) {
      const index = ((offset - GICD.IROUTER) >> 3) - PRIVATE;
      const old = state.route[index];
      if (old === undefined) return;
      const shift = offset & 4 ? 32n : 0n;
      const kept = old & ~(BigInt(mask) << shift);
      state.route[index] = (kept | (BigInt(value) << shift)) & ROUTER_KEPT;
      return;
    }
    const found = bankFieldAt(offset);
    if (!found || found.first < PRIVATE) return;
    writeField(state.shared, found.field, found.first - PRIVATE, value, mask);
  }

  #best(processor: number): GicCandidate | undefined {
    const { ctlr, route } = this.state;
    const affinity = BigInt(processor);
    const best = mostUrgent(this.state, processor, {
      groups: ctlr,
      asked: 0,
      isTarget: (index) => route[index] === affinity,
    });
    const message = ctlr & GROUP1 ? this.lpis.best(processor) : undefined;
    return message && (!best || message.priority < best.priority) ? message : best;
  }

  #activate(processor: number, id: number): void {
    // A message is over once it is acknowledged.
    if (id >= FIRST_LPI) this.lpis.set(processor, id, false);
    const place = placeOf(this.state, processor, id);
    if (place) activate(place.bank, place.index);
  }

  #deactivate(processor: number, id: number): void {
    const place = placeOf(this.state, processor, id);
    if (place) putBit(place.bank.active, place.index, false);
  }

  /** Drives all outputs from the state. */
  drive(): void {
    driveOutputs(this.context, this.state, this.#parts);
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
      lpis: each(freshLpis),
    };
  }
}
