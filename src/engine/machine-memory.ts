/**
 * The one wasm memory: hart states, TLBs, decoded code, RAM and behind it the harts' banks, with typed views over it.
 * It never grows, so views stay valid.
 */
import type { EngineIsa } from '../isa/core/engine-isa';
import { type CodeLayout, layOutCode } from './code-layout';
import { HART_STATE_BYTES, HOT, PARKED, STATE } from './layout';
import { mapState, type StateMap } from './state-map';

/** A range of RAM: physical address of its first byte, and bytes, a multiple of 4096. */
export interface RamRange {
  readonly base: number;
  readonly size: number;
}

export class MachineMemory {
  readonly wasm: WebAssembly.Memory;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  readonly view: DataView;
  /** One byte per RAM page: 1 once anything may have been written to it. A page never touched is all zeros. */
  readonly touched: Uint8Array;
  /** The same since somebody asked last: see `Engine.takeChangedPages`. */
  readonly changed: Uint8Array;
  /** Offset of the first byte of RAM. */
  readonly ram: number;
  /** Where decoded code lies. */
  readonly code: CodeLayout;
  /** Where registers lie in a hart's state. */
  readonly state: StateMap;
  readonly #banks: readonly ReadonlyMap<string, BigUint64Array>[];
  #active = 0;

  /** Bytes of RAM in all ranges. */
  readonly ramSize: number;
  /** The ranges, and where each lies in this memory. */
  readonly #ram: readonly (RamRange & { readonly offset: number })[];

  /** Ranges of flash that reads as memory, and where there is room for copies of its pages. */
  readonly #arrays: readonly (RamRange & { readonly offset: number })[];

  /**
   * @param ram ranges by address, which do not overlap
   * @param arrays ranges of flash that code is executed from, as long as it reads as memory
   */
  constructor(
    readonly ranges: readonly RamRange[],
    isa: Pick<EngineIsa, 'state' | 'encoding'>,
    harts: number,
    arrays: readonly RamRange[] = [],
  ) {
    this.state = mapState(isa.state);
    this.code = layOutCode(isa.encoding);
    this.ram = this.code.end;
    let end = this.ram;
    this.#ram = ranges.map(({ base, size }) => {
      const offset = end;
      end += size;
      return { base, size, offset };
    });
    const ramSize = end - this.ram;
    this.ramSize = ramSize;
    const banks = Array.from({ length: harts }, () =>
      (isa.state.banks ?? []).map(({ name, cells }) => {
        const at = end;
        end += cells * 8;
        return { name, at, cells };
      }),
    );
    this.#arrays = arrays.map(({ base, size }) => {
      const offset = Math.ceil(end / 4096) * 4096;
      end = offset + size;
      return { base, size, offset };
    });
    const pages = Math.ceil(end / 65536);
    this.wasm = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.touched = new Uint8Array(Math.ceil(ramSize / 4096));
    this.changed = new Uint8Array(this.touched.length);
    const { buffer } = this.wasm;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
    this.view = new DataView(buffer);
    this.#banks = banks.map(
      (ofHart) => new Map(ofHart.map(({ name, at, cells }) => [name, this.u64.subarray(at >> 3, (at >> 3) + cells)])),
    );
  }

  /** The cells of a hart's bank, live. */
  bank(hart: number, name: string): BigUint64Array {
    const cells = this.#banks[hart]?.get(name);
    if (!cells) throw new Error(`no state bank "${name}"`);
    return cells;
  }

  /** The hart whose state is in the hot area. */
  get activeHart(): number {
    return this.#active;
  }

  /** Swaps `hart`'s state into the hot area. */
  activate(hart: number): void {
    if (hart === this.#active) return;
    const park = PARKED + this.#active * HART_STATE_BYTES;
    const wanted = PARKED + hart * HART_STATE_BYTES;
    this.u8.copyWithin(park, HOT, HOT + HART_STATE_BYTES);
    this.u8.copyWithin(HOT, wanted, wanted + HART_STATE_BYTES);
    this.#active = hart;
  }

  /** Where `hart`'s state is now. */
  stateOf(hart: number): number {
    return hart === this.#active ? HOT : PARKED + hart * HART_STATE_BYTES;
  }

  /** Offset in this memory of a RAM address, or -1 when any byte of the range is not RAM. */
  offsetOf(pa: number, length: number): number {
    for (const { base, size, offset } of this.#ram) {
      const at = pa - base;
      if (at >= 0 && at + length <= size) return offset + at;
    }
    return -1;
  }

  /** Where the copy of a range of flash is, or -1 when any byte of it is in none. */
  copyOf(pa: number, length: number): number {
    for (const { base, size, offset } of this.#arrays) {
      const at = pa - base;
      if (at >= 0 && at + length <= size) return offset + at;
    }
    return -1;
  }

  /** The address at an offset in this memory: the inverse of {@link offsetOf} and of {@link copyOf}. */
  physicalOf(at: number): number {
    for (const ranges of [this.#ram, this.#arrays]) {
      for (const { base, size, offset } of ranges) if (at >= offset && at < offset + size) return base + at - offset;
    }
    throw new Error(`no RAM at offset ${at}`);
  }

  /** Notes that RAM at `offset` (of this memory) may be written from now on. */
  touch(offset: number, length: number): void {
    const first = (offset - this.ram) >>> 12;
    for (let page = first; page <= (offset - this.ram + length - 1) >>> 12; page++) {
      this.touched[page] = 1;
      this.changed[page] = 1;
    }
  }

  /** Status of the running hart, see `STATUS`. */
  get status(): number {
    return this.i32[(HOT + STATE.status) >> 2] ?? 0;
  }
  set status(value: number) {
    this.i32[(HOT + STATE.status) >> 2] = value;
  }
}
