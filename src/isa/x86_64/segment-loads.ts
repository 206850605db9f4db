/** Loads of ES, SS, DS, FS and GS. CS is loaded by control transfers, see gates.ts. @see AMD64 APM volume 2, 4.11 "Segment-Limit Checks" ff. */
import { type HartState, Trap } from '../core/privileged';
import { ATTRIBUTES } from './bits';
import { causeOf, VECTOR } from './causes';
import {
  type Descriptor,
  isCode,
  isConforming,
  isNull,
  markAccessed,
  readDescriptor,
  rplOf,
  selectorFault,
} from './descriptors';
import { is64, isReal, isV86 } from './modes';
import { dplOf, nullSegment, setRealSegment, setSegment, v86Segment } from './segments';
import { SEG } from './state';

const WRITABLE_DATA = ATTRIBUTES.S | ATTRIBUTES.writable;

/** Whether a segment can hold a stack. */
export const isWritableData = (attributes: bigint): boolean =>
  (attributes & (ATTRIBUTES.S | ATTRIBUTES.code | ATTRIBUTES.writable)) === WRITABLE_DATA;

/**
 * The descriptor of a stack segment for code at a level, checked.
 * @param vector of a selector that is not good: #TS where a TSS gave it
 * @throws Trap `vector` or #SS with the selector
 */
export const stackDescriptor = (
  state: HartState,
  selector: number,
  cpl: number,
  vector: number = VECTOR.GP,
  ext = 0,
): Descriptor => {
  if (isNull(selector)) throw selectorFault(vector, 0, ext);
  if (rplOf(selector) !== cpl) throw selectorFault(vector, selector, ext);
  const descriptor = readDescriptor(state, selector, vector, ext);
  const { attributes } = descriptor;
  if (!isWritableData(attributes) || dplOf(attributes) !== cpl) throw selectorFault(vector, selector, ext);
  if ((attributes & ATTRIBUTES.P) === 0n) throw selectorFault(VECTOR.SS, selector, ext);
  return descriptor;
};

const loadStackSegment = (state: HartState, selector: number): void => {
  const cpl = Number(state.get('cpl'));
  if (isNull(selector)) {
    // 64-bit code below level 3 has no use for a stack segment.
    if (!is64(state) || cpl === 3 || rplOf(selector) !== cpl) throw new Trap(causeOf(VECTOR.GP), 0n);
    setSegment(state, SEG.ss, nullSegment(selector, cpl));
    return;
  }
  setSegment(state, SEG.ss, markAccessed(state, stackDescriptor(state, selector, cpl)));
};

/**
 * The descriptor of a data segment, checked.
 * @throws Trap `vector` or #NP with the selector
 */
export const dataDescriptor = (
  state: HartState,
  selector: number,
  cpl: number,
  vector: number = VECTOR.GP,
): Descriptor => {
  const descriptor = readDescriptor(state, selector, vector);
  const { attributes } = descriptor;
  const isReadable =
    (attributes & ATTRIBUTES.S) !== 0n && (!isCode(attributes) || (attributes & ATTRIBUTES.readable) !== 0n);
  const isPrivileged = !isConforming(attributes) && dplOf(attributes) < Math.max(cpl, rplOf(selector));
  if (!isReadable || isPrivileged) throw selectorFault(vector, selector);
  if ((attributes & ATTRIBUTES.P) === 0n) throw selectorFault(VECTOR.NP, selector);
  return descriptor;
};

/**
 * Loads ES, SS, DS, FS or GS as MOV, POP and LDS do.
 * @throws Trap #GP, #NP, #SS with the selector; page faults of the table
 */
export const loadSegment = (state: HartState, seg: number, selector: number): void => {
  if (isReal(state)) setRealSegment(state, seg, selector);
  else if (isV86(state)) setSegment(state, seg, v86Segment(selector));
  else if (seg === SEG.ss) loadStackSegment(state, selector);
  else if (isNull(selector)) setSegment(state, seg, nullSegment(selector));
  else setSegment(state, seg, markAccessed(state, dataDescriptor(state, selector, Number(state.get('cpl')))));
};
