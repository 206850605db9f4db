import type { Member, StructType } from '../../types';
import { bare, core, deepMember, field, isAggregate, madeUp, memberNamed, onlySized } from '../layout';
import { shortenRustName, stem } from '../name';
import type { Child, Value } from '../value';
import { plain, type Shape, type View } from '../view';
import { unreadable } from './pointers';
import { namedChildren } from './structs';

/** Wrappers that mean nothing to somebody who looks at the value. */
const transparent =
  /^(Cell|UnsafeCell|SyncUnsafeCell|ManuallyDrop|MaybeDangling|Unique|NonNull|Wrapping|Saturating|Pin|NonZero(?:[IU](?:\d+|size))?|Atomic\w*|CachePadded|CacheAligned|InternalBitFlags|AssertUnwindSafe|Exclusive)$/;

/** Wrappers of the library's own, by the module they are in. */
const transparentModules = /(?:^|::)(?:niche_types|sync::atomic::private)::/;

/** `Cell`, `NonNull`, atomics and the like read as what they hold. */
export function transparentShape(value: Value, type: StructType, view: View): Shape | undefined {
  const name = stem(type.name);
  if (!transparent.test(name) && !transparentModules.test(type.name)) return undefined;
  const only = onlySized(type);
  if (only === undefined) {
    const unit = type.members.find((m) => stem(m.type.name) !== 'PhantomData');
    if (type.size > 0) return undefined;
    return unit === undefined ? plain(name) : wrapped(field(value, unit), view.inside(field(value, unit)));
  }
  let inner = field(value, only);
  if (/^AtomicBool$|^Atomic<bool>$/.test(type.shortName)) inner = { ...core(inner), type: madeUp('bool', 1, 'bool') };
  return wrapped(inner, view.inside(inner));
}

/** The shape of what is inside, which also answers for members. */
function wrapped(inner: Value, shape: Shape): Shape {
  return { ...shape, through: shape.through ?? inner, hidesFields: true };
}

/** `MaybeUninit<T>`: a union, but only one reading makes sense. */
export function maybeUninitShape(value: Value, view: View): Shape | undefined {
  const member = memberNamed(bare(value.type), 'value');
  if (member === undefined) return undefined;
  const inner = field(value, member);
  return wrapped(inner, view.inside(inner));
}

/** `RefCell<T>`: the value and who borrows it. */
export function refCellShape(value: Value, type: StructType, view: View): Shape | undefined {
  const borrow = memberNamed(type, 'borrow');
  const data = memberNamed(type, 'value');
  if (borrow === undefined || data === undefined) return undefined;
  const flag = core(field(value, borrow));
  const count = view.unsigned(flag.place, flag.type.size);
  if (count === undefined) return undefined;
  const borrows = BigInt.asIntN(8 * flag.type.size, count);
  const state =
    borrows === 0n ? '' : borrows > 1n ? `, ${borrows} borrows` : borrows === 1n ? ', borrowed' : ', borrowed mutably';
  const inner = field(value, data);
  return {
    text: `RefCell(${view.preview(inner)}${state})`,
    named: namedChildren(value, type),
    indexedCount: 0,
    through: inner,
    hidesFields: true,
  };
}

const lockName = /(Mutex|Lock|RwLock|Spin\w*)$/;

/** The cell that a lock guards: a direct member, or that of the one struct it wraps. */
function guarded(
  value: Value,
  type: StructType,
  depth = 4,
): { cell: Member; holder: Value; type: StructType } | undefined {
  const cell = type.members.find((m) => /^(Sync)?UnsafeCell$/.test(stem(m.type.name)));
  if (cell !== undefined) return { cell, holder: value, type };
  const only = depth === 0 ? undefined : onlySized(type);
  const inner = only === undefined ? undefined : bare(only.type);
  if (only === undefined || inner?.kind !== 'struct' || !lockName.test(stem(inner.name))) return undefined;
  return guarded(field(value, only), inner, depth - 1);
}

/** What a lock guards; `undefined` for what is no lock. */
export function lockedContents(lock: Value): Value | undefined {
  const type = bare(lock.type);
  const found = type.kind === 'struct' && lockName.test(stem(type.name)) ? guarded(lock, type) : undefined;
  return found && field(found.holder, found.cell);
}

/**
 * Locks by shape: a name that ends like a lock's, an `UnsafeCell` and perhaps words of state beside it. Covers kspin,
 * spin, lock_api and what kernels write themselves.
 */
export function lockShape(value: Value, type: StructType, view: View): Shape | undefined {
  if (!lockName.test(stem(type.name))) return undefined;
  const found = guarded(value, type);
  if (found === undefined) return undefined;
  const words = found.type.members
    .filter((m) => m !== found.cell && m.type.size > 0)
    .flatMap((m) => stateWords(field(found.holder, m), m.name));
  const state = lockState(words, stem(found.type.name), view);
  const inner = field(found.holder, found.cell);
  const title = stem(shortenRustName(type.name));
  const cellChild: Child = { name: found.cell.name, value: inner, evaluateSuffix: `.${found.cell.name}` };
  return {
    text: `${title}(${state === undefined ? '' : `${state}, `}${view.preview(inner)})`,
    named: [cellChild, ...words.map((w) => ({ name: w.name, value: w.value, evaluateSuffix: undefined }))],
    indexedCount: 0,
    through: inner,
    hidesFields: true,
  };
}

