/**
 * Exceptions and interrupts of AArch64. A cause here is the exception class (EC) with a fault status code below it, and marks for
 * what the syndrome tells apart: see {@link causeOf}.
 * @see Arm ARM, D1.3 "Exceptions", and D19.2 "ESR_EL1"
 */

/** Exception classes, as ESR_ELx.EC has them for an exception from a lower level; from the same level it is one more where there are two. */
export const EC = {
  unknown: 0x00,
  wfx: 0x01,
  simd: 0x07,
  pauth: 0x09,
  bti: 0x0d,
  illegalState: 0x0e,
  svc: 0x15,
  hvc: 0x16,
  smc: 0x17,
  sysreg: 0x18,
  eret: 0x1a,
  fpac: 0x1c,
  instructionAbort: 0x20,
  pcAlignment: 0x22,
  dataAbort: 0x24,
  spAlignment: 0x26,
  mops: 0x27,
  fpException: 0x2c,
  serror: 0x2f,
  breakpoint: 0x30,
  softwareStep: 0x32,
  watchpoint: 0x34,
  brk: 0x3c,
} as const;

/** Fault status codes; the level of the table is added to the first five. */
export const FSC = {
  addressSize: 0x00,
  translation: 0x04,
  accessFlag: 0x08,
  permission: 0x0c,
  externalOfTable: 0x14,
  external: 0x10,
  alignment: 0x21,
  tlbConflict: 0x30,
  unsupportedUpdate: 0x31,
  unsupportedExclusive: 0x35,
} as const;

const STATUS_BITS = 6;
/** A data abort of a write. */
export const WRITE = 0x1000;
/** A control of EL2 (HCR_EL2, CPTR_EL2, stage 2, …) has it taken there. */
export const TO_EL2 = 0x2000;

/** The cause of a class and a fault status code, with {@link WRITE} and {@link TO_EL2} added where they apply. */
export const causeOf = (ec: number, status = 0, marks = 0): number => (ec << STATUS_BITS) | status | marks;

export const classOf = (cause: number): number => (cause >> STATUS_BITS) & 0x3f;
export const statusOf = (cause: number): number => cause & ((1 << STATUS_BITS) - 1);

/** Causes that instructions and the engine raise by themselves. */
export const CAUSE = {
  undefined: causeOf(EC.unknown),
  simd: causeOf(EC.simd),
  svc: causeOf(EC.svc),
  hvc: causeOf(EC.hvc),
  smc: causeOf(EC.smc),
  sysreg: causeOf(EC.sysreg),
  brk: causeOf(EC.brk),
  pcAlignment: causeOf(EC.pcAlignment),
  spAlignment: causeOf(EC.spAlignment),
  illegalState: causeOf(EC.illegalState),
  readAlignment: causeOf(EC.dataAbort, FSC.alignment),
  writeAlignment: causeOf(EC.dataAbort, FSC.alignment, WRITE),
  readExternal: causeOf(EC.dataAbort, FSC.external),
  writeExternal: causeOf(EC.dataAbort, FSC.external, WRITE),
  fetchExternal: causeOf(EC.instructionAbort, FSC.external),
  exclusiveOfDevice: causeOf(EC.dataAbort, FSC.unsupportedExclusive, WRITE),
} as const;

/** Causes of interrupts. */
export const INTERRUPT = { IRQ: 0, FIQ: 1, SError: 2, vIRQ: 3, vFIQ: 4, vSError: 5 } as const;
