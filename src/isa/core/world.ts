/**
 * Where an instruction executes. `World` here is the debugger's word for one privilege regime of one machine
 * (user, kernel, guest user, guest kernel, hypervisor, firmware); it is not Arm's Secure/Non-secure world.
 */
import type { Ipa, Pa } from '../../base/address';

/** Of a guest's modes: `user` and `kernel`, too. */
export type WorldLevel = 'user' | 'kernel' | 'firmware';

export interface World {
  readonly isa: string;
  /** The manual's name: `U`, `S`, `HS`, `M`, `VU`, `VS`. */
  readonly mode: string;
  /** Privilege, larger is more privileged; a guest's ranks lie below its hypervisor's. */
  readonly rank: number;
  readonly guest: boolean;
  /** What kind of code the mode is for; `firmware` only where it has a mode of its own. */
  readonly level: WorldLevel;
  readonly asid: number;
  readonly vmid: number;
  /** Root of the stage-1 tables, absent when stage 1 is off. */
  readonly stage1?: Pa | Ipa;
  /** Root of the stage-2 tables, absent outside guests. */
  readonly stage2?: Pa;
}

/** Whether a change between worlds enters a virtual machine. */
export const isVmEntry = (from: World, to: World): boolean => !from.guest && to.guest;

/** Whether a change between worlds leaves a virtual machine. */
export const isVmExit = (from: World, to: World): boolean => from.guest && !to.guest;
