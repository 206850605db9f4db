/**
 * A PCI Express host bridge with ECAM: configuration spaces of all buses in one window, and windows through which the
 * CPU reaches what the functions' BARs claim. All functions sit on bus 0; the rest of the tree is empty.
 * Interrupts are the four INTx wires, shared by all functions in turn.
 * @see PCI Express Base Specification, section 7.2.2 "PCI Express Enhanced Configuration Access Mechanism"
 */
import type { BusMaster, Device, DeviceContext } from '../device';
import {
  barAddress,
  COMMAND,
  type ConfigurationSpace,
  commandOf,
  configurationSpace,
  type PciIdentity,
} from './configuration';

type Width = 1 | 2 | 4;

/** What sits in a slot. Its device is registers behind BARs. */
export interface PciFunction {
  readonly device: Device;
  readonly identity: PciIdentity;
  readBar(bar: number, offset: number, width: Width): number;
  writeBar(bar: number, offset: number, width: Width, value: number): void;
  peekBar(bar: number, offset: number, width: Width): number | undefined;
  /** Configuration accesses beyond plain storage; `config` may be changed. */
  configurationRead?(offset: number, width: Width, config: Uint8Array, space: ConfigurationSpace): void;
  configurationWritten?(offset: number, width: Width, config: Uint8Array, space: ConfigurationSpace): void;
}

export type PciHostState = {
  /** Configuration space by slot. */
  functions: { [slot: string]: Uint8Array };
  /** Bit per slot whose function asks for an interrupt. */
  requests: number;
};

const SLOT_SHIFT = 15;
const SPACE_BYTES = 4096;
const WIRES = 4;

/** A bridge of no particular chipset. */
const HOST_BRIDGE: PciIdentity = {
  vendor: 0x1b36,
  device: 0x0008,
  revision: 0,
  classCode: 0x06_00_00,
  subsystemVendor: 0x1af4,
  subsystem: 0x1100,
  interruptPin: 0,
  bars: [],
  capabilities: [],
};

interface Slot {
  readonly number: number;
  readonly function?: PciFunction;
  readonly identity: PciIdentity;
  readonly space: ConfigurationSpace;
}

/** The bridge: ECAM is its own window. */
export class PciHost implements Device<PciHostState> {
  readonly compatible = 'pci-host-ecam-generic';
  readonly registers = [];
  state: PciHostState;
  /** By number. */
  readonly #slots = new Map<number, Slot>();

