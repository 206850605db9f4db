/** The device tree of `riscv64-virt`: what a kernel is told about the board. */

import { FINISHER } from '../../../devices/power/sifive-test';
import { NS16550_CLOCK } from '../../../devices/uart/ns16550';
import { encodeFdt, type FdtNode } from '../../boot/fdt';
import { type ChosenOptions, chosenNode, nodeAt, PCI_WIRE_MASK, pciRange, pciWires, reg } from '../../boot/tree-parts';
import { RISCV64_VIRT } from './map';

export interface VirtTreeOptions extends ChosenOptions {
  readonly harts: number;
  /** Bytes of RAM. */
  readonly memory: number;
}

const PHANDLE = {
  plic: 1,
  test: 2,
  cpu: (hart: number) => 16 + 2 * hart,
  intc: (hart: number) => 17 + 2 * hart,
} as const;
/** Interrupt numbers of a hart, as its `riscv,cpu-intc` counts them: `mcause` codes. */
const HART_IRQ = { MSIP: 3, MTIP: 7, SEIP: 9, MEIP: 11 } as const;

const TRANSPORTS = Object.entries(RISCV64_VIRT.map).flatMap(([id, window]) =>
  id.startsWith('virtio') && 'interrupt' in window ? [window] : [],
);

/** The tree as data. */
export function virtTree(options: VirtTreeOptions): FdtNode {
  const { map, ramBase } = RISCV64_VIRT;
  return {
    name: '',
    properties: { '#address-cells': 2, '#size-cells': 2, compatible: 'riscv-virtio', model: 'worldstep,riscv64-virt' },
    children: [
      {
        name: nodeAt('flash', map.flash0),
        properties: { compatible: 'cfi-flash', reg: reg(map.flash0, map.flash1), 'bank-width': 4 },
      },
      chosenNode(`/soc/${nodeAt('serial', map.uart0)}`, options),
      powerNode('poweroff', FINISHER.PASS),
      powerNode('reboot', FINISHER.RESET),
      {
        name: nodeAt('memory', { base: ramBase }),
        properties: { device_type: 'memory', reg: reg({ base: ramBase, size: options.memory }) },
      },
      cpusNode(options.harts),
      socNode(options.harts),
    ],
  };
}

/** The tree as a kernel gets it. */
export const virtFdt = (options: VirtTreeOptions): Uint8Array => encodeFdt(virtTree(options));

const powerNode = (name: 'poweroff' | 'reboot', value: number): FdtNode => ({
  name,
  properties: { compatible: `syscon-${name}`, regmap: PHANDLE.test, offset: 0, value },
});

function cpusNode(harts: number): FdtNode {
  const ids = Array.from({ length: harts }, (_, hart) => hart);
  return {
    name: 'cpus',
    properties: { '#address-cells': 1, '#size-cells': 0, 'timebase-frequency': RISCV64_VIRT.timebase },
    children: [
      ...ids.map(cpuNode),
      {
        name: 'cpu-map',
        properties: {},
        children: [
          {
            name: 'cluster0',
            properties: {},
            children: ids.map((hart) => ({ name: `core${hart}`, properties: { cpu: PHANDLE.cpu(hart) } })),
          },
        ],
      },
    ],
  };
}

function cpuNode(hart: number): FdtNode {
  const extensions = RISCV64_VIRT.isaString.slice('rv64'.length).split('_');
  return {
    name: `cpu@${hart.toString(16)}`,
    properties: {
      phandle: PHANDLE.cpu(hart),
      device_type: 'cpu',
      reg: hart,
      status: 'okay',
      compatible: 'riscv',
      'riscv,isa': RISCV64_VIRT.isaString,
      'riscv,isa-base': 'rv64i',
      'riscv,isa-extensions': [...(extensions[0] ?? ''), ...extensions.slice(1)],
      'mmu-type': RISCV64_VIRT.mmuType,
    },
    children: [
      {
        name: 'interrupt-controller',
        properties: {
          '#interrupt-cells': 1,
          'interrupt-controller': true,
          compatible: 'riscv,cpu-intc',
          phandle: PHANDLE.intc(hart),
        },
      },
    ],
  };
}

function socNode(harts: number): FdtNode {
  const { map, interruptSources } = RISCV64_VIRT;
  const wires = (first: number, second: number): number[] =>
    Array.from({ length: harts }, (_, hart) => [PHANDLE.intc(hart), first, PHANDLE.intc(hart), second]).flat();
  const interrupt = (source: number) => ({ interrupts: source, 'interrupt-parent': PHANDLE.plic });
  return {
    name: 'soc',
    properties: { '#address-cells': 2, '#size-cells': 2, compatible: 'simple-bus', ranges: true },
    children: [
      {
        name: nodeAt('test', map.test0),
        properties: {
          phandle: PHANDLE.test,
          reg: reg(map.test0),
          compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
        },
      },
      {
        name: nodeAt('rtc', map.rtc0),
        properties: { ...interrupt(map.rtc0.interrupt), reg: reg(map.rtc0), compatible: 'google,goldfish-rtc' },
      },
      {
        name: nodeAt('clint', map.clint0),
        properties: {
          'interrupts-extended': wires(HART_IRQ.MSIP, HART_IRQ.MTIP),
          reg: reg(map.clint0),
          compatible: ['sifive,clint0', 'riscv,clint0'],
        },
      },
      {
        name: nodeAt('plic', map.plic0),
        properties: {
          phandle: PHANDLE.plic,
          'riscv,ndev': interruptSources - 1,
          reg: reg(map.plic0),
          'interrupts-extended': wires(HART_IRQ.MEIP, HART_IRQ.SEIP),
          'interrupt-controller': true,
          compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
          '#address-cells': 0,
          '#interrupt-cells': 1,
        },
      },
      {
        name: nodeAt('serial', map.uart0),
        properties: {
          ...interrupt(map.uart0.interrupt),
          'clock-frequency': NS16550_CLOCK,
          reg: reg(map.uart0),
          compatible: 'ns16550a',
        },
      },
      ...TRANSPORTS.map(
        (window): FdtNode => ({
          name: nodeAt('virtio_mmio', window),
          properties: { ...interrupt(window.interrupt), reg: reg(window), compatible: 'virtio,mmio' },
        }),
      ),
      pcieNode(),
    ],
  };
}

function pcieNode(): FdtNode {
  const { map } = RISCV64_VIRT;
  return {
    name: nodeAt('pci', map.pcie0),
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
        ...pciRange('io', 0, map.pcieIo),
        ...pciRange('memory', map.pcieMemory.base, map.pcieMemory),
        ...pciRange('memory64', map.pcieMemory64.base, map.pcieMemory64),
      ],
      'interrupt-map-mask': PCI_WIRE_MASK,
      'interrupt-map': pciWires((wire) => [PHANDLE.plic, map.pcie0.interrupt + wire]),
    },
  };
}
