/**
 * Counts how often an instruction trapped, was returned to, and trapped again before anything else of its world executed:
 * a handler that changes nothing. Worlds are told apart by their fetch contexts, so what a handler does meanwhile,
 * its own traps included, does not matter. Nothing that the guest can see, but what decides when it is found to be stuck.
 */

const CONTEXTS = 16;

/** How often in a row a trap has come without progress; 0 the first time. */
export interface Retried {
  readonly count: number;
  /** Of these, those since the last interrupt. */
  readonly quiet: number;
}

/** One context's attempt, plain data. */
export interface Attempt extends Retried {
  readonly [key: string]: bigint | number;
  /** Where the last trap return into this context led, and the hart's instructions then. */
  returnedTo: bigint;
  returnedAt: bigint;
  cause: number;
  epc: bigint;
  tval: bigint;
  count: number;
  quiet: number;
}

/** What one hart tried again. */
export class Retries {
  #attempts: readonly Attempt[] = Array.from({ length: CONTEXTS }, () => ({
    returnedTo: 0n,
    returnedAt: -1n,
    cause: -1,
    epc: 0n,
    tval: 0n,
    count: 0,
    quiet: 0,
  }));

  /** A trap return led to `pc` in `context`; `retired` counts the return itself. */
  returned(context: number, pc: bigint, retired: bigint): void {
    const attempt = this.#attempts[context];
    if (!attempt) return;
    attempt.returnedTo = pc;
    attempt.returnedAt = retired;
  }

  /** An exception came in `context`. */
  trapped(context: number, cause: number, epc: bigint, tval: bigint, retired: bigint): Retried {
    const attempt = this.#attempts[context];
    if (!attempt) return NEVER;
    const isAgain =
      attempt.returnedAt === retired &&
      attempt.returnedTo === epc &&
      attempt.cause === cause &&
      attempt.epc === epc &&
      attempt.tval === tval;
    attempt.count = isAgain ? attempt.count + 1 : 0;
    attempt.quiet = isAgain ? attempt.quiet + 1 : 0;
    attempt.cause = cause;
    attempt.epc = epc;
    attempt.tval = tval;
    return attempt;
  }

  /** An interrupt came in `context`. */
  interrupted(context: number, retired: bigint): Retried {
    const attempt = this.#attempts[context];
    if (!attempt) return NEVER;
    if (attempt.returnedAt !== retired) attempt.count = 0;
    attempt.quiet = 0;
    return NEVER;
  }

  save(): readonly Attempt[] {
    return this.#attempts.map((attempt) => ({ ...attempt }));
  }

  restore(attempts: readonly Attempt[]): void {
    this.#attempts = attempts.map((attempt) => ({ ...attempt }));
  }

  /** Counts from 0 again. */
  forget(): void {
    for (const attempt of this.#attempts) {
      attempt.count = 0;
      attempt.quiet = 0;
    }
  }
}

const NEVER: Retried = { count: 0, quiet: 0 };
