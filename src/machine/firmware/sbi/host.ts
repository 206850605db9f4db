/** What SBI firmware needs of a machine. The machine implements it; tests use a plain object. */
import type { Pa, Va } from '../../../base/address';
import type { PowerEvent } from '../../../devices/device';

/** HSM hart states, as `sbi_hart_get_status` numbers them. */
export const HART_STATE = {
  STARTED: 0,
  STOPPED: 1,
  START_PENDING: 2,
  STOP_PENDING: 3,
  SUSPENDED: 4,
  SUSPEND_PENDING: 5,
  RESUME_PENDING: 6,
} as const;
export type HartState = (typeof HART_STATE)[keyof typeof HART_STATE];

/** Virtual addresses `start` up to `start + size`; both are bytes. */
export interface FenceRange {
  readonly start: bigint;
  readonly size: bigint;
}

/** Where a hart begins in S-mode with a0 = its id, a1 = `opaque`, satp = 0 and interrupts off. */
export interface HartEntry {
  readonly at: Pa;
  readonly opaque: bigint;
}

export interface SbiHost {
  /** Hart ids are 0 to `harts` − 1. */
  readonly harts: number;
  readonly identity: { readonly mvendorid: bigint; readonly marchid: bigint; readonly mimpid: bigint };
  /** Clears the hart's supervisor timer interrupt and sets it once mtime ≥ `at` (ticks; all ones: never). */
  setTimer(hart: number, at: bigint): void;
  /** Sets or clears the hart's supervisor software interrupt (mip.SSIP). */
  setSoftwareInterrupt(hart: number, level: boolean): void;
  /** `fence.i` on `hart`. */
  fenceInstructions(hart: number): void;
  /** `sfence.vma` on `hart`: all addresses without `range`, all address spaces without `asid`. */
  fenceMemory(hart: number, range: FenceRange | undefined, asid: bigint | undefined): void;
  /** `hfence.gvma` or `hfence.vvma` on `hart`, of either kind of guest address: both stages' cached translations go. */
  fenceGuest(hart: number, range: FenceRange | undefined): void;
  hartState(hart: number): HartState;
  /** Only called for a stopped hart. */
  startHart(hart: number, entry: HartEntry): void;
  /** Only called for the calling hart. */
  stopHart(hart: number): void;
  /** Suspends the calling hart until an enabled interrupt is pending; with `resume` it then begins there anew. */
  suspendHart(hart: number, resume: HartEntry | undefined): void;
  /** RAM and flash contents; `undefined` when any byte is neither. */
  readMemory(at: Pa, length: number): Uint8Array | undefined;
  /** False, and nothing written, when any byte is not RAM. */
  writeMemory(at: Pa, bytes: Uint8Array): boolean;
  /** Reads as the hart's supervisor would, without side effects; `undefined` when that would fault. */
  readVirtual(hart: number, at: Va, length: number): Uint8Array | undefined;
  /** Sends bytes to the guest's console. */
  writeConsole(bytes: Uint8Array): void;
  /** Takes up to `limit` bytes typed at the console; empty when there are none. */
  readConsole(limit: number): Uint8Array;
  power(event: PowerEvent): void;
}
