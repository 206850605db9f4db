/** Requests about the session as a whole: initialize, launch, restart, end, cancel. */
import { capabilities, checkboxes } from '../capabilities';
import { alreadyLaunched } from '../errors';
import { checkLaunch } from '../launch-arguments';
import { LAUNCH_AHEAD } from '../protocol';
import type { Handler } from '../server';
import type { Session } from '../session';
import { announceBreakpoints } from './breakpoints';
import { announceModule } from './sources';

export function lifecycleRequests(session: Session): Record<string, Handler> {
  let isBuilding = false;
  const build = async (value: unknown): Promise<void> => {
    const launch = checkLaunch(value, session.services.architectures);
    if (isBuilding) throw alreadyLaunched();
    isBuilding = true;
    try {
      await session.build(launch);
      session.need('launch').onImageFound = (image) => {
        announceModule(session, image);
        announceBreakpoints(session, image);
      };
    } finally {
      isBuilding = false;
    }
  };
  /** Whether the client's list has the filters that are about guests. */
  let listsGuests = true;
  /** The list of a client that did not announce its launch may be too long. */
  const correctFilters = () => {
    if (listsGuests === session.canHaveGuests) return;
    listsGuests = session.canHaveGuests;
    const exceptionBreakpointFilters = checkboxes(session.services.exceptionFilters(listsGuests));
    session.server.event('capabilities', { capabilities: { exceptionBreakpointFilters } });
  };
  const canHaveGuests = async (launch: unknown): Promise<boolean> => {
    try {
      return await session.services.canHaveGuests(checkLaunch(launch, session.services.architectures));
    } catch {
      // The launch itself will say what is wrong.
      return false;
    }
  };
  const stopRunning = () => {
    session.loop.halt();
  };
  return {
    initialize: (args) => {
      const { client } = session;
      client.linesStartAt1 = args.raw('linesStartAt1') !== false;
      client.columnsStartAt1 = args.raw('columnsStartAt1') !== false;
      client.supportsInvalidated = args.raw('supportsInvalidatedEvent') === true;
      client.supportsMemoryEvent = args.raw('supportsMemoryEvent') === true;
      client.supportsProgress = args.raw('supportsProgressReporting') === true;
      client.supportsAnsi = args.raw('supportsANSIStyling') === true;
      const declare = (guests: boolean) => {
        listsGuests = guests;
        return capabilities(session.services.exceptionFilters(guests), client.supportsAnsi);
      };
      const launch = args.raw(LAUNCH_AHEAD);
      return launch === undefined ? declare(true) : canHaveGuests(launch).then(declare);
    },
    launch: async (args, context) => {
      if (session.hasTarget) throw alreadyLaunched();
      session.isConfigured = false;
      await build(args.all);
      context.after(() => {
        correctFilters();
        session.server.event('initialized');
      });
      return undefined;
    },
    configurationDone: (_args, context) => {
      session.need('configurationDone');
      const isFirst = !session.isConfigured;
      session.isConfigured = true;
      if (isFirst) context.after(() => session.begin());
      return undefined;
    },
    restart: async (args, context) => {
      const given = args.optionalObject('arguments')?.all ?? session.launch;
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
        announceBreakpoints(session);
        // The client may still believe in the stop before the restart.
        session.server.event('continued', { threadId: 1, allThreadsContinued: true });
        session.begin();
      });
      return undefined;
    },
    terminate: (_args, context) => {
      stopRunning();
      context.after(() => session.terminated());
      return undefined;
    },
    disconnect: (args, context) => {
      stopRunning();
      // A suspended guest has nobody to come back to: the machine lives in this session.
      args.boolean('suspendDebuggee');
      context.after(() => session.terminated());
      return undefined;
    },
    cancel: (args) => {
      const seq = args.optionalInteger('requestId');
      if (seq !== undefined) session.server.cancel(seq);
      return undefined;
    },
  };
}
