/** What rows of system instructions ask of TypeScript, by name: functions of values, which go on behind the instruction. */
import { type HartState, type IsaFunction, Trap } from '../core/privileged';
import { CR4, RFLAGS } from './bits';
import { causeOf, VECTOR } from './causes';
import { flushPage, flushSpace } from './contexts';
import { lmsw, smsw } from './control-registers';
import { TABLE_FUNCTIONS } from './descriptor-tables';
import { BIT_FUNCTIONS } from './insns/bit-manipulation';
import { isCanonical } from './modes';
import { PORT_FUNCTIONS } from './ports';
import { RANDOM_FUNCTIONS } from './random';
import { loadSegment } from './segment-loads';
import { SEG } from './state';
import { EXIT } from './svm/exit-codes';
import { checkIntercept } from './svm/intercepts';

const general = (): Trap => new Trap(causeOf(VECTOR.GP), 0n);
const requireSupervisor = (state: HartState): void => {
  if (state.get('cpl') !== 0n) throw general();
};

/** Interrupts and debug exceptions wait for the instruction behind a load of SS, which loads the stack pointer. */
const STACK_SHADOW = 2n;

const load = (state: HartState, seg: number, value: bigint): bigint => {
  loadSegment(state, seg, Number(value & 0xffffn));
  return 0n;
};

const holdOff = (state: HartState): void => {
  state.set('isShadowed', STACK_SHADOW);
  state.set('shadow', BigInt.asUintN(64, state.pc + BigInt(state.length)));
};

const move = (state: HartState, value: bigint, seg: number): bigint => {
  load(state, seg, value);
  if (seg === SEG.ss) holdOff(state);
  return 0n;
};

/** INVPCID's kinds. */
const KIND = { address: 0n, context: 1n, allButGlobal: 2n, all: 3n } as const;
const PCID = 0xfffn;

/** @see AMD64 APM volume 3, "INVPCID" */
const invpcid: IsaFunction = (state, kind, at) => {
  requireSupervisor(state);
  checkIntercept(state, EXIT.INVPCID);
  const descriptor = state.load(at, 8);
  const address = state.load(BigInt.asUintN(64, at + 8n), 8);
  const isUnknown = kind > KIND.all || descriptor & ~PCID;
  const hasNone = kind < KIND.allButGlobal && descriptor !== 0n && (state.get('cr4') & CR4.PCIDE) === 0n;
  if (isUnknown || hasNone || (kind === KIND.address && !isCanonical(state, address))) throw general();
  // Address spaces are not told apart here.
  if (kind === KIND.address) flushPage(state, address);
  else flushSpace(state);
  return 0n;
};

/** CMPXCHG16B: 1 where memory was as expected. */
const cmpxchg16: IsaFunction = (state, at) => {
  if (at & 15n) throw general();
  const upper = at + 8n;
  state.check(at, 'write');
  const [low, high] = [state.load(at, 8), state.load(upper, 8)];
  const [rax, rcx, rdx, rbx] = [0, 1, 2, 3].map((register) => state.read('r', register));
  const isSame = low === rax && high === rdx;
  // It is written in any case.
  state.store(at, 8, isSame ? (rbx ?? 0n) : low);
  state.store(upper, 8, isSame ? (rcx ?? 0n) : high);
  if (isSame) return 1n;
  state.write('r', 0, low);
  state.write('r', 2, high);
  return 0n;
};

export const SYSTEM_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...TABLE_FUNCTIONS,
  ...BIT_FUNCTIONS,
  cmpxchg16,
  ...PORT_FUNCTIONS,
  ...RANDOM_FUNCTIONS,
  'may lmsw': (state) => {
    requireSupervisor(state);
    return 0n;
  },
  lmsw: (state, word) => {
    lmsw(state, word);
    return 0n;
  },
  smsw: (state) => smsw(state),
  /** Of LDS and the like. */
  loadSegment: (state, value, seg) => load(state, Number(seg), value),
  /** Of POP, and of MOV, where a field names the segment register. */
  popSegment: (state, value, seg) => move(state, value, Number(seg)),
  moveSegment: (state, value, _b, _c, seg) => move(state, value, seg),
  invlpg: (state, address) => {
    requireSupervisor(state);
    checkIntercept(state, EXIT.INVLPG, address);
    flushPage(state, address);
    return 0n;
  },
  invpcid,
  /** Of instructions on cache lines: the access, without the value. */
  touch: (state, address) => {
    state.check(address, 'read');
    return 0n;
  },
  /** A base of FS or GS, which must be canonical. */
  canonical: (state, base) => {
    if (!isCanonical(state, base)) throw general();
    return base;
  },
  /** STAC and CLAC: whether a supervisor may access users' pages. */
  setAccess: (state, value) => {
    if (state.get('cpl') !== 0n) throw new Trap(causeOf(VECTOR.UD), 0n);
    const flags = state.get('rflags') & ~RFLAGS.AC;
    state.set('rflags', value === 0n ? flags : flags | RFLAGS.AC);
    state.contextChanged();
    return 0n;
  },
};
