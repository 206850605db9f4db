/**
 * Self-hosted debug, for debuggers in the guest: breakpoints, watchpoints and software step. All three look at accesses where they
 * are translated; what they watch is never cached.
 * @see Arm ARM, D2 "AArch64 Self-hosted Debug"
 */
import type { CpuTranslation, EngineIsa } from '../core/engine-isa';
import { type HartState, Trap } from '../core/privileged';
import type { Access } from '../core/translation';
import { DAIF, HCR, MDCR } from './bits';
import { CAUSE, causeOf, EC, WRITE } from './causes';
import { BREAKPOINTS, MDSCR, WATCHPOINTS } from './sysregs-debug';

type SlotReader = Pick<HartState, 'get'>;

const OS_LOCKED = 2n;
const ENABLED = 1n;

/** Whether debug exceptions are generated at a level, with PSTATE.D as it is in `daif`. */
const isGenerated = (state: SlotReader, el: bigint, daif: bigint): boolean => {
  if (state.get('OSLSR_EL1') & OS_LOCKED) return false;
  const isToEl2 = (state.get('HCR_EL2') & HCR.TGE) !== 0n || (state.get('MDCR_EL2') & MDCR.TDE) !== 0n;
  const target = isToEl2 ? 2n : 1n;
  if (el !== target) return target > el;
  return (state.get('MDSCR_EL1') & MDSCR.KDE) !== 0n && (daif & DAIF.D) === 0n;
};

const isGeneratedHere = (state: SlotReader): boolean => isGenerated(state, state.get('EL'), state.get('DAIF'));

/** Whether a return with this SPSR, to this level, begins a step: PSTATE.SS is as SPSR has it only then. */
export const startsStep = (state: SlotReader, el: bigint, spsr: bigint): boolean =>
  (state.get('MDSCR_EL1') & MDSCR.SS) !== 0n && !isGeneratedHere(state) && isGenerated(state, el, spsr & DAIF.all);

/** Slots: the address of the instruction that was fetched to be stepped, with bit 0 set, and how many had retired then. */
const [STEPPED, STEPPED_AT] = ['stepped', 'steppedAt'];

/** Whether the instruction at this address was fetched to be stepped and has not been completed. */
export const isFetchedOnly = (state: Pick<HartState, 'get' | 'retired'>, pc: bigint): boolean =>
  state.get(STEPPED) === (pc | 1n) && state.get(STEPPED_AT) === state.retired;

/** The fetch of an instruction under software step. @throws Trap when the one before was the step's */
const step = (state: HartState, pc: bigint): void => {
  if (!isGeneratedHere(state)) return;
  if (state.get('SS') === 0n) {
    if (isFetchedOnly(state, pc)) return;
    throw new Trap(causeOf(EC.softwareStep), 0n);
  }
  state.set('SS', 0n);
  state.set(STEPPED, pc | 1n);
  state.set(STEPPED_AT, state.retired);
};

/** Whether a breakpoint or watchpoint is for this level: its fields HMC and SSC, and PMC or PAC. */
const isOfLevel = (control: bigint, el: bigint): boolean => {
  const hmc = (control >> 13n) & 1n;
  const ssc = (control >> 14n) & 3n;
  const levels = (control >> 1n) & 3n;
  // Of Secure state alone, which there is not.
  if (ssc === 2n || (ssc === 3n && hmc === 0n)) return false;
  if (el === 2n) return (hmc === 1n && !(ssc === 2n && levels === 0n)) || ssc === 3n;
  return (levels & (el === 1n ? 1n : 2n)) !== 0n;
};

const controlOf = (state: SlotReader, kind: 'B' | 'W', index: number): bigint => state.get(`DBG${kind}CR${index}_EL1`);
const addressOf = (state: SlotReader, kind: 'B' | 'W', index: number): bigint => state.get(`DBG${kind}VR${index}_EL1`);

/** Types of breakpoints: an address or a context, alone or linked. */
const TYPE = { address: 0n, linkedAddress: 1n, context: 2n, linkedContext: 3n } as const;

const isContext = (state: SlotReader, index: number): boolean =>
  (addressOf(state, 'B', index) & 0xffff_ffffn) === state.get('CONTEXTIDR_EL1');

/** Whether what a breakpoint or watchpoint is linked to holds: the context of another breakpoint. */
const isLinkMet = (state: SlotReader, control: bigint): boolean => {
  const index = Number((control >> 16n) & 0xfn);
  if (index >= BREAKPOINTS) return false;
  const other = controlOf(state, 'B', index);
  return (other & ENABLED) !== 0n && ((other >> 20n) & 0xfn) === TYPE.linkedContext && isContext(state, index);
};

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const BREAKPOINT_NUMBERS = range(BREAKPOINTS);
const WATCHPOINT_NUMBERS = range(WATCHPOINTS);

