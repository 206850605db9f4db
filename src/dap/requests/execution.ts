/** Running, pausing, stepping, jumping. */

import { va } from '../../base/address';
import { t } from '../../base/l10n';
import { processorText } from '../../debug/machine-words';
import type { StepRequest } from '../../debug/target';
import type { PlainWay } from '../../debug/travel';
import type { Args } from '../arguments';
import { badArgument, staleGotoTarget, stepImpossible } from '../errors';
import type { Handler, RequestContext } from '../server';
import type { Session } from '../session';
import { columnOut, lineIn, lineOut } from './breakpoints';

export function executionRequests(session: Session): Record<string, Handler> {
  const gotoTargets = new Map<number, bigint>();
  const stepTargets = new Map<number, bigint>();

  const step = (how: StepRequest['how']) => (args: Args, context: RequestContext) => {
    const target = session.needStopped(`step ${how}`);
    const hart = session.hart(args.integer('threadId'));
    const granularity = args.optionalString('granularity') ?? 'line';
    if (!['statement', 'line', 'instruction'].includes(granularity))
      throw badArgument('granularity', 'statement, line or instruction');
    const chosen = args.optionalInteger('targetId');
    const address = chosen === undefined ? undefined : stepTargets.get(chosen);
    const unit = granularity === 'instruction' ? 'instruction' : 'line';
    const isAlone = args.boolean('singleThread');
    const result = target.step({ hart, how, unit, isAlone, ...(address === undefined ? {} : { target: va(address) }) });
    if (typeof result === 'string') throw stepImpossible(result);
    context.after(() => session.run(result));
    return undefined;
  };

  const back = (command: string, how: PlainWay) => (args: Args, context: RequestContext) => {
    const target = session.needStopped(command);
    const hart = session.hart(args.integer('threadId'));
    const isInstruction = how === 'over' && args.optionalString('granularity') === 'instruction';
    const result = target.goBack({ how: isInstruction ? 'instruction' : how, hart });
    if (typeof result === 'string') throw stepImpossible(result);
    context.after(() => session.run(result));
    return undefined;
  };

  return {
    threads: () => {
      if (!session.hasTarget) return { threads: [] };
      const { machine } = session.need('threads');
      const isStopped = !session.loop.isRunning;
      return {
        threads: machine.cpus.map((cpu) => {
          const state = isStopped
            ? ` (${cpu.activity === 'running' ? cpu.world.mode : `${cpu.world.mode}, ${cpu.activity}`})`
            : '';
          return { id: cpu.hart + 1, name: `${processorText(machine.isa, cpu.hart)}${state}` };
        }),
      };
    },
    continue: (args, context) => {
      const target = session.needStopped('continue');
      const isAlone = args.boolean('singleThread');
      // All harts go on: debugpy's client names none.
      const hart = isAlone || args.has('threadId') ? session.hart(args.integer('threadId')) : undefined;
      context.after(() => session.run(target.resume(isAlone ? hart : undefined)));
      return { allThreadsContinued: !isAlone };
    },
    pause: (args, context) => {
      session.need('pause');
      const hart = session.hart(args.has('threadId') ? args.integer('threadId') || 1 : 1);
      context.after(() => {
        if (session.loop.halt()) session.stopped({ kind: 'pause', hart });
      });
      return undefined;
    },
    next: step('over'),
    stepIn: step('into'),
    stepOut: step('out'),
    stepBack: back('stepBack', 'over'),
    reverseContinue: back('reverseContinue', 'continue'),
    stepInTargets: (args) => {
      const target = session.needStopped('stepInTargets');
      const { frame } = session.handles.frame(args.integer('frameId'));
      stepTargets.clear();
      const targets = frame === undefined || frame.physical.state.isCaller ? [] : target.stepTargets(frame);
      return {
        targets: targets.map((one) => {
          const id = session.takeId();
          stepTargets.set(id, one.address);
          return { id, label: one.label };
        }),
      };
    },
    gotoTargets: (args) => {
      const target = session.needStopped('gotoTargets');
      const path = args.object('source').optionalString('path') ?? '';
      const line = lineIn(session, args.integer('line'));
      gotoTargets.clear();
      const targets = target.sources.find(path).flatMap(({ image, source }) =>
        image.program.addressesOf(source, line).flatMap((code) => {
          const at = target.runtimeAddress(image, code.address);
          if (at === undefined) return [];
          const id = session.takeId();
          gotoTargets.set(id, at);
          const label = t`${code.functionName ?? source.path} at ${`0x${at.toString(16)}`}`;
          const column = code.column > 0 ? { column: columnOut(session, code.column) } : {};
          return [
            {
              id,
              label,
              line: lineOut(session, code.line),
              ...column,
              instructionPointerReference: `0x${at.toString(16)}`,
            },
          ];
        }),
      );
      return { targets };
    },
    goto: (args, context) => {
      const target = session.needStopped('goto');
      const hart = session.hart(args.integer('threadId'));
      const id = args.integer('targetId');
      const at = gotoTargets.get(id);
      if (at === undefined) throw staleGotoTarget(id);
      const cpu = target.cpu(hart);
      const from = target.topFrame(hart);
      cpu.writeRegister(target.machine.isa.pc, at);
      target.forget();
      const to = target.topFrame(hart);
      context.after(() => {
        if (from?.name !== to?.name) {
          session.print(
            t`Jumped from ${from?.name ?? '?'} into ${to?.name ?? '?'}: the stack and registers are still the old function's.\n`,
            'important',
          );
        }
        session.stopped({ kind: 'goto', hart });
      });
      return undefined;
    },
  };
}
