import type { ArrayType, DynamicBound, PointerType, Type } from '../types';

/** How many elements an array has whose length only a frame tells; `undefined` where the frame does not tell. */
export type CountReader = (bound: DynamicBound) => number | undefined;

/** So deep types are looked into: arrays of arrays behind pointers and typedefs. */
const DEEPEST = 8;
/** Ids of types that are made for one look. */
const MADE = -3_000_000;

/** More elements than any variable-length array has; a bound that is not set yet holds anything. */
const MOST_ELEMENTS = 1 << 28;

/** The type as it is in a frame: C's variable-length arrays have the lengths that they have there. */
export function concrete(type: Type, read: CountReader, depth = 0): Type {
  if (depth > DEEPEST) return type;
  switch (type.kind) {
    case 'alias': {
      const target = concrete(type.target, read, depth + 1);
      return target === type.target ? type : { ...type, size: target.size, target };
    }
    case 'pointer': {
      // What most pointers lead to is none of this, and may be a large graph.
      if (!isArray(type.target)) return type;
      const target = concrete(type.target, read, depth + 1);
      return target === type.target ? type : ({ ...type, id: MADE, target } satisfies PointerType);
    }
    case 'array': {
      const element = concrete(type.element, read, depth + 1);
      if (type.bound === undefined) return element === type.element ? type : sized(type, element, type.count);
      const count = read(type.bound);
      return sized(type, element, count !== undefined && count >= 0 && count <= MOST_ELEMENTS ? count : undefined);
    }
    default:
      return type;
  }
}

function isArray(type: Type): boolean {
  let at = type;
  for (let i = 0; i < DEEPEST && at.kind === 'alias'; i++) at = at.target;
  return at.kind === 'array' || (at.kind === 'pointer' && isArray(at.target));
}

function sized(type: ArrayType, element: Type, count: number | undefined): ArrayType {
  const { name, shortName, alignment, language } = type;
  const size = (count ?? 0) * element.size;
  return {
    kind: 'array',
    id: MADE,
    name,
    shortName,
    alignment,
    language,
    size,
    element,
    count,
    ...(type.bound && { bound: type.bound }),
  };
}
