import type { Member, StructType, UnionType } from '../../types';
import { addressHint } from '../address-name';
import { field } from '../layout';
import { stem } from '../name';
import type { Child, Value } from '../value';
import type { Shape, View } from '../view';

/** rustc names the fields of tuples and tuple structs `__0`, `__1`; people write `.0`. */
const position = (name: string): string | undefined => /^__(\d+)$/.exec(name)?.[1];

export const isPositional = (members: readonly Member[]): boolean =>
  members.length > 0 && members.every((m) => position(m.name) !== undefined);

const inOrder = (members: readonly Member[]): readonly Member[] =>
  isPositional(members) ? [...members].sort((a, b) => Number(position(a.name)) - Number(position(b.name))) : members;

/** Fields in the order of the source. */
export function namedChildren(value: Value, type: StructType | UnionType): Child[] {
  return inOrder(type.members).map((member) => {
    // A closure's captures by reference carry a prefix that is not in the source.
    const name = position(member.name) ?? member.name.replace(/^_ref__/, '');
    return { name, value: field(value, member), evaluateSuffix: `.${position(member.name) ?? member.name}` };
  });
}

/** `name {x: 1}`, `name(1)`, or `name` alone. Fields that take no space say nothing and are left out. */
export function aggregateText(value: Value, type: StructType | UnionType, name: string, view: View): string {
  if (type.members.length === 0) return name || '{}';
  if (isPositional(type.members))
    return view.list(
      `${name}(`,
      type.members.length === 1 && name === '' ? ',)' : ')',
      namedChildren(value, type).map((c) => () => view.preview(c.value)),
    );
  const sized = namedChildren(value, type).filter((c) => c.value.type.size > 0);
  return view.list(
    name === '' ? '{' : `${name} {`,
    '}',
    sized.map((c) => () => `${c.name}: ${view.preview(c.value)}`),
  );
}

/** Structs, tuples, closures without a meaning of their own. */
export function structShape(value: Value, type: StructType, view: View): Shape {
  if (type.isDeclaration && type.members.length === 0)
    return { text: '<unavailable: the program only declares this type>', named: [], indexedCount: 0 };
  const isTuple = type.name.startsWith('(');
  const isClosure = /\{closure_env#\d+\}/.test(type.name);
  const needsName = !isTuple && (type.members.length === 0 || isPositional(type.members));
  const name = isClosure ? 'closure' : needsName ? stem(type.name) : '';
  return { text: aggregateText(value, type, name, view), named: namedChildren(value, type), indexedCount: 0 };
}

const isNumberType = (name: string): boolean => ['address', 'pattern'].includes(addressHint(name) ?? '');

/** Structs that everybody knows by a notation: `3..9`, `1.5s`, `VirtAddr(0x80200000)`. */
export function notationShape(value: Value, type: StructType, view: View): Shape | undefined {
  const name = stem(type.name);
  const children = namedChildren(value, type);
  const text = (field: string) => {
    const child = children.find((c) => c.name === field);
    return child === undefined ? undefined : view.preview(child.value);
  };
  if (name === 'Duration') {
    const [secs, nanos] = [text('secs'), text('nanos')];
    if (secs === undefined || nanos === undefined || !/^\d{1,9}$/.test(nanos)) return undefined;
    const fraction = nanos.padStart(9, '0').replace(/0+$/, '');
    return { text: `${secs}${fraction === '' ? '' : `.${fraction}`}s`, named: children, indexedCount: 0 };
  }
  if (isNumberType(name)) return newtypeShape(value, type, name, view);
  if (!/^(?:Addr)?Range(?:From|To)?$/.test(name)) return undefined;
  return { text: `${text('start') ?? ''}..${text('end') ?? ''}`, named: children, indexedCount: 0 };
}

/** `VirtAddr(0x…)`, `MappingFlags(0x…)`: a number that is known by its type. */
function newtypeShape(value: Value, type: StructType, name: string, view: View): Shape | undefined {
  const only = isPositional(type.members) && type.members.length === 1 ? type.members[0] : undefined;
  if (only === undefined) return undefined;
  const shape = view.inside(field(value, only));
  if (typeof shape.scalar !== 'bigint' || shape.isPointer) return undefined;
  return {
    text: `${name}(${shape.text})`,
    named: namedChildren(value, type),
    indexedCount: 0,
    scalar: shape.scalar,
  };
}

/** All readings of the same bytes. */
export function unionShape(value: Value, type: UnionType, view: View): Shape {
  return { text: aggregateText(value, type, 'union', view), named: namedChildren(value, type), indexedCount: 0 };
}
