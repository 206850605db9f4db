import { hex } from '../../../base/address';
import type { StructType } from '../../types';
import { bare, core, deepMember, field, isAggregate, madeUp, memberNamed } from '../layout';
import { shortTypeName, stem } from '../name';
import type { Child, Value } from '../value';
import { at, plain, type Shape, type View } from '../view';
import { addressIn, alignmentIn, dynObject, readFat, unreadable } from './pointers';
import { sliceShape } from './sequences';
import { isStr, stringShape } from './strings';

/** `Rc` and `Arc`, thin and fat, with their counts; `Weak` too. */
export function countedShape(value: Value, type: StructType, view: View): Shape | undefined {
  const pointer = memberNamed(type, 'ptr');
  if (pointer === undefined) return undefined;
  const inner = core(field(value, pointer));
  const innerType = bare(inner.type);
  const fat = readFat(inner, view);
  const address = fat?.address ?? addressIn(inner, view);
  const boxed = fat?.target ?? (innerType.kind === 'pointer' ? innerType.target : undefined);
  if (address === undefined) return unreadable(value, view);
  const name = stem(type.name);
  if (boxed === undefined || !isAggregate(bare(boxed))) return undefined;
  const top = (1n << BigInt(8 * view.context.addressSize)) - 1n;
  if (name === 'Weak' && (address === top || address === 0n)) return { ...plain('Weak(dangling)'), hidesFields: true };
  const allocation = at(value, boxed, address);
  const strong = deepMember(allocation, ['strong'], 1);
  const weak = deepMember(allocation, ['weak'], 1);
  const data = memberNamed(bare(boxed), 'value', 'data');
  if (strong === undefined || weak === undefined || data === undefined) return undefined;
  const counts = [strong, weak].map((count) => view.unsigned(core(count).place, view.context.addressSize));
  const [strongCount, weakCount] = counts;
  if (strongCount === undefined || weakCount === undefined)
    return { ...plain(`<invalid: no memory at ${hex(address)}>`), hidesFields: true };
  // All strong references together hold one weak one.
  const others = strongCount > 0n && weakCount > 0n ? weakCount - 1n : weakCount;
  const tail = `strong: ${strongCount}, weak: ${others}`;
  const named: Child[] = [
    { name: 'strong', value: strong, evaluateSuffix: undefined },
    { name: 'weak', value: numberValue(others, value), evaluateSuffix: undefined },
  ];
  const common = { indexedCount: 0, isPointer: true, points: address, hidesFields: true } as const;
  if (name === 'Weak' && strongCount === 0n) return { ...common, text: `Weak(dropped, weak: ${others})`, named };
  const half = 1n << BigInt(8 * view.context.addressSize - 1);
  if (strongCount === 0n || strongCount >= half || weakCount >= half)
    return { ...common, text: `<invalid: ${name} with strong: ${strongCount}, weak: ${weakCount}>`, named };
  if (fat === undefined) {
    const object = at(value, data.type, address + BigInt(data.offset));
    const text = name === 'Weak' ? `Weak(${tail})` : `${name}(${view.preview(object)}, ${tail})`;
    const child: Child = { name: '*', value: object, evaluateSuffix: '*' };
    return { ...common, text, named: [child, ...named], target: object, through: object };
  }
  if (fat.isDyn) {
    const alignment = alignmentIn(fat.extra, view) ?? 1n;
    const header = BigInt(2 * view.context.addressSize);
    const start = address + ((header + alignment - 1n) / alignment) * alignment;
    const object = dynObject(inner, fat, start, (text) => `${name}(${text}, ${tail})`, view);
    return {
      ...object,
      ...common,
      text: name === 'Weak' ? `Weak(${tail})` : object.text,
      named: [...object.named, ...named],
    };
  }
  const slice = { address: address + BigInt(data.offset), extra: fat.extra, isDyn: false, target: data.type };
  const contents = isStr(type.name)
    ? stringShape(value, slice.address, slice.extra, view)
    : sliceShape(value, slice, `[${shortTypeName(data.type)}]`, view);
  return {
    ...contents,
    ...common,
    indexedCount: contents.indexedCount,
    text: `${name}(${contents.text}, ${tail})`,
    named,
  };
}

/** A count that is in memory under another number. */
function numberValue(number: bigint, from: Value): Value {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, number, from.context.isLittleEndian);
  return { type: madeUp('usize', 8, 'unsigned'), place: { kind: 'bytes', bytes }, context: from.context };
}
