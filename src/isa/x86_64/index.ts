/**
 * x86-64: what its instructions, registers, exceptions and translation are, in all modes, with AMD's virtual machines. Start at `form`
 * for how instructions are described, at `segments`, `paging`, `paging-cpu` and `svm/` for the privileged architecture. No machine
 * state lives here.
 */
export { CPUS } from './cpus';
export { X86_64_ENGINE } from './engine-isa';
export { X86_64 } from './isa';
export { peekRegister, readRegister, writeRegister } from './register-access';
export { initState, RESET_PC, resetState, startAt } from './reset';
export { worldOf } from './worlds';
