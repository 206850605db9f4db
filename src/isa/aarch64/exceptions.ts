/**
 * Exception entry and return. Which interrupt is next, `interrupts.ts` says; what ESR_ELx says, `syndromes.ts`.
 * @see Arm ARM, D1.3.1 "Exception entry" and D1.3.2 "Exception return"
 */
import { type HartState, Trap, type TrapDetail } from '../core/privileged';
import { DAIF, HCR, MDCR, SCTLR, SPSR } from './bits';
import { CAUSE, causeOf, classOf, EC, FSC, INTERRUPT, statusOf, TO_EL2 } from './causes';
import { isHostUser } from './contexts';
import { hasFeature } from './cpus';
import { isFetchedOnly, startsStep } from './debug';
import { goesToEl2 } from './interrupts';
import { pstateOf, setLevel, setPstate } from './pstate';
import { serrorSyndrome, syndromeOf, UNKNOWN_SYNDROME } from './syndromes';

type SlotReader = Pick<HartState, 'get'>;

/** Vector offsets: by where the exception comes from, and by its kind. */
const FROM = { sameWithSp0: 0x000n, same: 0x200n, lower: 0x400n } as const;
const KIND = { sync: 0x000n, irq: 0x080n, fiq: 0x100n, serror: 0x180n } as const;

const INTERRUPT_KINDS: Readonly<Record<number, bigint>> = {
  [INTERRUPT.IRQ]: KIND.irq,
  [INTERRUPT.vIRQ]: KIND.irq,
  [INTERRUPT.FIQ]: KIND.fiq,
  [INTERRUPT.vFIQ]: KIND.fiq,
  [INTERRUPT.SError]: KIND.serror,
  [INTERRUPT.vSError]: KIND.serror,
};
const ROUTES: Readonly<Record<number, bigint>> = {
  [INTERRUPT.IRQ]: HCR.IMO,
  [INTERRUPT.FIQ]: HCR.FMO,
  [INTERRUPT.SError]: HCR.AMO,
};

/** Classes whose address is in FAR_ELx. */
const WITH_ADDRESS: ReadonlySet<number> = new Set([
  EC.instructionAbort,
  EC.dataAbort,
  EC.pcAlignment,
  EC.watchpoint,
  EC.breakpoint,
]);
const DEBUG: ReadonlySet<number> = new Set([EC.breakpoint, EC.softwareStep, EC.watchpoint, EC.brk]);
/** Classes that have completed their instruction. */
const CALLS: ReadonlySet<number> = new Set([EC.svc, EC.hvc]);
const CAUSE_STEP = causeOf(EC.softwareStep);

const isExternal = (cause: number): boolean => {
  const status = statusOf(cause);
  const isAbort = classOf(cause) === EC.dataAbort || classOf(cause) === EC.instructionAbort;
  return isAbort && (status === FSC.external || (status & ~3) === FSC.externalOfTable);
};

/** The level that handles a cause. */
export const targetOf = (state: SlotReader, cause: number, isInterrupt: boolean): 1 | 2 => {
  const el = state.get('EL');
  if (el === 2n) return 2;
  const hcr = state.get('HCR_EL2');
  if (isInterrupt) {
    const route = ROUTES[cause];
    return route !== undefined && goesToEl2(hcr, route) ? 2 : 1;
  }
  const ec = classOf(cause);
  if (cause & TO_EL2 || ec === EC.hvc) return 2;
  if (el === 0n && hcr & HCR.TGE) return 2;
  if (isExternal(cause) && hcr & HCR.TEA) return 2;
  if (DEBUG.has(ec) && state.get('MDCR_EL2') & MDCR.TDE) return 2;
  return 1;
};

/** Whether PAN is set on entry: where the level has it and does not ask for it to stay. */
const setsPan = (state: SlotReader, target: 1 | 2, sctlr: bigint): boolean => {
  if (!hasFeature(state, 'PAN') || sctlr & SCTLR.SPAN) return false;
  return target === 1 || isHostUser(state.get('HCR_EL2'));
};

/** Enters the handler. `epc` is the address of the instruction, or of the next one for interrupts. */
export const takeTrap = (
  state: HartState,
  cause: number,
  isInterrupt: boolean,
  tval: bigint,
  epc: bigint,
  detail?: TrapDetail,
): void => {
  const target = targetOf(state, cause, isInterrupt);
  const el = Number(state.get('EL'));
  const isFromSameLevel = el === target;
  const suffix = `EL${target}`;
  const ec = classOf(cause);
  const stepping = isFetchedOnly(state, epc) && !(CALLS.has(ec) && !isInterrupt) && cause !== CAUSE_STEP;
  state.set(`SPSR_${suffix}`, pstateOf(state) | (stepping ? SPSR.SS : 0n));
  state.set(`ELR_${suffix}`, !isInterrupt && CALLS.has(ec) ? BigInt.asUintN(64, epc + 4n) : epc);
  if (!isInterrupt) setSyndrome(state, { cause, tval, target, isFromSameLevel, detail });
  else if (cause === INTERRUPT.vSError) takeVirtualSError(state);
  else if (cause === INTERRUPT.SError) state.set(`ESR_${suffix}`, serrorSyndrome(0n));
  const from = isFromSameLevel ? (state.get('SP') === 0n ? FROM.sameWithSp0 : FROM.same) : FROM.lower;
  const kind = isInterrupt ? (INTERRUPT_KINDS[cause] ?? KIND.irq) : KIND.sync;
  const sctlr = state.get(`SCTLR_${suffix}`);
  const pan = setsPan(state, target, sctlr);
  setLevel(state, BigInt(target), 1n);
  state.set('DAIF', DAIF.all);
  for (const slot of ['IL', 'SS', 'UAO', 'BTYPE']) state.set(slot, 0n);
  if (pan) state.set('PAN', 1n);
  if (hasFeature(state, 'MTE')) state.set('TCO', 1n);
  if (hasFeature(state, 'SSBS')) state.set('SSBS', sctlr & SCTLR.DSSBS ? 1n : 0n);
  state.contextChanged();
  state.interruptsChanged();
  state.jump(state.get(`VBAR_${suffix}`) + from + kind);
};

