import type { BaseType, EnumerationType, Type } from '../types';
import { arrayShape, cShape } from './c/c';
import { bare } from './layout';
import { fullTypeName, shortTypeName } from './name';
import { implicitPointerShape } from './pointer';
import { rustShape } from './rust/rust';
import { namedChildren } from './rust/structs';
import { scalarShape } from './scalar';
import type { Child, Presented, Value } from './value';
import { defaultLimits, type Limits, pageLimits, plain, type Shape, View } from './view';

/** How a value reads, by its type's language and shape. */
export function shapeOf(value: Value, view: View): Shape {
  const type = bare(value.type);
  if (value.place.kind === 'unavailable') return plain(`<unavailable: ${value.place.why}>`);
  if (value.place.kind === 'implicitPointer' && type.kind === 'pointer')
    return implicitPointerShape(value, value.place.target, view);
  if (value.isRaw && (type.kind === 'struct' || type.kind === 'union')) return rawShape(value, view);
  switch (type.kind) {
    case 'base':
    case 'enumeration':
      return scalarShape(value, asNumber(value.type, type), view);
    case 'array':
      return arrayShape(value, view);
    case 'void':
      return plain(type.language === 'rust' ? '()' : 'void');
    case 'unknown':
      return plain(`<unavailable: ${type.why}>`);
    case 'subroutine':
      return plain('function');
    default:
      return type.language === 'rust' ? rustShape(value, view) : cShape(value, view);
  }
}

/** C's `uint8_t` is a `char` by another name, and a number to those who use it. */
function asNumber<T extends BaseType | EnumerationType>(written: Type, type: T): T {
  const isNamed =
    written.kind === 'alias' && [written, written.target].some((t) => t.kind === 'alias' && t.flavour === 'typedef');
  if (!isNamed || type.kind !== 'base') return type;
  if (type.encoding === 'signedChar') return { ...type, encoding: 'signed' };
  return type.encoding === 'unsignedChar' ? { ...type, encoding: 'unsigned' } : type;
}

/** The compiler's fields, without interpretation on this level and those below. */
function rawShape(value: Value, view: View): Shape {
  const type = bare(value.type);
  if (type.kind !== 'struct' && type.kind !== 'union') return plain('…');
  const part = type.kind === 'struct' ? type.variantPart : undefined;
  const members =
    part === undefined
      ? type.members
      : [...(part.discriminant ? [part.discriminant] : []), ...part.variants.flatMap((v) => v.members)];
  const children = namedChildren(value, {
    ...type,
    kind: 'struct',
    members,
    variantPart: undefined,
    templates: [],
    containingType: undefined,
    isDeclaration: false,
  });
  return {
    text: view.list(
      '{',
      '}',
      children.filter((c) => c.value.type.size > 0).map((c) => () => c.name || 'tag'),
    ),
    named: children.map((c) => ({
      ...c,
      name: c.name || 'tag',
      value: { ...c.value, isRaw: true },
      evaluateSuffix: undefined,
    })),
    indexedCount: 0,
  };
}

/** A fresh look at a value's context. */
export const lookAt = (value: Value, limits: Limits = defaultLimits): View => new View(value.context, shapeOf, limits);

/**
 * Presents a value. The work is bounded whatever the memory holds; it never throws for what is read.
 * Children are made on request, each request within the same limits.
 */
export function present(value: Value, limits: Limits = defaultLimits): Presented {
  const shape = shapeOf(value, lookAt(value, limits));
  const named = shape.hidesFields && hasFields(value) ? [...shape.named, rawChild(value)] : shape.named;
  const address = value.place.kind === 'memory' ? value.place.address : undefined;
  return {
    text: shape.text,
    type: shortTypeName(value.type),
    fullType: fullTypeName(value.type),
    memoryAddress: shape.points ?? address,
    address,
    byteSize: bare(value.type).size,
    isPointer: shape.isPointer ?? false,
    scalar: shape.scalar,
    namedCount: named.length,
    indexedCount: shape.indexedCount,
    childrenRange: (start, count) =>
      childrenRange(named, shape, start, count, lookAt(value, limits === defaultLimits ? pageLimits : limits)),
    write: shape.write,
  };
}

function hasFields(value: Value): boolean {
  const type = bare(value.type);
  return type.kind === 'struct' || type.kind === 'union';
}

const rawChild = (value: Value): Child => ({
  name: '[raw]',
  value: { ...value, isRaw: true },
  evaluateSuffix: undefined,
});

/** More at once than any view shows; protects from a client that asks for everything. */
const mostChildren = 5000;

function childrenRange(
  named: readonly Child[],
  shape: Shape,
  start: number,
  count: number,
  view: View,
): readonly Child[] {
  const from = Math.max(0, Math.trunc(start) || 0);
  const to = Math.min(
    named.length + shape.indexedCount,
    from + Math.min(mostChildren, Math.max(0, Math.trunc(count) || 0)),
  );
  if (to <= from) return [];
  const first = named.slice(from, to);
  const begin = Math.max(0, from - named.length);
  const end = to - named.length;
  if (end <= begin || shape.indexed === undefined) return first;
  return [...first, ...shape.indexed(begin, end - begin, view)];
}
