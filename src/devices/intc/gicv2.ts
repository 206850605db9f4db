/**
 * Arm's generic interrupt controller, version 2, without Security Extensions: a distributor, an interface for each processor,
 * and the virtual interface of each ({@link Gicv2Virtual}). The state of all is the distributor's; the other parts are windows.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 2.0 (IHI 0048B), chapters 3 and 4
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
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
  bytesWord,
  fieldAt,
  fieldRegisters,
  freshInterrupts,
  type GicCandidate,
  type GicGroup,
  PRIVATE,
  putBit,
  putBytes,
  readField,
  SGIS,
  testBit,
  wordAround,
  wordPart,
  writeField,
} from './gic-interrupts';
import { freshInterface, Gicv2Interface, type Gicv2InterfaceState, type InterfaceForm } from './gicv2-interface';
import { freshVirtual, Gicv2Virtual, type Gicv2VirtualState } from './gicv2-virtual';

/** Offsets of registers beside those of {@link fieldAt}. */
const GICD = { CTLR: 0x000, TYPER: 0x004, IIDR: 0x008, SGIR: 0xf00, CPENDSGIR: 0xf10, SPENDSGIR: 0xf20 } as const;
const IDENTITY = 0xfd0;
/** GIC-400's, a byte a word. */
const IDENTITIES = [4, 0, 0, 0, 0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 0x05, 0xb1];
const IIDR = 0x43b;
const BOTH_GROUPS = 3;
const FORM: InterfaceForm = { leastBpr: 0, isVirtual: false };
const ID = 0x3ff;
const SGI_ID = 0xf;

export type Gicv2State = GicBanks & {
  ctlr: number;
  /** By shared interrupt, the processors it goes to. */
  target: number[];
  /** By processor and software generated interrupt, the processors that ask for it. */
  sgi: number[][];
  interfaces: Gicv2InterfaceState[];
  virtual: Gicv2VirtualState[];
};

/** Parts that each processor has of its own: its interface, the hypervisor's registers, the guest's interface. */
export type GicPart = 'interface' | 'virtual' | 'guest';

type Gicv2Parts = {
  readonly [part in GicPart]: part extends 'virtual' ? Gicv2Virtual : Gicv2Interface;
};

