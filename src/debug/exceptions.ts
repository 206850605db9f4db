/**
 * Which events stop the guest: traps by cause group, by cause and by the world they come from, VM exits and entries, changes
 * between worlds, written system registers, each with a condition, and Rust panics.
 */

import { causeOf, type Isa, type TrapCause } from '../isa/core/isa';
import { isVmEntry, isVmExit } from '../isa/core/world';
import type { ContextEvent, TrapEvent } from '../machine/contract';
import type { ConditionTester } from './conditions';
import { IMAGE_WORLDS, type ImageWorld, imageWorldOf } from './image-world';
import { isSameMachine } from './trap-policy';

/** A checkbox of the Breakpoints view. */
export interface ExceptionFilter {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly isDefault: boolean;
  /** An example of a condition and the names it can use; absent where there is no condition. */
  readonly conditionHint?: string;
}

/** The filter for Rust panics; the others are those below, `world:WORLD`, `group:NAME` and cause ids. */
export const PANIC_FILTER = 'rust-panic';
const VM_EXIT = 'vm-exit';
const VM_ENTRY = 'vm-entry';
const WORLD_CHANGE = 'world-change';
const REGISTER_WRITE = 'register-write';

const TRAP_HINT =
  'e.g. tval == 0x1000 && mode == "U" (names: cause, group, tval, epc, guestPhysical, isInterrupt, mode, to, world, toWorld)';
const EXIT_HINT = `e.g. cause == 21 or guestPhysical == 0x10000000 (${TRAP_HINT.replace(/^.*\(/, '')}`;
const CHANGE_HINT =
  'e.g. toWorld == "guest user" (names: mode, to, world, toWorld, pc; of traps cause, tval, epc, too; group is "return" for returns)';
const WRITE_HINT =
  'the registers, e.g. satp, sstatus; or a condition, e.g. register == "satp" && value == 0 (names: register, value, old, pc, mode)';

/** Functions that every Rust panic passes, most specific first; the first that an image has is used. */
export const PANIC_SYMBOLS = ['rust_begin_unwind', 'core::panicking::panic_fmt', 'rust_panic'];

const GROUP_LABELS: Readonly<Record<string, string>> = {
  'page-fault': 'Page faults',
  'guest-page-fault': 'Guest-page faults',
  illegal: 'Illegal instructions',
  ecall: 'Environment calls',
  interrupt: 'Interrupts',
  breakpoint: 'Breakpoint instructions of the guest',
  access: 'Access faults',
  misaligned: 'Misaligned addresses',
};

const WORLD_LABELS: Readonly<Partial<Record<ImageWorld, string>>> = {
  user: 'user programs',
  kernel: 'the kernel',
  'guest user': 'user programs of guests',
  'guest kernel': 'guest kernels',
};

/** What is not about a single cause. */
function bordersOf(isa: Isa): ExceptionFilter[] {
  const worlds = IMAGE_WORLDS.flatMap((world) => {
    const label = WORLD_LABELS[world];
    if (label === undefined) return [];
    const description = `Stops at every trap from ${label}, interrupts too. A condition chooses, e.g. group == "page-fault".`;
    const hint = 'e.g. group == "page-fault" (names: cause, group, tval, epc, guestPhysical, isInterrupt, to, toWorld)';
    return [{ id: `world:${world}`, label: `Traps from ${label}`, description, isDefault: false, conditionHint: hint }];
  });
  const filter = (id: string, label: string, description: string, conditionHint: string) => [
    { id, label, description, isDefault: false, conditionHint },
  ];
  return [
    ...worlds,
    ...filter(
      VM_EXIT,
      'VM exits',
      'Stops where a guest is left for its hypervisor. A condition chooses the reason.',
      EXIT_HINT,
    ),
    ...filter(VM_ENTRY, 'VM entries', 'Stops at the first instruction of a guest that was entered.', CHANGE_HINT),
    ...filter(WORLD_CHANGE, 'World changes', 'Stops where control goes from one world to another.', CHANGE_HINT),
    ...filter(
      REGISTER_WRITE,
      'Writes of system registers',
      `Stops behind instructions that change a system register: those that its condition names, else the roots of address translation. Any of the ${isa.name} system registers can be named.`,
      WRITE_HINT,
    ),
  ];
}

/** The filters an instruction set offers: panic, borders between worlds, one per group, one per cause of groups with several. */
export function filtersOf(isa: Isa): ExceptionFilter[] {
  const groups = new Map<string, TrapCause[]>();
  for (const cause of isa.causes) groups.set(cause.group, [...(groups.get(cause.group) ?? []), cause]);
  const filters: ExceptionFilter[] = [
    {
      id: PANIC_FILTER,
      label: 'Rust panic',
      description: 'Stops when a Rust panic begins, before anything is printed.',
      isDefault: true,
    },
    ...bordersOf(isa),
  ];
  for (const [group, causes] of groups) {
    const names = causes.map((cause) => cause.name.toLowerCase()).join(', ');
    const label = GROUP_LABELS[group] ?? group;
    const description = `Stops at the handler of: ${names}.`;
    filters.push({ id: `group:${group}`, label, description, isDefault: false, conditionHint: TRAP_HINT });
  }
  for (const [, causes] of groups) {
    if (causes.length < 2) continue;
    for (const cause of causes) {
      const description = `Stops when the trap "${cause.name}" (cause ${cause.cause}) is taken.`;
      filters.push({ id: cause.id, label: cause.name, description, isDefault: false, conditionHint: TRAP_HINT });
    }
  }
  return filters;
}

