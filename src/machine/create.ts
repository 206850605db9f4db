/** Makes a machine out of a user's files and options. */
import type { DriveBus } from '../base/device-words';
import type { BoardSpec, Drive, ExtraDevice } from './boards/board';
import { RISCV64_VIRT } from './boards/riscv64-virt';
import { RISCV64_VIRT_BOARD } from './boards/riscv64-virt-board';
import { virtFdt } from './boards/riscv64-virt-tree';
import { type LoadPlan, type NamedFile, planLoad } from './load';
import { LoadError } from './load-error';
import { EmulatedMachine } from './machine';
import { sizeOf } from './memory-size';

export interface MachineOptions {
  /** Bytes of RAM; default 128 MiB. */
  readonly memory?: number;
  readonly harts?: number;
  readonly kernel?: NamedFile;
  readonly bios?: NamedFile;
  readonly initrd?: NamedFile;
  readonly pflash0?: NamedFile;
  readonly pflash1?: NamedFile;
  readonly drives?: readonly Drive[];
  readonly extras?: readonly ExtraDevice[];
  /** Kernel command line. */
  readonly append?: string;
  /** Physical load address, where the kernel's format does not say. */
  readonly loadAddress?: number;
}

export interface CreatedMachine {
  readonly machine: EmulatedMachine;
  readonly plan: LoadPlan;
}

const BOARD: BoardSpec = RISCV64_VIRT_BOARD;
const MEBIBYTE = 1024 * 1024;

/** Architectures that have a board. */
export const ARCHITECTURES: readonly string[] = [BOARD.arch];

/** @throws LoadError for everything a user can get wrong. */
export const createMachine = (options: MachineOptions): CreatedMachine => {
  const memory = options.memory ?? 128 * MEBIBYTE;
  const harts = options.harts ?? 1;
  const plan = planLoad({
    board: {
      ramBase: RISCV64_VIRT.ramBase,
      kernelBase: RISCV64_VIRT.kernelBase,
      flashSize: RISCV64_VIRT.flash.unitSize,
      flashBase: RISCV64_VIRT.map.flash0.base,
      maxHarts: RISCV64_VIRT.maxHarts,
    },
    memory,
    harts,
    kernel: options.kernel,
    bios: options.bios,
    initrd: options.initrd,
    pflash0: options.pflash0,
    pflash1: options.pflash1,
    loadAddress: options.loadAddress,
    fdt: (initrd) => virtFdt({ harts, memory, bootargs: options.append, initrd }),
  });
  const { drives = [], extras = [] } = options;
  checkRoom([...drives, ...extras]);
  const files = { pflash0: options.pflash0?.bytes, pflash1: options.pflash1?.bytes, drives, extras };
  try {
    return { machine: new EmulatedMachine({ spec: BOARD, memory, harts, plan, files }), plan };
  } catch (error) {
    // The only RangeError of a valid plan: the host gives no buffer of that size.
    if (!(error instanceof RangeError)) throw error;
    throw new LoadError('--memory', `this host has no room for ${sizeOf(memory)} of RAM`, 'Give less, such as 128M.');
  }
};

const checkRoom = (devices: readonly { readonly bus: DriveBus }[]): void => {
  const onPci = devices.filter(({ bus }) => bus === 'virtio-pci').length;
  for (const [count, most, bus] of [
    [onPci, RISCV64_VIRT.pciSlots, 'virtio-pci'],
    [devices.length - onPci, RISCV64_VIRT.virtioTransports, 'virtio-mmio'],
  ] as const) {
    if (count > most)
      throw new LoadError('--disk and --device', `${count} devices are too many on ${bus}`, `It takes ${most}.`);
  }
};
