/**
 * One hart on the engine with memory laid out for a guest, which executes a single instruction in any mode: for what only a
 * real access shows (traps with all they write, HLV and HSV, fences).
 */

import { Engine } from '../../../../src/engine/engine';
import { ALL_INTERRUPTS, ENVCFG, HSTATUS, MSTATUS, U64, VSXL_64, XL_64 } from '../../../../src/isa/riscv64/csrs-bits';
import { resetState } from '../../../../src/isa/riscv64/csrs-slots';
import { RISCV64_ENGINE } from '../../../../src/isa/riscv64/engine-isa';
import { assemble, type Line } from '../../../support/assemble';
import { engineHost } from '../../../support/engine-host';
import { pte } from './physical';

export type Mode = 'M' | 'S' | 'U' | 'VS' | 'VU';
export const MODES: Readonly<Record<Mode, { readonly priv: bigint; readonly v: bigint }>> = {
  M: { priv: 3n, v: 0n },
  S: { priv: 1n, v: 0n },
  U: { priv: 0n, v: 0n },
  VS: { priv: 1n, v: 1n },
  VU: { priv: 0n, v: 1n },
};

const RAM = 0x8000_0000;
const PAGE = 4096;
/** Physical addresses: tables of the second stage (16 KiB root), of the first, code, and pages for data. */
export const AT = {
  secondRoot: RAM,
  second1: RAM + 4 * PAGE,
  second0: RAM + 5 * PAGE,
  firstRoot: RAM + 6 * PAGE,
  first1: RAM + 7 * PAGE,
  first0: RAM + 8 * PAGE,
  code: RAM + 16 * PAGE,
  handler: RAM + 17 * PAGE,
  data: RAM + 20 * PAGE,
} as const;
const PAGES = 32;

/** Guest virtual: pages whose entries are in `first0`. Guest physical: pages whose entries are in `second0`. */
export const WINDOW = 0x4000_0000n;
export const GUEST_PAGE = 0x4000_0000n;
/** Guest virtual: RAM, for U (the first is for S). Both stages map RAM where it is, too. */
const USER_RAM = 0xc000_0000n;

/** What a trap into `into` wrote. */
export interface Taken {
  readonly into: 'M' | 'S' | 'VS';
  readonly cause: number;
  readonly epc: bigint;
  readonly tval: bigint;
  /** htval or mtval2, shifted back; htinst or mtinst; GVA. 0 for a trap into VS. */
  readonly guestPhysical: bigint;
  readonly instruction: bigint;
  readonly isGuestAddress: boolean;
}

export class GuestBench {
  readonly #engine: Engine;
  #trapped = false;

  constructor() {
    const host = engineHost({
      trapTaken: () => {
        this.#trapped = true;
        return 'trapStop';
      },
    });
    this.#engine = new Engine(RISCV64_ENGINE, host, { ram: [{ base: RAM, size: PAGES * PAGE }], harts: 1 });
    this.reset();
  }

  get hart() {
    return this.#engine.harts[0]!;
  }

  /** Memory and registers as at first: both stages on, everything delegated to HS, A and D by hardware, PMP open. */
  reset(slots: Readonly<Record<string, bigint>> = {}): void {
    this.#engine.writeRam(RAM, new Uint8Array(PAGES * PAGE));
    this.put(AT.secondRoot, 2, pte(RAM, 'VRWXUAD'));
    this.put(AT.secondRoot, 1, pte(AT.second1, 'V'));
    this.put(AT.second1, 0, pte(AT.second0, 'V'));
    this.put(AT.firstRoot, 2, pte(RAM, 'VRWXAD'));
    this.put(AT.firstRoot, 3, pte(RAM, 'VRWXUAD'));
    this.put(AT.firstRoot, 1, pte(AT.first1, 'V'));
    this.put(AT.first1, 0, pte(AT.first0, 'V'));
    resetState(this.hart, { hartid: 0, start: 'machine' });
    const open = {
      mstatus: XL_64 | MSTATUS.FS,
      vsstatus: VSXL_64 | MSTATUS.FS,
      medeleg: 0xf0_b5ffn,
      mideleg: ALL_INTERRUPTS & ~0x888n,
      menvcfg: ENVCFG.ADUE | ENVCFG.PBMTE | ENVCFG.STCE,
      henvcfg: ENVCFG.ADUE | ENVCFG.PBMTE | ENVCFG.STCE,
      hgatp: (8n << 60n) | BigInt(AT.secondRoot / PAGE),
      vsatp: (8n << 60n) | BigInt(AT.firstRoot / PAGE),
      stimecmp: U64,
      vstimecmp: U64,
      pmpaddr0: U64 >> 10n,
      pmpcfg0: 0x1fn,
      mtvec: BigInt(AT.handler),
      stvec: BigInt(AT.handler),
      vstvec: BigInt(AT.handler),
    };
    this.set({ ...open, ...slots });
    this.fresh();
  }
  set(slots: Readonly<Record<string, bigint>>): void {
    for (const [name, value] of Object.entries(slots)) this.hart.set(name, value);
  }
  /** Forgets every cached translation, as after a restore. */
  fresh(): void {
    this.#engine.dropDerived();
  }

  /** Writes an entry of a table, behind the hart's back. */
  put(table: number, index: number, entry: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, entry, true);
    this.#engine.writeRam(table + index * 8, bytes);
  }
  read(at: number): bigint {
    return new DataView(this.#engine.memory.u8.buffer, this.#engine.memory.offsetOf(at, 8), 8).getBigUint64(0, true);
  }
  write(at: number, bytes: Uint8Array): void {
    this.#engine.writeRam(at, bytes);
  }

  /** Executes one instruction in a mode; undefined when nothing trapped. */
  run(mode: Mode, code: readonly [Line] | Uint8Array): Taken | undefined {
    this.#engine.writeRam(AT.code, code instanceof Uint8Array ? code : assemble(code));
    return this.runAt(mode, mode === 'VU' ? USER_RAM + BigInt(AT.code - RAM) : BigInt(AT.code));
  }
  runAt(mode: Mode, pc: bigint): Taken | undefined {
    const { hart } = this;
    this.set(MODES[mode]);
    hart.pc = pc;
    hart.activity = 0;
    this.#trapped = false;
    this.#engine.run(0, 1, 1);
    if (!this.#trapped) return undefined;
    const into = hart.get('priv') === 3n ? 'M' : hart.get('v') === 1n ? 'VS' : 'S';
    const bank = { M: 'm', S: 's', VS: 'vs' }[into];
    const [value, instruction, status, gva] = {
      M: ['mtval2', 'mtinst', 'mstatus', MSTATUS.GVA] as const,
      S: ['htval', 'htinst', 'hstatus', HSTATUS.GVA] as const,
      VS: ['htval', 'htinst', 'hstatus', 0n] as const,
    }[into];
    return {
      into,
      cause: Number(hart.get(`${bank}cause`)),
      epc: hart.get(`${bank}epc`),
      tval: hart.get(`${bank}tval`),
      guestPhysical: into === 'VS' ? 0n : hart.get(value) << 2n,
      instruction: into === 'VS' ? 0n : hart.get(instruction),
      isGuestAddress: (hart.get(status) & gva) !== 0n,
    };
  }
}

/** Page of `AT.data` as a physical address. */
export const dataPage = (index: number): number => AT.data + index * PAGE;
