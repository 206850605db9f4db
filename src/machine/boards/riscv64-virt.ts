/**
 * The `riscv64-virt` board: QEMU `virt`'s address map and interrupt numbers, as data, and its devices wired together.
 * The device tree that describes it to a kernel is in riscv64-virt-tree.ts; what QEMU's board has beyond this is not in it.
 */

import type { DriveBus } from '../../base/device-words';
import type { BusMaster, Device, DeviceContext, PowerEvent } from '../../devices/device';
import { Cfi01 } from '../../devices/flash/cfi01';
import { Plic } from '../../devices/intc/plic';
import { PciHost, PciWindow } from '../../devices/pci/host';
import { SifiveTest } from '../../devices/power/sifive-test';
import { Clint } from '../../devices/timer/clint';
import { GoldfishRtc } from '../../devices/timer/goldfish-rtc';
import { Ns16550 } from '../../devices/uart/ns16550';
import { VirtioBlock } from '../../devices/virtio/block';
import { VirtioConsole } from '../../devices/virtio/console';
import { VirtioEntropy } from '../../devices/virtio/entropy';
import type { VirtioKind } from '../../devices/virtio/function';
import { VirtioMmio } from '../../devices/virtio/mmio';
import { VirtioPci } from '../../devices/virtio/pci';
import { Bus } from '../bus';
import type { BoardFiles } from './board';

/** Facts of the board. Addresses are physical; sizes are bytes. */
export const RISCV64_VIRT = {
  id: 'riscv64-virt',
  isa: 'riscv64',
  maxHarts: 8,
  /** Ticks of mtime a second. */
  timebase: 10_000_000,
  /** Guest nanoseconds a retired instruction takes. */
  nanosecondsPerInstruction: 10,
  ramBase: 0x8000_0000,
  /** Where SBI firmware leaves room for the kernel: the first 2 MiB of RAM are the firmware's. */
  kernelBase: 0x8020_0000,
  flash: { unitSize: 0x200_0000, blockSize: 0x4_0000 },
  /** Devices that fit on the PCI bus beside the host bridge, and on virtio's MMIO transports. */
  pciSlots: 31,
  virtioTransports: 8,
  /** PLIC sources, source 0 (none) included. */
  interruptSources: 96,
  /** Default date of the real-time clock, ns since 1970: 2025-01-01T00:00:00Z. */
  rtcStart: 1_735_689_600_000_000_000n,
  map: {
    test0: { base: 0x10_0000, size: 0x1000, minWidth: 2 },
    rtc0: { base: 0x10_1000, size: 0x1000, minWidth: 4, interrupt: 11 },
    clint0: { base: 0x200_0000, size: 0x1_0000, minWidth: 4 },
    pcieIo: { base: 0x300_0000, size: 0x1_0000, minWidth: 1 },
    plic0: { base: 0xc00_0000, size: 0x60_0000, minWidth: 4 },
    uart0: { base: 0x1000_0000, size: 0x100, minWidth: 1, interrupt: 10 },
    virtio0: { base: 0x1000_1000, size: 0x200, minWidth: 1, interrupt: 1 },
    virtio1: { base: 0x1000_2000, size: 0x200, minWidth: 1, interrupt: 2 },
    virtio2: { base: 0x1000_3000, size: 0x200, minWidth: 1, interrupt: 3 },
    virtio3: { base: 0x1000_4000, size: 0x200, minWidth: 1, interrupt: 4 },
    virtio4: { base: 0x1000_5000, size: 0x200, minWidth: 1, interrupt: 5 },
    virtio5: { base: 0x1000_6000, size: 0x200, minWidth: 1, interrupt: 6 },
    virtio6: { base: 0x1000_7000, size: 0x200, minWidth: 1, interrupt: 7 },
    virtio7: { base: 0x1000_8000, size: 0x200, minWidth: 1, interrupt: 8 },
    flash0: { base: 0x2000_0000, size: 0x200_0000, minWidth: 1 },
    flash1: { base: 0x2200_0000, size: 0x200_0000, minWidth: 1 },
    pcie0: { base: 0x3000_0000, size: 0x1000_0000, minWidth: 1, interrupt: 32 },
    pcieMemory: { base: 0x4000_0000, size: 0x4000_0000, minWidth: 1 },
    pcieMemory64: { base: 0x4_0000_0000, size: 0x4_0000_0000, minWidth: 1 },
  },
  isaString: 'rv64imafdch_zicntr_zicsr_zifencei_zba_zbb_zbs_sstc_svadu_svinval_svnapot_svpbmt',
  mmuType: 'riscv,sv57',
} as const;

/** Interrupt inputs of a hart that the board drives; they are the bits of `mip` of the same names. */
export type HartLine = 'MSIP' | 'MTIP' | 'MEIP' | 'SEIP';

/** What the board needs of the machine it sits in. */
export interface VirtHost extends BusMaster {
  now(): bigint;
  /** As {@link DeviceContext.alarm}, for the device with id `device`. */
  alarm(device: string, tag: string, at: bigint | undefined): void;
  output(device: string, bytes: Uint8Array): void;
  power(event: PowerEvent): void;
  hartLine(hart: number, line: HartLine, level: boolean): void;
}

export interface VirtOptions extends BoardFiles {
  readonly harts: number;
  /** Nanoseconds since 1970 at guest time 0. */
  readonly rtcStart?: bigint;
}