const notState = /^(Vec|VecDeque|LinkedList|BTree\w+|String|Box|Arc|Rc|Option|UnsafeCell)$/;

interface Word {
  readonly name: string;
  readonly value: Value;
}

/** Numbers and flags inside a lock's state, with the name nearest to them that says something. */
function stateWords(value: Value, name: string, depth = 4): Word[] {
  const type = bare(value.type);
  if (/^Atomic/.test(stem(type.name)) || type.kind !== 'struct' || depth === 0) return [{ name, value }];
  // Queues of waiters and their own locks are not this lock's state.
  if (depth < 4 && (lockName.test(stem(type.name)) || notState.test(stem(type.name)))) return [];
  const sized = type.members.filter((m) => m.type.size > 0);
  if (sized.length === 0) return [];
  return sized
    .flatMap((m) => stateWords(field(value, m), /^__\d+$/.test(m.name) ? name : m.name, depth - 1))
    .slice(0, 8);
}

/** Whether the lock is held, and by whom, as far as its words tell. */
function lockState(words: readonly Word[], lock: string, view: View): string | undefined {
  const numbers = new Map<string, bigint>();
  for (const { name, value } of words) {
    const word = core(value);
    const number = word.type.size > 0 && word.type.size <= 8 ? view.unsigned(word.place, word.type.size) : undefined;
    if (number !== undefined) numbers.set(name, number);
  }
  const next = numbers.get('next_ticket');
  const serving = numbers.get('next_serving');
  if (next !== undefined && serving !== undefined)
    return next === serving ? 'unlocked' : `locked, ${next - serving - 1n} waiting`;
  for (const [name, number] of numbers) {
    if (/owner/.test(name)) return number === 0n ? 'unlocked' : `locked by ${number}`;
  }
  const [state] = [...numbers].find(([name]) => /lock|state|flag|raw|held/.test(name)) ?? [...numbers][0] ?? [];
  const number = state === undefined ? undefined : numbers.get(state);
  if (number === undefined) return undefined;
  if (number === 0n) return 'unlocked';
  // spin's RwLock: bit 0 a writer, bit 1 an upgradeable reader, the rest counts readers.
  if (lock === 'RwLock')
    return (number & 1n) !== 0n
      ? 'locked for writing'
      : `locked for reading by ${(number >> 2n) + ((number >> 1n) & 1n)}`;
  return 'locked';
}

/** How far one-time initialisation has come, by the word beside the cell. */
const stages = ['uninitialized', 'initializing', undefined, 'poisoned'];

/** `Once<T>`, `LazyInit<T>`, `OnceCell<T>`, `Lazy<T>`: the value once it is there. */
export function onceShape(value: Value, type: StructType, view: View): Shape | undefined {
  const name = stem(type.name);
  if (!/^(Once|OnceCell|OnceLock|LazyInit|Lazy|LazyLock|InitOnce)$/.test(name)) return undefined;
  const wrappedOnce = memberNamed(type, 'cell', 'inner');
  const wrappedType = wrappedOnce === undefined ? undefined : bare(wrappedOnce.type);
  if (wrappedOnce !== undefined && wrappedType?.kind === 'struct' && /^Once/.test(stem(wrappedType.name))) {
    const inner = view.inside(field(value, wrappedOnce));
    return { ...inner, text: inner.text.replace(/^\w+\(/, `${name}(`), hidesFields: true };
  }
  const data = memberNamed(type, 'data', 'inner', 'value');
  if (data === undefined) return undefined;
  const inner = field(value, data);
  const status = deepMember(value, ['status', 'inited', 'state'], 1);
  if (status === undefined) return optionCell(name, inner, view);
  const word = core(status);
  const stage = word.type.size <= 8 ? view.unsigned(word.place, word.type.size) : undefined;
  if (stage === undefined) return unreadable(field(value, data), view);
  // A plain flag has no stage in between.
  const isFlag = /AtomicBool|Atomic<bool>/.test(status.type.name);
  const problem = isFlag
    ? stage === 0n
      ? stages[0]
      : undefined
    : stage > 3n
      ? `state ${stage}`
      : stages[Number(stage)];
  if (problem !== undefined) return { ...plain(`${name}(${problem})`), hidesFields: true };
  const child: Child = { name: data.name, value: inner, evaluateSuffix: `.${data.name}` };
  return {
    text: `${name}(${view.preview(inner)})`,
    named: [child],
    indexedCount: 0,
    through: inner,
    hidesFields: true,
  };
}

function optionCell(name: string, cell: Value, view: View): Shape | undefined {
  const inner = core(cell);
  const type = bare(inner.type);
  if (!isAggregate(type) || stem(type.name) !== 'Option') return undefined;
  const shape = view.inside(inner);
  const text = shape.text === 'None' ? 'uninitialized' : shape.text.replace(/^Some\((.*)\)$/s, '$1');
  return { ...shape, text: `${name}(${text})`, write: undefined, hidesFields: true };
}
