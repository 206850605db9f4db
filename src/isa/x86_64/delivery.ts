/**
 * How an interrupt or exception gets to its handler. Registers change at the end only: what faults before leaves them alone.
 * @see AMD64 APM volume 2, 8.6 "Real-Mode Interrupt Control Transfers" to 8.9 "Long-Mode Interrupt Control Transfers"
 */
import { type HartState, Trap } from '../core/privileged';
import { RFLAGS, SYSTEM_TYPE } from './bits';
import { causeOf, VECTOR } from './causes';
import { markAccessed, selectorFault } from './descriptors';
import { rflagsOf, setRflags } from './flags';
import { type Gate, gateOf, isGate16, offsetOfGate, targetOfGate } from './gates';
import { isCanonical, isLong, isReal, isV86 } from './modes';
import { AS_SYSTEM } from './paging-cpu';
import { stackDescriptor } from './segment-loads';
import { jumpTo, nullSegment, type SegmentRegister, segmentOf, setSegment } from './segments';
import { RSP, Stack } from './stack';
import { SEG } from './state';
import type { DeliveredEvent } from './svm/event-injection';
import { switchTask } from './tasks';
import { rspOfIst, rspOfLevel, stackOfLevel } from './tss';

/** An event on its way to its handler. */
export interface Delivery extends DeliveredEvent {
  /** RIP that its handler returns to. */
  readonly returnIp: bigint;
}

/** Faults do not raise an instruction breakpoint again where they return to. */
const WITHOUT_RESUME: ReadonlySet<number> = new Set([VECTOR.DB, VECTOR.BP, VECTOR.OF, VECTOR.DF, VECTOR.MC]);

const pushedFlags = (state: HartState, { type, vector }: Delivery): bigint => {
  const flags = rflagsOf(state);
  return type === 'exception' && !WITHOUT_RESUME.has(vector) ? flags | RFLAGS.RF : flags;
};

/** The entry's selector as an error code. */
const IDT = 2;
const entryError = (vector: number): number => (vector << 3) | IDT;

/** Whether it comes from outside the program, so that error codes of its delivery say so. */
const extOf = ({ type }: DeliveredEvent): number => (type === 'software' ? 0 : 1);

const deliverReal = (state: HartState, event: Delivery): void => {
  const at = BigInt(event.vector * 4);
  if (at + 3n > state.get('idtrLimit')) throw new Trap(causeOf(VECTOR.GP, entryError(event.vector) | extOf(event)), 0n);
  const entry = state.load(state.get('idtrBase') + at, 4, AS_SYSTEM);
  const stack = new Stack(state, { segment: segmentOf(state, SEG.ss), rsp: state.read('r', RSP) });
  const flags = rflagsOf(state);
  stack.push(2, flags);
  stack.push(2, state.read('selector', SEG.cs));
  stack.push(2, event.returnIp);
  const selector = entry >> 16n;
  const ip = entry & 0xffffn;
  if (ip > state.read('limit', SEG.cs)) throw new Trap(causeOf(VECTOR.GP), 0n);
  state.write('r', RSP, stack.rsp);
  setRflags(state, flags & ~(RFLAGS.IF | RFLAGS.TF | RFLAGS.AC | RFLAGS.RF));
  setSegment(state, SEG.cs, { ...segmentOf(state, SEG.cs), selector, base: selector << 4n });
  jumpTo(state, ip);
};

/** The gate of an event, checked. @throws Trap #GP, #NP with the entry */
const gateOfEvent = (state: HartState, event: Delivery): Gate => {
  const { vector, type } = event;
  const error = entryError(vector) | extOf(event);
  const isIn64 = isLong(state);
  const bytes = isIn64 ? 16n : 8n;
  const offset = BigInt(vector) * bytes;
  const refused = (of: number): Trap => new Trap(causeOf(of, error), 0n);
  if (offset + bytes - 1n > state.get('idtrLimit')) throw refused(VECTOR.GP);
  const at = BigInt.asUintN(isIn64 ? 64 : 32, state.get('idtrBase') + offset);
  const raw = state.load(at, 8, AS_SYSTEM);
  const high = isIn64 ? state.load(BigInt.asUintN(64, at + 8n), 8, AS_SYSTEM) : 0n;
  const gate = gateOf(raw, high);
  const types: readonly number[] = isIn64
    ? [SYSTEM_TYPE.interruptGate, SYSTEM_TYPE.trapGate]
    : [
        ...[SYSTEM_TYPE.taskGate, SYSTEM_TYPE.interruptGate16, SYSTEM_TYPE.trapGate16],
        ...[SYSTEM_TYPE.interruptGate, SYSTEM_TYPE.trapGate],
      ];
  if (!types.includes(gate.type)) throw refused(VECTOR.GP);
  if (type === 'software' && gate.dpl < Number(state.get('cpl'))) throw refused(VECTOR.GP);
  if (!gate.isPresent) throw refused(VECTOR.NP);
  return gate;
};

