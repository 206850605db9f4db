/** RFLAGS of the lazy status flags and the slot that has the others. @see AMD64 APM volume 1, 3.1.4; volume 2, 3.1.6 */
import type { HartState } from '../core/privileged';
import { RFLAGS } from './bits';

/** The flags that arithmetic sets. */
export const STATUS_FLAGS = RFLAGS.CF | RFLAGS.PF | RFLAGS.AF | RFLAGS.ZF | RFLAGS.SF | RFLAGS.OF;
/** The flags in the slot `rflags`. */
const OTHER_FLAGS =
  RFLAGS.TF |
  RFLAGS.IF |
  RFLAGS.DF |
  RFLAGS.IOPL |
  RFLAGS.NT |
  RFLAGS.RF |
  RFLAGS.VM |
  RFLAGS.AC |
  RFLAGS.VIF |
  RFLAGS.VIP |
  RFLAGS.ID;

const TOP = 1n << 63n;

const isEven = (byte: bigint): boolean => {
  let value = Number(byte & 0xffn);
  value ^= value >> 4;
  value ^= value >> 2;
  value ^= value >> 1;
  return (value & 1) === 0;
};

/** All flags. */
export const rflagsOf = (state: Pick<HartState, 'get'>): bigint => {
  const result = state.get('result');
  const carry = state.get('carry');
  const carries = state.get('carries');
  const isSet = (value: bigint, mask: bigint): boolean => (value & mask) !== 0n;
  let flags = (state.get('rflags') & OTHER_FLAGS) | RFLAGS.fixed;
  if (isSet(carry, 1n)) flags |= RFLAGS.CF;
  if (isEven(result) !== isSet(carry, 4n)) flags |= RFLAGS.PF;
  if (isSet(carries, 16n)) flags |= RFLAGS.AF;
  if (result === 0n) flags |= RFLAGS.ZF;
  if (isSet(result, TOP) !== isSet(carry, 2n)) flags |= RFLAGS.SF;
  if (isSet(carries, TOP) !== isSet(carry, 1n)) flags |= RFLAGS.OF;
  return flags;
};

/** Sets all flags; which of them the processor would let through is the caller's business. */
export const setRflags = (state: Pick<HartState, 'set'>, flags: bigint): void => {
  const one = (mask: bigint): bigint => ((flags & mask) === 0n ? 0n : 1n);
  const [zf, cf] = [one(RFLAGS.ZF), one(RFLAGS.CF)];
  state.set('rflags', (flags & OTHER_FLAGS) | RFLAGS.fixed);
  // The result is 0, which has even parity, or 1, which has odd.
  state.set('result', zf ^ 1n);
  state.set('carry', cf | (one(RFLAGS.SF) << 1n) | ((one(RFLAGS.PF) ^ zf) << 2n));
  state.set('carries', (one(RFLAGS.AF) << 4n) | ((one(RFLAGS.OF) ^ cf) << 63n));
};
