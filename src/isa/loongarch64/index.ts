/**
 * LoongArch64: what its instructions, registers, exceptions and TLB are. Start at `engine-isa` for what the engine executes and at
 * `csrs`, `exceptions`, `tlb`, `paging-cpu` for the privileged architecture. No machine state lives here.
 */
export { STABLE_COUNTER_HZ } from './cpucfg';
export { peekCsr, pokeCsr } from './csr-access';
export { LOONGARCH64_ENGINE } from './engine-isa';
export { LOONGARCH64 } from './isa';
export { tlbCell } from './paging-view';
export { REGISTERS } from './registers';
export { resetState } from './state';
export { worldOf, worldOfPlv } from './worlds';
