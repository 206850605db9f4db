/**
 * What the rest of Worldstep sees of a running system. `machine.ts` implements it; debug, inspect and timeline know only this.
 * Everything is synchronous and deterministic: the same inputs at the same counts give the same states.
 */
import type { Pa, Va } from '../base/address';
import type { Plain } from '../base/plain';
import type { Device, PowerEvent } from '../devices/device';

export type { PowerEvent } from '../devices/device';

import type { PassageCrossing, TrapCrossing } from '../isa/core/crossing';
import type { Isa } from '../isa/core/isa';
import type { Access, Translation } from '../isa/core/translation';
import type { World } from '../isa/core/world';

/** A range of RAM. */
export interface PhysicalMemory {
  readonly base: Pa;
  /** Bytes. */
  readonly size: number;
}

export interface Cpu {
  readonly hart: number;
  readonly world: World;
  readonly pc: Va;
  /** Instructions this hart has retired since reset. */
  readonly retired: bigint;
  /** Waiting for an interrupt (WFI), stopped (HSM) or running. */
  readonly activity: 'running' | 'waiting' | 'stopped';
  /** Throws only for a name the ISA does not have. Values are zero-extended. */
  readRegister(name: string): bigint;
  /** Writes as a debugger: WARL rules apply, no trap is raised. */
  writeRegister(name: string, value: bigint): void;
  /** Where an access at `va` goes by a cached translation, without a look at the tables; undefined when none is cached. */
  cached?(va: Va, access: 'read' | 'write'): Pa | undefined;
  /**
   * Where an instruction at `address` that asks for a trap or changes worlds by itself would lead if the hart executed it now:
   * it is tried on a copy. `undefined` for any other, for one that faults, and where the machine answers itself.
   */
  destination(address: Va, bytes: Uint8Array): { readonly pc: Va; readonly world: World } | undefined;
  /** Side-effect free; in `world` or, without it, the current one. */
  translate(va: Va, access: Access, world?: World): Translation;
}

/**
 * `crossing`: a change of world as whoever debugs wants to hear of it. `refill`: into the handler of the translation's own
 * business, as a TLB's refill by software is, or back from it; its instruction is executed again, unnoticed.
 */
type CrossingKind = 'crossing' | 'refill';

/** A trap, or a call that is none but has a cause. */
export interface TrapEvent extends TrapCrossing {
  readonly kind: CrossingKind;
}

/** An instruction that changed the world by itself: a return, a VM entry. */
export interface PassageEvent extends PassageCrossing {
  readonly kind: CrossingKind;
}

/** Every change of world, whatever caused it, and traps within one. */
export type CrossingEvent = TrapEvent | PassageEvent;

export interface StoredEvent {
  readonly kind: 'stored';
  readonly hart: number;
  readonly pa: Pa;
  readonly length: number;
  readonly pc: Va;
  readonly at: bigint;
}

/** A root of translation was written; `register` is its name whoever wrote it: a guest's satp is `vsatp`. */
export interface RootChangedEvent {
  readonly kind: 'rootChanged';
  readonly hart: number;
  readonly register: string;
  readonly value: bigint;
  readonly old: bigint;
  readonly pc: Va;
  readonly at: bigint;
}

/**
 * A fence of a hart's translations, by its own instruction or by firmware for it: what was stored in tables before holds
 * after. Without `address` or `asid` for all; of `stage2` they are a guest physical address and a guest's number.
 */
export interface FenceEvent {
  readonly kind: 'fence';
  readonly hart: number;
  readonly of: 'host' | 'guest' | 'stage2';
  readonly address?: bigint;
  readonly asid?: number;
  /** The instruction that asked for it. */
  readonly pc: Va;
  readonly at: bigint;
}

/** An access is about to be translated in a page that {@link Machine.observeUses} names. */
export interface TranslatedEvent {
  readonly kind: 'translated';
  readonly hart: number;
  readonly va: Va;
  readonly access: Access;
  readonly pc: Va;
  readonly at: bigint;
}

