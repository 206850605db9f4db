/** The device tree of `aarch64-virt`: what a kernel is told about the board. */
import { MAINTENANCE } from '../../../devices/intc/gic-banks';
import { PL011_CLOCK } from '../../../devices/uart/pl011';
import { CPUS } from '../../../isa/aarch64';
import { encodeFdt, type FdtNode, type FdtValue } from '../../boot/fdt';
import type { PhysicalRange } from '../../boot/load-plan';
import { conduitOf, type VirtChoices } from './choices';
import { AARCH64_VIRT, privateNumber, sharedNumber, VIRTIO_TRANSPORTS } from './map';

export interface VirtTreeOptions {
  readonly processors: number;
  /** Bytes of RAM. */
  readonly memory: number;
  readonly choices: VirtChoices;
  readonly bootargs?: string;
  readonly initrd?: PhysicalRange;
}

const PHANDLE = {
  clock: 0x8000,
  intc: 0x8001,
  msi: 0x8002,
  gpio: 0x8003,
  cpu: (index: number) => 0x8010 + index,
} as const;
/** The first cell of an interrupt, and what the third one says. */
const SHARED = 0;
const PRIVATE = 1;
const EDGE_RISING = 1;
const LEVEL_HIGH = 4;
const KEY_POWER = 116;
const KEY_LABEL = 'GPIO Key Poweroff';

type Window = { readonly base: number; readonly size: number };
const at = (name: string, { base }: Window): string => `${name}@${base.toString(16)}`;
const reg = (...windows: Window[]): bigint[] => windows.flatMap(({ base, size }) => [BigInt(base), BigInt(size)]);
const interrupt = (id: number, trigger = LEVEL_HIGH): number[] => [SHARED, sharedNumber(id), trigger];
/** A private interrupt is one of so many processors. */
const ppi = (id: number, processors = 0): number[] => [
  PRIVATE,
  privateNumber(id),
  (((1 << processors) - 1) << 8) | LEVEL_HIGH,
];

/** The tree as data. */
export function virtTree(options: VirtTreeOptions): FdtNode {
  const { map, ramBase, powerPin } = AARCH64_VIRT;
  const { processors, memory, choices } = options;
  const primecell = { 'clock-names': 'apb_pclk', clocks: PHANDLE.clock };
  return {
    name: '',
    properties: {
      'interrupt-parent': PHANDLE.intc,
      'dma-coherent': true,
      model: 'worldstep,aarch64-virt',
      '#size-cells': 2,
      '#address-cells': 2,
      compatible: 'linux,dummy-virt',
    },
    children: [
      psciNode(choices),
      {
        name: at('memory', { base: ramBase, size: memory }),
        properties: { device_type: 'memory', reg: reg({ base: ramBase, size: memory }) },
      },
      {
        name: at('fw-cfg', map.fwcfg0),
        properties: { compatible: 'qemu,fw-cfg-mmio', reg: reg(map.fwcfg0), 'dma-coherent': true },
      },
      ...Object.values(VIRTIO_TRANSPORTS).map(
        (window): FdtNode => ({
          name: at('virtio_mmio', window),
          properties: {
            compatible: 'virtio,mmio',
            reg: reg(window),
            interrupts: interrupt(window.interrupt, EDGE_RISING),
            'dma-coherent': true,
          },
        }),
      ),
      {
        name: 'gpio-keys',
        properties: { compatible: 'gpio-keys' },
        children: [
          {
            name: 'poweroff',
            properties: { gpios: [PHANDLE.gpio, powerPin, 0], 'linux,code': KEY_POWER, label: KEY_LABEL },
          },
        ],
      },
      {
        name: at('pl061', map.gpio0),
        properties: {
          phandle: PHANDLE.gpio,
          ...primecell,
          interrupts: interrupt(map.gpio0.interrupt),
          'gpio-controller': true,
          '#gpio-cells': 2,
          compatible: ['arm,pl061', 'arm,primecell'],
          reg: reg(map.gpio0),
        },
      },
      pcieNode(choices),
      {
        name: at('pl031', map.rtc0),
        properties: {
          ...primecell,
          interrupts: interrupt(map.rtc0.interrupt),
          reg: reg(map.rtc0),
          compatible: ['arm,pl031', 'arm,primecell'],
        },
      },
      {
        name: at('pl011', map.uart0),
        properties: {
          'clock-names': ['uartclk', 'apb_pclk'],
          clocks: [PHANDLE.clock, PHANDLE.clock],
          interrupts: interrupt(map.uart0.interrupt),
          reg: reg(map.uart0),
          compatible: ['arm,pl011', 'arm,primecell'],
        },
      },
      gicNode(choices),
      {
        name: at('flash', map.flash0),
        properties: { compatible: 'cfi-flash', reg: reg(map.flash0, map.flash1), 'bank-width': 4 },
      },
      cpusNode(processors, choices),
      timerNode(processors, choices),
      {
        name: 'apb-pclk',
        properties: {
          phandle: PHANDLE.clock,
          'clock-output-names': 'clk24mhz',
          'clock-frequency': PL011_CLOCK,
          '#clock-cells': 0,
          compatible: 'fixed-clock',
        },
      },
      { name: 'aliases', properties: { serial0: `/${at('pl011', map.uart0)}` } },
      chosenNode(options),
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
      'stdout-path': `/${at('pl011', AARCH64_VIRT.map.uart0)}`,
    },
  };
}

const psciNode = (choices: VirtChoices): FdtNode => ({
  name: 'psci',
  properties: {
    migrate: 0xc400_0005,
    cpu_on: 0xc400_0003,
    cpu_off: 0x8400_0002,
    cpu_suspend: 0xc400_0001,
    method: conduitOf(choices),
    compatible: ['arm,psci-1.0', 'arm,psci-0.2', 'arm,psci'],
  },
});

