/** Values that stand beside the lines of a source: of variables only, where the names there surely mean them. */
import { type Expression, ExpressionError } from './expression/ast';
import { parseExpression } from './expression/parser';
import { type EvaluationScope, lookupStatic, variablesInScope } from './expression/scope';
import type { DebugTarget } from './target';
import type { VariableRow } from './variables';

/** An expression in a source. */
export interface SourcePlace {
  readonly expression: string;
  /** From 1; names mean what is declared up to it. */
  readonly line: number;
  /** The source is assembly, where registers are called by plain names. */
  readonly isAssembly: boolean;
}

/**
 * The value of an expression of a source for the frame that stands in the same function. None for names of functions, types
 * and what is not there: a word of the source need not be a variable.
 */
export function inlineValue(target: DebugTarget, scope: EvaluationScope, place: SourcePlace): VariableRow | undefined {
  try {
    const { expression } = parseExpression(place.expression);
    if (!namesIn(expression).every((path) => isVariable(scope, path, place))) return undefined;
    const row = target.values.evaluate(place.expression, scope);
    return row.text.startsWith('<') ? undefined : row;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** All names that an expression looks up. */
function namesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case 'name':
      return [expression.path];
    case 'member':
      return namesIn(expression.object);
    case 'index':
      return [...namesIn(expression.object), ...namesIn(expression.index)];
    case 'unary':
    case 'cast':
      return namesIn(expression.operand);
    case 'binary':
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case 'memory':
      return namesIn(expression.address);
    case 'assign':
      return [...namesIn(expression.target), ...namesIn(expression.value)];
    default:
      return [];
  }
}

function isVariable(scope: EvaluationScope, path: string, { line, isAssembly }: SourcePlace): boolean {
  const { frame, machine } = scope;
  const local = frame === undefined ? undefined : variablesInScope(frame).find(({ name }) => name === path);
  // Declared further down, it shadows what the line means.
  if (local !== undefined) return local.line <= line;
  if (isAssembly && machine.isa.register(path) !== undefined) return true;
  return lookupStatic(scope, path) !== undefined;
}
