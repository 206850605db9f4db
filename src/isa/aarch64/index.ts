/**
 * AArch64: what its instructions, registers, exceptions and translation are, at EL0 to EL2. Start at `engine-isa` for what the
 * engine executes and at `sysregs`, `exceptions`, `paging`, `paging-cpu` for the privileged architecture. No machine state
 * lives here.
 */
export { CPUS } from './cpus';
export { AARCH64_ENGINE } from './engine-isa';
export { AARCH64 } from './isa';
export { readRegister, writeRegister } from './register-access';
export { resetState } from './state';
export { peekSysreg, pokeSysreg } from './sysreg-access';
export { worldOf } from './worlds';
