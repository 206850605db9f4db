/**
 * Message-signalled interrupts of a PCI function (MSI-X): a table of addresses and data behind a BAR, and a capability with the
 * switches of all of them.
 * @see PCI Local Bus Specification 3.0, section 6.8.2 "MSI-X Capability and Table Structures"
 */
import type { BusMaster } from '../device';
import type { CapabilitySpec } from './configuration';

const MSIX_CAPABILITY = 0x11;
const CONTROL = { enable: 0x8000, mask: 0x4000 } as const;
const ENTRY_WORDS = 4;
const MASKED = 1;
/** Pending bits, from the start of the BAR; the table is in front. */
const PENDING = 0x800;
/** Bytes of the BAR. */
export const MSIX_BAR_BYTES = 0x1000;

export type MsixState = {
  /** By vector: address, its upper half, data, control. */
  table: number[];
  /** A bit a vector. */
  pending: number;
};

/** The capability of a function with so many vectors, at most 32, whose table lies in a BAR of its own. */
export const msixCapability = (vectors: number, bar: number): CapabilitySpec => {
  const body = new Uint8Array(10);
  const view = new DataView(body.buffer);
  view.setUint16(0, vectors - 1, true);
  view.setUint32(2, bar, true);
  view.setUint32(6, PENDING | bar, true);
  return { id: MSIX_CAPABILITY, body, writable: Uint8Array.of(0, (CONTROL.enable | CONTROL.mask) >> 8) };
};

/** The table of one function; `control` reads the capability's switches. */
export class Msix {
  state: MsixState;

  constructor(
    readonly vectors: number,
    private readonly memory: BusMaster,
    private readonly control: () => number,
  ) {
    this.state = this.#fresh();
  }

  /** Whether messages take the place of the interrupt wire. */
  get isOn(): boolean {
    return (this.control() & CONTROL.enable) !== 0;
  }

  /** Sends a vector's message, now or when its masks are open. */
  send(vector: number): void {
    if (vector >= this.vectors) return;
    this.state.pending |= 1 << vector;
    this.deliver();
  }

  /** Sends what waited for a mask; to be called when the switches changed. */
  deliver(): void {
    const { state } = this;
    const control = this.control();
    if (!(control & CONTROL.enable) || control & CONTROL.mask) return;
    for (let vector = 0; vector < this.vectors; vector++) {
      const [low = 0, high = 0, data = 0, mask = MASKED] = state.table.slice(ENTRY_WORDS * vector);
      if (!((state.pending >>> vector) & 1) || mask & MASKED) continue;
      state.pending &= ~(1 << vector);
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, data, true);
      this.memory.writeMemory((BigInt(high) << 32n) | BigInt(low), bytes);
    }
  }

  reset(): void {
    this.state = this.#fresh();
  }

  /** A word of the BAR. */
  read(offset: number): number {
    if (offset === PENDING) return this.state.pending >>> 0;
    return this.state.table[offset >> 2] ?? 0;
  }

  /** Words only: the specification has no narrower writes. */
  write(offset: number, value: number): void {
    const index = offset >> 2;
    if (index >= this.state.table.length) return;
    const kept = [0xffff_fffc, 0xffff_ffff, 0xffff_ffff, MASKED][index % ENTRY_WORDS] ?? 0;
    this.state.table[index] = (value & kept) >>> 0;
    this.deliver();
  }

  #fresh(): MsixState {
    const table = Array.from({ length: ENTRY_WORDS * this.vectors }, (_, index) =>
      index % ENTRY_WORDS === 3 ? MASKED : 0,
    );
    return { table, pending: 0 };
  }
}
