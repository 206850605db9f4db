/** `riscv64-virt` as a board a machine can be made of: devices, reset, SBI, registers. */
import type { HartView } from '../../../engine/hart-view';
import { peekCsr, pokeCsr, RISCV64, RISCV64_ENGINE, resetState, worldOf } from '../../../isa/riscv64';
import { createSbiFirmware } from '../../firmware/sbi/machine';
import { createSemihosting, SEMIHOSTING_OPTION } from '../../firmware/semihosting/machine';
import { type Board, type BoardSpec, windowsOf } from '../board';
import { deviceHost } from '../device-host';
import { flashArray } from '../flash-banks';
import { planRiscv64 } from './boot';
import { buildVirtBoard, type HartLine } from './devices';
import { RISCV64_VIRT } from './map';
import { createHartTimers } from './timers';

/** Bits of mip that the board's lines drive. */
const LINE_BITS: Readonly<Record<HartLine, bigint>> = {
  MSIP: 1n << 3n,
  MTIP: 1n << 7n,
  SEIP: 1n << 9n,
  MEIP: 1n << 11n,
};

/** The first argument's register, which a result comes back in. */
const A0 = 10;

const TICK = 1_000_000_000n / BigInt(RISCV64_VIRT.timebase);

export const RISCV64_VIRT_BOARD: BoardSpec = {
  id: RISCV64_VIRT.id,
  arch: 'riscv64',
  isa: RISCV64,
  engineIsa: RISCV64_ENGINE,
  ram: (memory) => [{ base: RISCV64_VIRT.ramBase, size: memory }],
  maxHarts: RISCV64_VIRT.maxHarts,
  nanosecondsPerInstruction: BigInt(RISCV64_VIRT.nanosecondsPerInstruction),
  options: SEMIHOSTING_OPTION,
  tick: () => TICK,
  room: {
    'virtio-pci': RISCV64_VIRT.pciSlots,
    'virtio-mmio': RISCV64_VIRT.virtioTransports,
    'virtio-mmio-legacy': RISCV64_VIRT.virtioTransports,
  },
  windows: windowsOf(RISCV64_VIRT.map),
  plan: planRiscv64,
  build: (services, files, choices): Board => {
    const virt = buildVirtBoard(
      {
        ...deviceHost(services),
        hartLine: (hart, line, level) => {
          const view = services.hart(hart);
          const bit = LINE_BITS[line];
          const lines = view.get('mipLines');
          view.set('mipLines', level ? lines | bit : lines & ~bit);
          services.attention(hart);
        },
      },
      { harts: services.harts, ...files },
    );
    const timers = createHartTimers(services, TICK);
    const sbi = createSbiFirmware(
      services,
      (limit) => virt.uart.receive(limit),
      timers,
      (view, { at, opaque }) => {
        resetState(view, { hartid: view.hart, start: 'supervisor' });
        view.write('x', A0, BigInt(view.hart));
        view.write('x', A0 + 1, opaque);
        view.pc = at;
        services.flushTranslations(view.hart);
      },
    );
    const semihosting = createSemihosting(services, {
      ...files,
      choices,
      ram: { base: RISCV64_VIRT.ramBase, size: services.memory },
      registers: [A0, A0 + 1],
      receive: (limit) => virt.uart.receive(limit),
    });
    return {
      id: RISCV64_VIRT.id,
      isa: RISCV64,
      engineIsa: RISCV64_ENGINE,
      bus: virt.bus,
      spaces: semihosting.spaces,
      devices: virt.devices,
      console: virt.console,
      rootRegisters: ['satp', 'vsatp', 'hgatp'],
      readArray: (pa, length) => flashArray(virt.bus, virt.flash, pa, length),
      resetHart: (view, plan) => {
        const start = plan.mode === 'M' ? 'machine' : 'supervisor';
        resetState(view, { hartid: view.hart, start });
        view.pc = BigInt(plan.entry);
        view.write('x', A0, BigInt(view.hart));
        for (const [name, value] of Object.entries(plan.registers)) writeRegister(view, name, value);
        // Firmware of the guest's own starts all harts; the machine's SBI starts the first and waits for HSM calls.
        view.activity = start === 'supervisor' && view.hart !== 0 ? 2 : 0;
      },
      firmwareCall: (view, service) => (service === 'semihosting' ? semihosting.call(view) : sbi.call(view)),
      timersChanged: (view) => timers.changed(view),
      alarmFired: (_, tag) => timers.fired(tag),
      worldOf: (slot) => worldOf({ get: slot }),
      readRegister,
      readSystemRegister: (state, name) => peekCsr(state, name),
      writeRegister,
    };
  },
};

const fileIndex = (name: string): { readonly file: 'x' | 'f'; readonly index: number } | undefined => {
  const match = /^([xf])(\d+)$/.exec(name);
  return match ? { file: match[1] as 'x' | 'f', index: Number(match[2]) } : undefined;
};

const readRegister = (view: HartView, name: string): bigint | undefined => {
  const spec = RISCV64.register(name);
  if (!spec) return undefined;
  if (spec.name === 'pc') return view.pc;
  const place = fileIndex(spec.name);
  if (place) return view.read(place.file, place.index);
  return peekCsr(view, spec.name);
};

const writeRegister = (view: HartView, name: string, value: bigint): boolean => {
  const spec = RISCV64.register(name);
  if (!spec?.isWritable) return false;
  if (spec.name === 'pc') {
    view.pc = value & ~1n;
    return true;
  }
  const place = fileIndex(spec.name);
  if (!place) return pokeCsr(view, spec.name, value);
  view.write(place.file, place.index, value);
  return true;
};
