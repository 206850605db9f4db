/** Images of x87 and SSE state in memory: FNSTENV, FNSAVE, FXSAVE and the XSAVE family. @see AMD64 APM volume 2, 11.4 and 11.5 */
import { isZero } from '../../core/float/format';
import { type HartState, type IsaFunction, Trap } from '../../core/privileged';
import { CR4 } from '../bits';
import { CAUSE } from '../causes';
import { hasFeature } from '../cpus';
import { takeApart } from '../float/extended';
import { MXCSR } from '../float/mxcsr';
import { is64 } from '../modes';
import { EXIT } from '../svm/exit-codes';
import { checkIntercept } from '../svm/intercepts';
import { contentOf, FSW, initialize, setControlAndStatus, statusOf } from './stack';

const GP = (): never => {
  throw new Trap(CAUSE.GP, 0n);
};

/** Two bits a register: a valid number, zero, another, empty. */
const fullTags = (state: HartState): number => {
  const top = Number(state.get('top87'));
  let tags = 0;
  for (let register = 0; register < 8; register++) {
    tags |= tagOf(state, (register - top) & 7, register) << (2 * register);
  }
  return tags;
};
const tagOf = (state: HartState, index: number, register: number): number => {
  if (((Number(state.get('ftw')) >> register) & 1) === 0) return 3;
  const u = takeApart(contentOf(state, index));
  if (isZero(u)) return 1;
  return !u.isSupported || u.kind !== 'finite' || u.isDenormal ? 2 : 0;
};
const setFullTags = (state: HartState, tags: number): void => {
  let full = 0;
  for (let register = 0; register < 8; register++) if (((tags >> (2 * register)) & 3) !== 3) full |= 1 << register;
  state.set('ftw', BigInt(full));
};

/** An environment of 14 bytes or 28: words of 16 or 32 bits. */
type Width = 2 | 4;
const storeEnvironment = (state: HartState, address: bigint, width: Width): void => {
  const high = width === 4 ? 0xffff_0000n : 0n;
  const words = [state.get('fcw'), BigInt(statusOf(state)), BigInt(fullTags(state))].map((word) => word | high);
  const pointers = [state.get('fip'), state.get('fop') << 16n, state.get('fdp'), high];
  state.check(address, 'write');
  state.check(address + BigInt(7 * width - 1), 'write');
  for (const [at, word] of [...words, ...pointers].entries()) {
    state.store(address + BigInt(at * width), width, BigInt.asUintN(8 * width, word));
  }
};
const loadEnvironment = (state: HartState, address: bigint, width: Width): void => {
  const words = Array.from({ length: 7 }, (_, at) => state.load(address + BigInt(at * width), width));
  const [fcw = 0n, fsw = 0n, tags = 0n, fip = 0n, fop = 0n, fdp = 0n] = words;
  setControlAndStatus(state, Number(fcw & 0xffffn), Number(fsw & 0xffffn));
  setFullTags(state, Number(tags & 0xffffn));
  state.set('fip', fip);
  state.set('fop', width === 4 ? (fop >> 16n) & 0x7ffn : 0n);
  state.set('fdp', fdp);
};

const storeTen = (state: HartState, address: bigint, value: bigint): void => {
  state.store(address, 8, BigInt.asUintN(64, value));
  state.store(address + 8n, 2, (value >> 64n) & 0xffffn);
};
const loadTen = (state: HartState, address: bigint): bigint =>
  state.load(address, 8) | (state.load(address + 8n, 2) << 64n);

const widthOf = (bits: bigint): Width => (bits === 16n ? 2 : 4);

type Run = (state: HartState, address: bigint, b: bigint, c: bigint) => void;
const doing =
  (run: Run): IsaFunction =>
  (state, a, b, c) => {
    run(state, a, b, c);
    return 0n;
  };

const saveAll: Run = (state, address, bits) => {
  const width = widthOf(bits);
  const registers = address + BigInt(7 * width);
  state.check(registers + 79n, 'write');
  storeEnvironment(state, address, width);
  for (let at = 0; at < 8; at++) storeTen(state, registers + BigInt(10 * at), contentOf(state, at));
  initialize(state);
};
const restoreAll: Run = (state, address, bits) => {
  const width = widthOf(bits);
  const registers = address + BigInt(7 * width);
  const values = Array.from({ length: 8 }, (_, at) => loadTen(state, registers + BigInt(10 * at)));
  loadEnvironment(state, address, width);
  setStack(state, values);
};
/** ST(0) first. What is empty stays so. */
const setStack = (state: HartState, values: readonly bigint[]): void => {
  const top = Number(state.get('top87'));
  for (const [at, value] of values.entries()) state.write('st', (top + at) & 7, value);
};

