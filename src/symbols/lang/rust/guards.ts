import type { StructType } from '../../types';
import { bare, core, field, memberNamed, onlySized } from '../layout';
import { stem } from '../name';
import type { Value } from '../value';
import { at, type Shape, type View } from '../view';
import { lockedContents } from './cells';
import { addressIn } from './pointers';

/** What locks and cells give out while they are held: `MutexGuard`, `SpinNoIrqGuard`, `RwLockReadGuard`, `Ref`. */
const guardName = /Guard$|^Ref(?:Mut)?$/;

/**
 * Guards read as what they guard. They hold a pointer to it (kspin, spin, `RefCell`), or a reference to the lock that it
 * is in (std, lock_api).
 */
export function guardShape(value: Value, type: StructType, view: View): Shape | undefined {
  const name = stem(type.name);
  if (!guardName.test(name)) return undefined;
  const contents = contentsOf(value, type, view);
  if (contents === undefined) return undefined;
  return {
    text: `${name}(${view.preview(contents)})`,
    named: [{ name: '*', value: contents, evaluateSuffix: '*' }],
    indexedCount: 0,
    isPointer: true,
    target: contents,
    through: contents,
    ...(contents.place.kind === 'memory' ? { points: contents.place.address } : {}),
    hidesFields: true,
  };
}

/** `depth` is how many guards one may wrap: spin's is that of one of its kinds of locks. */
function contentsOf(value: Value, type: StructType, view: View, depth = 4): Value | undefined {
  const found = pointedAt(value, type, view) ?? inLock(value, type, view);
  if (found !== undefined || depth === 0) return found;
  const only = onlySized(type);
  const inner = only === undefined ? undefined : bare(only.type);
  if (only === undefined || inner?.kind !== 'struct' || !guardName.test(stem(inner.name))) return undefined;
  return contentsOf(field(value, only), inner, view, depth - 1);
}

function pointedAt(value: Value, type: StructType, view: View): Value | undefined {
  const member = memberNamed(type, 'data', 'value', 'ptr');
  const pointer = member === undefined ? undefined : core(field(value, member));
  const pointerType = pointer === undefined ? undefined : bare(pointer.type);
  if (pointer === undefined || pointerType?.kind !== 'pointer') return undefined;
  const address = addressIn(pointer, view);
  return address === undefined || address === 0n ? undefined : at(value, pointerType.target, address);
}

function inLock(value: Value, type: StructType, view: View): Value | undefined {
  const member = memberNamed(type, 'lock', 'mutex', 'rwlock', 'remutex', 'inner');
  const reference = member === undefined ? undefined : core(field(value, member));
  const referenceType = reference === undefined ? undefined : bare(reference.type);
  if (reference === undefined || referenceType?.kind !== 'pointer') return undefined;
  const address = addressIn(reference, view);
  return address === undefined ? undefined : lockedContents(at(value, referenceType.target, address));
}
