/**
 * Exception entry and return, and which interrupt is next.
 * @see LoongArch Reference Manual, Volume 1, "Exceptions and Interrupts"
 */
import { type HartState, Trap } from '../core/privileged';
import { CRMD, EUEN, IS, LLBCTL, MERRCTL, PRMD, TLBRERA } from './bits';
import { CAUSE, ecodeOf, esubcodeOf, isRefill } from './causes';
import { pendingOf } from './csrs';

type SlotReader = Pick<HartState, 'get'>;

export const plvOf = (state: SlotReader): number => Number(state.get('CRMD') & CRMD.PLV);

/** Exceptions that put the address of the instruction into BADV. QEMU does so, too, for those about the instruction. */
const ABOUT_INSTRUCTION: ReadonlySet<number> = new Set([
  CAUSE.syscall,
  CAUSE.breakpoint,
  CAUSE.noInstruction,
  CAUSE.instructionPrivilege,
  CAUSE.floatDisabled,
  CAUSE.vectorDisabled,
  CAUSE.wideVectorDisabled,
  CAUSE.floatError,
]);
/** Faults of pages, for whose handlers TLBEHI has the page. */
const OF_PAGES: ReadonlySet<number> = new Set([
  CAUSE.loadPageInvalid,
  CAUSE.storePageInvalid,
  CAUSE.fetchPageInvalid,
  CAUSE.pageModification,
  CAUSE.pageNonReadable,
  CAUSE.pageNonExecutable,
  CAUSE.pagePrivilege,
]);
const OF_FETCHES: ReadonlySet<number> = new Set([CAUSE.fetchPageInvalid, CAUSE.fetchAddress, CAUSE.tlbRefillFetch]);

const VPPN = 0xffff_ffff_e000n;
/** The first Ecode of interrupts' entries. */
const INTERRUPT_ENTRY = 64;

/** Bytes between two entries: 0 where all share one. */
const entrySpacing = (state: SlotReader): bigint => {
  const spacing = (state.get('ECFG') >> 16n) & 7n;
  return spacing === 0n ? 0n : 4n << spacing;
};

const setCrmd = (state: HartState, value: bigint): void => {
  const old = state.get('CRMD');
  state.set('CRMD', value);
  if ((old ^ value) & (CRMD.PLV | CRMD.DA | CRMD.PG)) state.contextChanged();
  if ((old ^ value) & CRMD.IE) state.interruptsChanged();
};

/** Fields of CRMD, and where MERRCTL keeps them. */
const MACHINE_ERROR_FIELDS = [
  [CRMD.PLV, MERRCTL.PPLV],
  [CRMD.IE, MERRCTL.PIE],
  [CRMD.WE, MERRCTL.PWE],
  [CRMD.DA, MERRCTL.PDA],
  [CRMD.PG, MERRCTL.PPG],
  [CRMD.DATF, MERRCTL.PDATF],
  [CRMD.DATM, MERRCTL.PDATM],
] as const;

/** The fields of `value`, which is laid out as `from`, as the other register has them. */
const moved = (value: bigint, from: 'CRMD' | 'MERRCTL'): bigint =>
  MACHINE_ERROR_FIELDS.reduce((sum, [crmd, merrctl]) => {
    const [here, there] = from === 'CRMD' ? [crmd, merrctl] : [merrctl, crmd];
    return sum | (((value & here) / lowest(here)) * lowest(there));
  }, 0n);

const lowest = (mask: bigint): bigint => mask & -mask;

