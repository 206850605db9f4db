/**
 * Executes an instruction set over one wasm memory: builds the interpreters, serves their slow paths, and keeps the
 * TLBs and decoded code honest. It knows RAM and harts; devices, time and firmware are its host's.
 * Start reading at {@link Engine.run}.
 */
import { type DecodedInsn, lengthOfUnit, maxLength, wordOf } from '../isa/core/encoding';
import type { EngineIsa, WalkMemory } from '../isa/core/engine-isa';
import { partsOf } from '../isa/core/fusion';
import {
  type Fence,
  FirmwareCall,
  type FirmwareService,
  type Guard,
  type Helper,
  type IsaFunction,
  Trap,
  type TrapDetail,
} from '../isa/core/privileged';
import { CodePages } from './code-pages';
import { DevicePages } from './device-pages';
import { type HartServices, HartView } from './hart-view';
import { compileInterpreter } from './interpreter';
import { LargeEntries } from './large-entries';
import { FAST_OPS, HOT, MAX_GUARDS, RECORD, SCRATCH_RECORD, STATE, STATUS, TLB, tagMaskAt } from './layout';
import { MachineMemory, type RamRange } from './machine-memory';
import { precompiledInterpreter } from './precompiled';
import { RecordWriter } from './record-writer';
import type { Retried } from './retries';
import { SoftTlb } from './tlb';

type Width = 1 | 2 | 4 | 8;

/** What the engine asks of the machine around it. */
export interface EngineHost {
  /** A device answers, or `undefined`: access fault. Values are unsigned. */
  deviceRead(pa: number, width: Width): bigint | undefined;
  deviceWrite(pa: number, width: Width, value: bigint): boolean;
  /** The same for at most 4 bytes, as numbers. */
  deviceReadWord(pa: number, width: 1 | 2 | 4): number | undefined;
  deviceWriteWord(pa: number, width: 1 | 2 | 4, value: number): boolean;
  /** Another address space than memory, see `HartState.readSpace`. */
  readSpace(space: string, address: number, width: Width): bigint | undefined;
  writeSpace(space: string, address: number, width: Width, value: bigint): boolean;
  /** Contents of flash that reads as memory now. */
  readArray?(pa: number, length: number): Uint8Array | undefined;
  /** Cycles of the machine's clock when the current run began; see {@link Engine.elapsed}. */
  readonly clock: bigint;
  /** Board timer ticks at a clock value. */
  ticksOf(cycles: bigint): bigint;
  /** Answers a firmware call of `hart`; registers are already readable and writable. False: no such firmware. */
  firmwareCall(view: HartView, service: FirmwareService): boolean;
  /**
   * A helper changed privilege or translation; called only when {@link Engine.wantsTrapContext}, for every helper when
   * {@link Engine.wantsEveryHelper}. True ends the run behind the instruction.
   */
  contextSwitched(view: HartView, done: CompletedHelper): boolean;
  /** The guest asked for a fence of a hart's translations. */
  fenced?(hart: number, fence: Fence): void;
  /** A hart's own timer registers changed. */
  timersChanged(view: HartView): void;
  /** Whether an exception has come back without progress too often. */
  isHopeless(cause: number, retried: Retried): boolean;
  /** A trap was taken. Returns the status to stop with. */
  trapTaken(view: HartView, trap: TakenTrap): 'trapStop' | 'stuck' | undefined;
  /** A store touched a page with store watches; called after it. */
  stored(view: HartView, pa: number, length: number, old: Uint8Array): void;
  /** A load touched a page with load watches. */
  loaded(view: HartView, pa: number, length: number): void;
}

/** An instruction that a helper has completed. */
export interface CompletedHelper {
  /** Address of the instruction. */
  readonly at: bigint;
  readonly mnemonic: string;
  /** The cause by which it called more privileged code, see {@link HartState.called}. */
  readonly called: number | undefined;
  /** Privilege context before it, as the ISA's slots had it. */
  readonly before: (slot: string) => bigint;
}

/** A trap, and the state it was taken in. */
export interface TakenTrap {
  readonly cause: number;
  readonly isInterrupt: boolean;
  readonly tval: bigint;
  readonly epc: bigint;
  readonly detail?: TrapDetail;
  /** It has come back without progress so often that the host gives the hart up. */
  readonly isHopeless: boolean;
  /** Privilege context before the trap, as the ISA's slots had it. */
  readonly before: (slot: string) => bigint;
}

/** How many modes of decoding an instruction set may have. */
const DECODE_MODES = 4;

/** Shorter runs than this are not worth waking the other interpreters for. */
const COUNTED_FROM = 16;

/** Traps in a row without a retired instruction before the hart counts as stuck. */
const STUCK_AFTER = 64;

interface Exports {
  fast(): number;
  counted(): number;
  exact(steps: number, breakpoints: number): number;
  hash(offset: number, length: number, seed: bigint): bigint;
}

