/** Breakpoint requests of every kind. They may come before the launch: then they wait, unverified, and say so. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { hex, va } from '../../base/address';
import { t } from '../../base/l10n';
import { BREAKPOINT_MODES, type BreakpointMode } from '../../debug/breakpoint-modes';
import type { BreakpointOptions, CodeBreakpoint, InstructionSpec } from '../../debug/breakpoints';
import { type DataBreakpoint, dataIdOf, LONGEST_WATCH, WORD } from '../../debug/data-breakpoints';
import { ExpressionError } from '../../debug/expression/ast';
import type { Image } from '../../debug/images';
import { formatReference, type MemoryReference, parseReference, referenceIn } from '../../debug/memory';
import { normalizePath } from '../../debug/sources';
import type { DebugTarget } from '../../debug/target';
import type { Args } from '../arguments';
import { badArgument } from '../errors';
import { referenceArgument, referenceText } from '../reference-argument';
import type { Handler } from '../server';
import type { Session } from '../session';
import { idsOf } from '../wishes';
import { breakpointSource } from './sources';

const optionsOf = (args: Args): BreakpointOptions => ({
  condition: args.optionalString('condition'),
  hitCondition: args.optionalString('hitCondition'),
  logMessage: args.optionalString('logMessage'),
  mode: modeOf(args.optionalString('mode')),
});

function modeOf(text: string | undefined): BreakpointMode | undefined {
  const found = BREAKPOINT_MODES.find(({ mode }) => mode === text);
  if (text === undefined || found !== undefined) return found?.mode;
  throw badArgument('mode', `one of ${BREAKPOINT_MODES.map(({ mode }) => mode).join(', ')}`);
}

/** A code breakpoint as the protocol shows it. */
function codeBody(session: Session, target: DebugTarget, breakpoint: CodeBreakpoint): DebugProtocol.Breakpoint {
  const first = breakpoint.places[0];
  const isVerified = first !== undefined;
  const source =
    breakpoint.source === undefined
      ? {}
      : { source: breakpointSource(session, target, breakpoint.source, breakpoint.id) };
  const line = breakpoint.line === undefined ? {} : { line: lineOut(session, breakpoint.line) };
  return {
    id: breakpoint.id,
    verified: isVerified,
    ...source,
    ...line,
    ...(breakpoint.column ? { column: columnOut(session, breakpoint.column) } : {}),
    ...(first === undefined ? {} : { instructionReference: hex(first.va) }),
    ...(breakpoint.message === undefined ? {} : { message: breakpoint.message }),
    ...(isVerified ? {} : { reason: 'failed' as const }),
  };
}

function dataBody(breakpoint: DataBreakpoint): DebugProtocol.Breakpoint {
  const message = breakpoint.message === undefined ? {} : { message: breakpoint.message, reason: 'failed' as const };
  return { id: breakpoint.id, verified: breakpoint.message === undefined, ...message };
}

/** Our lines count from 1. */
export const lineOut = (session: Session, line: number): number => (session.client.linesStartAt1 ? line : line - 1);
export const lineIn = (session: Session, line: number): number => (session.client.linesStartAt1 ? line : line + 1);
export const columnOut = (session: Session, column: number): number =>
  session.client.columnsStartAt1 ? column : column - 1;
export const columnIn = (session: Session, column: number): number =>
  session.client.columnsStartAt1 ? column : column + 1;

/** Tells the client how breakpoints are bound now: all after a restart, or those of an image. */
export function announceBreakpoints(session: Session, image?: Image): void {
  const target = session.binding();
  if (typeof target === 'string') return;
  const own = idsOf(session.wishes);
  for (const breakpoint of target.breakpoints.all) {
    if (!own.has(breakpoint.id)) continue;
    if (image !== undefined && !breakpoint.places.some((place) => place.image === image)) continue;
    session.server.event('breakpoint', { reason: 'changed', breakpoint: codeBody(session, target, breakpoint) });
  }
}

