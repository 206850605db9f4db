/** Causes of traps as numbers: what the processor is asked to take. How it is taken, exceptions.ts says. */

/** Vectors of exceptions. @see AMD64 APM volume 2, 8.2 */
export const VECTOR = {
  DE: 0,
  DB: 1,
  NMI: 2,
  BP: 3,
  OF: 4,
  BR: 5,
  UD: 6,
  NM: 7,
  DF: 8,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
  MF: 16,
  AC: 17,
  MC: 18,
  XF: 19,
  CP: 21,
} as const;

/** Marks of a cause beside its vector, and the error code in bits 23:8. */
export const MARK = {
  /** INT n, INT3 and INTO: the gate's privilege is checked, and the return is behind the instruction. INT n has tval 1. */
  software: 1 << 24,
  /** Intercepted: #VMEXIT. Bits 11:0 are the exit code; tval is EXITINFO1, the detail's `guestPhysical` or `second` EXITINFO2. */
  vmExit: 1 << 25,
  /** An operand is outside its segment, or its address not canonical: #SS or #GP, as its segment says when the trap is taken. */
  operand: 1 << 26,
  /** `called`: SYSCALL, SYSENTER. */
  call: 1 << 27,
  /** An exception that returns behind its instruction: INT1's. */
  trap: 1 << 30,
  /** A virtual interrupt of an SVM guest. */
  virtual: 1 << 28,
  /** The event that VMRUN injects; bits 7:0 are its vector, and the slot `injected` says the rest. */
  injected: 1 << 29,
} as const;

/** A cause with an error code. */
export const causeOf = (vector: number, errorCode = 0): number => vector | (errorCode << 8);
export const vectorOf = (cause: number): number => cause & 0xff;
export const errorCodeOf = (cause: number): number => (cause >> 8) & 0xffff;

export const CAUSE = {
  ...VECTOR,
  /** Operands outside their segments or at addresses that are not canonical. */
  operand: MARK.operand | VECTOR.GP,
  syscall: MARK.call | 1,
  sysenter: MARK.call | 2,
} as const;

/**
 * Causes of interrupts beside the vectors of external ones: what `pendingInterrupt` names an external one until its vector is asked
 * for, NMI, and INIT.
 */
export const INTERRUPT = { external: 0x100, nmi: 0x102, init: 0x104 } as const;

/** The cause by which an instruction or event is intercepted. */
export const vmExitOf = (exitCode: number): number => MARK.vmExit | exitCode;

/** Bits of a page fault's error code. @see AMD64 APM volume 2, 8.4.2 */
export const PF = { present: 1, write: 2, user: 4, reserved: 8, fetch: 16, protectionKey: 32 } as const;

/** Bits of the slot `lines`: interrupts as the board drives them. */
export const LINE = { intr: 1n, nmi: 2n, init: 4n } as const;
