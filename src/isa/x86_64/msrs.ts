/** Model-specific registers: reading and writing them. */
import { type HartState, Trap } from '../core/privileged';
import { causeOf, VECTOR } from './causes';
import { hasFeature } from './cpus';
import { isCanonical } from './modes';
import type { Msr, MsrSource } from './msr-rows';
import { CONTROL_MSRS } from './msrs-control';
import { MEMORY_MSRS } from './msrs-memory';
import { OTHER_MSRS } from './msrs-others';
import { checkMsr } from './svm/intercepts';

/** All of them, but for those of the local APIC. */
export const MSRS: readonly Msr[] = [...CONTROL_MSRS, ...MEMORY_MSRS, ...OTHER_MSRS];

const BY_NUMBER: ReadonlyMap<number, Msr> = new Map(MSRS.map((msr) => [msr.number, msr]));

/** The local APIC's in x2APIC mode: a register each, from 0 on in the space `apic`. */
const APIC_FIRST = 0x800;
const APIC_LAST = 0xbff;
const EXTD = 1n << 10n;

const general = (): Trap => new Trap(causeOf(VECTOR.GP), 0n);

const isApic = (number: number): boolean => number >= APIC_FIRST && number <= APIC_LAST;

/** Whether a processor has a register. */
export const hasMsr = (state: Pick<HartState, 'get'>, { features }: Msr): boolean =>
  features === undefined || features.some((feature) => hasFeature(state, feature));

const msrOf = (state: HartState, number: number): Msr => {
  const msr = BY_NUMBER.get(number);
  if (!msr || !hasMsr(state, msr)) throw general();
  return msr;
};

/** What a register reads. */
export const valueOfMsr = (state: MsrSource, msr: Msr): bigint =>
  msr.constant ?? msr.read?.(state) ?? state.get(msr.name);

/** @throws Trap #GP where there is no such register */
export const readMsr = (state: HartState, number: number): bigint => {
  if (!isApic(number)) return valueOfMsr(state, msrOf(state, number));
  const isOpen = (state.get('APIC_BASE') & EXTD) !== 0n;
  const value = isOpen ? state.readSpace('apic', number - APIC_FIRST, 8) : undefined;
  if (value === undefined) throw general();
  return value;
};

/** @throws Trap #GP where there is no such register, or it does not take the value */
export const writeMsr = (state: HartState, number: number, value: bigint): void => {
  if (isApic(number)) {
    const isOpen = (state.get('APIC_BASE') & EXTD) !== 0n;
    if (!isOpen || !state.writeSpace('apic', number - APIC_FIRST, 8, value)) throw general();
    state.interruptsChanged();
    return;
  }
  const msr = msrOf(state, number);
  const isReserved = (value & ~(msr.writable | (msr.ignored ?? 0n))) !== 0n;
  if (msr.isReadOnly || isReserved || (msr.isAddress && !isCanonical(state, value))) throw general();
  if (msr.accepts && !msr.accepts(state, value)) throw general();
  if (msr.constant !== undefined) return;
  const next = (value & msr.writable) | (valueOfMsr(state, msr) & ~msr.writable);
  if (msr.write) msr.write(state, next);
  else state.set(msr.name, next);
};

const [RAX, RCX, RDX] = [0, 1, 2];
const low = (state: HartState, register: number): bigint => BigInt.asUintN(32, state.read('r', register));

const requireSupervisor = (state: HartState): void => {
  if (state.get('cpl') !== 0n) throw general();
};

/** @throws Trap #GP, #VMEXIT */
export const rdmsr = (state: HartState): void => {
  requireSupervisor(state);
  const number = Number(low(state, RCX));
  checkMsr(state, number, false);
  const value = readMsr(state, number);
  state.write('r', RAX, value & 0xffff_ffffn);
  state.write('r', RDX, value >> 32n);
};

/** @throws Trap #GP, #VMEXIT */
export const wrmsr = (state: HartState): void => {
  requireSupervisor(state);
  const number = Number(low(state, RCX));
  checkMsr(state, number, true);
  writeMsr(state, number, (low(state, RDX) << 32n) | low(state, RAX));
};
