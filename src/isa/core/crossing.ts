/**
 * How a processor comes from one world to another: one shape for traps, interrupts, calls, returns, and entries to and exits
 * from virtual machines. Which of them it is, its reason (`by`) and its worlds say together.
 */
import type { Ipa, Va } from '../../base/address';
import type { TrapReport } from './isa';
import type { World } from './world';

interface Border {
  readonly hart: number;
  readonly from: World;
  readonly to: World;
  /** The instruction that trapped, that was interrupted before it executed, or that crossed by itself. */
  readonly instruction: Va;
  /** Where the hart goes on, in `to`. */
  readonly pc: Va;
  /** Machine-wide retired count after which it happened. */
  readonly at: bigint;
  /** General registers that it changed, by name, as they were before. */
  readonly registers?: ReadonlyMap<string, bigint>;
}

/**
 * A trap as it was taken, in the same world or to a more privileged one: `from` a guest's world to one that is none it is a
 * VM exit. `call`: the instruction was completed by calling more privileged code without an exception (x86's SYSCALL);
 * the instruction set has a cause for that, too.
 */
export interface TrapCrossing extends Border {
  readonly by: 'trap' | 'call';
  /** A number of `Isa.causes`, or one that the manual reserves. */
  readonly cause: number;
  readonly isInterrupt: boolean;
  readonly tval: bigint;
  /** As the processor has it, where that says more than the row of its cause. */
  readonly report?: TrapReport;
  /** The guest physical address that stage 2 did not translate. */
  readonly guestPhysical?: Ipa;
}

/**
 * An instruction that changes the world as its own effect: a return, or an entry to a virtual machine when `to` is a guest's
 * world and `from` is not. It is complete.
 */
export interface PassageCrossing extends Border {
  readonly by: 'instruction';
  /** The instruction, e.g. `sret`. */
  readonly mnemonic: string;
}
