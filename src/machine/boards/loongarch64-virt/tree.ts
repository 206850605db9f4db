/** The device tree of `loongarch64-virt`: what a kernel is told about the board. */
import { GED } from '../../../devices/power/acpi-ged';
import type { RamRange } from '../../../engine/machine-memory';
import { encodeFdt, type FdtNode } from '../../boot/fdt';
import type { PhysicalRange } from '../../boot/load-plan';
import { LOONGARCH64_VIRT } from './map';

export interface VirtTreeOptions {
  readonly processors: number;
  readonly ram: readonly RamRange[];
  readonly bootargs?: string;
  readonly initrd?: PhysicalRange;
}

const PHANDLE = { cpuic: 1, eiointc: 2, pic: 3, msi: 4, ged: 5, cpu: (index: number) => 16 + index } as const;
const LEVEL_HIGH = 4;
/** The line of the processor that the extended I/O interrupts use, as ESTAT.IS numbers it. */
const EIOINTC_LINE = 3;
const UART_CLOCK = 100_000_000;

type Window = { readonly base: number; readonly size: number };
const at = (name: string, { base }: Window): string => `${name}@${base.toString(16)}`;
const reg = (...windows: Window[]): bigint[] => windows.flatMap(({ base, size }) => [BigInt(base), BigInt(size)]);

/** The tree as data. */
export function virtTree({ processors, ram, bootargs, initrd }: VirtTreeOptions): FdtNode {
  const { map, iocsr, firstMessage } = LOONGARCH64_VIRT;
  const interrupt = (input: number) => ({ 'interrupt-parent': PHANDLE.pic, interrupts: [input, LEVEL_HIGH] });
  return {
    name: '',
    properties: {
      '#address-cells': 2,
      '#size-cells': 2,
      compatible: 'linux,dummy-loongson3',
      model: 'worldstep,loongarch64-virt',
    },
    children: [
      {
        name: 'chosen',
        properties: {
          ...(bootargs === undefined ? {} : { bootargs }),
          ...(initrd === undefined
            ? {}
            : { 'linux,initrd-start': BigInt(initrd.start), 'linux,initrd-end': BigInt(initrd.end) }),
          'stdout-path': `/${at('serial', map.uart0)}`,
        },
      },
      ...ram.map(
        (range): FdtNode => ({ name: at('memory', range), properties: { device_type: 'memory', reg: reg(range) } }),
      ),
      cpusNode(processors),
      {
        name: 'cpuic',
        properties: {
          phandle: PHANDLE.cpuic,
          compatible: 'loongson,cpu-interrupt-controller',
          'interrupt-controller': true,
          '#interrupt-cells': 1,
        },
      },
      {
        name: at('eiointc', iocsr.eiointc0),
        properties: {
          phandle: PHANDLE.eiointc,
          compatible: 'loongson,ls2k2000-eiointc',
          'interrupt-controller': true,
          '#interrupt-cells': 1,
          'interrupt-parent': PHANDLE.cpuic,
          interrupts: EIOINTC_LINE,
          reg: reg({ base: iocsr.eiointc0.base, size: 0x800 }),
        },
      },
      {
        name: at('platic', map.pic0),
        properties: {
          phandle: PHANDLE.pic,
          compatible: 'loongson,pch-pic-1.0',
          'interrupt-controller': true,
          '#interrupt-cells': 2,
          'interrupt-parent': PHANDLE.eiointc,
          'loongson,pic-base-vec': 0,
          reg: reg(map.pic0),
        },
      },
      {
        name: at('msi', map.msi0),
        properties: {
          phandle: PHANDLE.msi,
          compatible: 'loongson,pch-msi-1.0',
          'interrupt-controller': true,
          'interrupt-parent': PHANDLE.eiointc,
          'loongson,msi-base-vec': firstMessage,
          'loongson,msi-num-vecs': 256 - firstMessage,
          reg: reg(map.msi0),
        },
      },
      {
        name: at('flash', map.flash0),
        properties: { compatible: 'cfi-flash', reg: reg(map.flash0, map.flash1), 'bank-width': 4 },
      },
      {
        name: at('fw_cfg', map.fwcfg0),
        properties: { compatible: 'qemu,fw-cfg-mmio', reg: reg(map.fwcfg0), 'dma-coherent': true },
      },
      ...(['uart0', 'uart1', 'uart2', 'uart3'] as const).map(
        (id): FdtNode => ({
          name: at('serial', map[id]),
          properties: {
            compatible: 'ns16550a',
            reg: reg(map[id]),
            'clock-frequency': UART_CLOCK,
            ...interrupt(map[id].interrupt),
          },
        }),
      ),
      {
        name: at('rtc', map.rtc0),
        properties: { compatible: 'loongson,ls7a-rtc', reg: reg(map.rtc0), ...interrupt(map.rtc0.interrupt) },
      },
      {
        name: at('ged', map.ged0),
        properties: {
          phandle: PHANDLE.ged,
          compatible: 'syscon',
          reg: reg(map.ged0),
          'reg-shift': 0,
          'reg-io-width': 1,
        },
      },
      powerNode('poweroff', 0, GED.SLEEP_OFF),
      powerNode('reboot', 2, GED.RESET),
      pcieNode(),
    ],
  };
}

