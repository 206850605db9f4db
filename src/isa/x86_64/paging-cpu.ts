/** Translation as the processor does it: sets accessed and dirty bits, raises page faults and nested page faults. */
import type { CpuTranslation, WalkMemory } from '../core/engine-isa';
import { type HartState, Trap } from '../core/privileged';
import type { Access } from '../core/translation';
import { RIGHT } from './paging';
import { faultOf } from './paging-rules';
import { pageSizeAt, SMALLEST, walkStages } from './paging-stages';
import { firstStage, isNested, secondSpace } from './walk-spaces';

type SlotReader = Pick<HartState, 'get'>;

/**
 * {@link cpuTranslate}'s `effectivePrivilege` of the processor's own accesses, to descriptor tables, TSSs and the IDT: the
 * supervisor's, whatever the CPL is, and under SMAP whatever RFLAGS.AC is.
 */
export const AS_SYSTEM = 0;

/** Whether the board has address bit 20 masked off: slot `a20` without it. One that nobody has set masks nothing. */
export const isA20Masked = (state: SlotReader): boolean => {
  const mask = state.get('a20');
  return mask !== 0n && (mask & (1n << 20n)) === 0n;
};

/** A physical address without its bit 20. */
export const withoutA20 = (pa: number): number => (Math.floor(pa / 2 ** 20) % 2 === 1 ? pa - 2 ** 20 : pa);

const maskedMemory = (memory: WalkMemory): WalkMemory => ({
  readU32: (at) => memory.readU32(withoutA20(at)),
  writeU32: (at, value) => memory.writeU32(withoutA20(at), value),
});

/**
 * @param effectivePrivilege the ring that accesses, where it is not CPL: {@link AS_SYSTEM}
 * @throws Trap page fault with tval = `va`, or #VMEXIT of a nested page fault, as `faultOf` has them
 */
export const cpuTranslate = (
  state: SlotReader,
  memory: WalkMemory,
  va: bigint,
  access: Access,
  effectivePrivilege?: number,
): CpuTranslation => {
  const isUser = effectivePrivilege === undefined && state.get('cpl') === 3n;
  const first = firstStage(state, { isUser, isImplicit: effectivePrivilege !== undefined }, va);
  const second = isNested(state) ? secondSpace(state) : undefined;
  const isMasked = isA20Masked(state);
  const tables = isMasked ? maskedMemory(memory) : memory;
  const visitor = { update: (at: number, low: number): void => tables.writeU32(at, low >>> 0) };
  const end = walkStages(first, second, access, tables, visitor);
  const fault = faultOf(end, access, va, first.space, second);
  if (fault) throw new Trap(fault.cause, fault.tval, fault.detail);
  const { rights } = end;
  const entry = first.space && end.first ? pageSizeAt(first.space, end.first.level) : SMALLEST;
  return {
    pa: isMasked ? withoutA20(end.pa) : end.pa,
    read: (rights & RIGHT.read) !== 0,
    write: (rights & RIGHT.write) !== 0,
    execute: (rights & RIGHT.execute) !== 0,
    isCacheable: true,
    entryBytes: entry > SMALLEST ? entry : undefined,
  };
};