/** The board's devices, wired to each other and mapped on a bus. */
export interface VirtBoard {
  readonly bus: Bus;
  /** All devices: those with a window, by address, then those in PCI slots. */
  readonly devices: readonly Device[];
  readonly uart: Ns16550;
  /** Takes what is typed: a virtio console whose driver is up, or else the UART. */
  readonly console: Pick<Device, 'input'>;
  readonly clint: Clint;
  readonly plic: Plic;
  readonly flash: readonly [Cfi01, Cfi01];
}

type DeviceId = keyof typeof RISCV64_VIRT.map;

const TRANSPORTS = ['virtio0', 'virtio1', 'virtio2', 'virtio3', 'virtio4', 'virtio5', 'virtio6', 'virtio7'] as const;

/** Builds the devices of a board with `options.harts` harts. */
export function buildVirtBoard(host: VirtHost, options: VirtOptions): VirtBoard {
  const { map, flash, interruptSources, timebase } = RISCV64_VIRT;
  const { harts } = options;
  const context = (id: DeviceId, irq: DeviceContext['irq']): DeviceContext => ({
    now: () => host.now(),
    irq,
    alarm: (tag, at) => host.alarm(id, tag, at),
    output: (bytes) => host.output(id, bytes),
    power: (event) => host.power(event),
  });
  const toHart =
    (even: HartLine, odd: HartLine): DeviceContext['irq'] =>
    (level, line = 0) =>
      host.hartLine(line >> 1, (line & 1) === 0 ? even : odd, level);
  const toPlic =
    (source: number): DeviceContext['irq'] =>
    (level) =>
      plic.setLine(source, level);
  const nowhere: DeviceContext['irq'] = () => {};

  const plic = new Plic('plic0', context('plic0', toHart('MEIP', 'SEIP')), {
    sources: interruptSources,
    contexts: 2 * harts,
  });
  const tick = 1_000_000_000n / BigInt(timebase);
  const clint = new Clint('clint0', context('clint0', toHart('MSIP', 'MTIP')), { harts, tick });
  const uart = new Ns16550('uart0', context('uart0', toPlic(map.uart0.interrupt)));
  const rtc = new GoldfishRtc(
    'rtc0',
    context('rtc0', toPlic(map.rtc0.interrupt)),
    options.rtcStart ?? RISCV64_VIRT.rtcStart,
  );
  const test = new SifiveTest('test0', context('test0', nowhere));
  const bank = (id: 'flash0' | 'flash1', image: Uint8Array | undefined): Cfi01 =>
    new Cfi01(id, context(id, nowhere), { size: flash.unitSize, blockSize: flash.blockSize, image });
  const flash0 = bank('flash0', options.pflash0);
  const flash1 = bank('flash1', options.pflash1);

  const pcie = new PciHost(
    'pcie0',
    context('pcie0', (level, line = 0) => plic.setLine(map.pcie0.interrupt + line, level)),
    host,
    map.pcie0.size,
  );
  const window = (id: 'pcieIo' | 'pcieMemory' | 'pcieMemory64'): PciWindow =>
    new PciWindow(id, pcie, map[id].size, id === 'pcieIo' ? undefined : map[id].base);
  const attached = attachments(options, (id, bytes) => host.output(id, bytes));
  const slots = attached
    .filter(({ bus }) => bus === 'virtio-pci')
    .map(({ id, kind }) => pcie.plug((irq, memory) => new VirtioPci(id, kind, memory, irq)));
  const onTransports = attached.filter(({ bus }) => bus !== 'virtio-pci');
  const transports = TRANSPORTS.map((id, index) => {
    const one = onTransports[index];
    return new VirtioMmio(id, context(id, toPlic(map[id].interrupt)), host, {
      ...(one && { kind: one.kind, isLegacy: one.bus === 'virtio-mmio-legacy' }),
    });
  });
  const virtioConsoles = [...slots, ...transports].filter(({ virtio }) => virtio?.kind instanceof VirtioConsole);

  const bus = new Bus();
  const windows: readonly Device[] = [
    test,
    rtc,
    clint,
    plic,
    uart,
    flash0,
    flash1,
    pcie,
    window('pcieIo'),
    window('pcieMemory'),
    window('pcieMemory64'),
    ...transports,
  ];
  for (const device of windows) {
    const { base, minWidth } = map[device.id as DeviceId];
    bus.map(device, base, minWidth);
  }
  return {
    bus,
    devices: [...bus.all.map(({ device }) => device), ...slots],
    uart,
    console: {
      input: (bytes) => (virtioConsoles.find(({ virtio }) => virtio?.isLive) ?? uart).input(bytes),
    },
    clint,
    plic,
    flash: [flash0, flash1],
  };
}

/** A virtio device and where it goes. */
interface Attachment {
  readonly id: string;
  readonly bus: DriveBus;
  readonly kind: VirtioKind;
}

/** Disks first, then what else there is, each in the order given. */
const attachments = (
  { drives = [], extras = [] }: BoardFiles,
  output: (id: string, bytes: Uint8Array) => void,
): readonly Attachment[] => [
  ...drives.map(({ bus, image, isReadOnly }, index) => ({
    id: `disk${index}`,
    bus,
    kind: new VirtioBlock({ image, isReadOnly }),
  })),
  ...extras.map((extra, index) => {
    const id = `${extra.kind}${index}`;
    const kind =
      extra.kind === 'entropy' ? new VirtioEntropy(extra.seed) : new VirtioConsole((bytes) => output(id, bytes));
    return { id, bus: extra.bus, kind };
  }),
];