/** An instruction changed one of the system registers that {@link RunOptions.registers} names; traps do not count. */
export interface RegisterWrittenEvent {
  readonly kind: 'registerWritten';
  readonly hart: number;
  readonly register: string;
  readonly value: bigint;
  readonly old: bigint;
  /** Where the instruction is. */
  readonly instruction: Va;
  readonly pc: Va;
  readonly at: bigint;
}

/** The closed list of observable events. */
export type TraceEvent = CrossingEvent | StoredEvent | RootChangedEvent | FenceEvent | TranslatedEvent;

/** What a run can be told to stop at: the instruction that did it is complete, and a trap's is at its handler. */
export type StopEvent = CrossingEvent | RootChangedEvent | RegisterWrittenEvent;

/** Whether an event is a change of world, as far as stacks and steps go: none of a refill. */
export const isCrossing = (event: TraceEvent | StopEvent): event is CrossingEvent => event.kind === 'crossing';

/** Whether an event is a trap, or a call with a cause; of a refill, too. */
export const isTrap = (event: TraceEvent | StopEvent): event is TrapEvent =>
  'by' in event && event.by !== 'instruction';

/** Whether an event is an instruction that changed the world by itself; of a refill, too. */
export const isPassage = (event: TraceEvent | StopEvent): event is PassageEvent =>
  'by' in event && event.by === 'instruction';

/**
 * A point of a run: where it can stand between two instructions. The count alone does not tell it, for traps retire nothing and
 * time passes while all harts wait.
 */
export interface Point {
  /** Instructions retired by all harts. */
  readonly at: bigint;
  /** Traps taken since that count was reached. */
  readonly traps: number;
  /** No hart could run then; otherwise one was about to execute its next instruction. */
  readonly isIdle: boolean;
}

/** What comes from outside the machine. All of it passes the one log. */
export type MachineInput =
  /** Typed at the console. */
  | { readonly kind: 'console'; readonly bytes: Uint8Array }
  /** RAM and registers as a debugger changed them. */
  | { readonly kind: 'memory'; readonly pa: Pa; readonly bytes: Uint8Array }
  | { readonly kind: 'register'; readonly hart: number; readonly name: string; readonly value: bigint }
  /** One of several harts ran while the others stood still, up to a point. */
  | { readonly kind: 'alone'; readonly hart: number; readonly until: Point };

/** An input and the point at which it came. */
export type InputRecord = Point & MachineInput;

/** Below 0 when `a` is the earlier point, 0 when they are the same. */
export const comparePoints = (a: Point, b: Point): number =>
  a.at !== b.at ? (a.at < b.at ? -1 : 1) : a.traps - b.traps || Number(a.isIdle) - Number(b.isIdle);

export interface Watch {
  readonly id: number;
  readonly pa: Pa;
  readonly length: number;
  readonly access: 'read' | 'write' | 'readWrite';
}

/** Why `run` came back. `pc` is where the hart stands now. */
export type RunExit =
  /** The budget of instructions is used up. */
  | { readonly kind: 'budget' }
  /** The instruction at `pc` has a breakpoint and has not executed. */
  | { readonly kind: 'breakpoint'; readonly hart: number; readonly pc: Va }
  /** An instruction (at `accessPc`, complete) touched a watched range. `old`/`value`: the range's bytes before and after. */
  | {
      readonly kind: 'watch';
      readonly hart: number;
      readonly watch: Watch;
      readonly accessPc: Va;
      readonly isWrite: boolean;
      readonly old: Uint8Array;
      readonly value: Uint8Array;
    }
  /** `stopOn` accepted an event; the hart stands where it led: a trap's handler, or behind a complete instruction. */
  | { readonly kind: 'event'; readonly event: StopEvent }
  /** The guest switched off, reset or failed; the machine cannot go on. */
  | { readonly kind: 'power'; readonly event: PowerEvent }
  /** Every hart waits and no timer is due: only input can wake it. */
  | { readonly kind: 'idle' }
  /**
   * The same trap recurs without progress: a handler that faults on its own first instruction, a jump to an unmapped vector, a
   * handler that returns to the instruction again and again and mends nothing, a hypervisor that enters its guest so.
   */
  | { readonly kind: 'stuck'; readonly event: TrapEvent; readonly explanation: string };