/** Bits of an address that are compared: the rest repeat bit 48. */
const canonical = (address: bigint): bigint => BigInt.asUintN(64, BigInt.asIntN(49, address));

const hitsBreakpoint = (state: SlotReader, index: number, pc: bigint): boolean => {
  const control = controlOf(state, 'B', index);
  if ((control & ENABLED) === 0n || !isOfLevel(control, state.get('EL'))) return false;
  const type = (control >> 20n) & 0xfn;
  if (type === TYPE.context) return isContext(state, index);
  if (type !== TYPE.address && type !== TYPE.linkedAddress) return false;
  const isAt = canonical(addressOf(state, 'B', index)) === pc;
  return isAt && (type === TYPE.address || isLinkMet(state, control));
};

/** The bytes a watchpoint is about: from, and how many. */
const watched = (
  state: SlotReader,
  index: number,
): { readonly from: bigint; readonly selected: (at: bigint) => boolean; readonly length: bigint } => {
  const control = controlOf(state, 'W', index);
  const mask = (control >> 24n) & 0x1fn;
  const value = canonical(addressOf(state, 'W', index));
  if (mask >= 3n) return { from: (value >> mask) << mask, length: 1n << mask, selected: () => true };
  const bytes = (control >> 5n) & 0xffn;
  return { from: value & ~7n, length: 8n, selected: (at) => ((bytes >> at) & 1n) === 1n };
};

const hitsWatchpoint = (state: SlotReader, index: number, va: bigint, bytes: number, access: Access): boolean => {
  const control = controlOf(state, 'W', index);
  if ((control & ENABLED) === 0n || !isOfLevel(control, state.get('EL'))) return false;
  const kinds = (control >> 3n) & 3n;
  if ((kinds & (access === 'write' ? 2n : 1n)) === 0n) return false;
  const { from, length, selected } = watched(state, index);
  const first = va > from ? va : from;
  const end = va + BigInt(bytes) < from + length ? va + BigInt(bytes) : from + length;
  for (let at = first; at < end; at++) {
    if (selected(at - from)) return (control >> 20n) & 1n ? isLinkMet(state, control) : true;
  }
  return false;
};

const PAGE = 12n;

/** Whether something on the page of an address is watched, at whatever level. */
const isWatchedPage = (state: SlotReader, va: bigint, access: Access): boolean => {
  if (access === 'execute') {
    return BREAKPOINT_NUMBERS.some((index) => {
      const control = controlOf(state, 'B', index);
      if ((control & ENABLED) === 0n) return false;
      const isOfAddress = ((control >> 20n) & 0xfn) <= TYPE.linkedAddress;
      return !isOfAddress || canonical(addressOf(state, 'B', index)) >> PAGE === va >> PAGE;
    });
  }
  return WATCHPOINT_NUMBERS.some((index) => {
    if ((controlOf(state, 'W', index) & ENABLED) === 0n) return false;
    const { from, length } = watched(state, index);
    return from >> PAGE <= va >> PAGE && va >> PAGE <= (from + length - 1n) >> PAGE;
  });
};

/** Translation with what guests' debuggers ask for, and the exception of an illegal state. */
export const watchedTranslation =
  (translate: EngineIsa['cpuTranslate']): EngineIsa['cpuTranslate'] =>
  (state, memory, va, access, as, bytes): CpuTranslation => {
    const control = state.get('MDSCR_EL1') & (MDSCR.SS | MDSCR.MDE);
    const isFetch = access === 'execute';
    if (control === 0n && !(isFetch && state.get('IL') !== 0n)) return translate(state, memory, va, access, as, bytes);
    if (isFetch && control & MDSCR.SS) step(state, va);
    const translation = translate(state, memory, va, access, as, bytes);
    const isWatched = (control & MDSCR.MDE) !== 0n && isWatchedPage(state, va, access);
    if (isWatched && isGeneratedHere(state)) {
      if (isFetch && BREAKPOINT_NUMBERS.some((index) => hitsBreakpoint(state, index, va))) {
        throw new Trap(causeOf(EC.breakpoint), va);
      }
      if (!isFetch && WATCHPOINT_NUMBERS.some((index) => hitsWatchpoint(state, index, va, bytes ?? 1, access))) {
        throw new Trap(causeOf(EC.watchpoint, 0, access === 'write' ? WRITE : 0), va);
      }
    }
    if (isFetch && state.get('IL') !== 0n) throw new Trap(CAUSE.illegalState, va);
    const isStepped = isFetch && (control & MDSCR.SS) !== 0n;
    return isWatched || isStepped ? { ...translation, isCacheable: false } : translation;
  };
