/** The devices of `loongarch64-virt`, wired to each other and mapped on its two buses. Its address map is in map.ts. */
import { LoongsonChip, LoongsonMisc } from '../../../devices/chip/loongson-iocsr';
import type { Device, DeviceContext } from '../../../devices/device';
import { FwCfg } from '../../../devices/firmware/fw-cfg';
import { EIOINTC_LINES, Eiointc } from '../../../devices/intc/eiointc';
import { LoongsonIpi } from '../../../devices/intc/loongson-ipi';
import { PchMsi } from '../../../devices/intc/pch-msi';
import { PchPic } from '../../../devices/intc/pch-pic';
import { PciHost, PciWindow } from '../../../devices/pci/host';
import { AcpiGed } from '../../../devices/power/acpi-ged';
import { Ls7aRtc } from '../../../devices/timer/ls7a-rtc';
import { Ns16550 } from '../../../devices/uart/ns16550';
import { VirtioPci } from '../../../devices/virtio/pci';
import type { RamRange } from '../../../engine/machine-memory';
import { smbiosFiles } from '../../boot/smbios';
import { Bus } from '../../bus';
import type { BoardFiles } from '../board';
import { contextsOf, type DeviceHost } from '../device-host';
import { type FlashBanks, flashBanks } from '../flash-banks';
import { attachments, consoleOf } from '../virtio-attachments';
import { LOONGARCH64_VIRT } from './map';

/** What the board needs of the machine it sits in. */
export interface VirtHost extends DeviceHost {
  /** Drives an interrupt of a processor, by its bit in ESTAT.IS. */
  line(processor: number, bit: number, level: boolean): void;
}

export interface VirtOptions extends BoardFiles {
  readonly processors: number;
  /** Bytes of RAM. */
  readonly memory: number;
  /** The ranges that it lies in. */
  readonly ram: readonly RamRange[];
}

/** The board's devices, wired to each other and mapped on its buses. */
export interface VirtBoard {
  readonly bus: Bus;
  readonly iocsr: Bus;
  /** All devices: those with a window, by address, those of the IOCSR space, then those in PCI slots. */
  readonly devices: readonly Device[];
  /** Takes what is typed: a virtio console whose driver is up, or else the first UART. */
  readonly console: Pick<Device, 'input'>;
  readonly ipi: LoongsonIpi;
  readonly flash: FlashBanks;
}

/** ESTAT.IS: the first line of the extended I/O interrupts, and inter-processor interrupts. */
const HWI0 = 2;
const IPI = 12;

type DeviceId = keyof typeof LOONGARCH64_VIRT.map;
const MORE_UARTS = ['uart1', 'uart2', 'uart3'] as const;

const MAP_ENTRY = { bytes: 24, length: 8, type: 16 } as const;
const USABLE = 1;

/** What firmware reads as `etc/memmap`: for each range of RAM its address, its length, and that it is RAM. */
function memoryMap(ram: readonly RamRange[]): Uint8Array {
  const bytes = new Uint8Array(ram.length * MAP_ENTRY.bytes);
  const view = new DataView(bytes.buffer);
  for (const [index, { base, size }] of ram.entries()) {
    const at = index * MAP_ENTRY.bytes;
    view.setBigUint64(at, BigInt(base), true);
    view.setBigUint64(at + MAP_ENTRY.length, BigInt(size), true);
    view.setUint32(at + MAP_ENTRY.type, USABLE, true);
  }
  return bytes;
}

/** Builds the devices of a board with `options.processors` processors. */
export function buildVirtBoard(host: VirtHost, options: VirtOptions): VirtBoard {
  const { map, iocsr: places, flash, picInputs, firstMessage, rtcStart } = LOONGARCH64_VIRT;
  const { processors } = options;
  const context = contextsOf(host);
  const nowhere: DeviceContext['irq'] = () => {};
  const toVector: DeviceContext['irq'] = (level, vector = 0) => eiointc.setLine(vector, level);
  const toPic =
    (input: number): DeviceContext['irq'] =>
    (level) =>
      pic.setLine(input, level);

  const eiointc = new Eiointc(
    'eiointc0',
    context('eiointc0', (level, line = 0) =>
      host.line(Math.floor(line / EIOINTC_LINES), HWI0 + (line % EIOINTC_LINES), level),
    ),
    processors,
  );
  const pic = new PchPic('pic0', context('pic0', toVector), picInputs);
  const msi = new PchMsi('msi0', context('msi0', toVector), firstMessage);
  const iocsr = new Bus();
  const ipi = new LoongsonIpi(
    'ipi0',
    context('ipi0', (level, processor = 0) => host.line(processor, IPI, level)),
    processors,
    (processor, at, value, mask) => {
      const old = iocsr.peek(at, 4) ?? 0;
      iocsr.write(at, 4, ((old & ~mask) | (value & mask)) >>> 0, processor);
    },
  );
  const uart = (id: `uart${0 | 1 | 2 | 3}`): Ns16550 => new Ns16550(id, context(id, toPic(map[id].interrupt)));
  const uart0 = uart('uart0');
  const banks = flashBanks(context, flash, options);

  const pcie = new PciHost(
    'pcie0',
    context('pcie0', (level, wire = 0) => pic.setLine(map.pcie0.interrupt + wire, level)),
    host,
    map.pcie0.size,
  );
  const slots = attachments(options, (id, bytes) => host.output(id, bytes)).map(({ id, kind }) =>
    pcie.plug((irq, memory) => new VirtioPci(id, kind, memory, irq)),
  );

  const bus = new Bus();
  const windows: readonly Device[] = [
    pic,
    new Ls7aRtc('rtc0', context('rtc0', toPic(map.rtc0.interrupt)), rtcStart),
    new AcpiGed('ged0', context('ged0', nowhere)),
    new PciWindow('pcieIo', pcie, map.pcieIo.size, undefined),
    ...banks,
    new FwCfg('fwcfg0', host, {
      processors,
      memory: BigInt(options.memory),
      files: new Map([['etc/memmap', memoryMap(options.ram)], ...smbiosFiles(LOONGARCH64_VIRT.id)]),
      form: 'memory',
    }),
    uart0,
    ...MORE_UARTS.map(uart),
    pcie,
    msi,
    new PciWindow('pcieMemory', pcie, map.pcieMemory.size, map.pcieMemory.base),
  ];
  for (const device of windows) {
    const { base, minWidth } = map[device.id as DeviceId];
    bus.map(device, base, minWidth);
  }
  const ofProcessors: readonly Device[] = [new LoongsonChip('chip0'), new LoongsonMisc('misc0'), ipi, eiointc];
  for (const device of ofProcessors) iocsr.map(device, places[device.id as keyof typeof places].base);
  return {
    bus,
    iocsr,
    devices: [...bus.all.map(({ device }) => device), ...ofProcessors, ...slots],
    console: consoleOf(slots, uart0),
    ipi,
    flash: banks,
  };
}
