/** Arrays, pointers and how C takes one for the other. */
import { t } from '../../base/l10n';
import { bare } from '../../symbols/lang/layout';
import { wordBytes } from '../../symbols/lang/value';
import { ExpressionError } from './ast';
import { describe, type Operand, toInteger } from './operand';
import { target } from './parts';
import { arrayOf, pointerTo } from './types';

/** More elements at once than anybody looks at. */
const MOST_ELEMENTS = 1_000_000n;

/** An array in memory as the pointer to its first element; everything else as it is. */
export function decayed(operand: Operand): Operand {
  if (operand.kind !== 'value') return operand;
  const { type, place, context } = operand.value;
  const array = bare(type);
  if (array.kind !== 'array' || array.language === 'rust' || place.kind !== 'memory') return operand;
  const bytes = wordBytes(place.address);
  return { kind: 'value', value: { type: pointerTo(array.element), place: { kind: 'bytes', bytes }, context } };
}

/** `x@n`: as many elements from the place of `x` on. */
export function spanOf(operand: Operand, count: bigint): Operand {
  if (count < 1n || count > MOST_ELEMENTS) {
    throw new ExpressionError(t`${count} elements cannot be shown; ask for 1 to ${MOST_ELEMENTS}.`);
  }
  if (operand.kind !== 'value' || operand.value.place.kind !== 'memory') {
    throw new ExpressionError(t`${describe(operand)} has no place in memory where elements could follow.`);
  }
  if (operand.value.bits !== undefined) throw new ExpressionError(t`A bit-field has no address.`);
  const { value } = operand;
  return { kind: 'value', value: { ...value, type: arrayOf(value.type, Number(count)) } };
}

/** `p,n`: the first elements that a pointer leads to, or that an array has. */
export function firstOf(operand: Operand, count: bigint): Operand {
  if (operand.kind !== 'value') return spanOf(operand, count);
  const type = bare(operand.value.type);
  if (type.kind === 'array') return spanOf({ kind: 'value', value: { ...operand.value, type: type.element } }, count);
  return spanOf({ kind: 'value', value: target(operand.value) }, count);
}

/** How many elements lie between two pointers; `undefined` where one of them is none. */
export function distance(left: Operand, right: Operand): bigint | undefined {
  const [a, b] = [pointedSize(left), pointedSize(right)];
  if (a === undefined || b === undefined) return undefined;
  if (a !== b) throw new ExpressionError(t`The pointers lead to things of ${a} and of ${b} bytes: cast one of them.`);
  return BigInt.asIntN(64, toInteger(left) - toInteger(right)) / a;
}

function pointedSize(operand: Operand): bigint | undefined {
  if (operand.kind !== 'value') return undefined;
  const type = bare(operand.value.type);
  return type.kind === 'pointer' ? BigInt(Math.max(bare(type.target).size, 1)) : undefined;
}