interface Synchronous {
  readonly cause: number;
  readonly tval: bigint;
  readonly target: 1 | 2;
  readonly isFromSameLevel: boolean;
  readonly detail: TrapDetail | undefined;
}

/** Writes ESR, FAR and HPFAR. */
const setSyndrome = (state: HartState, { cause, tval, target, isFromSameLevel, detail }: Synchronous): void => {
  const ec = classOf(cause);
  const isStage2 = detail?.guestPhysical !== undefined;
  const isUntold = ec === EC.simd && (cause & TO_EL2) === 0 && target === 2;
  const esr = isUntold ? UNKNOWN_SYNDROME : syndromeOf({ cause, word: state.word, isFromSameLevel, isStage2, detail });
  state.set(`ESR_EL${target}`, esr);
  if (WITH_ADDRESS.has(ec)) state.set(`FAR_EL${target}`, tval);
  if (isStage2) state.set('HPFAR_EL2', ((detail?.guestPhysical ?? 0n) >> 12n) << 4n);
};

/** A virtual SError is no longer pending by HCR_EL2.VSE once it is taken. */
const takeVirtualSError = (state: HartState): void => {
  state.set('HCR_EL2', state.get('HCR_EL2') & ~HCR.VSE);
  const hasStatus = hasFeature(state, 'RAS');
  state.set('ESR_EL1', serrorSyndrome(hasStatus ? state.get('VSESR_EL2') & 0x1ff_ffffn : 0n));
};

/** The mode in an SPSR, or undefined for one that a return may not go to. @see Arm ARM, D1.3.2 "Illegal exception returns" */
const returnMode = (state: SlotReader, spsr: bigint): { readonly el: bigint; readonly sp: bigint } | undefined => {
  const el = (spsr >> 2n) & 3n;
  const sp = spsr & 1n;
  const isMode = (spsr & (SPSR.nRW | 2n)) === 0n && el <= 2n && !(el === 0n && sp === 1n);
  if (!isMode || el > state.get('EL')) return undefined;
  // EL1 is not there while EL2 handles the exceptions of EL0.
  if (el === 1n && state.get('EL') === 2n && state.get('HCR_EL2') & HCR.TGE) return undefined;
  return { el, sp };
};

/** Bits of SPSR and PSTATE by the features that they come with. */
const OF_FEATURES = [
  ['SSBS', SPSR.SSBS],
  ['PAN', SPSR.PAN],
  ['UAO', SPSR.UAO],
  ['DIT', SPSR.DIT],
  ['MTE', SPSR.TCO],
  ['BTI', SPSR.BTYPE],
] as const;
const ALWAYS = SPSR.N | SPSR.Z | SPSR.C | SPSR.V | SPSR.SS | SPSR.IL | DAIF.all | SPSR.M;

/** The bits of an SPSR that PSTATE has on this processor. */
const pstateBits = (state: SlotReader): bigint =>
  OF_FEATURES.reduce((mask, [feature, bits]) => (hasFeature(state, feature) ? mask | bits : mask), ALWAYS);

/** Returns to what SPSR_ELx and ELR_ELx say. @throws Trap undefined, at EL0 */
export const eret = (state: HartState): void => {
  const el = state.get('EL');
  if (el === 0n) throw new Trap(CAUSE.undefined, 0n);
  const spsr = state.get(`SPSR_EL${el}`) & pstateBits(state);
  const mode = returnMode(state, state.get(`SPSR_EL${el}`));
  const stepped = startsStep(state, mode?.el ?? el, spsr) ? spsr : spsr & ~SPSR.SS;
  if (mode) {
    setPstate(state, (stepped & ~SPSR.M) | (mode.el << 2n) | mode.sp);
  } else {
    // Level and stack pointer stay, and what follows is an illegal state.
    const kept = pstateOf(state) & (SPSR.M | SPSR.UAO | SPSR.DIT | SPSR.SSBS | SPSR.TCO);
    const given = stepped & (SPSR.N | SPSR.Z | SPSR.C | SPSR.V | SPSR.PAN | SPSR.SS | DAIF.all);
    setPstate(state, kept | given | SPSR.IL);
  }
  state.set('exclusiveBytes', 0n);
  state.set('event', 1n);
  state.contextChanged();
  state.interruptsChanged();
  state.jump(state.get(`ELR_EL${el}`));
};
