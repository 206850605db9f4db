/**
 * Control registers: what may be written to them, and what follows from it. Modes come and go here.
 * @see AMD64 APM volume 2, 3.1 "System-Control Registers" and 14.5 to 14.8
 */
import { type HartState, Trap } from '../core/privileged';
import { ATTRIBUTES, CR0, CR4, EFER } from './bits';
import { causeOf, VECTOR } from './causes';
import { flushSpace } from './contexts';
import { cpuOf, type Feature, hasFeature } from './cpus';
import { systemTypeOf } from './descriptors';
import { is64, isLong } from './modes';
import { refreshSegments } from './segments';
import { SEG } from './state';
import { setVirtualTpr, virtualTpr } from './svm/events';
import { EXIT } from './svm/exit-codes';
import { MOV_CR } from './svm/exit-info';
import { checkIntercept } from './svm/intercepts';

const general = (): Trap => new Trap(causeOf(VECTOR.GP), 0n);
const invalid = (): Trap => new Trap(causeOf(VECTOR.UD), 0n);

/** Task priority is a register of the local APIC. */
const TPR = 8;

const requireSupervisor = (state: HartState): void => {
  if (state.get('cpl') !== 0n) throw general();
};

/** CR0. Bits that are not among these are 0 whatever is written, above bit 31 they must be. */
const CR0_BITS = Object.values(CR0).reduce((all, bit) => all | bit, 0n);
/** CR0's bits whose changes CR0_SEL_WRITE does not ask for. */
const SELECTED = ~(CR0.TS | CR0.MP);

/** Bits of CR4 by the features that they come with. */
const CR4_OF: readonly [bits: bigint, feature?: Feature][] = [
  [CR4.TSD | CR4.DE | CR4.PSE | CR4.PAE | CR4.MCE | CR4.PGE | CR4.PCE | CR4.OSFXSR | CR4.OSXMMEXCPT],
  [CR4.VME | CR4.PVI, 'VME'],
  [CR4.UMIP, 'UMIP'],
  [CR4.LA57, 'LA57'],
  [CR4.FSGSBASE, 'FSGSBASE'],
  [CR4.PCIDE, 'PCID'],
  [CR4.OSXSAVE, 'XSAVE'],
  [CR4.SMEP, 'SMEP'],
  [CR4.SMAP, 'SMAP'],
  [CR4.PKE, 'PKU'],
];
/** Bits of CR4 that software can set on this processor. */
export const cr4Bits = (state: Pick<HartState, 'get'>): bigint =>
  CR4_OF.reduce((all, [bits, feature]) => (feature === undefined || hasFeature(state, feature) ? all | bits : all), 0n);
/** A change of these changes translations. */
const CR4_OF_PAGING = CR4.PSE | CR4.PAE | CR4.PGE | CR4.LA57 | CR4.PCIDE | CR4.SMEP | CR4.SMAP | CR4.PKE;

const NO_FLUSH = 1n << 63n;

/** Bits of CR3 that must be 0. */
const cr3Reserved = (state: Pick<HartState, 'get'>): bigint => {
  const addresses = (1n << BigInt(cpuOf(state).physicalBits)) - 1n;
  return isLong(state) ? ~addresses : ~0xffff_ffffn;
};

/** Bits of entries of a PAE root that must be 0: those that later levels have, and those above physical addresses. */
const PAE_ROOT_RESERVED = 0x1e6n;

/**
 * With PAE and without long mode the four entries of the root are checked when CR3 is loaded, but in guests with nested paging.
 * @throws Trap #GP
 */
const checkPaeRoot = (state: HartState, cr0: bigint, cr3: bigint, cr4: bigint): void => {
  if ((cr0 & CR0.PG) === 0n || (cr4 & CR4.PAE) === 0n || isLong(state) || state.get('isNested') !== 0n) return;
  const above = ~((1n << BigInt(cpuOf(state).physicalBits)) - 1n);
  for (let index = 0n; index < 4n; index++) {
    const entry = state.loadPhysical((cr3 & 0xffff_ffe0n) + index * 8n, 8) ?? 0n;
    if (entry & 1n && entry & (PAE_ROOT_RESERVED | above)) throw general();
  }
};

/** Whether paging may be switched on as EFER.LME asks. */
const canActivateLong = (state: HartState): boolean =>
  (state.get('cr4') & CR4.PAE) !== 0n &&
  (state.read('attributes', SEG.cs) & ATTRIBUTES.L) === 0n &&
  ![1, 3].includes(systemTypeOf(state.read('attributes', SEG.tr)) ?? 0);

/** @throws Trap #GP for a value that CR0 cannot have now */
const checkCr0 = (state: HartState, value: bigint): void => {
  if (value >> 32n) throw general();
  if (value & CR0.PG && !(value & CR0.PE)) throw general();
  if (value & CR0.NW && !(value & CR0.CD)) throw general();
  const changed = value ^ state.get('cr0');
  if ((changed & CR0.PG) === 0n) return;
  if (value & CR0.PG) {
    if (state.get('efer') & EFER.LME && !canActivateLong(state)) throw general();
  } else if (is64(state) || state.get('cr4') & CR4.PCIDE) throw general();
};

const CR0_OF_PAGING = CR0.PG | CR0.WP | CR0.PE;

/** Sets CR0 after its checks: modes change with PE and PG. */
const setCr0 = (state: HartState, written: bigint): void => {
  const old = state.get('cr0');
  const value = (written & CR0_BITS) | CR0.ET;
  const changed = old ^ value;
  if (changed & value & CR0.PG && !(state.get('efer') & EFER.LME)) {
    checkPaeRoot(state, value, state.get('cr3'), state.get('cr4'));
  }
  state.set('cr0', value);
  if (changed & CR0.PG) {
    const efer = state.get('efer');
    const isActive = (value & CR0.PG) !== 0n && (efer & EFER.LME) !== 0n;
    state.set('efer', isActive ? efer | EFER.LMA : efer & ~EFER.LMA);
  }
  if (changed & (CR0.PE | CR0.PG)) refreshSegments(state);
  if (changed & CR0_OF_PAGING) flushSpace(state);
  state.contextChanged();
};

