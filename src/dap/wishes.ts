/** What clients ask to be set in a machine: it survives restarts and may come before the launch. */
import type { FunctionSpec, InstructionSpec, SourceSpec } from '../debug/breakpoints';
import type { DataSpec } from '../debug/data-breakpoints';
import { DEFAULT_FILTERS } from '../debug/exception-list';
import type { DebugTarget } from '../debug/target';

/** An exception filter with its condition. */
export interface ExceptionEntry {
  readonly id: string;
  readonly condition?: string;
}

/** The wishes of one client. */
export interface Wishes {
  /** By normalized path. */
  readonly sources: Map<string, SourceSpec[]>;
  functions: FunctionSpec[];
  instructions: InstructionSpec[];
  data: DataSpec[];
  /** The client's own filters; undefined until it sent some. */
  exceptions: readonly ExceptionEntry[] | undefined;
  /** Exception filters that rows of views set, beside the client's own. */
  likes: readonly ExceptionEntry[];
}

/** Somebody with wishes. */
interface Wisher {
  readonly wishes: Wishes;
}

/** No wishes yet. */
export const noWishes = (exceptions: Wishes['exceptions'] = undefined): Wishes => ({
  sources: new Map(),
  functions: [],
  instructions: [],
  data: [],
  exceptions,
  likes: [],
});

/** The normalized path of the file that a client set a breakpoint in. */
export const fileOf = ({ sources }: Wishes, breakpoint: number): string | undefined =>
  [...sources].find(([, specs]) => specs.some(({ id }) => id === breakpoint))?.[0];

/** The ids of the breakpoints that a client wishes for. */
export function idsOf({ sources, functions, instructions, data }: Wishes): ReadonlySet<number | undefined> {
  return new Set([[...sources.values()].flat(), functions, instructions, data].flat().map(({ id }) => id));
}

/** Binds the breakpoints of one client in a new machine. */
export function bindWishes(target: DebugTarget, wishes: Wishes): void {
  for (const [path, specs] of wishes.sources) target.breakpoints.setSource(path, specs, wishes);
  target.breakpoints.setFunctions(wishes.functions, wishes);
  target.breakpoints.setInstructions(wishes.instructions, wishes);
  target.data.set(target.cpu(target.stop?.hart ?? 0), wishes.data, wishes);
}

/** Takes the breakpoints of a client out of a machine. */
export function unbindWishes({ breakpoints, data }: DebugTarget, wishes: Wishes): void {
  breakpoints.remove(wishes);
  data.remove(wishes);
}

const filtersOf = ({ exceptions, likes }: Wishes): ExceptionEntry[] => [...(exceptions ?? DEFAULT_FILTERS), ...likes];

/**
 * Enables everybody's exception filters: of each the client's own (the defaults until it sends some), then those of rows.
 * @returns what is wrong with each, by whose it is
 */
export function applyExceptions(target: DebugTarget, wishers: Iterable<Wisher>): Map<Wishes, (string | undefined)[]> {
  const all = [...wishers].map(({ wishes }) => ({ wishes, filters: filtersOf(wishes) }));
  const problems = target.setExceptionFilters(all.flatMap(({ filters }) => filters));
  const found = new Map<Wishes, (string | undefined)[]>();
  let at = 0;
  for (const { wishes, filters } of all) {
    found.set(wishes, problems.slice(at, at + filters.length));
    at += filters.length;
  }
  return found;
}
