/** Places in memory as requests name them: references that we gave out, numbers, and expressions. */
import { ExpressionError } from '../debug/expression/ast';
import { type MemoryReference, parseReference } from '../debug/memory';
import type { Args } from './arguments';
import { badArgument, badReference, inexactReference } from './errors';
import type { Session } from './session';

/**
 * The text of an argument that names a place: some clients send numbers. Numbers that JSON has rounded are refused: they
 * would name another place.
 */
export function referenceText(args: Args, name: string): string {
  const value = args.raw(name);
  if (typeof value !== 'number') return args.string(name);
  if (Number.isSafeInteger(value) && value >= 0) return `${value}`;
  throw Number.isInteger(value) && value > 0 ? inexactReference(name, value) : badArgument(name, 'an address');
}

/** The place that an argument names; an expression is looked up in the innermost frame. */
export function referenceArgument(session: Session, args: Args, name: string): MemoryReference {
  const text = referenceText(args, name);
  const reference = parseReference(text);
  if (reference !== undefined) return reference;
  if (!session.hasTarget) throw badReference(text);
  const target = session.need(name);
  try {
    return target.values.placeOf(text, session.scope(target, undefined));
  } catch (error) {
    if (error instanceof ExpressionError) throw badReference(text, error.message);
    throw error;
  }
}
