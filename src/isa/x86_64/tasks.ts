/** Task switches of legacy protected mode. @see AMD64 APM volume 2, 12.3 "Hardware Task-Management in Legacy Mode" */
import { type HartState, Trap } from '../core/privileged';
import { ATTRIBUTES, CR0, RFLAGS, SYSTEM_TYPE } from './bits';
import { causeOf, VECTOR } from './causes';
import { flushSpace } from './contexts';
import {
  type Descriptor,
  descriptorOf,
  isCode,
  isConforming,
  isNull,
  markAccessed,
  markBusy,
  readDescriptor,
  rplOf,
  selectorFault,
  systemTypeOf,
} from './descriptors';
import { rflagsOf, setRflags } from './flags';
import { isLong } from './modes';
import { AS_SYSTEM } from './paging-cpu';
import { dataDescriptor, stackDescriptor } from './segment-loads';
import { dplOf, jumpTo, nullSegment, setSegment, v86Segment } from './segments';
import { currentStack, RSP } from './stack';
import { SEG } from './state';
import { EXIT } from './svm/exit-codes';
import { TASK_SWITCH } from './svm/exit-info';
import { checkIntercept } from './svm/intercepts';
import { isTss16 } from './tss';

/** What asks for a switch. */
export interface TaskSwitch {
  readonly by: 'jump' | 'call' | 'iret' | 'gate';
  /** 1 while an event from outside the program is delivered. */
  readonly ext?: number;
  /** Where the old task goes on. */
  readonly ip: bigint;
  /** Of the exception that the new task handles. */
  readonly errorCode?: bigint | undefined;
}

/** Where the fields of a TSS lie. */
const LAYOUT_32 = {
  ...{ size: 0x67n, bytes: 4 as 2 | 4, ip: 0x20, flags: 0x24, registers: 0x28, step: 4 as 2 | 4, ldt: 0x60 },
  segments: [SEG.es, SEG.cs, SEG.ss, SEG.ds, SEG.fs, SEG.gs].map((seg, at) => [seg, 0x48 + 4 * at] as const),
};
const LAYOUT_16: typeof LAYOUT_32 = {
  ...{ size: 0x2bn, bytes: 2, ip: 0x0e, flags: 0x10, registers: 0x12, step: 2, ldt: 0x2a },
  segments: [SEG.es, SEG.cs, SEG.ss, SEG.ds].map((seg, at) => [seg, 0x22 + 2 * at] as const),
};
const CR3_AT = 0x1c;
const TRAP_AT = 0x64;
const GENERAL = 8;

const layoutOf = (attributes: bigint): typeof LAYOUT_32 => (isTss16(attributes) ? LAYOUT_16 : LAYOUT_32);

const read = (state: HartState, base: bigint, offset: number, bytes: 2 | 4): bigint =>
  state.load(BigInt.asUintN(32, base + BigInt(offset)), bytes, AS_SYSTEM);
const write = (state: HartState, base: bigint, offset: number, bytes: 2 | 4, value: bigint): void =>
  state.store(BigInt.asUintN(32, base + BigInt(offset)), bytes, BigInt.asUintN(8 * bytes, value), AS_SYSTEM);

/** The TSS of the new task, checked. @throws Trap #GP, #TS, #NP */
const newTss = (state: HartState, selector: number, by: TaskSwitch['by'], ext: number): Descriptor => {
  const wrong = by === 'iret' ? VECTOR.TS : VECTOR.GP;
  if (isNull(selector) || selector & 4) throw selectorFault(wrong, selector, ext);
  const descriptor = readDescriptor(state, selector, wrong, ext);
  const type = systemTypeOf(descriptor.attributes);
  const isBusy = type === SYSTEM_TYPE.busyTss || type === SYSTEM_TYPE.busyTss16;
  const isFree = type === SYSTEM_TYPE.tss || type === SYSTEM_TYPE.tss16;
  if (by === 'iret' ? !isBusy : !isFree) throw selectorFault(wrong, selector, ext);
  if ((descriptor.attributes & ATTRIBUTES.P) === 0n) throw selectorFault(VECTOR.NP, selector, ext);
  if (descriptor.limit < layoutOf(descriptor.attributes).size) throw selectorFault(VECTOR.TS, selector, ext);
  return descriptor;
};

const saveOld = (state: HartState, { by, ip }: TaskSwitch): void => {
  const base = state.read('base', SEG.tr);
  const layout = layoutOf(state.read('attributes', SEG.tr));
  const { bytes } = layout;
  const flags = rflagsOf(state);
  write(state, base, layout.ip, bytes, ip);
  write(state, base, layout.flags, bytes, by === 'iret' ? flags & ~RFLAGS.NT : flags);
  for (let n = 0; n < GENERAL; n++) write(state, base, layout.registers + n * layout.step, bytes, state.read('r', n));
  for (const [seg, at] of layout.segments) write(state, base, at, 2, state.read('selector', seg));
};

/** Everything of a TSS that a task starts with. */
const readNew = (state: HartState, { base, attributes }: Descriptor) => {
  const layout = layoutOf(attributes);
  const { bytes } = layout;
  const is32 = bytes === 4;
  return {
    ip: read(state, base, layout.ip, bytes),
    flags: read(state, base, layout.flags, bytes),
    registers: Array.from({ length: GENERAL }, (_, n) => read(state, base, layout.registers + n * layout.step, bytes)),
    selectors: new Map(layout.segments.map(([seg, at]) => [seg as number, Number(read(state, base, at, 2))])),
    ldt: Number(read(state, base, layout.ldt, 2)),
    cr3: is32 ? read(state, base, CR3_AT, 4) : undefined,
    isTraced: is32 && (read(state, base, TRAP_AT, 2) & 1n) !== 0n,
  };
};

