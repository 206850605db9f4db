import type { Type } from '../types';
import { bare, baseName, field, isAggregate, memberNamed } from './layout';
import { shortTypeName } from './name';
import { lookAt, shapeOf } from './present';
import type { Value } from './value';
import { at, pageLimits, pathLimits, type Shape } from './view';

/** How many references, boxes and locks a `.` goes through before it gives up. */
const mostSteps = 12;

/** A field by name or position (`0`), found through references, boxes, counts, cells, locks and newtypes. Else why not. */
export function memberOf(value: Value, name: string): Value | string {
  const known = new Set<string>();
  let holder: Value | undefined = value;
  for (let i = 0; i < mostSteps && holder !== undefined; i++) {
    const shape = shapeOf(holder, lookAt(holder, pathLimits));
    const direct = directMember(holder, name, shape, known);
    if (direct !== undefined) return direct;
    holder = shape.through ?? shape.target ?? wrapped(holder) ?? captured(holder);
  }
  const some = [...known].slice(0, 12).join(', ');
  return `${typeText(value.type)} has no field ${name}. ${some === '' ? 'It has no fields.' : `Its fields are ${some}.`}`;
}

/** Fields that {@link memberOf} finds, nearest first: those that are shown, else those that the compiler laid out. */
export function membersOf(value: Value): { readonly name: string; readonly value: Value }[] {
  const found = new Map<string, Value>();
  let holder: Value | undefined = value;
  for (let i = 0; i < mostSteps && holder !== undefined; i++) {
    const shape = shapeOf(holder, lookAt(holder, pathLimits));
    const shown = shape.named.flatMap((child) => {
      const name = /^\.(\w+)$/.exec(child.evaluateSuffix ?? '')?.[1];
      return name === undefined ? [] : [[name, child.value] as const];
    });
    const inner: Value | undefined = shape.through ?? shape.target ?? (shown.length > 0 ? wrapped(holder) : undefined);
    // What only wraps has nothing of its own to offer.
    const isLast = inner === undefined;
    const own = shown.length > 0 || !isLast ? shown : laidOut(holder);
    for (const [name, part] of own) if (!found.has(name)) found.set(name, part);
    holder = inner;
  }
  return [...found].map(([name, part]) => ({ name, value: part }));
}

/** The compiler's fields: a container's `len` and `head`, where elements are what is shown. */
function laidOut(value: Value): (readonly [string, Value])[] {
  const type = bare(value.type);
  if (!isAggregate(type)) return [];
  return type.members.flatMap((member) => {
    const name = member.name.replace(/^__(?=\d+$)/, '');
    return name === '' ? laidOut(field(value, member)) : [[name, field(value, member)] as const];
  });
}

/** What a newtype consists of: most of them dereference to it, which debug information does not say. */
function wrapped(holder: Value): Value | undefined {
  const type = bare(holder.type);
  const sized = isAggregate(type) && type.kind === 'struct' ? type.members.filter((m) => m.type.size > 0) : [];
  const [only, another] = sized;
  return type.language === 'rust' && only !== undefined && another === undefined ? field(holder, only) : undefined;
}

/** The object that a lambda of C++ was made in: its body names the members as its own. */
function captured(holder: Value): Value | undefined {
  const type = bare(holder.type);
  const member = type.language === 'c++' ? memberNamed(type, 'this', '__this') : undefined;
  if (member === undefined) return undefined;
  const found = pointeeOf(field(holder, member));
  return typeof found === 'string' ? undefined : found;
}

function directMember(holder: Value, name: string, shape: Shape, known: Set<string>, depth = 4): Value | undefined {
  const type = bare(holder.type);
  for (const child of shape.named) if (child.evaluateSuffix?.startsWith('.')) known.add(child.evaluateSuffix.slice(1));
  const shown = shape.named.find((c) => c.name === name || c.evaluateSuffix === `.${name}`);
  if (shown !== undefined && shown.name !== '*') return shown.value;
  const member = memberNamed(type, name, `__${name}`, `_ref__${name}`);
  if (member !== undefined) return field(holder, member);
  if (!isAggregate(type) || depth === 0) return undefined;
  const base = type.members.find((m) => m.isBase === true && baseName(m) === name);
  if (base !== undefined) return field(holder, base);
  for (const m of type.members) {
    if ((m.name !== '' && m.isBase !== true) || !isAggregate(bare(m.type))) continue;
    const inner = directMember(field(holder, m), name, { text: '', named: [], indexedCount: 0 }, known, depth - 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Element `index`, or the entry of a key; found through references and locks, and from raw pointers as in C. */
export function elementOf(value: Value, index: bigint | string): Value | string {
  let holder: Value | undefined = value;
  let count: number | undefined;
  for (let i = 0; i < mostSteps && holder !== undefined; i++) {
    const view = lookAt(holder, pageLimits);
    const shape = shapeOf(holder, lookAt(holder, pathLimits));
    if (shape.element !== undefined) {
      const found = shape.element(index, view);
      if (found !== undefined) return found;
      count = shape.indexedCount;
      break;
    }
    if (shape.indexed !== undefined && typeof index === 'bigint') {
      count = shape.indexedCount;
      const inside = index >= 0n && index < BigInt(count);
      const found = inside ? shape.indexed(Number(index), 1, view)[0] : undefined;
      if (found !== undefined) return found.value;
      break;
    }
    const pointed = throughRawPointer(holder, index, shape);
    if (pointed !== undefined) return pointed;
    holder = shape.through ?? shape.target;
  }
  if (count !== undefined) return `There is no element ${index}; ${count === 0 ? 'it is empty' : `it has ${count}`}.`;
  return `${typeText(value.type)} has no elements.`;
}

function throughRawPointer(holder: Value, index: bigint | string, shape: Shape): Value | undefined {
  const type = bare(holder.type);
  const isRaw = type.kind === 'pointer' && type.flavour === 'pointer' && !/^&|Box</.test(type.name);
  if (!isRaw || typeof index !== 'bigint' || typeof shape.scalar !== 'bigint') return undefined;
  const inner = bare(type.target);
  if (inner.kind === 'array' || inner.size === 0) return undefined;
  return at(holder, type.target, shape.scalar + index * BigInt(inner.size));
}

/** What `*value` is. */
export function pointeeOf(value: Value): Value | string {
  const shape = shapeOf(value, lookAt(value, pathLimits));
  if (shape.target !== undefined) return shape.target;
  if (shape.isPointer && shape.scalar === 0n) return 'It is null.';
  return shape.isPointer
    ? `${typeText(value.type)} leads to nothing with a type.`
    : `${typeText(value.type)} is not a pointer.`;
}

/** The same place read as another type. */
export function cast(value: Value, type: Type): Value {
  return { type, place: value.place, context: value.context };
}

const typeText = (type: Type): string => shortTypeName(type) || 'It';
