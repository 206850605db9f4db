/**
 * What was observed when harts changed between worlds, so that one call stack can go through all of them.
 *
 * An *entry context* is more privileged code at the instruction (sret) by which it last entered a less privileged world.
 * How to get to its caller from there, call frame information says, or the registers that the function was called with:
 * a silent breakpoint at the first instruction of each function that contains such an instruction and has no such
 * information keeps them until the next trap. An *exit context* is less privileged code where it trapped.
 * Both belong to a stack, which is known by the address of its end.
 */

import { hex, type Va } from '../base/address';
import { t } from '../base/l10n';
import { keepLast } from '../base/last-used';
import { hasSameTables, isVmEntry, isVmExit, tablesKey, type World } from '../isa/core/world';
import { type Cpu, isPassage, isTrap, type Machine, type PassageEvent, type TrapEvent } from '../machine/contract';
import type { BoundPlace } from './breakpoints';
import { type ImageWorld, imageWorldOf } from './image-world';
import type { ImageSet } from './images';
import { type Caller, type PhysicalFrame, trapLabel, type Unwinder } from './stack';
import { keptRegisters, suspendedCpu } from './suspended-cpu';
import { type ReturnPlace, TrapReturnPlaces } from './trap-return-places';

/** More privileged code where it last entered a less privileged world. */
export interface EntryContext {
  /** The world of that code. */
  readonly world: World;
  /** The world it entered. */
  readonly to: World;
  readonly hart: number;
  /** The instruction that entered, `sret`, and where it is. */
  readonly mnemonic: string;
  readonly pc: Va;
  /** Why its caller is not known: it is by call frame information, or because the call was observed. */
  readonly unknown: string | undefined;
  /** The call of the function it is in, when that was observed. */
  readonly called: Called | undefined;
  readonly special: (dwarf: number) => bigint | undefined;
  /** Which stack it is on: the address of its end. */
  readonly stack: bigint | undefined;
  /** General registers by DWARF number: those that the processor keeps for that world, or that the entry changed by itself. */
  readonly registers: ReadonlyMap<number, bigint>;
}

/** Less privileged code where it last trapped. */
export interface ExitContext {
  readonly trap: TrapEvent;
  /** General registers by DWARF number. */
  readonly registers: ReadonlyMap<number, bigint>;
  /** The entry that this trap ended. */
  readonly entry: EntryContext | undefined;
}

/** A call of a function that enters other worlds, as it was at the function's first instruction. */
interface Called {
  readonly function: Va;
  readonly stackPointer: bigint | undefined;
  /** What the return-address register held, or the word that the call had pushed. */
  readonly returnAddress: bigint | undefined;
  readonly caller: () => PhysicalFrame | undefined;
}

/** The last trap of a hart, as its handler found things. */
interface Latest {
  readonly trap: TrapEvent;
  /** The handler's first instruction. */
  readonly handler: Va;
  /** General registers of the interrupted code, by DWARF number. */
  readonly registers: ReadonlyMap<number, bigint>;
}

/** Sets silent breakpoints; returns their removal. */
type AddSilent = (places: readonly BoundPlace[], hit: (hart: number) => void) => () => void;

/** So many traps at a silent breakpoint, and no call, show that it is a trap vector's. */
const MOST_FRUITLESS = 16;

/** Exits that are kept: one for each stack. */
const MOST_EXITS = 256;

export class WorldContexts {
  /** The last entry from a world, by hart and kind of world. */
  private readonly entries = new Map<string, EntryContext>();
  /** The last exit onto a stack, by kind of world and stack. */
  private readonly exits = new Map<string, ExitContext>();
  private readonly lastGuestExit = new Map<number, TrapEvent>();
  /** Calls on their way into another world, and the last traps; by hart and kind of world, for guests are interrupted too. */
  private readonly called = new Map<string, Called>();
  private readonly latest = new Map<string, Latest>();
  /** By world, function and return address: whether that is a call. */
  private readonly calls = new Map<string, boolean>();
  private readonly ends = new Map<string, bigint | undefined>();
  private readonly places: TrapReturnPlaces;
  /** Arrivals at silent breakpoints by traps alone, by address. */
  private readonly fruitless = new Map<bigint, number>();
  private addSilent: AddSilent | undefined;
  private removeSilent: () => void = () => {};
  /** DWARF numbers and names of the general registers. */
  private readonly general: readonly (readonly [number, string])[];
  private readonly stopObserving: () => void;