export class Engine {
  readonly memory: MachineMemory;
  readonly tlb: SoftTlb;
  readonly code: CodePages;
  readonly harts: readonly HartView[];
  /** RAM pages whose loads or stores the host wants to see. */
  readonly watchedLoads = new Set<number>();
  readonly watchedStores = new Set<number>();
  /**
   * A pc in a page that is executable only in part: its fetch entry is good for one instruction, which {@link run} executes
   * and then drops the entry.
   */
  #partialPage: bigint | undefined;
  readonly #devicePages: DevicePages;
  readonly #largeEntries: LargeEntries;
  #physicalBreakpoints: ReadonlySet<number> = new Set();
  /** Pages of flash whose copies hold what the flash does. */
  readonly #copied = new Set<number>();
  /** Virtual addresses of breakpoints by page (address >> 12). */
  #virtualBreakpoints = new Map<bigint, bigint[]>();
  /** By the numbers the emitted code calls them by. */
  readonly #helpers: readonly Helper[];
  readonly #functions: readonly IsaFunction[];
  readonly #guards: readonly Guard[];
  readonly #exports: Exports;
  readonly #records: RecordWriter;
  readonly #walkMemory: WalkMemory;
  /** Set when `trapTaken` needs the state before a trap. */
  wantsTrapContext = false;
  /** Every helper reports as if it had changed the context, and no short cuts are taken that bypass helpers. */
  wantsEveryHelper = false;
  #runBudget = 0;
  /** The memory between the two halves of an update within one page. */
  #updated: { readonly pa: number; readonly offset: number } | undefined;
  #error: unknown;

  constructor(
    readonly isa: EngineIsa,
    readonly host: EngineHost,
    options: { readonly ram: readonly RamRange[]; readonly arrays?: readonly RamRange[]; readonly harts: number },
  ) {
    this.memory = new MachineMemory(options.ram, isa, options.harts, options.arrays);
    this.#devicePages = new DevicePages();
    this.#largeEntries = new LargeEntries(options.harts);
    this.tlb = new SoftTlb(this.memory, options.harts, () => this.#devicePages.clear());
    const modes = isa.decodeMode ? DECODE_MODES : 1;
    const longest = maxLength(isa.encoding) * Math.max(1, ...isa.fusions.map((fusion) => partsOf(fusion).length));
    this.code = new CodePages(this.memory, { modes, longest }, () => this.tlb.flushAll());
    const services = this.#services();
    this.harts = Array.from({ length: options.harts }, (_, hart) => new HartView(hart, this.memory, services));
    this.#walkMemory = {
      readU32: (pa) => {
        // Firmware may have its first tables in flash.
        const offset = this.#codeAt(pa, 4);
        return offset < 0 ? -1 : (this.memory.u32[offset >>> 2] ?? 0);
      },
      writeU32: (pa, value) => {
        const offset = this.memory.offsetOf(pa, 4);
        if (offset >= 0) this.#storeRam(this.#active, pa, offset, 4, BigInt(value));
      },
    };
    const interpreter = precompiledInterpreter(isa.name) ?? compileInterpreter(isa);
    this.#helpers = Object.values(isa.helpers);
    this.#functions = Object.values(isa.functions);
    this.#guards = Object.values(isa.guards);
    if (this.#guards.length > MAX_GUARDS) throw new Error(`${isa.name} has more than ${MAX_GUARDS} guards`);
    this.#records = new RecordWriter(this.memory, isa, interpreter.runs);
    this.memory.u16.set(interpreter.fastOps, FAST_OPS >> 1);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(interpreter.module), {
      env: { memory: this.memory.wasm, ...this.#callbacks() },
    });
    this.#exports = instance.exports as unknown as Exports;
  }

  get #active(): HartView {
    const view = this.harts[this.memory.activeHart];
    if (!view) throw new Error('no active hart');
    return view;
  }