const loadLdt = (state: HartState, selector: number): void => {
  if (isNull(selector)) {
    setSegment(state, SEG.ldtr, nullSegment(selector));
    return;
  }
  if (selector & 4) throw selectorFault(VECTOR.TS, selector);
  const descriptor = readDescriptor(state, selector, VECTOR.TS);
  const isPresent = (descriptor.attributes & ATTRIBUTES.P) !== 0n;
  if (systemTypeOf(descriptor.attributes) !== SYSTEM_TYPE.ldt || !isPresent) throw selectorFault(VECTOR.TS, selector);
  setSegment(state, SEG.ldtr, descriptor);
};

const loadCode = (state: HartState, selector: number): void => {
  if (isNull(selector)) throw selectorFault(VECTOR.TS, selector);
  const descriptor = readDescriptor(state, selector, VECTOR.TS);
  const { attributes } = descriptor;
  const dpl = dplOf(attributes);
  const isPermitted = isConforming(attributes) ? dpl <= rplOf(selector) : dpl === rplOf(selector);
  if (!isCode(attributes) || !isPermitted) throw selectorFault(VECTOR.TS, selector);
  if ((attributes & ATTRIBUTES.P) === 0n) throw selectorFault(VECTOR.NP, selector);
  setSegment(state, SEG.cs, markAccessed(state, descriptor));
};

/** Loads the segments of the new task, in the new task. @throws Trap #TS, #NP, #SS */
const loadSegments = (state: HartState, selectors: ReadonlyMap<number, number>, isV86: boolean): void => {
  const of = (seg: number): number => selectors.get(seg) ?? 0;
  if (isV86) {
    state.set('cpl', 3n);
    for (let seg: number = SEG.es; seg <= SEG.gs; seg++) setSegment(state, seg, v86Segment(of(seg)));
    return;
  }
  const cpl = rplOf(of(SEG.cs));
  state.set('cpl', BigInt(cpl));
  loadCode(state, of(SEG.cs));
  setSegment(state, SEG.ss, markAccessed(state, stackDescriptor(state, of(SEG.ss), cpl, VECTOR.TS)));
  for (const seg of [SEG.ds, SEG.es, SEG.fs, SEG.gs]) {
    const selector = of(seg);
    if (isNull(selector)) setSegment(state, seg, nullSegment(selector));
    else setSegment(state, seg, markAccessed(state, dataDescriptor(state, selector, cpl, VECTOR.TS)));
  }
};

const exitInfo = ({ by, errorCode }: TaskSwitch): bigint =>
  (errorCode ?? 0n) |
  (by === 'iret' ? TASK_SWITCH.iret : 0n) |
  (by === 'jump' ? TASK_SWITCH.farJump : 0n) |
  (errorCode === undefined ? 0n : TASK_SWITCH.hasErrorCode);

/**
 * Switches to the task of a TSS.
 * @throws Trap what is wrong with the TSS, in the old task; with its segments, in the new one
 */
export const switchTask = (state: HartState, selector: number, request: TaskSwitch): void => {
  const { by, ext = 0, errorCode } = request;
  if (isLong(state)) throw selectorFault(VECTOR.GP, selector, ext);
  const tss = newTss(state, selector, by, ext);
  checkIntercept(state, EXIT.TASK_SWITCH, BigInt(selector), exitInfo(request));
  const next = readNew(state, tss);
  const oldSelector = state.read('selector', SEG.tr);
  saveOld(state, request);
  if (by === 'jump' || by === 'iret') {
    const old = readDescriptor(state, Number(oldSelector), VECTOR.TS);
    markBusy(state, old, false);
  }
  const isNested = by === 'call' || by === 'gate';
  if (isNested) write(state, tss.base, 0, 2, oldSelector);
  if (by !== 'iret') markBusy(state, tss, true);
  setSegment(state, SEG.tr, { ...descriptorOf(selector, tss.raw), attributes: tss.attributes | 2n });
  state.set('cr0', state.get('cr0') | CR0.TS);
  if (next.cr3 !== undefined && state.get('cr0') & CR0.PG) {
    state.set('cr3', next.cr3);
    flushSpace(state);
  }
  setRflags(state, next.flags | (isNested ? RFLAGS.NT : 0n));
  for (const [n, value] of next.registers.entries()) {
    const isWord = layoutOf(tss.attributes).bytes === 2;
    state.write('r', n, isWord ? 0xffff_0000n | value : value);
  }
  state.set('dr7', state.get('dr7') & ~0x155n);
  loadLdt(state, next.ldt);
  loadSegments(state, next.selectors, (next.flags & RFLAGS.VM) !== 0n);
  state.contextChanged();
  state.interruptsChanged();
  if (errorCode !== undefined) {
    const stack = currentStack(state);
    stack.push(layoutOf(tss.attributes).bytes, errorCode);
    state.write('r', RSP, stack.rsp);
  }
  jumpTo(state, next.ip);
  if (next.isTraced) {
    state.set('dr6', state.get('dr6') | (1n << 15n));
    throw new Trap(causeOf(VECTOR.DB), 0n);
  }
};
