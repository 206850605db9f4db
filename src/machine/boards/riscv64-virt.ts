/**
 * The `riscv64-virt` board: QEMU `virt`'s address map and interrupt numbers, as data, its devices wired together,
 * and the device tree that describes it to a kernel. What QEMU's board has beyond this is not in the tree either.
 */

import type { Device, DeviceContext, PowerEvent } from '../../devices/device';
import { Cfi01 } from '../../devices/flash/cfi01';
import { Plic } from '../../devices/intc/plic';
import { FINISHER, SifiveTest } from '../../devices/power/sifive-test';
import { Clint } from '../../devices/timer/clint';
import { GoldfishRtc } from '../../devices/timer/goldfish-rtc';
import { NS16550_CLOCK, Ns16550 } from '../../devices/uart/ns16550';
import { Bus } from '../bus';
import { encodeFdt, type FdtNode } from '../fdt';

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
  /** PLIC sources, source 0 (none) included. */
  interruptSources: 96,
  /** Default date of the real-time clock, ns since 1970: 2025-01-01T00:00:00Z. */
  rtcStart: 1_735_689_600_000_000_000n,
  map: {
    test0: { base: 0x10_0000, size: 0x1000, minWidth: 2 },
    rtc0: { base: 0x10_1000, size: 0x1000, minWidth: 4, interrupt: 11 },
    clint0: { base: 0x200_0000, size: 0x1_0000, minWidth: 4 },
    plic0: { base: 0xc00_0000, size: 0x60_0000, minWidth: 4 },
    uart0: { base: 0x1000_0000, size: 0x100, minWidth: 1, interrupt: 10 },
    flash0: { base: 0x2000_0000, size: 0x200_0000, minWidth: 1 },
    flash1: { base: 0x2200_0000, size: 0x200_0000, minWidth: 1 },
  },
  isaString: 'rv64imafdc_zicntr_zicsr_zifencei_zba_zbb_zbs',
  mmuType: 'riscv,sv57',
} as const;

/** Interrupt inputs of a hart that the board drives; they are the bits of `mip` of the same names. */
export type HartLine = 'MSIP' | 'MTIP' | 'MEIP' | 'SEIP';

/** What the board needs of the machine it sits in. */
export interface VirtHost {
  now(): bigint;
  /** As {@link DeviceContext.alarm}, for the device with id `device`. */
  alarm(device: string, tag: string, at: bigint | undefined): void;
  output(device: string, bytes: Uint8Array): void;
  power(event: PowerEvent): void;
  hartLine(hart: number, line: HartLine, level: boolean): void;
}

export interface VirtOptions {
  readonly harts: number;
  /** Initial contents of the two flash banks; longer than a bank is cut. */
  readonly pflash0?: Uint8Array;
  readonly pflash1?: Uint8Array;
  /** Nanoseconds since 1970 at guest time 0. */
  readonly rtcStart?: bigint;
}

/** The board's devices, wired to each other and mapped on a bus. */
export interface VirtBoard {
  readonly bus: Bus;
  /** All devices, by address. */
  readonly devices: readonly Device[];
  readonly uart: Ns16550;
  readonly clint: Clint;
  readonly plic: Plic;
  readonly flash: readonly [Cfi01, Cfi01];
}

type DeviceId = keyof typeof RISCV64_VIRT.map;

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

  const bus = new Bus();
  const placed: Record<DeviceId, Device> = {
    test0: test,
    rtc0: rtc,
    clint0: clint,
    plic0: plic,
    uart0: uart,
    flash0,
    flash1,
  };
  for (const id of Object.keys(map) as DeviceId[]) bus.map(placed[id], map[id].base, map[id].minWidth);
  return { bus, devices: bus.all.map((window) => window.device), uart, clint, plic, flash: [flash0, flash1] };
}

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
    ],
  };
}
