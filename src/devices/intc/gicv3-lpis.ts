/**
 * Locality-specific interrupts (LPIs) as redistributors have them: their configuration lies in a table in memory that all share,
 * what is pending in one of each. Both are memory's; a redistributor keeps what is pending, with its configuration as it was
 * last asked to read it.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), chapter 5 "Locality-specific Peripheral Interrupts and the ITS"
 */
import type { BusMaster } from '../device';
import type { GicCandidate } from './gic-interrupts';
import { FIRST_LPI } from './gicv3-interface';

/** One that is pending. */
type PendingLpi = { id: number; priority: number; isEnabled: boolean };

export type LpiState = {
  /** GICR_CTLR.EnableLPIs. */
  isOn: boolean;
  /** GICR_PROPBASER and GICR_PENDBASER. */
  configuration: bigint;
  table: bigint;
  /** In no order; none twice. */
  pending: PendingLpi[];
};

export const freshLpis = (): LpiState => ({ isOn: false, configuration: 0n, table: 0n, pending: [] });

/** Bits of an id. */
export const LPI_BITS = 16;
const ADDRESS = { configuration: 0xf_ffff_ffff_f000n, table: 0xf_ffff_ffff_0000n } as const;
const KEPT = { configuration: 0x070f_ffff_ffff_ff9fn, table: 0x470f_ffff_ffff_0f80n } as const;
/** GICR_PENDBASER.PTZ: the table has zeros only; reads as 0. */
const IS_ZERO = 1n << 62n;
/** Ids that are in no table are enabled nowhere. */
const OFF = { priority: 0, isEnabled: false } as const;

/** A register's half is written. */
const halfWritten = (old: bigint, offset: number, word: number, mask: number): bigint => {
  const shift = offset & 4 ? 32n : 0n;
  return (old & ~(BigInt(mask) << shift)) | (BigInt(word) << shift);
};

/** The rules; the state is the controller's. */
export class Gicv3Lpis {
  /** @param stateOf of a processor; @param remark says what a guest got wrong */
  constructor(
    private readonly memory: BusMaster,
    private readonly stateOf: (processor: number) => LpiState | undefined,
    private readonly remark: (text: string) => void,
  ) {}

  /** The most urgent one that a processor has, of equal ones that with the lowest id. LPIs are group 1. */
  best(processor: number): GicCandidate | undefined {
    const state = this.stateOf(processor);
    if (!state?.isOn) return undefined;
    let best: PendingLpi | undefined;
    for (const one of state.pending) {
      if (!one.isEnabled || (best && (one.priority - best.priority || one.id - best.id) >= 0)) continue;
      best = one;
    }
    return best && { id: best.id, priority: best.priority, group: 1 };
  }

  /** Makes one pending, or not. Without EnableLPIs nothing becomes so. */
  set(processor: number, id: number, isPending: boolean): void {
    const state = this.stateOf(processor);
    if (!state?.isOn || id < FIRST_LPI || id >= 2 ** LPI_BITS) return;
    const others = state.pending.filter((one) => one.id !== id);
    if (isPending && others.length < state.pending.length) return;
    state.pending = isPending ? [...others, { id, ...this.#read(state, id) }] : others;
    this.#note(state, id, isPending);
  }

  /** What is pending at one processor moves to another: one, or all. */
  move(from: number, to: number, id?: number): void {
    const source = this.stateOf(from);
    if (from === to || !source) return;
    const moved = source.pending.filter((one) => id === undefined || one.id === id);
    for (const one of moved) this.set(from, one.id, false);
    for (const one of moved) this.set(to, one.id, true);
  }

  /** The configuration of one, or of all, is read again. */
  invalidate(processor: number, id?: number): void {
    const state = this.stateOf(processor);
    if (!state) return;
    state.pending = state.pending.map((one) =>
      id === undefined || one.id === id ? { id: one.id, ...this.#read(state, one.id) } : one,
    );
  }

  /** EnableLPIs is written: what was pending in memory is so. */
  switch(processor: number, isOn: boolean): void {
    const state = this.stateOf(processor);
    if (!state || state.isOn === isOn) return;
    state.isOn = isOn;
    state.pending = [];
    if (!isOn || state.table & IS_ZERO) return;
    const bytes = this.memory.readMemory(state.table & ADDRESS.table, this.#idsOf(state) >> 3);
    if (!bytes) {
      this.remark(`the table of pending interrupts at 0x${(state.table & ADDRESS.table).toString(16)} is no RAM`);
      return;
    }
    for (let id = FIRST_LPI; id < 8 * bytes.length; id++) {
      if (((bytes[id >> 3] ?? 0) >> (id & 7)) & 1) state.pending.push({ id, ...this.#read(state, id) });
    }
  }

  writeConfiguration(processor: number, offset: number, word: number, mask: number): void {
    const state = this.stateOf(processor);
    if (!state || state.isOn) return;
    state.configuration = halfWritten(state.configuration, offset, word, mask) & KEPT.configuration;
  }

  writeTable(processor: number, offset: number, word: number, mask: number): void {
    const state = this.stateOf(processor);
    if (!state || state.isOn) return;
    state.table = halfWritten(state.table, offset, word, mask) & KEPT.table;
  }

  /** GICR_PENDBASER as it is read. */
  readTable(processor: number): bigint {
    return (this.stateOf(processor)?.table ?? 0n) & ~IS_ZERO;
  }

  /** Ids up to this one have a place in the tables. */
  #idsOf({ configuration }: LpiState): number {
    return 2 ** Math.min(LPI_BITS, Number(configuration & 0x1fn) + 1);
  }

  #read(state: LpiState, id: number): { readonly priority: number; readonly isEnabled: boolean } {
    if (id >= this.#idsOf(state)) return OFF;
    const at = (state.configuration & ADDRESS.configuration) + BigInt(id - FIRST_LPI);
    const byte = this.memory.readMemory(at, 1)?.[0];
    if (byte === undefined) {
      this.remark(`the configuration of interrupt ${id} at 0x${at.toString(16)} is no RAM`);
      return OFF;
    }
    return { priority: byte & 0xfc, isEnabled: (byte & 1) === 1 };
  }

  /** The table in memory says it, too. */
  #note(state: LpiState, id: number, isPending: boolean): void {
    if (id >= this.#idsOf(state)) return;
    const at = (state.table & ADDRESS.table) + BigInt(id >> 3);
    const byte = this.memory.readMemory(at, 1)?.[0];
    const bit = 1 << (id & 7);
    if (byte !== undefined) this.memory.writeMemory(at, Uint8Array.of(isPending ? byte | bit : byte & ~bit));
    else this.remark(`the table of pending interrupts at 0x${at.toString(16)} is no RAM`);
  }
}
