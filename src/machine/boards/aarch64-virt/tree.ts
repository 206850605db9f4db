/** The device tree of `aarch64-virt`: what a kernel is told about the board. */
import { MAINTENANCE } from '../../../devices/intc/gic-banks';
import { PL011_CLOCK } from '../../../devices/uart/pl011';
import { CPUS } from '../../../isa/aarch64';
import { encodeFdt, type FdtNode, type FdtValue } from '../../boot/fdt';
import { type ChosenOptions, chosenNode, nodeAt, PCI_WIRE_MASK, pciRange, pciWires, reg } from '../../boot/tree-parts';
import { conduitOf, type VirtChoices } from './choices';
import { AARCH64_VIRT, privateNumber, sharedNumber, VIRTIO_TRANSPORTS } from './map';

export interface VirtTreeOptions extends ChosenOptions {
  readonly processors: number;
  /** Bytes of RAM. */
  readonly memory: number;
  readonly choices: VirtChoices;
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
        name: nodeAt('memory', { base: ramBase }),
        properties: { device_type: 'memory', reg: reg({ base: ramBase, size: memory }) },
      },
      {
        name: nodeAt('fw-cfg', map.fwcfg0),
        properties: { compatible: 'qemu,fw-cfg-mmio', reg: reg(map.fwcfg0), 'dma-coherent': true },
      },
      ...Object.values(VIRTIO_TRANSPORTS).map(
        (window): FdtNode => ({
          name: nodeAt('virtio_mmio', window),
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
        name: nodeAt('pl061', map.gpio0),
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
      pcieNode(),
      {
        name: nodeAt('pl031', map.rtc0),
        properties: {
          ...primecell,
          interrupts: interrupt(map.rtc0.interrupt),
          reg: reg(map.rtc0),
          compatible: ['arm,pl031', 'arm,primecell'],
        },
      },
      {
        name: nodeAt('pl011', map.uart0),
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
        name: nodeAt('flash', map.flash0),
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
      { name: 'aliases', properties: { serial0: `/${nodeAt('pl011', map.uart0)}` } },
      chosenNode(`/${nodeAt('pl011', map.uart0)}`, options),
    ],
  };
}

/** The tree as a kernel gets it. */
export const virtFdt = (options: VirtTreeOptions): Uint8Array => encodeFdt(virtTree(options));

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
  const isV3 = gic === 3;
  const forGuests = virtualization ? [map.gich0, map.gicv0] : [];
  const translation: FdtNode = {
    name: nodeAt('its', map.its0),
    properties: {
      phandle: PHANDLE.msi,
      reg: reg(map.its0),
      '#msi-cells': 1,
      'msi-controller': true,
      compatible: 'arm,gic-v3-its',
    },
  };
  const messages: FdtNode = {
    name: nodeAt('v2m', map.v2m0),
    properties: {
      phandle: PHANDLE.msi,
      reg: reg(map.v2m0),
      'msi-controller': true,
      compatible: 'arm,gic-v2m-frame',
    },
  };
  return {
    name: nodeAt('intc', map.gicd0),
    properties: {
      phandle: PHANDLE.intc,
      ...(virtualization && { interrupts: ppi(MAINTENANCE) }),
      reg: isV3 ? reg(map.gicd0, map.gicr0) : reg(map.gicd0, map.gicc0, ...forGuests),
      ...(isV3 && { '#redistributor-regions': 1 }),
      compatible: isV3 ? 'arm,gic-v3' : 'arm,cortex-a15-gic',
      ranges: true,
      '#size-cells': 2,
      '#address-cells': 2,
      'interrupt-controller': true,
      '#interrupt-cells': 3,
    },
    children: [isV3 ? translation : messages],
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

function pcieNode(): FdtNode {
  const { map } = AARCH64_VIRT;
  const properties: Record<string, FdtValue> = {
    'interrupt-map-mask': PCI_WIRE_MASK,
    'interrupt-map': pciWires((wire) => [PHANDLE.intc, 0, 0, ...interrupt(map.pcie0.interrupt + wire)]),
    '#interrupt-cells': 1,
    ranges: [
      ...pciRange('io', 0, map.pcieIo),
      ...pciRange('memory', map.pcieMemory.base, map.pcieMemory),
      ...pciRange('memory64', map.pcieMemory64.base, map.pcieMemory64),
    ],
    reg: reg(map.pcie0),
    'msi-map': [0, PHANDLE.msi, 0, 0x1_0000],
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
