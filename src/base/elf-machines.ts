/** What `e_machine` of an ELF file means. See the System V gABI, "ELF Header", and the supplements of the processors. */
export interface ElfMachine {
  /** As people call it. */
  readonly name: string;
  /** Our word for the architecture, where we have one for its 64-bit little-endian form. */
  readonly arch?: 'riscv64' | 'aarch64' | 'x86_64' | 'loongarch64';
}

/** RISC-V's `e_machine`. */
export const EM_RISCV = 243;

/** `e_machine` values that people are likely to have. */
export const ELF_MACHINES: Readonly<Record<number, ElfMachine>> = {
  3: { name: 'x86 (32-bit)' },
  8: { name: 'MIPS' },
  20: { name: 'PowerPC' },
  21: { name: 'PowerPC64' },
  40: { name: 'Arm (32-bit)' },
  62: { name: 'x86-64', arch: 'x86_64' },
  183: { name: 'AArch64', arch: 'aarch64' },
  [EM_RISCV]: { name: 'RISC-V', arch: 'riscv64' },
  258: { name: 'LoongArch', arch: 'loongarch64' },
};
