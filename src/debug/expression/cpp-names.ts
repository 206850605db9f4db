/** Names that C and C++ know without a place before them: enumerators, and members of the object that a function is of. */

import { bytesOfNumber } from '../../symbols/expression';
import { memberOf } from '../../symbols/lang/access';
import { bare, isAggregate } from '../../symbols/lang/layout';
import { contextOf, type Value } from '../../symbols/lang/value';
import type { Program, ReadMemory, Type } from '../../symbols/types';
import type { Operand } from './operand';

/** An enumerator by its name: `RUNNABLE`, `mm::State::Busy`. */
export function enumeratorOf(program: Program, path: string, read: ReadMemory): Operand | undefined {
  const parts = path.split('::');
  const name = parts.pop() ?? path;
  const found = parts.length === 0 ? program.enumeratorNamed(name) : scoped(program, parts.join('::'), name);
  if (found === undefined) return undefined;
  const { type, value } = found;
  const size = type.size || 4;
  return {
    kind: 'value',
    value: { type, place: { kind: 'bytes', bytes: bytesOfNumber(value, size) }, context: contextOf(program, read) },
  };
}

function scoped(program: Program, owner: string, name: string): { type: Type; value: bigint } | undefined {
  for (const type of program.types(owner)) {
    const value = type.kind === 'enumeration' ? type.enumerators.find((one) => one.name === name)?.value : undefined;
    if (value !== undefined) return { type, value };
  }
  // Enumerators of C++ without a scope of their own belong to what is around their type.
  const plain = program.enumeratorNamed(name);
  return plain?.type.name.startsWith(`${owner}::`) === true ? plain : undefined;
}

/** The names of a class and of its bases, nearest first. */
export function classNames(type: Type, depth = 8): string[] {
  const plain = bare(type);
  if (!isAggregate(plain) || depth === 0) return [];
  const bases = plain.members.filter(({ isBase }) => isBase === true);
  return [plain.name, ...bases.flatMap((base) => classNames(base.type, depth - 1))].filter((name) => name !== '');
}

/** A member of the object that `this` points to; `undefined` where it has none of that name. */
export function memberOfThis(self: Operand, name: string): Value | undefined {
  if (self.kind !== 'value') return undefined;
  const found = memberOf(self.value, name);
  return typeof found === 'string' ? undefined : found;
}
