/** Translation as the processor does it: sets access flags and dirty states, raises exceptions. */
import type { CpuTranslation, WalkMemory } from '../core/engine-isa';
import { type HartState, Trap } from '../core/privileged';
import type { Access } from '../core/translation';
import { isDefaultCacheable, isStage1On, REGIME_REGISTERS, regimeAt } from './address-ranges';
import { SCTLR } from './bits';
import { FSC } from './causes';
import { hasStage2 } from './contexts';
import { HIGH, RIGHT, type WalkEnd } from './paging';
import { abortCause, abortOf } from './paging-rules';
import { pageSizeAt, SMALLEST, walkStages } from './paging-stages';
import { type FirstStage, firstStage, secondStage } from './walk-spaces';

type SlotReader = Pick<HartState, 'get'>;

/** {@link cpuTranslate}'s `effectivePrivilege` of `ldtr`, `sttr` and their kind: as EL0 would access. */
export const AS_UNPRIVILEGED = 0;

/** Whether data accesses must be aligned whatever they go to: SCTLR_ELx.A, or the MMU is off, so that all is a device's. */
export const mustAlign = (state: SlotReader): boolean => {
  const regime = regimeAt(state, Number(state.get('EL')));
  const sctlr = state.get(REGIME_REGISTERS[regime].sctlr);
  if (sctlr & SCTLR.A) return true;
  return !isStage1On(state, regime) && !isDefaultCacheable(state, regime);
};

/** How many entries of a granule (its log2) a contiguous run has at most. @see Arm ARM, D8.7.1 "The Contiguous bit" */
const RUN: Readonly<Record<number, number>> = { 12: 16, 14: 128, 16: 32 };

/** Bytes that an invalidation of one address is about: those of the entry of stage 1, or of its contiguous run. */
const entryBytes = ({ space }: FirstStage, leaf: WalkEnd | undefined): number | undefined => {
  if (!space || !leaf) return undefined;
  const bytes = pageSizeAt(space, leaf.level) * (leaf.high & HIGH.contiguous ? (RUN[space.granuleBits] ?? 1) : 1);
  return bytes > SMALLEST ? bytes : undefined;
};

/**
 * @param effectivePrivilege the exception level that accesses, where it is not PSTATE's; PAN then does not count
 * @param bytes length of the access, which may not cross a page
 * @throws Trap abort with tval = `va`; of stage 2 with the address between the stages
 */
export const cpuTranslate = (
  state: SlotReader,
  memory: WalkMemory,
  va: bigint,
  access: Access,
  effectivePrivilege?: number,
  bytes = 1,
): CpuTranslation => {
  const el = effectivePrivilege ?? Number(state.get('EL'));
  const regime = regimeAt(state, el);
  const isData = access !== 'execute';
  const isUnaligned = isData && (Number(va & 15n) & (bytes - 1)) !== 0;
  const isStrict = isData && (state.get(REGIME_REGISTERS[regime].sctlr) & SCTLR.A) !== 0n;
  if (isStrict && isUnaligned) throw new Trap(abortCause(access, FSC.alignment), va);
  const accessor = {
    regime,
    isUser: el === 0,
    pan: isData && effectivePrivilege === undefined && state.get('PAN') !== 0n,
  };
  const first = firstStage(state, accessor, va, access);
  const isGuest = regime === 'EL1&0' && hasStage2(state.get('HCR_EL2'));
  const second = isGuest ? secondStage(state, accessor.isUser) : undefined;
  const visitor = { update: (end: WalkEnd): void => memory.writeU32(end.at, end.updated >>> 0) };
  const end = walkStages(first, second, { access, isUnaligned, memory, visitor });
  const abort = abortOf(end, access);
  if (abort) throw new Trap(abort.cause, va, abort.detail);
  const { pa, rights } = end;
  return {
    pa,
    read: (rights & RIGHT.read) !== 0,
    write: (rights & RIGHT.write) !== 0,
    execute: (rights & RIGHT.execute) !== 0,
    isCacheable: true,
    entryBytes: entryBytes(first, end.first),
    misaligned: isStrict || (isData && end.isDevice) ? abortCause(access, FSC.alignment) : undefined,
  };
};
