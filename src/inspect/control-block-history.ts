/** Control blocks of guests as they were when a guest was last entered by them, to tell what has changed since. */
import { pa } from '../base/address';
import { keepLast } from '../base/last-used';
import { isVmEntry } from '../isa/core/world';
import { isCrossing, type Machine, type TraceEvent } from '../machine/contract';

/** Blocks kept: the ones entered by last. */
const MOST_BLOCKS = 64;

/** A block at an entry. */
export interface EnteredBlock {
  readonly bytes: Uint8Array;
  readonly hart: number;
  /** Instructions retired by all processors. */
  readonly at: bigint;
}

export class ControlBlockHistory {
  private readonly blocks = new Map<bigint, EnteredBlock>();

  /** Takes an event; of entries the block is read at once. */
  note(machine: Machine, event: TraceEvent): void {
    const { controlBlock } = machine.isa;
    if (controlBlock === undefined || !isCrossing(event) || !isVmEntry(event.from, event.to)) return;
    const at = machine.cpus[event.hart]?.readRegister(controlBlock.register);
    const bytes = at === undefined ? undefined : machine.readPhysical(pa(at), controlBlock.bytes);
    if (at === undefined || bytes === undefined) return;
    keepLast(this.blocks, at, { bytes: bytes.slice(), hart: event.hart, at: event.at }, MOST_BLOCKS);
  }

  /** What was seen, for {@link restore}. */
  save(): ReadonlyMap<bigint, EnteredBlock> {
    return new Map(this.blocks);
  }

  restore(saved: ReadonlyMap<bigint, EnteredBlock>): void {
    this.blocks.clear();
    for (const [at, block] of saved) this.blocks.set(at, block);
  }

  /** The block at an address as it was at its last entry. */
  entered(at: bigint): EnteredBlock | undefined {
    return this.blocks.get(at);
  }

  /** Addresses of all blocks, the last used one first. */
  get all(): bigint[] {
    return [...this.blocks.keys()].reverse();
  }
}
