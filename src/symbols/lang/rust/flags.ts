/** Types of the crate bitflags: numbers whose bits have names. */
import { hex } from '../../../base/address';
import type { FlagName, StructType } from '../../types';
import { bare, field } from '../layout';
import { stem } from '../name';
import { parseInteger } from '../scalar';
import type { Value, Written } from '../value';
import type { Shape, View } from '../view';
import { namedChildren } from './structs';

/** `Permissions(READ | WRITE | 0x80)`, as the crate prints it; a number where nobody knows the names. */
export function flagsShape(value: Value, type: StructType, view: View): Shape | undefined {
  const only = type.members.length === 1 ? type.members[0] : undefined;
  if (only === undefined) return undefined;
  // Since 2.0 the bits are in a type of their own, before in a field of this name.
  const isFlags = stem(bare(only.type).name) === 'InternalBitFlags' || only.name === 'bits';
  if (!isFlags) return undefined;
  const inner = view.inside(field(value, only));
  const { scalar } = inner;
  if (typeof scalar !== 'bigint' || inner.isPointer) return undefined;
  const names = value.context.names?.flagsOf(type) ?? [];
  const write = inner.write;
  return {
    text: `${stem(type.name)}(${flagsText(scalar, names)})`,
    named: namedChildren(value, type),
    indexedCount: 0,
    scalar,
    ...(write === undefined ? {} : { write: (text: string) => written(text, names, write) }),
  };
}

function flagsText(bits: bigint, names: readonly FlagName[]): string {
  const parts: string[] = [];
  let left = bits;
  for (const { name, value } of names) {
    if (value === 0n || (value & left) === 0n || (value & bits) !== value) continue;
    parts.push(name);
    left &= ~value;
  }
  if (left !== 0n || parts.length === 0) parts.push(hex(left));
  return parts.join(' | ');
}

/** Takes what the text above shows, and numbers. */
function written(text: string, names: readonly FlagName[], write: (text: string) => Written): Written {
  let bits = 0n;
  for (const part of text.replace(/^\s*\w+\s*\(|\)\s*$/g, '').split('|')) {
    const word = part.trim().replace(/^.*::/, '');
    const value = names.find(({ name }) => name === word)?.value ?? parseInteger(word);
    if (value === undefined) {
      const known = names.map(({ name }) => name).join(', ');
      return {
        ok: false,
        why: `"${word}" is no flag. ${known === '' ? 'Type a number.' : `There are ${known}; numbers work, too.`}`,
      };
    }
    bits |= value;
  }
  return write(`${bits}`);
}
