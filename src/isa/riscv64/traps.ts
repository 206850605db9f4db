/**
 * Trap entry and return, and which interrupt is next.
 * @see RISC-V Privileged ISA, "Machine Trap Delegation", "mstatus", "Supervisor Trap", "Traps" of the hypervisor extension
 */
import { FirmwareCall, type HartState, SEMIHOSTING, Trap, type TrapDetail } from '../core/privileged';
import { CAUSE } from './causes';
import { illegalInstruction, isGuest, modeOf, privilegeOf, virtualInstruction } from './csr-access';
import { GUEST, HSTATUS, MSTATUS, PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import { storeSlot } from './csrs-slots';
import { dataPrivilege } from './effective-privilege';
import { transformedInstruction } from './transformed-instruction';

/** Exceptions of loads, stores and AMOs, and those of fetches, that put an address into tval. */
const DATA_FAULTS: ReadonlySet<number> = new Set([
  CAUSE.loadMisaligned,
  CAUSE.loadAccess,
  CAUSE.storeMisaligned,
  CAUSE.storeAccess,
  CAUSE.loadPage,
  CAUSE.storePage,
  CAUSE.loadGuestPage,
  CAUSE.storeGuestPage,
]);
const FETCH_FAULTS: ReadonlySet<number> = new Set([
  CAUSE.fetchMisaligned,
  CAUSE.fetchAccess,
  CAUSE.fetchPage,
  CAUSE.fetchGuestPage,
]);

/** Whether tval holds an address of a guest's space. */
const isGuestAddress = (state: HartState, cause: number, detail: TrapDetail | undefined): boolean => {
  if (detail?.isGuestAddress !== undefined) return detail.isGuestAddress;
  if (DATA_FAULTS.has(cause)) return (dataPrivilege(state) & GUEST) !== 0;
  return FETCH_FAULTS.has(cause) && isGuest(state);
};

/** What htinst or mtinst says of the trap: pseudoinstructions for accesses of the walker, else the instruction transformed. */
const trapInstruction = (state: HartState, cause: number, tval: bigint, detail: TrapDetail | undefined): bigint => {
  // QEMU 10 writes the value of a read for writes (A and D bits), too.
  if (detail?.implicit) return detail.implicit === 'write' ? 0x3020n : 0x3000n;
  return DATA_FAULTS.has(cause) ? transformedInstruction(state, tval) : 0n;
};

/**
 * Enters the trap handler: M-mode's; or HS-mode's when the cause is delegated and comes from below M; or the guest's own
 * when it comes from a guest and is delegated twice.
 * @param epc address of the interrupted instruction, or of the next one for interrupts.
 */
export const takeTrap = (
  state: HartState,
  cause: number,
  isInterrupt: boolean,
  tval: bigint,
  epc: bigint,
  detail?: TrapDetail,
): void => {
  const from = privilegeOf(state);
  const wasGuest = isGuest(state);
  const isDelegated = (register: 'medeleg' | 'mideleg' | 'hedeleg' | 'hideleg'): boolean =>
    ((state.get(register) >> BigInt(cause)) & 1n) === 1n;
  if (from === PRIV_M || !isDelegated(isInterrupt ? 'mideleg' : 'medeleg')) {
    const trap = { cause, isInterrupt, tval, epc, ...hypervisorPart(state, cause, isInterrupt, tval, detail) };
    const kept = state.get('mstatus') & ~(MSTATUS.MPIE | MSTATUS.MIE | MSTATUS.MPP | MSTATUS.MPV | MSTATUS.GVA);
    const mpie = (state.get('mstatus') & MSTATUS.MIE) << 4n;
    const origin = (wasGuest ? MSTATUS.MPV : 0n) | (trap.isGuestAddress ? MSTATUS.GVA : 0n);
    storeSlot(state, 'mstatus', kept | mpie | (BigInt(from) << 11n) | origin);
    state.set('mtval2', trap.guestPhysical);
    state.set('mtinst', trap.instruction);
    storeSlot(state, 'v', 0n);
    enter(state, PRIV_M, 'm', trap);
  } else if (wasGuest && isDelegated(isInterrupt ? 'hideleg' : 'hedeleg')) {
    storeSlot(state, 'vsstatus', stacked(state.get('vsstatus'), from));
    // A guest sees its interrupts under a supervisor's numbers.
    enter(state, PRIV_S, 'vs', { cause: isInterrupt ? cause - 1 : cause, isInterrupt, tval, epc });
  } else {
    const trap = { cause, isInterrupt, tval, epc, ...hypervisorPart(state, cause, isInterrupt, tval, detail) };
    const kept = state.get('hstatus') & ~(HSTATUS.SPV | HSTATUS.GVA | (wasGuest ? HSTATUS.SPVP : 0n));
    const origin = (wasGuest ? HSTATUS.SPV : 0n) | (trap.isGuestAddress ? HSTATUS.GVA : 0n);
    storeSlot(state, 'hstatus', kept | origin | (wasGuest && from === PRIV_S ? HSTATUS.SPVP : 0n));
    storeSlot(state, 'mstatus', stacked(state.get('mstatus'), from));
    state.set('htval', trap.guestPhysical);
    state.set('htinst', trap.instruction);
    storeSlot(state, 'v', 0n);
    enter(state, PRIV_S, 's', trap);
  }
};

/** What M- and HS-mode are told of the guest; asked before the trap changes anything. */
const hypervisorPart = (
  state: HartState,
  cause: number,
  isInterrupt: boolean,
  tval: bigint,
  detail: TrapDetail | undefined,
) => ({
  isGuestAddress: !isInterrupt && isGuestAddress(state, cause, detail),
  guestPhysical: (detail?.guestPhysical ?? 0n) >> 2n,
  instruction: isInterrupt ? 0n : trapInstruction(state, cause, tval, detail),
});

/** sstatus or vsstatus with SIE and the mode put aside. */
const stacked = (status: bigint, from: number): bigint => {
  const kept = status & ~(MSTATUS.SPIE | MSTATUS.SIE | MSTATUS.SPP);
  return kept | ((status & MSTATUS.SIE) << 4n) | (from === PRIV_S ? MSTATUS.SPP : 0n);
};

interface Entered {
  readonly cause: number;
  readonly isInterrupt: boolean;
  readonly tval: bigint;
  readonly epc: bigint;
}

const enter = (
  state: HartState,
  to: number,
  bank: 's' | 'm' | 'vs',
  { cause, isInterrupt, tval, epc }: Entered,
): void => {
  state.set(`${bank}cause`, BigInt(cause) | (isInterrupt ? 1n << 63n : 0n));
  state.set(`${bank}epc`, epc & ~1n);
  state.set(`${bank}tval`, BigInt.asUintN(64, tval));
  storeSlot(state, 'priv', BigInt(to));
  const tvec = state.get(`${bank}tvec`);
  const base = tvec & ~3n;
  const isVectored = (tvec & 1n) === 1n && isInterrupt;
  state.jump(isVectored ? BigInt.asUintN(64, base + 4n * BigInt(cause)) : base);
};

/** Highest priority first (Machine ISA, "mip and mie"; VS-level ones after all others). */
const PRIORITY: readonly number[] = [11, 3, 7, 9, 1, 5, 10, 2, 6];

/** The interrupt to take before the next instruction: its cause number, or undefined. */
export const pendingInterrupt = (state: Pick<HartState, 'get'>): number | undefined => {
  const pending = Number((state.get('mip') | state.get('mipLines')) & state.get('mie'));
  if (pending === 0) return undefined;
  const privilege = privilegeOf(state);
  const inGuest = isGuest(state);
  const mstatus = state.get('mstatus');
  const delegated = Number(state.get('mideleg'));
  const forMachine = privilege < PRIV_M || mstatus & MSTATUS.MIE ? pending & ~delegated : 0;
  const isOpen = inGuest || privilege < PRIV_S || (privilege === PRIV_S && (mstatus & MSTATUS.SIE) !== 0n);
  const toGuest = delegated & Number(state.get('hideleg'));
  const forSupervisor = isOpen ? pending & delegated & ~toGuest : 0;
  const isGuestOpen = inGuest && (privilege < PRIV_S || (state.get('vsstatus') & MSTATUS.SIE) !== 0n);
  const forGuest = isGuestOpen ? pending & toGuest : 0;
  // All that traps to M comes before all that traps to HS, and that before what a guest handles.
  const ready = forMachine || forSupervisor || forGuest;
  return ready === 0 ? undefined : PRIORITY.find((cause) => (ready >> cause) & 1);
};

/** Whether wfi resumes: some enabled interrupt is pending, whatever the global enables and delegation say. */
export const wakesFromWait = (state: Pick<HartState, 'get'>): boolean =>
  ((state.get('mip') | state.get('mipLines')) & state.get('mie')) !== 0n;

const ECALL: Readonly<Record<number, number>> = {
  [PRIV_U]: CAUSE.ecallU,
  [PRIV_S]: CAUSE.ecallS,
  [PRIV_M]: CAUSE.ecallM,
  [GUEST | PRIV_U]: CAUSE.ecallU,
  [GUEST | PRIV_S]: CAUSE.ecallVs,
};

/** @throws FirmwareCall in S-mode outside guests under machine-provided SBI; otherwise Trap. */
export const ecall = (state: HartState): void => {
  const mode = modeOf(state);
  if (mode === PRIV_S && state.get('sbi') === 1n) throw new FirmwareCall();
  throw new Trap(ECALL[mode] ?? CAUSE.ecallM, 0n);
};

/**
 * What stands around an `ebreak` that is a semihosting call: shifts of the register that is always 0.
 * @see RISC-V Semihosting, "Semihosting Trap Instruction Sequence"
 */
const BEFORE = { at: -4n, word: 0x01f0_1013n } as const;
const BEHIND = { at: 4n, word: 0x4070_5013n } as const;

const isSemihosting = (state: HartState): boolean =>
  state.length === 4 &&
  privilegeOf(state) > PRIV_U &&
  state.readSpace(SEMIHOSTING, 0, 1) !== undefined &&
  [BEFORE, BEHIND].every(({ at, word }) => loaded(state, BigInt.asUintN(64, state.pc + at)) === word);

const loaded = (state: HartState, at: bigint): bigint | undefined => {
  try {
    return state.load(at, 4);
  } catch (error) {
    if (error instanceof Trap) return undefined;
    throw error;
  }
};

/** tval is 0: the manual lets it be that or the address, which QEMU 10 writes. */
export const ebreak = (state: HartState): void => {
  if (isSemihosting(state)) throw new FirmwareCall('semihosting');
  throw new Trap(CAUSE.breakpoint, 0n);
};

export const mret = (state: HartState): void => {
  if (privilegeOf(state) < PRIV_M) throw illegalInstruction(state);
  const mstatus = state.get('mstatus');
  const to = Number((mstatus & MSTATUS.MPP) >> 11n);
  const toGuest = to !== PRIV_M && (mstatus & MSTATUS.MPV) !== 0n;
  const kept = mstatus & ~(MSTATUS.MIE | MSTATUS.MPP | MSTATUS.MPV | (to === PRIV_M ? 0n : MSTATUS.MPRV));
  storeSlot(state, 'mstatus', kept | ((mstatus & MSTATUS.MPIE) >> 4n) | MSTATUS.MPIE);
  leave(state, to, toGuest, state.get('mepc'));
};

/** sstatus or vsstatus after a return. */
const popped = (status: bigint): bigint =>
  (status & ~(MSTATUS.SIE | MSTATUS.SPP)) | ((status & MSTATUS.SPIE) >> 4n) | MSTATUS.SPIE;

export const sret = (state: HartState): void => {
  const mode = modeOf(state);
  const hstatus = state.get('hstatus');
  if (mode === (GUEST | PRIV_U) || (mode === (GUEST | PRIV_S) && hstatus & HSTATUS.VTSR)) {
    throw virtualInstruction(state);
  }
  const mstatus = state.get('mstatus');
  if (mode === PRIV_U || (mode === PRIV_S && mstatus & MSTATUS.TSR)) throw illegalInstruction(state);
  if (mode === (GUEST | PRIV_S)) {
    const vsstatus = state.get('vsstatus');
    storeSlot(state, 'vsstatus', popped(vsstatus));
    storeSlot(state, 'mstatus', mstatus & ~MSTATUS.MPRV);
    leave(state, vsstatus & MSTATUS.SPP ? PRIV_S : PRIV_U, true, state.get('vsepc'));
  } else {
    storeSlot(state, 'mstatus', popped(mstatus) & ~MSTATUS.MPRV);
    storeSlot(state, 'hstatus', hstatus & ~HSTATUS.SPV);
    leave(state, mstatus & MSTATUS.SPP ? PRIV_S : PRIV_U, (hstatus & HSTATUS.SPV) !== 0n, state.get('sepc'));
  }
};

const leave = (state: HartState, to: number, toGuest: boolean, target: bigint): void => {
  storeSlot(state, 'v', toGuest ? 1n : 0n);
  storeSlot(state, 'priv', BigInt(to));
  state.jump(target);
};

/**
 * Illegal in U-mode, which may not stop a hart, and below M-mode when TW asks for it; no time limit is granted. In a guest
 * what TW allows is the hypervisor's to decide: VU never waits, VS does unless VTW.
 */
export const wfi = (state: HartState): void => {
  const mode = modeOf(state);
  if (mode !== PRIV_M && state.get('mstatus') & MSTATUS.TW) throw illegalInstruction(state);
  if (mode === PRIV_U) throw illegalInstruction(state);
  if (mode === (GUEST | PRIV_U)) throw virtualInstruction(state);
  if (mode === (GUEST | PRIV_S) && state.get('hstatus') & HSTATUS.VTW) throw virtualInstruction(state);
  state.wait();
};

/** Raises illegal-instruction while FS is Off, in a guest vsstatus.FS, too; sets it Dirty when `dirty`. For every FP instruction. */
export const prepareFp = (state: HartState, dirty: boolean): void => {
  const mstatus = state.get('mstatus');
  if ((mstatus & MSTATUS.FS) === 0n) throw illegalInstruction(state);
  if (isGuest(state)) {
    const vsstatus = state.get('vsstatus');
    if ((vsstatus & MSTATUS.FS) === 0n) throw illegalInstruction(state);
    if (dirty) storeSlot(state, 'vsstatus', vsstatus | MSTATUS.FS);
  }
  if (dirty) storeSlot(state, 'mstatus', mstatus | MSTATUS.FS);
};

/** Whether {@link prepareFp} would do nothing: FS is Dirty wherever it counts. */
export const isFpOpen = (state: Pick<HartState, 'get'>): boolean => {
  const isDirty = (register: string): boolean => (state.get(register) & MSTATUS.FS) === MSTATUS.FS;
  return isDirty('mstatus') && (!isGuest(state) || isDirty('vsstatus'));
};
