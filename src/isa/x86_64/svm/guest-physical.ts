/** What the processor itself finds at guest physical addresses. @see AMD64 APM volume 2, 15.33.1 "Virtualized VMLOAD/VMSAVE" */
import type { WalkMemory } from '../../core/engine-isa';
import { type HartState, Trap } from '../../core/privileged';
import { faultOf } from '../paging-rules';
import { walkStages } from '../paging-stages';
import { secondSpace } from '../walk-spaces';

/** Physical memory of a hart as walks see it. */
const walkMemory = (state: HartState): WalkMemory => ({
  readU32: (pa) => Number(state.loadPhysical(BigInt(pa), 4) ?? -1n),
  writeU32: (pa, value) => {
    state.storePhysical(BigInt(pa), 4, BigInt(value >>> 0));
  },
});

/**
 * Translates by the nested tables of the guest that runs.
 * @throws Trap #VMEXIT of a nested page fault
 */
export const toHostPhysical = (state: HartState, address: bigint, access: 'read' | 'write'): bigint => {
  const memory = walkMemory(state);
  const space = secondSpace(state);
  const first = { high: Number(address >> 32n), low: Number(address & 0xffff_ffffn) };
  const end = walkStages(first, space, access, memory, { update: (at, low) => memory.writeU32(at, low) });
  const fault = faultOf(end, access, address, undefined, space);
  if (fault) throw new Trap(fault.cause, fault.tval, fault.detail);
  return BigInt(end.pa);
};
