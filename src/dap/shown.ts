/** What a client was told while the guest stands and may still show: a change by hand refreshes this and no more. */
import type { Frame } from '../debug/stack';

/** Memory references whose readers are told of changes; a client that reads more of them forgets some itself. */
const MOST_REFERENCES = 64;

/** A piece of memory that a client has read; `from` and `to` are offsets to the reference, `to` exclusive. */
export interface ShownMemory {
  readonly reference: string;
  readonly from: number;
  readonly to: number;
}

/** Forgotten when the guest moves. */
export class Shown {
  private readonly stacks = new Map<number, { readonly count: number; readonly text: string }>();
  private readonly readings = new Map<string, ShownMemory>();

  /** The innermost frames of a hart, as many as the client has been told of at least. */
  noteStack(hart: number, frames: readonly Frame[]): void {
    if (frames.length < (this.stacks.get(hart)?.count ?? 0)) return;
    this.stacks.set(hart, { count: frames.length, text: stackText(frames) });
  }

  /** Whether a stack that the client was told of is another one now. `framesOf` gives a hart's innermost frames. */
  hasOtherStack(framesOf: (hart: number, count: number) => readonly Frame[]): boolean {
    return [...this.stacks].some(([hart, { count, text }]) => stackText(framesOf(hart, count)) !== text);
  }

  /** The client will ask again. */
  forgetStacks(): void {
    this.stacks.clear();
  }

  /** A client has read or written memory at offsets `from` to `to` of a reference, as it spelt it. */
  noteMemory(reference: string, from: number, to: number): void {
    const known = this.readings.get(reference);
    this.readings.delete(reference);
    this.readings.set(reference, {
      reference,
      from: Math.min(from, known?.from ?? from),
      to: Math.max(to, known?.to ?? to),
    });
    const [oldest] = this.readings.keys();
    if (this.readings.size > MOST_REFERENCES && oldest !== undefined) this.readings.delete(oldest);
  }

  get memory(): readonly ShownMemory[] {
    return [...this.readings.values()];
  }

  clear(): void {
    this.forgetStacks();
    this.readings.clear();
  }
}

const stackText = (frames: readonly Frame[]): string =>
  frames
    .map((frame) => (frame.kind === 'label' ? frame.name : `${frame.name} ${frame.physical.pc} ${frame.line}`))
    .join('\n');
