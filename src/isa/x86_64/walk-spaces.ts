/** Which tables and rules hold for an access, read off the registers. */
import type { HartState } from '../core/privileged';
import { CR0, CR4, EFER, RFLAGS } from './bits';
import { cpuOf } from './cpus';
import { isCanonical, isLong } from './modes';
import type { WalkFault, WalkSpace } from './paging';

type SlotReader = Pick<HartState, 'get'>;

/** Who accesses. */
export interface Accessor {
  /** Effective privilege is that of ring 3. */
  readonly isUser: boolean;
  /** By the processor itself, for a descriptor table or a TSS: RFLAGS.AC does not count. */
  readonly isImplicit: boolean;
}

/** The processor's own tables for an access, or none where paging is off. */
export interface FirstStage {
  readonly space?: WalkSpace;
  /** The linear address in halves. */
  readonly high: number;
  readonly low: number;
  /** A rule that the address breaks before anything is read. */
  readonly fault?: WalkFault;
}

/** How many levels tables have under these control registers. */
export const levelsOf = (cr4: bigint, efer: bigint): 2 | 3 | 4 | 5 => {
  if (!(cr4 & CR4.PAE)) return 2;
  if (!(efer & EFER.LMA)) return 3;
  return cr4 & CR4.LA57 ? 5 : 4;
};

/** Bits of CR3 that are the first table's address. */
const BASES: Readonly<Record<number, bigint>> = { 2: 0xffff_f000n, 3: 0xffff_ffe0n };
const LONG_BASE = 0x000f_ffff_ffff_f000n;

/** Where the first table lies that CR3, or the VMCB's N_CR3, names. */
export const tableBase = (cr3: bigint, levels: number): bigint => cr3 & (BASES[levels] ?? LONG_BASE);

/** Whether paging is on. */
export const isPagingOn = (state: SlotReader): boolean => (state.get('cr0') & CR0.PG) !== 0n;

/** Whether nested tables translate what the processor's own ones yield. */
export const isNested = (state: SlotReader): boolean => state.get('isGuest') !== 0n && state.get('isNested') !== 0n;

/** Tables of the processor's own, as its registers have them. */
export const firstSpace = (state: SlotReader, { isUser, isImplicit }: Accessor, cr3 = state.get('cr3')): WalkSpace => {
  const cr4 = state.get('cr4');
  const efer = state.get('efer');
  const levels = levelsOf(cr4, efer);
  return {
    stage: 1,
    levels,
    table: Number(tableBase(cr3, levels)),
    physicalBits: cpuOf(state).physicalBits,
    isUser,
    isWriteProtected: (state.get('cr0') & CR0.WP) !== 0n,
    hasLargePages: (cr4 & CR4.PSE) !== 0n,
    hasNoExecute: (efer & EFER.NXE) !== 0n,
    isSmep: (cr4 & CR4.SMEP) !== 0n,
    isSmap: (cr4 & CR4.SMAP) !== 0n && (isImplicit || (state.get('rflags') & RFLAGS.AC) === 0n),
  };
};

/** The first stage of an access of `va`. Outside of long mode addresses have 32 bits. */
export const firstStage = (
  state: SlotReader,
  accessor: Accessor,
  va: bigint,
  isOn = isPagingOn(state),
  cr3?: bigint,
): FirstStage => {
  const low = Number(BigInt.asUintN(32, va));
  const hasLong = isLong(state);
  const high = hasLong ? Number(va >> 32n) : 0;
  if (!isOn) return { high, low };
  const space = firstSpace(state, accessor, cr3);
  if (hasLong && !isCanonical(state, va)) return { space, high, low, fault: 'notCanonical' };
  return { space, high, low };
};

/**
 * Nested tables: in the format, and under the rules, that the host had when it executed VMRUN; N_CR3 names the first one. What
 * they translate is a user's access, always. @see AMD64 APM volume 2, 15.25.4, 15.25.5
 */
export const secondSpace = (state: SlotReader, nestedCr3 = state.get('nestedCr3')): WalkSpace => {
  const cr4 = state.get('hostCr4');
  const efer = state.get('hostEfer');
  const levels = levelsOf(cr4, efer);
  return {
    stage: 2,
    levels,
    table: Number(tableBase(nestedCr3, levels)),
    physicalBits: cpuOf(state).physicalBits,
    isUser: true,
    isWriteProtected: true,
    hasLargePages: (cr4 & CR4.PSE) !== 0n,
    hasNoExecute: (efer & EFER.NXE) !== 0n,
    isSmep: (cr4 & CR4.SMEP) !== 0n,
    isSmap: false,
  };
};
