/** A processor's state at reset, and behind INIT. @see AMD64 APM volume 2, 14.1.3 "Processor Initialization State" */
import type { HartState } from '../core/privileged';
import { CR0, DR6, DR7, RFLAGS } from './bits';
import { CPUS, signatureOf } from './cpus';
import { MSR_SLOTS } from './msr-slots';
import { MSRS } from './msrs';
import { refreshSegments } from './segments';
import { SEG, SEGMENTS, STATE } from './state';

type ResetTarget = Pick<HartState, 'hart' | 'get' | 'set' | 'read' | 'write'>;

export interface ResetOptions {
  /** Index in `CPUS`. */
  readonly cpu: number;
  /** How many processors there are; 1 when absent. */
  readonly processors?: number;
  /** RDRAND's numbers follow from it; its own number when absent. */
  readonly seed?: bigint;
  /** The processor that starts; the others wait for INIT and SIPI. */
  readonly isBootstrap?: boolean;
}

/** Where the first instruction is fetched: linear, 16 bytes below 4 GiB. */
export const RESET_PC = 0xffff_fff0n;

/** What addresses are formed with, see state.ts. */
const CONSTANTS: Readonly<Record<string, bigint>> = {
  top: 0xffff_ffff_ffff_ffffn,
  scale1: 1n,
  scale2: 2n,
  scale3: 3n,
  mask16: 0xffffn,
  mask32: 0xffff_ffffn,
  mask64: 0xffff_ffff_ffff_ffffn,
};

/** What INIT leaves alone: the model, time, caches and their types, x87 and SSE. */
const KEPT_BY_INIT: ReadonlySet<string> = new Set([
  ...['cpu', 'processors', 'random', 'lines', 'a20', 'VM_CR', 'VM_HSAVE_PA', ...MSR_SLOTS],
  ...['fcw', 'fsw', 'ftw', 'top87', 'fip', 'fdp', 'fop', 'mxcsr', 'xcr0'],
]);
const KEPT_FILES: ReadonlySet<string> = new Set(['xmm', 'st']);

const AT_RESET: Readonly<Record<string, bigint>> = {
  a20: 0xffff_ffff_ffff_ffffn,
  fcw: 0x40n,
  ftw: 0xffn,
  mxcsr: 0x1f80n,
  xcr0: 1n,
};

/** CR0's caching bits, which INIT leaves alone. */
const CACHING = CR0.CD | CR0.NW;

const DATA_ATTRIBUTES = 0x93n;
const SEGMENTS_AT_RESET: Readonly<Record<string, { selector?: bigint; base?: bigint; attributes: bigint }>> = {
  cs: { selector: 0xf000n, base: 0xffff_0000n, attributes: 0x9bn },
  ldtr: { attributes: 0x82n },
  tr: { attributes: 0x8bn },
};

const setCommon = (state: ResetTarget, caching: bigint): void => {
  for (const name of SEGMENTS) {
    const { selector = 0n, base = 0n, attributes } = SEGMENTS_AT_RESET[name] ?? { attributes: DATA_ATTRIBUTES };
    state.write('selector', SEG[name], selector);
    state.write('base', SEG[name], base);
    state.write('limit', SEG[name], 0xffffn);
    state.write('attributes', SEG[name], attributes);
  }
  for (const [slot, value] of Object.entries(CONSTANTS)) state.set(slot, value);
  state.set('cr0', CR0.ET | caching);
  state.set('gdtrLimit', 0xffffn);
  state.set('idtrLimit', 0xffffn);
  state.set('rflags', RFLAGS.fixed);
  // ZF is set where the slot is 0, and PF by its lowest byte: at reset no flag is.
  state.set('result', 1n);
  state.set('dr6', DR6.fixed);
  state.set('dr7', DR7.fixed);
  state.set('gif', 1n);
  const cpu = CPUS[Number(state.get('cpu'))];
  state.write('r', 2, BigInt(cpu ? signatureOf(cpu) : 0));
  refreshSegments(state);
};

const clear = (state: ResetTarget, slots: ReadonlySet<string>, files: ReadonlySet<string>): void => {
  for (const { name, count } of STATE.files) {
    if (files.has(name)) continue;
    for (let index = 0; index < count; index++) state.write(name, index, 0n);
  }
  for (const name of STATE.slots) if (!slots.has(name)) state.set(name, 0n);
};

/** Values of all registers and slots at reset. The pc, {@link RESET_PC}, is the board's to set. */
export const resetState = (
  state: ResetTarget,
  { cpu, processors = 1, seed = BigInt(state.hart), isBootstrap = true }: ResetOptions,
): void => {
  clear(state, new Set(), new Set());
  state.set('cpu', BigInt(cpu));
  state.set('processors', BigInt(processors));
  state.set('random', seed);
  for (const { name, reset } of MSRS) if (reset !== undefined) state.set(name, reset);
  for (const [slot, value] of Object.entries(AT_RESET)) state.set(slot, value);
  state.set('APIC_BASE', 0xfee0_0800n | (isBootstrap ? 0x100n : 0n));
  setCommon(state, CACHING);
};

/** What INIT does. The processor then waits for a SIPI, or begins at {@link RESET_PC} where it is the first one. */
export const initState = (state: ResetTarget): void => {
  const caching = state.get('cr0') & CACHING;
  clear(state, KEPT_BY_INIT, KEPT_FILES);
  setCommon(state, caching);
};

/** Begins where a SIPI of this vector says: in real mode, at the start of a page below 1 MiB. Yields the pc. */
export const startAt = (state: ResetTarget, vector: number): bigint => {
  state.write('selector', SEG.cs, BigInt(vector) << 8n);
  state.write('base', SEG.cs, BigInt(vector) << 12n);
  return BigInt(vector) << 12n;
};
