/** `x86_64-q35` as a board a machine can be made of: devices, reset, processors, registers. */
import type { BoardChoices } from '../../../base/board-choices';
import type { HartView } from '../../../engine/hart-view';
import type { BusWidth } from '../../../isa/core/privileged';
import {
  CPUS,
  peekRegister,
  readRegister,
  resetState,
  worldOf,
  writeRegister,
  X86_64,
  X86_64_ENGINE,
} from '../../../isa/x86_64';
import type { PcMode } from '../../boot/pc-start';
import { busSpace } from '../../bus';
import { type Board, type BoardSpec, windowsOf } from '../board';
import { deviceHost } from '../device-host';
import { flashArray } from '../flash-banks';
import { planQ35 } from './boot';
import { buildQ35 } from './devices';
import { setUpAsFirmware } from './firmware-state';
import { X86_64_Q35 } from './map';
import { ramOf } from './memory';
import { processorInputs, STOPPED } from './processors';
import { enterProgram } from './start';

const MODES = ['auto', 'real', 'protected', 'long'] as const;
/** VM_CR where SVM is off for good: SVMDIS and LOCK. */
const NO_SVM = 0x18n;

const modeOf = ({ start }: BoardChoices): PcMode | undefined => MODES.slice(1).find((mode) => mode === start) as PcMode;

export const X86_64_Q35_BOARD: BoardSpec = {
  id: X86_64_Q35.id,
  arch: 'x86_64',
  isa: X86_64,
  engineIsa: X86_64_ENGINE,
  ram: ramOf,
  maxHarts: X86_64_Q35.maxHarts,
  nanosecondsPerInstruction: BigInt(X86_64_Q35.nanosecondsPerInstruction),
  options: {
    cpu: CPUS.map(({ name }) => name) as [string, ...string[]],
    virtualization: ['on', 'off'],
    start: MODES,
  },
  tick: () => 1n,
  room: { 'virtio-pci': X86_64_Q35.pciSlots, 'virtio-mmio': 0, 'virtio-mmio-legacy': 0 },
  windows: windowsOf(X86_64_Q35.map),
  plan: (input, choices) => planQ35(input, modeOf(choices)),
  build: (services, files, choices): Board => {
    let hasFirmware = false;
    const host = { ...deviceHost(services), ...processorInputs(services, () => hasFirmware) };
    const q35 = buildQ35(host, { processors: services.harts, memory: services.memory, ...files });
    const cpu = CPUS.findIndex(({ name }) => name === choices.cpu);
    const reset = (view: HartView): void => {
      // What its inputs are is the controllers' business.
      const lines = view.get('lines');
      resetState(view, { cpu, processors: services.harts, isBootstrap: view.hart === 0 });
      view.set('lines', lines);
      if (choices.virtualization === 'off') view.set('VM_CR', NO_SVM);
      q35.apics.baseChanged(view.hart);
    };
    return {
      id: X86_64_Q35.id,
      isa: X86_64,
      engineIsa: X86_64_ENGINE,
      bus: q35.bus,
      spaces: {
        port: busSpace(q35.ports),
        apic: {
          read: (address: number, _: BusWidth, by: number) => q35.apics.readSpace(address, by),
          write: (address: number, _: BusWidth, value: bigint, by: number) => q35.apics.writeSpace(address, value, by),
        },
      },
      devices: q35.devices,
      console: q35.console,
      rootRegisters: ['cr3', 'nestedCr3'],
      readArray: (pa, length) => flashArray(q35.bus, q35.flash, pa, length),
      resetHart: (view, plan) => {
        reset(view);
        if (view.hart > 0) {
          view.activity = STOPPED;
          return;
        }
        hasFirmware = plan.mode === 'reset';
        if (!hasFirmware) setUpAsFirmware(q35.ports, q35.pcie);
        enterProgram(view, plan);
      },
      firmwareCall: () => false,
      // The local APICs' timers are devices.
      timersChanged: () => {},
      alarmFired: () => {},
      worldOf: (slot) => worldOf({ get: slot }),
      readRegister,
      readSystemRegister: (state, name) => peekRegister(state, name),
      writeRegister,
    };
  },
};
