/** Whose memory an expression names, for somebody who wants to look at it. */
import { t } from '../base/l10n';
import { ExpressionError } from './expression/ast';
import { toInteger } from './expression/operand';
import type { EvaluationScope } from './expression/scope';
import { type MemoryReference, parseReference, referenceIn } from './memory';
import type { DebugTarget } from './target';

/** A place, and how many bytes belong to what is there: 0 where nobody knows. */
export interface MemoryPlace {
  readonly reference: MemoryReference;
  readonly length: number;
}

/**
 * The place of an expression: what a pointer or a container leads to, where any other variable lies, what a number or a
 * register is the address of. Throws {@link ExpressionError}, also for values that are in no memory.
 */
export function memoryPlace(target: DebugTarget, text: string, scope: EvaluationScope): MemoryPlace {
  const given = parseReference(text);
  if (given !== undefined) return { reference: given, length: 0 };
  const { memory, place, operand } = target.values.evaluate(text, scope);
  if (memory !== undefined) {
    const isOwn = place?.reference.address === memory.address;
    return { reference: referenceIn(scope, memory), length: isOwn ? place.length : 0 };
  }
  if (operand?.kind !== 'number' && operand?.kind !== 'register')
    throw new ExpressionError(t`${text} is in no memory now: it is held in a register, or computed.`);
  const address = BigInt.asUintN(64, toInteger(operand));
  return { reference: referenceIn(scope, { space: 'va', address }), length: 0 };
}
