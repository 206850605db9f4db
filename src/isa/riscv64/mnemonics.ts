/** The words that begin instructions in RISC-V assembly. */
import { RISCV64_ASSEMBLY } from './assembly-language';

/** All of them, each once, in order. Atomic instructions stand with each of their orderings. */
export const mnemonics = (): readonly string[] => [...RISCV64_ASSEMBLY.mnemonics.keys()].sort();
