/**
 * A running system: harts on an engine, devices on a bus, and one clock that counts instructions. Harts take turns in
 * fixed quanta; input is stamped with the count at which the guest can see it. Start reading at {@link EmulatedMachine.run}.
 */
import { type Pa, pa, type Va, va } from '../base/address';
import type { BoardChoices } from '../base/board-choices';
import type { Plain } from '../base/plain';
import type { Device, PowerEvent } from '../devices/device';
import { Cfi01 } from '../devices/flash/cfi01';
import { type CompletedHelper, Engine, type TakenTrap } from '../engine/engine';
import type { HartView } from '../engine/hart-view';
import { HART_STATE_BYTES, HOT, STATE, STATUS } from '../engine/layout';
import type { Retried } from '../engine/retries';
import type { Isa } from '../isa/core/isa';
import type { BusWidth, Fence, FirmwareService } from '../isa/core/privileged';
import { Alarms } from './alarms';
import type { Board, BoardFiles, BoardSpec } from './boards/board';
import type { LoadPlan } from './boot/load-plan';
import { readBus, writeBus } from './bus';
import type {
  InputRecord,
  MachineInput,
  PhysicalMemory,
  Point,
  RunExit,
  RunOptions,
  TraceEvent,
  TravelMachine,
  Watch,
} from './contract';
import { Events } from './events';
import { HartCpu } from './hart-cpu';
import { Htif } from './htif';
import { InputStream } from './input-stream';
import { PhysicalSpace, readVirtual } from './physical-space';
import { readHistory, readMachine, readRam, restoreMachine } from './snapshot';
import { explainHandler, explainRetry, isStuck } from './stuck';
import { TranslationUses } from './translation-uses';
import { LONGEST, least, Turns } from './turns';
import { Watchpoints } from './watchpoints';

export interface MachineParts {
  readonly spec: BoardSpec;
  readonly memory: number;
  readonly harts: number;
  readonly plan: LoadPlan;
  readonly files: BoardFiles;
  /** Of all the board's options. */
  readonly choices: BoardChoices;
}

/** A guest that goes on to get things wrong is no longer told of. */
const MOST_REMARKS = 50;

export class EmulatedMachine implements TravelMachine {
  readonly engine: Engine;
  readonly hardware: Board;
  readonly cpus: readonly HartCpu[];
  readonly alarms = new Alarms();
  readonly turns = new Turns(this);
  readonly #space = new PhysicalSpace(this);
  /** Typed but not yet taken by the console device. */
  inputQueue: Uint8Array = new Uint8Array(0);
  /** What comes from outside. */
  readonly inputs = new InputStream();
  powerEvent: PowerEvent | undefined;
  /** Bytes of the console so far. */
  printed = 0;
  /** Those that the sinks have seen: what is executed again prints nothing twice. */
  #shown = 0;
  readonly watchpoints: Watchpoints;
  readonly #consoleSinks = new Set<(bytes: Uint8Array) => void>();
  readonly #remarkSinks = new Set<(text: string) => void>();
  /** Said already; of no importance to the guest. */
  readonly #remarks = new Set<string>();
  readonly #events = new Events(this);
  readonly #uses = new TranslationUses((hart, address, access) => this.#events.translated(hart, address, access));
  readonly #htif: Htif | undefined;
  /** What {@link STATUS}.stuck means: a handler that mends nothing, not one that faults itself. */
  #isRetrying = false;
  #attention = false;
  /** The last run ended because no hart could run. */
  isIdle = false;
  /**
   * A breakpoint that a run passed by, at this count. Where its instruction takes a TLB refill instead of executing, the hart
   * comes back to it, and it is passed by again.
   */
  #passed: { readonly hart: number; readonly pc: bigint; readonly at: bigint; isRefilled: boolean } | undefined;