/** Where components lie in an image, and its header. */
const PLACES = { mxcsr: 24n, st: 32n, xmm: 160n, header: 512n } as const;
const LEGACY_BYTES = 512n;
const X87 = 1n;
const SSE = 2n;
const COMPACT = 1n << 63n;

const xmmCount = (state: HartState): number => (is64(state) ? 16 : 8);

const saveX87 = (state: HartState, address: bigint): void => {
  const fields: readonly (readonly [number, 1 | 2 | 8, bigint])[] = [
    [0, 2, state.get('fcw')],
    [2, 2, BigInt(statusOf(state))],
    [4, 1, state.get('ftw')],
    [5, 1, 0n],
    [6, 2, state.get('fop')],
    [8, 8, state.get('fip')],
    [16, 8, state.get('fdp')],
  ];
  for (const [at, bytes, value] of fields) state.store(address + BigInt(at), bytes, value);
  for (let at = 0; at < 8; at++) {
    const register = address + PLACES.st + BigInt(16 * at);
    const value = contentOf(state, at);
    state.store(register, 8, BigInt.asUintN(64, value));
    state.store(register + 8n, 8, value >> 64n);
  }
};
const restoreX87 = (state: HartState, address: bigint): void => {
  const word = (at: bigint, bytes: 1 | 2 | 8): bigint => state.load(address + at, bytes);
  const values = Array.from({ length: 8 }, (_, at) => loadTen(state, address + PLACES.st + BigInt(16 * at)));
  setControlAndStatus(state, Number(word(0n, 2)), Number(word(2n, 2)));
  state.set('ftw', word(4n, 1));
  state.set('fop', word(6n, 2) & 0x7ffn);
  state.set('fip', word(8n, 8));
  state.set('fdp', word(16n, 8));
  setStack(state, values);
};

const saveXmm = (state: HartState, address: bigint): void => {
  for (let at = 0; at < xmmCount(state); at++) {
    const register = address + PLACES.xmm + BigInt(16 * at);
    const value = state.read('xmm', at);
    state.store(register, 8, BigInt.asUintN(64, value));
    state.store(register + 8n, 8, value >> 64n);
  }
};
const restoreXmm = (state: HartState, address: bigint): void => {
  for (let at = 0; at < xmmCount(state); at++) {
    const register = address + PLACES.xmm + BigInt(16 * at);
    state.write('xmm', at, state.load(register, 8) | (state.load(register + 8n, 8) << 64n));
  }
};
const saveMxcsr = (state: HartState, address: bigint): void => {
  state.store(address + PLACES.mxcsr, 4, state.get('mxcsr'));
  state.store(address + PLACES.mxcsr + 4n, 4, BigInt(MXCSR.WRITABLE));
};
/** @throws Trap #GP where a reserved bit is set */
const checkedMxcsr = (value: bigint): bigint => (value & ~BigInt(MXCSR.WRITABLE) ? GP() : value);
const mxcsrAt = (state: HartState, address: bigint): bigint => checkedMxcsr(state.load(address + PLACES.mxcsr, 4));

/** Nothing is stored where some of it would fault. */
const checkAll = (state: HartState, address: bigint, bytes: bigint): void => {
  state.check(address, 'write');
  state.check(address + bytes - 1n, 'write');
};

const fxsave: Run = (state, address) => {
  checkAll(state, address, LEGACY_BYTES);
  saveX87(state, address);
  saveMxcsr(state, address);
  saveXmm(state, address);
};
const fxrstor: Run = (state, address) => {
  state.check(address + LEGACY_BYTES - 1n, 'read');
  const mxcsr = mxcsrAt(state, address);
  restoreX87(state, address);
  state.set('mxcsr', mxcsr);
  restoreXmm(state, address);
};

