/** Translation as the processor does it. @see Arm ARM, D8 "The AArch64 Virtual Memory System Architecture" */
import type { CpuTranslation, WalkMemory } from '../core/engine-isa';
import type { HartState } from '../core/privileged';

/** Addresses are physical as long as the MMU is off. */
export const cpuTranslate = (_state: HartState, _memory: WalkMemory, va: bigint): CpuTranslation => ({
  pa: Number(BigInt.asUintN(48, va)),
  read: true,
  write: true,
  execute: true,
  isCacheable: true,
});