  constructor(
    private readonly machine: Machine,
    private readonly images: ImageSet,
    private readonly unwinder: Unwinder,
  ) {
    this.places = new TrapReturnPlaces(machine, images, unwinder);
    this.general = machine.isa.registers.flatMap(({ dwarf, group, name }) =>
      dwarf === undefined || group !== 'general' ? [] : [[dwarf, name] as const],
    );
    this.stopObserving = machine.observe(['crossing'], (event) => {
      if (isTrap(event)) this.trapped(event);
      else if (isPassage(event)) this.passed(event);
    });
  }

  dispose(): void {
    this.stopObserving();
  }

  /** Forgets what was observed: the machine was reset or restored. */
  reset(): void {
    this.entries.clear();
    this.exits.clear();
    this.lastGuestExit.clear();
    this.called.clear();
    this.latest.clear();
    this.ends.clear();
    this.calls.clear();
  }

  /** What was observed, for {@link restore}; nothing that is observed later changes it. */
  save(): readonly ReadonlyMap<unknown, unknown>[] {
    return this.observed.map((map) => new Map(map));
  }

  restore(saved: unknown): void {
    for (const [index, map] of this.observed.entries()) {
      map.clear();
      for (const [key, value] of (saved as ReturnType<WorldContexts['save']>)[index] ?? []) map.set(key, value);
    }
    this.ends.clear();
  }

  private get observed(): readonly Map<unknown, unknown>[] {
    return [this.entries, this.exits, this.lastGuestExit, this.called, this.latest] as Map<unknown, unknown>[];
  }

  // ------------------------------------------------------------------ asking

  /** The last entry from the world that `world` runs under: a guest's user under the guest's kernel. */
  entryOf(hart: number, world: World): EntryContext | undefined {
    for (const kind of uppersOf(imageWorldOf(world))) {
      const entry = this.entries.get(`${hart} ${kind}`);
      if (entry !== undefined && isWayTo(world, entry)) return entry;
    }
    return undefined;
  }

  /** The entry's frame: at the instruction that entered. */
  entryFrame(entry: EntryContext): PhysicalFrame {
    const cpu = suspendedCpu(this.cpu(entry.hart), entry.world);
    const frame = this.unwinder.frame(cpu, entry.pc, entry.registers, false, entry.special);
    const calledFrom = entry.called?.caller();
    return calledFrom === undefined ? frame : { ...frame, calledFrom };
  }

  /**
   * The exit from a less privileged world that the code of `world` serves or has served last, by where its frames end on
   * the stack.
   */
  exitOnto(world: World, ends: readonly bigint[]): ExitContext | undefined {
    const kind = imageWorldOf(world);
    const exit = ends.map((end) => this.exits.get(`${kind} ${end}`)).find((found) => found !== undefined);
    // Another address space is active: the stack has been given to another task since.
    return exit && hasSameTables(exit.trap.to, world) ? exit : undefined;
  }

  /** The exit to `world` that stopped code at `pc` with these registers. */
  exitAt(world: World, pc: Va, registers: ReadonlyMap<number, bigint>): ExitContext | undefined {
    const kind = imageWorldOf(world);
    const sp = this.stackPointer(registers);
    return [...this.exits.values()].find(
      (exit) =>
        imageWorldOf(exit.trap.to) === kind &&
        isAtOrBehind(exit.trap, pc, this.machine) &&
        this.stackPointer(exit.registers) === sp,
    );
  }

  /**
   * What is above the innermost frame of a hart in code that changes worlds and has no call frame information: who called
   * it, or what its trap interrupted. `undefined` when that was not observed.
   */
  above(frame: PhysicalFrame): Caller | undefined {
    const start = functionOf(frame);
    if (start === undefined || frame.pc !== frame.cpu.pc || frame.state.isCaller) return undefined;
    const key = keyOf(frame.cpu.hart, frame.cpu.world);
    const called = this.called.get(key);
    const caller = called?.function === start ? called.caller() : undefined;
    if (caller !== undefined) return { kind: 'frame', frame: caller };
    const latest = this.latest.get(key);
    if (latest === undefined || !this.isIn(frame, latest)) return undefined;
    const { trap, registers } = latest;
    const next = this.unwinder.frame(suspendedCpu(frame.cpu, trap.from), trap.instruction, registers, false);
    return { kind: 'frame', frame: next, border: trapLabel(this.machine.isa, trap) };
  }

