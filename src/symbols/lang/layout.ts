import { type ExpressionContext, evaluateNumber, Unavailable } from '../expression';
import type { BaseType, Member, Op, StructType, Type, UnionType } from '../types';
import { isRegisterFile } from './address-name';
import { stem } from './name';
import type { Value } from './value';
import { part } from './view';

/** Looks through typedefs and qualifiers. Ends on cyclic debug information. */
export function bare(type: Type): Type {
  let at = type;
  for (let i = 0; i < 32 && at.kind === 'alias'; i++) at = at.target;
  return at;
}

export type Aggregate = StructType | UnionType;

export const isAggregate = (type: Type): type is Aggregate => type.kind === 'struct' || type.kind === 'union';

/** A direct member by name. */
export function memberNamed(type: Type, ...names: string[]): Member | undefined {
  if (!isAggregate(type)) return undefined;
  for (const name of names) {
    const member = type.members.find((m) => m.name === name);
    if (member !== undefined) return member;
  }
  return undefined;
}

/** How a base class is called among the members: as its type, without namespaces. */
export const baseName = (member: Member): string => bare(member.type).shortName || '(base)';

/** A member's value. */
export function field(value: Value, member: Member): Value {
  const calledBy = namesOf(value, member);
  if (member.place !== undefined) return { ...computed(value, member.type, member.place), calledBy };
  if (member.bitSize === undefined) return { ...part(value, member.type, member.offset), calledBy };
  const bit = member.bitOffset ?? 8 * member.offset;
  return { ...part(value, member.type, bit >> 3), calledBy, bits: { offset: bit & 7, size: member.bitSize } };
}

/** A part whose place only the object tells, as that of a virtual base. */
function computed(value: Value, type: Type, place: readonly Op[]): Value {
  const { context } = value;
  const unavailable = (why: string): Value => ({ ...value, type, place: { kind: 'unavailable', why } });
  if (value.place.kind !== 'memory')
    return unavailable('where this part is stands in the object, which is not in memory');
  const nothing = (): never => {
    throw new Unavailable('where this part is depends on a frame');
  };
  const asked: ExpressionContext = {
    addressSize: context.addressSize,
    slide: 0n,
    readMemory: context.read,
    register: nothing,
    cfa: nothing,
    frameBase: nothing,
    threadLocal: nothing,
    atEntry: nothing,
  };
  try {
    return { ...value, type, place: { kind: 'memory', address: evaluateNumber(place, asked, [value.place.address]) } };
  } catch (error) {
    if (error instanceof Unavailable) return unavailable(error.message);
    throw error;
  }
}

/** Members that say nothing about what they hold: that is called as the wrapper is. */
const CONTENTS = /^(?:value|data|inner|cell|v)$/;
/** Library code calls the pointer to its contents so; a number of this name is an address. */
const POINTERS = /^(?:ptr|pointer)$/;

/** How a member is called: by its own name, or, as the contents of a wrapper, as that and its type are. */
function namesOf(value: Value, member: Member): readonly string[] {
  const type = bare(value.type);
  const isPosition = /^(?:__\d+)?$/.test(member.name);
  const isContents = CONTENTS.test(member.name) || (POINTERS.test(member.name) && bare(member.type).kind !== 'base');
  const outer = [...(value.calledBy ?? []), stem(type.name)];
  if (isContents) return outer;
  if (type.kind !== 'struct') return isPosition ? [] : [member.name];
  if (type.variantPart !== undefined || (isPosition && onlySized(type) === member)) return outer;
  if (isPosition) return [];
  return isRegisterFile(type.members.map(({ name }) => name)) ? [member.name, 'register'] : [member.name];
}

/**
 * A member by name anywhere inside, nearest first, as a value. Standard-library structs move their fields into ever
 * new wrappers from version to version while the fields keep their names.
 */
export function deepMember(value: Value, names: readonly string[], depth = 5): Value | undefined {
  let level: Value[] = [value];
  for (let i = 0; i < depth; i++) {
    const next: Value[] = [];
    for (const holder of level) {
      const type = bare(holder.type);
      if (!isAggregate(type)) continue;
      const member = memberNamed(type, ...names);
      if (member !== undefined) return field(holder, member);
      for (const m of type.members) if (m.type.size > 0 && next.length < 64) next.push(field(holder, m));
    }
    level = next;
  }
  return undefined;
}

/** Goes inwards through structs of one sized member until something else: the integer in a `Cap`, the pointer in a `Unique`. */
export function core(value: Value): Value {
  let at = value;
  for (let i = 0; i < 12; i++) {
    const type = bare(at.type);
    if (type.kind === 'union') {
      const inner = memberNamed(type, 'value');
      if (inner === undefined) return at;
      at = field(at, inner);
      continue;
    }
    if (type.kind !== 'struct' || type.variantPart !== undefined) return at;
    const only = onlySized(type);
    if (only === undefined) return at;
    at = field(at, only);
  }
  return at;
}

/** The one member that takes space, when the others do not. */
export function onlySized(type: StructType): Member | undefined {
  const sized = type.members.filter((m) => m.type.size > 0);
  return sized.length === 1 ? sized[0] : undefined;
}

/** The argument of that name of a generic type. */
export function argument(type: Type, name: string): Type | undefined {
  return isAggregate(type) ? type.templates.find((t) => t.name === name)?.type : undefined;
}

/** A base type that the debug information lacks. */
export function madeUp(name: string, size: number, encoding: BaseType['encoding']): BaseType {
  return { kind: 'base', id: -1 - size, name, shortName: name, size, alignment: size, language: 'rust', encoding };
}