export interface RunOptions {
  /** Most instructions to retire over all harts before coming back. Exact. */
  readonly budget: bigint;
  /** Run only this hart (the others stand still). Default: all, in deterministic quanta. */
  readonly onlyHart?: number;
  /** Execute the first instruction even where it has a breakpoint. */
  readonly skipFirstBreakpoint?: boolean;
  /**
   * Called for each trap and change of world, each new root of translation and each change of one of `registers`; true
   * stops the run. Keep it cheap.
   */
  readonly stopOn?: (event: StopEvent) => boolean;
  /**
   * System registers whose changes by instructions `stopOn` is told, by their names in the manual. The run is slower
   * then, and otherwise the same.
   */
  readonly registers?: readonly string[];
  /** Comes back with `budget` at this point, if it lies ahead; with `idle` where the point is one of a machine that waits. */
  readonly until?: Point;
}

export interface Machine {
  readonly isa: Isa;
  readonly board: string;
  readonly cpus: readonly Cpu[];
  readonly devices: readonly Device[];
  /** Instructions retired by all harts since reset. */
  readonly retired: bigint;
  /** Guest nanoseconds since reset. */
  readonly now: bigint;
  /** By address. */
  readonly ram: readonly PhysicalMemory[];
  run(options: RunOptions): RunExit;
  /** Side-effect free; RAM, flash arrays and registers that can be peeked. `undefined` when any byte cannot be read. */
  readPhysical(at: Pa, length: number): Uint8Array | undefined;
  /** Writes RAM as a debugger; code derived from it is dropped. False when any byte is outside RAM (nothing is written then). */
  writePhysical(at: Pa, bytes: Uint8Array): boolean;
  /** Replaces the set of code breakpoints. An instruction is hit when its physical or its virtual address is in the set. */
  setBreakpoints(at: { readonly physical: readonly Pa[]; readonly virtual: readonly Va[] }): void;
  setWatches(watches: readonly Watch[]): void;
  /** Registers a sink for trace events; returns its removal. Only kinds somebody asked for cost anything. */
  observe(kinds: readonly TraceEvent['kind'][], sink: (event: TraceEvent) => void): () => void;
  /** Physical ranges whose stores shall be reported as `stored` events. */
  observeStores(ranges: readonly { readonly pa: Pa; readonly length: number }[]): void;
  /**
   * Virtual pages (addresses of their first bytes) whose next use by each hart is reported as a `translated` event, of
   * later uses perhaps none. Replaces the set. Cached translations of pages that are new in it are dropped.
   */
  observeUses(pages: readonly Va[]): void;
  /** Console bytes from the guest arrive here, as the guest writes them. */
  onConsole(sink: (bytes: Uint8Array) => void): () => void;
  /** Hears what a guest got wrong with a device, each text once. */
  onRemark(sink: (text: string) => void): void;
  /** Queues console input; the guest sees it from the next instruction boundary on. It is stamped and logged. */
  input(bytes: Uint8Array): void;
  /** A hash over all architectural state: registers, RAM, devices. Same history, same hash, on every host. */
  stateHash(): string;
  save(): Plain;
  restore(snapshot: Plain): void;
}

/** What going back in time needs of a machine. */
export interface TravelMachine extends Machine {
  /** Where it stands. */
  readonly point: Point;
  /** Told when something new comes from outside: what was recorded for later does not come any more. */
  onNewInput: () => void;
  /** Everything but RAM. */
  saveState(): Plain;
  /** Puts back what `saveState` returned, and these pages of RAM by number. Nothing is printed twice. */
  restoreState(state: Plain, pages: Iterable<readonly [number, Uint8Array]>): void;
  /** Does at once what a debugger did to the machine where it stands, when that was recorded. */
  applyEdits(): void;
  /** The pages of RAM that may have changed since the last call, by number. */
  takeChangedPages(): number[];
  /** A copy of a page of RAM. */
  readPage(page: number): Uint8Array;
  /** What the guest prints from now on is another future's: it is printed though something was printed there before. */
  showAnew(): void;
}

/** Whether a machine can be gone back in. */
export const canTravel = (machine: Machine): machine is TravelMachine => 'restoreState' in machine;
