/** Evaluation for console, watches, hovers and the clipboard, and completions. */
import { t } from '../../base/l10n';
import { completions } from '../../debug/completions';
import { ExpressionError } from '../../debug/expression/ast';
import { parseReference } from '../../debug/memory';
import { wholeText } from '../../debug/variables';
import type { Args } from '../arguments';
import { CONSOLE_COMMANDS, helpText } from '../console-words';
import { cannotEvaluate } from '../errors';
import type { Handler } from '../server';
import type { Session } from '../session';
import { explainText, frameWorld } from './explain';
import { inChosenRadix, rowBody } from './variables';

/** Behind the names of the program. */
const COMMAND_RANK = 9;

/** `bookmark page tables [NAME]`. */
const BOOKMARK = /^\s*bookmark\s+page\s+tables\b\s*(.*)$/i;
/** What a bookmark without a name is called; the next one replaces it. */
const DEFAULT_BOOKMARK = 'bookmark';

export function evaluateRequests(session: Session): Record<string, Handler> {
  return {
    evaluate: (args, context) => {
      // Between slices the guest stands: statics and registers can be looked at while it runs.
      const target = args.has('frameId') ? session.needStopped('evaluate') : session.need('evaluate');
      const expression = args.string('expression');
      const where = args.optionalString('context') ?? 'repl';
      try {
        const scope = session.scope(target, args.optionalInteger('frameId'));
        const asked =
          where === 'repl' || where === 'hover' ? /^\s*explain\b\s*(.*)$/s.exec(expression)?.[1] : undefined;
        if (asked !== undefined) {
          return { result: explainText(session, target, asked, scope).join('\n'), variablesReference: 0 };
        }
        const name = where === 'repl' ? BOOKMARK.exec(expression)?.[1] : undefined;
        if (name !== undefined) {
          const said = session.inspection?.bookmarkTables(scope.cpu.hart, name.trim() || DEFAULT_BOOKMARK) ?? '';
          context.after(() => session.staled(['pageTables']));
          return { result: said, variablesReference: 0 };
        }
        if (where === 'repl' && expression.trim() === 'help') return { result: helpText(), variablesReference: 0 };
        const isAssignment = target.values.isAssignment(expression);
        if (isAssignment && where !== 'repl') throw cannotEvaluate(t`Assignments work in the Debug Console only.`);
        if (isAssignment) session.needStopped('assign');
        const found = target.values.evaluate(expression, scope);
        const row = hasFormat(expression) ? found : inChosenRadix(session, args, { ...found, expression });
        if (where === 'hover' && row.operand?.kind === 'register' && isCodeWithoutRegisters(args, expression)) {
          throw cannotEvaluate(t`Nothing is called "${expression}" here. The register is $${expression}.`);
        }
        if (isAssignment) context.after(() => session.debuggee.changed());
        const body = rowBody(session, { ...row, expression }, scope);
        const { type, variablesReference, namedVariables, indexedVariables, memoryReference, presentationHint } = body;
        const value = where === 'clipboard' && !hasFormat(expression) ? wholeText(row) : body.value;
        const lies = where === 'hover' ? addressIn(expression, type, memoryReference) : undefined;
        const summary =
          lies === undefined ? undefined : session.inspection?.summary(scope.cpu.hart, lies, frameWorld(target, scope));
        return {
          result: summary === undefined ? value : `${value} ${summary}`,
          type,
          variablesReference,
          namedVariables,
          indexedVariables,
          memoryReference,
          presentationHint,
        };
      } catch (error) {
        if (error instanceof ExpressionError) throw cannotEvaluate(error.message);
        throw error;
      }
    },
    completions: (args) => {
      const target = session.needStopped('completions');
      const text = args.string('text');
      const column = args.integer('column') - (session.client.columnsStartAt1 ? 1 : 0);
      const lines = text.split('\n');
      const line = lines[(args.optionalInteger('line') ?? 1) - (session.client.linesStartAt1 ? 1 : 0)] ?? text;
      const scope = session.scope(target, args.optionalInteger('frameId'));
      const typed = line.slice(0, Math.max(0, column));
      const found = completions(target, scope, typed);
      const commands = CONSOLE_COMMANDS.filter(({ label }) => label.startsWith(typed)).map(({ label, detail }) => ({
        label,
        kind: 'keyword' as const,
        detail: t(detail),
        replace: typed.length,
        rank: COMMAND_RANK,
      }));
      return {
        targets: [...found, ...commands].map(({ label, kind, detail, replace, rank }) => ({
          label,
          type: kind,
          detail,
          sortText: `${String(rank).padStart(4, '0')} ${label}`,
          start: Math.max(0, column) - replace + (session.client.columnsStartAt1 ? 1 : 0),
          length: replace,
        })),
      };
    },
  };
}

/**
 * Whether a hover stands on a word of a source that is no assembly: a field named `sp` there is not the register, which
 * has its own sign. Clients that send no source ask for what the user typed.
 */
function isCodeWithoutRegisters(args: Args, expression: string): boolean {
  const path = args.optionalObject('source')?.optionalString('path');
  return path !== undefined && !/\.(s|asm|inc)$/i.test(path) && !expression.trim().startsWith('$');
}

/** The address that a hover is about: a literal's own, or what a pointer points to. */
function addressIn(expression: string, type: string | undefined, reference: string | undefined): bigint | undefined {
  const literal = /^\s*(0x[0-9a-f]{4,16})\s*$/i.exec(expression)?.[1];
  if (literal !== undefined) return BigInt(literal);
  const isPointer = type !== undefined && /^[*&]|\*$/.test(type);
  return isPointer && reference !== undefined ? parseReference(reference)?.address : undefined;
}

/** Whether an expression says itself how it is to be shown: `value,x`. */
const hasFormat = (expression: string): boolean => /,\s*[xdbocr]\s*$/.test(expression);