/** Enters the handler. `epc` is the address of the interrupted instruction, or of the next one for interrupts. */
export const takeTrap = (state: HartState, cause: number, isInterrupt: boolean, tval: bigint, epc: bigint): void => {
  const crmd = state.get('CRMD');
  const before = crmd & (CRMD.PLV | CRMD.IE);
  const watch = crmd & CRMD.WE;
  if (!isInterrupt && isRefill(cause)) {
    state.set('TLBRBADV', tval);
    state.set('TLBREHI', (state.get('TLBREHI') & 0x3fn) | (tval & VPPN));
    state.set('TLBRERA', (epc & ~3n) | TLBRERA.IS_TLBR);
    state.set('TLBRPRMD', before | (watch >> 5n));
    // Addresses are direct in the handler, whatever they were.
    setCrmd(state, (crmd & ~(CRMD.PLV | CRMD.IE | CRMD.PG | CRMD.WE)) | CRMD.DA);
    state.jump(state.get('TLBRENTRY'));
    return;
  }
  if (!isInterrupt && cause === CAUSE.machineError) {
    state.set('MERRCTL', MERRCTL.IS_MERR | moved(crmd, 'CRMD'));
    state.set('MERRERA', epc);
    const gone = CRMD.PLV | CRMD.IE | CRMD.PG | CRMD.DATF | CRMD.DATM | CRMD.WE;
    setCrmd(state, (crmd & ~gone) | CRMD.DA);
    state.jump(state.get('MERRENTRY'));
    return;
  }
  const code = isInterrupt ? 0 : cause;
  const kept = state.get('ESTAT') & IS.all;
  state.set('ESTAT', kept | (BigInt(ecodeOf(code)) << 16n) | (BigInt(esubcodeOf(code)) << 22n));
  state.set('PRMD', before | (watch >> 6n));
  state.set('ERA', epc);
  if (!isInterrupt) {
    state.set('BADV', ABOUT_INSTRUCTION.has(cause) ? epc : tval);
    if (OF_PAGES.has(cause)) state.set('TLBEHI', tval & VPPN);
    if (!OF_FETCHES.has(cause)) state.set('BADI', BigInt(state.word >>> 0));
  }
  setCrmd(state, crmd & ~(CRMD.PLV | CRMD.IE | CRMD.WE));
  const number = isInterrupt ? INTERRUPT_ENTRY + cause : ecodeOf(cause);
  // Base or offset, as the manual says; QEMU adds. It is the same where the base is aligned as it must be.
  state.jump(state.get('EENTRY') | (BigInt(number) * entrySpacing(state)));
};

/** Returns to what MERRERA, TLBRERA or ERA says: a machine error may come in the middle of anything. */
export const ertn = (state: HartState): void => {
  requirePrivilege(state);
  const crmd = state.get('CRMD') & ~(CRMD.PLV | CRMD.IE | CRMD.WE);
  const error = state.get('MERRCTL');
  if (error & MERRCTL.IS_MERR) {
    const kept = state.get('CRMD') & ~Object.values(CRMD).reduce((mask, bits) => mask | bits);
    state.set('MERRCTL', error & ~MERRCTL.IS_MERR);
    setCrmd(state, kept | moved(error, 'MERRCTL'));
    state.jump(state.get('MERRERA'));
  } else if (state.get('TLBRERA') & TLBRERA.IS_TLBR) {
    const mode = state.get('TLBRPRMD');
    state.set('TLBRERA', state.get('TLBRERA') & ~TLBRERA.IS_TLBR);
    setCrmd(state, (crmd & ~CRMD.DA) | CRMD.PG | (mode & (CRMD.PLV | CRMD.IE)) | ((mode & 0x10n) << 5n));
    state.jump(state.get('TLBRERA') & ~3n);
  } else {
    const mode = state.get('PRMD');
    setCrmd(state, crmd | (mode & (CRMD.PLV | CRMD.IE)) | ((mode & PRMD.PWE) << 6n));
    state.jump(state.get('ERA'));
  }
  if ((state.get('LLBCTL') & LLBCTL.KLO) === 0n) state.set('llbit', 0n);
  else state.set('LLBCTL', state.get('LLBCTL') & ~LLBCTL.KLO);
};

/** @throws Trap instruction privilege, below PLV0 */
export const requirePrivilege = (state: SlotReader & Pick<HartState, 'word'>): void => {
  if (plvOf(state) !== 0) throw new Trap(CAUSE.instructionPrivilege, BigInt(state.word >>> 0));
};

/** The interrupt to take before the next instruction: its number in ESTAT.IS, the highest first. */
export const pendingInterrupt = (state: SlotReader): number | undefined => {
  if ((state.get('CRMD') & CRMD.IE) === 0n) return undefined;
  const wanted = Number(pendingOf(state) & state.get('ECFG') & IS.all);
  return wanted === 0 ? undefined : 31 - Math.clz32(wanted);
};

/** What ends `idle`: an interrupt that is pending and enabled in ECFG, whatever CRMD.IE says. */
export const wakesFromWait = (state: SlotReader): boolean => (pendingOf(state) & state.get('ECFG') & IS.all) !== 0n;

export const isFpOpen = (state: SlotReader): boolean => (state.get('EUEN') & EUEN.FPE) !== 0n;

export const isLsxOpen = (state: SlotReader): boolean => (state.get('EUEN') & EUEN.SXE) !== 0n;

/** @throws Trap 128-bit vectors disabled */
export const openLsx = (state: SlotReader & Pick<HartState, 'word'>): void => {
  if (!isLsxOpen(state)) throw new Trap(CAUSE.vectorDisabled, BigInt(state.word >>> 0));
};

/** @throws Trap floating point disabled */
export const openFp = (state: SlotReader & Pick<HartState, 'word'>): void => {
  if (!isFpOpen(state)) throw new Trap(CAUSE.floatDisabled, BigInt(state.word >>> 0));
};
