/** `loongarch64-virt` as a board a machine can be made of: devices, reset, timers, registers. */
import type { HartView } from '../../../engine/hart-view';
import { LOONGARCH64, LOONGARCH64_ENGINE, peekCsr, pokeCsr, resetState, worldOf } from '../../../isa/loongarch64';
import { busSpace } from '../../bus';
import { type Board, type BoardSpec, windowsOf } from '../board';
import { deviceHost } from '../device-host';
import { flashArray } from '../flash-banks';
import { planLoongarch64, ramOf } from './boot';
import { buildVirtBoard } from './devices';
import { LOONGARCH64_VIRT } from './map';
import { createTimers, TIMERS } from './timers';

const STOPPED = 2;
const IPI = 12;
/** Offsets of the registers of the inter-processor interrupts. */
const IPI_ENABLE = 0x04;
const IPI_CLEAR = 0x0c;

export const LOONGARCH64_VIRT_BOARD: BoardSpec = {
  id: LOONGARCH64_VIRT.id,
  arch: 'loongarch64',
  isa: LOONGARCH64,
  engineIsa: LOONGARCH64_ENGINE,
  ram: ramOf,
  maxHarts: LOONGARCH64_VIRT.maxHarts,
  nanosecondsPerInstruction: BigInt(LOONGARCH64_VIRT.nanosecondsPerInstruction),
  options: {},
  tick: () => BigInt(LOONGARCH64_VIRT.nanosecondsPerInstruction),
  room: { 'virtio-pci': LOONGARCH64_VIRT.pciSlots, 'virtio-mmio': 0, 'virtio-mmio-legacy': 0 },
  windows: windowsOf(LOONGARCH64_VIRT.map),
  plan: planLoongarch64,
  build: (services, files): Board => {
    const setLine = (processor: number, bit: number, level: boolean): void => {
      const view = services.hart(processor);
      const mask = 1n << BigInt(bit);
      const lines = view.get('lines');
      view.set('lines', level ? lines | mask : lines & ~mask);
      // A processor that firmware has not started waits for a message with its entry, as the one in QEMU's flash does.
      if (level && bit === IPI && view.activity === STOPPED) start(view);
      services.attention(processor);
    };
    const start = (view: HartView): void => {
      const [low = 0, high = 0] = virt.ipi.state.mailbox[view.hart] ?? [];
      if (low === 0 && high === 0) return;
      virt.ipi.write(IPI_CLEAR, 4, 0xffff_ffff, view.hart);
      view.pc = (BigInt(high) << 32n) | BigInt(low);
      view.activity = 0;
    };
    const virt = buildVirtBoard(
      {
        ...deviceHost(services),
        line: setLine,
      },
      { processors: services.harts, memory: services.memory, ram: ramOf(services.memory), ...files },
    );
    const timers = createTimers(services, setLine);
    return {
      id: LOONGARCH64_VIRT.id,
      isa: LOONGARCH64,
      engineIsa: LOONGARCH64_ENGINE,
      bus: virt.bus,
      spaces: { iocsr: busSpace(virt.iocsr) },
      devices: virt.devices,
      console: virt.console,
      rootRegisters: ['PGDL', 'PGDH'],
      readArray: (pa, length) => flashArray(virt.bus, virt.flash, pa, length),
      resetHart: (view, plan) => {
        resetState(view, { cpu: view.hart });
        view.pc = BigInt(plan.entry);
        for (const [name, value] of Object.entries(plan.registers)) writeRegister(view, name, value);
        // What is in flash starts all processors; the machine starts the first and waits for messages to the others.
        if (plan.format === 'none' || view.hart === 0) return;
        view.activity = STOPPED;
        // They have enabled all of these before they wait.
        virt.ipi.write(IPI_ENABLE, 4, 0xffff_ffff, view.hart);
      },
      firmwareCall: () => false,
      timersChanged: (view) => timers.changed(view),
      alarmFired: (owner, tag) => {
        if (owner === TIMERS) timers.fired(tag);
      },
      worldOf: (slot) => worldOf({ get: slot }),
      readRegister,
      readSystemRegister: (state, name) => peekCsr(state, name),
      writeRegister,
    };
  },
};

const place = (name: string): { readonly file: string; readonly index: number } | undefined => {
  const match = /^(r|f|vr|fcc)(\d+)$/.exec(name);
  if (!match) return undefined;
  const [, file = '', index] = match;
  return { file: file === 'vr' ? 'v' : file, index: Number(index) };
};

/** A cell of the TLB, by the name that translation asks for it. */
const tlbCellOf = (view: HartView, name: string): bigint | undefined => {
  const match = /^TLB(\d+)\.(misc|lo0|lo1)$/.exec(name);
  return match
    ? view.bank({ misc: 'tlbMisc', lo0: 'tlbLo0', lo1: 'tlbLo1' }[match[2] as 'misc'])[Number(match[1])]
    : undefined;
};

const readRegister = (view: HartView, name: string): bigint | undefined => {
  const spec = LOONGARCH64.register(name);
  if (!spec) return tlbCellOf(view, name);
  if (spec.name === 'pc') return view.pc;
  if (spec.name === 'fcsr') return view.get('fcsr');
  const found = place(spec.name);
  return found ? view.read(found.file, found.index) : peekCsr(view, spec.name);
};

const writeRegister = (view: HartView, name: string, value: bigint): boolean => {
  const spec = LOONGARCH64.register(name);
  if (!spec?.isWritable) return false;
  if (spec.name === 'pc') view.pc = value & ~3n;
  else if (spec.name === 'fcsr') view.set('fcsr', value);
  else {
    const found = place(spec.name);
    if (!found) return pokeCsr(view, spec.name, value);
    view.write(found.file, found.index, value);
  }
  return true;
};
