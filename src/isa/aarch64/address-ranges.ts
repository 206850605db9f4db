/**
 * The translation regimes, and the ranges of virtual addresses that each translates by a table of its own, read off the
 * registers.
 * @see Arm ARM, D8.2 "Translation process", TCR_EL1, TCR_EL2
 */
import type { HartState } from '../core/privileged';
import { HCR, SCTLR } from './bits';
import { isHostLevel } from './contexts';
import { type Cpu, cpuOf, hasFeature } from './cpus';

type SlotReader = Pick<HartState, 'get'>;

/** `EL1&0`, `EL2`, and `EL2&0`, which is EL2's with HCR_EL2.E2H set. */
export type Regime = 'EL1&0' | 'EL2' | 'EL2&0';

/** The regime that translates an exception level's addresses under the HCR_EL2 there is now. */
export const regimeAt = (state: SlotReader, el: number): Regime => {
  if (isHostLevel(state.get('HCR_EL2'), el)) return 'EL2&0';
  return el === 2 ? 'EL2' : 'EL1&0';
};

interface RegimeRegisters {
  readonly sctlr: string;
  readonly tcr: string;
  readonly mair: string;
  /** That of the lower addresses, and that of the upper ones where there are two. */
  readonly tables: readonly [string] | readonly [string, string];
}

export const REGIME_REGISTERS: Readonly<Record<Regime, RegimeRegisters>> = {
  'EL1&0': { sctlr: 'SCTLR_EL1', tcr: 'TCR_EL1', mair: 'MAIR_EL1', tables: ['TTBR0_EL1', 'TTBR1_EL1'] },
  EL2: { sctlr: 'SCTLR_EL2', tcr: 'TCR_EL2', mair: 'MAIR_EL2', tables: ['TTBR0_EL2'] },
  'EL2&0': { sctlr: 'SCTLR_EL2', tcr: 'TCR_EL2', mair: 'MAIR_EL2', tables: ['TTBR0_EL2', 'TTBR1_EL2'] },
};

/** SCTLR_ELx that rules the exception level there is now. */
export const controlHere = (state: SlotReader): bigint =>
  state.get(REGIME_REGISTERS[regimeAt(state, Number(state.get('EL')))].sctlr);

/** Whether stage 1 of a regime translates. HCR_EL2.DC, and TGE for what is no host, have it off. */
export const isStage1On = (state: SlotReader, regime: Regime): boolean => {
  if (regime === 'EL1&0' && state.get('HCR_EL2') & (HCR.DC | HCR.TGE)) return false;
  return (state.get(REGIME_REGISTERS[regime].sctlr) & SCTLR.M) !== 0n;
};

/** Whether memory is cacheable where stage 1 is off: HCR_EL2.DC, of EL1 and EL0 as guests. */
export const isDefaultCacheable = (state: SlotReader, regime: Regime): boolean =>
  regime === 'EL1&0' && (state.get('HCR_EL2') & (HCR.DC | HCR.TGE)) === HCR.DC;

/** Bits of addresses within a page: 12, 14 or 16. */
export type GranuleBits = 12 | 14 | 16;

/** Addresses that one table register serves. */
export interface AddressRange {
  readonly register: string;
  readonly isUpper: boolean;
  /** Bits that are translated; those above must all be as {@link isUpper} says. */
  readonly inputBits: number;
  /** False where TxSZ is outside of what the processor has: every walk fails. */
  readonly isSizeValid: boolean;
  readonly granuleBits: GranuleBits;
  /** Walks are off (EPD0, EPD1). */
  readonly isClosed: boolean;
  /** No access from EL0 (E0PD0, E0PD1). */
  readonly isClosedToUsers: boolean;
  /** The top byte is not part of addresses: of data, and of fetches. */
  readonly ignoresTop: boolean;
  readonly ignoresTopOfFetches: boolean;
  /** Hierarchical permissions are off. */
  readonly hasNoHierarchy: boolean;
}

const GRANULES_0: readonly GranuleBits[] = [12, 16, 14, 12];
const GRANULES_1: readonly GranuleBits[] = [12, 14, 12, 16];