/** The tree as a kernel gets it. */
export const virtFdt = (options: VirtTreeOptions): Uint8Array => encodeFdt(virtTree(options));

const powerNode = (name: 'poweroff' | 'reboot', offset: number, value: number): FdtNode => ({
  name,
  properties: { compatible: `syscon-${name}`, regmap: PHANDLE.ged, offset, value },
});

function cpusNode(processors: number): FdtNode {
  const ids = Array.from({ length: processors }, (_, index) => index);
  return {
    name: 'cpus',
    properties: { '#address-cells': 1, '#size-cells': 0 },
    children: [
      ...ids.map((id) => ({
        name: `cpu@${id.toString(16)}`,
        properties: {
          phandle: PHANDLE.cpu(id),
          device_type: 'cpu',
          reg: id,
          compatible: 'loongarch,Loongson-3A5000',
        },
      })),
      {
        name: 'cpu-map',
        properties: {},
        children: [
          {
            name: 'socket0',
            properties: {},
            children: ids.map((id) => ({ name: `core${id}`, properties: { cpu: PHANDLE.cpu(id) } })),
          },
        ],
      },
    ],
  };
}

/** PCI's three-cell addresses: kind of space, then 64 bits. */
const SPACE = { io: 0x100_0000, memory: 0x200_0000 } as const;

function pcieNode(): FdtNode {
  const { map } = LOONGARCH64_VIRT;
  // The wire of a pin: neighbouring slots are turned by one, so a table for four slots says it all.
  const wires = [0, 1, 2, 3].flatMap((slot) =>
    [1, 2, 3, 4].flatMap((pin) => [
      ...[slot << 11, 0, 0],
      pin,
      PHANDLE.pic,
      map.pcie0.interrupt + ((slot + pin - 1) % 4),
      LEVEL_HIGH,
    ]),
  );
  return {
    name: at('pcie', map.pcie0),
    properties: {
      compatible: 'pci-host-ecam-generic',
      device_type: 'pci',
      '#address-cells': 3,
      '#size-cells': 2,
      '#interrupt-cells': 1,
      'linux,pci-domain': 0,
      'bus-range': [0, map.pcie0.size / 0x10_0000 - 1],
      'dma-coherent': true,
      reg: reg(map.pcie0),
      ranges: [
        ...[SPACE.io, 0, 0x4000, 0, map.pcieIo.base, 0, map.pcieIo.size],
        ...[SPACE.memory, 0, map.pcieMemory.base, 0, map.pcieMemory.base, 0, map.pcieMemory.size],
      ],
      'msi-map': [0, PHANDLE.msi, 0, 0x1_0000],
      'interrupt-map-mask': [0x1800, 0, 0, 7],
      'interrupt-map': wires,
    },
  };
}
