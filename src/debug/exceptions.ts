/** Which traps stop the guest: filters by cause group and by cause, each with a condition, and Rust panics. */
import type { Isa, TrapCause } from '../isa/core/isa';
import type { TrapEvent } from '../machine/contract';
import type { ConditionTester } from './conditions';

/** A checkbox of the Breakpoints view. */
export interface ExceptionFilter {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly isDefault: boolean;
}

/** The filter for Rust panics; the others are `group:NAME` and cause ids. */
export const PANIC_FILTER = 'rust-panic';

/** Functions that every Rust panic passes, most specific first; the first that an image has is used. */
export const PANIC_SYMBOLS = ['rust_begin_unwind', 'core::panicking::panic_fmt', 'rust_panic'];

const GROUP_LABELS: Readonly<Record<string, string>> = {
  'page-fault': 'Page faults',
  illegal: 'Illegal instructions',
  ecall: 'Environment calls',
  interrupt: 'Interrupts',
  breakpoint: 'Breakpoint instructions of the guest',
  access: 'Access faults',
  misaligned: 'Misaligned addresses',
};

/** The filters an instruction set offers: panic, one per group, one per cause of groups with several. */
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
  ];
  for (const [group, causes] of groups) {
    const names = causes.map((cause) => cause.name.toLowerCase()).join(', ');
    const label = GROUP_LABELS[group] ?? group;
    filters.push({ id: `group:${group}`, label, description: `Stops at the handler of: ${names}.`, isDefault: false });
  }
  for (const [, causes] of groups) {
    if (causes.length < 2) continue;
    for (const cause of causes) {
      const description = `Stops when the trap "${cause.name}" (cause ${cause.cause}) is taken.`;
      filters.push({ id: cause.id, label: cause.name, description, isDefault: false });
    }
  }
  return filters;
}

/** What a condition on a trap may name. */
export const TRAP_NAMES = ['cause', 'tval', 'epc', 'mode', 'to', 'isInterrupt'] as const;

const keyOf = (cause: number, isInterrupt: boolean) => (isInterrupt ? -1 - cause : cause);

/** The enabled filters. */
export class ExceptionFilters {
  private readonly wanted = new Map<number, (string | undefined)[]>();
  hasPanic = false;

  constructor(private readonly isa: Isa) {}

  /** Enables exactly these; a returned string says what is wrong with the entry at the same index. */
  set(enabled: readonly { readonly id: string; readonly condition?: string }[]): (string | undefined)[] {
    this.wanted.clear();
    this.hasPanic = false;
    return enabled.map(({ id, condition }) => {
      if (id === PANIC_FILTER) {
        this.hasPanic = true;
        return condition?.trim() ? 'Panic filters take no condition; break on the function instead.' : undefined;
      }
      const causes = this.isa.causes.filter((cause) => cause.id === id || `group:${cause.group}` === id);
      if (causes.length === 0) return `This machine has no exception filter "${id}".`;
      for (const cause of causes) {
        const key = keyOf(cause.cause, cause.isInterrupt);
        this.wanted.set(key, [...(this.wanted.get(key) ?? []), condition?.trim() || undefined]);
      }
      return undefined;
    });
  }

  /** Whether some filter, conditions aside, accepts the trap. Cheap: called for every trap. */
  wants(event: TrapEvent): boolean {
    return this.wanted.has(keyOf(event.cause, event.isInterrupt));
  }

  /** Whether a condition of an accepting filter holds; a string when one could not be evaluated. */
  test(event: TrapEvent, tester: ConditionTester): boolean | string {
    const conditions = this.wanted.get(keyOf(event.cause, event.isInterrupt)) ?? [];
    let problem: string | undefined;
    for (const condition of conditions) {
      const held = condition === undefined ? true : tester.test(event.hart, condition, event);
      if (held === true) return true;
      if (typeof held === 'string') problem = held;
    }
    return problem ?? false;
  }

  causeOf(event: TrapEvent): TrapCause | undefined {
    return this.isa.causes.find((cause) => cause.cause === event.cause && cause.isInterrupt === event.isInterrupt);
  }
}