/** Components that are asked for and enabled. */
const requested = (state: HartState, mask: bigint): bigint => {
  if (!(state.get('cr4') & CR4.OSXSAVE)) throw new Trap(CAUSE.UD, 0n);
  return mask & state.get('xcr0');
};
const aligned64 = (address: bigint): void => {
  if (address & 63n) GP();
};

const saveComponents = (state: HartState, address: bigint, components: bigint): void => {
  if (components & X87) saveX87(state, address);
  if (components & SSE) {
    saveMxcsr(state, address);
    saveXmm(state, address);
  }
};
/** Second operand: components asked for. */
const xsave: Run = (state, address, mask) => {
  const components = requested(state, mask);
  aligned64(address);
  checkAll(state, address, LEGACY_BYTES + 64n);
  saveComponents(state, address, components);
  const header = address + PLACES.header;
  state.store(header, 8, (state.load(header, 8) & ~components) | components);
};
const xsavec: Run = (state, address, mask) => {
  const components = requested(state, mask);
  aligned64(address);
  checkAll(state, address, LEGACY_BYTES + 64n);
  saveComponents(state, address, components);
  const header = address + PLACES.header;
  state.store(header, 8, components);
  state.store(header + 8n, 8, components | COMPACT);
};
const xrstor: Run = (state, address, mask) => {
  const components = requested(state, mask);
  aligned64(address);
  const header = address + PLACES.header;
  const [present, layout, reserved] = [0n, 8n, 16n].map((at) => state.load(header + at, 8));
  const isCompact = (layout ?? 0n) !== 0n && hasFeature(state, 'XSAVEC');
  const permitted = isCompact ? (layout ?? 0n) & ~COMPACT : state.get('xcr0');
  const isWrong = isCompact
    ? !((layout ?? 0n) & COMPACT) || (permitted & ~state.get('xcr0')) !== 0n
    : (layout ?? 0n) !== 0n || (reserved ?? 0n) !== 0n;
  if (isWrong || (present ?? 0n) & ~permitted) GP();
  const given = components & (present ?? 0n);
  const mxcsr = isCompact ? given : components;
  const control = mxcsr & SSE ? mxcsrAt(state, address) : components & SSE ? BigInt(MXCSR.RESET) : state.get('mxcsr');
  if (given & X87) restoreX87(state, address);
  else if (components & X87) {
    initialize(state);
    setStack(state, new Array<bigint>(8).fill(0n));
  }
  if (given & SSE) restoreXmm(state, address);
  else if (components & SSE) for (let at = 0; at < xmmCount(state); at++) state.write('xmm', at, 0n);
  state.set('mxcsr', control);
};

const xgetbv: IsaFunction = (state, register) => {
  requested(state, 0n);
  if (register === 0n || (register === 1n && hasFeature(state, 'XGETBV1'))) return state.get('xcr0');
  return GP();
};
const xsetbv: Run = (state, register, value) => {
  requested(state, 0n);
  if (state.get('cpl') !== 0n) GP();
  checkIntercept(state, EXIT.XSETBV);
  // The x87 is always enabled.
  if (register !== 0n || !(value & X87) || value & ~(X87 | SSE)) GP();
  state.set('xcr0', value);
};

/** By the names rows call them by. The second operand is the operand size in bits, or the mask of components. */
export const IMAGE_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  fnstenv: doing((state, address, bits) => {
    storeEnvironment(state, address, widthOf(bits));
    setControlAndStatus(state, Number(state.get('fcw')) | FSW.EXCEPTIONS, statusOf(state));
  }),
  fldenv: doing((state, address, bits) => loadEnvironment(state, address, widthOf(bits))),
  fnsave: doing(saveAll),
  frstor: doing(restoreAll),
  fninit: doing(initialize),
  fnclex: doing((state) => state.set('fsw', state.get('fsw') & ~BigInt(FSW.EXCEPTIONS | FSW.SF | FSW.ES | FSW.B))),
  fldcw: doing((state, value) => setControlAndStatus(state, Number(value), statusOf(state))),
  ldmxcsr: doing((state, value) => state.set('mxcsr', checkedMxcsr(value))),
  fxsave: doing(fxsave),
  fxrstor: doing(fxrstor),
  xsave: doing(xsave),
  xsavec: doing(xsavec),
  xrstor: doing(xrstor),
  xgetbv,
  xsetbv: doing(xsetbv),
};
