/** What a machine tells: to observers, and to a run that stops at events. Nobody listening costs nothing. */
import { ipa, va } from '../base/address';
import type { CompletedHelper, TakenTrap } from '../engine/engine';
import type { HartView } from '../engine/hart-view';
import { causeNumber } from '../isa/core/isa';
import type { Fence } from '../isa/core/privileged';
import type { Access } from '../isa/core/translation';
import type { RunOptions, StopEvent, TraceEvent, TrapEvent } from './contract';
import type { EmulatedMachine } from './machine';

/** The events of one machine. */
export class Events {
  readonly #observers = new Map<TraceEvent['kind'], Set<(event: TraceEvent) => void>>();
  #stopOn: RunOptions['stopOn'];
  /** System registers whose changes are reported. */
  #registers: readonly string[] = [];
  /** What `stopOn` accepted first in the present run. */
  accepted: StopEvent | undefined;
  lastTrap: TrapEvent | undefined;

  constructor(private readonly machine: Pick<EmulatedMachine, 'engine' | 'hardware' | 'isa' | 'retired'>) {}

  /** A run begins. */
  begin({ stopOn, registers = [] }: Pick<RunOptions, 'stopOn' | 'registers'>): void {
    this.#stopOn = stopOn;
    this.#registers = registers;
    this.accepted = undefined;
    this.machine.engine.wantsEveryHelper = registers.length > 0;
    this.#updateTracing();
  }

  /** See `Machine.observe`. */
  observe(kinds: readonly TraceEvent['kind'][], sink: (event: TraceEvent) => void): () => void {
    for (const kind of kinds) {
      const sinks = this.#observers.get(kind) ?? new Set();
      sinks.add(sink);
      this.#observers.set(kind, sinks);
    }
    this.#updateTracing();
    return () => {
      for (const kind of kinds) this.#observers.get(kind)?.delete(sink);
      this.#updateTracing();
    };
  }

  #updateTracing(): void {
    const wanted = (['crossing', 'refill', 'rootChanged'] as const).some(
      (kind) => (this.#observers.get(kind)?.size ?? 0) > 0,
    );
    this.machine.engine.wantsTrapContext = wanted || this.#stopOn !== undefined;
  }

  /** Tells of a trap; whether it shall end the run. */
  trapTaken(view: HartView, trap: TakenTrap): boolean {
    const event = this.trapEvent(view, trap);
    this.lastTrap = event;
    this.emit(event);
    return this.#isAccepted(event);
  }

  #isAccepted(event: StopEvent): boolean {
    if (!this.#stopOn?.(event)) return false;
    this.accepted ??= event;
    return true;
  }

  /** Whether the trap is the translation's own business. */
  isRefill({ isInterrupt, cause }: TakenTrap): boolean {
    return !isInterrupt && (this.machine.hardware.engineIsa.isRefill?.(cause) ?? false);
  }

  /** Tells observers of changes of world and of new translation roots; whether one shall end the run. */
  contextSwitched(view: HartView, { before, at, mnemonic, called }: CompletedHelper): boolean {
    const from = this.machine.hardware.worldOf(before);
    const to = this.machine.hardware.worldOf((slot) => view.get(slot));
    const common = { hart: view.hart, pc: va(view.pc), at: this.machine.retired };
    const border = { from, to, instruction: va(at), ...common, ...this.#switched(before) };
    const events: StopEvent[] = [];
    if (called !== undefined) {
      const call = { isInterrupt: false, tval: 0n };
      const cause = causeNumber(this.machine.isa, { cause: called, ...call });
      events.push({ kind: 'crossing', by: 'call', cause, ...call, ...border });
    } else if (to.rank !== from.rank) {
      const isRefill = this.machine.hardware.engineIsa.inRefill?.(before) ?? false;
      events.push({ kind: isRefill ? 'refill' : 'crossing', by: 'instruction', mnemonic, ...border });
    }
    for (const register of this.machine.hardware.rootRegisters) {
      const value = view.get(register);
      const old = before(register);
      if (value !== old) events.push({ kind: 'rootChanged', register, value, old, ...common });
    }
    const past = { hart: view.hart, get: before, time: view.time, cycles: view.cycles, retired: view.retired };
    for (const register of this.#registers) {
      if (this.machine.hardware.rootRegisters.includes(register)) continue;
      const value = this.machine.hardware.readSystemRegister(view, register);
      const old = this.machine.hardware.readSystemRegister(past, register);
      if (value === undefined || old === undefined || value === old) continue;
      events.push({ kind: 'registerWritten', register, value, old, instruction: va(at), ...common });
    }
    for (const event of events) if (event.kind !== 'registerWritten') this.emit(event);
    return events.filter((event) => this.#isAccepted(event)).length > 0;
  }

  #switched(before: (name: string) => bigint): { readonly registers?: ReadonlyMap<string, bigint> } {
    const { switched } = this.machine.hardware.engineIsa;
    return switched ? { registers: new Map(Object.keys(switched).map((name) => [name, before(name)])) } : {};
  }

  /** A trap as observers see it. */
  trapEvent(view: HartView, trap: TakenTrap): TrapEvent {
    const { isInterrupt, tval, epc, detail, before } = trap;
    const cause = causeNumber(this.machine.isa, trap);
    const second = detail?.second !== undefined && { second: detail.second };
    return {
      kind: this.isRefill(trap) ? 'refill' : 'crossing',
      by: 'trap',
      hart: view.hart,
      cause,
      isInterrupt,
      tval,
      ...((cause !== trap.cause || second) && { report: { cause: trap.cause, isInterrupt, tval, ...second } }),
      ...(detail?.guestPhysical !== undefined && { guestPhysical: ipa(detail.guestPhysical) }),
      from: this.machine.hardware.worldOf(before),
      to: this.machine.hardware.worldOf((slot) => view.get(slot)),
      ...this.#switched(before),
      instruction: va(epc),
      pc: va(view.pc),
      at: this.machine.retired,
    };
  }

  /** Tells of a fence. */
  fenced(hart: number, { of, address, asid }: Fence): void {
    if ((this.#observers.get('fence')?.size ?? 0) === 0) return;
    this.emit({
      kind: 'fence',
      hart,
      of,
      ...(address !== undefined && { address }),
      ...(asid !== undefined && { asid }),
      pc: va(this.machine.engine.harts[this.machine.engine.memory.activeHart]?.pc ?? 0n),
      at: this.machine.retired,
    });
  }

  /** Tells of an access that is about to be translated. */
  translated(hart: number, address: bigint, access: Access): void {
    const view = this.machine.engine.harts[hart];
    if (!view) return;
    this.emit({ kind: 'translated', hart, va: va(address), access, pc: va(view.pc), at: this.machine.retired });
  }

  /** Tells whoever has asked for events of this kind. */
  emit(event: TraceEvent): void {
    for (const sink of this.#observers.get(event.kind) ?? []) sink(event);
  }
}
