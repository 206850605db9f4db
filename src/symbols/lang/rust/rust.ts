import type { StructType } from '../../types';
import { bare } from '../layout';
import { stem } from '../name';
import type { Value } from '../value';
import type { Shape, View } from '../view';
import { btreeShape } from './btree';
import { lockShape, maybeUninitShape, onceShape, refCellShape, transparentShape } from './cells';
import { countedShape } from './counted';
import { enumShape } from './enums';
import { flagsShape } from './flags';
import { guardShape } from './guards';
import { hashShape } from './hash';
import { boxShape, dynShape, readFat, thinPointer, unreadable } from './pointers';
import {
  dequeShape,
  heapShape,
  inlineVecShape,
  linkedListShape,
  ownedStringShape,
  sliceShape,
  sliceTitle,
  vecShape,
} from './sequences';
import { isStr, stringShape } from './strings';
import { notationShape, structShape, unionShape } from './structs';

type Reader = (value: Value, type: StructType, view: View) => Shape | undefined;

/** By the type's own name; each reader then looks for the fields it needs and declines when they are not there. */
const byName: Readonly<Record<string, Reader>> = {
  Vec: (value, type, view) => vecShape(value, type, view) ?? inlineVecShape(value, type, view),
  VecInner: inlineVecShape,
  ArrayVec: inlineVecShape,
  VecDeque: dequeShape,
  String: ownedStringShape,
  BinaryHeap: heapShape,
  LinkedList: linkedListShape,
  BTreeMap: btreeShape,
  BTreeSet: btreeShape,
  HashMap: hashShape,
  HashSet: hashShape,
  Rc: countedShape,
  Arc: countedShape,
  Weak: countedShape,
  RefCell: refCellShape,
  Box: boxShape,
};

/** Reads a value of a Rust type by its shape; what no reader knows shows its fields. */
export function rustShape(value: Value, view: View): Shape {
  const type = bare(value.type);
  if (type.kind === 'pointer') return thinPointer(value, type, view);
  if (type.kind === 'union') {
    const shape = stem(type.name) === 'MaybeUninit' ? maybeUninitShape(value, view) : undefined;
    return shape ?? unionShape(value, type, view);
  }
  if (type.kind !== 'struct') return unreadable(value, view);
  if (type.variantPart !== undefined) return enumShape(value, type, view);
  const fat = fatShape(value, type, view);
  if (fat !== undefined) return fat;
  const name = stem(type.name);
  const reader = Object.hasOwn(byName, name) ? byName[name] : undefined;
  return (
    reader?.(value, type, view) ??
    transparentShape(value, type, view) ??
    onceShape(value, type, view) ??
    guardShape(value, type, view) ??
    lockShape(value, type, view) ??
    flagsShape(value, type, view) ??
    notationShape(value, type, view) ??
    structShape(value, type, view)
  );
}

function fatShape(value: Value, type: StructType, view: View): Shape | undefined {
  const fat = readFat(value, view);
  if (fat === undefined) return undefined;
  if (fat.isDyn) return dynShape(value, fat, view);
  if (isStr(type.name)) {
    const text = stringShape(value, fat.address, fat.extra, view);
    return { ...text, isPointer: true };
  }
  return sliceShape(value, fat, sliceTitle(type), view);
}
