/** Words in paths of sources that say their instruction set: `arch/riscv/boot.S`, `entry-riscv64.S`. */
import type { Architecture } from './architectures';

export const ASSEMBLY_FOLDERS: Readonly<Record<Architecture, readonly string[]>> = {
  riscv64: ['riscv', 'riscv64', 'riscv32', 'rv64', 'rv32'],
  aarch64: ['aarch64', 'arm64', 'armv8'],
  x86_64: ['x86_64', 'x86-64', 'x86', 'amd64', 'i386'],
  loongarch64: ['loongarch64', 'loongarch'],
};
