import { hex } from '../../../base/address';
import type { StructType, Type } from '../../types';
import { argument, bare, core, deepMember, field, memberNamed } from '../layout';
import { shortTypeName, stem } from '../name';
import type { RingBuffer, Value } from '../value';
import { at, part, type Shape, strided, type View } from '../view';
import { addressIn, type FatPointer } from './pointers';
import { implausible, invalid, stringShape } from './strings';

/** `&[T]`, `Box<[T]>`, `*const [T]`. */
export function sliceShape(value: Value, slice: FatPointer, title: string, view: View): Shape {
  const size = BigInt(slice.target.size);
  const problem = implausible(slice.address, slice.extra, size, view);
  if (problem !== undefined) return invalid(`slice, ${problem}`);
  const count = Number(slice.extra);
  if (count > 0 && size > 0n && view.read(slice.address, 1) === undefined)
    return invalid(`no memory at ${hex(slice.address)} for ${count} elements`);
  return {
    text: `${title} (len: ${count})`,
    named: [],
    ...strided(value, slice.target, count, (i) => at(value, slice.target, slice.address + BigInt(i) * size)),
    isPointer: true,
    points: slice.address,
    hidesFields: true,
  };
}

/** Buffer and capacity of a `RawVec`, wherever the version at hand keeps them. */
interface Buffer {
  readonly element: Type;
  readonly address: bigint;
  readonly capacity: bigint;
}

function readBuffer(value: Value, type: StructType, view: View): Buffer | string {
  const buffer = memberNamed(type, 'buf');
  const element = argument(type, 'T');
  if (buffer === undefined || element === undefined) return 'its fields are not those of any known version';
  const raw = field(value, buffer);
  const pointer = deepMember(raw, ['ptr']);
  const capacity = deepMember(raw, ['cap']);
  if (pointer === undefined || capacity === undefined) return 'its fields are not those of any known version';
  const address = addressIn(pointer, view);
  const stated = view.unsigned(core(capacity).place, core(capacity).type.size);
  if (address === undefined || stated === undefined) return 'it cannot be read';
  // Elements without size need no room; the field is meaningless then.
  const unlimited = (1n << BigInt(8 * view.context.addressSize)) - 1n;
  return { element, address, capacity: element.size === 0 ? unlimited : stated };
}

function readLength(value: Value, name: string, view: View): bigint | undefined {
  const member = deepMember(value, [name], 1);
  return member === undefined ? undefined : view.unsigned(core(member).place, core(member).type.size);
}

const capacityText = (buffer: Buffer): string => (buffer.element.size === 0 ? '' : `, capacity: ${buffer.capacity}`);

/** `Vec<T>`. */
export function vecShape(value: Value, type: StructType, view: View): Shape | undefined {
  const name = stem(type.name);
  const buffer = readBuffer(value, type, view);
  const len = readLength(value, 'len', view);
  if (typeof buffer === 'string' || len === undefined) return undefined;
  const problem = sequenceProblem(buffer, len, view);
  if (problem !== undefined) return invalid(problem);
  const size = BigInt(buffer.element.size);
  return {
    text: `${name}(len: ${len}${capacityText(buffer)})`,
    named: [],
    ...strided(value, buffer.element, Number(len), (i) => at(value, buffer.element, buffer.address + BigInt(i) * size)),
    points: buffer.address,
    hidesFields: true,
  };
}

function sequenceProblem(buffer: Buffer, len: bigint, view: View): string | undefined {
  const size = BigInt(buffer.element.size);
  if (len > buffer.capacity) return `len ${len} > capacity ${buffer.capacity}`;
  const problem = implausible(buffer.address, size === 0n ? len : buffer.capacity, size, view);
  if (problem !== undefined) return problem;
  if (len > 0n && size > 0n && view.read(buffer.address, 1) === undefined)
    return `no memory at ${hex(buffer.address)} for len ${len}`;
  return undefined;
}

/** `String`: a `Vec<u8>` that promises UTF-8. */
export function ownedStringShape(value: Value, type: StructType, view: View): Shape | undefined {
  const vec = memberNamed(type, 'vec');
  const vecType = vec === undefined ? undefined : bare(vec.type);
  if (vec === undefined || vecType?.kind !== 'struct') return undefined;
  const inner = field(value, vec);
  const buffer = readBuffer(inner, vecType, view);
  const len = readLength(inner, 'len', view);
  if (typeof buffer === 'string' || len === undefined) return undefined;
  if (len > buffer.capacity) return invalid(`len ${len} > capacity ${buffer.capacity}`);
  return stringShape(value, buffer.address, len, view);
}

