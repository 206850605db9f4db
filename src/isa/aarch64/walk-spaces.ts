/** Which tables and rules hold for an access, read off the registers. */
import type { HartState } from '../core/privileged';
import type { Access } from '../core/translation';
import {
  type AddressRange,
  type GranuleBits,
  granuleOf,
  greatestSize,
  isDefaultCacheable,
  isStage1On,
  isUpperAddress,
  part,
  REGIME_REGISTERS,
  type Regime,
  rangeOf,
} from './address-ranges';
import { HCR, SCTLR } from './bits';
import { type Cpu, cpuOf, PHYSICAL_BITS } from './cpus';
import type { WalkFault, WalkSpace } from './paging';
import { bitsPerLevel, LAST_LEVEL, shiftOf, startLevelOf, tableBase } from './table-geometry';

type SlotReader = Pick<HartState, 'get'>;

/** Who accesses. */
export interface Accessor {
  readonly regime: Regime;
  readonly isUser: boolean;
  /** PSTATE.PAN counts. */
  readonly pan: boolean;
}

/** Stage 1 of an access: tables, or none where it is off. */
export interface FirstStage {
  /** The tables that serve the address; absent where stage 1 is off. */
  readonly space?: WalkSpace;
  /** The address without what says which tables serve it. */
  readonly address: number;
  /** A rule that the address breaks before anything is read. */
  readonly fault?: WalkFault;
  /** Where stage 1 is off: memory is Device for data, unless HCR_EL2.DC makes all of it cacheable. */
  readonly isDevice: boolean;
  /** Bits of output addresses. */
  readonly outputBits: number;
}

/** Bits of addresses that a PS or IPS field allows: no more than the processor has. */
const outputBitsOf = (field: number, { physicalBits }: Cpu): number =>
  Math.min(PHYSICAL_BITS[field] ?? 48, physicalBits);

/** Bits of an address from `from` up, of those that count. */
const bitsAbove = (va: bigint, from: number, ignoresTop: boolean): bigint =>
  BigInt.asUintN(ignoresTop ? 56 : 64, va) >> BigInt(from);

/** Whether the bits that are not translated are those of the range: all ones above, all zeros below. */
const isInRange = (va: bigint, { inputBits, isUpper }: AddressRange, ignoresTop: boolean): boolean => {
  const top = bitsAbove(va, inputBits, ignoresTop);
  return top === (isUpper ? (1n << BigInt((ignoresTop ? 56 : 64) - inputBits)) - 1n : 0n);
};

/** What is wrong with an address before any table is looked at. */
const rangeFault = (va: bigint, range: AddressRange, ignoresTop: boolean, isUser: boolean): WalkFault | undefined => {
  if (!range.isSizeValid) return 'sizeInvalid';
  if (!isInRange(va, range, ignoresTop)) return 'outOfRange';
  if (range.isClosed) return 'closed';
  return isUser && range.isClosedToUsers ? 'closedToUsers' : undefined;
};

/** Stage 1 for the accesses of one range of addresses. */
export const rangeSpace = (state: SlotReader, { regime, isUser, pan }: Accessor, range: AddressRange): WalkSpace => {
  const { sctlr, tcr: tcrName, mair: mairName } = REGIME_REGISTERS[regime];
  const cpu = cpuOf(state);
  const tcr = state.get(tcrName);
  const control = state.get(sctlr);
  const mair = state.get(mairName);
  const isSingle = regime === 'EL2';
  const bit = (at: number): boolean => part(tcr, at, 1) === 1;
  const setsAccessed = cpu.features.has('HAF') && bit(isSingle ? 21 : 39);
  return {
    stage: 1,
    granuleBits: range.granuleBits,
    inputBits: range.inputBits,
    startLevel: startLevelOf(range),
    table: Number(tableBase(state.get(range.register), range)),
    outputBits: outputBitsOf(part(tcr, isSingle ? 16 : 32, 3), cpu),
    isUser,
    setsAccessed,
    setsDirty: setsAccessed && cpu.features.has('HAFDBS') && bit(isSingle ? 22 : 40),
    hasUsers: !isSingle,
    wxn: (control & SCTLR.WXN) !== 0n,
    pan: pan && !isUser && !isSingle,
    // SCTLR_ELx.EPAN.
    epan: cpu.features.has('PAN3') && part(control, 57, 1) === 1,
    hasNoHierarchy: range.hasNoHierarchy,
    mairLow: Number(mair & 0xffff_ffffn),
    mairHigh: Number(mair >> 32n),
    xnx: false,
  };
};