export function breakpointRequests(session: Session): Record<string, Handler> {
  /** What was asked for is kept with fresh ids and bound when there is a machine; answers are in order. */
  const unbound = (specs: readonly { readonly id?: number }[], message: string) => ({
    breakpoints: specs.map((spec) => ({ id: spec.id, verified: false, message, reason: 'pending' as const })),
  });
  return {
    setBreakpoints: (args) => {
      const path = args.object('source').optionalString('path') ?? '';
      const plainLines = args.raw('breakpoints') === undefined ? (args.raw('lines') as unknown) : undefined;
      const given = Array.isArray(plainLines) ? [] : args.objects('breakpoints');
      const specs = given.map((one) => {
        const column = one.optionalInteger('column');
        return {
          id: session.takeId(),
          line: lineIn(session, one.integer('line')),
          ...(column === undefined ? {} : { column: columnIn(session, column) }),
          ...optionsOf(one),
        };
      });
      if (Array.isArray(plainLines)) {
        for (const line of plainLines) {
          if (!Number.isSafeInteger(line)) throw badArgument('lines', 'an array of whole numbers');
          specs.push({
            id: session.takeId(),
            line: lineIn(session, line as number),
            condition: undefined,
            hitCondition: undefined,
            logMessage: undefined,
            mode: undefined,
          });
        }
      }
      session.paths.note(path);
      session.wishes.sources.set(normalizePath(path), specs);
      const target = session.binding();
      if (typeof target === 'string') return unbound(specs, target);
      const set = target.breakpoints.setSource(path, specs, session.wishes);
      return {
        breakpoints: set.map((one, at) => ({
          line: lineOut(session, specs[at]?.line ?? 0),
          ...codeBody(session, target, one),
        })),
      };
    },
    setFunctionBreakpoints: (args) => {
      const specs = args
        .objects('breakpoints')
        .map((one) => ({ id: session.takeId(), name: one.string('name'), ...optionsOf(one) }));
      session.wishes.functions = specs;
      const target = session.binding();
      if (typeof target === 'string') return unbound(specs, target);
      const set = target.breakpoints.setFunctions(specs, session.wishes);
      return { breakpoints: set.map((one) => codeBody(session, target, one)) };
    },
    setInstructionBreakpoints: (args) => {
      const specs: InstructionSpec[] = args.objects('breakpoints').map((one) => {
        const reference = referenceArgument(session, one, 'instructionReference');
        const address = va(reference.address + BigInt(one.optionalInteger('offset') ?? 0));
        return { id: session.takeId(), address, isPhysical: reference.space === 'pa', ...optionsOf(one) };
      });
      session.wishes.instructions = specs;
      const target = session.binding();
      if (typeof target === 'string') return unbound(specs, target);
      const set = target.breakpoints.setInstructions(specs, session.wishes);
      return { breakpoints: set.map((one) => codeBody(session, target, one)) };
    },
    setExceptionBreakpoints: (args) => {
      const enabled: { id: string; condition?: string }[] = [
        ...args.strings('filters').map((id) => ({ id })),
        ...args
          .objects('filterOptions')
          .map((one) => ({ id: one.string('filterId'), condition: one.optionalString('condition') })),
      ];
      for (const option of args.objects('exceptionOptions')) {
        if (option.optionalString('breakMode') === 'never') continue;
        for (const segment of option.objects('path')) enabled.push(...segment.strings('names').map((id) => ({ id })));
      }
      session.wishes.exceptions = enabled;
      const target = session.binding();
      if (typeof target === 'string')
        return unbound(
          enabled.map(() => ({ id: session.takeId() })),
          target,
        );
      const problems = session.applyExceptions(target).slice(0, enabled.length);
      return {
        breakpoints: problems.map((problem) => ({
          verified: problem === undefined,
          ...(problem === undefined ? {} : { message: problem }),
        })),
      };
    },
    dataBreakpointInfo: (args) => dataBreakpointInfo(session, args),
    setDataBreakpoints: (args) => {
      const specs = args.objects('breakpoints').map((one) => {
        const access = one.optionalString('accessType') ?? 'write';
        if (access !== 'read' && access !== 'write' && access !== 'readWrite')
          throw badArgument('accessType', 'read, write or readWrite');
        return {
          id: session.takeId(),
          dataId: referenceText(one, 'dataId'),
          access: access as 'read' | 'write' | 'readWrite',
          condition: one.optionalString('condition'),
          hitCondition: one.optionalString('hitCondition'),
        };
      });
      session.wishes.data = specs;
      const target = session.binding();
      if (typeof target === 'string') return unbound(specs, target);
      const set = target.data.set(target.cpu(target.stop?.hart ?? 0), specs, session.wishes);
      return { breakpoints: set.map(dataBody) };
    },
    breakpointLocations: (args) => {
      const target = session.need('breakpointLocations');
      const path = args.object('source').optionalString('path') ?? '';
      const from = lineIn(session, args.integer('line'));
      const to = lineIn(session, args.optionalInteger('endLine') ?? args.integer('line'));
      const found = new Map<string, DebugProtocol.BreakpointLocation>();
      for (const { image, source } of target.sources.find(path)) {
        for (const line of image.program.linesOf(source)) {
          if (line < from || line > to || found.size > 10_000) continue;
          const columns = image.program.columnsOf(source, line).filter((column) => column > 0);
          if (columns.length === 0) found.set(`${line}`, { line: lineOut(session, line) });
          for (const column of columns) {
            found.set(`${line}:${column}`, { line: lineOut(session, line), column: columnOut(session, column) });
          }
        }
      }
      const breakpoints = [...found.values()].sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
      return { breakpoints };
    },
  };
}

