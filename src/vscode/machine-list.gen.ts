// Written by src/build/generate.ts from src/machine/create.ts.
/** Architectures that can be run here. */
export const MACHINES: readonly string[] = ['riscv64'];
