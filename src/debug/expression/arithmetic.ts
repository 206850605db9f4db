/** The arithmetic of expressions. */
import { t } from '../../base/l10n';
import { type BinaryOperator, ExpressionError } from './ast';

/** Of numbers of which one has a fraction. */
export function floating(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    default:
      throw new ExpressionError(t`"${operator}" needs integers.`);
  }
}

/** Of integers of unlimited width. Throws {@link ExpressionError} where there is no result. */
export function integer(operator: BinaryOperator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '%':
      if (b === 0n) throw new ExpressionError(t`Division by zero.`);
      return operator === '/' ? a / b : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
    case '>>':
      if (b < 0n || b > 1024n) throw new ExpressionError(t`A shift by ${b} is not possible.`);
      return operator === '<<' ? a << b : a >> b;
    default:
      throw new ExpressionError(t`"${operator}" is not arithmetic.`);
  }
}