  /**
   * Runs `hart` for at most `budget` instructions (exact: never more) and returns a `STATUS`. Comes back early without
   * architectural effect about every `softLimit` instructions: V8 replaces the interpreter by a faster one only between calls.
   * @param breakpoints 1 skips one on the first instruction, 2 honours all.
   */
  run(
    hart: number,
    budget: number,
    breakpoints: 1 | 2,
    softLimit = 200_000,
  ): { readonly status: number; readonly executed: number } {
    this.memory.activate(hart);
    const view = this.#active;
    this.contextChanged(view);
    this.memory.status = STATUS.none;
    let executed = 0;
    /** One call into the interpreters with `count` instructions to go. */
    const call = (count: number, interpreter: () => number): number => {
      this.memory.i32[BUDGET] = count;
      this.#runBudget = executed + count;
      const status = interpreter();
      executed = this.elapsed;
      return status;
    };
    let status: number = STATUS.none;
    if (this.wantsEveryHelper)
      status = call(Math.min(budget, softLimit), () => this.#exports.exact(budget, breakpoints));
    else if (breakpoints === 1 || budget < COUNTED_FROM)
      status = call(Math.min(budget, breakpoints === 1 ? 1 : budget), () => this.#exports.exact(budget, breakpoints));
    if (this.wantsEveryHelper) {
      // Quick forms of instructions exist only in the other interpreters.
    } else if (status === STATUS.none && budget - executed > this.memory.code.margin) {
      status = call(Math.min(budget - executed - this.memory.code.margin, softLimit), this.#exports.fast);
    } else if (status === STATUS.none && budget > executed) {
      status = call(budget - executed, this.#exports.counted);
    }
    const partial = this.#partialPage;
    if (partial !== undefined) {
      if (status === STATUS.check && budget > executed) {
        this.memory.status = STATUS.none;
        status = call(1, () => this.#exports.exact(1, executed > 0 ? 2 : breakpoints));
      }
      this.tlb.flushPage(hart, partial);
      this.#partialPage = undefined;
    }
    if (status === STATUS.breakpoint && !this.#isBreakpoint(view)) {
      status = budget > executed ? call(1, () => this.#exports.exact(1, 1)) : STATUS.none;
    }
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      throw error;
    }
    const retiredAt = (view.base + STATE.retired) >> 3;
    this.memory.u64[retiredAt] = (this.memory.u64[retiredAt] ?? 0n) + BigInt(executed);
    this.memory.i32[BUDGET] = 0;
    this.#runBudget = 0;
    return { status, executed };
  }

  /** Instructions executed since the current {@link run} began. */
  get elapsed(): number {
    return this.#runBudget - (this.memory.i32[BUDGET] ?? 0);
  }

  /** Re-derives the TLB sets in use, and which guards are open, from the hart's privilege state. */
  contextChanged(view: HartView): void {
    const { i32 } = this.memory;
    i32[(view.base + STATE.dataTlb) >> 2] = this.tlb.contextBase(view.hart, this.isa.dataContext(view));
    i32[(view.base + STATE.fetchTlb) >> 2] = this.tlb.contextBase(view.hart, this.isa.fetchContext(view));
    const mustAlign = this.isa.mustAlign?.(view) === true;
    for (const bytes of [2, 4, 8]) {
      this.memory.u64[(view.base + tagMaskAt(bytes)) >> 3] = u64(-4096n | BigInt(mustAlign ? bytes - 1 : 0));
    }
    for (const [index, guard] of this.#guards.entries()) {
      i32[((view.base + STATE.guards) >> 2) + index] = guard.isOpen(view) ? 1 : 0;
    }
  }

  /** Takes an interrupt now if one can be delivered. */
  deliverInterrupt(hart: number): boolean {
    const view = this.harts[hart];
    if (!view) return false;
    const cause = this.isa.pendingInterrupt(view);
    if (cause === undefined) return false;
    this.memory.activate(hart);
    this.#takeTrap(view, this.isa.acknowledge?.(view, cause) ?? cause, true, 0n);
    return true;
  }

  setBreakpoints(physical: readonly number[], virtual: readonly bigint[]): void {
    this.#physicalBreakpoints = new Set(physical);
    this.#virtualBreakpoints = new Map();
    for (const address of virtual) {
      const page = address >> 12n;
      this.#virtualBreakpoints.set(page, [...(this.#virtualBreakpoints.get(page) ?? []), address]);
    }
    this.code.setBreakpoints(physical);
    // Pages are checked for virtual breakpoints when they are mapped into a fetch TLB.
    this.tlb.flushAll();
  }

  /** Whether the breakpoint at the pc is this address's: a virtual one is planted for all addresses of its memory. */
  #isBreakpoint(view: HartView): boolean {
    const { pc } = view;
    if (this.#virtualBreakpoints.get(pc >> 12n)?.includes(pc)) return true;
    const { i32, u32 } = this.memory;
    const slot = Number((pc >> 12n) & BigInt(TLB.fetchEntries - 1));
    const entry = (i32[(HOT + STATE.fetchTlb) >> 2] ?? 0) + TLB.fetch + slot * TLB.entryBytes;
    const host = u32[((i32[(entry + 8) >> 2] ?? 0) + this.memory.code.host) >> 2] ?? 0;
    return this.#physicalBreakpoints.has(this.memory.physicalOf(host) + Number(pc & 0xfffn));
  }

  /** Call after changing {@link watchedLoads} or {@link watchedStores}. */
  watchesChanged(): void {
    this.tlb.flushAll();
  }

  /** Writes RAM from outside the guest (debugger, loader, DMA). False, with nothing written, outside RAM. */
  writeRam(pa: number, bytes: Uint8Array): boolean {
    const offset = this.memory.offsetOf(pa, bytes.length);
    if (offset < 0) return false;
    this.memory.u8.set(bytes, offset);
    if (bytes.length > 0) this.memory.touch(offset, bytes.length);
    this.code.written(pa, bytes.length);
    return true;
  }

  /** Folds `length` bytes (a multiple of 32) at `offset` of the wasm memory into `seed`. */
  hash(offset: number, length: number, seed: bigint): bigint {
    return BigInt.asUintN(64, this.#exports.hash(offset, length, seed));
  }

  /** Folds all of RAM into `seed`. Pages of zeros count for nothing, whether or not they were ever touched. */
  hashRam(seed: bigint): bigint {
    const { touched, u64 } = this.memory;
    let hash = seed;
    for (let page = 0; page < touched.length; page++) {
      const offset = this.memory.ram + page * 4096;
      if (!touched[page] || u64.subarray(offset / 8, offset / 8 + 512).every((word) => word === 0n)) continue;
      hash = this.hash(offset, 4096, hash ^ BigInt(page));
    }
    return hash;
  }

  /** Forgets everything derived: after a restore. */
  dropDerived(): void {
    this.#copied.clear();
    this.code.flush();
    this.tlb.flushAll();
  }

  /**
   * The pages of RAM, by number, that may have been written since the last call. Pages are noted when they are written through
   * TypeScript, and from then on by the write TLB: it is emptied, so that the next write of each is noted again.
   */
  takeChangedPages(): number[] {
    const { changed } = this.memory;
    const pages: number[] = [];
    for (let page = changed.indexOf(1); page >= 0; page = changed.indexOf(1, page + 1)) pages.push(page);
    changed.fill(0);
    this.tlb.flushWrites();
    return pages;
  }

  /** Puts back a page of RAM; code decoded from it goes when it has changed. */
  restorePage(page: number, bytes: Uint8Array): void {
    const { u8, ram, touched } = this.memory;
    const at = ram + page * 4096;
    touched[page] = 1;
    const pa = this.memory.physicalOf(at);
    if (this.code.hasCode(pa) && !isEqual(u8.subarray(at, at + 4096), bytes)) this.code.written(pa, 4096);
    u8.set(bytes, at);
  }

  /** Translations may be others now: of another point of the run. */
  forgetTranslations(): void {
    // What is copied of flash may be another moment's.
    if (this.#copied.size > 0) this.dropDerived();
    else this.tlb.flushAll();
  }

  #dropTranslations(hart: number, contexts: number, fence: Fence | undefined): void {
    const { address, of } = fence ?? {};
    const isByPage = this.isa.fencesByPage === true && of !== 'stage2';
    if (isByPage && address !== undefined && !this.#largeEntries.has(hart, address)) {
      this.tlb.flushPage(hart, address);
      return;
    }
    if (contexts === -1) this.#largeEntries.clear(hart);
    this.tlb.flushHart(hart, contexts);
  }

  /** The data TLB set in use: tells harts and translation contexts apart. */
  get #dataContext(): number {
    return this.memory.i32[(HOT + STATE.dataTlb) >> 2] ?? 0;
  }

  #services(): HartServices {
    return {
      flushTranslations: (only, scope, fence) => {
        const { guestContexts } = this.isa;
        const contexts = scope === 'all' ? -1 : scope === 'guest' ? guestContexts : ~guestContexts;
        for (const { hart } of only === undefined ? this.harts : [{ hart: only }]) {
          if (fence) this.host.fenced?.(hart, fence);
          this.#dropTranslations(hart, contexts, fence);
        }
      },
      // Stores to code pages drop stale records at once, so fence.i has nothing left to do.
      flushCode: () => {},
      contextChanged: (view) => this.contextChanged(view),
      timersChanged: (view) => this.host.timersChanged(view),
      timebase: { ticksOf: (cycles) => this.host.ticksOf(cycles) },
      cycles: (view) => (view === this.#active ? this.host.clock + BigInt(this.elapsed) : this.host.clock),
      retired: (view) =>
        (this.memory.u64[(view.base + STATE.retired) >> 3] ?? 0n) + (view === this.#active ? BigInt(this.elapsed) : 0n),
      decoded: (view) => this.#decodeAt(view),
      load: (view, address, bytes, as) => this.#load(view, address, bytes, as),
      store: (view, address, bytes, value, as) => this.#store(view, address, bytes, value, as),
      check: (view, address, access) => {
        if (access !== 'execute' && this.tlb.find(access, this.#dataContext, address) >= 0) return;
        this.isa.cpuTranslate(view, this.#walkMemory, address, access);
      },
      loadPhysical: (_, address, bytes) => this.#loadPhysical(Number(address), bytes),
      storePhysical: (view, address, bytes, value) => this.#storePhysical(view, Number(address), bytes, value),
      readSpace: (_, space, address, bytes) => this.host.readSpace(space, address, bytes),
      writeSpace: (_, space, address, bytes, value) => this.host.writeSpace(space, address, bytes, value),
    };
  }

  #callbacks(): WebAssembly.ModuleImports {
    /** Runs a slow path; guest traps are taken, our own bugs end the run and surface from {@link run}. */
    const guarded = <T>(otherwise: T, body: (view: HartView) => T): T => {
      const view = this.#active;
      try {
        return body(view);
      } catch (error) {
        if (error instanceof Trap) this.#takeTrap(view, error.trapCause, false, error.tval, error.detail);
        else {
          this.#error = error;
          this.memory.status = STATUS.error;
          this.memory.i32[(HOT + STATE.trapped) >> 2] = 1;
        }
        return otherwise;
      }
    };
    return {
      fetch: () =>
        guarded(STATUS.none, (view) => {
          this.#fetch(view);
          return this.memory.status;
        }) || this.memory.status,
      fetchAcross: () =>
        guarded(0, (view) => {
          const bytes = this.#bytesAcross(view);
          const { encoding } = this.isa;
          if (encoding.kind === 'program') throw new Error('no pattern encoding');
          return wordOf(bytes.subarray(0, lengthOfUnit(encoding, wordOf(bytes.subarray(0, encoding.unit)))));
        }),
      compute: (exactOp: number, record: number, word: number) =>
        guarded(0, () => (this.#records.compute(exactOp, record, word) ? 1 : 0)),
      decodeRecord: (record: number) =>
        guarded(undefined, (view) => {
          const { encoding } = this.isa;
          if (encoding.kind === 'program') this.#records.decodeRecord(encoding, record, this.#decodeMode(view));
        }),
      decodeAcross: () =>
        guarded(undefined, (view) => {
          this.memory.u16[(SCRATCH_RECORD + RECORD.exactOp) >> 1] = 0;
          const decoded = this.#decodeAt(view);
          if (decoded) this.#records.fill(SCRATCH_RECORD, decoded);
        }),
      load: (low: number, high: number, bytes: Width) => {
        const isQuick = bytes <= 4 && (low & (bytes - 1)) === 0;
        const device = isQuick ? this.#devicePages.find('read', this.#dataContext, low, high) : -1;
        const word = device < 0 ? undefined : this.host.deviceReadWord(device, bytes as 1 | 2 | 4);
        if (word !== undefined) {
          this.memory.u32[VALUE] = word;
          this.memory.u32[VALUE + 1] = 0;
          return;
        }
        guarded(undefined, (view) => {
          this.memory.u64[VALUE >> 1] = this.#load(view, joined(low, high), bytes);
        });
      },
      store: (low: number, high: number, bytes: Width) => {
        const isQuick = bytes <= 4 && (low & (bytes - 1)) === 0;
        const device = isQuick ? this.#devicePages.find('write', this.#dataContext, low, high) : -1;
        const word = (this.memory.u32[VALUE] ?? 0) & (bytes === 4 ? -1 : (1 << (bytes * 8)) - 1);
        if (device >= 0 && this.host.deviceWriteWord(device, bytes as 1 | 2 | 4, word >>> 0)) return;
        const value = BigInt.asUintN(bytes * 8, this.memory.u64[VALUE >> 1] ?? 0n);
        guarded(undefined, (view) => this.#store(view, joined(low, high), bytes, value));
      },
      probe: (low: number, high: number, bytes: Width) =>
        guarded(undefined, (view) => this.#probe(view, joined(low, high), bytes)),
      beginUpdate: (low: number, high: number, bytes: Width) =>
        guarded(undefined, (view) => {
          this.memory.u64[VALUE >> 1] = this.#beginUpdate(view, joined(low, high), bytes);
        }),
      endUpdate: (low: number, high: number, bytes: Width, stores: number) => {
        const value = BigInt.asUintN(bytes * 8, this.memory.u64[VALUE >> 1] ?? 0n);
        guarded(undefined, (view) => this.#endUpdate(view, joined(low, high), bytes, stores ? value : undefined));
      },
      trap: (cause: number, tval: bigint) => this.#takeTrap(this.#active, cause, false, u64(tval)),
      illegal: () => this.#takeTrap(this.#active, this.isa.causes.illegalInstruction, false, BigInt(this.#active.word)),
      helper: (helper: number, op: number) => guarded(undefined, (view) => this.#helper(view, helper, op)),
      guard: (guard: number, argument: number) =>
        guarded(undefined, (view) => {
          view.begin(undefined);
          this.#guards[guard]?.open(view, argument, view.decodedField);
        }),
      call: (fn: number, a: bigint, b: bigint, c: bigint, field: number) =>
        guarded(0n, (view) => this.#functions[fn]?.(view, u64(a), u64(b), u64(c), field) ?? unknown('function')),
    };
  }

  #helper(view: HartView, helper: number, op: number): void {
    const insn = this.isa.insns[op - 1];
    const run = this.#helpers[helper];
    if (!insn || !run) throw new Error('unknown helper');
    const before = this.wantsTrapContext ? this.#slots(view) : undefined;
    const at = view.pc;
    view.begin(insn);
    try {
      run(view, view.field);
    } catch (error) {
      if (!(error instanceof FirmwareCall) || !this.host.firmwareCall(view, error.service)) throw error;
    }
    view.pc = view.jumpTarget ?? BigInt.asUintN(64, view.pc + BigInt(view.length));
    // A return: calls jump, too, and are no way back from a trap.
    if (view.jumpTarget !== undefined && view.calledAs === undefined) {
      view.retries.returned(this.isa.fetchContext(view), view.pc, view.retired + 1n);
    }
    if (before && (view.hasChangedContext || this.wantsEveryHelper)) {
      const done = { at, mnemonic: insn.written ?? insn.mnemonic, called: view.calledAs, before };
      if (this.host.contextSwitched(view, done)) this.memory.status = STATUS.trapStop;
    }
    if (view.interruptsMayBePending && this.memory.status === STATUS.none && this.#isPending(view)) {
      this.memory.status = STATUS.check;
    }
  }

  /** Whether there is an interrupt to take now, or behind the next instruction. */
  #isPending(view: HartView): boolean {
    return this.isa.pendingInterrupt(view) !== undefined || this.isa.holdsInterrupts?.(view) === true;
  }

  /** Enters the trap handler; the interrupted pc is the state's. */
  #takeTrap(view: HartView, cause: number, isInterrupt: boolean, tval: bigint, detail?: TrapDetail): void {
    const { i32 } = this.memory;
    const epc = view.pc;
    const { retired } = view;
    const context = this.isa.fetchContext(view);
    const retried = isInterrupt
      ? view.retries.interrupted(context, retired)
      : view.retries.trapped(context, cause, epc, tval, retired);
    const isHopeless = retried.count > 0 && this.host.isHopeless(cause, retried);
    // A hart that makes no progress is about to be explained.
    const isKept = this.wantsTrapContext || isHopeless || view.trapStreak > 1;
    const before = isKept ? this.#slots(view) : (name: string) => this.cell(view, name);
    view.begin(undefined);
    this.isa.takeTrap(view, cause, isInterrupt, tval, epc, detail);
    view.pc = view.jumpTarget ?? epc;
    this.contextChanged(view);
    i32[(view.base + STATE.trapped) >> 2] = 1;
    const streak = retired === view.retiredAtTrap ? view.trapStreak + 1 : 1;
    view.retiredAtTrap = retired;
    view.trapStreak = streak;
    const asked = { cause, isInterrupt, tval, ...(detail && { detail }) };
    const taken = view.instead ? { ...view.instead, isInterrupt: false } : asked;
    const trap = { ...taken, epc, before, isHopeless };
    const stop = this.host.trapTaken(view, trap);
    if (stop !== undefined && view.shutdown === undefined) this.memory.status = STATUS[stop];
    if (streak >= STUCK_AFTER) this.memory.status = STATUS.stuck;
  }

  /** The slots as they are now, and the general registers that traps change. */
  #slots(view: HartView): (slot: string) => bigint {
    const names = [...this.isa.state.slots, ...Object.keys(this.isa.switched ?? {})];
    const values = new Map(names.map((name) => [name, this.cell(view, name)]));
    return (slot) => values.get(slot) ?? 0n;
  }

  /** A slot, or a general register that traps change. */
  cell(view: HartView, name: string): bigint {
    const register = this.isa.switched?.[name];
    return register ? view.read(register.file, register.index) : view.get(name);
  }

  /** The bytes of this page and the next from pc on, as many as the longest instruction has. */
  #bytesAcross(view: HartView): Uint8Array {
    const longest = maxLength(this.isa.encoding);
    const inPage = Math.min(longest, 4096 - Number(view.pc & 0xfffn));
    const bytes = new Uint8Array(longest);
    bytes.set(this.#fetchBytes(view, view.pc, inPage));
    if (inPage < longest) bytes.set(this.#fetchBytes(view, u64(view.pc + BigInt(inPage)), longest - inPage), inPage);
    return bytes;
  }

  #fetchBytes(view: HartView, address: bigint, length: number): Uint8Array {
    const { pa } = this.isa.cpuTranslate(view, this.#walkMemory, address, 'execute');
    const offset = this.#codeAt(pa, length);
    if (offset < 0) throw new Trap(this.isa.causes.fetchAccess, address);
    return this.memory.u8.subarray(offset, offset + length);
  }

  /** Where in memory code or data is that lies within a page: in RAM, or in a copy of flash; -1 when it is in neither. */
  #codeAt(pa: number, length: number): number {
    const inRam = this.memory.offsetOf(pa, length);
    return inRam >= 0 ? inRam : this.#flashAt(pa);
  }

  /** Where the copy of flash that reads as memory has this address, made if need be; -1 elsewhere. */
  #flashAt(pa: number): number {
    const page = pa - (pa % 4096);
    const copy = this.memory.copyOf(page, 4096);
    if (copy < 0) return -1;
    if (!this.#copied.has(page)) {
      const bytes = this.host.readArray?.(page, 4096);
      if (bytes === undefined) return -1;
      this.memory.u8.set(bytes, copy);
      this.#copied.add(page);
    }
    return copy + (pa - page);
  }

  /** A device was written to: if it is flash that reads as memory, its pages are copied anew. */
  deviceWritten(pa: number): void {
    if (this.#copied.size > 0 && this.memory.copyOf(pa, 1) >= 0) this.dropDerived();
  }

  /** The instruction at pc, where a program decodes; asks for the next page only when this one does not hold all of it. */
  #decodeAt(view: HartView): DecodedInsn | undefined {
    const { encoding } = this.isa;
    if (encoding.kind !== 'program') throw new Error('no program encoding');
    const mode = this.#decodeMode(view);
    const inPage = Math.min(encoding.maxLength, 4096 - Number(view.pc & 0xfffn));
    const decoded = encoding.decode(this.#fetchBytes(view, view.pc, inPage).slice(), mode);
    if (decoded !== 'short') return decoded;
    const whole = encoding.decode(this.#bytesAcross(view), mode);
    return whole === 'short' ? undefined : whole;
  }

  #decodeMode(view: HartView): number {
    return this.isa.decodeMode?.(view) ?? 0;
  }

  #fetch(view: HartView): void {
    const { pc } = view;
    const { unit } = this.isa.encoding;
    const { fetchMisaligned } = this.isa.causes;
    if (pc & BigInt(unit - 1)) throw new Trap(fetchMisaligned ?? this.isa.causes.fetchAccess, pc);
    const translation = this.isa.cpuTranslate(view, this.#walkMemory, pc, 'execute');
    const page = translation.pa - (translation.pa % 4096);
    if (this.#codeAt(page, 4096) < 0) throw new Trap(this.isa.causes.fetchAccess, pc);
    if (!translation.isCacheable) this.#checkRest(view, translation.pa);
    const virtual = this.#virtualBreakpoints.get(pc >> 12n);
    if (virtual) this.code.addBreakpoints(virtual.map((address) => page + Number(address & 0xfffn)));
    const { records, isNew } = this.code.acquire(page, this.#decodeMode(view));
    if (isNew) this.tlb.flushWrites();
    if (translation.entryBytes !== undefined) this.#largeEntries.note(view.hart, pc, translation.entryBytes);
    this.tlb.fillFetch(view.hart, this.isa.fetchContext(view), pc, records);
    if (translation.isCacheable) return;
    this.#partialPage = pc;
    if (this.memory.status === STATUS.none) this.memory.status = STATUS.check;
  }

  /** Where a page is permitted in part: whether the rest of an instruction at `pa` may be fetched, too. */
  #checkRest(view: HartView, pa: number): void {
    const { encoding } = this.isa;
    const inPage = Math.min(maxLength(encoding), 4096 - (pa % 4096));
    const offset = this.#codeAt(pa, inPage);
    const length = this.#lengthOf(view, this.memory.u8.slice(offset, offset + inPage));
    if (length <= encoding.unit || length > inPage) return;
    this.isa.cpuTranslate(view, this.#walkMemory, u64(view.pc + BigInt(length - encoding.unit)), 'execute');
  }

  /** Length of the instruction at the start of the bytes; 0 when they do not say. */
  #lengthOf(view: HartView, bytes: Uint8Array): number {
    const { encoding } = this.isa;
    if (encoding.kind === 'patterns') return lengthOfUnit(encoding, wordOf(bytes.subarray(0, encoding.unit)));
    const decoded = encoding.decode(bytes, this.#decodeMode(view));
    return decoded === undefined || decoded === 'short' ? 0 : decoded.length;
  }

  /** Whether all data accesses of a hart must be aligned now. */
  #mustAlign(view: HartView): boolean {
    return ((this.memory.u64[(view.base + tagMaskAt(2)) >> 3] ?? 0n) & 1n) !== 0n;
  }

  /** Where in memory an access goes by the TLB; -1 where it must be translated. */
  #find(set: 'read' | 'write', view: HartView, address: bigint, bytes: Width): number {
    if ((Number(address & 7n) & (bytes - 1)) !== 0 && this.#mustAlign(view)) return -1;
    return this.tlb.find(set, this.#dataContext, address);
  }

  /** @param as effective privilege that the instruction itself names; such accesses leave nothing in the TLBs. */
  #load(view: HartView, address: bigint, bytes: Width, as?: number): bigint {
    const inPage = 4096 - Number(address & 0xfffn);
    if (inPage < bytes) return this.#loadAcross(view, address, bytes, inPage, as);
    // Helpers such as LR come here with pages that the emitted code has long had in its TLB.
    const known = as === undefined ? this.#find('read', view, address, bytes) : -1;
    if (known >= 0) return this.#readRam(known, bytes);
    const translation = this.isa.cpuTranslate(view, this.#walkMemory, address, 'read', as, bytes);
    const { pa } = translation;
    const offset = this.memory.offsetOf(pa, bytes);
    if (offset < 0) {
      const copy = this.#flashAt(pa);
      if (copy >= 0) {
        if (as === undefined) this.#fillData(view, address, { ...translation, write: false }, copy);
        return this.#readRam(copy, bytes);
      }
      const value = this.host.deviceRead(pa, bytes);
      if (value === undefined) throw new Trap(this.isa.causes.loadAccess, address);
      if (translation.isCacheable && as === undefined) this.#devicePages.fill('read', this.#dataContext, address, pa);
      return value;
    }
    if (as === undefined) this.#fillData(view, address, translation, offset);
    const value = this.#readRam(offset, bytes);
    if (this.watchedLoads.has(Math.floor(pa / 4096))) this.host.loaded(view, pa, bytes);
    return value;
  }

  /** Faults as an access does that has `inFirst` bytes in its first page and others in the next: it is never aligned. */
  #translateAcross(
    view: HartView,
    address: bigint,
    inFirst: number,
    access: 'read' | 'write',
    as?: number,
    bytes?: number,
  ): void {
    const first = this.isa.cpuTranslate(view, this.#walkMemory, address, access, as, bytes);
    const second = this.isa.cpuTranslate(view, this.#walkMemory, u64(address + BigInt(inFirst)), access, as);
    const misaligned = first.misaligned ?? second.misaligned;
    if (misaligned !== undefined) throw new Trap(misaligned, address);
  }

  /** A load that runs into the next page: both pages are translated before anything is read. */
  #loadAcross(view: HartView, address: bigint, bytes: number, inFirst: number, as: number | undefined): bigint {
    this.#translateAcross(view, address, inFirst, 'read', as);
    let value = 0n;
    for (let at = 0; at < bytes; at++) {
      value |= this.#load(view, BigInt.asUintN(64, address + BigInt(at)), 1, as) << BigInt(at * 8);
    }
    return value;
  }

  #store(view: HartView, address: bigint, bytes: Width, value: bigint, as?: number): void {
    const inPage = 4096 - Number(address & 0xfffn);
    if (inPage < bytes) {
      this.#translateAcross(view, address, inPage, 'write', as);
      for (let at = 0; at < bytes; at++) {
        this.#store(view, BigInt.asUintN(64, address + BigInt(at)), 1, (value >> BigInt(at * 8)) & 0xffn, as);
      }
      return;
    }
    const known = as === undefined ? this.#find('write', view, address, bytes) : -1;
    if (known >= 0) {
      // Pages with code or with watches are never in that set.
      this.#writeRam(known, bytes, value);
      return;
    }
    const translation = this.isa.cpuTranslate(view, this.#walkMemory, address, 'write', as, bytes);
    const { pa } = translation;
    const offset = this.memory.offsetOf(pa, bytes);
    if (offset < 0) {
      if (!this.host.deviceWrite(pa, bytes, value)) throw new Trap(this.isa.causes.storeAccess, address);
      if (translation.isCacheable && as === undefined) this.#devicePages.fill('write', this.#dataContext, address, pa);
      return;
    }
    if (as === undefined) this.#fillData(view, address, translation, offset);
    this.#storeRam(view, pa, offset, bytes, value);
  }

  #loadPhysical(pa: number, bytes: Width): bigint | undefined {
    const offset = this.memory.offsetOf(pa, bytes);
    return offset < 0 ? this.host.deviceRead(pa, bytes) : this.#readRam(offset, bytes);
  }

  /** A store by the processor itself: watches see it as the instruction's. */
  #storePhysical(view: HartView, pa: number, bytes: Width, value: bigint): boolean {
    const offset = this.memory.offsetOf(pa, bytes);
    if (offset < 0) return this.host.deviceWrite(pa, bytes, value);
    this.#storeRam(view, pa, offset, bytes, value);
    return true;
  }

  /** Faults as a store of these bytes would. */
  #probe(view: HartView, address: bigint, bytes: Width): void {
    const inPage = 4096 - Number(address & 0xfffn);
    if (inPage < bytes) this.#translateAcross(view, address, inPage, 'write', undefined, inPage);
    else this.isa.cpuTranslate(view, this.#walkMemory, address, 'write', undefined, bytes);
  }

  /** Reads what an update is about to change: with the rights, and the faults, of a store. */
  #beginUpdate(view: HartView, address: bigint, bytes: Width): bigint {
    this.#updated = undefined;
    const inPage = 4096 - Number(address & 0xfffn);
    if (this.isa.updatesRead) {
      this.isa.cpuTranslate(view, this.#walkMemory, address, 'read', undefined, Math.min(bytes, inPage));
    }
    if (inPage < bytes) {
      this.#probe(view, address, bytes);
      return this.#loadAcross(view, address, bytes, inPage, undefined);
    }
    const translation = this.isa.cpuTranslate(view, this.#walkMemory, address, 'write', undefined, bytes);
    const { pa } = translation;
    const offset = this.memory.offsetOf(pa, bytes);
    this.#updated = { pa, offset };
    if (offset >= 0) {
      this.#fillData(view, address, translation, offset);
      return this.#readRam(offset, bytes);
    }
    const { updateOfDevice, storeAccess } = this.isa.causes;
    if (updateOfDevice !== undefined) throw new Trap(updateOfDevice, address);
    const value = this.host.deviceRead(pa, bytes);
    if (value === undefined) throw new Trap(storeAccess, address);
    return value;
  }

  /** Stores what became of it; `undefined` when nothing is to be stored. */
  #endUpdate(view: HartView, address: bigint, bytes: Width, value: bigint | undefined): void {
    if (!this.#updated) {
      if (value !== undefined) this.#store(view, address, bytes, value);
      return;
    }
    const { pa, offset } = this.#updated;
    if (offset < 0) {
      if (value === undefined || this.host.deviceWrite(pa, bytes, value)) return;
      throw new Trap(this.isa.causes.storeAccess, address);
    }
    // The store comes first: a watch for both tells what changed.
    if (value !== undefined) this.#storeRam(view, pa, offset, bytes, value);
    if (this.watchedLoads.has(Math.floor(pa / 4096))) this.host.loaded(view, pa, bytes);
  }

  #readRam(offset: number, bytes: number): bigint {
    const { view } = this.memory;
    if (bytes === 8) return view.getBigUint64(offset, true);
    if (bytes === 4) return BigInt(view.getUint32(offset, true));
    return BigInt(bytes === 2 ? view.getUint16(offset, true) : view.getUint8(offset));
  }

  #writeRam(offset: number, bytes: Width, value: bigint): void {
    const data = this.memory.view;
    if (bytes === 8) data.setBigUint64(offset, value, true);
    else if (bytes === 4) data.setUint32(offset, Number(value), true);
    else if (bytes === 2) data.setUint16(offset, Number(value), true);
    else data.setUint8(offset, Number(value));
  }

  #storeRam(view: HartView, pa: number, offset: number, bytes: Width, value: bigint): void {
    const isWatched = this.watchedStores.has(Math.floor(pa / 4096));
    this.memory.touch(offset, bytes);
    const old = isWatched ? this.memory.u8.slice(offset, offset + bytes) : undefined;
    this.#writeRam(offset, bytes, value);
    if (this.code.hasCode(pa)) this.code.written(pa, bytes);
    if (old) this.host.stored(view, pa, bytes, old);
  }

  #fillData(view: HartView, address: bigint, translation: ReturnType<EngineIsa['cpuTranslate']>, offset: number): void {
    if (!translation.isCacheable) return;
    // The TLB tells what is aligned for all pages or for none.
    if (translation.misaligned !== undefined && !this.#mustAlign(view)) return;
    if (translation.entryBytes !== undefined) this.#largeEntries.note(view.hart, address, translation.entryBytes);
    const page = Math.floor(translation.pa / 4096);
    const context = this.isa.dataContext(view);
    if (translation.read && !this.watchedLoads.has(page)) this.tlb.fill('read', view.hart, context, address, offset);
    // Atomic operations load through the write set, so watched loads keep a page out of it, too.
    const isWatched = this.watchedStores.has(page) || this.watchedLoads.has(page);
    if (translation.write && !isWatched && !this.code.hasCode(translation.pa)) {
      this.memory.touch(offset, 1);
      this.tlb.fill('write', view.hart, context, address, offset);
    }
  }
}

const BUDGET = (HOT + STATE.budget) >> 2;
/** Index of STATE.value in 32-bit words. */
const VALUE = (HOT + STATE.value) >> 2;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

const unknown = (what: string): never => {
  throw new Error(`unknown ${what}`);
};

const joined = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, index) => byte === b[index]);
