/** Requests about the session as a whole: initialize, launch, restart, end, cancel. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { FilterScope } from '../../debug/exception-list';
import { capabilities, checkboxes } from '../capabilities';
import { speakTo } from '../client-language';
import { alreadyLaunched, nothingShared, nothingToAttach } from '../errors';
import { showHandChange } from '../hand-change';
import { checkAttach, checkLaunch } from '../launch-arguments';
import { LAUNCH_AHEAD, OWN_EVENTS } from '../protocol';
import type { Handler } from '../server';
import type { Session } from '../session';
import { announceBreakpoints } from './breakpoints';
import { announceModule } from './sources';
import { linePlace } from './stack';

/** The machine as a process: it has no number in the host's system. */
function processBody({ debuggee: { launch, target }, isAttached }: Session): DebugProtocol.ProcessEvent['body'] {
  const isa = target?.machine.isa;
  return {
    name: launch?.program ?? '',
    isLocalProcess: true,
    startMethod: isAttached ? 'attach' : 'launch',
    pointerSize: isa?.register(isa.pc)?.bits,
  };
}

export function lifecycleRequests(session: Session): Record<string, Handler> {
  session.announcer = {
    image: (image) => {
      announceModule(session, image);
      announceBreakpoints(session, image);
    },
    breakpoints: () => announceBreakpoints(session),
    change: (target) => showHandChange(session, target),
    place: (target, hart) => linePlace(session, target, hart),
  };
  let isBuilding = false;
  const build = async (value: unknown): Promise<void> => {
    const launch = checkLaunch(value, session.services.architectures);
    if (isBuilding) throw alreadyLaunched();
    isBuilding = true;
    try {
      await session.build(launch);
    } finally {
      isBuilding = false;
    }
  };
  /** The filters that the client lists, as they were sent. */
  let listed = '';
  /** The list of a client that did not announce its launch may be another machine's. */
  const correctFilters = () => {
    const exceptionBreakpointFilters = checkboxes(session.services.exceptionFilters(session.debuggee.filterScope));
    if (listed === JSON.stringify(exceptionBreakpointFilters)) return;
    listed = JSON.stringify(exceptionBreakpointFilters);
    session.server.event('capabilities', { capabilities: { exceptionBreakpointFilters } });
  };
  const scopeOf = async (launch: unknown): Promise<FilterScope> => {
    try {
      return await session.services.filterScope(checkLaunch(launch, session.services.architectures));
    } catch {
      // The launch itself will say what is wrong.
      return { canHaveGuests: false };
    }
  };
  return {
    initialize: (args) => {
      const { client } = session;
      client.linesStartAt1 = args.raw('linesStartAt1') !== false;
      client.columnsStartAt1 = args.raw('columnsStartAt1') !== false;
      client.supportsInvalidated = args.raw('supportsInvalidatedEvent') === true;
      client.supportsMemoryEvent = args.raw('supportsMemoryEvent') === true;
      client.supportsProgress = args.raw('supportsProgressReporting') === true;
      session.paths.isUri = args.raw('pathFormat') === 'uri';
      client.isVsCode = args.raw('clientID') === 'vscode';
      client.supportsAnsi = args.raw('supportsANSIStyling') === true;
      client.takesOwnEvents = args.raw(OWN_EVENTS) === true;
      const declare = (scope: FilterScope) => {
        const filters = session.services.exceptionFilters(scope);
        listed = JSON.stringify(checkboxes(filters));
        return capabilities(filters, {
          canStyle: client.supportsAnsi,
          isShared: session.shared !== undefined,
        });
      };
      const launch = args.raw(LAUNCH_AHEAD);
      const answer = () => (launch === undefined ? declare({ canHaveGuests: true }) : scopeOf(launch).then(declare));
      return speakTo(args.optionalString('locale'), session.services.host)?.then(answer) ?? answer();
    },
    launch: async (args) => {
      if (session.hasTarget) throw alreadyLaunched();
      session.isConfigured = false;
      await build(args.all);
      // Before the response: a client that hears that first may take it that there is nothing to configure.
      correctFilters();
      session.server.event('initialized');
      return undefined;
    },
    attach: (args) => {
      if (session.hasTarget) throw alreadyLaunched();
      checkAttach(args.all);
      if (session.shared === undefined) throw nothingShared();
      const debuggee = [...session.shared.debuggees].filter(({ target }) => target !== undefined).at(-1);
      if (debuggee === undefined) throw nothingToAttach();
      session.isConfigured = false;
      session.join(debuggee);
      correctFilters();
      session.server.event('initialized');
      return undefined;
    },
    configurationDone: (_args, context) => {
      session.need('configurationDone');
      const isFirst = !session.isConfigured;
      session.isConfigured = true;
      if (isFirst) {
        context.after(() => {
          session.server.event('process', processBody(session));
          if (session.isAttached) session.catchUp();
          else session.begin();
        });
      }
      return undefined;
    },
    restart: async (args, context) => {
      // What an attached client sends is how it has attached.
      const given = session.isAttached ? session.launch : (args.optionalObject('arguments')?.all ?? session.launch);
      const wasRunning = session.loop.halt();
      try {
        await build(given);
      } catch (error) {
        // The old machine is still there; the client must know that it stands.
        if (wasRunning) context.after(() => session.stopped({ kind: 'pause', hart: 0 }));
        throw error;
      }
      session.isConfigured = true;
      context.after(() => {
        correctFilters();
        session.debuggee.announceRestart();
        // The client may still believe in the stop before the restart.
        session.server.event('continued', { threadId: 1, allThreadsContinued: true });
        session.begin();
      });
      return undefined;
    },
    terminate: (_args, context) => {
      session.loop.halt();
      context.after(() => session.debuggee.end());
      return undefined;
    },
    disconnect: (args, context) => {
      const terminate = args.has('terminateDebuggee') ? args.boolean('terminateDebuggee') : undefined;
      const suspend = args.boolean('suspendDebuggee');
      context.after(() => {
        session.leave({ terminate, suspend });
        if (!session.debuggee.isEnded) session.ended(undefined);
        session.closed();
      });
      return undefined;
    },
    cancel: (args) => {
      const seq = args.optionalInteger('requestId');
      if (seq !== undefined) session.server.cancel(seq);
      return undefined;
    },
  };
}
