/** The requests of protocol.ts: views, console input, status, address explanation. */
import { ExpressionError } from '../../debug/expression/ast';
import { inlineValue } from '../../debug/inline-values';
import { formatReference } from '../../debug/memory';
import { memoryPlace } from '../../debug/memory-place';
import type { SliceResult } from '../../debug/stop';
import { isTrapPolicy, TRAP_POLICIES } from '../../debug/trap-policy';
import type { OpenInspector } from '../../inspect/open';
import type { Args } from '../arguments';
import { badArgument, cannotEvaluate, stepImpossible, UserError, unknownInspector, viewFailed } from '../errors';
import { RUN_GOALS } from '../run-goal-list';
import type { Handler, RequestContext } from '../server';
import type { Session } from '../session';
import { lineIn } from './breakpoints';
import { explainText } from './explain';
import { inChosenRadix } from './variables';

/** Console bytes one request may carry. */
const MOST_INPUT = 1 << 16;
/** Expressions one request may ask for. */
const MOST_PLACES = 1000;

export function ownRequests(session: Session): Record<string, Handler> {
  const hartOf = (args: Args): number => {
    const hart = args.optionalInteger('hart') ?? session.need('inspect').stop?.hart ?? 0;
    return session.hart(hart + 1) === hart ? hart : 0;
  };
  const show = <T extends object>(
    args: Args,
    look: (inspector: OpenInspector, key: string | undefined, hart: number) => T,
  ): T => {
    session.need('inspect');
    const id = args.string('inspector');
    const inspector = session.inspectors.find((one) => one.info.id === id);
    if (inspector === undefined) throw unknownInspector(id);
    const key = args.optionalString('key');
    const hart = hartOf(args);
    try {
      return look(inspector, key, hart);
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw viewFailed(id, error instanceof Error ? error.message : String(error));
    }
  };
  /** Lets the guest go where a request of our own leads it. */
  const goOn = (context: RequestContext, hart: number, first: SliceResult | string): void => {
    if (typeof first === 'string') throw stepImpossible(first);
    context.after(() => {
      // Clients know of their own requests only that they let the guest run.
      session.server.event('continued', { threadId: hart + 1, allThreadsContinued: true });
      session.run(first);
    });
  };
  return {
    'inspect/list': () => ({ inspectors: session.inspectors.map((inspector) => inspector.info) }),
    'inspect/children': (args) => show(args, (inspector, key, hart) => ({ nodes: inspector.children(key, hart) })),
    'inspect/table': (args, context) =>
      show(args, (inspector, key, hart) => context.run(inspector.tableWork(key, hart), (table) => ({ table }))),
    'console/input': (args) => {
      const target = session.need('console/input');
      const bytes = new TextEncoder().encode(args.string('text'));
      if (bytes.length > MOST_INPUT) throw badArgument('text', `at most ${MOST_INPUT} bytes`);
      target.machine.input(bytes);
      session.loop.poke();
      return {};
    },
    'machine/status': (args) => {
      const target = session.need('machine/status');
      const handle = args.has('frameId') ? session.handles.frame(args.integer('frameId')) : undefined;
      const hart = handle?.hart ?? (args.has('hart') ? hartOf(args) : (target.stop?.hart ?? 0));
      return { ...session.status(hart), ...(handle?.frame && { functionName: handle.frame.name }) };
    },
    'stepping/traps': (args) => {
      const target = session.need('stepping/traps');
      const policy = args.optionalString('policy');
      if (policy !== undefined) {
        if (!isTrapPolicy(policy)) throw badArgument('policy', TRAP_POLICIES.join(', '));
        session.debuggee.trapPolicy = policy;
        target.trapPolicy = policy;
        session.event('machine/status', session.status(target.stop?.hart ?? 0));
      }
      return { policy: target.trapPolicy };
    },
    'numbers/choose': (args, context) => {
      const target = session.need('numbers/choose');
      const format = args.string('format');
      if (format !== 'decimal' && format !== 'hexadecimal') throw badArgument('format', 'decimal or hexadecimal');
      session.numbers.choose(format, args.optionalString('expression'));
      context.after(() => {
        if (session.client.supportsInvalidated) session.server.event('invalidated', { areas: ['variables'] });
        session.event('machine/status', session.status(target.stop?.hart ?? 0));
      });
      return {};
    },
    'values/inline': (args) => {
      const target = session.needStopped('values/inline');
      const scope = session.scope(target, args.integer('frameId'));
      const places = args.objects('places');
      if (places.length > MOST_PLACES) throw badArgument('places', `at most ${MOST_PLACES}`);
      const isAssembly = args.boolean('isAssembly');
      return {
        values: places.map((place) => {
          const expression = place.string('expression');
          const line = lineIn(session, place.integer('line'));
          const row = inlineValue(target, scope, { expression, line, isAssembly });
          return row === undefined ? null : inChosenRadix(session, args, { ...row, expression }).text;
        }),
      };
    },
    'memory/place': (args) => {
      const target = args.has('frameId') ? session.needStopped('memory/place') : session.need('memory/place');
      const scope = session.scope(target, args.optionalInteger('frameId'));
      const { reference, length } = evaluated(() => memoryPlace(target, args.string('expression'), scope));
      return { memoryReference: formatReference(reference), length };
    },
    'back/out': (args, context) => {
      const target = session.needStopped('back/out');
      const hart = args.has('threadId') ? session.hart(args.integer('threadId')) : (target.stop?.hart ?? 0);
      goOn(context, hart, target.goBack({ how: 'out', hart }));
      return {};
    },
    'back/write': (args, context) => {
      const target = session.needStopped('back/write');
      const scope = session.scope(target, args.optionalInteger('frameId'));
      const expression = args.string('expression');
      const place = evaluated(() => memoryPlace(target, expression, scope));
      goOn(context, scope.cpu.hart, target.goToLastWrite(scope.cpu, expression, place));
      return {};
    },
    'run/to': (args, context) => {
      const target = session.needStopped('run/to');
      const goal = RUN_GOALS.find(({ id }) => id === args.string('goal'))?.id;
      if (goal === undefined) throw badArgument('goal', RUN_GOALS.map(({ id }) => id).join(', '));
      const hart = args.has('threadId') ? session.hart(args.integer('threadId')) : (target.stop?.hart ?? 0);
      goOn(context, hart, target.runToGoal(goal, hart));
      return {};
    },
    'address/explain': (args) => {
      const target = session.need('address/explain');
      const access = args.optionalString('access');
      if (access !== undefined && access !== 'read' && access !== 'write' && access !== 'execute')
        throw badArgument('access', 'read, write or execute');
      const hart = hartOf(args);
      return evaluated(() => ({
        lines: explainText(session, target, args.string('address'), target.values.scope(hart), access),
      }));
    },
  };
}

/** What `evaluate` gives; what is wrong with an expression goes to the client. */
function evaluated<T>(evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof ExpressionError) throw cannotEvaluate(error.message);
    throw error;
  }
}