  constructor(readonly parts: MachineParts) {
    const { spec, plan } = parts;
    this.engine = new Engine(this.#uses.seeing(spec.engineIsa), this.#engineHost(), {
      ram: spec.ram(parts.memory),
      arrays: plan.flashCode && [plan.flashCode],
      harts: parts.harts,
    });
    this.hardware = spec.build(this.#services(), parts.files, parts.choices);
    this.watchpoints = new Watchpoints(
      this.engine,
      (event) => this.#events.emit(event),
      () => this.retired,
    );
    this.cpus = this.engine.harts.map(
      (view) =>
        new HartCpu(
          view,
          this.hardware,
          (at, length) => this.readPhysical(at, length),
          this.engine.tlb,
          (name, value) => this.inputs.note(this.point, { kind: 'register', hart: view.hart, name, value }),
        ),
    );
    for (const segment of plan.segments) this.engine.writeRam(segment.pa, segment.bytes);
    // Devices first: what a board starts may already have set some of them up.
    for (const device of this.hardware.devices) device.reset();
    for (const view of this.engine.harts) this.hardware.resetHart(view, plan);
    if (plan.tohost !== undefined) {
      this.#htif = new Htif(this, plan.tohost, plan.fromhost);
      this.watchpoints.watchInternally(plan.tohost, 8, () => this.#htif?.written());
    }
  }

  get isa(): Isa {
    return this.hardware.isa;
  }
  get board(): string {
    return this.hardware.id;
  }
  get devices(): readonly Device[] {
    return this.hardware.devices;
  }
  get ram(): readonly PhysicalMemory[] {
    return this.parts.spec.ram(this.parts.memory).map(({ base, size }) => ({ base: pa(BigInt(base)), size }));
  }
  get retired(): bigint {
    let sum = BigInt(this.engine.elapsed);
    for (const view of this.engine.harts) sum += this.engine.memory.u64[(view.base + STATE.retired) >> 3] ?? 0n;
    return sum;
  }
  /** The clock now, in cycles. */
  get cycles(): bigint {
    return this.turns.clock + BigInt(this.engine.elapsed);
  }
  get now(): bigint {
    return this.cycles * this.parts.spec.nanosecondsPerInstruction;
  }

  get point(): Point {
    return { ...this.inputs.pointAt(this.retired), isIdle: this.isIdle };
  }

  run(options: RunOptions): RunExit {
    this.inputs.until = options.until;
    const { onlyHart } = options;
    if (onlyHart === undefined || this.cpus.length === 1) return this.#run(options);
    const start = this.point;
    const length = this.inputs.beginAlone();
    const exit = this.#run(options);
    this.inputs.noteAlone(start, length, onlyHart, { ...this.point, isIdle: false });
    return exit;
  }

  #run(options: RunOptions): RunExit {
    const exit = this.#runOn(options);
    const isUnmoved = exit.kind === 'budget' && this.isIdle && options.budget <= 0n;
    // One hart alone has nothing to do where others may have.
    if (!isUnmoved) this.isIdle = exit.kind === 'idle' && options.onlyHart === undefined;
    return exit;
  }

