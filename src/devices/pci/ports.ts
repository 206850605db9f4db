/**
 * PCI's configuration space by two I/O ports (mechanism #1): an address at 0xCF8, the data at 0xCFC. Among them is the chipset's
 * reset control register, 0xCF9.
 * @see PCI Local Bus Specification 3.0, 3.2.2.3.2; Intel I/O Controller Hub 9 datasheet, 13.7.5 "RST_CNT"
 */
import type { Device, DeviceContext, DeviceRegister } from '../device';
import type { PciHost } from './host';

type Width = 1 | 2 | 4;

const ADDRESS = 0;
const RESET_CONTROL = 1;
const DATA = 4;
/** Bit 31 of the address: data are configuration space, not just a port. */
const ENABLE = 0x8000_0000;
const ADDRESS_BITS = 0x80ff_fffc;
const RESET = { SYS_RST: 2, RST_CPU: 4, FULL_RST: 8 } as const;

const REGISTERS: readonly DeviceRegister[] = [
  {
    name: 'CONFIG_ADDRESS',
    offset: ADDRESS,
    width: 4,
    fields: [
      { name: 'enable', high: 31, low: 31 },
      { name: 'bus', high: 23, low: 16 },
      { name: 'device', high: 15, low: 11 },
      { name: 'function', high: 10, low: 8 },
      { name: 'register', high: 7, low: 2 },
    ],
  },
  { name: 'RST_CNT', offset: RESET_CONTROL, width: 1, doc: 'Bit 2 resets the machine.' },
  { name: 'CONFIG_DATA', offset: DATA, width: 4 },
];

export type PciPortsState = { address: number; resetControl: number };

/** Eight ports, the first of which is 0xCF8. */
export class PciPorts implements Device<PciPortsState> {
  readonly compatible = 'pci-ports';
  readonly size = 8;
  readonly registers = REGISTERS;
  state: PciPortsState = { address: 0, resetControl: 0 };

  constructor(
    readonly id: string,
    private readonly context: DeviceContext,
    private readonly host: PciHost,
  ) {}

  reset(): void {
    this.state = { address: 0, resetControl: 0 };
  }

  read(offset: number, width: Width): number {
    const at = this.#configuration(offset);
    return at === undefined ? this.peek(offset, width) : this.host.read(at, width);
  }

  peek(offset: number, width: Width): number {
    if (offset >= DATA) {
      const at = this.#configuration(offset);
      return at === undefined ? 2 ** (8 * width) - 1 : this.host.peek(at, width);
    }
    if (offset === RESET_CONTROL && width === 1) return this.state.resetControl;
    const part = this.state.address >>> (8 * offset);
    return width === 4 ? part : part & (2 ** (8 * width) - 1);
  }

  write(offset: number, width: Width, value: number): void {
    if (offset === ADDRESS && width === 4) this.state.address = (value & ADDRESS_BITS) >>> 0;
    if (offset === RESET_CONTROL && width === 1) {
      this.state.resetControl = value & (RESET.SYS_RST | RESET.FULL_RST);
      if (value & RESET.RST_CPU) this.context.power({ kind: 'reset', code: 0 });
    }
    const at = this.#configuration(offset);
    if (at !== undefined) this.host.write(at, width, value);
  }

  /** The place in ECAM that a data port is now. */
  #configuration(offset: number): number | undefined {
    const { address } = this.state;
    if (offset < DATA || !(address & ENABLE)) return undefined;
    // Bus, device and function have the same order in both; ECAM has 4 KiB a function, the ports 256 bytes.
    return ((address >>> 8) & 0xffff) * 0x1000 + (address & 0xfc) + (offset - DATA);
  }
}
