/** `aarch64-virt` as a board a machine can be made of: devices, reset, timers, PSCI, registers. */
import type { BoardChoices } from '../../../base/board-choices';
import type { Gicv2 } from '../../../devices/intc/gicv2';
import { Gicv3 } from '../../../devices/intc/gicv3';
import { type GuestAccess, readGicRegister, writeGicRegister } from '../../../devices/intc/gicv3-registers';
import type { HartView } from '../../../engine/hart-view';
import {
  AARCH64,
  AARCH64_ENGINE,
  CPUS,
  peekSysreg,
  readRegister,
  resetState,
  worldOf,
  writeRegister,
} from '../../../isa/aarch64';
import { createPsciFirmware } from '../../firmware/psci/machine';
import { createSemihosting, SEMIHOSTING_OPTION } from '../../firmware/semihosting/machine';
import { type Board, type BoardServices, type BoardSpec, windowsOf } from '../board';
import { deviceHost } from '../device-host';
import { flashArray } from '../flash-banks';
import { planAarch64, ramOf } from './boot';
import { conduitOf, type VirtChoices } from './choices';
import { buildVirtBoard } from './devices';
import { AARCH64_VIRT } from './map';
import { createTimers, TIMERS } from './timers';

const STOPPED = 2;
const SECOND = 1_000_000_000n;
const DEFAULT_CPU = 'cortex-a72';

const virtChoices = (choices: BoardChoices): VirtChoices => ({
  gic: choices.gic === '3' ? 3 : 2,
  virtualization: choices.virtualization === 'on',
  cpu: choices.cpu ?? DEFAULT_CPU,
});

/** HCR_EL2: what of the interrupts is a guest's business. */
const HCR = { FMO: 1n << 3n, IMO: 1n << 4n } as const;

/** At EL1 of a guest the interfaces are the virtual ones. */
const guestAccess = (view: HartView): GuestAccess => {
  const hcr = view.get('EL') === 1n ? view.get('HCR_EL2') : 0n;
  return { group0: (hcr & HCR.FMO) !== 0n, group1: (hcr & HCR.IMO) !== 0n };
};

/** A GICv3's interfaces are system registers. */
const gicSpaces = (services: BoardServices, gic: Gicv2 | Gicv3): Board['spaces'] => {
  if (!(gic instanceof Gicv3)) return {};
  return {
    sysreg: {
      read: (number, _, by) => readGicRegister(gic, number, by, guestAccess(services.hart(by))),
      write: (number, _, value, by) => writeGicRegister(gic, number, by, value, guestAccess(services.hart(by))),
    },
  };
};

/** Guest nanoseconds of one tick of the counter, whose frequency is the processor's. */
const tickOf = (choices: BoardChoices): bigint => {
  const { cpu } = virtChoices(choices);
  return SECOND / BigInt(CPUS.find(({ name }) => name === cpu)?.counterHz ?? SECOND);
};

export const AARCH64_VIRT_BOARD: BoardSpec = {
  id: AARCH64_VIRT.id,
  arch: 'aarch64',
  isa: AARCH64,
  engineIsa: AARCH64_ENGINE,
  ram: ramOf,
  maxHarts: AARCH64_VIRT.maxHarts,
  nanosecondsPerInstruction: BigInt(AARCH64_VIRT.nanosecondsPerInstruction),
  options: {
    cpu: [DEFAULT_CPU, ...CPUS.map(({ name }) => name).filter((name) => name !== DEFAULT_CPU)],
    gic: ['2', '3'],
    virtualization: ['off', 'on'],
    ...SEMIHOSTING_OPTION,
  },
  tick: tickOf,
  room: {
    'virtio-pci': AARCH64_VIRT.pciSlots,
    'virtio-mmio': AARCH64_VIRT.virtioTransports,
    'virtio-mmio-legacy': AARCH64_VIRT.virtioTransports,
  },
  windows: windowsOf(AARCH64_VIRT.map),
  plan: (input, choices) => planAarch64(input, virtChoices(choices)),
  build: (services, files, given): Board => {
    const choices = virtChoices(given);
    const conduit = conduitOf(choices);
    const virt = buildVirtBoard(
      {
        ...deviceHost(services),
        line: (processor, bit, level) => {
          const view = services.hart(processor);
          const mask = 1n << BigInt(bit);
          const lines = view.get('lines');
          const changed = level ? lines | mask : lines & ~mask;
          if (changed === lines) return;
          view.set('lines', changed);
          services.attention(processor);
        },
      },
      { processors: services.harts, memory: services.memory, choices, ...files },
    );
    const timers = createTimers(services, tickOf(given), (processor, interrupt, level) =>
      virt.gic.setPrivate(processor, interrupt, level),
    );
    const reset = (view: HartView): void => {
      // What its interrupts are is the controller's business, which keeps them while a processor is off.
      const lines = view.get('lines');
      resetState(view, {
        cpu: CPUS.findIndex(({ name }) => name === choices.cpu),
        el: choices.virtualization ? 2 : 1,
        hart: view.hart,
        psci: conduit,
        hasGicRegisters: choices.gic === 3,
      });
      view.set('lines', lines);
      timers.changed(view);
    };
    const psci = createPsciFirmware(services, (view, { at, context }) => {
      reset(view);
      for (let index = 0; index < 31; index++) view.write('x', index, 0n);
      view.write('x', 0, context);
      view.pc = at;
      services.flushTranslations(view.hart);
    });
    const semihosting = createSemihosting(services, {
      ...files,
      choices: given,
      ram: { base: AARCH64_VIRT.ramBase, size: services.memory },
      registers: [0, 1],
      receive: (limit) => virt.uart.receive(limit),
    });
    return {
      id: AARCH64_VIRT.id,
      isa: AARCH64,
      engineIsa: AARCH64_ENGINE,
      bus: virt.bus,
      spaces: { ...gicSpaces(services, virt.gic), ...semihosting.spaces },
      devices: virt.devices,
      console: virt.console,
      rootRegisters: ['TTBR0_EL1', 'TTBR1_EL1', 'TTBR0_EL2', 'TTBR1_EL2', 'VTTBR_EL2'],
      readArray: (pa, length) => flashArray(virt.bus, virt.flash, pa, length),
      resetHart: (view, plan) => {
        reset(view);
        view.pc = BigInt(plan.entry);
        if (view.hart === 0)
          for (const [name, value] of Object.entries(plan.registers)) writeRegister(view, name, value);
        // The first processor starts the others by PSCI.
        else view.activity = STOPPED;
      },
      firmwareCall: (view, service) => (service === 'semihosting' ? semihosting.call(view) : psci(view)),
      timersChanged: (view) => timers.changed(view),
      alarmFired: (owner, tag) => {
        if (owner === TIMERS) timers.fired(tag);
      },
      worldOf: (slot) => worldOf({ get: slot }),
      readRegister,
      readSystemRegister: (state, name) => peekSysreg(state, name),
      writeRegister,
    };
  },
};
