/** Expressions of a target: what they are worth, what assigning to them does, conditions and log messages. */
import { t } from '../base/l10n';
import type { StopEvent } from '../machine/contract';
import type { ConditionTester, LogPart } from './conditions';
import { assign, type Writer, write } from './expression/assign';
import { ExpressionError, type ParsedExpression } from './expression/ast';
import { evaluate, isPhysical } from './expression/evaluator';
import { expandMacros } from './expression/macros';
import { isTrue, type Operand, toInteger } from './expression/operand';
import { parseExpression } from './expression/parser';
import type { EvaluationScope } from './expression/scope';
import { stripAlias } from './expression/types';
import { type MemoryReference, parseReference, referenceIn } from './memory';
import type { CodeFrame } from './stack';
import type { DebugTarget } from './target';
import { operandRow, type VariableRow } from './variables';

/** Parses a line as the language of the frame reads it, its macros replaced. Throws {@link ExpressionError}. */
function parseIn(text: string, scope: EvaluationScope): ParsedExpression {
  if (!scope.isC) return parseExpression(text);
  const own = scope.frame?.physical;
  const program = own?.image?.program;
  const isType = (name: string) =>
    program !== undefined && program.globals(name).length === 0 && program.types(name).length > 0;
  const expanded =
    program?.hasMacros === true ? expandMacros(text, (name) => program.macroNamed(name, own?.link)) : text;
  return parseExpression(expanded, { isC: true, isType });
}

/** The values of one target. */
export class TargetValues implements ConditionTester {
  constructor(
    private readonly target: Pick<
      DebugTarget,
      'machine' | 'images' | 'unwinder' | 'memory' | 'cpu' | 'topFrame' | 'forget'
    >,
  ) {}

  /** Where expressions of a frame are evaluated; without a frame, the innermost one of the hart. */
  scope(hart: number, frame?: CodeFrame, trap?: StopEvent): EvaluationScope {
    const cpu = frame?.physical.cpu ?? this.target.cpu(hart);
    const used = frame ?? this.target.topFrame(cpu.hart);
    const language = used?.physical.image?.program.framesAt(used.physical.link)[0]?.language;
    return {
      machine: this.target.machine,
      images: this.target.images,
      cpu,
      read: this.target.unwinder.reader(cpu),
      frame: used,
      isInnermost:
        used === undefined ||
        (cpu === this.target.cpu(hart) && !used.physical.state.isCaller && used.physical.pc === cpu.pc),
      isC: language === 'c' || language === 'c++',
      ...(trap === undefined ? {} : { trap }),
    };
  }

  /** Evaluates (and assigns, where the expression says so). Throws {@link ExpressionError}. */
  evaluate(text: string, scope: EvaluationScope): VariableRow {
    const { expression, format } = parseIn(text, scope);
    if (expression.kind !== 'assign') {
      // A word of memory without a type of its own reads best in hexadecimal.
      return operandRow(
        text,
        evaluate(expression, scope),
        text,
        format ?? (expression.kind === 'memory' ? 'x' : undefined),
      );
    }
    assign(expression, scope, this.writer(scope));
    this.target.forget();
    // The assignment may have moved the frame itself.
    const now = scope.isInnermost ? this.scope(scope.cpu.hart) : scope;
    return operandRow(text, evaluate(expression.target, now), undefined, format);
  }

  /** Whether the text would change something. Throws {@link ExpressionError}. */
  isAssignment(text: string): boolean {
    return parseExpression(text).expression.kind === 'assign';
  }

  /** The address an expression stands for: a number, a pointer, a symbol, or where a value lies. Throws {@link ExpressionError}. */
  addressOf(text: string, scope: EvaluationScope): bigint {
    return this.placeOf(text, scope).address;
  }

  /** The same with its address space, as somebody who asks later understands it. */
  placeOf(text: string, scope: EvaluationScope): MemoryReference {
    const reference = parseReference(text);
    if (reference !== undefined) return reference;
    const at = (address: bigint, space: MemoryReference['space'] = 'va') =>
      referenceIn(scope, { space, address: BigInt.asUintN(64, address) });
    const operand = this.operand(text, scope);
    if (operand.kind === 'value') {
      const kind = stripAlias(operand.value.type).kind;
      const { place, context } = operand.value;
      const isNumber = kind === 'pointer' || kind === 'base';
      // A word of physical memory is written as a place, not as what is in it.
      if (isPhysical(context) && place.kind === 'memory') return at(place.address, 'pa');
      if (!isNumber && place.kind === 'memory') return at(place.address);
    }
    return at(toInteger(operand));
  }

  /** The operand behind an expression. Throws {@link ExpressionError}. */
  operand(text: string, scope: EvaluationScope): Operand {
    return evaluate(parseIn(text, scope).expression, scope);
  }

  /** Sets a value to what the user typed: the notation of its type, else any expression. Throws {@link ExpressionError}. */
  set(operand: Operand, text: string, scope: EvaluationScope): void {
    try {
      write(operand, text, scope, this.writer(scope));
    } catch (error) {
      const other = error instanceof ExpressionError ? this.tryNumber(text, scope) : undefined;
      if (other === undefined || other === text) throw error;
      write(operand, other, scope, this.writer(scope));
    }
    this.target.forget();
  }

  private tryNumber(text: string, scope: EvaluationScope): string | undefined {
    try {
      const row = this.evaluate(text, scope);
      return row.text;
    } catch (error) {
      if (error instanceof ExpressionError) return undefined;
      throw error;
    }
  }

  private writer(scope: EvaluationScope): Writer {
    const put = (space: 'va' | 'pa') => (address: bigint, bytes: Uint8Array) =>
      this.target.memory.write(scope.cpu, { space, address }, bytes) === bytes.length;
    return { virtual: put('va'), physical: put('pa') };
  }

  /** Whether a condition holds on a hart; a string when it could not be evaluated. */
  test(hart: number, condition: string, trap?: StopEvent): boolean | string {
    try {
      return isTrue(this.operand(condition, this.scope(hart, undefined, trap)));
    } catch (error) {
      if (error instanceof ExpressionError)
        return t`The condition "${condition}" could not be evaluated: ${error.message}`;
      throw error;
    }
  }

  /** A log message with the values of its expressions. */
  render(hart: number, parts: readonly LogPart[]): string {
    const scope = this.scope(hart);
    return parts.map((part) => ('text' in part ? part.text : this.renderExpression(part.expression, scope))).join('');
  }

  private renderExpression(expression: string, scope: EvaluationScope): string {
    try {
      return this.evaluate(expression, scope).text;
    } catch (error) {
      if (error instanceof ExpressionError) return `<${error.message}>`;
      throw error;
    }
  }
}
