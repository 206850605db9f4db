import type { DebugProtocol } from '@vscode/debugprotocol';
import type * as vscode from 'vscode';

/** Our own field of a `setDataBreakpoints` request: these are the views' breakpoints, not the Breakpoints view's. */
const OWN = 'worldstepOwn';

interface SetDataBreakpoints {
  readonly type: string;
  readonly command?: string;
  readonly arguments?: { readonly breakpoints?: readonly DebugProtocol.DataBreakpoint[]; readonly [OWN]?: boolean };
}

/**
 * VS Code offers extensions no way to add a data breakpoint, and its own list replaces what was set before. So each
 * `setDataBreakpoints` that passes gets both lists: VS Code's first, so that its answers keep their places.
 */
export class MergedDataBreakpoints {
  #ui: readonly DebugProtocol.DataBreakpoint[] = [];
  #own: readonly DebugProtocol.DataBreakpoint[] = [];

  /** The message to send instead of `message`. */
  merge(message: object): object {
    const request = message as SetDataBreakpoints;
    if (request.type !== 'request' || request.command !== 'setDataBreakpoints') return message;
    const breakpoints = request.arguments?.breakpoints ?? [];
    if (request.arguments?.[OWN]) this.#own = breakpoints;
    else this.#ui = breakpoints;
    return { ...request, arguments: { breakpoints: [...this.#ui, ...this.#own] } };
  }
}

/** The rows that break on change, per session. */
const watched = new WeakMap<vscode.DebugSession, Map<string, DebugProtocol.DataBreakpoint>>();

/** Whether a change of the memory at `reference` stops the session. */
export const breaksOnChange = (session: vscode.DebugSession, reference: string): boolean =>
  watched.get(session)?.has(reference) ?? false;

/**
 * Starts or ends stopping when one of `bytes` bytes at `reference` changes.
 * @returns whether it stops now. Rejects with the session's reason if that memory cannot be watched.
 */
export const toggleBreakOnChange = async (
  session: vscode.DebugSession,
  reference: string,
  bytes: number,
): Promise<boolean> => {
  const all = watched.get(session) ?? new Map<string, DebugProtocol.DataBreakpoint>();
  watched.set(session, all);
  if (!all.delete(reference)) {
    const args = { name: reference, asAddress: true, bytes };
    const info: DebugProtocol.DataBreakpointInfoResponse['body'] = await session.customRequest(
      'dataBreakpointInfo',
      args,
    );
    if (info.dataId === null) throw new Error(info.description);
    all.set(reference, { dataId: info.dataId, accessType: 'write' });
  }
  await session.customRequest('setDataBreakpoints', { breakpoints: [...all.values()], [OWN]: true });
  return all.has(reference);
};