/** Of TG0, also VTCR_EL2's, or of TG1. A granule that the processor does not have is taken as 4 KiB. */
export const granuleOf = (field: number, isUpper: boolean, { features }: Cpu): GranuleBits => {
  const bits = (isUpper ? GRANULES_1 : GRANULES_0)[field] ?? 12;
  return bits === 14 && !features.has('TGran16K') ? 12 : bits;
};

const LEAST_SIZE = 16;

/** TxSZ at most, also VTCR_EL2's: 39, or with FEAT_TTST 48, with pages of 64 KiB 47. */
export const greatestSize = (granuleBits: GranuleBits, { features }: Cpu): number =>
  features.has('TTST') ? (granuleBits === 16 ? 47 : 48) : 39;

interface Places {
  readonly size: number;
  readonly granule: number;
  readonly closed: number | undefined;
  readonly closedToUsers: number | undefined;
  readonly top: number;
  readonly topOfData: number;
  readonly hierarchy: number;
}
/** Where TCR_ELx keeps what: of a regime with two ranges, and of EL2's own. */
const LOWER: Places = { size: 0, granule: 14, closed: 7, closedToUsers: 55, top: 37, topOfData: 51, hierarchy: 41 };
const UPPER: Places = { size: 16, granule: 30, closed: 23, closedToUsers: 56, top: 38, topOfData: 52, hierarchy: 42 };
const SINGLE: Places = {
  size: 0,
  granule: 14,
  closed: undefined,
  closedToUsers: undefined,
  top: 20,
  topOfData: 29,
  hierarchy: 24,
};

/** A field of a register that may have more than 53 bits in use. */
export const part = (value: bigint, at: number, bits: number): number =>
  Number(BigInt.asUintN(bits, value >> BigInt(at)));

/** The range that one of a regime's table registers serves; the regime's lower one, or its upper one. */
export const rangeOf = (state: SlotReader, regime: Regime, isUpper: boolean): AddressRange => {
  const { tcr: name, tables } = REGIME_REGISTERS[regime];
  const tcr = state.get(name);
  const cpu = cpuOf(state);
  const places = regime === 'EL2' ? SINGLE : isUpper ? UPPER : LOWER;
  const bit = (at: number | undefined): boolean => at !== undefined && part(tcr, at, 1) === 1;
  const granuleBits = granuleOf(part(tcr, places.granule, 2), isUpper, cpu);
  const size = part(tcr, places.size, 6);
  const most = greatestSize(granuleBits, cpu);
  const ignoresTop = bit(places.top);
  return {
    register: (isUpper ? tables[1] : undefined) ?? tables[0],
    isUpper,
    inputBits: 64 - Math.min(Math.max(size, LEAST_SIZE), most),
    isSizeValid: size >= LEAST_SIZE && size <= most,
    granuleBits,
    isClosed: bit(places.closed),
    isClosedToUsers: cpu.features.has('E0PD') && bit(places.closedToUsers),
    ignoresTop,
    ignoresTopOfFetches: ignoresTop && !bit(places.topOfData),
    hasNoHierarchy: cpu.features.has('HPDS') && bit(places.hierarchy),
  };
};

/** Which of the ranges an address belongs to is said by its bit 55. */
export const isUpperAddress = (regime: Regime, va: bigint): boolean => regime !== 'EL2' && part(va, 55, 1) === 1;

/** ASID of the EL1&0 or EL2&0 regime, by TCR_ELx.A1 and .AS. */
export const asidOf = (state: SlotReader, regime: Regime): number => {
  if (regime === 'EL2') return 0;
  const { tcr: name, tables } = REGIME_REGISTERS[regime];
  const tcr = state.get(name);
  const table = part(tcr, 22, 1) === 1 ? (tables[1] ?? tables[0]) : tables[0];
  const bits = hasFeature(state, 'ASID16') && part(tcr, 36, 1) === 1 ? 16 : 8;
  return part(state.get(table), 48, bits);
};

/** VMID in use, 8 bits or with VTCR_EL2.VS 16. */
export const vmidOf = (state: SlotReader): number => {
  const isWide = hasFeature(state, 'VMID16') && part(state.get('VTCR_EL2'), 19, 1) === 1;
  return part(state.get('VTTBR_EL2'), 48, isWide ? 16 : 8);
};
