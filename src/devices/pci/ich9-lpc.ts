/**
 * The LPC bridge of ICH9, function 00:1f.0: eight PIRQ wires, which each ask at the I/O APIC's inputs 16 to 23 and, where their
 * routing register says so, at an input of the PIC.
 * @see Intel I/O Controller Hub 9 datasheet, 13.1
 */
import type { Device, DeviceContext } from '../device';
import type { ConfigurationRegister, PciIdentity } from './configuration';
import type { PciFunction } from './host';

/** Registers in its configuration space that a machine without firmware sets. */
export const LPC = { PMBASE: 0x40, ACPI_CNTL: 0x44 } as const;
/** The slot of the bridge. */
export const LPC_SLOT = 31;
const PIRQS = 8;
/** Routing registers of PIRQA to PIRQD, and of PIRQE to PIRQH. */
const ROUTES = [0x60, 0x68] as const;
const NOT_ROUTED = 0x80;
const FIRST_INPUT = 16;

const routeOf = (pirq: number): number => (ROUTES[pirq >> 2] ?? 0) + (pirq & 3);

const word = (name: string, offset: number, reset: number, writable: number): ConfigurationRegister => ({
  name,
  offset,
  width: 4,
  reset,
  writable,
});

const IDENTITY: PciIdentity = {
  vendor: 0x8086,
  device: 0x2918,
  revision: 2,
  classCode: 0x06_01_00,
  subsystemVendor: 0x1af4,
  subsystem: 0x1100,
  interruptPin: 0,
  bars: [],
  capabilities: [],
  isMultifunction: true,
  registers: [
    word('PMBASE', LPC.PMBASE, 1, 0xff80),
    { name: 'ACPI_CNTL', offset: LPC.ACPI_CNTL, width: 1, reset: 0, writable: 0x87 },
    ...Array.from({ length: PIRQS }, (_, pirq) => ({
      name: `PIRQ${'ABCDEFGH'[pirq]}_ROUT`,
      offset: routeOf(pirq),
      width: 1 as const,
      reset: NOT_ROUTED,
      writable: 0x8f,
    })),
    { name: 'SIRQ_CNTL', offset: 0x64, width: 1, reset: 0x10, writable: 0xff },
    word('LPC_IO_DEC', 0x80, 0, 0x3f0f_1377),
    word('GEN_PMCON', 0xa0, 0, 0xffff),
    word('RCBA', 0xf0, 0, 0xffff_c001),
  ],
};

export type Ich9LpcState = {
  /** Levels of the wires, a bit each. */
  pirqs: number;
  /** Inputs of the PIC that wires are routed to, a bit each. */
  routed: number;
};

/** Interrupt output `line` is an input of the PIC below 16, of the I/O APIC from there. */
export class Ich9Lpc implements PciFunction, Device<Ich9LpcState> {
  readonly compatible = 'intel,ich9-lpc';
  readonly size = 0;
  readonly registers = [];
  readonly identity = IDENTITY;
  state: Ich9LpcState = { pirqs: 0, routed: 0 };

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly configuration: () => Uint8Array,
  ) {}

  get device(): Device {
    return this;
  }

  reset(): void {
    this.state = { ...this.state, routed: 0 };
  }

  /** Drives a wire: 0 for PIRQA. */
  setPirq(pirq: number, level: boolean): void {
    const bit = 1 << pirq;
    this.state.pirqs = level ? this.state.pirqs | bit : this.state.pirqs & ~bit;
    this.context.irq(level, FIRST_INPUT + pirq);
    this.#drive();
  }

  configurationWritten(): void {
    this.#drive();
  }

  /** It has no BARs. */
  readBar(): number {
    return 0;
  }
  writeBar(): void {}
  peekBar(): number {
    return 0;
  }
  read(): number {
    return 0;
  }
  write(): void {}
  peek(): number {
    return 0;
  }

  /** Drives the PIC's inputs that wires are routed to; those that lost their wires go low. */
  #drive(): void {
    const bytes = this.configuration();
    let [routed, high] = [0, 0];
    for (let pirq = 0; pirq < PIRQS; pirq++) {
      const route = bytes[routeOf(pirq)] ?? NOT_ROUTED;
      if (route & NOT_ROUTED) continue;
      routed |= 1 << (route & 15);
      if ((this.state.pirqs >> pirq) & 1) high |= 1 << (route & 15);
    }
    const changed = routed | this.state.routed;
    this.state.routed = routed;
    for (let input = 0; input < FIRST_INPUT; input++) {
      if ((changed >> input) & 1) this.context.irq(((high >> input) & 1) === 1, input);
    }
  }
}
