/**
 * What an ISA's TypeScript helpers (CSR access, trap entry and return, fences) may do to the hart they run on.
 * The engine implements it over the hart's state in wasm memory; the ISA holds no state of its own.
 */
import type { Access } from './translation';

/** What a hypervisor is told of a trap beyond its cause and tval. */
export interface TrapDetail {
  /** The address after stage 1 that stage 2 did not translate. */
  readonly guestPhysical?: bigint;
  /** The access was none of the instruction's own: stage 1 was reading or updating one of its table entries. */
  readonly implicit?: 'read' | 'write';
  /** tval is an address in a guest's space; decided by the mode when absent. */
  readonly isGuestAddress?: boolean;
  /** A second word beside tval that is no guest physical address: EXITINFO2 of AMD's SVM. */
  readonly second?: bigint;
}

/**
 * Thrown by helpers to take a synchronous trap instead of completing the instruction. No Error: a guest's trap is nothing
 * that went wrong here, and recording a stack takes longer than the trap.
 */
export class Trap {
  constructor(
    readonly trapCause: number,
    readonly tval: bigint,
    readonly detail?: TrapDetail,
  ) {}
}

/** Cached translations of a hart: all, those of the contexts that {@link EngineIsa.guestContexts} names, or those of the others. */
export type TranslationScope = 'all' | 'host' | 'guest';

/**
 * A fence that the guest asked for: what was stored in tables before it holds for translations after it. Without `address`
 * or `asid` for all of them. `stage2`: the address is a guest physical one, and `asid` names the guest.
 */
export interface Fence {
  readonly of: 'host' | 'guest' | 'stage2';
  readonly address?: bigint;
  readonly asid?: number;
}

/** What a machine answers itself: calls to firmware (SBI, PSCI), or to a debugger's host. */
export type FirmwareService = 'firmware' | 'semihosting';

/** The space that a board has where it answers semihosting; what it reads says nothing more. */
export const SEMIHOSTING = 'semihosting';

/** Thrown by helpers when the machine itself shall answer; nothing of the instruction is done yet. */
export class FirmwareCall extends Error {
  constructor(readonly service: FirmwareService = 'firmware') {
    super('firmware call');
  }
}

/** Bytes of one access. */
export type BusWidth = 1 | 2 | 4 | 8;

export interface HartState {
  readonly hart: number;
  /** Address of the instruction being executed. */
  readonly pc: bigint;
  /** Length of the instruction being executed, bytes, and its raw word. */
  readonly length: number;
  readonly word: number;
  /** Register of a file or view by its number; unsigned, of the width the {@link StateLayout} gives. */
  read(file: string, index: number): bigint;
  write(file: string, index: number, value: bigint): void;
  /** A named 64-bit slot; unsigned. */
  get(slot: string): bigint;
  set(slot: string, value: bigint): void;
  /** The cells of a bank. Storing to them is writing the state; nobody is told. */
  bank(name: string): BigUint64Array;
  /** Where execution goes on after this instruction, when not at the next one. */
  jump(target: bigint): void;
  /**
   * This instruction calls more privileged code without an exception (x86's SYSCALL): `cause` names it among the instruction
   * set's causes, so that debuggers treat it as a trap. `jump` and `contextChanged` are told as by any helper.
   */
  called(cause: number): void;
  /**
   * From `EngineIsa.takeTrap`: what was taken in the end is another exception than was asked for, as when delivering it leaves a
   * guest. Debuggers hear of this one.
   */
  tookInstead(cause: number, tval: bigint, detail?: TrapDetail): void;
  /**
   * Drop cached translations of this hart; all of them without `scope`. Address spaces are not told apart. `fence` when the
   * guest asked for it: only those who look on depend on that. `everywhere`: of all harts.
   */
  flushTranslations(scope?: TranslationScope, fence?: Fence, everywhere?: boolean): void;
  /** Cached code may be stale (fence.i). */
  flushCode(): void;
  /** Privilege or translation context changed: the engine re-derives what it caches about it. */
  contextChanged(): void;
  /** Interrupt-enable or pending state changed: look for a deliverable interrupt before the next instruction. */
  interruptsChanged(): void;
  /** A timer of the hart's own registers was set anew: the board looks when it is due. */
  timersChanged(): void;
  /** Stop retiring until an interrupt is pending. */
  wait(): void;
  /**
   * Give up: nothing more is executed until a reset, as when x86 can enter no handler of a double fault. The machine stops.
   * @param why for users: what led there
   */
  shutDown(why: string): void;
  /** Guest time in board timer ticks (the `time` CSR). */
  readonly time: bigint;
  /** Cycles and retired instructions of this hart, up to but excluding the current instruction. */
  readonly cycles: bigint;
  readonly retired: bigint;
  /**
   * Loads and stores on behalf of the instruction; throws {@link Trap} on a fault. They run with its privilege, or
   * with `as`, an effective privilege as `EngineIsa.cpuTranslate` takes it.
   */
  load(address: bigint, bytes: 1 | 2 | 4 | 8, as?: number): bigint;
  store(address: bigint, bytes: 1 | 2 | 4 | 8, value: bigint, as?: number): void;
  /** Checks without performing an access. */
  check(address: bigint, access: Access): void;
  /**
   * Physical memory past all translation, RAM or device, for structures that the processor itself reads and writes (a VMCB, a
   * table entry). `undefined` or false where nothing answers.
   */
  loadPhysical(address: bigint, bytes: BusWidth): bigint | undefined;
  storePhysical(address: bigint, bytes: BusWidth, value: bigint): boolean;
  /**
   * An address space of its own beside memory, by the name the board has it under: x86's `port`, LoongArch's `iocsr`, Arm's
   * `sysreg` for system registers that are a device's. `undefined` or false where nothing answers.
   */
  readSpace(space: string, address: number, bytes: BusWidth): bigint | undefined;
  writeSpace(space: string, address: number, bytes: BusWidth, value: bigint): boolean;
}

/** Completes an instruction in TypeScript. `field` gives the instruction's fields by name. */
export type Helper = (state: HartState, field: (name: string) => number) => void;

/**
 * What an instruction asks of TypeScript with up to three operands (0 where it has fewer) and the plain value of a field;
 * yields 64 bits, unsigned. It may change slots and throw a {@link Trap}.
 */
export type IsaFunction = (state: HartState, a: bigint, b: bigint, c: bigint, field: number) => bigint;

/** What instructions need to be open before they execute, such as a floating-point unit. */
export interface Guard {
  /** Whether they need not ask; looked at whenever the context changed. */
  isOpen(state: HartState): boolean;
  /** Opens it as `argument` asks, or traps. `field` gives the instruction's fields where a program decodes. */
  open(state: HartState, argument: number, field: (name: string) => number): void;
}
