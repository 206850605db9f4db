/** The task state segment that TR names: stacks of more privileged levels, and which ports programs may use. @see AMD64 APM volume 2, 12.2 */
import { type HartState, Trap } from '../core/privileged';
import { RFLAGS } from './bits';
import { causeOf, VECTOR } from './causes';
import { selectorFault, systemTypeOf } from './descriptors';
import { isCanonical, isLong, isReal, isV86 } from './modes';
import { AS_SYSTEM } from './paging-cpu';
import { SEG } from './state';

/** Where fields lie in a TSS of long mode, and of 32 and 16 bits. */
const RSP0 = 4;
const IST1 = 0x24;
const ESP0 = 4;
const SP0 = 2;
const IO_BASE = 0x66;

/** Whether the TSS is one of 16 bits. */
export const isTss16 = (attributes: bigint): boolean => {
  const type = systemTypeOf(attributes);
  return type === 1 || type === 3;
};

const isWithin = (state: HartState, offset: number, bytes: number): boolean =>
  BigInt(offset + bytes - 1) <= state.read('limit', SEG.tr);

/** @throws Trap #TS of the task itself, outside its limit */
const field = (state: HartState, offset: number, bytes: 2 | 4 | 8, ext: number): bigint => {
  if (!isWithin(state, offset, bytes)) throw selectorFault(VECTOR.TS, Number(state.read('selector', SEG.tr)), ext);
  return state.load(BigInt.asUintN(64, state.read('base', SEG.tr) + BigInt(offset)), bytes, AS_SYSTEM);
};

/** The stack pointer of a level, or of an entry of the interrupt stack table, in long mode. */
const longStack = (state: HartState, offset: number, ext: number): bigint => {
  const rsp = field(state, offset, 8, ext);
  if (!isCanonical(state, rsp)) throw new Trap(causeOf(VECTOR.SS, ext), 0n);
  return rsp;
};
/** @throws Trap #TS, #SS */
export const rspOfLevel = (state: HartState, level: number, ext: number): bigint =>
  longStack(state, RSP0 + 8 * level, ext);
/** @param ist from 1 on */
export const rspOfIst = (state: HartState, ist: number, ext: number): bigint =>
  longStack(state, IST1 + 8 * (ist - 1), ext);

/** Selector and pointer of the stack of a level, in legacy mode. @throws Trap #TS */
export const stackOfLevel = (
  state: HartState,
  level: number,
  ext: number,
): { readonly selector: number; readonly rsp: bigint } => {
  const is16 = isTss16(state.read('attributes', SEG.tr));
  const at = is16 ? SP0 + 4 * level : ESP0 + 8 * level;
  const rsp = field(state, at, is16 ? 2 : 4, ext);
  return { selector: Number(field(state, at + (is16 ? 2 : 4), 2, ext)), rsp };
};

/** Whether a program must ask the TSS for ports: where it is less privileged than IOPL says, and in virtual-8086 mode. */
const mustAsk = (state: HartState): boolean => {
  if (isReal(state)) return false;
  return isV86(state) || state.get('cpl') > (state.get('rflags') & RFLAGS.IOPL) >> 12n;
};

/**
 * Whether a program may use ports.
 * @throws Trap #GP where it may not
 * @see AMD64 APM volume 2, 12.2.4 "I/O-Permission Bitmap"
 */
export const checkPorts = (state: HartState, port: number, bytes: number): void => {
  if (!mustAsk(state)) return;
  const refused = new Trap(causeOf(VECTOR.GP), 0n);
  if (!isLong(state) && isTss16(state.read('attributes', SEG.tr))) throw refused;
  const read = (offset: number): number => {
    if (!isWithin(state, offset, 2)) throw refused;
    const at = BigInt.asUintN(64, state.read('base', SEG.tr) + BigInt(offset));
    return Number(state.load(at, 2, AS_SYSTEM));
  };
  // Two bytes are read in any case: that is why the map ends with one of ones.
  const map = read(read(IO_BASE) + (port >> 3));
  if ((map >> (port & 7)) & ((1 << bytes) - 1)) throw refused;
};