/** A `VecDeque` as data, or why not. Before Rust 1.67 it kept `tail` (the front) and `head` (one past the back). */
export function ringBuffer(value: Value, view: View): RingBuffer | string {
  const type = bare(value.type);
  if (type.kind !== 'struct' || stem(type.name) !== 'VecDeque') return 'it is not a VecDeque';
  const buffer = readBuffer(value, type, view);
  if (typeof buffer === 'string') return buffer;
  const head = readLength(value, 'head', view);
  const tail = readLength(value, 'tail', view);
  const stated = readLength(value, 'len', view);
  if (head === undefined || (stated === undefined && tail === undefined)) return 'it cannot be read';
  const { capacity } = buffer;
  const isOld = tail !== undefined && stated === undefined;
  const front = isOld ? tail : head;
  const len = isOld ? (capacity === 0n ? 0n : (head - tail + capacity) % capacity) : (stated ?? 0n);
  if (isOld && (head >= capacity || tail >= capacity) && capacity > 0n)
    return `head ${head} or tail ${tail} ≥ capacity ${capacity}`;
  if (buffer.element.size > 0 && front > 0n && front >= capacity) return `head ${front} ≥ capacity ${capacity}`;
  const problem = sequenceProblem(buffer, len, view);
  if (problem !== undefined) return problem;
  const size = BigInt(buffer.element.size);
  const slots = buffer.element.size === 0 ? Number(len) : Number(capacity);
  const first = buffer.element.size === 0 ? 0 : Number(front);
  const logicalIndex = (slot: number) => {
    const index = slot >= first ? slot - first : slot - first + slots;
    return slot >= 0 && slot < slots && index < Number(len) ? index : undefined;
  };
  const slotAddress = (slot: number) => BigInt.asUintN(64, buffer.address + BigInt(slot) * size);
  return {
    value,
    elementType: buffer.element,
    capacity: slots,
    head: first,
    len: Number(len),
    bufferAddress: buffer.address,
    slotAddress,
    slotValue: (slot) => at(value, buffer.element, slotAddress(slot)),
    isOccupied: (slot) => logicalIndex(slot) !== undefined,
    logicalIndex,
  };
}

/** `VecDeque<T>`, elements from the front. */
export function dequeShape(value: Value, type: StructType, view: View): Shape | undefined {
  const ring = ringBuffer(value, view);
  if (typeof ring === 'string') return type.members.length === 0 ? undefined : invalid(ring);
  const slot = (index: number) => (ring.capacity === 0 ? 0 : (ring.head + index) % ring.capacity);
  const capacity = ring.elementType.size === 0 ? '' : `, capacity: ${ring.capacity}`;
  return {
    text: `VecDeque(len: ${ring.len}${capacity})`,
    named: [],
    ...strided(value, ring.elementType, ring.len, (i) => ring.slotValue(slot(i))),
    points: ring.bufferAddress,
    hidesFields: true,
  };
}

/** `BinaryHeap<T>`: its vector, in heap order. */
export function heapShape(value: Value, type: StructType, view: View): Shape | undefined {
  const data = memberNamed(type, 'data');
  if (data === undefined) return undefined;
  const vec = view.inside(field(value, data));
  return { ...vec, text: vec.text.replace(/^Vec\(/, 'BinaryHeap(') };
}

/** `LinkedList<T>`: followed from the head, as far as the links make sense. */
export function linkedListShape(value: Value, type: StructType, view: View): Shape | undefined {
  const head = memberNamed(type, 'head');
  const len = readLength(value, 'len', view);
  const node = head === undefined ? undefined : nodeOf(head.type);
  if (head === undefined || len === undefined || node === undefined) return undefined;
  const next = memberNamed(node, 'next');
  const element = memberNamed(node, 'element');
  if (next === undefined || element === undefined) return undefined;
  const first = view.unsigned(field(value, head).place, view.context.addressSize);
  if (first === undefined) return undefined;
  if (len > 1n << 32n || len > 0n !== (first !== 0n)) return invalid(`len ${len} with its head at ${hex(first)}`);
  return {
    text: `LinkedList(len: ${len})`,
    named: [],
    indexedCount: Number(len),
    indexed: (start, count, look) => {
      const children = [];
      let address: bigint | undefined = first;
      for (let i = 0; i < start + count && address !== undefined && address !== 0n; i++) {
        const item = at(value, node, address);
        if (i >= start) children.push({ name: `[${i}]`, value: field(item, element), evaluateSuffix: `[${i}]` });
        address = look.unsigned(field(item, next).place, look.context.addressSize);
      }
      return children;
    },
    points: first === 0n ? undefined : first,
    hidesFields: true,
  };
}

/** The node type inside `Option<NonNull<Node<T>>>`. */
export function nodeOf(type: Type): Type | undefined {
  let at: Type | undefined = bare(type);
  for (let i = 0; i < 8 && at !== undefined; i++) {
    if (at.kind === 'pointer') return bare(at.target);
    if (at.kind !== 'struct') return undefined;
    const dataful: Type | undefined = at.variantPart?.variants.find((v) => v.name === 'Some')?.members[0]?.type;
    const only: Type | undefined = dataful ?? at.members.find((m) => m.type.size > 0)?.type;
    at = only === undefined ? undefined : bare(only);
  }
  return undefined;
}

/** Vectors of fixed capacity (heapless, arrayvec): a length beside an array of `MaybeUninit`. */
export function inlineVecShape(value: Value, type: StructType, view: View): Shape | undefined {
  const name = stem(type.name);
  const buffer = memberNamed(type, 'buffer', 'xs');
  const len = readLength(value, 'len', view);
  if (buffer === undefined || len === undefined) return undefined;
  let storage = field(value, buffer);
  const nested = memberNamed(bare(storage.type), 'buffer');
  if (nested !== undefined) storage = field(storage, nested);
  const array = bare(storage.type);
  if (array.kind !== 'array' || array.count === undefined || stem(array.element.name) !== 'MaybeUninit')
    return undefined;
  const title = name === 'VecInner' ? 'Vec' : name;
  if (len > BigInt(array.count)) return invalid(`len ${len} > capacity ${array.count}`);
  const { element } = array;
  return {
    text: `${title}(len: ${len}, capacity: ${array.count})`,
    named: [],
    ...strided(value, element, Number(len), (i) => part(storage, element, i * element.size)),
    hidesFields: true,
  };
}

/** `&[u8]`, `Box<[u16]>`: what a slice is called before its length. */
export const sliceTitle = (type: Type): string => shortTypeName(type);
