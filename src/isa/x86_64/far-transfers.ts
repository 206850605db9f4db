/**
 * Far JMP, CALL and RET: to other code segments, through call gates, to other tasks.
 * @see AMD64 APM volume 2, 4.11 "Data-Access Privilege Checks" ff., 4.12.3 and 12.3; volume 3, "CALL (Far)", "JMP (Far)", "RET (Far)"
 */
import { type HartState, Trap } from '../core/privileged';
import { ATTRIBUTES, SYSTEM_TYPE } from './bits';
import { causeOf, VECTOR } from './causes';
import {
  type Descriptor,
  isCode,
  isConforming,
  isNull,
  markAccessed,
  readDescriptor,
  readSystemDescriptor,
  rplOf,
  selectorFault,
  systemTypeOf,
} from './descriptors';
import { type Gate, gateOf, isGate16, offsetOfGate, targetOfGate } from './gates';
import { isCanonical, isLong, isReal, isV86 } from './modes';
import { AS_SYSTEM } from './paging-cpu';
import { stackDescriptor } from './segment-loads';
import { dplOf, ipOf, jumpTo, nullSegment, type SegmentRegister, segmentOf, setSegment } from './segments';
import { currentStack, RSP, Stack, type StackBytes } from './stack';
import { SEG } from './state';
import { switchTask } from './tasks';
import { rspOfLevel, stackOfLevel } from './tss';

/** A far pointer. */
export interface FarPointer {
  readonly selector: number;
  readonly offset: bigint;
}

const LM = ATTRIBUTES.L | ATTRIBUTES.DB;

/** Whether a descriptor is of code that there can be: not both of 64 and of 32 bits in long mode. */
const isLegalCode = (state: HartState, attributes: bigint): boolean =>
  isCode(attributes) && !(isLong(state) && (attributes & LM) === LM);

/** Whether an offset is one in a code segment: within its limit, or canonical. */
const isIn = (state: HartState, { limit, attributes }: SegmentRegister, offset: bigint): boolean =>
  isLong(state) && attributes & ATTRIBUTES.L ? isCanonical(state, offset) : offset <= limit;

/** Enters a code segment at a level, and goes on there. @throws Trap #GP(0) */
export const enterCode = (state: HartState, code: Descriptor, cpl: number, offset: bigint): void => {
  if (!isIn(state, code, offset)) throw new Trap(causeOf(VECTOR.GP), 0n);
  const marked = markAccessed(state, code);
  state.set('cpl', BigInt(cpl));
  setSegment(state, SEG.cs, { ...marked, selector: (marked.selector & ~3n) | BigInt(cpl) });
  state.contextChanged();
  state.interruptsChanged();
  jumpTo(state, offset);
};

/** Code that JMP and CALL go to without a gate. @throws Trap #GP, #NP */
const checkDirect = (state: HartState, selector: number, { attributes }: Descriptor): void => {
  const cpl = Number(state.get('cpl'));
  const dpl = dplOf(attributes);
  const isPermitted = isConforming(attributes) ? dpl <= cpl : dpl === cpl && rplOf(selector) <= cpl;
  if (!isLegalCode(state, attributes) || !isPermitted) throw selectorFault(VECTOR.GP, selector);
  if ((attributes & ATTRIBUTES.P) === 0n) throw selectorFault(VECTOR.NP, selector);
};

/** In real and virtual-8086 mode a selector is the base. */
const enterReal = (state: HartState, { selector, offset }: FarPointer): void => {
  if (offset > state.read('limit', SEG.cs)) throw new Trap(causeOf(VECTOR.GP), 0n);
  const base = BigInt(selector) << 4n;
  setSegment(state, SEG.cs, { ...segmentOf(state, SEG.cs), selector: BigInt(selector), base });
  state.contextChanged();
  jumpTo(state, offset);
};

const isRealLike = (state: HartState): boolean => isReal(state) || isV86(state);

const nextIp = (state: HartState): bigint => ipOf(state, BigInt.asUintN(64, state.pc + BigInt(state.length)));

/** Gates and TSSs are for who is as privileged as they ask. @throws Trap #GP, #NP */
const checkSystem = (state: HartState, selector: number, attributes: bigint): void => {
  const level = Math.max(Number(state.get('cpl')), rplOf(selector));
  if (dplOf(attributes) < level) throw selectorFault(VECTOR.GP, selector);
  if ((attributes & ATTRIBUTES.P) === 0n) throw selectorFault(VECTOR.NP, selector);
};