/** What a condition on a trap, a return or a written register may name. */
export const TRAP_NAMES = [
  'cause',
  'group',
  'tval',
  'epc',
  'guestPhysical',
  'isInterrupt',
  'mode',
  'to',
  'world',
  'toWorld',
  'register',
  'value',
  'old',
] as const;

/** An event that a filter may stop at. */
type Filtered = TrapEvent | ContextEvent;

/** One enabled filter. */
interface Rule {
  readonly accepts: (event: Filtered) => boolean;
  readonly condition: string | undefined;
}

const keyOf = (cause: number, isInterrupt: boolean) => (isInterrupt ? -1 - cause : cause);

const isChange = (event: Filtered): boolean =>
  (event.kind === 'trap' || event.kind === 'trapReturn') &&
  (imageWorldOf(event.from) !== imageWorldOf(event.to) || !isSameMachine(event.from, event.to));

/** The enabled filters. */
export class ExceptionFilters {
  private rules: Rule[] = [];
  hasPanic = false;
  /** Whether events other than traps are wanted. */
  wantsContexts = false;
  /** System registers whose writes are wanted, beside the roots of translation; by their names in the manual. */
  registers: readonly string[] = [];

  constructor(private readonly isa: Isa) {}

  /** Enables exactly these; a returned string says what is wrong with the entry at the same index. */
  set(enabled: readonly { readonly id: string; readonly condition?: string }[]): (string | undefined)[] {
    this.rules = [];
    this.hasPanic = false;
    this.wantsContexts = false;
    this.registers = [];
    return enabled.map(({ id, condition: text }) => {
      const condition = text?.trim() || undefined;
      if (id === PANIC_FILTER) {
        this.hasPanic = true;
        return condition === undefined ? undefined : 'Panic filters take no condition; break on the function instead.';
      }
      if (id === REGISTER_WRITE) return this.setRegisters(condition);
      const accepts = this.ruleOf(id);
      if (accepts === undefined) return `This machine has no exception filter "${id}".`;
      this.rules.push({ accepts, condition });
      if (id === VM_ENTRY || id === WORLD_CHANGE) this.wantsContexts = true;
      return undefined;
    });
  }

  private ruleOf(id: string): Rule['accepts'] | undefined {
    switch (id) {
      case VM_EXIT:
        return (event) => event.kind === 'trap' && isVmExit(event.from, event.to);
      case VM_ENTRY:
        return (event) => event.kind === 'trapReturn' && isVmEntry(event.from, event.to);
      case WORLD_CHANGE:
        return isChange;
    }
    const world = IMAGE_WORLDS.find((one) => `world:${one}` === id);
    if (world !== undefined) return (event) => event.kind === 'trap' && imageWorldOf(event.from) === world;
    const causes = this.isa.causes.filter((cause) => cause.id === id || `group:${cause.group}` === id);
    const keys = new Set(causes.map((cause) => keyOf(cause.cause, cause.isInterrupt)));
    if (keys.size === 0) return undefined;
    return (event) => event.kind === 'trap' && keys.has(keyOf(event.cause, event.isInterrupt));
  }

  /** A list of names, or a condition with names in it, as they are or quoted. */
  private setRegisters(condition: string | undefined): string | undefined {
    this.wantsContexts = true;
    const isWrite = (event: Filtered) => event.kind === 'rootChanged' || event.kind === 'registerWritten';
    if (condition === undefined) {
      this.rules.push({ accepts: (event) => event.kind === 'rootChanged', condition });
      return undefined;
    }
    const words = condition.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? [];
    const isList = /^[\w$]+([\s,]+[\w$]+)*$/.test(condition);
    const known = words.flatMap((word) => {
      const spec = this.isa.register(word);
      return spec?.group === 'system' ? [spec.name] : [];
    });
    const unknown = isList ? words.find((word) => this.isa.register(word)?.group !== 'system') : undefined;
    if (unknown !== undefined) return `${this.isa.name} has no system register "${unknown}".`;
    if (known.length === 0) return 'Name at least one system register, e.g. satp, or leave the condition empty.';
    this.registers = [...new Set([...this.registers, ...known])];
    const named = new Set(known);
    const accepts = (event: Filtered) => isWrite(event) && 'register' in event && named.has(event.register);
    this.rules.push({ accepts, condition: isList ? undefined : condition });
    return undefined;
  }

  /** Whether some filter, conditions aside, accepts the event. Cheap: called for every trap. */
  wants(event: Filtered): boolean {
    return this.rules.some((rule) => rule.accepts(event));
  }

  /** Whether a condition of an accepting filter holds; a string when one could not be evaluated. */
  test(event: Filtered, tester: ConditionTester): boolean | string {
    let problem: string | undefined;
    for (const { accepts, condition } of this.rules) {
      if (!accepts(event)) continue;
      const held = condition === undefined ? true : tester.test(event.hart, condition, event);
      if (held === true) return true;
      if (typeof held === 'string') problem = held;
    }
    return problem ?? false;
  }

  causeOf(event: TrapEvent): TrapCause | undefined {
    return causeOf(this.isa, event);
  }
}