/** Stage 1 for an access of `va`. */
export const firstStage = (
  state: SlotReader,
  accessor: Accessor,
  va: bigint,
  access: Access,
  isOn = isStage1On(state, accessor.regime),
): FirstStage => {
  const { regime, isUser } = accessor;
  const range = rangeOf(state, regime, isUpperAddress(regime, va));
  const ignoresTop = access === 'execute' ? range.ignoresTopOfFetches : range.ignoresTop;
  if (!isOn) {
    const { physicalBits } = cpuOf(state);
    const isBeyond = bitsAbove(va, physicalBits, ignoresTop) !== 0n;
    return {
      address: Number(BigInt.asUintN(48, va)),
      fault: isBeyond ? 'flatBeyond' : undefined,
      isDevice: access !== 'execute' && !isDefaultCacheable(state, regime),
      outputBits: physicalBits,
    };
  }
  const space = rangeSpace(state, accessor, range);
  return {
    space,
    address: Number(BigInt.asUintN(range.inputBits, va)),
    fault: rangeFault(va, range, ignoresTop, isUser),
    isDevice: false,
    outputBits: space.outputBits,
  };
};

/** Stage 2, and what is wrong with VTCR_EL2. */
export interface SecondStage {
  readonly space: WalkSpace;
  readonly fault?: WalkFault;
  /** HCR_EL2.PTW: tables of stage 1 may not lie in Device memory. */
  readonly protectsTables: boolean;
}

/** VTCR_EL2.SL0 by granule: the level where walks start, and the bits that physical addresses must have at least for it. */
const START_LEVELS: Readonly<Record<GranuleBits, readonly (readonly [level: number, physicalBits: number])[]>> = {
  12: [
    [2, 0],
    [1, 0],
    [0, 44],
  ],
  14: [
    [3, 0],
    [2, 0],
    [1, 42],
  ],
  16: [
    [3, 0],
    [2, 0],
    [1, 44],
  ],
};
/** First tables side by side: the index into them may have this many bits more. */
const CONCATENATED_BITS = 4;

/** Whether walks that start at a level fit addresses of so many bits. */
const isConsistent = (granuleBits: number, level: number, inputBits: number): boolean => {
  const below = shiftOf(granuleBits, level);
  return inputBits > below && inputBits <= below + bitsPerLevel(granuleBits) + CONCATENATED_BITS;
};

/** Stage 2 of the accesses of EL1 or EL0. @see Arm ARM, VTCR_EL2, VTTBR_EL2 */
export const secondStage = (state: SlotReader, isUser: boolean): SecondStage => {
  const cpu = cpuOf(state);
  const vtcr = state.get('VTCR_EL2');
  const granuleBits = granuleOf(part(vtcr, 14, 2), false, cpu);
  const size = part(vtcr, 0, 6);
  const most = greatestSize(granuleBits, cpu);
  const least = 64 - Math.min(48, cpu.physicalBits);
  const inputBits = 64 - Math.min(Math.max(size, least), most);
  const field = part(vtcr, 6, 2);
  const isLast = field === 3 && granuleBits === 12 && cpu.features.has('TTST');
  const [startLevel, needed] = isLast ? [LAST_LEVEL, 0] : (START_LEVELS[granuleBits][field] ?? [LAST_LEVEL, 99]);
  const isStartValid = cpu.physicalBits >= needed && isConsistent(granuleBits, startLevel, inputBits);
  const fault = size < least || size > most ? 'sizeInvalid' : isStartValid ? undefined : 'startInvalid';
  const setsAccessed = cpu.features.has('HAF') && part(vtcr, 21, 1) === 1;
  return {
    space: {
      stage: 2,
      granuleBits,
      inputBits,
      startLevel,
      table: Number(tableBase(state.get('VTTBR_EL2'), { granuleBits, inputBits }, startLevel)),
      outputBits: outputBitsOf(part(vtcr, 16, 3), cpu),
      isUser,
      setsAccessed,
      setsDirty: setsAccessed && cpu.features.has('HAFDBS') && part(vtcr, 22, 1) === 1,
      hasUsers: false,
      wxn: false,
      pan: false,
      epan: false,
      hasNoHierarchy: true,
      mairLow: 0,
      mairHigh: 0,
      xnx: cpu.features.has('XNX'),
    },
    fault,
    protectsTables: (state.get('HCR_EL2') & HCR.PTW) !== 0n,
  };
};