/** A task gate or a TSS. */
const toTask = (state: HartState, selector: number, descriptor: Descriptor, by: 'jump' | 'call'): void => {
  if (isLong(state)) throw selectorFault(VECTOR.GP, selector);
  checkSystem(state, selector, descriptor.attributes);
  const isGate = systemTypeOf(descriptor.attributes) === SYSTEM_TYPE.taskGate;
  switchTask(state, isGate ? gateOf(descriptor.raw).selector : selector, { by, ip: nextIp(state) });
};

const TASKS: ReadonlySet<number | undefined> = new Set([...[SYSTEM_TYPE.taskGate, SYSTEM_TYPE.tss16, SYSTEM_TYPE.tss]]);

const isCallGate = (state: HartState, type: number | undefined): boolean =>
  type === SYSTEM_TYPE.callGate || (type === SYSTEM_TYPE.callGate16 && !isLong(state));

/** The gate of a descriptor, with its second half in long mode. @throws Trap #GP, #NP */
const callGate = (state: HartState, selector: number): Gate => {
  const { raw, high, attributes } = readSystemDescriptor(state, selector);
  checkSystem(state, selector, attributes);
  return gateOf(raw, high);
};

/** @throws Trap #GP, #NP, #SS, #TS, page faults, #VMEXIT */
export const farJump = (state: HartState, { selector, offset }: FarPointer): void => {
  if (isRealLike(state)) {
    enterReal(state, { selector, offset });
    return;
  }
  if (isNull(selector)) throw new Trap(causeOf(VECTOR.GP), 0n);
  const descriptor = readDescriptor(state, selector);
  const type = systemTypeOf(descriptor.attributes);
  const cpl = Number(state.get('cpl'));
  if (type === undefined) {
    checkDirect(state, selector, descriptor);
    enterCode(state, descriptor, cpl, offset);
  } else if (isCallGate(state, type)) {
    const gate = callGate(state, selector);
    const target = targetOfGate(state, gate);
    if (target.cpl !== cpl) throw selectorFault(VECTOR.GP, gate.selector);
    enterCode(state, target.descriptor, cpl, offsetOfGate(gate));
  } else if (TASKS.has(type)) toTask(state, selector, descriptor, 'jump');
  else throw selectorFault(VECTOR.GP, selector);
};

/** A call through a gate: to a more privileged level on that level's stack, with the parameters copied. */
const callByGate = (state: HartState, selector: number): void => {
  const gate = callGate(state, selector);
  const { descriptor, cpl } = targetOfGate(state, gate);
  const bytes: StackBytes = isLong(state) ? 8 : isGate16(gate) ? 2 : 4;
  const old = currentStack(state);
  const offset = offsetOfGate(gate);
  if (!isIn(state, descriptor, offset)) throw new Trap(causeOf(VECTOR.GP), 0n);
  const isInner = cpl < Number(state.get('cpl'));
  let stack = isLong(state) ? new Stack(state, { segment: undefined, rsp: old.rsp }) : old;
  let ss: SegmentRegister | undefined;
  if (isInner) {
    if (isLong(state)) {
      stack = new Stack(state, { segment: undefined, rsp: rspOfLevel(state, cpl, 0), as: AS_SYSTEM });
      ss = nullSegment(cpl, cpl);
    } else {
      const place = stackOfLevel(state, cpl, 0);
      const segment = stackDescriptor(state, place.selector, cpl, VECTOR.TS);
      stack = new Stack(state, { segment, rsp: place.rsp, error: place.selector & 0xfffc, as: AS_SYSTEM });
      ss = markAccessed(state, segment);
    }
    stack.push(bytes, state.read('selector', SEG.ss));
    stack.push(bytes, state.read('r', RSP));
    const count = isLong(state) ? 0 : gate.parameters;
    for (let n = count - 1; n >= 0; n--) stack.push(bytes, old.peek(bytes, n * bytes));
  }
  stack.push(bytes, state.read('selector', SEG.cs));
  stack.push(bytes, nextIp(state));
  if (ss) setSegment(state, SEG.ss, ss);
  state.write('r', RSP, stack.rsp);
  enterCode(state, descriptor, cpl, offset);
};

/** @throws Trap as {@link farJump} */
export const farCall = (state: HartState, { selector, offset }: FarPointer, bytes: StackBytes): void => {
  const pushReturn = (): Stack => {
    const stack = currentStack(state);
    stack.push(bytes, state.read('selector', SEG.cs));
    stack.push(bytes, nextIp(state));
    return stack;
  };
  if (isRealLike(state)) {
    if (offset > state.read('limit', SEG.cs)) throw new Trap(causeOf(VECTOR.GP), 0n);
    state.write('r', RSP, pushReturn().rsp);
    enterReal(state, { selector, offset });
    return;
  }
  if (isNull(selector)) throw new Trap(causeOf(VECTOR.GP), 0n);
  const descriptor = readDescriptor(state, selector);
  const type = systemTypeOf(descriptor.attributes);
  if (type === undefined) {
    checkDirect(state, selector, descriptor);
    if (!isIn(state, descriptor, offset)) throw new Trap(causeOf(VECTOR.GP), 0n);
    state.write('r', RSP, pushReturn().rsp);
    enterCode(state, descriptor, Number(state.get('cpl')), offset);
  } else if (isCallGate(state, type)) callByGate(state, selector);
  else if (TASKS.has(type)) toTask(state, selector, descriptor, 'call');
  else throw selectorFault(VECTOR.GP, selector);
};

