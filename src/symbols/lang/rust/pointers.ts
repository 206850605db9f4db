import { hex } from '../../../base/address';
import type { Member, PointerType, StructType, Type } from '../../types';
import { bare, core, field, memberNamed } from '../layout';
import { shortenRustName, shortTypeName, stem } from '../name';
import { functionText, rawPointerShape } from '../pointer';
import type { Child, Value } from '../value';
import { at, plain, type Shape, type View } from '../view';

/** The two halves of a fat pointer. */
export interface FatPointer {
  readonly address: bigint;
  /** A slice's or string's element count, or a trait object's vtable. */
  readonly extra: bigint;
  readonly isDyn: boolean;
  /** What the data half points to, as the debug information says: an element, a trait object, or a struct that ends in one. */
  readonly target: Type;
}

/** Whether the struct is how Rust describes `&[T]`, `&str`, `&dyn T` and the like. */
export function fatMembers(type: StructType): { data: Member; extra: Member; isDyn: boolean } | undefined {
  if (type.members.length !== 2) return undefined;
  const vtable = memberNamed(type, 'vtable');
  const data = memberNamed(type, 'data_ptr', 'pointer');
  const extra = vtable ?? memberNamed(type, 'length');
  if (data === undefined || extra === undefined || bare(data.type).kind !== 'pointer') return undefined;
  return { data, extra, isDyn: vtable !== undefined };
}

export function readFat(value: Value, view: View): FatPointer | undefined {
  const type = bare(value.type);
  const members = type.kind === 'struct' ? fatMembers(type) : undefined;
  if (members === undefined) return undefined;
  const pointer = bare(members.data.type);
  const address = view.unsigned(field(value, members.data).place, view.context.addressSize);
  const extra = view.unsigned(field(value, members.extra).place, view.context.addressSize);
  if (address === undefined || extra === undefined || pointer.kind !== 'pointer') return undefined;
  return { address, extra, isDyn: members.isDyn, target: pointer.target };
}

/** The address in a pointer or a struct around one (`NonNull`, `Unique`, old `Box`). */
export function addressIn(value: Value, view: View): bigint | undefined {
  const inner = core(value);
  const type = bare(inner.type);
  if (type.kind === 'struct') return readFat(inner, view)?.address;
  return type.kind === 'pointer' ? view.unsigned(inner.place, type.size || view.context.addressSize) : undefined;
}

/** `&T`, `*const T`, `Box<T>` and function pointers. */
export function thinPointer(value: Value, type: PointerType, view: View): Shape {
  const address = view.unsigned(value.place, type.size || view.context.addressSize);
  if (address === undefined) return unreadable(value, view);
  const target = bare(type.target);
  if (target.kind === 'subroutine') return functionShape(value, address, view);
  const name = stem(type.name);
  const isReference = type.flavour !== 'pointer' || type.name.startsWith('&');
  if (name !== 'Box' && !isReference) return rawPointerShape(value, type, address, view);
  const pointee = at(value, type.target, address);
  const invalid = address === 0n ? 'null, which is never valid here' : undefined;
  const text = invalid !== undefined ? `<invalid: ${invalid}>` : view.preview(pointee);
  const child: Child = { name: '*', value: pointee, evaluateSuffix: '*' };
  return {
    text: (invalid ?? '') ? text : name === 'Box' ? `Box(${text})` : `&${text}`,
    named: [child],
    indexedCount: 0,
    isPointer: true,
    target: pointee,
    through: pointee,
    points: address,
    scalar: address,
    write: rawPointerShape(value, type, address, view).write,
  };
}

/** A `Box` that is a struct: one with an allocator of its own, or of a compiler that describes all so. */
export function boxShape(value: Value, type: StructType, view: View): Shape | undefined {
  const pointer = memberNamed(type, '__0', 'ptr');
  const inner = pointer === undefined ? undefined : core(field(value, pointer));
  const innerType = inner === undefined ? undefined : bare(inner.type);
  if (inner === undefined || innerType?.kind !== 'pointer') return undefined;
  const address = view.unsigned(inner.place, view.context.addressSize);
  if (address === undefined) return undefined;
  if (address === 0n) return { ...plain('<invalid: null, which is never valid here>'), hidesFields: true };
  const target = at(value, innerType.target, address);
  return {
    text: `Box(${view.preview(target)})`,
    named: [{ name: '*', value: target, evaluateSuffix: '*' }],
    indexedCount: 0,
    isPointer: true,
    target,
    through: target,
    points: address,
    scalar: address,
    hidesFields: true,
  };
}