  #runOn(options: RunOptions): RunExit {
    this.#events.begin(options);
    // What an earlier run hit but did not report, because a trap stopped it, is history.
    this.watchpoints.takeHit();
    let left = options.budget;
    let breakpoints: 1 | 2 = options.skipFirstBreakpoint ? 1 : 2;
    for (;;) {
      if (this.powerEvent) return { kind: 'power', event: this.powerEvent };
      if (left <= 0n || this.inputs.isOver(this.retired, false)) return { kind: 'budget' };
      if (this.#takeEdit(false)) continue;
      this.#settle();
      const onlyHart = this.inputs.aloneAt(this.retired) ?? options.onlyHart;
      const hart = onlyHart ?? this.turns.hart;
      const view = this.engine.harts[hart];
      if (!view) throw new Error(`no hart ${hart}`);
      const share = this.turns.share(view, onlyHart !== undefined);
      if (share === 0n) {
        if (onlyHart !== undefined) return { kind: 'idle' };
        if (!this.turns.end() && !this.#inputCanWake() && !this.#takeWaiting()) return { kind: 'idle' };
        continue;
      }
      this.engine.memory.status = STATUS.none;
      if (this.engine.deliverInterrupt(hart)) {
        breakpoints = 2;
        const exit = this.#statusExit(this.engine.memory.status, view);
        this.engine.memory.status = STATUS.none;
        if (exit) return exit;
        if (this.inputs.isDue(this.retired)) continue;
        // INIT is one that stops a hart, or the machine.
        if (view.activity !== 0 || this.powerEvent) continue;
      }
      if (this.#takeInput(false)) continue;
      const upToLook = this.hardware.engineIsa.holdsInterrupts?.(view) ? 1n : LONGEST;
      const slice = least(left, share, this.inputs.distance(this.retired) ?? LONGEST, upToLook);
      // What the refill's handler passes by on its way does not count.
      if (breakpoints === 1 && !this.#passed?.isRefilled) {
        this.#passed = { hart, pc: view.pc, at: this.retired, isRefilled: false };
      }
      const { status, executed } = this.engine.run(hart, Number(slice), breakpoints);
      if (executed > 0 || status !== STATUS.none) breakpoints = 2;
      left -= BigInt(executed);
      this.turns.spend(BigInt(executed), onlyHart !== undefined);
      if (status === STATUS.breakpoint && this.#isPassedAgain(view)) {
        this.#passed = undefined;
        breakpoints = 1;
        continue;
      }
      const exit = this.#statusExit(status, view);
      if (exit) return exit;
    }
  }

  #isPassedAgain(view: HartView): boolean {
    const passed = this.#passed;
    return passed?.isRefilled === true && passed.hart === view.hart && passed.pc === view.pc;
  }

  /** Brings devices up to the clock and offers them typed bytes. */
  #settle(): void {
    this.#attention = false;
    for (const { owner, tag } of this.alarms.due(this.now)) this.#fire(owner, tag);
    if (this.inputQueue.length > 0 && this.hardware.console.input) {
      const taken = this.hardware.console.input(this.inputQueue);
      if (taken > 0) this.inputQueue = this.inputQueue.slice(taken);
    }
  }

