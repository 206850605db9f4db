/** The device tree of `loongarch64-virt`: what a kernel is told about the board. */
import { GED } from '../../../devices/power/acpi-ged';
import type { RamRange } from '../../../engine/machine-memory';
import { encodeFdt, type FdtNode } from '../../boot/fdt';
import { type ChosenOptions, chosenNode, nodeAt, PCI_WIRE_MASK, pciRange, pciWires, reg } from '../../boot/tree-parts';
import { LOONGARCH64_VIRT } from './map';

export interface VirtTreeOptions extends ChosenOptions {
  readonly processors: number;
  readonly ram: readonly RamRange[];
}

const PHANDLE = { cpuic: 1, eiointc: 2, pic: 3, msi: 4, ged: 5, cpu: (index: number) => 16 + index } as const;
const LEVEL_HIGH = 4;
/** The line of the processor that the extended I/O interrupts use, as ESTAT.IS numbers it. */
const EIOINTC_LINE = 3;
const UART_CLOCK = 100_000_000;

/** The tree as data. */
export function virtTree({ processors, ram, ...chosen }: VirtTreeOptions): FdtNode {
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
      chosenNode(`/${nodeAt('serial', map.uart0)}`, chosen),
      ...ram.map(
        (range): FdtNode => ({ name: nodeAt('memory', range), properties: { device_type: 'memory', reg: reg(range) } }),
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
        name: nodeAt('eiointc', iocsr.eiointc0),
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
        name: nodeAt('platic', map.pic0),
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
        name: nodeAt('msi', map.msi0),
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
        name: nodeAt('flash', map.flash0),
        properties: { compatible: 'cfi-flash', reg: reg(map.flash0, map.flash1), 'bank-width': 4 },
      },
      {
        name: nodeAt('fw_cfg', map.fwcfg0),
        properties: { compatible: 'qemu,fw-cfg-mmio', reg: reg(map.fwcfg0), 'dma-coherent': true },
      },
      ...(['uart0', 'uart1', 'uart2', 'uart3'] as const).map(
        (id): FdtNode => ({
          name: nodeAt('serial', map[id]),
          properties: {
            compatible: 'ns16550a',
            reg: reg(map[id]),
            'clock-frequency': UART_CLOCK,
            ...interrupt(map[id].interrupt),
          },
        }),
      ),
      {
        name: nodeAt('rtc', map.rtc0),
        properties: { compatible: 'loongson,ls7a-rtc', reg: reg(map.rtc0), ...interrupt(map.rtc0.interrupt) },
      },
      {
        name: nodeAt('ged', map.ged0),
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

function pcieNode(): FdtNode {
  const { map } = LOONGARCH64_VIRT;
  return {
    name: nodeAt('pcie', map.pcie0),
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
      ranges: [...pciRange('io', 0x4000, map.pcieIo), ...pciRange('memory', map.pcieMemory.base, map.pcieMemory)],
      'msi-map': [0, PHANDLE.msi, 0, 0x1_0000],
      'interrupt-map-mask': PCI_WIRE_MASK,
      'interrupt-map': pciWires((wire) => [PHANDLE.pic, map.pcie0.interrupt + wire, LEVEL_HIGH]),
    },
  };
}