  /**
   * @param context its irq lines 0–3 are INTA to INTD as they arrive at the interrupt controller
   * @param bridge what the bridge itself is, in slot 0
   */
  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly memory: BusMaster,
    /** Bytes of the ECAM window: 1 MiB a bus. */
    readonly size: number,
    bridge: PciIdentity = HOST_BRIDGE,
  ) {
    this.#slots.set(0, { number: 0, identity: bridge, space: configurationSpace(bridge) });
    this.state = this.#fresh();
  }

  /**
   * Puts a function into a slot, the first free one by default; before the machine runs.
   * @param make gets its interrupt pin, its way to memory, and its configuration space as it is
   */
  plug<F extends PciFunction>(
    make: (irq: (level: boolean) => void, memory: BusMaster, configuration: () => Uint8Array) => F,
    slot?: number,
  ): F {
    const number = slot ?? this.#firstFree();
    const plugged = make(
      (level) => this.#request(number, level),
      this.#masterOf(number),
      () => this.state.functions[number] ?? new Uint8Array(),
    );
    const { identity } = plugged;
    this.#slots.set(number, { number, function: plugged, identity, space: configurationSpace(identity) });
    this.state = this.#fresh();
    return plugged;
  }

  /** What sits in which slot, the bridge in 0. */
  get plugged(): readonly { readonly number: number; readonly identity: PciIdentity }[] {
    return [...this.#slots.values()];
  }

  reset(): void {
    this.state = this.#fresh();
    for (let wire = 0; wire < WIRES; wire++) this.context.irq(false, wire);
  }

  read(offset: number, width: Width): number {
    const slot = this.#slotAt(offset);
    const at = offset % SPACE_BYTES;
    const bytes = slot && this.state.functions[slot.number];
    if (bytes && at < bytes.length) slot.function?.configurationRead?.(at, width, bytes, slot.space);
    return this.peek(offset, width);
  }

  peek(offset: number, width: Width): number {
    const slot = this.#slotAt(offset);
    const bytes = slot && this.state.functions[slot.number];
    // Nobody answers: the bridge returns ones.
    if (!bytes) return 2 ** (8 * width) - 1;
    const at = offset % SPACE_BYTES;
    let value = 0;
    for (let index = width - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0);
    return value;
  }

  write(offset: number, width: Width, value: number): void {
    const slot = this.#slotAt(offset);
    const bytes = slot && this.state.functions[slot.number];
    const at = offset % SPACE_BYTES;
    if (!bytes || at >= bytes.length) return;
    for (let index = 0; index < width; index++) {
      const mask = slot.space.writable[at + index] ?? 0;
      bytes[at + index] = ((bytes[at + index] ?? 0) & ~mask) | ((value >>> (8 * index)) & mask);
    }
    slot.function?.configurationWritten?.(at, width, bytes, slot.space);
    this.#drive();
  }

  /** The function and the offset in its BAR that claim a bus address. */
  decode(
    address: number,
  ): { readonly function: PciFunction; readonly bar: number; readonly offset: number } | undefined {
    for (const slot of this.#slots.values()) {
      const bytes = this.state.functions[slot.number];
      if (!slot.function || !bytes || !(commandOf(bytes) & COMMAND.memory)) continue;
      for (const bar of slot.identity.bars) {
        const base = barAddress(bytes, bar);
        if (base !== 0 && address >= base && address < base + bar.size) {
          return { function: slot.function, bar: bar.index, offset: address - base };
        }
      }
    }
    return undefined;
  }

  #slotAt(offset: number): Slot | undefined {
    // Function 0 of a slot of bus 0; everything else is empty.
    return offset % 2 ** SLOT_SHIFT < SPACE_BYTES ? this.#slots.get(Math.floor(offset / 2 ** SLOT_SHIFT)) : undefined;
  }

  #firstFree(): number {
    let number = 1;
    while (this.#slots.has(number)) number++;
    return number;
  }

  /** A function reaches memory only while its bus-master bit is set. */
  #masterOf(slot: number): BusMaster {
    const isMaster = (): boolean => {
      const bytes = this.state.functions[slot];
      return bytes !== undefined && (commandOf(bytes) & COMMAND.busMaster) !== 0;
    };
    return {
      readMemory: (at, length) => (isMaster() ? this.memory.readMemory(at, length) : undefined),
      // Function 0 of bus 0.
      writeMemory: (at, bytes) => isMaster() && this.memory.writeMemory(at, bytes, slot << 3),
    };
  }

  #request(slot: number, level: boolean): void {
    const bit = 1 << slot;
    this.state.requests = level ? this.state.requests | bit : this.state.requests & ~bit;
    this.#drive();
  }

  /** A wire is the OR of its functions; the pins of neighbouring slots are turned by one, so that all wires are used. */
  #drive(): void {
    let levels = 0;
    for (const { number, identity } of this.#slots.values()) {
      const bytes = this.state.functions[number];
      const isAsking = (this.state.requests >> number) & 1;
      if (!bytes || !isAsking || identity.interruptPin === 0 || commandOf(bytes) & COMMAND.interruptDisable) continue;
      levels |= 1 << ((number + identity.interruptPin - 1) % WIRES);
    }
    for (let wire = 0; wire < WIRES; wire++) this.context.irq(((levels >> wire) & 1) === 1, wire);
  }

  #fresh(): PciHostState {
    return {
      functions: Object.fromEntries(
        [...this.#slots.values()].map(({ number, space }) => [number, space.reset.slice()]),
      ),
      requests: 0,
    };
  }
}

/** A range of CPU addresses that are bus addresses: what no BAR claims reads as ones. */
export class PciWindow implements Device<null> {
  readonly compatible = 'pci-window';
  readonly registers = [];
  readonly state = null;

  constructor(
    readonly id: string,
    private readonly host: PciHost,
    readonly size: number,
    /** Bus address of the window's first byte; `undefined` for the I/O space, where no function here has anything. */
    private readonly base: number | undefined,
  ) {}

  read(offset: number, width: Width): number {
    const found = this.#decode(offset);
    return found ? found.function.readBar(found.bar, found.offset, width) : 2 ** (8 * width) - 1;
  }

  write(offset: number, width: Width, value: number): void {
    const found = this.#decode(offset);
    found?.function.writeBar(found.bar, found.offset, width, value);
  }

  peek(offset: number, width: Width): number | undefined {
    const found = this.#decode(offset);
    return found ? found.function.peekBar(found.bar, found.offset, width) : 2 ** (8 * width) - 1;
  }

  reset(): void {}

  #decode(offset: number) {
    return this.base === undefined ? undefined : this.host.decode(this.base + offset);
  }
}