  #fire(owner: string, tag: string): void {
    const device = this.hardware.devices.find(({ id }) => id === owner);
    if (device) device.fired?.(tag);
    else this.hardware.alarmFired(owner, tag);
  }

  /** Input was queued while all harts wait: one more look, unless the console refuses it. */
  #inputCanWake(): boolean {
    const before = this.inputQueue.length;
    if (before === 0) return false;
    this.#settle();
    return this.inputQueue.length < before;
  }

  #statusExit(status: number, view: HartView): RunExit | undefined {
    switch (status) {
      case STATUS.breakpoint:
        return { kind: 'breakpoint', hart: view.hart, pc: va(view.pc) };
      case STATUS.watch: {
        const hit = this.watchpoints.takeHit();
        return hit && { kind: 'watch', hart: view.hart, ...hit };
      }
      case STATUS.trapStop:
        return this.#events.accepted && { kind: 'event', event: this.#events.accepted };
      case STATUS.stuck:
        return this.#stuck(view);
      default:
        return undefined;
    }
  }

  #stuck(view: HartView): RunExit {
    const event =
      this.#events.lastTrap ??
      this.#events.trapEvent(view, {
        cause: 0,
        isInterrupt: false,
        tval: 0n,
        epc: view.pc,
        before: (name) => this.engine.cell(view, name),
        isHopeless: false,
      });
    const cpu = this.cpus[view.hart];
    if (!cpu) throw new Error(`no hart ${view.hart}`);
    const explain = this.#isRetrying ? explainRetry : explainHandler;
    const explanation = view.shutdown ?? explain(this.isa, cpu, event);
    // The hart goes on to count from here when the user insists.
    view.trapStreak = 0;
    view.retries.forget();
    this.#isRetrying = false;
    return { kind: 'stuck', event, explanation };
  }

  readPhysical(at: Pa, length: number): Uint8Array | undefined {
    return this.#space.read(Number(at), length);
  }

  writePhysical(at: Pa, bytes: Uint8Array): boolean {
    const isDone = this.engine.writeRam(Number(at), bytes);
    if (isDone) this.inputs.note(this.point, { kind: 'memory', pa: at, bytes: bytes.slice() });
    return isDone;
  }

  /** Writes RAM as something of the guest's own doing. */
  writeRam(at: number, bytes: Uint8Array): boolean {
    return this.engine.writeRam(at, bytes);
  }

  setBreakpoints(at: { readonly physical: readonly Pa[]; readonly virtual: readonly Va[] }): void {
    this.engine.setBreakpoints(at.physical.map(Number), at.virtual);
  }

  setWatches(watches: readonly Watch[]): void {
    this.watchpoints.set(watches);
  }

  observe(kinds: readonly TraceEvent['kind'][], sink: (event: TraceEvent) => void): () => void {
    return this.#events.observe(kinds, sink);
  }

  observeStores(ranges: readonly { readonly pa: Pa; readonly length: number }[]): void {
    this.watchpoints.observe(ranges);
  }

  observeUses(pages: readonly Va[]): void {
    const fresh = this.#uses.set(pages);
    for (const view of this.engine.harts) for (const page of fresh) this.engine.tlb.flushPage(view.hart, page);
  }

  onConsole(sink: (bytes: Uint8Array) => void): () => void {
    this.#consoleSinks.add(sink);
    return () => this.#consoleSinks.delete(sink);
  }

  onRemark(sink: (text: string) => void): void {
    this.#remarkSinks.add(sink);
  }

  #remark(text: string): void {
    if (this.#remarks.has(text) || this.#remarks.size === MOST_REMARKS) return;
    this.#remarks.add(text);
    for (const sink of this.#remarkSinks) sink(text);
  }

  /** Sends bytes to the guest's console as if the guest had written them; for firmware. */
  output(bytes: Uint8Array): void {
    const known = this.#shown - this.printed;
    this.printed += bytes.length;
    if (known >= bytes.length) return;
    this.#shown = this.printed;
    const fresh = known > 0 ? bytes.subarray(known) : bytes;
    for (const sink of this.#consoleSinks) sink(fresh);
  }

  /** From now on the guest's output counts as not shown yet, though more of it was before this point was gone back to. */
  showAnew(): void {
    this.#shown = this.printed;
  }

  /** Ends the run after the current instruction. */
  power(event: PowerEvent): void {
    this.powerEvent ??= event;
    this.engine.memory.status = STATUS.power;
  }

  input(bytes: Uint8Array): void {
    this.inputs.arrive(bytes);
  }

  /** Every input so far, stamped with the point at which the guest could first see it. */
  get inputLog(): readonly InputRecord[] {
    return this.inputs.log;
  }

  set onNewInput(told: () => void) {
    this.inputs.onNew = told;
  }

  /** Lets recorded inputs come at the points they are stamped with. */
  scheduleInputs(log: readonly InputRecord[]): void {
    this.inputs.schedule(log);
  }

  /** Passes on input whose point this is: no hart can run (`isIdle`), or one is about to execute. */
  #takeInput(isIdle: boolean): boolean {
    const bytes = this.inputs.take(this.retired, isIdle);
    if (bytes) this.#enqueue(bytes);
    return bytes !== undefined;
  }

  /** Whatever comes while no hart can run. */
  #takeWaiting(): boolean {
    if (this.inputs.isOver(this.retired, true)) return false;
    return this.#takeEdit(true) || this.#takeInput(true);
  }

  /** Does at once what a debugger did to the machine where it stands, when that was recorded. */
  applyEdits(): void {
    while (this.inputs.isEditAhead(this.point)) this.#takeEdit(this.isIdle);
  }

  /** Does what a debugger did at this point, when that was recorded. */
  #takeEdit(isIdle: boolean): boolean {
    const edit = this.inputs.takeEdit(this.retired, isIdle);
    if (edit) this.#apply(edit);
    return edit !== undefined;
  }

  #apply(edit: MachineInput): void {
    if (edit.kind === 'memory') this.engine.writeRam(Number(edit.pa), edit.bytes);
    else if (edit.kind === 'register') this.cpus[edit.hart]?.setRegister(edit.name, edit.value);
  }

  #enqueue(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.inputQueue.length + bytes.length);
    joined.set(this.inputQueue);
    joined.set(bytes, this.inputQueue.length);
    this.inputQueue = joined;
  }

  stateHash(): string {
    let hash = this.engine.hashRam(1n);
    const bytes = new TextEncoder().encode(JSON.stringify(readMachine(this), replacer));
    // The scratch area behind the hot state serves as a buffer for the small rest.
    const { u8 } = this.engine.memory;
    const buffer = HOT + HART_STATE_BYTES - 1024;
    const kept = u8.slice(buffer, buffer + 1024);
    for (let at = 0; at < bytes.length; at += 1024) {
      u8.fill(0, buffer, buffer + 1024);
      u8.set(bytes.subarray(at, at + 1024), buffer);
      hash = this.engine.hash(buffer, 1024, hash);
    }
    u8.set(kept, buffer);
    return hash.toString(16).padStart(16, '0');
  }

  save(): Plain {
    return { ...this.saveState(), log: this.inputLog as unknown as Plain, ram: readRam(this) };
  }

  /** A snapshot without RAM and the log of inputs. */
  saveState(): { readonly [key: string]: Plain } {
    return { ...(structuredClone(readMachine(this)) as ReturnType<typeof readMachine>), ...readHistory(this) };
  }

  restore(snapshot: Plain): void {
    this.#passed = undefined;
    restoreMachine(this, snapshot);
    this.#shown = this.printed;
    this.engine.dropDerived();
  }

  /** Puts back a snapshot without RAM, and these pages of RAM; what was printed since stays printed. */
  restoreState(state: Plain, pages: Iterable<readonly [number, Uint8Array]>): void {
    this.#passed = undefined;
    restoreMachine(this, state);
    for (const [page, bytes] of pages) this.engine.restorePage(page, bytes);
    this.engine.forgetTranslations();
  }

  /** The pages of RAM that may have changed since the last call, by number; from now on changes are counted anew. */
  takeChangedPages(): number[] {
    return this.engine.takeChangedPages();
  }

  /** The contents of a page of RAM, by number; a copy. */
  readPage(page: number): Uint8Array {
    const at = this.engine.memory.ram + page * 4096;
    return this.engine.memory.u8.slice(at, at + 4096);
  }

  #engineHost() {
    const machine = this;
    const { spec, choices } = this.parts;
    const tick = spec.tick(choices);
    return {
      deviceRead: (address: number, width: BusWidth) => readBus(this.hardware.bus, address, width, this.#running),
      deviceWrite: (address: number, width: BusWidth, value: bigint) => {
        const done = writeBus(this.hardware.bus, address, width, value, this.#running);
        this.engine.deviceWritten(address);
        this.#lookUp();
        return done;
      },
      readArray: (address: number, length: number) => {
        const device = this.hardware.bus.find(address)?.device;
        return device instanceof Cfi01 && device.isArrayMode ? this.hardware.readArray(address, length) : undefined;
      },
      deviceReadWord: (address: number, width: 1 | 2 | 4) => this.hardware.bus.read(address, width, this.#running),
      deviceWriteWord: (address: number, width: 1 | 2 | 4, value: number) => {
        const done = this.hardware.bus.write(address, width, value, this.#running);
        this.engine.deviceWritten(address);
        this.#lookUp();
        return done;
      },
      readSpace: (space: string, address: number, width: BusWidth) =>
        this.hardware.spaces?.[space]?.read(address, width, this.#running),
      writeSpace: (space: string, address: number, width: BusWidth, value: bigint) => {
        const done = this.hardware.spaces?.[space]?.write(address, width, value, this.#running);
        this.#lookUp();
        return done ?? false;
      },
      get clock() {
        return machine.turns.clock;
      },
      ticksOf: (cycles: bigint) => (cycles * spec.nanosecondsPerInstruction) / tick,
      firmwareCall: (view: HartView, service: FirmwareService) => {
        const done = this.hardware.firmwareCall(view, service);
        this.#lookUp();
        return done;
      },
      fenced: (hart: number, fence: Fence) => this.#events.fenced(hart, fence),
      timersChanged: (view: HartView) => {
        this.hardware.timersChanged(view);
        this.#lookUp();
      },
      contextSwitched: (view: HartView, done: CompletedHelper) => this.#events.contextSwitched(view, done),
      isHopeless: (cause: number, retried: Retried) => isStuck(this.isa, cause, retried),
      trapTaken: (view: HartView, trap: TakenTrap) => this.#trapTaken(view, trap),
      stored: (view: HartView, address: number, length: number, old: Uint8Array) =>
        this.watchpoints.stored(view, address, length, old),
      loaded: (view: HartView, address: number, length: number) => this.watchpoints.loaded(view, address, length),
    };
  }

  /** The hart whose instruction is executing. */
  get #running(): number {
    return this.engine.memory.activeHart;
  }

  /** Something may need the scheduler: an interrupt line, a new deadline, another hart's state. */
  #lookUp(): void {
    if (!this.#attention) return;
    if (this.engine.memory.status === STATUS.none) this.engine.memory.status = STATUS.check;
  }

  #services() {
    return {
      harts: this.parts.harts,
      memory: this.parts.memory,
      now: () => this.now,
      alarm: (owner: string, tag: string, at: bigint | undefined) => {
        this.alarms.set(owner, tag, at);
        this.#attention = true;
      },
      output: (bytes: Uint8Array) => this.output(bytes),
      power: (event: PowerEvent) => this.power(event),
      remark: (text: string) => this.#remark(text),
      hart: (index: number) => {
        const view = this.engine.harts[index];
        if (!view) throw new Error(`no hart ${index}`);
        return view;
      },
      attention: () => {
        this.#attention = true;
      },
      flushTranslations: (hart: number) => this.engine.tlb.flushHart(hart),
      fence: (hart: number, fence: Fence) => {
        this.engine.tlb.flushHart(hart);
        this.#events.fenced(hart, fence);
      },
      readPhysical: (at: bigint, length: number) => this.readPhysical(pa(at), length),
      readMemory: (at: bigint, length: number) => this.#space.readRam(Number(at), length),
      writePhysical: (at: bigint, bytes: Uint8Array) => this.#space.writeAsMaster(Number(at), bytes),
      readVirtual: (hart: number, at: bigint, length: number) => {
        const cpu = this.cpus[hart];
        return cpu && readVirtual(cpu, (from, size) => this.readPhysical(from, size), at, length);
      },
    };
  }

  #trapTaken(view: HartView, trap: TakenTrap): 'trapStop' | 'stuck' | undefined {
    if (this.inputs.countTrap(this.retired)) this.engine.memory.status = STATUS.check;
    const passed = this.#passed;
    if (passed && passed.hart === view.hart && passed.pc === trap.epc && passed.at === this.retired) {
      passed.isRefilled = this.#events.isRefill(trap);
    }
    const nearlyStuck = view.trapStreak > 1;
    if (!this.engine.wantsTrapContext && !nearlyStuck && !trap.isHopeless) return undefined;
    if (this.#events.trapTaken(view, trap)) {
      // Whoever is told of the refill sees to what follows.
      this.#passed = undefined;
      return 'trapStop';
    }
    this.#isRetrying = trap.isHopeless;
    return trap.isHopeless ? 'stuck' : undefined;
  }
}

/** Makes plain data that JSON does not know hashable. */
const replacer = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return Array.from(value).join();
  return value;
};
