/** Which traps stop a session beside those of the Breakpoints view: extensions cannot add to VS Code's own list. */

/** Our own field of a `setExceptionBreakpoints` request: these are picked ones, not the Breakpoints view's. */
export const PICKED = 'worldstepPicked';

interface SetExceptionBreakpoints {
  readonly type: string;
  readonly command?: string;
  readonly arguments?: {
    readonly filters?: readonly string[];
    readonly filterOptions?: readonly object[];
    readonly [PICKED]?: readonly string[];
  };
}

/**
 * A request for exception breakpoints replaces all that were set before, so each one that passes gets both lists: VS
 * Code's first, so that its answers keep their places.
 */
export class MergedExceptionBreakpoints {
  #ui: SetExceptionBreakpoints['arguments'] = { filters: [] };
  #picked: readonly string[];

  /** `picked`: filters that stop from the beginning on. */
  constructor(picked: readonly string[]) {
    this.#picked = picked;
  }

  /** The message to send instead of `message`. */
  merge(message: object): object {
    const request = message as SetExceptionBreakpoints;
    if (request.type !== 'request' || request.command !== 'setExceptionBreakpoints') return message;
    const picked = request.arguments?.[PICKED];
    if (picked) this.#picked = picked;
    else this.#ui = request.arguments ?? {};
    const own = this.#picked.map((filterId) => ({ filterId }));
    return { ...request, arguments: { ...this.#ui, filterOptions: [...(this.#ui?.filterOptions ?? []), ...own] } };
  }
}
