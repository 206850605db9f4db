/** What the engine needs to execute an instruction set, as data and pure functions. */

import type { Encoding } from './encoding';
import type { Insn } from './insn';
import type { Guard, HartState, Helper, IsaFunction, TrapDetail } from './privileged';
import type { StateLayout } from './state-layout';
import type { Access } from './translation';

/** Physical memory as the page walker sees it. Addresses are numbers below 2^53. */
export interface WalkMemory {
  /** The little-endian word at `pa`, or -1 where there is no RAM. */
  readU32(pa: number): number;
  writeU32(pa: number, value: number): void;
}

/** A translation as the CPU caches it. */
export interface CpuTranslation {
  /** The exact physical address. */
  readonly pa: number;
  /** What this privilege may do on this 4 KiB page without another walk; `write` only where D is already set. */
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  /** False where permissions differ within the page. */
  readonly isCacheable: boolean;
  /** Bytes that the table entry translates which is cached, where an instruction set says so (`fencesByPage`) and it is more than 4 KiB. */
  readonly entryBytes?: number;
  /** The cause that data accesses raise here whose address is no multiple of their length; absent where none is raised. */
  readonly misaligned?: number;
}

/**
 * Instructions often executed one after the other, worth one dispatch: their mnemonics in order, separated by commas. Behind
 * one may stand the source field that must name the destination of the one before: its value then does not go through
 * memory. `'lu12i.w, ori rj, st.w'`
 */
export type Fusion = string;

export interface QuickForm {
  /** Mnemonic of the instruction it is a form of. */
  readonly of: string;
  /** Instructions that give the same object share its code. */
  readonly form: Insn;
}

export interface EngineIsa {
  readonly name: string;
  readonly encoding: Encoding;
  readonly insns: readonly Insn[];
  /**
   * What the bytes of code mean now, from 0 to 3; only where {@link Encoding} is a program's and the same bytes can be
   * different instructions. A change of it is a change of the fetch context.
   */
  decodeMode?(state: HartState): number;
  /**
   * Quick forms of instructions that otherwise need TypeScript: a pattern, often a more special one, and what to do when
   * its conditions (`onlyIf`) hold; the helper or function does the rest. Only speed depends on them.
   */
  readonly quick: readonly QuickForm[];
  /**
   * Which mnemonics are of what is seldom executed, or does much: the interpreters call functions for it, so that they do not grow
   * beyond what V8 compiles well. Only speed depends on it. Absent: nothing. With `jumps`, what jumps may be so, too.
   */
  readonly apart?: { test(mnemonic: string): boolean; readonly jumps?: true };
  /** What the fast interpreter executes at once; only speed depends on it. */
  readonly fusions: readonly Fusion[];
  readonly state: StateLayout;
  readonly helpers: Readonly<Record<string, Helper>>;
  readonly functions: Readonly<Record<string, IsaFunction>>;
  readonly guards: Readonly<Record<string, Guard>>;
  /** Trap causes the engine raises itself. */
  readonly causes: {
    readonly illegalInstruction: number;
    readonly loadAccess: number;
    readonly storeAccess: number;
    readonly fetchAccess: number;
    /** Of a fetch where no instruction can begin; `fetchAccess` when absent. */
    readonly fetchMisaligned?: number;
    /** An update meets a device; absent where devices are read and written like memory. */
    readonly updateOfDevice?: number;
  };
  /** An update that a load of its address would fault at, too, faults as that does. Absent: as a store does. */
  readonly updatesRead?: true;
  /** The effective privilege of the processor's own accesses, to tables that lie in the address space of the program. */
  readonly ownSpace?: number;
  /** @param bytes length of the access, which may not cross a page; default 1. Matters where a page is permitted in part. */
  cpuTranslate(
    state: HartState,
    memory: WalkMemory,
    va: bigint,
    access: Access,
    effectivePrivilege?: number,
    bytes?: number,
  ): CpuTranslation;
  /**
   * Whether data accesses must be aligned now whatever they go to, so that those which are not are always asked of
   * `cpuTranslate`; looked at whenever the context changed. Absent: never, and accesses need not ask.
   */
  mustAlign?(state: HartState): boolean;
  /**
   * `cpuTranslate` says how much the entries of stage 1 translate, so that a fence of an address need not drop everything.
   * Absent: it does.
   */
  readonly fencesByPage?: true;
  /** Small ints (0–15) naming the translation context of data accesses and of fetches. */
  dataContext(state: HartState): number;
  fetchContext(state: HartState): number;
  /** Bit per context that a flush of `guest` translations drops, and one of `host` translations keeps. */
  readonly guestContexts: number;
  /**
   * General registers that a trap, a call or an entry to a guest changes by itself, as banked stack pointers are, by the names
   * that a debugger has for them: kept for those who look on. Absent: none.
   */
  readonly switched?: Readonly<Record<string, { readonly file: string; readonly index: number }>>;
  takeTrap(state: HartState, cause: number, isInterrupt: boolean, tval: bigint, epc: bigint, detail?: TrapDetail): void;
  /**
   * Whether an exception is the translation's own business, as a TLB's refill by software is: the instruction is executed
   * again behind it, and nobody who debugs it wants to see that. Absent: none is.
   */
  isRefill?(cause: number): boolean;
  /** Whether a hart is in the handler of such an exception. */
  inRefill?(get: (slot: string) => bigint): boolean;
  /** The interrupt to take now, if any; a look without effects. */
  pendingInterrupt(state: HartState): number | undefined;
  /**
   * The interrupt is about to be taken: tells its controller, where the architecture has such a cycle, and says the cause that
   * is taken. Absent: the pending one.
   */
  acknowledge?(state: HartState, pending: number): number;
  /**
   * Whether an interrupt is pending that only the next instruction holds off, as x86 does behind STI: the hart looks again after
   * it. Absent: never.
   */
  holdsInterrupts?(state: HartState): boolean;
  /** An interrupt is pending and enabled in `mie`, whatever the global enables say: what ends WFI. */
  wakesFromWait(state: HartState): boolean;
}
