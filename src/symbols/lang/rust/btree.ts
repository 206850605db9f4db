import { hex } from '../../../base/address';
import type { StructType, Type } from '../../types';
import { bare, core, deepMember, field, memberNamed } from '../layout';
import { stem } from '../name';
import type { Child, Value } from '../value';
import { at, type Shape, type View } from '../view';
import { nodeOf } from './sequences';
import { invalid } from './strings';

/** A tree of real data is never higher: 6 keys a node at least, 2^40 of them. */
const highest = 16n;

interface Layout {
  readonly leaf: Type;
  readonly edgesOffset: number;
  readonly fanout: number;
}

/** Where nodes keep things. The type of inner nodes is reachable only from a leaf's way up. */
function layoutOf(leaf: Type, pointerSize: number): Layout | undefined {
  const keys = memberNamed(leaf, 'keys');
  const keysType = keys === undefined ? undefined : bare(keys.type);
  if (keysType?.kind !== 'array' || keysType.count === undefined) return undefined;
  const parent = memberNamed(leaf, 'parent');
  const inner = parent === undefined ? undefined : nodeOf(parent.type);
  const edges = inner === undefined ? undefined : memberNamed(inner, 'edges');
  // Inner nodes are a leaf followed by the edges.
  const edgesOffset = edges?.offset ?? Math.ceil(leaf.size / pointerSize) * pointerSize;
  return { leaf, edgesOffset, fanout: keysType.count };
}

/** `BTreeMap<K, V>` and `BTreeSet<T>`, walked in order. */
export function btreeShape(value: Value, type: StructType, view: View): Shape | undefined {
  const name = stem(type.name);
  const map = name === 'BTreeSet' ? memberNamed(type, 'map') : undefined;
  const holder = map === undefined ? value : field(value, map);
  const root = deepMember(holder, ['root'], 1);
  const lengthMember = deepMember(holder, ['length'], 1);
  if (root === undefined || lengthMember === undefined) return undefined;
  const length = view.unsigned(core(lengthMember).place, lengthMember.type.size);
  if (length === undefined) return undefined;
  if (length >= 1n << 40n) return invalid(`length ${length} is absurd`);
  const text = `${name}(len: ${length})`;
  if (length === 0n) return { text, named: [], indexedCount: 0, hidesFields: true };
  const reference = rootReference(root);
  const leaf = reference === undefined ? undefined : nodeOf(reference.node.type);
  const layout = leaf === undefined ? undefined : layoutOf(leaf, view.context.addressSize);
  if (reference === undefined || layout === undefined) return undefined;
  const node = view.unsigned(core(reference.node).place, view.context.addressSize);
  const height = view.unsigned(reference.height.place, reference.height.type.size);
  if (node === undefined || height === undefined) return undefined;
  if (height > highest) return invalid(`a tree of height ${height} for ${length} entries`);
  if (node === 0n || view.read(node, 1) === undefined) return invalid(`len ${length} with its root at ${hex(node)}`);
  const isSet = name === 'BTreeSet';
  return {
    text,
    named: [],
    indexedCount: Number(length),
    indexed: (start, count, look) => {
      const children: Child[] = [];
      let index = 0;
      walk(at(value, layout.leaf, node), Number(height), layout, look, (key, entry) => {
        const here = index++;
        if (here < start) return true;
        if (here >= start + count || here >= Number(length)) return false;
        const label = isSet ? `[${here}]` : `[${look.preview(key)}]`;
        children.push({
          name: label,
          value: isSet ? key : entry,
          evaluateSuffix: suffixOf(isSet ? undefined : key, here, look),
        });
        return true;
      });
      return children;
    },
    element: (wanted, look) => {
      let found: Value | undefined;
      let index = 0n;
      walk(at(value, layout.leaf, node), Number(height), layout, look, (key, entry) => {
        if (isSet ? index++ === wanted : matches(key, wanted, look)) found = isSet ? key : entry;
        return found === undefined;
      });
      return found;
    },
    points: node,
    hidesFields: true,
  };
}

/** Whether a key is the number or the string that was asked for. */
export function matches(key: Value, wanted: bigint | string, view: View): boolean {
  const shape = view.shape(key);
  return typeof wanted === 'string' ? shape.text === JSON.stringify(wanted) : shape.scalar === wanted;
}

/** `[5]` and `["key"]` where the key can be typed. */
export function suffixOf(key: Value | undefined, index: number, view: View): string | undefined {
  if (key === undefined) return `[${index}]`;
  const { text, scalar } = view.shape(key);
  return typeof scalar === 'bigint' || /^"[^\\…]*"$/.test(text)
    ? `[${typeof scalar === 'bigint' ? scalar : text}]`
    : undefined;
}

/** The `NodeRef` inside `Option<NodeRef<…>>` (or bare, before Rust 1.50). */
function rootReference(root: Value): { node: Value; height: Value } | undefined {
  const type = bare(root.type);
  const some =
    type.kind === 'struct' ? type.variantPart?.variants.find((v) => v.name === 'Some')?.members[0] : undefined;
  const holder = some === undefined ? root : field(root, some);
  const node = deepMember(holder, ['node'], 3);
  const height = deepMember(holder, ['height'], 3);
  return node === undefined || height === undefined ? undefined : { node, height };
}

/** In order; stops when `visit` says false, at nodes that make no sense, and at the limits of the view. */
function walk(
  node: Value,
  height: number,
  layout: Layout,
  view: View,
  visit: (key: Value, entry: Value) => boolean,
): boolean {
  const len = memberNamed(node.type, 'len');
  const keys = memberNamed(node.type, 'keys');
  const vals = memberNamed(node.type, 'vals');
  if (len === undefined || keys === undefined) return false;
  const count = view.unsigned(field(node, len).place, len.type.size);
  if (count === undefined || count > BigInt(layout.fanout)) return false;
  for (let i = 0; i <= Number(count); i++) {
    if (height > 0) {
      const start = node.place.kind === 'memory' ? node.place.address : 0n;
      const edge = view.pointer(start + BigInt(layout.edgesOffset + i * view.context.addressSize));
      if (edge === undefined || edge === 0n) return false;
      if (!walk(at(node, layout.leaf, edge), height - 1, layout, view, visit)) return false;
    }
    if (i === Number(count)) break;
    const key = slot(field(node, keys), i);
    const entry = vals === undefined ? undefined : slot(field(node, vals), i);
    if (key === undefined || view.isExhausted || !visit(key, entry ?? key)) return false;
  }
  return true;
}

/** Element `i` of an array of `MaybeUninit`. */
function slot(array: Value, i: number): Value | undefined {
  const type = bare(array.type);
  if (type.kind !== 'array' || array.place.kind !== 'memory') return undefined;
  const element = at(array, type.element, array.place.address + BigInt(i * type.element.size));
  const init = memberNamed(bare(type.element), 'value');
  const inner = init === undefined ? element : field(element, init);
  return unwrapManually(inner);
}

/** Out of `ManuallyDrop` (and what newer versions put inside it), not further: the key's own type must stay. */
function unwrapManually(value: Value): Value {
  let inner = value;
  for (let i = 0; i < 3; i++) {
    const type = bare(inner.type);
    if (type.kind !== 'struct' || !/^(ManuallyDrop|MaybeDangling)$/.test(stem(type.name))) return inner;
    const member = memberNamed(type, 'value', '__0');
    if (member === undefined) return inner;
    inner = field(inner, member);
  }
  return inner;
}
