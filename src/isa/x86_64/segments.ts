/**
 * Segment registers as the processor caches them, and what offsets into them are good for.
 * @see AMD64 APM volume 2, chapter 4 "Segmented Virtual Memory"
 */
import { type HartState, Trap } from '../core/privileged';
import { ATTRIBUTES } from './bits';
import { causeOf, VECTOR } from './causes';
import { decodeMode, is64, isCanonical, isReal, type StateReader } from './modes';
import { SEG } from './state';

/** A segment register: attributes as the VMCB has them, the limit in bytes. */
export interface SegmentRegister {
  readonly selector: bigint;
  readonly base: bigint;
  readonly limit: bigint;
  readonly attributes: bigint;
}

type SegmentState = Pick<HartState, 'get' | 'set' | 'read' | 'write'>;

const ALL = 0xffff_ffff_ffff_ffffn;
const LENGTH_32 = 0xffff_ffffn;
/** Segments that programs address memory in. */
const OF_PROGRAMS = [SEG.es, SEG.cs, SEG.ss, SEG.ds, SEG.fs, SEG.gs];

/** What a segment register holds. */
export const segmentOf = (state: Pick<StateReader, 'read'>, seg: number): SegmentRegister => ({
  selector: state.read('selector', seg),
  base: state.read('base', seg),
  limit: state.read('limit', seg),
  attributes: state.read('attributes', seg),
});

/** Whether accesses of a kind are permitted by the type of a segment. */
const permits = (state: Pick<StateReader, 'get'>, attributes: bigint, access: 'read' | 'write'): boolean => {
  // In real mode these are whatever was left in the register, and nothing looks at them.
  if (isReal(state)) return true;
  if ((attributes & ATTRIBUTES.P) === 0n || (attributes & ATTRIBUTES.S) === 0n) return false;
  if (access === 'read') return (attributes & (ATTRIBUTES.code | ATTRIBUTES.readable)) !== ATTRIBUTES.code;
  return (attributes & (ATTRIBUTES.code | ATTRIBUTES.writable)) === ATTRIBUTES.writable;
};

const isExpandDown = (attributes: bigint): boolean =>
  (attributes & (ATTRIBUTES.code | ATTRIBUTES.expandDown)) === ATTRIBUTES.expandDown;

/** The highest offset that one byte may be accessed at without a closer look; 0 where every access needs one. */
const topOf = (state: SegmentState, seg: number, access: 'read' | 'write'): bigint => {
  // In 64-bit mode there are neither limits nor types.
  if (is64(state)) return ALL;
  const { limit, attributes } = segmentOf(state, seg);
  return permits(state, attributes, access) && !isExpandDown(attributes) ? limit : 0n;
};

/** Keeps the slots that say what code is, and how much of rsp the stack uses. */
const setModes = (state: SegmentState): void => {
  state.set('codeMode', BigInt(decodeMode(state)));
  const isBig = (state.read('attributes', SEG.ss) & ATTRIBUTES.DB) !== 0n;
  state.set('stackMask', is64(state) ? ALL : isBig ? LENGTH_32 : 0xffffn);
};

const setTops = (state: SegmentState, seg: number): void => {
  state.write('readTop', seg, topOf(state, seg, 'read'));
  state.write('writeTop', seg, topOf(state, seg, 'write'));
};

/** Derives anew what offsets are good for, behind a change of mode: CR0.PE, EFER.LMA. */
export const refreshSegments = (state: SegmentState): void => {
  for (const seg of OF_PROGRAMS) setTops(state, seg);
  setModes(state);
};

/** Puts values into a segment register, without any check. The decode mode may change with CS: see `HartState.contextChanged`. */
export const setSegment = (state: SegmentState, seg: number, value: SegmentRegister): void => {
  const was64 = seg === SEG.cs && is64(state);
  state.write('selector', seg, value.selector & 0xffffn);
  state.write('base', seg, value.base);
  state.write('limit', seg, value.limit);
  state.write('attributes', seg, value.attributes);
  if (seg === SEG.cs && is64(state) !== was64) refreshSegments(state);
  else {
    setTops(state, seg);
    setModes(state);
  }
};