  /** Whether the frame is in the code at which the trap arrived, and that trap is the one it handles. */
  private isIn(frame: PhysicalFrame, { trap, handler, registers }: Latest): boolean {
    const found = this.images.find(handler, this.unwinder.reader(frame.cpu), frame.cpu.world);
    const around = found?.image.program.symbolAt(found.link);
    if (around === undefined || handler - around.offset !== functionOf(frame)) return false;
    if (trap.from.rank !== trap.to.rank) return true;
    // On the way back from an earlier trap the stack pointer is above that of a later one, which has returned.
    const [now, then] = [this.stackPointer(frame.state.registers), this.stackPointer(registers)];
    return now !== undefined && then !== undefined && now <= then;
  }

  /** Whether a frame is in code that changes worlds, where registers do not hold what they do in functions. */
  isCrossing(frame: PhysicalFrame): boolean {
    const start = functionOf(frame);
    if (start === undefined || frame.image === undefined) return false;
    if (this.places.functionsOf(frame.image).has(start - frame.slide)) return frame.pc !== start;
    const latest = this.latest.get(keyOf(frame.cpu.hart, frame.cpu.world));
    return latest !== undefined && this.isIn(frame, latest);
  }

  /** The innermost frame of code that trapped. */
  exitFrame(exit: ExitContext, cpu: Cpu): PhysicalFrame {
    return this.unwinder.frame(suspendedCpu(cpu, exit.trap.from), exit.trap.instruction, exit.registers, false);
  }

  /** The hart as code of that kind of world sees memory: of the one that goes with where it is, else its last. */
  cpuIn(cpu: Cpu, kind: ImageWorld): Cpu {
    const here = cpu.world;
    if (imageWorldOf(here) === kind) return cpu;
    const entered = this.entries.get(`${cpu.hart} ${kind}`)?.world;
    const left = [...this.exits.values()].map(({ trap }) => trap.from).reverse();
    const able = this.machine.isa.worlds((name) => cpu.readRegister(name));
    const known = [...(entered === undefined ? [] : [entered]), ...left, ...able].filter(
      (world) => imageWorldOf(world) === kind,
    );
    const world = known.find((one) => hasSameTables(one, here)) ?? known[0];
    return world === undefined ? cpu : suspendedCpu(cpu, world);
  }

  // ------------------------------------------------------------------ observing

  /** Sets the silent breakpoints that are needed, by `add`. */
  watch(add: AddSilent): void {
    this.addSilent = add;
    this.imagesMoved();
  }

  /** Sets the silent breakpoints anew: images have been found elsewhere. */
  imagesMoved(): void {
    this.removeSilent();
    this.removeSilent = this.addSilent?.(this.silentBreakpoints, (hart) => this.atFunction(hart)) ?? (() => {});
  }

  /** Where functions begin whose calls must be seen. */
  get silentBreakpoints(): BoundPlace[] {
    return this.places.breakpoints.filter(({ va }) => (this.fruitless.get(va) ?? 0) < MOST_FRUITLESS);
  }

  /** A hart stands at one of {@link silentBreakpoints}. */
  atFunction(hart: number): void {
    const cpu = this.cpu(hart);
    const { world, pc } = cpu;
    const key = keyOf(hart, world);
    const latest = this.latest.get(key);
    if (latest?.handler === pc && latest.trap.at === this.machine.retired) return this.enteredByTrap(pc);
    this.fruitless.set(pc, Number.NEGATIVE_INFINITY);
    const registers = this.generalRegisters(cpu);
    let caller: { readonly frame: PhysicalFrame | undefined } | undefined;
    this.called.set(key, {
      function: pc,
      stackPointer: this.stackPointer(registers),
      returnAddress: this.returnAddress(cpu, registers),
      // Most calls are followed by others before anybody looks.
      caller: () => {
        caller ??= {
          frame: this.unwinder.callerAtEntry(this.unwinder.frame(suspendedCpu(cpu, world), pc, registers, false)),
        };
        return caller.frame;
      },
    });
  }