/** Finds what a data breakpoint would watch: a row of the Variables view, an expression, or an address. */
function dataBreakpointInfo(session: Session, args: Args): object {
  const target = session.needStopped('dataBreakpointInfo');
  const name = referenceText(args, 'name');
  const accessTypes = ['read', 'write', 'readWrite'];
  const none = (description: string) => ({ dataId: null, description });
  const answer = (reference: MemoryReference, length: number, title: string) => ({
    dataId: dataIdOf(reference, length, title),
    description:
      length === 1
        ? t`${title}: 1 byte at ${formatReference(reference)}`
        : t`${title}: ${length} bytes at ${formatReference(reference)}`,
    accessTypes,
    canPersist: false,
  });
  const bytes = args.optionalInteger('bytes');
  if (bytes !== undefined && (bytes <= 0 || bytes > LONGEST_WATCH))
    throw badArgument('bytes', `from 1 to ${LONGEST_WATCH}`);
  const reference = parseReference(name);
  const container = args.optionalInteger('variablesReference') ?? 0;
  const isAddress = args.boolean('asAddress');
  if (reference !== undefined && (isAddress || container <= 0)) return answer(reference, bytes ?? WORD, name);
  try {
    if (container > 0 && !isAddress) {
      const handle = session.handles.container(container);
      const row = handle.container.rows(0, 10_000).find((one) => one.name === name);
      if (row?.place === undefined) return none(t`${name} is not in memory now, so nothing can be watched.`);
      const { reference, length } = row.place;
      return answer(referenceIn(handle.scope, reference), bytes ?? length, row.expression ?? name);
    }
    const scope = session.scope(target, args.optionalInteger('frameId'));
    if (isAddress) return answer(target.values.placeOf(name, scope), bytes ?? WORD, name);
    const row = target.values.evaluate(name, { ...scope });
    if (row.place === undefined) return none(t`${name} is not in memory now, so nothing can be watched.`);
    return answer(referenceIn(scope, row.place.reference), bytes ?? row.place.length, name);
  } catch (error) {
    if (error instanceof ExpressionError) return none(error.message);
    throw error;
  }
}
