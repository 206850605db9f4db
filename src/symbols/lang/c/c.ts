import { hex } from '../../../base/address';
import type { Member, Type } from '../../types';
import { type Aggregate, bare, baseName, field } from '../layout';
import { rawPointerShape } from '../pointer';
import { escaped } from '../scalar';
import type { Child, Value } from '../value';
import { at, placeWithin, plain, type Shape, strided, type View } from '../view';

/** Reads values of C (and C++) types: pointers, structs, unions. */
export function cShape(value: Value, view: View): Shape {
  const type = bare(value.type);
  if (type.kind === 'pointer') return pointerShape(value, type.target, view);
  if (type.kind === 'struct' || type.kind === 'union') return aggregateShape(value, type, view);
  return plain('<unavailable: its type has no values>');
}

function aggregateShape(value: Value, type: Aggregate, view: View): Shape {
  if (type.isDeclaration && type.members.length === 0)
    return plain('<unavailable: the program only declares this type>');
  const children = fields(value, type);
  const open = type.kind === 'union' ? 'union {' : '{';
  return {
    text: view.list(
      open,
      '}',
      children.map((c) => () => (c.name === ANONYMOUS ? view.preview(c.value) : `${c.name}: ${view.preview(c.value)}`)),
    ),
    named: children,
    indexedCount: 0,
  };
}

const ANONYMOUS = '(anonymous)';

/** Members without a name are C's anonymous structs and unions: their members count as the outer one's. */
function fields(value: Value, type: Aggregate): Child[] {
  return type.members.map((member) => ({
    name: member.isBase === true ? baseName(member) : member.name || ANONYMOUS,
    value: field(value, member),
    evaluateSuffix: member.isBase === true ? baseSuffix(member) : member.name === '' ? undefined : `.${member.name}`,
  }));
}

/** The suffix that reaches a base class: its name is one of its members. That of a template has no place after a dot. */
const baseSuffix = (member: Member): string | undefined => {
  const name = baseName(member);
  return /^\w+$/.test(name) ? `.${name}` : undefined;
};

function pointerShape(value: Value, target: Type, view: View): Shape {
  const address = view.unsigned(value.place, value.type.size || view.context.addressSize);
  if (address === undefined) {
    const bytes = view.bytes(value.place, view.context.addressSize);
    return plain(`<unavailable: ${typeof bytes === 'string' ? bytes : 'it cannot be read'}>`);
  }
  const shape = rawPointerShape(value, value.type, address, view);
  if (!isChar(target) || address === 0n) return shape;
  const text = cString(address, view);
  return text === undefined ? shape : { ...shape, text: `${hex(address)} ${text}` };
}

/** `char` in all its signs, but not `uint8_t`: that is a number to those who use it. */
function isChar(type: Type): boolean {
  for (let at = type, i = 0; i < 16; i++) {
    if (at.kind === 'base')
      return (
        /^(signed |unsigned )?char$/.test(at.name) && (at.encoding === 'signedChar' || at.encoding === 'unsignedChar')
      );
    if (at.kind !== 'alias' || at.flavour === 'typedef') return false;
    at = at.target;
  }
  return false;
}

/** Text up to the zero byte. Read in small pieces, because the page after it may not be there. */
function cString(address: bigint, view: View): string | undefined {
  const bytes: number[] = [];
  const piece = 64n;
  for (let start = address; bytes.length < view.limits.string; ) {
    const length = Number(piece - (start % piece));
    const read = view.read(start, length);
    if (read === undefined) break;
    const end = read.indexOf(0);
    bytes.push(...read.subarray(0, end < 0 ? read.length : end));
    if (end >= 0) return `"${decode(bytes)}"`;
    start += BigInt(length);
  }
  return bytes.length === 0 ? undefined : `"${decode(bytes.slice(0, view.limits.string))}…"`;
}

function decode(bytes: readonly number[]): string {
  return escaped(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes)), '"');
}

/** Arrays of all languages; C's `char` arrays read as text up to the first zero. */
export function arrayShape(value: Value, view: View): Shape {
  const type = bare(value.type);
  if (type.kind !== 'array') return plain('<unavailable: not an array>');
  const { element } = type;
  const count = type.count ?? 0;
  if (!Number.isSafeInteger(count) || count < 0) return plain(`<invalid: an array of ${count}>`);
  const address = (i: number): Value =>
    value.place.kind === 'memory'
      ? at(value, element, value.place.address + BigInt(i) * BigInt(element.size))
      : within(value, element, i);
  const isC = type.language !== 'rust';
  const items = {
    ...strided(value, element, count, address),
    // Arrays without a length, of none or of one go on where the allocation does, as C programs use them.
    ...(isC && count <= 1 && element.size > 0 && { element: (key: bigint | string) => beyond(key, address) }),
  };
  if (isC && type.count === undefined) return { ...plain(openText(value, element, view)), ...items };
  if (count > 0 && element.size > 0 && value.place.kind === 'memory') {
    const first = view.bytes(value.place, 1);
    if (typeof first === 'string') return { ...plain(`<unavailable: ${first}>`), ...items };
  }
  if (value.type.language !== 'rust' && isChar(element) && count > 0) {
    const bytes = view.bytes(value.place, Math.min(count, view.limits.string));
    if (typeof bytes !== 'string') {
      const end = bytes.indexOf(0);
      const text = decode([...bytes.subarray(0, end < 0 ? bytes.length : end)]);
      return { text: `"${text}${end < 0 && count > view.limits.string ? '…' : ''}"`, named: [], ...items };
    }
  }
  const previews = Array.from(
    { length: Math.min(count, view.limits.elements) },
    (_, i) => () => view.preview(address(i)),
  );
  if (count > previews.length) previews.push(() => '…');
  return {
    text: view.list(type.language === 'rust' ? '[' : '{', type.language === 'rust' ? ']' : '}', previews),
    named: [],
    ...items,
  };
}

function beyond(key: bigint | string, address: (index: number) => Value): Value | undefined {
  return typeof key === 'bigint' && key >= 0n && key < BigInt(Number.MAX_SAFE_INTEGER)
    ? address(Number(key))
    : undefined;
}

/** An array of which nobody says how long it is: text ends by itself. */
function openText(value: Value, element: Type, view: View): string {
  const text = isChar(element) && value.place.kind === 'memory' ? cString(value.place.address, view) : undefined;
  return text ?? '<its length is not recorded; index it>';
}

function within(value: Value, element: Type, i: number): Value {
  return { ...value, type: element, place: placeWithin(value.place, i * element.size) };
}