/** The distributor, which has the state of all parts. */
export class Gicv2 implements Device<Gicv2State> {
  readonly compatible = 'arm,cortex-a15-gic';
  readonly size = 0x1_0000;
  readonly registers: readonly DeviceRegister[];
  state: Gicv2State;
  readonly #parts: readonly Gicv2Parts[];

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly options: GicOptions,
  ) {
    this.state = this.#fresh();
    this.#parts = Array.from({ length: options.processors }, (_, processor) => this.#partsOf(processor));
    this.registers = [
      ...(['CTLR', 'TYPER', 'IIDR'] as const).map((name) => ({ name, offset: GICD[name], width: 4 as const })),
      ...fieldRegisters(0, options.interrupts),
    ];
  }

  #partsOf(processor: number): Gicv2Parts {
    const virtual = new Gicv2Virtual(
      () => this.state.virtual[processor] as Gicv2VirtualState,
      (id) => this.#deactivate(processor, id),
    );
    const own = new Gicv2Interface(
      FORM,
      {
        best: () => this.#best(processor),
        activate: (candidate) => this.#activate(processor, candidate),
        groupOf: (id) => this.#groupOf(processor, id & ID),
        deactivate: (id) => this.#deactivate(processor, id & ID),
      },
      () => this.state.interfaces[processor] as Gicv2InterfaceState,
    );
    return { interface: own, virtual, guest: virtual.guest };
  }

  /** Drives a shared interrupt's input; ids from 32. Others do nothing. */
  setLine(id: number, level: boolean): void {
    if (setSharedInput(this.state, id, level)) this.drive();
  }

  /** Drives an input of a processor's own; ids 16 to 31. */
  setPrivate(processor: number, id: number, level: boolean): void {
    if (setPrivateInput(this.state, processor, id, level)) this.drive();
  }

  reset(): void {
    const before = this.state;
    this.state = this.#fresh();
    keepLevels(this.state, before);
    this.drive();
  }

  read(offset: number, width: 1 | 2 | 4, by = 0): number {
    return wordPart(this.#readWord(offset & ~3, by), offset, width);
  }

  peek(offset: number, width: 1 | 2 | 4): number {
    return this.read(offset, width);
  }

  write(offset: number, width: 1 | 2 | 4, value: number, by = 0): void {
    const { word, mask } = wordAround(offset, width, value);
    this.#writeWord(offset & ~3, word, mask, by);
    this.drive();
  }

  /** The registers of a processor's own parts, for their windows. */
  readPart(which: GicPart, offset: number, by: number, isQuiet: boolean): number {
    const value = this.#parts[by]?.[which].read(offset, isQuiet) ?? 0;
    if (!isQuiet) this.drive();
    return value;
  }

  writePart(which: GicPart, offset: number, value: number, by: number): void {
    this.#parts[by]?.[which].write(offset, value);
    this.drive();
  }

  #readWord(offset: number, by: number): number {
    const { interrupts, processors } = this.options;
    if (offset === GICD.CTLR) return this.state.ctlr;
    if (offset === GICD.TYPER) return (interrupts >> 5) - 1 + ((processors - 1) << 5);
    if (offset === GICD.IIDR) return IIDR;
    if (offset >= IDENTITY && offset < 0x1000) return IDENTITIES[(offset - IDENTITY) >> 2] ?? 0;
    const sgi = sgiAt(offset);
    if (sgi) return bytesWord(this.state.sgi[by] ?? [], sgi.first);
    const found = fieldAt(offset);
    if (!found) return 0;
    const { field, first } = found;
    if (field === 'target') return this.#readTargets(first, by);
    const bank = first < PRIVATE ? this.state.privates[by] : this.state.shared;
    if (!bank) return 0;
    const word = readField(bank, field, first < PRIVATE ? first : first - PRIVATE);
    return first === 0 && (field === 'setPending' || field === 'clearPending')
      ? (word | this.#sgiWord(by)) >>> 0
      : word;
  }

  /** On a machine with one processor there is nothing to choose. */
  #readTargets(first: number, by: number): number {
    if (this.options.processors === 1) return 0;
    if (first < PRIVATE) return ((1 << by) * 0x0101_0101) >>> 0;
    return bytesWord(this.state.target, first - PRIVATE);
  }

  #writeWord(offset: number, value: number, mask: number, by: number): void {
    const { state } = this;
    if (offset === GICD.CTLR) {
      if (mask & 1) state.ctlr = value & BOTH_GROUPS;
      return;
    }
    if (offset === GICD.SGIR) {
      if (mask === 0xffff_ffff) this.#generate(value, by);
      return;
    }
    const sgi = sgiAt(offset);
    if (sgi) {
      const sources = state.sgi[by];
      if (!sources) return;
      const old = bytesWord(sources, sgi.first);
      const all = (2 ** this.options.processors - 1) * 0x0101_0101;
      putBytes(sources, sgi.first, sgi.isSet ? old | (value & all) : old & ~value, mask);
      return;
    }
    const found = fieldAt(offset);
    if (!found) return;
    const { field, first } = found;
    if (field === 'target') {
      const all = (2 ** this.options.processors - 1) * 0x0101_0101;
      if (this.options.processors > 1 && first >= PRIVATE) putBytes(state.target, first - PRIVATE, value & all, mask);
      return;
    }
    const bank = first < PRIVATE ? state.privates[by] : state.shared;
    if (!bank) return;
    if (first >= PRIVATE) writeField(bank, field, first - PRIVATE, value, mask);
    else {
      const allowed = privateMask(field, first);
      writeField(bank, field, first, (value & allowed) >>> 0, (mask & allowed) >>> 0);
    }
  }

  /** A software generated interrupt: to listed processors, all others, or oneself. */
  #generate(value: number, by: number): void {
    const all = 2 ** this.options.processors - 1;
    const filter = (value >>> 24) & 3;
    const targets = [(value >>> 16) & all, all & ~(1 << by), 1 << by, 0][filter] ?? 0;
    for (const [processor, sources] of this.state.sgi.entries()) {
      if ((targets >> processor) & 1) sources[value & SGI_ID] = (sources[value & SGI_ID] ?? 0) | (1 << by);
    }
  }

  #sgiWord(processor: number): number {
    return (this.state.sgi[processor] ?? []).reduce((word, sources, id) => (sources ? word | (1 << id) : word), 0);
  }

  #best(processor: number): GicCandidate | undefined {
    const { ctlr, target } = this.state;
    return mostUrgent(this.state, processor, {
      groups: ctlr,
      asked: this.#sgiWord(processor),
      isTarget: (index) => this.options.processors === 1 || (((target[index] ?? 0) >> processor) & 1) === 1,
    });
  }

  #activate(processor: number, { id }: GicCandidate): number {
    const place = placeOf(this.state, processor, id);
    if (place) activate(place.bank, place.index);
    const sources = this.state.sgi[processor];
    if (id >= SGIS || !sources) return id;
    const asking = sources[id] ?? 0;
    sources[id] = asking & (asking - 1);
    return id | ((31 - Math.clz32(asking & -asking)) << 10);
  }

  #groupOf(processor: number, id: number): GicGroup | undefined {
    const place = placeOf(this.state, processor, id);
    return place && (testBit(place.bank.group, place.index) ? 1 : 0);
  }

  #deactivate(processor: number, id: number): void {
    const place = placeOf(this.state, processor, id);
    if (place) putBit(place.bank.active, place.index, false);
  }

  /** Drives all outputs from the state. */
  drive(): void {
    driveOutputs(this.context, this.state, this.#parts);
  }

  #fresh(): Gicv2State {
    const { processors, interrupts } = this.options;
    const each = <T>(make: () => T): T[] => Array.from({ length: processors }, make);
    return {
      ctlr: 0,
      shared: freshInterrupts(interrupts - PRIVATE),
      target: new Array<number>(interrupts - PRIVATE).fill(0),
      privates: each(() => {
        const bank = freshInterrupts(PRIVATE);
        // Software generated ones are always enabled, and edges.
        bank.enable[0] = 0xffff;
        bank.edge[0] = 0xffff;
        return bank;
      }),
      sgi: each(() => new Array<number>(SGIS).fill(0)),
      interfaces: each(() => freshInterface(FORM)),
      virtual: each(freshVirtual),
    };
  }
}

/** Which software generated interrupts a word of CPENDSGIR or SPENDSGIR has. */
const sgiAt = (offset: number): { readonly first: number; readonly isSet: boolean } | undefined => {
  if (offset < GICD.CPENDSGIR || offset >= GICD.SPENDSGIR + SGIS) return undefined;
  const isSet = offset >= GICD.SPENDSGIR;
  return { first: offset - (isSet ? GICD.SPENDSGIR : GICD.CPENDSGIR), isSet };
};

/** Bits of private words that can be written: software generated interrupts stay enabled and edges, and pend by SGIR. */
const privateMask = (field: string, first: number): number => {
  if (field === 'group' || field === 'priority' || field === 'setActive' || field === 'clearActive') return 0xffff_ffff;
  if (field === 'edge') return first < SGIS ? 0 : 0xffff_ffff;
  return 0xffff_0000;
};
