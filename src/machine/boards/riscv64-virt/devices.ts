/** The devices of `riscv64-virt`, wired to each other and mapped on a bus. Its address map is in map.ts. */

import type { Device, DeviceContext } from '../../../devices/device';
import { Plic } from '../../../devices/intc/plic';
import { PciHost, PciWindow } from '../../../devices/pci/host';
import { SifiveTest } from '../../../devices/power/sifive-test';
import { Clint } from '../../../devices/timer/clint';
import { GoldfishRtc } from '../../../devices/timer/goldfish-rtc';
import { Ns16550 } from '../../../devices/uart/ns16550';
import { VirtioMmio } from '../../../devices/virtio/mmio';
import { VirtioPci } from '../../../devices/virtio/pci';
import { Bus } from '../../bus';
import type { BoardFiles } from '../board';
import { contextsOf, type DeviceHost } from '../device-host';
import { type FlashBanks, flashBanks } from '../flash-banks';
import { attachments, consoleOf } from '../virtio-attachments';
import { RISCV64_VIRT } from './map';

/** Interrupt inputs of a hart that the board drives; they are the bits of `mip` of the same names. */
export type HartLine = 'MSIP' | 'MTIP' | 'MEIP' | 'SEIP';

/** What the board needs of the machine it sits in. */
export interface VirtHost extends DeviceHost {
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
  readonly flash: FlashBanks;
}

type DeviceId = keyof typeof RISCV64_VIRT.map;

const TRANSPORTS = ['virtio0', 'virtio1', 'virtio2', 'virtio3', 'virtio4', 'virtio5', 'virtio6', 'virtio7'] as const;

/** Builds the devices of a board with `options.harts` harts. */
export function buildVirtBoard(host: VirtHost, options: VirtOptions): VirtBoard {
  const { map, flash, interruptSources, timebase } = RISCV64_VIRT;
  const { harts } = options;
  const context = contextsOf(host);
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
  const banks = flashBanks(context, flash, options);

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

  const bus = new Bus();
  const windows: readonly Device[] = [
    test,
    rtc,
    clint,
    plic,
    uart,
    ...banks,
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
    console: consoleOf([...slots, ...transports], uart),
    clint,
    plic,
    flash: banks,
  };
}