/** A segment register that nothing can be accessed by: what a null selector loads. */
export const nullSegment = (selector: number, dpl = 0): SegmentRegister => ({
  selector: BigInt(selector),
  base: 0n,
  limit: 0n,
  attributes: BigInt(dpl) << 5n,
});

/** What a load in virtual-8086 mode leaves in the register. */
const V86_ATTRIBUTES = 0xf3n;

/** A segment register as virtual-8086 mode loads it. */
export const v86Segment = (selector: number): SegmentRegister => ({
  selector: BigInt(selector),
  base: BigInt(selector) << 4n,
  limit: 0xffffn,
  attributes: V86_ATTRIBUTES,
});

/** Loads a segment register in real mode: limit and attributes stay. */
export const setRealSegment = (state: SegmentState, seg: number, selector: number): void =>
  setSegment(state, seg, { ...segmentOf(state, seg), selector: BigInt(selector), base: BigInt(selector) << 4n });

/** The privilege level of an attribute word. */
export const dplOf = (attributes: bigint): number => Number((attributes & ATTRIBUTES.DPL) >> 5n);

/** The fault of an offset that is not in its segment, or an address that is not canonical. */
const outside = (seg: number): Trap => new Trap(causeOf(seg === SEG.ss ? VECTOR.SS : VECTOR.GP), 0n);

/** Whether all bytes of an access are within a segment's limit. */
export const isInside = ({ limit, attributes }: SegmentRegister, offset: bigint, bytes: number): boolean => {
  const last = offset + BigInt(bytes) - 1n;
  if (!isExpandDown(attributes)) return last <= limit;
  return offset > limit && last <= (attributes & ATTRIBUTES.DB ? LENGTH_32 : 0xffffn);
};

/**
 * The linear address of an access of `bytes` at an offset, after all checks.
 * @param isStack the access is by the stack pointer or base pointer: where there are no segments, its address is #SS's
 * @throws Trap #GP or #SS, error code 0
 */
export const linearOf = (
  state: StateReader,
  seg: number,
  offset: bigint,
  bytes: number,
  access: 'read' | 'write',
  isStack = seg === SEG.ss,
): bigint => {
  if (is64(state)) {
    const base = seg === SEG.fs || seg === SEG.gs ? state.read('base', seg) : 0n;
    const address = BigInt.asUintN(64, base + offset);
    const last = BigInt.asUintN(64, address + BigInt(bytes) - 1n);
    if (isCanonical(state, address) && isCanonical(state, last)) return address;
    throw outside(isStack ? SEG.ss : SEG.ds);
  }
  const segment = segmentOf(state, seg);
  if (!permits(state, segment.attributes, access) || !isInside(segment, offset, bytes)) throw outside(seg);
  return BigInt.asUintN(32, segment.base + offset);
};

/** The base that instruction addresses count from: 0 in 64-bit mode. `pc` of a hart is linear: the base and RIP. */
export const codeBase = (state: StateReader): bigint => (is64(state) ? 0n : state.read('base', SEG.cs));

/** RIP of a linear address in the code that runs. */
export const ipOf = (state: StateReader, pc: bigint): bigint =>
  is64(state) ? pc : BigInt.asUintN(32, pc - state.read('base', SEG.cs));

/**
 * Goes on at an offset into the code segment, which is within the limit or canonical.
 * @throws Trap #GP(0)
 */
export const jumpTo = (state: HartState, ip: bigint): void => {
  if (is64(state) ? !isCanonical(state, ip) : ip > state.read('limit', SEG.cs)) throw outside(SEG.cs);
  state.jump(is64(state) ? ip : BigInt.asUintN(32, state.read('base', SEG.cs) + ip));
};