/** The code segment that a return or IRET goes back to, and its level. @throws Trap #GP, #NP */
export const returnDescriptor = (state: HartState, selector: number): Descriptor => {
  if (isNull(selector)) throw new Trap(causeOf(VECTOR.GP), 0n);
  const descriptor = readDescriptor(state, selector);
  const { attributes } = descriptor;
  const rpl = rplOf(selector);
  const dpl = dplOf(attributes);
  const isPermitted = isConforming(attributes) ? dpl <= rpl : dpl === rpl;
  if (!isLegalCode(state, attributes) || rpl < Number(state.get('cpl')) || !isPermitted) {
    throw selectorFault(VECTOR.GP, selector);
  }
  if ((attributes & ATTRIBUTES.P) === 0n) throw selectorFault(VECTOR.NP, selector);
  return descriptor;
};

/** The stack segment of the level that a return goes to: it may be null in 64-bit code below level 3. @throws Trap #GP, #SS */
export const returnStack = (state: HartState, selector: number, code: Descriptor, cpl: number): SegmentRegister => {
  const goesTo64 = isLong(state) && (code.attributes & ATTRIBUTES.L) !== 0n;
  if (isNull(selector) && goesTo64 && cpl !== 3) {
    if (rplOf(selector) !== cpl) throw selectorFault(VECTOR.GP, selector);
    return nullSegment(selector, cpl);
  }
  return markAccessed(state, stackDescriptor(state, selector, cpl));
};

/** Segments that the level which is returned to may not use are null behind the return. */
export const dropPrivileged = (state: HartState, cpl: number): void => {
  for (const seg of [SEG.es, SEG.ds, SEG.fs, SEG.gs]) {
    const { attributes } = segmentOf(state, seg);
    const isOwn = (attributes & ATTRIBUTES.P) !== 0n && !isConforming(attributes) && dplOf(attributes) < cpl;
    if (isOwn) setSegment(state, seg, nullSegment(0));
  }
};

/** RET with a far address. @param released bytes above it that are dropped, too @throws Trap as {@link farJump} */
export const farReturn = (state: HartState, bytes: StackBytes, released: number): void => {
  const stack = currentStack(state);
  const offset = stack.pop(bytes);
  const selector = Number(stack.pop(bytes) & 0xffffn);
  stack.drop(released);
  if (isRealLike(state)) {
    enterReal(state, { selector, offset });
    state.write('r', RSP, stack.rsp);
    return;
  }
  const descriptor = returnDescriptor(state, selector);
  const cpl = rplOf(selector);
  if (cpl === Number(state.get('cpl'))) {
    if (!isIn(state, descriptor, offset)) throw new Trap(causeOf(VECTOR.GP), 0n);
    state.write('r', RSP, stack.rsp);
    enterCode(state, descriptor, cpl, offset);
    return;
  }
  const rsp = stack.pop(bytes);
  const outer = Number(stack.pop(bytes) & 0xffffn);
  const ss = returnStack(state, outer, descriptor, cpl);
  if (!isIn(state, descriptor, offset)) throw new Trap(causeOf(VECTOR.GP), 0n);
  setSegment(state, SEG.ss, ss);
  setStackPointer(state, rsp, ss, descriptor, released);
  enterCode(state, descriptor, cpl, offset);
  dropPrivileged(state, cpl);
};

/** The stack pointer that is returned to: of 16-bit stacks the low half alone is loaded. */
export const setStackPointer = (
  state: HartState,
  rsp: bigint,
  ss: SegmentRegister,
  code: SegmentRegister,
  released = 0,
): void => {
  const goesTo64 = isLong(state) && (code.attributes & ATTRIBUTES.L) !== 0n;
  const moved = rsp + BigInt(released);
  if (goesTo64) state.write('r', RSP, BigInt.asUintN(64, moved));
  else if (ss.attributes & ATTRIBUTES.DB) state.write('r', RSP, BigInt.asUintN(32, moved));
  else state.write('r', RSP, (state.read('r', RSP) & 0xffff_0000n) | (moved & 0xffffn));
};
