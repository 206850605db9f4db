/** What building and cross-checking a kernel needs to know of an architecture. Add a row to add one. */
export interface BuildArchitecture {
  /** Rust's name of the bare-metal target. */
  readonly target: string;
  readonly qemu: {
    readonly program: string;
    /** Debian's package of `program`. */
    readonly package: string;
    /** Machine and firmware. */
    readonly machine: readonly string[];
    /** Base address of each flash bank. QEMU's loader device fills it: `-drive if=pflash,unit=1` boots it on QEMU 7.2. */
    readonly flash: Readonly<Record<string, string>>;
  };
}

export const architectures: Readonly<Record<string, BuildArchitecture>> = {
  riscv64: {
    target: 'riscv64gc-unknown-none-elf',
    qemu: {
      program: 'qemu-system-riscv64',
      package: 'qemu-system-misc',
      machine: ['-machine', 'virt', '-bios', 'default'],
      flash: { pflash0: '0x20000000', pflash1: '0x22000000' },
    },
  },
};
