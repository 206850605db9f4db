/** The device tree of `riscv64-virt`: what a kernel is told about the board. */

import { FINISHER } from '../../../devices/power/sifive-test';
import { NS16550_CLOCK } from '../../../devices/uart/ns16550';
import { encodeFdt, type FdtNode } from '../../boot/fdt';
import { RISCV64_VIRT } from './map';

export interface VirtTreeOptions {
  readonly harts: number;
  /** Bytes of RAM. */
  readonly memory: number;
  readonly bootargs?: string;
  /** Physical range of the initial RAM disk, end exclusive. */
  readonly initrd?: { readonly start: number; readonly end: number };
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

const hexName = (name: string, base: number): string => `${name}@${base.toString(16)}`;
const reg = (window: { readonly base: number; readonly size: number }): bigint[] => [
  BigInt(window.base),
  BigInt(window.size),
];

/** The tree as data. */
export function virtTree(options: VirtTreeOptions): FdtNode {
  const { map, ramBase } = RISCV64_VIRT;
  return {
    name: '',
    properties: { '#address-cells': 2, '#size-cells': 2, compatible: 'riscv-virtio', model: 'worldstep,riscv64-virt' },
    children: [
      {
        name: hexName('flash', map.flash0.base),
        properties: { compatible: 'cfi-flash', reg: [...reg(map.flash0), ...reg(map.flash1)], 'bank-width': 4 },
      },
      chosenNode(options),
      powerNode('poweroff', FINISHER.PASS),
      powerNode('reboot', FINISHER.RESET),
      {
        name: hexName('memory', ramBase),
        properties: { device_type: 'memory', reg: reg({ base: ramBase, size: options.memory }) },
      },
      cpusNode(options.harts),
      socNode(options.harts),
    ],
  };
}

/** The tree as a kernel gets it. */
export const virtFdt = (options: VirtTreeOptions): Uint8Array => encodeFdt(virtTree(options));

function chosenNode({ bootargs, initrd }: VirtTreeOptions): FdtNode {
  return {
    name: 'chosen',
    properties: {
      ...(bootargs === undefined ? {} : { bootargs }),
      ...(initrd === undefined
        ? {}
        : { 'linux,initrd-start': BigInt(initrd.start), 'linux,initrd-end': BigInt(initrd.end) }),
      'stdout-path': `/soc/${hexName('serial', RISCV64_VIRT.map.uart0.base)}`,
    },
  };
}

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
        name: hexName('test', map.test0.base),
        properties: {
          phandle: PHANDLE.test,
          reg: reg(map.test0),
          compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
        },
      },
      {
        name: hexName('rtc', map.rtc0.base),
        properties: { ...interrupt(map.rtc0.interrupt), reg: reg(map.rtc0), compatible: 'google,goldfish-rtc' },
      },
      {
        name: hexName('clint', map.clint0.base),
        properties: {
          'interrupts-extended': wires(HART_IRQ.MSIP, HART_IRQ.MTIP),
          reg: reg(map.clint0),
          compatible: ['sifive,clint0', 'riscv,clint0'],
        },
      },
      {
        name: hexName('plic', map.plic0.base),
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
        name: hexName('serial', map.uart0.base),
        properties: {
          ...interrupt(map.uart0.interrupt),
          'clock-frequency': NS16550_CLOCK,
          reg: reg(map.uart0),
          compatible: 'ns16550a',
        },
      },
      ...TRANSPORTS.map(
        (window): FdtNode => ({
          name: hexName('virtio_mmio', window.base),
          properties: { ...interrupt(window.interrupt), reg: reg(window), compatible: 'virtio,mmio' },
        }),
      ),
      pcieNode(),
    ],
  };
}

/** PCI's three-cell addresses: kind of space, then 64 bits. */
const SPACE = { io: 0x100_0000, memory: 0x200_0000, memory64: 0x300_0000 } as const;

function pcieNode(): FdtNode {
  const { map } = RISCV64_VIRT;
  const cells = (value: number): number[] => [Math.floor(value / 2 ** 32), value % 2 ** 32];
  const range = (space: number, bus: number, window: { readonly base: number; readonly size: number }): number[] => [
    space,
    ...cells(bus),
    ...cells(window.base),
    ...cells(window.size),
  ];
  // The wire of a pin: neighbouring slots are turned by one, so a table for four slots says it all.
  const wires = [0, 1, 2, 3].flatMap((slot) =>
    [1, 2, 3, 4].flatMap((pin) => [
      ...[slot << 11, 0, 0],
      pin,
      PHANDLE.plic,
      map.pcie0.interrupt + ((slot + pin - 1) % 4),
    ]),
  );
  return {
    name: hexName('pci', map.pcie0.base),
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
        ...range(SPACE.io, 0, map.pcieIo),
        ...range(SPACE.memory, map.pcieMemory.base, map.pcieMemory),
        ...range(SPACE.memory64, map.pcieMemory64.base, map.pcieMemory64),
      ],
      'interrupt-map-mask': [0x1800, 0, 0, 7],
      'interrupt-map': wires,
    },
  };
}
