/** The exception filters of a session: the client's and those that rows of views set. */
import { DEFAULT_FILTERS } from '../debug/exception-list';
import type { DebugTarget } from '../debug/target';

/** An exception filter with its condition. */
export interface ExceptionEntry {
  readonly id: string;
  readonly condition?: string;
}

/** What a session remembers of exception filters. */
export interface ExceptionWishes {
  /** The client's own; undefined until it sent some. */
  readonly exceptions: readonly ExceptionEntry[] | undefined;
  readonly likes: readonly ExceptionEntry[];
}

/**
 * Enables the client's filters (the defaults until it sends some), then those of rows.
 * @returns what is wrong with each, in this order
 */
export function applyExceptions({ exceptions, likes }: ExceptionWishes, target: DebugTarget): (string | undefined)[] {
  return target.setExceptionFilters([...(exceptions ?? DEFAULT_FILTERS), ...likes]);
}
