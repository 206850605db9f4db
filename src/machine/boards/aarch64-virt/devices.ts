/** The devices of `aarch64-virt`, wired to each other and mapped on a bus. Its address map is in map.ts. */
import type { BusMaster, Device, DeviceContext } from '../../../devices/device';
import { FwCfg } from '../../../devices/firmware/fw-cfg';
import { Pl061 } from '../../../devices/gpio/pl061';
import { GIC_LINES } from '../../../devices/intc/gic-banks';
import { Gicv2 } from '../../../devices/intc/gicv2';
import { Gicv2Window } from '../../../devices/intc/gicv2-window';
import { Gicv2m } from '../../../devices/intc/gicv2m';
import { Gicv3 } from '../../../devices/intc/gicv3';
import { Gicv3Its, TRANSLATER } from '../../../devices/intc/gicv3-its';
import { Gicv3Redistributors } from '../../../devices/intc/gicv3-redistributors';
import { PciHost, PciWindow } from '../../../devices/pci/host';
import { Pl031 } from '../../../devices/timer/pl031';
import { Pl011 } from '../../../devices/uart/pl011';
import { VirtioMmio } from '../../../devices/virtio/mmio';
import { VirtioPci } from '../../../devices/virtio/pci';
import { smbiosFiles } from '../../boot/smbios';
import { Bus } from '../../bus';
import type { BoardFiles } from '../board';
import { contextsOf, type DeviceHost } from '../device-host';
import { type FlashBanks, flashBanks } from '../flash-banks';
import { attachments, consoleOf } from '../virtio-attachments';
import type { VirtChoices } from './choices';
import { AARCH64_VIRT, VIRTIO_TRANSPORTS } from './map';

/** What the board needs of the machine it sits in. */
export interface VirtHost extends DeviceHost {
  /** Drives a line of a processor: a bit of its slot `lines`, as `GIC_LINE` numbers them. */
  line(processor: number, bit: number, level: boolean): void;
}

export interface VirtOptions extends BoardFiles {
  readonly processors: number;
  /** Bytes of RAM. */
  readonly memory: number;
  readonly choices: VirtChoices;
}

/** The board's devices, wired to each other and mapped on a bus. */
export interface VirtBoard {
  readonly bus: Bus;
  /** All devices: those with a window, by address, then those in PCI slots. */
  readonly devices: readonly Device[];
  /** Takes what is typed: a virtio console whose driver is up, or else the UART. */
  readonly console: Pick<Device, 'input'>;
  readonly uart: Pl011;
  readonly gic: Gicv2 | Gicv3;
  readonly flash: FlashBanks;
}

type DeviceId = keyof typeof AARCH64_VIRT.map;

/** Where devices write to the translation service, which must know who does. */
const TRANSLATER_ADDRESS = BigInt(AARCH64_VIRT.map.its0.base + TRANSLATER);

/** Builds the devices of a board with `options.processors` processors. */
export function buildVirtBoard(host: VirtHost, options: VirtOptions): VirtBoard {
  const { map, flash, interrupts, messages, rtcStart } = AARCH64_VIRT;
  const { processors } = options;
  const context = contextsOf(host);
  const toGic =
    (id: number): DeviceContext['irq'] =>
    (level, line = 0) =>
      gic.setLine(id + line, level);
  const toMessage: DeviceContext['irq'] = (level, id = 0) => gic.setLine(id, level);
  const toProcessors: DeviceContext['irq'] = (level, line = 0) =>
    host.line(Math.floor(line / GIC_LINES), line % GIC_LINES, level);

  const isV3 = options.choices.gic === 3;
  const ids = { processors, interrupts };
  const { gic, its, parts } = isV3 ? version3() : version2();
  function version3() {
    const gic = new Gicv3('gicd0', context('gicd0', toProcessors), ids, host);
    const its = new Gicv3Its('its0', gic, host, (text) => host.remark(text));
    return { gic, its, parts: [gic, its, new Gicv3Redistributors('gicr0', gic)] as readonly Device[] };
  }
  function version2() {
    const gic = new Gicv2('gicd0', context('gicd0', toProcessors), ids);
    const parts: readonly Device[] = [
      gic,
      new Gicv2Window('gicc0', gic, 'interface'),
      new Gicv2m('v2m0', context('v2m0', toMessage), messages),
      ...(options.choices.virtualization
        ? [new Gicv2Window('gich0', gic, 'virtual'), new Gicv2Window('gicv0', gic, 'guest')]
        : []),
    ];
    return { gic, its: undefined, parts };
  }
  const uart = new Pl011('uart0', context('uart0', toGic(map.uart0.interrupt)));
  const banks = flashBanks(context, flash, options);

  const master: BusMaster = {
    readMemory: (at, length) => host.readMemory(at, length),
    writeMemory: (at, bytes, requester) => {
      if (!its || requester === undefined || at !== TRANSLATER_ADDRESS || bytes.length !== 4)
        return host.writeMemory(at, bytes);
      its.message(requester, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
      return true;
    },
  };
  const pcie = new PciHost('pcie0', context('pcie0', toGic(map.pcie0.interrupt)), master, map.pcie0.size);
  const window = (id: 'pcieIo' | 'pcieMemory' | 'pcieMemory64'): PciWindow =>
    new PciWindow(id, pcie, map[id].size, id === 'pcieIo' ? undefined : map[id].base);
  const attached = attachments(options, (id, bytes) => host.output(id, bytes));
  const slots = attached
    .filter(({ bus }) => bus === 'virtio-pci')
    .map(({ id, kind }) =>
      pcie.plug((irq, memory, own) => new VirtioPci(id, kind, memory, irq, isV3 ? own : undefined)),
    );
  const onTransports = attached.filter(({ bus }) => bus !== 'virtio-pci');
  const transports = Object.entries(VIRTIO_TRANSPORTS).map(([id, { interrupt }], index, all) => {
    const one = onTransports[all.length - 1 - index];
    return new VirtioMmio(id, context(id, toGic(interrupt)), host, {
      ...(one && { kind: one.kind, isLegacy: one.bus === 'virtio-mmio-legacy' }),
    });
  });

  const bus = new Bus();
  const windows: readonly Device[] = [
    ...banks,
    ...parts,
    uart,
    new Pl031('rtc0', context('rtc0', toGic(map.rtc0.interrupt)), rtcStart),
    new FwCfg('fwcfg0', host, {
      processors,
      memory: BigInt(options.memory),
      files: new Map(smbiosFiles(AARCH64_VIRT.id)),
      form: 'memory',
    }),
    new Pl061('gpio0', context('gpio0', toGic(map.gpio0.interrupt))),
    window('pcieMemory'),
    window('pcieIo'),
    pcie,
    window('pcieMemory64'),
    ...transports,
  ];
  for (const device of windows) {
    const place = map[device.id as DeviceId];
    if (!place) throw new Error(`${device.id} has no place on ${AARCH64_VIRT.id}`);
    bus.map(device, place.base, place.minWidth);
  }
  return {
    bus,
    devices: [...bus.all.map(({ device }) => device), ...slots],
    console: consoleOf([...slots, ...transports], uart),
    uart,
    gic,
    flash: banks,
  };
}
