/** Stack traces and what is said about a trap. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { t } from '../../base/l10n';
import type { Work } from '../../base/work';
import { canRestart } from '../../debug/frame-restart';
import { formatReference, referenceIn } from '../../debug/memory';
import type { SourceFile } from '../../debug/sources';
import type { Frame } from '../../debug/stack';
import type { StackWalk } from '../../debug/stack-walk';
import type { DebugTarget } from '../../debug/target';
import { noException, restartImpossible } from '../errors';
import { type FrameFormat, frameFormat, frameName } from '../frame-name';
import type { Handler } from '../server';
import type { Session } from '../session';
import { contextText, contextTitle, panicText, stuckText, trapText, trapTitle } from '../stop-text';
import { columnOut, lineOut } from './breakpoints';
import { dimmedSource, sourceOf } from './sources';

/** Frames sent at most. */
const MOST_FRAMES = 5000;
/** Frames found in one part of the work. */
const PIECE = 50;

function* framesOf(walk: StackWalk, start: number, levels: number): Work<readonly Frame[]> {
  for (let to = PIECE; to < start + levels && !walk.known.isComplete; to += PIECE) {
    walk.frames(0, to);
    yield;
  }
  return walk.frames(start, levels);
}

/** The line that a hart is at, of whatever it executes there; nothing where that has no source. */
export function linePlace(
  session: Session,
  target: DebugTarget,
  hart: number,
): Required<Pick<DebugProtocol.OutputEvent['body'], 'source' | 'line' | 'column'>> | undefined {
  const frame = target.topFrame(hart);
  if (frame?.source === undefined || frame.line === 0) return undefined;
  return {
    source: sourceOf(session, target, frame.source),
    line: lineOut(session, frame.line),
    column: columnOut(session, Math.max(frame.column, 1)),
  };
}

/** Frames that are looked through for another one in the same file. */
const NEAR = 50;

export function stackRequests(session: Session): Record<string, Handler> {
  return {
    stackTrace: (args, context) => {
      const target = session.needStopped('stackTrace');
      const hart = session.hart(args.integer('threadId'));
      const start = args.count('startFrame', 0);
      // All, where the client does not say how many.
      const levels = args.count('levels', 0) || MOST_FRAMES;
      const walk = target.stack(hart);
      const format = frameFormat(args.optionalObject('format'));
      return context.run(framesOf(walk, start, Math.min(levels, MOST_FRAMES)), (frames) => {
        const { count, isComplete } = walk.known;
        session.shown.noteStack(hart, walk.frames(0, start + frames.length));
        const border = borderOf(walk, start + frames.length);
        const stackFrames = frames.map((frame, at) =>
          frameBody(session, target, frame, { hart, index: start + at, format, border }),
        );
        return { stackFrames, totalFrames: isComplete ? count : Math.max(count, start + frames.length) + 1 };
      });
    },
    restartFrame: (args, context) => {
      const target = session.needStopped('restartFrame');
      const { hart, index, frame } = session.handles.frame(args.integer('frameId'));
      if (frame === undefined || !canRestart(frame, index > borderOf(target.stack(hart), index + 1)))
        throw restartImpossible(
          t`Only functions with debug information can be restarted that the hart itself has called.`,
        );
      const start = target.restartFrame(frame);
      if (typeof start === 'string') throw restartImpossible(start);
      context.after(() => {
        if (start.isOptimised)
          session.print(
            t`${frame.name} is optimised: what it got besides its arguments may be missing.\n`,
            'important',
          );
        session.run(start.first);
      });
      return undefined;
    },
    exceptionInfo: (args) => {
      const target = session.needStopped('exceptionInfo');
      const hart = session.hart(args.integer('threadId'));
      const { stop } = target;
      if (stop?.kind === 'panic' && stop.hart === hart) {
        return { exceptionId: t`Rust panic`, description: panicText(target, stop), breakMode: 'always' };
      }
      if (stop?.kind === 'panicked' && stop.hart === hart) {
        return { exceptionId: t`Panic`, description: stop.text, breakMode: 'always' };
      }
      if (stop?.kind === 'context' && stop.hart === hart) {
        return { exceptionId: contextTitle(stop), description: contextText(target, stop), breakMode: 'always' };
      }
      const fresh = target.freshTrap(hart);
      const isTrap = stop?.hart === hart && (stop.kind === 'trap' || stop.kind === 'stuck');
      if (!isTrap && fresh === undefined) throw noException();
      const trap = isTrap
        ? stop
        : ({ kind: 'trap', hart, event: fresh?.event } as Extract<typeof stop, { kind: 'trap' }>);
      const { event } = trap;
      const cause = target.filters.causeOf(event);
      const message = trapText(target, trap);
      const stuck = stop?.kind === 'stuck' && isTrap ? [stuckText(target, stop)] : [];
      const walk = session.inspection?.explainTrap(event) ?? [];
      return {
        exceptionId: trapTitle(target, trap),
        description: [message, ...stuck].join('\n'),
        breakMode: 'always',
        details: {
          message,
          ...(cause === undefined ? {} : { typeName: cause.name, fullTypeName: cause.id }),
          // Clients show it below the description.
          ...(walk.length === 0 ? {} : { stackTrace: walk.join('\n') }),
        },
      };
    },
  };
}

/** Where a frame is shown. */
interface FramePlace {
  readonly hart: number;
  readonly index: number;
  readonly format: FrameFormat;
  /** The index of the first frame that is no call of the hart's own. */
  readonly border: number;
}

/** Among the first frames; behind all of them where there is none. */
function borderOf(walk: StackWalk, count: number): number {
  const at = walk.frames(0, count).findIndex(({ kind }) => kind === 'label');
  return at < 0 ? count : at;
}

function frameBody(
  session: Session,
  target: DebugTarget,
  frame: Frame,
  { hart, index, format, border }: FramePlace,
): DebugProtocol.StackFrame {
  if (frame.kind === 'label') {
    const id = session.handles.frameId({ hart, index, frame: undefined });
    return { id, name: frame.name, line: 0, column: 0, presentationHint: 'label', canRestart: false };
  }
  const id = session.handles.frameId({ hart, index, frame });
  const image = frame.physical.image;
  const hasLine = frame.source !== undefined && frame.line > 0;
  return {
    id,
    name: frameName(target, frame, format),
    ...(frame.source === undefined ? {} : { source: frameSource(session, target, frame, frame.source, hart) }),
    line: hasLine ? lineOut(session, frame.line) : 0,
    column: hasLine ? columnOut(session, Math.max(frame.column, 1)) : 0,
    instructionPointerReference: formatReference(
      referenceIn({ machine: target.machine, cpu: frame.physical.cpu }, { space: 'va', address: frame.physical.pc }),
    ),
    ...(image === undefined ? {} : { moduleId: image.id }),
    ...(canRestart(frame, index > border) ? {} : { canRestart: false }),
    ...(frame.isSubtle ? { presentationHint: 'subtle' as const } : {}),
  };
}

function frameSource(session: Session, target: DebugTarget, frame: Frame, source: SourceFile, hart: number) {
  if (frame.kind === 'label' || !frame.isSubtle) return sourceOf(session, target, source);
  const isShared = target
    .stack(hart)
    .frames(0, NEAR)
    .some((one) => one.kind === 'code' && !one.isSubtle && one.source?.path === source.path);
  return dimmedSource(session, target, source, isShared);
}
