/** What a session makes of a guest that says on its console that it has panicked. */
import { PANIC_GRACE, PanicWatch } from '../debug/panic-watch';

/** The panic of one run of a guest. */
export class GuestPanic {
  private readonly watch: PanicWatch;
  /** When the guest last printed something, in instructions. */
  private printed = 0n;
  /** The user has seen the guest stand at it; what follows ends the session, as it ends a run of the command line. */
  isShown = false;

  constructor(isPanic: (line: string) => boolean) {
    this.watch = new PanicWatch(isPanic);
  }

  /** Console output; `retired` instructions after the start. */
  add(bytes: Uint8Array, retired: bigint): void {
    this.watch.add(bytes);
    this.printed = retired;
  }

  /** The guest stands at a point of its run: before its panic nobody has seen that. */
  stands(retired: bigint): void {
    if (retired < this.printed) this.isShown = false;
  }

  /** The guest's words. */
  get text(): string | undefined {
    return this.watch.found;
  }

  /** Whether a guest that runs on has panicked and nothing more will come of it. */
  isOver(retired: bigint, isIdle: boolean): boolean {
    return this.text !== undefined && (isIdle || retired - this.printed >= PANIC_GRACE);
  }
}
