/**
 * Which events stop the guest: traps by cause group, by cause and by the world they come from, VM exits and entries, changes
 * between worlds, written system registers, each with a condition, and Rust panics.
 */

import { t } from '../base/l10n';
import { causeOf, type Isa, type TrapCause } from '../isa/core/isa';
import { isVmEntry, isVmExit } from '../isa/core/world';
import { isCrossing, isPassage, isTrap, type StopEvent, type TrapEvent } from '../machine/contract';
import type { ConditionTester } from './conditions';
import {
  FAULTS,
  isFault,
  PANIC_FILTER,
  REGISTER_WRITE,
  TRAPS,
  VM_ENTRY,
  VM_EXIT,
  WORLD_CHANGE,
} from './exception-list';
import { IMAGE_WORLDS, imageWorldOf } from './image-world';
import { isSameMachine } from './trap-policy';

/** Functions that every Rust panic passes, most specific first; the first that an image has is used. */
export const PANIC_SYMBOLS = ['rust_begin_unwind', 'core::panicking::panic_fmt', 'rust_panic'];

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

/** One enabled filter. */
interface Rule {
  readonly accepts: (event: StopEvent) => boolean;
  readonly condition: string | undefined;
}

const keyOf = (cause: number, isInterrupt: boolean) => (isInterrupt ? -1 - cause : cause);

const isChange = (event: StopEvent): boolean =>
  isCrossing(event) && (imageWorldOf(event.from) !== imageWorldOf(event.to) || !isSameMachine(event.from, event.to));

/** The enabled filters. */
export class ExceptionFilters {
  private rules: Rule[] = [];
  /** Conditions of which one must hold at a panic; `undefined` among them holds always. */
  private panics: (string | undefined)[] = [];
  /** System registers whose writes are wanted, beside the roots of translation; by their names in the manual. */
  registers: readonly string[] = [];

  constructor(private readonly isa: Isa) {}

  /** Enables exactly these; a returned string says what is wrong with the entry at the same index. */
  set(enabled: readonly { readonly id: string; readonly condition?: string }[]): (string | undefined)[] {
    this.rules = [];
    this.panics = [];
    this.registers = [];
    return enabled.map(({ id, condition: text }) => {
      const condition = text?.trim() || undefined;
      if (id === PANIC_FILTER) {
        this.panics.push(condition);
        return undefined;
      }
      if (id === REGISTER_WRITE) return this.setRegisters(condition);
      const accepts = this.ruleOf(id);
      if (accepts === undefined) return t`This machine has no exception filter "${id}".`;
      this.rules.push({ accepts, condition });
      return undefined;
    });
  }

  /** Whether panics stop at all. */
  get hasPanic(): boolean {
    return this.panics.length > 0;
  }

  /** Whether a hart that begins to panic stops; a string when a condition could not be evaluated. */
  testPanic(hart: number, tester: ConditionTester): boolean | string {
    let problem: string | undefined;
    for (const condition of this.panics) {
      const held = condition === undefined ? true : tester.test(hart, condition);
      if (held === true) return true;
      if (typeof held === 'string') problem = held;
    }
    return problem ?? false;
  }

  private ruleOf(id: string): Rule['accepts'] | undefined {
    switch (id) {
      case VM_EXIT:
        return (event) => isTrap(event) && isVmExit(event.from, event.to);
      case VM_ENTRY:
        return (event) => isPassage(event) && isVmEntry(event.from, event.to);
      case WORLD_CHANGE:
        return isChange;
      case TRAPS:
        return (event) => isTrap(event);
      case FAULTS:
        return this.byCauses(this.isa.causes.filter(isFault));
    }
    const world = IMAGE_WORLDS.find((one) => `world:${one}` === id);
    if (world !== undefined) return (event) => isTrap(event) && imageWorldOf(event.from) === world;
    const causes = this.isa.causes.filter((cause) => cause.id === id || `group:${cause.group}` === id);
    return causes.length === 0 ? undefined : this.byCauses(causes);
  }

  private byCauses(causes: readonly TrapCause[]): Rule['accepts'] {
    const keys = new Set(causes.map((cause) => keyOf(cause.cause, cause.isInterrupt)));
    return (event) => isTrap(event) && keys.has(keyOf(event.cause, event.isInterrupt));
  }

  /** A list of names, or a condition with names in it, as they are or quoted. */
  private setRegisters(condition: string | undefined): string | undefined {
    const isWrite = (event: StopEvent) => event.kind === 'rootChanged' || event.kind === 'registerWritten';
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
    if (unknown !== undefined) return t`${this.isa.name} has no system register "${unknown}".`;
    if (known.length === 0) return t`Name at least one system register, e.g. satp, or leave the condition empty.`;
    this.registers = [...new Set([...this.registers, ...known])];
    const named = new Set(known);
    const accepts = (event: StopEvent) => isWrite(event) && 'register' in event && named.has(event.register);
    this.rules.push({ accepts, condition: isList ? undefined : condition });
    return undefined;
  }

  /** Whether some filter, conditions aside, accepts the event. Cheap: called for every trap. */
  wants(event: StopEvent): boolean {
    return this.rules.some((rule) => rule.accepts(event));
  }

  /** Whether a condition of an accepting filter holds; a string when one could not be evaluated. */
  test(event: StopEvent, tester: ConditionTester): boolean | string {
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
