/**
 * ESR_ELx: what the syndrome of an exception says, of its cause and the instruction's word.
 * @see Arm ARM, D19.2 "ESR_EL1", the ISS encodings
 */
import type { TrapDetail } from '../core/privileged';
import { classOf, EC, statusOf, WRITE } from './causes';
import { isLoadStoreSyndrome, loadStoreSyndrome } from './transfers-syndrome';

/** Instruction length: 32 bits. */
const IL = 1n << 25n;
const EC_SHIFT = 26n;

const field = (word: number, low: number, width: number): bigint => BigInt((word >>> low) & ((1 << width) - 1));

/** Classes that are one more from the level that handles them. */
const OF_SAME_LEVEL: ReadonlySet<number> = new Set([
  EC.instructionAbort,
  EC.dataAbort,
  EC.breakpoint,
  EC.softwareStep,
  EC.watchpoint,
]);

/** Of `mrs`, `msr` and `sys`. */
const ofSysreg = (word: number): bigint =>
  (field(word, 19, 2) << 20n) |
  (field(word, 5, 3) << 17n) |
  (field(word, 16, 3) << 14n) |
  (field(word, 12, 4) << 10n) |
  (field(word, 0, 5) << 5n) |
  (field(word, 8, 4) << 1n) |
  field(word, 21, 1);

/** Condition code: always, and valid. */
const COND = 0x1en << 20n;

const DATA_ABORT = { ISV: 1n << 24n, FnV: 1n << 10n, CM: 1n << 8n, S1PTW: 1n << 7n, WnR: 1n << 6n } as const;

/** Fault status codes with the level in their low bits that stage 2 describes the access for: translation, flag, permission. */
const isOfStage2Entry = (status: number): boolean => status < 0x10 && status >= 4;

/** `dc` and `at` are of this class: their faults are of cache maintenance. */
const isMaintenance = (word: number): boolean => (word & 0xfff8_0000) >>> 0 === 0xd508_0000;

const ofDataAbort = (cause: number, word: number, isStage2: boolean, isOfWalk: boolean): bigint => {
  const status = statusOf(cause);
  let iss = BigInt(status);
  if (isMaintenance(word) && !isZero(word))
    return iss | DATA_ABORT.CM | DATA_ABORT.WnR | (isOfWalk ? DATA_ABORT.S1PTW : 0n);
  if (cause & WRITE) iss |= DATA_ABORT.WnR;
  if (isOfWalk) return iss | DATA_ABORT.S1PTW;
  if (isStage2 && isOfStage2Entry(status) && isLoadStoreSyndrome(word)) iss |= DATA_ABORT.ISV | loadStoreSyndrome(word);
  return iss;
};

/** `dc zva`, which stores. */
const isZero = (word: number): boolean => (word & 0xffff_ffe0) >>> 0 === 0xd50b_7420;

interface Taken {
  readonly cause: number;
  readonly word: number;
  readonly isFromSameLevel: boolean;
  readonly isStage2: boolean;
  readonly detail: TrapDetail | undefined;
}

const issOf = ({ cause, word, isStage2, detail }: Taken): bigint => {
  const isOfWalk = isStage2 && detail?.implicit !== undefined;
  switch (classOf(cause)) {
    case EC.wfx:
      // TI: wfi 0, wfe 1.
      return COND | (field(word, 5, 1) ^ 1n);
    case EC.simd:
      return COND;
    case EC.svc:
    case EC.hvc:
    case EC.smc:
    case EC.brk:
      return field(word, 5, 16);
    case EC.sysreg:
      return ofSysreg(word);
    case EC.instructionAbort:
      return BigInt(statusOf(cause)) | (isOfWalk ? DATA_ABORT.S1PTW : 0n);
    case EC.dataAbort:
      return ofDataAbort(cause, word, isStage2, isOfWalk);
    case EC.breakpoint:
      return DEBUG_STATUS;
    case EC.softwareStep:
      return STEPPED | DEBUG_STATUS | (isLoadExclusive(word) ? STEPPED_EXCLUSIVE : 0n);
    case EC.watchpoint:
      return (
        DEBUG_STATUS |
        (isMaintenance(word) && !isZero(word) ? DATA_ABORT.CM : 0n) |
        (cause & WRITE ? DATA_ABORT.WnR : 0n)
      );
    default:
      return BigInt(statusOf(cause));
  }
};

/** The fault status code of debug exceptions. */
const DEBUG_STATUS = 0x22n;
/** An instruction was stepped; it was a load-exclusive. */
const STEPPED = 1n << 24n;
const STEPPED_EXCLUSIVE = 1n << 6n;

const isLoadExclusive = (word: number): boolean => (word & 0x3fc0_0000) >>> 0 === 0x0840_0000;

const syndrome = (ec: number, iss: bigint): bigint => (BigInt(ec) << EC_SHIFT) | IL | iss;

/** ESR_ELx of a synchronous exception. */
export const syndromeOf = (taken: Taken): bigint => {
  const ec = classOf(taken.cause);
  return syndrome(taken.isFromSameLevel && OF_SAME_LEVEL.has(ec) ? ec + 1 : ec, issOf(taken));
};

/** Floating point that EL1 traps, but EL2 handles the exceptions of EL0: it is told no more than that it is undefined. */
export const UNKNOWN_SYNDROME = syndrome(EC.unknown, 0n);

/** ESR_ELx of an SError, with what is known of it. */
export const serrorSyndrome = (iss: bigint): bigint => syndrome(EC.serror, iss);
