import type { Architecture } from '../../base/architectures';

/** What building and cross-checking a kernel needs to know of an architecture. Add a row to add one. */
export interface BuildArchitecture {
  /** Rust's name of the bare-metal target. */
  readonly target: string;
  readonly qemu: QemuMachine;
}

/** The machine of QEMU 10 that stands for our board of the same architecture. */
export interface QemuMachine {
  readonly program: string;
  /** Debian's package of `program`, from bookworm-backports. */
  readonly package: string;
  readonly machine: string;
  /** In place of QEMU's default processor; a kernel.json may name another. */
  readonly cpu?: string;
  /** Added to `machine` for kernels that want the hypervisor mode, where it is off by default. */
  readonly virtualization?: string;
  /** The machine's own firmware, where it has to be inside a flash bank that the kernel's contents replace. */
  readonly firmware?: { readonly bank: string; readonly file: string; readonly package: string };
}

export const architectures: Readonly<Record<Architecture, BuildArchitecture>> = {
  riscv64: {
    target: 'riscv64gc-unknown-none-elf',
    qemu: { program: 'qemu-system-riscv64', package: 'qemu-system-riscv', machine: 'virt' },
  },
  aarch64: {
    target: 'aarch64-unknown-none-softfloat',
    qemu: {
      program: 'qemu-system-aarch64',
      package: 'qemu-system-arm',
      machine: 'virt',
      cpu: 'cortex-a72',
      virtualization: 'virtualization=on',
    },
  },
  x86_64: {
    target: 'x86_64-unknown-none',
    qemu: {
      program: 'qemu-system-x86_64',
      package: 'qemu-system-x86',
      machine: 'q35',
      firmware: { bank: 'pflash0', file: '/usr/share/seabios/bios-256k.bin', package: 'seabios' },
    },
  },
  loongarch64: {
    target: 'loongarch64-unknown-none-softfloat',
    qemu: { program: 'qemu-system-loongarch64', package: 'qemu-system-misc', machine: 'virt' },
  },
};
