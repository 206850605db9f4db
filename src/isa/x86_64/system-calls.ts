/** SYSCALL, SYSRET, SYSENTER, SYSEXIT, SWAPGS. @see AMD64 APM volume 2, 6.1 and 6.4 */
import { type HartState, Trap } from '../core/privileged';
import { EFER, RFLAGS } from './bits';
import { CAUSE, causeOf, VECTOR } from './causes';
import { rflagsOf, setRflags } from './flags';
import { is64, isCanonical, isLong, isReal } from './modes';
import { ipOf, jumpTo, setSegment } from './segments';
import { RSP } from './stack';
import { SEG } from './state';

const general = (): Trap => new Trap(causeOf(VECTOR.GP), 0n);
const invalid = (): Trap => new Trap(causeOf(VECTOR.UD), 0n);

const [RCX, RDX, R11] = [1, 2, 11];
const WORD = 0xffff_ffffn;

/** Flat segments as these instructions set them, without looking into a table. */
const CODE_64 = 0xa9bn;
const CODE_32 = 0xc9bn;
const DATA_32 = 0xc93n;
const LIMIT = WORD;
const LEVEL_3 = 3n << 5n;

const setCode = (state: HartState, selector: bigint, attributes: bigint): void =>
  setSegment(state, SEG.cs, { selector, base: 0n, limit: LIMIT, attributes });
const setStack = (state: HartState, selector: bigint, attributes = DATA_32): void =>
  setSegment(state, SEG.ss, { selector, base: 0n, limit: LIMIT, attributes });

const enter = (state: HartState, level: bigint, ip: bigint): void => {
  state.set('cpl', level);
  state.contextChanged();
  state.interruptsChanged();
  jumpTo(state, ip);
};

const nextIp = (state: HartState): bigint => ipOf(state, BigInt.asUintN(64, state.pc + BigInt(state.length)));

const requireSyscall = (state: HartState): void => {
  if ((state.get('efer') & EFER.SCE) === 0n) throw invalid();
};

/** @throws Trap #UD */
export const syscall = (state: HartState): void => {
  requireSyscall(state);
  const star = state.get('STAR');
  const selector = (star >> 32n) & 0xfffcn;
  const next = nextIp(state);
  state.write('r', RCX, next);
  const from64 = is64(state);
  if (isLong(state)) {
    state.write('r', R11, rflagsOf(state) & ~RFLAGS.RF);
    setRflags(state, rflagsOf(state) & ~(state.get('SFMASK') | RFLAGS.RF));
    setCode(state, selector, CODE_64);
  } else {
    setRflags(state, rflagsOf(state) & ~(RFLAGS.IF | RFLAGS.RF | RFLAGS.VM));
    setCode(state, selector, CODE_32);
  }
  setStack(state, selector + 8n);
  state.called(CAUSE.syscall);
  const target = isLong(state) ? state.get(from64 ? 'LSTAR' : 'CSTAR') : star & WORD;
  enter(state, 0n, target);
};

/** Bits of flags that SYSRET takes from R11. */
const RETURNED = ~(RFLAGS.RF | RFLAGS.VM);
const DEFINED = 0x3f_7fd5n;

/** @param to64 the operand size is 64 bits @throws Trap #UD, #GP */
export const sysret = (state: HartState, to64: boolean): void => {
  requireSyscall(state);
  if (isReal(state) || state.get('cpl') !== 0n) throw general();
  const selector = (state.get('STAR') >> 48n) & 0xfffcn;
  const rcx = state.read('r', RCX);
  if (to64 && !isCanonical(state, rcx)) throw general();
  if (isLong(state)) setRflags(state, (state.read('r', R11) & RETURNED & DEFINED) | RFLAGS.fixed);
  else setRflags(state, rflagsOf(state) | RFLAGS.IF);
  setStack(state, (selector + 8n) | 3n, DATA_32 | LEVEL_3);
  setCode(state, to64 ? (selector + 16n) | 3n : selector | 3n, (to64 ? CODE_64 : CODE_32) | LEVEL_3);
  enter(state, 3n, to64 ? rcx : rcx & WORD);
};

/** Neither is there in long mode on AMD's processors. @throws Trap #UD in long mode, #GP */
const requireSysenter = (state: HartState): bigint => {
  if (isLong(state)) throw invalid();
  const selector = state.get('SYSENTER_CS') & 0xfffcn;
  if (isReal(state) || selector === 0n) throw general();
  return selector;
};

/** @throws Trap #UD, #GP */
export const sysenter = (state: HartState): void => {
  const selector = requireSysenter(state);
  setRflags(state, rflagsOf(state) & ~(RFLAGS.IF | RFLAGS.RF | RFLAGS.VM));
  setCode(state, selector, CODE_32);
  setStack(state, selector + 8n);
  state.write('r', RSP, state.get('SYSENTER_ESP') & WORD);
  state.called(CAUSE.sysenter);
  enter(state, 0n, state.get('SYSENTER_EIP') & WORD);
};

/** @throws Trap #UD, #GP */
export const sysexit = (state: HartState): void => {
  const selector = requireSysenter(state);
  if (state.get('cpl') !== 0n) throw general();
  setCode(state, (selector + 16n) | 3n, CODE_32 | LEVEL_3);
  setStack(state, (selector + 24n) | 3n, DATA_32 | LEVEL_3);
  state.write('r', RSP, state.read('r', RCX) & WORD);
  enter(state, 3n, state.read('r', RDX) & WORD);
};

/** @throws Trap #GP */
export const swapgs = (state: HartState): void => {
  if (state.get('cpl') !== 0n) throw general();
  const base = state.read('base', SEG.gs);
  state.write('base', SEG.gs, state.get('KERNEL_GS_BASE'));
  state.set('KERNEL_GS_BASE', base);
};
