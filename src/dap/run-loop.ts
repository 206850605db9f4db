/**
 * Lets the guest run in slices of about ten milliseconds and the host's event loop between them, so that pause, console
 * input and every other request are answered while it runs.
 */
import type { Host } from '../base/host';
import type { SliceResult, Stop } from '../debug/stop';
import type { DebugTarget } from '../debug/target';

/** Wall milliseconds a slice should take. */
const GOAL = 10;
const LEAST = 20_000n;
const MOST = 50_000_000n;

export class RunLoop {
  private budget = 500_000n;
  private generation = 0;
  private isLooping = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly host: Host,
    /** Called after every slice: console output, stale views. `isIdle`: only console input can make the guest go on. */
    private readonly onSlice: (isIdle: boolean) => void,
    private readonly onStop: (stop: Stop) => void,
    private readonly onBug: (error: unknown) => void,
  ) {}

  get isRunning(): boolean {
    return this.isLooping;
  }

  /** Runs `target` on from `first` until it stops or {@link halt} is called. */
  start(target: DebugTarget, first: SliceResult): void {
    const generation = ++this.generation;
    this.isLooping = true;
    this.loop(target, first, generation).catch((error: unknown) => {
      if (generation === this.generation) this.isLooping = false;
      this.onBug(error);
    });
  }

  /** Stops calling the machine; the guest stands where it is. True when it was running. */
  halt(): boolean {
    const was = this.isLooping;
    this.isLooping = false;
    this.generation++;
    this.poke();
    return was;
  }

  /** Console input arrived: a guest that waited for it goes on. */
  poke(): void {
    this.wake?.();
    this.wake = undefined;
  }

  private async loop(target: DebugTarget, first: SliceResult, generation: number): Promise<void> {
    let result = first;
    while (generation === this.generation) {
      if (result.kind === 'stopped') {
        this.isLooping = false;
        this.onSlice(false);
        this.onStop(result.stop);
        return;
      }
      if (result.kind === 'idle') {
        this.onSlice(true);
        if (generation !== this.generation) return;
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      } else await this.host.yield();
      if (generation !== this.generation) return;
      const before = this.host.wallClock();
      result = target.slice(this.budget);
      this.adapt(this.host.wallClock() - before);
      this.onSlice(false);
    }
  }

  private adapt(elapsed: number): void {
    if (elapsed > GOAL * 1.5) this.budget = (this.budget * 2n) / 3n;
    else if (elapsed < GOAL * 0.7) this.budget = (this.budget * 3n) / 2n;
    if (this.budget < LEAST) this.budget = LEAST;
    if (this.budget > MOST) this.budget = MOST;
  }
}