export function unreadable(value: Value, view: View): Shape {
  const bytes = view.bytes(value.place, Math.max(1, value.type.size));
  return plain(`<unavailable: ${typeof bytes === 'string' ? bytes : 'it cannot be read'}>`);
}

function functionShape(value: Value, address: bigint, view: View): Shape {
  return {
    ...plain(functionText(address, view)),
    isPointer: true,
    points: address,
    scalar: address,
    write: rawPointerShape(value, value.type, address, view).write,
  };
}

/** What lies behind a vtable. */
export interface Concrete {
  readonly type: Type | undefined;
  readonly name: string;
}

/**
 * The concrete type of a trait object: the vtable is a variable whose type names its owner; failing that, its first
 * word is the drop function, whose symbol spells the type.
 */
export function concreteOf(vtable: bigint, view: View): Concrete | undefined {
  const { names } = view.context;
  if (names === undefined || vtable === 0n) return undefined;
  const type = names.globalAt(vtable)?.type;
  if (type?.kind === 'struct' && type.containingType !== undefined)
    return { type: type.containingType, name: type.containingType.name };
  const symbol = names.symbolAt(vtable);
  const fromSymbol = symbol?.offset === 0n ? /^<(.+) as .+>::\{vtable\}/.exec(symbol.symbol.demangled)?.[1] : undefined;
  const drop = view.pointer(vtable);
  const dropSymbol = drop === undefined || drop === 0n ? undefined : names.symbolAt(drop);
  const fromDrop =
    dropSymbol?.offset === 0n ? /drop_in_place(?:::)?<(.+)>$/.exec(dropSymbol.symbol.demangled)?.[1] : undefined;
  const name = fromSymbol ?? fromDrop;
  return name === undefined ? undefined : { type: names.typeNamed(name), name };
}

/** The alignment a vtable states; trait objects behind counts or locks lie at multiples of it. */
export function alignmentIn(vtable: bigint, view: View): bigint | undefined {
  const stated = view.pointer(vtable + BigInt(2 * view.context.addressSize));
  return stated !== undefined && stated > 0n && stated <= 1n << 20n && (stated & (stated - 1n)) === 0n
    ? stated
    : undefined;
}

/** `&dyn T`, `Box<dyn T>`, `*const dyn T`: the object as its concrete type when the vtable tells. */
export function dynShape(value: Value, fat: FatPointer, view: View): Shape {
  const head = stem(value.type.name) === 'Box' ? 'Box' : value.type.name.startsWith('&') ? '&' : '';
  const wrap = (text: string) => (head === 'Box' ? `Box(${text})` : `${head}${text}`);
  return { ...dynObject(value, fat, fat.address, wrap, view), isPointer: true, scalar: fat.address };
}

/** A trait object at an address, by the vtable of `fat`. */
export function dynObject(
  value: Value,
  fat: FatPointer,
  address: bigint,
  wrap: (text: string) => string,
  view: View,
): Shape {
  const type = bare(value.type);
  const vtable = type.kind === 'struct' ? memberNamed(type, 'vtable') : undefined;
  const rest: Child[] =
    vtable === undefined ? [] : [{ name: 'vtable', value: field(value, vtable), evaluateSuffix: '.vtable' }];
  const concrete = concreteOf(fat.extra, view);
  if (concrete?.type === undefined) {
    const what = concrete === undefined ? `unknown type, vtable ${hex(fat.extra)}` : shortenRustName(concrete.name);
    return {
      text: wrap(`${what} at ${hex(address)}`),
      named: rest,
      indexedCount: 0,
      points: address,
      hidesFields: true,
    };
  }
  const object = at(value, concrete.type, address);
  return {
    text: wrap(withName(object, view)),
    named: [{ name: '*', value: object, evaluateSuffix: '*' }, ...rest],
    indexedCount: 0,
    target: object,
    through: object,
    points: address,
    hidesFields: true,
  };
}

/** `Dog {age: 3}`; other texts say what they are. */
function withName(object: Value, view: View): string {
  const text = view.preview(object);
  if (text.startsWith('{')) return `${shortTypeName(object.type)} ${text}`;
  return object.type.kind === 'base' ? `${text}${/^[\d-]/.test(text) ? `_${object.type.name}` : ''}` : text;
}
