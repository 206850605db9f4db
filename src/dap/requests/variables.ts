/** Scopes, variables and setting them. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { t } from '../../base/l10n';
import type { Work } from '../../base/work';
import { ExpressionError } from '../../debug/expression/ast';
import type { EvaluationScope } from '../../debug/expression/scope';
import { formatReference, referenceIn } from '../../debug/memory';
import { scopesOf } from '../../debug/scopes';
import { type Container, chosenRadix, inRadix, type VariableRow } from '../../debug/variables';
import type { Args } from '../arguments';
import { cannotSet, noVariable } from '../errors';
import { MOST_CHILDREN } from '../launch-schema';
import { formatShown } from '../number-format';
import type { Handler } from '../server';
import type { Session } from '../session';

/** A row in the base that was chosen for it, else for what it is a part of, else for the request, else for the session. */
export function inChosenRadix(session: Session, args: Args, row: VariableRow): VariableRow {
  const { numbers } = session;
  const before = chosenRadix(row);
  const radix = numbers.ofRow(row.expression) ?? before ?? numbers.ofRequest(args);
  return radix === undefined || radix === before ? row : inRadix(row, radix);
}

/** A row as the protocol shows it. */
export function rowBody(session: Session, row: VariableRow, scope: EvaluationScope): DebugProtocol.Variable {
  const { container } = row;
  const format = row.expression === undefined ? undefined : formatShown(row);
  return {
    name: row.name,
    value: row.text,
    ...(row.type === undefined ? {} : { type: row.type }),
    ...(row.expression === undefined ? {} : { evaluateName: row.expression }),
    variablesReference: container === undefined ? 0 : session.handles.containerId({ container, scope }),
    ...(container !== undefined && container.namedCount > 0 ? { namedVariables: container.namedCount } : {}),
    ...(container !== undefined && container.indexedCount > 0 ? { indexedVariables: container.indexedCount } : {}),
    ...(row.memory === undefined ? {} : { memoryReference: formatReference(referenceIn(scope, row.memory)) }),
    ...(row.isReadOnly ? { presentationHint: { attributes: ['readOnly'] } } : {}),
    // VS Code shows menu items by it; others have no use for it.
    ...(format !== undefined && session.client.isVsCode ? { __vscodeVariableMenuContext: format } : {}),
  };
}

/** Rows fetched in one part of the work. Chains and trees are followed from their start for each. */
const PIECE = 500;

function* rowsOf<T>(container: Container, start: number, count: number, body: (row: VariableRow) => T): Work<T[]> {
  const rows: T[] = [];
  while (rows.length < count) {
    const piece = container.rows(start + rows.length, Math.min(PIECE, count - rows.length));
    rows.push(...piece.map(body));
    if (piece.length === 0) break;
    yield;
  }
  return rows;
}

export function variableRequests(session: Session): Record<string, Handler> {
  return {
    scopes: (args) => {
      const target = session.needStopped('scopes');
      const handle = session.handles.frame(args.integer('frameId'));
      const scope = target.values.scope(handle.hart, handle.frame);
      return {
        scopes: scopesOf(target, scope, handle.frame).map((one) => ({
          name: one.name,
          variablesReference: session.handles.containerId({ container: one.container, scope }),
          expensive: one.isExpensive,
          ...(one.hint === undefined ? {} : { presentationHint: one.hint }),
          ...(one.container.namedCount > 0 ? { namedVariables: one.container.namedCount } : {}),
        })),
      };
    },
    variables: (args, context) => {
      session.needStopped('variables');
      const { container, scope } = session.handles.container(args.integer('variablesReference'));
      const filter = args.optionalString('filter');
      const asked = args.count('count', 0);
      let start = args.count('start', 0);
      const most = session.launch?.limits?.children ?? MOST_CHILDREN;
      let count = asked === 0 ? most : Math.min(asked, most);
      if (filter === 'indexed') {
        start += container.namedCount;
        count = Math.min(count, container.namedCount + container.indexedCount - start);
      } else if (filter === 'named' && (container.namedCount > 0 || container.indexedCount > 0)) {
        count = Math.min(count, container.namedCount - start);
      }
      if (count <= 0 || context.isCancelled()) return { variables: [] };
      const body = (row: VariableRow) => rowBody(session, inChosenRadix(session, args, row), scope);
      return context.run(rowsOf(container, start, count, body), (variables) => ({ variables }));
    },
    setVariable: (args, context) => {
      const target = session.needStopped('setVariable');
      const { container, scope } = session.handles.container(args.integer('variablesReference'));
      const name = args.string('name');
      const value = args.string('value');
      const find = () =>
        container.rows(0, session.launch?.limits?.children ?? MOST_CHILDREN).find((row) => row.name === name);
      const row = find();
      if (row === undefined) throw noVariable(name);
      if (row.operand === undefined) throw cannotSet(t`${name} cannot be set.`);
      return setAndShow(session, args, context, () => {
        if (row.operand !== undefined) target.values.set(row.operand, value, scope);
        const again =
          row.expression === undefined
            ? find()
            : target.values.evaluate(row.expression, target.values.scope(scope.cpu.hart, scope.frame));
        return { row: again ?? row, scope };
      });
    },
    setExpression: (args, context) => {
      const target = session.needStopped('setExpression');
      const expression = args.string('expression');
      const value = args.string('value');
      const scope = session.scope(target, args.optionalInteger('frameId'));
      return setAndShow(session, args, context, () => {
        target.values.set(target.values.operand(expression, scope), value, scope);
        return {
          row: target.values.evaluate(expression, session.scope(target, args.optionalInteger('frameId'))),
          scope,
        };
      });
    },
  };
}

function setAndShow(
  session: Session,
  args: Args,
  context: { after(action: () => void): void },
  set: () => { row: VariableRow; scope: EvaluationScope },
): object {
  try {
    const { row, scope } = set();
    const { value, type, variablesReference, namedVariables, indexedVariables, memoryReference } = rowBody(
      session,
      inChosenRadix(session, args, row),
      scope,
    );
    context.after(() => session.debuggee.changed());
    return { value, type, variablesReference, namedVariables, indexedVariables, memoryReference };
  } catch (error) {
    if (error instanceof ExpressionError) throw cannotSet(error.message);
    throw error;
  }
}
