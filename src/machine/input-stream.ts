/**
 * Console input between its arrival and the guest: the one log that all input passes. A point at which input can come is
 * told by the retired count, the traps taken at that count, and whether a hart was about to execute or none could; a replay
 * passes the same points, however either run was sliced or stopped.
 */
import type { InputRecord } from './contract';

export class InputStream {
  readonly log: InputRecord[] = [];
  #arrived: Uint8Array[] = [];
  #scheduled: readonly InputRecord[] = [];
  /** Traps taken at the count {@link #trapsAt}. */
  #traps = 0;
  #trapsAt = -1n;

  /** Bytes come in live; the next point that a run passes takes them. */
  arrive(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#arrived.push(bytes.slice());
  }

  /** Recorded inputs to come at their points, in their order. */
  schedule(log: readonly InputRecord[]): void {
    this.#scheduled = log;
  }

  /** Instructions until the next scheduled input, when it lies ahead. */
  distance(retired: bigint): bigint | undefined {
    const next = this.#scheduled[0];
    return next && next.at > retired ? next.at - retired : undefined;
  }

  /** A trap was taken. True: input is scheduled at this very count, so the run must pass a point. */
  countTrap(retired: bigint): boolean {
    this.#traps = retired === this.#trapsAt ? this.#traps + 1 : 1;
    this.#trapsAt = retired;
    return this.#scheduled[0]?.at === retired;
  }

  /** Input that comes at this point, now logged. */
  take(retired: bigint, isIdle: boolean): Uint8Array | undefined {
    const traps = retired === this.#trapsAt ? this.#traps : 0;
    const next = this.#scheduled[0];
    if (next && next.at === retired && next.traps === traps && next.isIdle === isIdle) {
      this.#scheduled = this.#scheduled.slice(1);
      this.log.push(next);
      return next.bytes;
    }
    const bytes = this.#arrived.shift();
    if (bytes) this.log.push({ at: retired, traps, isIdle, bytes });
    return bytes;
  }
}