/** Whether a gate masks interrupts. */
const masksInterrupts = ({ type }: Gate): boolean =>
  type === SYSTEM_TYPE.interruptGate || type === SYSTEM_TYPE.interruptGate16;

const CLEARED = RFLAGS.TF | RFLAGS.NT | RFLAGS.RF | RFLAGS.VM;

/** What the handler's processor state becomes, once everything is on its stack. */
const enter = (
  state: HartState,
  gate: Gate,
  target: { readonly code: SegmentRegister; readonly cpl: number; readonly rsp: bigint },
): void => {
  const { code, cpl, rsp } = target;
  state.write('r', RSP, rsp);
  setRflags(state, rflagsOf(state) & ~(CLEARED | (masksInterrupts(gate) ? RFLAGS.IF : 0n)));
  state.set('cpl', BigInt(cpl));
  setSegment(state, SEG.cs, { ...code, selector: (code.selector & ~3n) | BigInt(cpl) });
  jumpTo(state, offsetOfGate(gate));
};

const deliverLong = (state: HartState, event: Delivery): void => {
  const ext = extOf(event);
  const gate = gateOfEvent(state, event);
  const { descriptor, cpl } = targetOfGate(state, gate, ext);
  const isOuter = cpl < Number(state.get('cpl'));
  const top = (): bigint => {
    if (gate.ist !== 0) return rspOfIst(state, gate.ist, ext);
    return isOuter ? rspOfLevel(state, cpl, ext) : state.read('r', RSP);
  };
  const stack = new Stack(state, {
    segment: undefined,
    rsp: top() & ~15n,
    error: ext,
    ...(isOuter && { as: AS_SYSTEM }),
  });
  if (!isCanonical(state, gate.offset)) throw new Trap(causeOf(VECTOR.GP, ext), 0n);
  stack.push(8, state.read('selector', SEG.ss));
  stack.push(8, state.read('r', RSP));
  stack.push(8, pushedFlags(state, event));
  stack.push(8, state.read('selector', SEG.cs));
  stack.push(8, event.returnIp);
  if (event.errorCode !== undefined) stack.push(8, event.errorCode);
  const code = markAccessed(state, descriptor);
  if (isOuter) setSegment(state, SEG.ss, nullSegment(cpl, cpl));
  enter(state, gate, { code, cpl, rsp: stack.rsp });
};

const V86_SEGMENTS = [SEG.gs, SEG.fs, SEG.ds, SEG.es];

const deliverLegacy = (state: HartState, event: Delivery): void => {
  const ext = extOf(event);
  const gate = gateOfEvent(state, event);
  if (gate.type === SYSTEM_TYPE.taskGate) {
    switchTask(state, gate.selector, { by: 'gate', ext, ip: event.returnIp, errorCode: event.errorCode });
    return;
  }
  const { descriptor, cpl } = targetOfGate(state, gate, ext);
  const old = Number(state.get('cpl'));
  const fromV86 = isV86(state);
  if (fromV86 && cpl !== 0) throw selectorFault(VECTOR.GP, gate.selector, ext);
  const isOuter = cpl < old;
  const bytes = isGate16(gate) ? 2 : 4;
  const limit = descriptor.limit;
  if (offsetOfGate(gate) > limit) throw new Trap(causeOf(VECTOR.GP, ext), 0n);
  let ss: SegmentRegister | undefined;
  let stack: Stack;
  if (isOuter) {
    const { selector, rsp } = stackOfLevel(state, cpl, ext);
    const segment = stackDescriptor(state, selector, cpl, VECTOR.TS, ext);
    stack = new Stack(state, { segment, rsp, error: (selector & 0xfffc) | ext, as: AS_SYSTEM });
    if (fromV86) for (const seg of V86_SEGMENTS) stack.push(bytes, state.read('selector', seg));
    stack.push(bytes, state.read('selector', SEG.ss));
    stack.push(bytes, state.read('r', RSP));
    ss = markAccessed(state, segment);
  } else {
    stack = new Stack(state, { segment: segmentOf(state, SEG.ss), rsp: state.read('r', RSP), error: ext });
  }
  stack.push(bytes, pushedFlags(state, event));
  stack.push(bytes, state.read('selector', SEG.cs));
  stack.push(bytes, event.returnIp);
  if (event.errorCode !== undefined) stack.push(bytes, event.errorCode);
  const code = markAccessed(state, descriptor);
  if (fromV86) {
    state.set('rflags', state.get('rflags') & ~RFLAGS.VM);
    for (const seg of V86_SEGMENTS) setSegment(state, seg, nullSegment(0));
  }
  if (ss) setSegment(state, SEG.ss, ss);
  enter(state, gate, { code, cpl, rsp: stack.rsp });
};

/**
 * Delivers an event.
 * @throws Trap what goes wrong on the way; registers are then as before
 */
export const deliver = (state: HartState, event: Delivery): void => {
  if (isReal(state)) deliverReal(state, event);
  else if (isLong(state)) deliverLong(state, event);
  else deliverLegacy(state, event);
};
