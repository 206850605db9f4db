/** Parts of values by name or index, through references and containers; reasons become {@link ExpressionError}s. */
import { elementOf, memberOf, pointeeOf } from '../../symbols/lang/access';
import { present } from '../../symbols/lang/present';
import type { Value } from '../../symbols/lang/value';
import { ExpressionError } from './ast';
import { stripAlias } from './types';

function orThrow(found: Value | string): Value {
  if (typeof found === 'string') throw new ExpressionError(found.endsWith('.') ? found : `${found}.`);
  return found;
}

/** The value a pointer, reference, box or other wrapper leads to. */
export const target = (value: Value): Value => orThrow(pointeeOf(value));

/** The field `name`: as shown, as laid out, or of what the value points to. */
export const member = (value: Value, name: string): Value => orThrow(memberOf(value, name));

/** Element `index` of an array, slice, vector or ring buffer; of a raw pointer by C's arithmetic. */
export function element(value: Value, index: bigint): Value {
  const found = elementOf(value, index);
  if (typeof found !== 'string') return found;
  const type = stripAlias(value.type);
  const { scalar } = present(value);
  if (type.kind !== 'pointer' || type.target.size === 0 || typeof scalar !== 'bigint') return orThrow(found);
  const address = BigInt.asUintN(64, scalar + index * BigInt(type.target.size));
  return { type: type.target, place: { kind: 'memory', address }, context: value.context };
}
