/** System instructions that a helper does as a whole, by the names that their rows give. */
import { type HartState, type Helper, Trap } from '../core/privileged';
import { RFLAGS } from './bits';
import { causeOf, MARK, VECTOR } from './causes';
import { clts, readControl, writeControl } from './control-registers';
import { cpuid } from './cpuid';
import { readDebug, writeDebug } from './debug-registers';
import { DECIMAL_HELPERS } from './decimal';
import { type FarPointer, farCall, farJump, farReturn } from './far-transfers';
import { rflagsOf, setRflags } from './flags';
import { interruptReturn, poppedFlags } from './interrupt-returns';
import { operandAddress } from './memory-operand';
import { is64, isV86 } from './modes';
import { rdmsr, wrmsr } from './msrs';
import { currentStack, RSP, type StackBytes } from './stack';
import { FRAME_HELPERS } from './stack-frames';
import { EXIT } from './svm/exit-codes';
import { checkIntercept } from './svm/intercepts';
import { swapgs, syscall, sysenter, sysexit, sysret } from './system-calls';
import { rdtsc, rdtscp } from './time-stamp';

const general = (): Trap => new Trap(causeOf(VECTOR.GP), 0n);
const next = (state: HartState): bigint => BigInt.asUintN(64, state.pc + BigInt(state.length));
const requireSupervisor = (state: HartState): void => {
  if (state.get('cpl') !== 0n) throw general();
};

/** Instructions on flags are for programs of virtual-8086 mode only with IOPL 3. */
const requireFlags = (state: HartState): void => {
  if (isV86(state) && (state.get('rflags') & RFLAGS.IOPL) !== RFLAGS.IOPL) throw general();
};

const pushf =
  (bytes: StackBytes): Helper =>
  (state) => {
    requireFlags(state);
    checkIntercept(state, EXIT.PUSHF);
    const stack = currentStack(state);
    stack.push(bytes, rflagsOf(state) & ~(RFLAGS.RF | RFLAGS.VM));
    state.write('r', RSP, stack.rsp);
  };

const popf =
  (bytes: StackBytes): Helper =>
  (state) => {
    requireFlags(state);
    checkIntercept(state, EXIT.POPF);
    const stack = currentStack(state);
    const popped = stack.pop(bytes) & ~RFLAGS.RF;
    setRflags(state, poppedFlags(state, popped, bytes, Number(state.get('cpl'))) & ~RFLAGS.RF);
    state.write('r', RSP, stack.rsp);
    state.contextChanged();
    state.interruptsChanged();
  };

/** STI: interrupts are possible behind the next instruction. */
const sti: Helper = (state) => {
  const flags = state.get('rflags');
  if (state.get('cpl') > (flags & RFLAGS.IOPL) >> 12n) throw general();
  if (flags & RFLAGS.IF) return;
  state.set('rflags', flags | RFLAGS.IF);
  state.set('isShadowed', 1n);
  state.set('shadow', next(state));
  state.interruptsChanged();
};

const hlt: Helper = (state) => {
  requireSupervisor(state);
  checkIntercept(state, EXIT.HLT);
  state.wait();
};

const int: Helper = (state, field) => {
  requireFlags(state);
  const vector = field('imm') & 0xff;
  checkIntercept(state, EXIT.SWINT, BigInt(vector));
  throw new Trap(MARK.software | vector, 1n);
};

const int1: Helper = (state) => {
  checkIntercept(state, EXIT.ICEBP);
  throw new Trap(MARK.trap | VECTOR.DB, 0n);
};

/** INVD and WBINVD: there are no caches to write back. */
const invalidate =
  (exit: number): Helper =>
  (state) => {
    requireSupervisor(state);
    checkIntercept(state, exit);
  };

/** Counters of performance are absent: every number is too high. */
const rdpmc: Helper = (state) => {
  checkIntercept(state, EXIT.RDPMC);
  throw general();
};

type Fields = (name: string) => number;
const SIZES = [16, 32, 64] as const;
type Size = (typeof SIZES)[number];
const bytesOf = (bits: Size): StackBytes => (bits / 8) as StackBytes;

const immediatePointer = (field: Fields, bits: Size): FarPointer => ({
  selector: field('imm2') & 0xffff,
  offset: BigInt.asUintN(bits, BigInt(field('imm'))),
});
const pointerAt = (state: HartState, field: Fields, bits: Size, isPcRelative: boolean): FarPointer => {
  const bytes = bytesOf(bits);
  const at = operandAddress(state, field, isPcRelative, bytes + 2);
  const offset = state.load(at, bytes);
  return { selector: Number(state.load(BigInt.asUintN(64, at + BigInt(bytes)), 2)), offset };
};

/** Far transfers by size, and where their pointer is: in the instruction, in memory, in memory relative to the instruction. */
const farHelpers = Object.fromEntries(
  SIZES.flatMap((bits): [string, Helper][] => {
    const bytes = bytesOf(bits);
    return [
      [`farJump-${bits}`, (state, field) => farJump(state, immediatePointer(field, bits))],
      [`farCall-${bits}`, (state, field) => farCall(state, immediatePointer(field, bits), bytes)],
      [`farJumpBy-${bits}`, (state, field) => farJump(state, pointerAt(state, field, bits, false))],
      [`farCallBy-${bits}`, (state, field) => farCall(state, pointerAt(state, field, bits, false), bytes)],
      [`farJumpByPc-${bits}`, (state, field) => farJump(state, pointerAt(state, field, bits, true))],
      [`farCallByPc-${bits}`, (state, field) => farCall(state, pointerAt(state, field, bits, true), bytes)],
      [`farReturn-${bits}`, (state) => farReturn(state, bytes, 0)],
      [`farReturnMore-${bits}`, (state, field) => farReturn(state, bytes, field('imm') & 0xffff)],
      [`iret-${bits}`, (state) => interruptReturn(state, bytes)],
      [`pushf-${bits}`, pushf(bytes)],
      [`popf-${bits}`, popf(bytes)],
    ];
  }),
);

/** General registers of MOV to and from control and debug registers have 64 bits in 64-bit mode, else 32. */
const source = (state: HartState, register: number): bigint =>
  is64(state) ? state.read('r', register) : BigInt.asUintN(32, state.read('r', register));
const target = (state: HartState, register: number, value: bigint): void =>
  state.write('r', register, is64(state) ? value : BigInt.asUintN(32, value));

export const SYSTEM_HELPERS: Readonly<Record<string, Helper>> = {
  ...farHelpers,
  ...DECIMAL_HELPERS,
  ...FRAME_HELPERS,
  ...{ cpuid, rdmsr, wrmsr, rdtsc, rdtscp, rdpmc, hlt, sti, int, int1, clts, syscall, sysenter, sysexit, swapgs },
  invd: invalidate(EXIT.INVD),
  wbinvd: invalidate(EXIT.WBINVD),
  'sysret-32': (state) => sysret(state, false),
  'sysret-64': (state) => sysret(state, true),
  fromControl: (state, field) => target(state, field('a'), readControl(state, field('b'), field('a'))),
  toControl: (state, field) => writeControl(state, field('a'), source(state, field('b')), field('b')),
  fromDebug: (state, field) => target(state, field('a'), readDebug(state, field('b'), field('a'))),
  toDebug: (state, field) => writeDebug(state, field('a'), source(state, field('b')), field('b')),
};
