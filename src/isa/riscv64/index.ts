/**
 * RISC-V 64: what its instructions, registers, traps and page tables are. Start at `engine-isa` for what the engine executes
 * and at `csrs`, `traps`, `paging` for the privileged architecture. No machine state lives here.
 */
export { peekCsr, pokeCsr } from './csr-access';
export { type ResetOptions, resetState } from './csrs-slots';
export { RISCV64_ENGINE } from './engine-isa';
export { RISCV64 } from './isa';
export { REGISTERS } from './registers';
export { worldOf, worldOfPrivilege } from './worlds';