  /** A trap vector in the same function as the way back: its breakpoint tells nothing, and costs at every trap. */
  private enteredByTrap(pc: Va): void {
    const count = (this.fruitless.get(pc) ?? 0) + 1;
    this.fruitless.set(pc, count);
    if (count === MOST_FRUITLESS) this.imagesMoved();
  }

  private trapped(event: TrapEvent): void {
    const { hart, from, to } = event;
    const cpu = this.cpu(hart);
    const registers = new Map([
      ...this.generalRegisters(cpu, event.registers),
      ...keptRegisters(cpu, this.machine.isa, from),
    ]);
    const world = keyOf(hart, to);
    this.latest.set(world, { trap: event, handler: cpu.pc, registers });
    // What was on its way into another world may be another task when that way is taken.
    this.called.delete(world);
    if (from.rank >= to.rank) return;
    const kind = imageWorldOf(to);
    const entry = this.entries.get(world);
    if (isVmExit(from, to)) this.lastGuestExit.set(hart, event);
    const key = entry?.stack === undefined ? `${kind}, hart ${hart}` : `${kind} ${entry.stack}`;
    keepLast(this.exits, key, { trap: event, registers, entry }, MOST_EXITS);
  }

  private passed(event: PassageEvent): void {
    const { hart, from, to, instruction, mnemonic } = event;
    const kind = imageWorldOf(from);
    if (isVmEntry(from, to)) this.enteredGuest(event);
    const cpu = suspendedCpu(this.cpu(hart), from);
    const place = this.places.at(cpu, instruction);
    const world = keyOf(hart, from);
    const pending = this.called.get(world);
    this.called.delete(world);
    const isHere = pending !== undefined && place?.hasRules === false && pending.function === place.function;
    const called = isHere && this.isCall(pending, kind) ? pending : undefined;
    const special = remembered(this.unwinder.systemRegisters(cpu));
    const bare = {
      world: from,
      to,
      hart,
      mnemonic,
      pc: instruction,
      unknown: whyUnknown(instruction, place, called),
      called,
      special,
      stack: undefined,
      // Before a return the stack pointer has left the functions' frames already.
      registers: new Map([
        ...keptRegisters(cpu, this.machine.isa, from),
        ...(isVmEntry(from, to) ? this.byNumber(event.registers) : []),
      ]),
    };
    const stack = this.stackOf(bare, kind);
    this.entries.set(world, { ...bare, stack });
    if (stack !== undefined) this.exits.delete(`${kind} ${stack}`);
    else this.exits.delete(`${kind}, hart ${hart}`);
  }

  /** Whether the guest goes on where it stopped; else it is another one, or another of its CPUs. */
  private enteredGuest({ hart, to, pc }: PassageEvent): void {
    const last = this.lastGuestExit.get(hart);
    const isSame =
      last !== undefined &&
      isAtOrBehind(last, pc, this.machine) &&
      last.from.rank === to.rank &&
      hasSameTables(last.from, to);
    if (isSame) return;
    const guest = `${hart} guest kernel`;
    for (const known of [this.entries, this.called, this.latest]) known.delete(guest);
    for (const [key, { trap }] of this.exits) if (trap.to.guest && trap.hart === hart) this.exits.delete(key);
  }

  /** The end of the stack that an entry is on. Stacks do not move: it is looked for once for each place on a stack. */
  private stackOf(entry: EntryContext, kind: ImageWorld): bigint | undefined {
    if (entry.unknown !== undefined) return undefined;
    const at = entry.called === undefined ? this.entryFrame(entry).cfa : entry.called.stackPointer;
    const key = `${kind} ${tablesKey(entry.world)} ${at}`;
    if (!this.ends.has(key)) {
      if (this.ends.size > MOST_EXITS) this.ends.clear();
      this.ends.set(key, this.unwinder.stackEnd(this.entryFrame(entry)));
    }
    return this.ends.get(key);
  }