const setCr3 = (state: HartState, written: bigint): void => {
  const hasPcid = (state.get('cr4') & CR4.PCIDE) !== 0n;
  const value = hasPcid ? written & ~NO_FLUSH : written;
  if (value & cr3Reserved(state)) throw general();
  checkPaeRoot(state, state.get('cr0'), value, state.get('cr4'));
  state.set('cr3', value);
  // Address spaces are not told apart here, so that those that PCID would keep are dropped, too.
  flushSpace(state);
  state.contextChanged();
};

/** @throws Trap #GP for a value that CR4 cannot have now */
const checkCr4 = (state: HartState, value: bigint): void => {
  if (value & ~cr4Bits(state)) throw general();
  const changed = value ^ state.get('cr4');
  if (isLong(state) && ((value & CR4.PAE) === 0n || (changed & CR4.LA57) !== 0n)) throw general();
  const beginsPcid = (changed & value & CR4.PCIDE) !== 0n;
  if (beginsPcid && (!isLong(state) || (state.get('cr3') & 0xfffn) !== 0n)) throw general();
  if (changed & (CR4.PAE | CR4.PGE | CR4.PSE)) checkPaeRoot(state, state.get('cr0'), state.get('cr3'), value);
};

const setCr4 = (state: HartState, value: bigint): void => {
  const changed = value ^ state.get('cr4');
  state.set('cr4', value);
  if (changed & CR4_OF_PAGING) flushSpace(state);
  state.contextChanged();
};

/** A guest may have one of its own, beside the APIC. */
const readCr8 = (state: HartState): bigint => virtualTpr(state) ?? (state.readSpace('apic', TPR, 8) ?? 0n) >> 4n;

const setCr8 = (state: HartState, value: bigint): void => {
  if (setVirtualTpr(state, value)) return;
  state.writeSpace('apic', TPR, 8, value << 4n);
  state.interruptsChanged();
};

const EXISTING: ReadonlySet<number> = new Set([0, 2, 3, 4, 8]);

/**
 * Reads a control register for MOV to a general register.
 * @throws Trap #UD, #GP, #VMEXIT
 */
export const readControl = (state: HartState, number: number, register: number): bigint => {
  if (!EXISTING.has(number)) throw invalid();
  requireSupervisor(state);
  checkIntercept(state, EXIT.CR_READ + number, MOV_CR | BigInt(register));
  return number === 8 ? readCr8(state) : state.get(`cr${number}`);
};

/** What the checks of a write are, and the write itself, which may still fault. */
const WRITERS: Readonly<
  Record<number, { check(state: HartState, value: bigint): void; set(state: HartState, value: bigint): void }>
> = {
  0: { check: checkCr0, set: setCr0 },
  2: { check: () => {}, set: (state, value) => state.set('cr2', value) },
  3: {
    check: (state, value) => {
      const kept = state.get('cr4') & CR4.PCIDE ? value & ~NO_FLUSH : value;
      if (kept & cr3Reserved(state)) throw general();
    },
    set: setCr3,
  },
  4: { check: checkCr4, set: setCr4 },
  8: {
    check: (_, value) => {
      if (value > 15n) throw general();
    },
    set: setCr8,
  },
};

/** Intercepts of a write of CR0, of which one asks for what changes. */
const checkCr0Intercepts = (state: HartState, value: bigint, info: bigint): void => {
  checkIntercept(state, EXIT.CR_WRITE, info);
  if ((value ^ state.get('cr0')) & SELECTED & CR0_BITS) checkIntercept(state, EXIT.CR0_SEL_WRITE, info);
};

/**
 * Writes a control register for MOV from a general register.
 * @throws Trap #UD, #GP, #VMEXIT
 */
export const writeControl = (state: HartState, number: number, value: bigint, register: number): void => {
  const writer = WRITERS[number];
  if (!writer) throw invalid();
  requireSupervisor(state);
  writer.check(state, value);
  const info = MOV_CR | BigInt(register);
  if (number === 0) checkCr0Intercepts(state, value, info);
  else checkIntercept(state, EXIT.CR_WRITE + number, info);
  writer.set(state, value);
};

/** LMSW: the low 4 bits of CR0, of which PE can only be set. @throws Trap #GP, #VMEXIT */
export const lmsw = (state: HartState, word: bigint): void => {
  requireSupervisor(state);
  const old = state.get('cr0');
  const value = (old & ~0xfn) | (word & 0xfn) | (old & CR0.PE);
  checkCr0Intercepts(state, value, 0n);
  setCr0(state, value);
};

/** SMSW: CR0. @throws Trap #GP by CR4.UMIP, #VMEXIT */
export const smsw = (state: HartState): bigint => {
  requireUnrestricted(state);
  checkIntercept(state, EXIT.CR_READ, 0n);
  return state.get('cr0');
};

/** CLTS. @throws Trap #GP, #VMEXIT */
export const clts = (state: HartState): void => {
  requireSupervisor(state);
  checkIntercept(state, EXIT.CR_WRITE, 0n);
  state.set('cr0', state.get('cr0') & ~CR0.TS);
  state.contextChanged();
};

/** Instructions that tell programs about the system are for it alone where CR4.UMIP says so. @throws Trap #GP */
export const requireUnrestricted = (state: HartState): void => {
  if (state.get('cpl') !== 0n && state.get('cr4') & CR4.UMIP) throw general();
};
