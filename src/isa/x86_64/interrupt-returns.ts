/** IRET in all its forms. @see AMD64 APM volume 2, 8.7.5, 8.9.3 and 12.3.6; volume 3, "IRET" */
import { type HartState, Trap } from '../core/privileged';
import { ATTRIBUTES, RFLAGS } from './bits';
import { causeOf, VECTOR } from './causes';
import { rplOf } from './descriptors';
import { dropPrivileged, enterCode, returnDescriptor, returnStack, setStackPointer } from './far-transfers';
import { rflagsOf, STATUS_FLAGS, setRflags } from './flags';
import { is64, isCanonical, isLong, isReal, isV86 } from './modes';
import { AS_SYSTEM } from './paging-cpu';
import { ipOf, jumpTo, segmentOf, setSegment, v86Segment } from './segments';
import { currentStack, RSP, type Stack, type StackBytes } from './stack';
import { SEG } from './state';
import { EXIT } from './svm/exit-codes';
import { checkIntercept } from './svm/intercepts';
import { switchTask } from './tasks';

const general = (): Trap => new Trap(causeOf(VECTOR.GP), 0n);

const ALWAYS = STATUS_FLAGS | RFLAGS.TF | RFLAGS.DF | RFLAGS.NT | RFLAGS.RF | RFLAGS.AC | RFLAGS.ID;
const WORD = 0xffffn;

/**
 * Flags that POPF and IRET may change: IF by IOPL, IOPL itself at level 0 alone. Of 16 bits the upper half stays.
 * @param level the level that pops them
 */
export const poppedFlags = (state: HartState, popped: bigint, bytes: StackBytes, level: number): bigint => {
  const old = rflagsOf(state);
  const iopl = Number((old & RFLAGS.IOPL) >> 12n);
  let mask: bigint = ALWAYS;
  if (level <= iopl) mask |= RFLAGS.IF;
  if (level === 0) mask |= RFLAGS.IOPL | RFLAGS.VIF | RFLAGS.VIP;
  if (bytes === 2) mask &= WORD;
  return (old & ~mask) | (popped & mask);
};

/** Behind it interrupts are possible again, and NMIs. */
const finish = (state: HartState): void => {
  state.set('nmiBlocked', 0n);
  state.set('isShadowed', 0n);
  state.contextChanged();
  state.interruptsChanged();
};

const returnReal = (state: HartState, bytes: StackBytes): void => {
  // In virtual-8086 mode programs return only where they may mask interrupts; IOPL is not theirs in either case.
  const isVirtual = isV86(state);
  if (isVirtual && (state.get('rflags') & RFLAGS.IOPL) !== RFLAGS.IOPL) throw general();
  const stack = currentStack(state);
  const ip = stack.pop(bytes);
  const selector = stack.pop(bytes) & WORD;
  const flags = stack.pop(bytes);
  if (ip > state.read('limit', SEG.cs)) throw general();
  setRflags(state, poppedFlags(state, flags, bytes, isVirtual ? 3 : 0));
  state.write('r', RSP, stack.rsp);
  setSegment(state, SEG.cs, { ...segmentOf(state, SEG.cs), selector, base: selector << 4n });
  finish(state);
  jumpTo(state, ip);
};

/** Back to virtual-8086 mode. */
const returnToV86 = (state: HartState, stack: Stack, ip: bigint, cs: number, flags: bigint): void => {
  const rsp = stack.pop(4);
  const [ss, es, ds, fs, gs] = [1, 2, 3, 4, 5].map(() => Number(stack.pop(4) & WORD));
  if (ip > WORD) throw general();
  setRflags(state, flags);
  state.set('cpl', 3n);
  for (const [seg, selector] of [
    [SEG.cs, cs],
    [SEG.ss, ss],
    [SEG.es, es],
    [SEG.ds, ds],
    [SEG.fs, fs],
    [SEG.gs, gs],
  ] as const) {
    setSegment(state, seg, v86Segment(selector ?? 0));
  }
  state.write('r', RSP, rsp);
  finish(state);
  jumpTo(state, ip & WORD);
};

const returnProtected = (state: HartState, bytes: StackBytes): void => {
  const from64 = is64(state);
  const old = Number(state.get('cpl'));
  const stack = currentStack(state);
  const ip = stack.pop(bytes);
  const selector = Number(stack.pop(bytes) & WORD);
  const flags = stack.pop(bytes);
  if (flags & RFLAGS.VM && bytes === 4 && old === 0 && !isLong(state)) {
    returnToV86(state, stack, ip, selector, flags);
    return;
  }
  const descriptor = returnDescriptor(state, selector);
  const cpl = rplOf(selector);
  const goesTo64 = isLong(state) && (descriptor.attributes & ATTRIBUTES.L) !== 0n;
  if (goesTo64 ? !isCanonical(state, ip) : ip > descriptor.limit) throw general();
  const next = poppedFlags(state, flags, bytes, old) & ~RFLAGS.VM;
  // 64-bit code always pops the stack, too.
  if (cpl === old && !from64) {
    state.write('r', RSP, stack.rsp);
    setRflags(state, next);
    enterCode(state, descriptor, cpl, ip);
    finish(state);
    return;
  }
  const rsp = stack.pop(bytes);
  const outer = Number(stack.pop(bytes) & WORD);
  const ss = returnStack(state, outer, descriptor, cpl);
  setRflags(state, next);
  setSegment(state, SEG.ss, ss);
  setStackPointer(state, rsp, ss, descriptor);
  enterCode(state, descriptor, cpl, ip);
  if (cpl !== old) dropPrivileged(state, cpl);
  finish(state);
};

/** Back to the task that the TSS links to. */
const returnToTask = (state: HartState): void => {
  if (isLong(state)) throw general();
  const selector = Number(state.load(state.read('base', SEG.tr), 2, AS_SYSTEM));
  const ip = ipOf(state, state.pc + BigInt(state.length));
  switchTask(state, selector, { by: 'iret', ip });
  state.set('nmiBlocked', 0n);
};

/** @throws Trap #VMEXIT, #GP, #NP, #SS, #TS, page faults */
export const interruptReturn = (state: HartState, bytes: StackBytes): void => {
  checkIntercept(state, EXIT.IRET);
  if (isReal(state) || isV86(state)) returnReal(state, bytes);
  else if (state.get('rflags') & RFLAGS.NT) returnToTask(state);
  else returnProtected(state, bytes);
};
