/**
 * The timer of a local APIC: counts nanoseconds of guest time, divided, from a count down to 0; or waits for a time (TSC deadline).
 * @see AMD64 APM volume 2, 16.4.1 "APIC Timer Interrupt"
 */

export type ApicTimer = {
  /** What was written to the initial count. */
  initial: number;
  /** The count at guest time `since`. It counts from there; 0 stands still. */
  from: number;
  since: bigint;
  /** Guest nanoseconds; 0 for none. */
  deadline: bigint;
};

export const stoppedTimer = (): ApicTimer => ({ initial: 0, from: 0, since: 0n, deadline: 0n });

/** Nanoseconds of one count, by the divide configuration register. */
export const divisorOf = (divide: number): bigint => {
  const code = (divide & 3) | ((divide >>> 1) & 4);
  return 1n << BigInt((code + 1) & 7);
};

/** How it counts: the divisor, and whether it begins anew at 0. */
export interface ApicTimerMode {
  readonly divisor: bigint;
  readonly isPeriodic: boolean;
}

export const currentCount = (timer: ApicTimer, { divisor, isPeriodic }: ApicTimerMode, now: bigint): number => {
  const ticks = (now - timer.since) / divisor;
  const left = BigInt(timer.from) - ticks;
  if (left > 0n || timer.from === 0) return Number(left > 0n ? left : 0n);
  if (!isPeriodic || timer.initial === 0) return 0;
  return timer.initial - Number(-left % BigInt(timer.initial));
};

/** Goes on from the present count, before the mode changes. */
export const rebase = (timer: ApicTimer, mode: ApicTimerMode, now: bigint): void => {
  const from = currentCount(timer, mode, now);
  timer.since = now - ((now - timer.since) % mode.divisor);
  timer.from = from;
};

/** Guest nanoseconds at which the count is 0 for the next time; undefined where it stands. */
export const expiry = (timer: ApicTimer, { divisor }: ApicTimerMode): bigint | undefined =>
  timer.from === 0 ? undefined : timer.since + BigInt(timer.from) * divisor;

/** The count was 0 at {@link expiry}: a periodic timer begins anew, from the last time that this has been so. */
export const expire = (timer: ApicTimer, { divisor, isPeriodic }: ApicTimerMode, now: bigint): void => {
  const due = expiry(timer, { divisor, isPeriodic });
  if (due === undefined) return;
  timer.from = isPeriodic ? timer.initial : 0;
  const period = BigInt(timer.initial) * divisor;
  timer.since = isPeriodic && period > 0n ? now - ((now - due) % period) : now;
};
