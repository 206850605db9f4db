// Written by src/build/generate.ts from src/machine/boards/all.ts.
/** Architectures that can be run here. */
export const MACHINES: readonly string[] = ['riscv64', 'loongarch64', 'aarch64', 'x86_64'];
