/** #VMEXIT: out of the guest. @see AMD64 APM volume 2, 15.6 "#VMEXIT", 15.7.1, 15.8.4 and 15.10 */
import { type HartState, Trap, type TrapDetail } from '../../core/privileged';
import { VECTOR } from '../causes';
import { hasFeature } from '../cpus';
import { ipOf } from '../segments';
import { EXIT } from './exit-codes';
import { isLegalHost } from './guest-rules';
import { loadBranches, loadHost, storeBranches, storeGuestOnly, storeState } from './saved-state';
import { readOnce, vmcbReader, writeVmcb } from './vmcb';
import { INTERCEPT_SLOTS, V_INTR, VIRTUAL } from './vmcb-control';

/** Why and where a guest is left. */
export interface VmExit {
  /** One of `EXIT`. */
  readonly code: number;
  readonly info1: bigint;
  readonly info2: bigint;
  /** Linear address where the guest goes on: of the instruction that was intercepted. */
  readonly pc: bigint;
  /** EXITINTINFO: the event whose delivery this interrupts; 0 where there is none. */
  readonly interrupted?: bigint;
}

/** The exit that a trap's cause asks for. */
export const exitOfTrap = (cause: number, tval: bigint, pc: bigint, detail: TrapDetail | undefined): VmExit => ({
  code: cause & 0xfff,
  info1: tval,
  info2: detail?.guestPhysical ?? detail?.second ?? 0n,
  pc,
});

const INSTRUCTION_EXITS: readonly (readonly [first: number, last: number])[] = [
  [EXIT.CR_READ, EXIT.EXCP - 1],
  [EXIT.EXCP + VECTOR.BP, EXIT.EXCP + VECTOR.BR],
  [EXIT.CR0_SEL_WRITE, EXIT.MSR],
  [EXIT.VMRUN, EXIT.RDPRU],
  [EXIT.INVLPGB, EXIT.TLBSYNC],
];

/** Whether nRIP is told of it: of instructions, and of exceptions that INT3, INTO and BOUND raise. */
const hasNextRip = (code: number): boolean => INSTRUCTION_EXITS.some(([first, last]) => code >= first && code <= last);

/** Exits whose EXITINFO1 is an assist for decoding. */
const isAssisted = (code: number): boolean =>
  code < EXIT.EXCP ||
  code === EXIT.CR0_SEL_WRITE ||
  code === EXIT.SWINT ||
  code === EXIT.INVLPG ||
  code === EXIT.INVLPGA;

const LONGEST = 15n;
const FETCH = 1n << 4n;

/** Bytes of the instruction at `pc`, as far as they can be read. */
const bytesAt = (state: HartState, pc: bigint): number[] => {
  const bytes: number[] = [];
  try {
    for (let n = 0n; n < LONGEST; n++) bytes.push(Number(state.load(BigInt.asUintN(64, pc + n), 1)));
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
  }
  return bytes;
};

const littleEndian = (bytes: readonly number[]): bigint =>
  bytes.reduce((value, byte, n) => value | (BigInt(byte) << BigInt(8 * n)), 0n);

/** The instruction of a page fault by data, nested or not. */
const storeBytes = (state: HartState, at: bigint, { code, info1, pc }: VmExit): void => {
  const isOfData = (code === EXIT.NPF || code === EXIT.EXCP + VECTOR.PF) && (info1 & FETCH) === 0n;
  const bytes = isOfData && hasFeature(state, 'DecodeAssists') ? bytesAt(state, pc) : [];
  writeVmcb(state, at, 'NUMBER_OF_BYTES_FETCHED', BigInt(bytes.length));
  if (bytes.length === 0) return;
  writeVmcb(state, at, 'GUEST_INSTRUCTION_BYTES', littleEndian(bytes.slice(0, 8)));
  writeVmcb(state, at, 'GUEST_INSTRUCTION_BYTES_8', littleEndian(bytes.slice(8)));
};

/** What the processor keeps of V_INTR: the guest's priority and flag, and whether the interrupt still waits. */
const storeInterrupts = (state: HartState, at: bigint, pc: bigint): void => {
  const kept = V_INTR.tpr | V_INTR.irq | V_INTR.gif;
  const before = vmcbReader(state, at)('V_INTR');
  writeVmcb(state, at, 'V_INTR', (before & ~kept) | (state.get('vIntr') & kept));
  const isShadowed = state.get('isShadowed') !== 0n && state.get('shadow') === pc;
  writeVmcb(state, at, 'INTERRUPT_STATE', isShadowed ? 1n : 0n);
};

const storeReason = (state: HartState, at: bigint, exit: VmExit): void => {
  const { code, info1, info2, pc, interrupted = 0n } = exit;
  writeVmcb(state, at, 'EXITCODE', BigInt(code));
  writeVmcb(state, at, 'EXITINFO1', isAssisted(code) && !hasFeature(state, 'DecodeAssists') ? 0n : info1);
  writeVmcb(state, at, 'EXITINFO2', info2);
  writeVmcb(state, at, 'EXITINTINFO', interrupted);
  writeVmcb(state, at, 'EVENTINJ', 0n);
  if (hasFeature(state, 'NRIPS')) {
    const isKnown = interrupted === 0n && hasNextRip(code);
    writeVmcb(state, at, 'nRIP', isKnown ? ipOf(state, pc + BigInt(state.length)) : 0n);
  }
  storeBytes(state, at, exit);
};

/** Of the host there are no intercepts, nor anything of a guest's. */
const GUEST_SLOTS = [...INTERCEPT_SLOTS, 'vIntr', 'vmTscOffset', 'injected', 'isGuest', 'isShadowed', 'gif'] as const;

/** Leaves the guest. Yields whether the host's state is legal: the processor shuts down where it is not. */
export const leaveGuest = (state: HartState, exit: VmExit): boolean => {
  const at = state.get('vmcb');
  storeReason(state, at, exit);
  storeInterrupts(state, at, exit.pc);
  storeState(state, at, exit.pc);
  storeGuestOnly(state, at);
  state.set('guestCr3', state.get('cr3'));
  const host = state.get('VM_HSAVE_PA');
  if (state.get('isNested')) {
    writeVmcb(state, at, 'G_PAT', state.get('PAT'));
    state.set('PAT', state.get('hostPat'));
  }
  if (state.get('virtualExtensions') & VIRTUAL.lbr) {
    storeBranches(state, at);
    loadBranches(state, host);
  }
  for (const slot of GUEST_SLOTS) state.set(slot, 0n);
  const isLegal = isLegalHost(readOnce(vmcbReader(state, host)), { state, hostCr0: 0n });
  const pc = loadHost(state, host);
  state.contextChanged();
  state.interruptsChanged();
  state.jump(pc);
  return isLegal;
};
