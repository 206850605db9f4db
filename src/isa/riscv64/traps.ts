/**
 * Trap causes, entry and return, and which interrupt is next.
 * @see RISC-V Privileged ISA, "Machine Trap Delegation", "mstatus", "Supervisor Trap"
 */
import type { TrapCause } from '../core/isa';
import { FirmwareCall, GuestTrap, type HartState } from '../core/privileged';
import { illegalInstruction, privilegeOf } from './csr-access';
import { MSTATUS, PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import { storeSlot } from './csrs-slots';

/** Cause numbers of synchronous exceptions. */
export const CAUSE = {
  fetchMisaligned: 0,
  fetchAccess: 1,
  illegal: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccess: 5,
  storeMisaligned: 6,
  storeAccess: 7,
  ecallU: 8,
  ecallS: 9,
  ecallM: 11,
  fetchPage: 12,
  loadPage: 13,
  storePage: 15,
} as const;

const exception = (cause: number, id: string, name: string, group: string, tval: TrapCause['tval']): TrapCause => ({
  id,
  cause,
  isInterrupt: false,
  name,
  group,
  tval,
});
const interrupt = (cause: number, id: string, name: string): TrapCause => ({
  id,
  cause,
  isInterrupt: true,
  name,
  group: 'interrupt',
  tval: 'zero',
});

/** Every cause a hart here can report. */
export const CAUSES: readonly TrapCause[] = [
  exception(0, 'instruction-address-misaligned', 'Instruction address misaligned', 'misaligned', 'address'),
  exception(1, 'instruction-access-fault', 'Instruction access fault', 'access', 'address'),
  exception(2, 'illegal-instruction', 'Illegal instruction', 'illegal', 'instruction'),
  exception(3, 'breakpoint', 'Breakpoint', 'breakpoint', 'zero'),
  exception(4, 'load-address-misaligned', 'Load address misaligned', 'misaligned', 'address'),
  exception(5, 'load-access-fault', 'Load access fault', 'access', 'address'),
  exception(6, 'store-address-misaligned', 'Store/AMO address misaligned', 'misaligned', 'address'),
  exception(7, 'store-access-fault', 'Store/AMO access fault', 'access', 'address'),
  exception(8, 'ecall-from-u', 'Environment call from U-mode', 'ecall', 'zero'),
  exception(9, 'ecall-from-s', 'Environment call from S-mode', 'ecall', 'zero'),
  exception(11, 'ecall-from-m', 'Environment call from M-mode', 'ecall', 'zero'),
  exception(12, 'instruction-page-fault', 'Instruction page fault', 'page-fault', 'address'),
  exception(13, 'load-page-fault', 'Load page fault', 'page-fault', 'address'),
  exception(15, 'store-page-fault', 'Store/AMO page fault', 'page-fault', 'address'),
  interrupt(1, 'supervisor-software-interrupt', 'Supervisor software interrupt'),
  interrupt(3, 'machine-software-interrupt', 'Machine software interrupt'),
  interrupt(5, 'supervisor-timer-interrupt', 'Supervisor timer interrupt'),
  interrupt(7, 'machine-timer-interrupt', 'Machine timer interrupt'),
  interrupt(9, 'supervisor-external-interrupt', 'Supervisor external interrupt'),
  interrupt(11, 'machine-external-interrupt', 'Machine external interrupt'),
];

/** The cause's name in the manual's words; a number for one that no hart here raises. */
export const causeName = (cause: number, isInterrupt: boolean): string =>
  CAUSES.find((row) => row.cause === cause && row.isInterrupt === isInterrupt)?.name ?? `cause ${cause}`;

/**
 * Enters the trap handler: M-mode's, or S-mode's when the cause is delegated and comes from below M.
 * @param epc address of the interrupted instruction, or of the next one for interrupts.
 */
export const takeTrap = (state: HartState, cause: number, isInterrupt: boolean, tval: bigint, epc: bigint): void => {
  const from = privilegeOf(state);
  const delegated = (state.get(isInterrupt ? 'mideleg' : 'medeleg') >> BigInt(cause)) & 1n;
  const code = BigInt(cause) | (isInterrupt ? 1n << 63n : 0n);
  const mstatus = state.get('mstatus');
  if (from < PRIV_M && delegated) {
    const kept = mstatus & ~(MSTATUS.SPIE | MSTATUS.SIE | MSTATUS.SPP);
    const spie = (mstatus & MSTATUS.SIE) << 4n;
    storeSlot(state, 'mstatus', kept | spie | (from === PRIV_S ? MSTATUS.SPP : 0n));
    enter(state, PRIV_S, 's', code, tval, epc);
  } else {
    const kept = mstatus & ~(MSTATUS.MPIE | MSTATUS.MIE | MSTATUS.MPP);
    const mpie = (mstatus & MSTATUS.MIE) << 4n;
    storeSlot(state, 'mstatus', kept | mpie | (BigInt(from) << 11n));
    enter(state, PRIV_M, 'm', code, tval, epc);
  }
};

const enter = (state: HartState, to: number, bank: 's' | 'm', code: bigint, tval: bigint, epc: bigint): void => {
  state.set(`${bank}cause`, code);
  state.set(`${bank}epc`, epc & ~1n);
  state.set(`${bank}tval`, BigInt.asUintN(64, tval));
  storeSlot(state, 'priv', BigInt(to));
  const tvec = state.get(`${bank}tvec`);
  const base = tvec & ~3n;
  const isVectored = (tvec & 1n) === 1n && code >> 63n === 1n;
  state.jump(isVectored ? BigInt.asUintN(64, base + 4n * BigInt.asUintN(63, code)) : base);
};

/** Highest priority first (Machine ISA, "mip and mie"). */
const PRIORITY: readonly number[] = [11, 3, 7, 9, 1, 5];

/** The interrupt to take before the next instruction: its cause number, or undefined. */
export const pendingInterrupt = (state: Pick<HartState, 'get'>): number | undefined => {
  const pending = Number((state.get('mip') | state.get('mipLines')) & state.get('mie'));
  if (pending === 0) return undefined;
  const privilege = privilegeOf(state);
  const mstatus = state.get('mstatus');
  const delegated = Number(state.get('mideleg'));
  const forMachine = privilege < PRIV_M || mstatus & MSTATUS.MIE ? pending & ~delegated : 0;
  const isOpen = privilege < PRIV_S || (privilege === PRIV_S && (mstatus & MSTATUS.SIE) !== 0n);
  const forSupervisor = isOpen ? pending & delegated : 0;
  // All that traps to M comes before all that traps to S.
  const ready = forMachine || forSupervisor;
  return ready === 0 ? undefined : PRIORITY.find((cause) => (ready >> cause) & 1);
};

/** Whether wfi resumes: some enabled interrupt is pending, whatever the global enables and delegation say. */
export const wakesFromWait = (state: Pick<HartState, 'get'>): boolean =>
  ((state.get('mip') | state.get('mipLines')) & state.get('mie')) !== 0n;

/** @throws FirmwareCall in S-mode under machine-provided SBI; otherwise GuestTrap. */
export const ecall = (state: HartState): void => {
  const privilege = privilegeOf(state);
  if (privilege === PRIV_S && state.get('sbi') === 1n) throw new FirmwareCall();
  throw new GuestTrap(CAUSE.ecallU + privilege, 0n);
};

/** tval is 0: the manual lets it be that or the address, and QEMU writes 0. */
export const ebreak = (_state: HartState): void => {
  throw new GuestTrap(CAUSE.breakpoint, 0n);
};

export const mret = (state: HartState): void => {
  if (privilegeOf(state) < PRIV_M) throw illegalInstruction(state);
  const mstatus = state.get('mstatus');
  const to = Number((mstatus & MSTATUS.MPP) >> 11n);
  const kept = mstatus & ~(MSTATUS.MIE | MSTATUS.MPP | (to === PRIV_M ? 0n : MSTATUS.MPRV));
  leave(state, kept | ((mstatus & MSTATUS.MPIE) >> 4n) | MSTATUS.MPIE, to, state.get('mepc'));
};

export const sret = (state: HartState): void => {
  const mstatus = state.get('mstatus');
  const privilege = privilegeOf(state);
  if (privilege < PRIV_S || (privilege === PRIV_S && mstatus & MSTATUS.TSR)) throw illegalInstruction(state);
  const to = mstatus & MSTATUS.SPP ? PRIV_S : PRIV_U;
  const kept = mstatus & ~(MSTATUS.SIE | MSTATUS.SPP | MSTATUS.MPRV);
  leave(state, kept | ((mstatus & MSTATUS.SPIE) >> 4n) | MSTATUS.SPIE, to, state.get('sepc'));
};

const leave = (state: HartState, mstatus: bigint, to: number, target: bigint): void => {
  storeSlot(state, 'mstatus', mstatus);
  storeSlot(state, 'priv', BigInt(to));
  state.jump(target);
};

/** Illegal in U-mode, which may not stop a hart, and in S-mode when TW asks for it; no time limit is granted. */
export const wfi = (state: HartState): void => {
  const privilege = privilegeOf(state);
  if (privilege === PRIV_U || (privilege === PRIV_S && state.get('mstatus') & MSTATUS.TW)) {
    throw illegalInstruction(state);
  }
  state.wait();
};

/** Drops all translations, whatever address and ASID it names: a larger flush than asked is always allowed. */
export const sfenceVma = (state: HartState): void => {
  const privilege = privilegeOf(state);
  if (privilege === PRIV_U || (privilege === PRIV_S && state.get('mstatus') & MSTATUS.TVM)) {
    throw illegalInstruction(state);
  }
  state.flushTranslations();
};

/** Raises illegal-instruction while mstatus.FS is Off; sets it Dirty when `dirty`. For every FP instruction. */
export const prepareFp = (state: HartState, dirty: boolean): void => {
  const mstatus = state.get('mstatus');
  if ((mstatus & MSTATUS.FS) === 0n) throw illegalInstruction(state);
  if (dirty) storeSlot(state, 'mstatus', mstatus | MSTATUS.FS);
};