  /** Whether a function was really called: a call of it stands before where it would return to. Code does not change. */
  private isCall(called: Called, kind: ImageWorld): boolean {
    const key = `${kind} ${called.function} ${called.returnAddress}`;
    const known = this.calls.get(key);
    if (known !== undefined) return known;
    const isCall = called.caller() !== undefined;
    if (this.calls.size > MOST_EXITS) this.calls.clear();
    this.calls.set(key, isCall);
    return isCall;
  }

  private cpu(hart: number): Cpu {
    const cpu = this.machine.cpus[hart];
    if (cpu === undefined) throw new Error(`no hart ${hart}`);
    return cpu;
  }

  /** @param switched by name, what differs from now */
  private generalRegisters(cpu: Cpu, switched?: ReadonlyMap<string, bigint>): Map<number, bigint> {
    return new Map(this.general.map(([dwarf, name]) => [dwarf, switched?.get(name) ?? cpu.readRegister(name)]));
  }

  private byNumber(registers: ReadonlyMap<string, bigint> = new Map()): Map<number, bigint> {
    const known = this.general.flatMap(([dwarf, name]): [number, bigint][] => {
      const value = registers.get(name);
      return value === undefined ? [] : [[dwarf, value]];
    });
    return new Map(known);
  }

  /** Where a function returns to, at its first instruction. */
  private returnAddress(cpu: Cpu, registers: ReadonlyMap<number, bigint>): bigint | undefined {
    const { returnAddress } = this.machine.isa;
    if (returnAddress !== undefined) return this.register(registers, returnAddress);
    const sp = this.stackPointer(registers);
    const bytes = sp === undefined ? undefined : this.unwinder.reader(cpu)(sp, 8);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }

  private stackPointer(registers: ReadonlyMap<number, bigint>): bigint | undefined {
    return this.register(registers, this.machine.isa.stackPointer);
  }

  private register(registers: ReadonlyMap<number, bigint>, name: string): bigint | undefined {
    const dwarf = this.machine.isa.register(name)?.dwarf;
    return dwarf === undefined ? undefined : registers.get(dwarf);
  }
}

/** The kinds of worlds that code of a kind may have been entered from, nearest first. Firmware is not looked into. */
function uppersOf(kind: ImageWorld): readonly ImageWorld[] {
  switch (kind) {
    case 'guest user':
      return ['guest kernel', 'hypervisor', 'kernel'];
    case 'guest kernel':
      return ['hypervisor', 'kernel'];
    case 'user':
      return ['kernel', 'hypervisor', 'firmware'];
    case 'kernel':
      return ['hypervisor'];
    case 'hypervisor':
    case 'firmware':
      return [];
  }
}

/** Whether what was entered may be a world or have led there: no guest but by a VM entry, and nothing more privileged. */
const isWayTo = (world: World, { to }: EntryContext): boolean => to.guest === world.guest && to.rank >= world.rank;

function whyUnknown(at: Va, place: ReturnPlace | undefined, called: Called | undefined): string | undefined {
  if (place === undefined) return t`no image covers ${hex(at)}`;
  return place.hasRules || called !== undefined ? undefined : t`no call led there`;
}

const keyOf = (hart: number, world: World): string => `${hart} ${imageWorldOf(world)}`;

/** Run-time address of the function that a frame is in. */
function functionOf(frame: PhysicalFrame): bigint | undefined {
  const around = frame.image?.program.symbolAt(frame.link);
  return around === undefined ? undefined : frame.pc - around.offset;
}

/** Whether a trap's code goes on at `pc`: there, or behind the instruction when the handler did its work. */
const isAtOrBehind = (trap: TrapEvent, pc: bigint, machine: Machine): boolean =>
  pc >= trap.instruction && pc <= trap.instruction + BigInt(machine.isa.maxLength);

/** A function of numbers that remembers its answers. */
function remembered(ask: (dwarf: number) => bigint | undefined): (dwarf: number) => bigint | undefined {
  const answers = new Map<number, bigint | undefined>();
  return (dwarf) => {
    if (!answers.has(dwarf)) answers.set(dwarf, ask(dwarf));
    return answers.get(dwarf);
  };
}
