/** The x87's register stack, tags and status. @see AMD64 APM volume 1, 6.2 "Registers", 6.8 "x87 Floating-Point Exceptions" */
import type { HartState } from '../../core/privileged';
import { INDEFINITE, type X87Result } from '../float/extended';
import { BEFORE, RAISES } from '../float/mxcsr';

/** Bits of the status word, which is without TOP in its slot. */
export const FSW = {
  EXCEPTIONS: 0x3f,
  SF: 0x40,
  ES: 0x80,
  C0: 0x100,
  C1: 0x200,
  C2: 0x400,
  C3: 0x4000,
  B: 0x8000,
} as const;
export const CONDITIONS = FSW.C0 | FSW.C1 | FSW.C2 | FSW.C3;
const TOP_SHIFT = 11;
const EIGHTY = (1n << 80n) - 1n;
const NONE = 0xff;

type Reader = Pick<HartState, 'get' | 'read'>;
type Slots = Pick<HartState, 'get' | 'set'>;

export const fcwOf = (state: Pick<HartState, 'get'>): number => Number(state.get('fcw'));
const topOf = (state: Pick<HartState, 'get'>): number => Number(state.get('top87'));

/** The status word with TOP. */
export const statusOf = (state: Pick<HartState, 'get'>): number =>
  Number(state.get('fsw')) | (topOf(state) << TOP_SHIFT);

/** ES and B follow from what is raised and not masked. */
const withSummary = (fsw: number, fcw: number): number =>
  fsw & ~fcw & FSW.EXCEPTIONS ? fsw | FSW.ES | FSW.B : fsw & ~(FSW.ES | FSW.B);

/** Sets control and status, as an image in memory has them. */
export const setControlAndStatus = (state: Slots, fcw: number, status: number): void => {
  const control = (fcw & 0x1f3f) | 0x40;
  state.set('fcw', BigInt(control));
  state.set('top87', BigInt((status >> TOP_SHIFT) & 7));
  state.set('fsw', BigInt(withSummary(status & 0xc7ff, control)));
};

/** @see "FNINIT" */
export const initialize = (state: Slots): void => {
  setControlAndStatus(state, 0x37f, 0);
  for (const slot of ['ftw', 'fip', 'fdp', 'fop']) state.set(slot, 0n);
};

const physical = (state: Pick<HartState, 'get'>, index: number): number => (topOf(state) + index) & 7;

export const isEmpty = (state: Pick<HartState, 'get'>, index: number): boolean =>
  ((Number(state.get('ftw')) >> physical(state, index)) & 1) === 0;

/** What ST(index) holds, empty or not. */
export const contentOf = (state: Reader, index: number): bigint => state.read('st', physical(state, index)) & EIGHTY;

/** Writes ST(index), which is not empty then. */
export const put = (state: HartState, index: number, value: bigint): void => {
  const register = physical(state, index);
  state.write('st', register, value);
  state.set('ftw', state.get('ftw') | (1n << BigInt(register)));
};
export const free = (state: Slots, index: number): void =>
  state.set('ftw', state.get('ftw') & ~(1n << BigInt(physical(state, index))) & BigInt(NONE));

export const moveTop = (state: Slots, by: 1 | -1): void => state.set('top87', BigInt((topOf(state) + by) & 7));
export const pop = (state: Slots, count = 1): void => {
  for (let at = 0; at < count; at++) {
    free(state, 0);
    moveTop(state, 1);
  }
};

/** Sets C3, C2, C1 and C0 as `bits` has them; those of `mask` only. */
export const setConditions = (state: Slots, bits: number, mask: number = CONDITIONS): void =>
  state.set('fsw', (state.get('fsw') & ~BigInt(mask)) | BigInt(bits));

/**
 * Sets flags, and C1 where a result was rounded up. Where something is not masked that was known beforehand, there is no more.
 * Yields the exceptions that are not masked.
 */
export const raise = (state: Slots, flags: number, isRoundedUp = false): number => {
  const fcw = fcwOf(state);
  const pending = flags & ~fcw & FSW.EXCEPTIONS;
  const isEarly = (pending & BEFORE) !== 0;
  const raised = isEarly ? flags & (BEFORE | FSW.SF) : flags;
  const c1 = isRoundedUp && !isEarly ? FSW.C1 : 0;
  state.set('fsw', BigInt(withSummary((Number(state.get('fsw')) & ~FSW.C1) | raised | c1, fcw)));
  return pending;
};

/** Whether a result is given: nothing is not masked that was known beforehand. */
export const isGiven = (pending: number): boolean => (pending & BEFORE) === 0;

/** A register was empty that is read. Whether the indefinite value is given. */
export const underflow = (state: Slots): boolean => isGiven(raise(state, RAISES.IE | FSW.SF));
/** A register is not empty that is pushed to: C1 tells it from the other. */
const overflow = (state: Slots): boolean => {
  const isDone = isGiven(raise(state, RAISES.IE | FSW.SF));
  setConditions(state, FSW.C1, FSW.C1);
  return isDone;
};

/** Whether something can be pushed: where there is no room, that is raised, and the indefinite value takes its place or nothing does. */
export const hasRoom = (state: HartState): 'yes' | 'indefinite' | 'no' => {
  if (isEmpty(state, 7)) return 'yes';
  return overflow(state) ? 'indefinite' : 'no';
};

/** Pushes a value where there is room. */
export const push = (state: HartState, value: bigint): void => {
  const room = hasRoom(state);
  if (room === 'no') return;
  moveTop(state, -1);
  put(state, 0, room === 'yes' ? value : INDEFINITE);
};

/** Raises what a result does, and writes it to ST(index). @returns whether it was written */
export const give = (state: HartState, index: number, { value, flags, isRoundedUp }: X87Result): boolean => {
  if (!isGiven(raise(state, flags, isRoundedUp))) return false;
  put(state, index, value);
  return true;
};
