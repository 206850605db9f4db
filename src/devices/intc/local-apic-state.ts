/**
 * The state of one local APIC, and what follows from it without the others: priorities, registers as they are read, whom a message
 * is for.
 * @see AMD64 APM volume 2, chapter 16 "Advanced Programmable Interrupt Controller (APIC)"
 */
import { type ApicMessage, DELIVERY, EVERYBODY } from './apic-message';
import { APIC, LVT, LVT_ENTRIES, LVT_INDEX, VERSION_VALUE } from './local-apic-registers';
import { type ApicTimer, type ApicTimerMode, currentCount, divisorOf, stoppedTimer } from './local-apic-timer';

const VECTORS_PER_WORD = 32;
const WORDS = 8;
const FLAT = 0xffff_ffff;

export type LocalApicState = {
  tpr: number;
  ldr: number;
  dfr: number;
  svr: number;
  /** What ESR shows, and errors since it was written. */
  esr: number;
  errors: number;
  icr: number;
  icrHigh: number;
  divide: number;
  lvt: number[];
  isr: number[];
  tmr: number[];
  irr: number[];
  timer: ApicTimer;
  /** A message asks for an interrupt of the controller at LINT0. */
  external: boolean;
};

/** Which APIC it is, and in which mode. */
export interface ApicIdentity {
  readonly processor: number;
  readonly isX2: boolean;
}

/** The highest vector in a set of 256; -1 for none. */
export const highestVector = (words: readonly number[]): number => {
  for (let word = WORDS - 1; word >= 0; word--) {
    const bits = words[word] ?? 0;
    if (bits !== 0) return VECTORS_PER_WORD * word + 31 - Math.clz32(bits);
  }
  return -1;
};

/** Puts a vector into a set, or takes it out. */
export const setVector = (words: number[], vector: number, isSet: boolean): void => {
  const bit = 1 << (vector & 31);
  const old = words[vector >> 5] ?? 0;
  words[vector >> 5] = (isSet ? old | bit : old & ~bit) >>> 0;
};

export const hasVector = (words: readonly number[], vector: number): boolean =>
  (((words[vector >> 5] ?? 0) >>> (vector & 31)) & 1) === 1;

/** Processor priority: the task's, or the class of what is in service where that is higher (16.6.4). */
export const processorPriority = ({ tpr, isr }: Pick<LocalApicState, 'tpr' | 'isr'>): number => {
  const inService = Math.max(highestVector(isr), 0) & 0xf0;
  return (tpr & 0xf0) >= inService ? tpr : inService;
};

/** Arbitration priority (16.6.2). */
export const arbitrationPriority = ({ tpr, isr, irr }: LocalApicState): number => {
  const [requested, inService] = [Math.max(highestVector(irr), 0) & 0xf0, Math.max(highestVector(isr), 0) & 0xf0];
  const task = tpr & 0xf0;
  return task >= requested && task > inService ? tpr : Math.max(task, inService, requested);
};

/** How its timer counts. */
export const timerModeOf = (apic: LocalApicState): ApicTimerMode => ({
  divisor: divisorOf(apic.divide),
  isPeriodic: ((apic.lvt[LVT_INDEX.timer] ?? 0) & LVT.MODE) === LVT.PERIODIC,
});
/** Its timer waits for a time. */
export const isDeadline = (apic: LocalApicState): boolean =>
  ((apic.lvt[LVT_INDEX.timer] ?? 0) & LVT.MODE) === LVT.DEADLINE;

/** A register by its number; undefined where there is none. @param now guest nanoseconds */
export const registerOf = (
  apic: LocalApicState,
  { processor, isX2 }: ApicIdentity,
  number: number,
  now: bigint,
): number | undefined => {
  if (number >= APIC.ISR && number < APIC.ISR + WORDS) return apic.isr[number - APIC.ISR];
  if (number >= APIC.TMR && number < APIC.TMR + WORDS) return apic.tmr[number - APIC.TMR];
  if (number >= APIC.IRR && number < APIC.IRR + WORDS) return apic.irr[number - APIC.IRR];
  if (number >= APIC.LVT_TIMER && number <= APIC.LVT_ERROR) return apic.lvt[number - APIC.LVT_TIMER];
  switch (number) {
    case APIC.ID:
      return isX2 ? processor : (processor << 24) >>> 0;
    case APIC.VERSION:
      return VERSION_VALUE;
    case APIC.TPR:
      return apic.tpr;
    case APIC.APR:
      return arbitrationPriority(apic);
    case APIC.PPR:
      return processorPriority(apic);
    case APIC.EOI:
    case APIC.RRR:
      return 0;
    case APIC.LDR:
      return isX2 ? x2LogicalId(processor) : apic.ldr;
    case APIC.DFR:
      return apic.dfr;
    case APIC.SVR:
      return apic.svr;
    case APIC.ESR:
      return apic.esr;
    case APIC.ICR:
      return apic.icr;
    case APIC.ICR_HIGH:
      return apic.icrHigh;
    case APIC.INITIAL_COUNT:
      return apic.timer.initial;
    case APIC.CURRENT_COUNT:
      return isDeadline(apic) ? 0 : currentCount(apic.timer, timerModeOf(apic), now);
    case APIC.DIVIDE:
      return apic.divide;
    default:
      return undefined;
  }
};

/** In x2APIC mode the logical id follows from the id: 16 to a cluster. */
const x2LogicalId = (processor: number): number => (((processor >>> 4) << 16) | (1 << (processor & 15))) >>> 0;

/** A message is for this APIC. */
export const isMeantFor = (
  { ldr, dfr }: LocalApicState,
  { processor, isX2 }: ApicIdentity,
  { destination, isLogical }: ApicMessage,
): boolean => {
  if (!isLogical) return destination === EVERYBODY || destination === processor;
  if (isX2) {
    const own = x2LogicalId(processor);
    return destination === EVERYBODY || (own >>> 16 === destination >>> 16 && (own & destination & 0xffff) !== 0);
  }
  const own = ldr >>> 24;
  if (dfr === FLAT) return (own & destination & 0xff) !== 0;
  const isCluster = own >>> 4 === ((destination >>> 4) & 0xf) || (destination & 0xf0) === 0xf0;
  return isCluster && (own & destination & 0xf) !== 0;
};

/**
 * At reset everything is masked but LINT0 of the first processor, which lets the PIC through ("virtual wire"): firmware does this
 * on hardware, and kernels that know no APIC rely on it.
 */
export const resetState = (processor: number): LocalApicState => {
  const words = (): number[] => new Array<number>(WORDS).fill(0);
  const lvt = LVT_ENTRIES.map((_, index) =>
    processor === 0 && index === LVT_INDEX.lint0 ? DELIVERY.external << 8 : LVT.MASKED,
  );
  return {
    tpr: 0,
    ldr: 0,
    dfr: FLAT,
    svr: 0xff,
    esr: 0,
    errors: 0,
    icr: 0,
    icrHigh: 0,
    divide: 0,
    lvt,
    isr: words(),
    tmr: words(),
    irr: words(),
    timer: stoppedTimer(),
    external: false,
  };
};