function gicNode({ gic, virtualization }: VirtChoices): FdtNode {
  const { map } = AARCH64_VIRT;
  if (gic === 3) return gicv3Node(virtualization);
  const parts = virtualization ? [map.gicd0, map.gicc0, map.gich0, map.gicv0] : [map.gicd0, map.gicc0];
  return {
    name: at('intc', map.gicd0),
    properties: {
      phandle: PHANDLE.intc,
      ...(virtualization && { interrupts: ppi(MAINTENANCE) }),
      reg: reg(...parts),
      compatible: 'arm,cortex-a15-gic',
      ranges: true,
      '#size-cells': 2,
      '#address-cells': 2,
      'interrupt-controller': true,
      '#interrupt-cells': 3,
    },
    children: [
      {
        name: at('v2m', map.v2m0),
        properties: {
          phandle: PHANDLE.msi,
          reg: reg(map.v2m0),
          'msi-controller': true,
          compatible: 'arm,gic-v2m-frame',
        },
      },
    ],
  };
}

function gicv3Node(virtualization: boolean): FdtNode {
  const { map } = AARCH64_VIRT;
  return {
    name: at('intc', map.gicd0),
    properties: {
      phandle: PHANDLE.intc,
      ...(virtualization && { interrupts: ppi(MAINTENANCE) }),
      reg: reg(map.gicd0, map.gicr0),
      '#redistributor-regions': 1,
      compatible: 'arm,gic-v3',
      ranges: true,
      '#size-cells': 2,
      '#address-cells': 2,
      'interrupt-controller': true,
      '#interrupt-cells': 3,
    },
  };
}

/** A processor whose EL2 can be a host has a virtual timer there, too. */
const hasHostTimer = (cpu: string): boolean => CPUS.some(({ name, features }) => name === cpu && features.has('VHE'));

function timerNode(processors: number, { cpu, gic, virtualization }: VirtChoices): FdtNode {
  const { physical, virtual, hypervisor, hypervisorVirtual } = AARCH64_VIRT.timers;
  // Secure, as all bindings have it first; there is none, and the number is QEMU's.
  const secure = 29;
  return {
    name: 'timer',
    properties: {
      interrupts: [
        secure,
        physical,
        virtual,
        hypervisor,
        ...(virtualization && hasHostTimer(cpu) ? [hypervisorVirtual] : []),
      ].flatMap((id) => ppi(id, gic === 3 ? 0 : processors)),
      'always-on': true,
      compatible: ['arm,armv8-timer', 'arm,armv7-timer'],
    },
  };
}

function cpusNode(processors: number, { cpu }: VirtChoices): FdtNode {
  const ids = Array.from({ length: processors }, (_, index) => index);
  return {
    name: 'cpus',
    properties: { '#address-cells': 1, '#size-cells': 0 },
    children: [
      {
        name: 'cpu-map',
        properties: {},
        children: [
          {
            name: 'socket0',
            properties: {},
            children: [
              {
                name: 'cluster0',
                properties: {},
                children: ids.map((id) => ({ name: `core${id}`, properties: { cpu: PHANDLE.cpu(id) } })),
              },
            ],
          },
        ],
      },
      ...ids.map(
        (id): FdtNode => ({
          name: `cpu@${id.toString(16)}`,
          properties: {
            phandle: PHANDLE.cpu(id),
            reg: id,
            ...(processors > 1 && { 'enable-method': 'psci' }),
            compatible: cpu === 'max' ? 'arm,armv8' : `arm,${cpu}`,
            device_type: 'cpu',
          },
        }),
      ),
    ],
  };
}

/** PCI's three-cell addresses: kind of space, then 64 bits. */
const SPACE = { io: 0x100_0000, memory: 0x200_0000, memory64: 0x300_0000 } as const;

function pcieNode({ gic }: VirtChoices): FdtNode {
  const { map } = AARCH64_VIRT;
  const cells = (value: number): number[] => [Math.floor(value / 2 ** 32), value % 2 ** 32];
  const range = (space: number, bus: number, { base, size }: Window): number[] => [
    space,
    ...cells(bus),
    ...cells(base),
    ...cells(size),
  ];
  // The wire of a pin: neighbouring slots are turned by one, so a table for four slots says it all.
  const wires = [0, 1, 2, 3].flatMap((slot) =>
    [1, 2, 3, 4].flatMap((pin) => [
      ...[slot << 11, 0, 0],
      pin,
      PHANDLE.intc,
      ...[0, 0],
      ...interrupt(map.pcie0.interrupt + ((slot + pin - 1) % 4)),
    ]),
  );
  const properties: Record<string, FdtValue> = {
    'interrupt-map-mask': [0x1800, 0, 0, 7],
    'interrupt-map': wires,
    '#interrupt-cells': 1,
    ranges: [
      ...range(SPACE.io, 0, map.pcieIo),
      ...range(SPACE.memory, map.pcieMemory.base, map.pcieMemory),
      ...range(SPACE.memory64, map.pcieMemory64.base, map.pcieMemory64),
    ],
    reg: reg(map.pcie0),
    ...(gic === 2 && { 'msi-map': [0, PHANDLE.msi, 0, 0x1_0000] }),
    'dma-coherent': true,
    'bus-range': [0, map.pcie0.size / 0x10_0000 - 1],
    'linux,pci-domain': 0,
    '#size-cells': 2,
    '#address-cells': 3,
    device_type: 'pci',
    compatible: 'pci-host-ecam-generic',
  };
  return { name: 'pcie@10000000', properties };
}
