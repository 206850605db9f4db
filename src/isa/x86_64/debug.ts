/**
 * Debugging by the guest itself: single steps by RFLAGS.TF, breakpoints by DR0 to DR3. All look at accesses where they are translated;
 * what they watch is never cached. What is found behind an instruction is raised where the next one is fetched.
 * @see AMD64 APM volume 2, 13.1.1 "Debug Registers" to 13.1.4 "Single Stepping"
 */
import type { CpuTranslation, EngineIsa } from '../core/engine-isa';
import { type HartState, Trap } from '../core/privileged';
import type { Access } from '../core/translation';
import { DR6, RFLAGS } from './bits';
import { causeOf, VECTOR } from './causes';
import { isSteppingFetch } from './contexts';

type SlotReader = Pick<HartState, 'get'>;

const NUMBERS = [0, 1, 2, 3] as const;
/** What a breakpoint is for, as DR7 has it. */
const KIND = { execute: 0n, write: 1n, readOrWrite: 3n } as const;
/** Lengths in bytes by their codes. */
const LENGTHS = [1n, 2n, 8n, 4n] as const;
const PAGE = 12n;
/** Of the slot `stepped`: the instruction is stepped, or only resumed at. */
const STEPPED = 1n;
const RESUMED = 2n;
/** MOV SS and POP SS hold debug exceptions off until behind the next instruction. */
const STACK_SHADOW = 2n;

interface Breakpoint {
  readonly number: number;
  readonly address: bigint;
  readonly kind: bigint;
  readonly length: bigint;
}

const enabled = (state: SlotReader): readonly Breakpoint[] => {
  const dr7 = state.get('dr7');
  if ((dr7 & 0xffn) === 0n) return [];
  return NUMBERS.filter((number) => (dr7 >> BigInt(2 * number)) & 3n).map((number) => {
    const control = (dr7 >> BigInt(16 + 4 * number)) & 0xfn;
    const length = LENGTHS[Number(control >> 2n)] ?? 1n;
    // What is watched begins at a multiple of its length.
    return { number, address: state.get(`dr${number}`) & -length & 0xffff_ffff_ffff_ffffn, kind: control & 3n, length };
  });
};

const isOf = ({ kind }: Breakpoint, access: Access): boolean => {
  if (access === 'execute') return kind === KIND.execute;
  return kind === KIND.readOrWrite || (access === 'write' && kind === KIND.write);
};

const hits = ({ address, length }: Breakpoint, va: bigint, bytes: number): boolean =>
  va < address + length && address < va + BigInt(bytes);

const bitOf = ({ number }: Breakpoint): bigint => DR6.B0 << BigInt(number);

/** Raises #DB with these reasons in DR6. */
const raise = (state: HartState, reasons: bigint): never => {
  state.set('dr6', (state.get('dr6') & ~0xfn) | reasons);
  throw new Trap(causeOf(VECTOR.DB), 0n);
};

/** Whether something is to be raised in front of the next instruction. It comes before interrupts. */
export const isDebugDue = (state: Pick<HartState, 'get' | 'retired'>): boolean =>
  state.get('pendingDebug') !== 0n || (state.get('stepped') === STEPPED && state.get('steppedAt') !== state.retired);

/** A trap is taken: the instruction that is stepped is not completed. */
export const abandonStep = (state: Pick<HartState, 'set'>): void => {
  state.set('stepped', 0n);
  state.set('pendingDebug', 0n);
};

/** What the instruction before this one leaves to be raised here. */
const finishInstruction = (state: HartState, pc: bigint): void => {
  const at = state.get('stepped');
  const isCompleted = at !== 0n && state.get('steppedAt') !== state.retired;
  const pending = state.get('pendingDebug') | (isCompleted && at === STEPPED ? DR6.BS : 0n);
  const isHeldOff = state.get('isShadowed') === STACK_SHADOW && state.get('shadow') === pc;
  if (isCompleted && state.get('rflags') & RFLAGS.RF) state.set('rflags', state.get('rflags') & ~RFLAGS.RF);
  if (isCompleted) state.set('stepped', 0n);
  if (pending === 0n || isHeldOff || (at !== 0n && !isCompleted)) return;
  state.set('pendingDebug', 0n);
  raise(state, pending);
};

const fetch = (state: HartState, pc: bigint, breakpoints: readonly Breakpoint[]): void => {
  finishInstruction(state, pc);
  const flags = state.get('rflags');
  const hit = breakpoints.filter((one) => isOf(one, 'execute') && one.address === pc);
  if (hit.length > 0 && (flags & RFLAGS.RF) === 0n)
    raise(
      state,
      hit.map(bitOf).reduce((all, bit) => all | bit, 0n),
    );
  if (flags & (RFLAGS.TF | RFLAGS.RF)) {
    state.set('stepped', flags & RFLAGS.TF ? STEPPED : RESUMED);
    state.set('steppedAt', state.retired);
  }
  state.contextChanged();
};

/** A page that is read is cached for writes, too: both are watched for the sake of one. */
const isWatchedPage = (breakpoints: readonly Breakpoint[], va: bigint, isFetch: boolean): boolean =>
  breakpoints.some(({ kind, address }) => (kind === KIND.execute) === isFetch && address >> PAGE === va >> PAGE);

/** Translation with what guests' debuggers ask for. */
export const watchedTranslation =
  (translate: EngineIsa['cpuTranslate']): EngineIsa['cpuTranslate'] =>
  (state, memory, va, access, as, bytes): CpuTranslation => {
    const breakpoints = enabled(state);
    const isFetch = access === 'execute';
    const isStepping = isFetch && isSteppingFetch(state);
    if ((breakpoints.length === 0 && !isStepping) || as !== undefined) {
      return translate(state, memory, va, access, as, bytes);
    }
    if (isFetch && va === state.pc) fetch(state, va, breakpoints);
    const translation = translate(state, memory, va, access, as, bytes);
    const isWatched = isWatchedPage(breakpoints, va, isFetch);
    if (isWatched && !isFetch) {
      const hit = breakpoints.filter((one) => isOf(one, access) && hits(one, va, bytes ?? 1));
      if (hit.length > 0) {
        state.set(
          'pendingDebug',
          hit.map(bitOf).reduce((all, bit) => all | bit, state.get('pendingDebug')),
        );
        state.contextChanged();
      }
    }
    return isWatched || isStepping ? { ...translation, isCacheable: false } : translation;
  };
