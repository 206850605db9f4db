/** The queues (`VecDeque`) of the program: capacity, head, length, and each slot in the order of the buffer. */
import { t } from '../base/l10n';
import { elementOf } from '../symbols/lang/access';
import { present } from '../symbols/lang/present';
import type { Value } from '../symbols/lang/value';
import type { InspectorNode, InspectorTable } from './contract';
import type { InspectContext, Inspector } from './inspector';
import { firstPiece, pieceAt, splitPiece } from './long-list';
import type { Writer } from './past';
import { physicalAddress, queueRanges } from './queue-ranges';
import { type FoundQueue, searchQueues } from './queue-search';
import { counted, fileName, grouped } from './text';

/** Slots compared with the previous stop, and rows of a table. */
const MOST_COMPARED = 256;
const MOST_TABLE_ROWS = 4096;
/** Characters shown of what lies in a free slot. */
const MOST_OLD_TEXT = 60;
/** Children shown of one element. */
const MOST_PARTS = 100;

/** One slot, in words. */
interface Slot {
  readonly index: number;
  readonly isOccupied: boolean;
  /** `front`, `back`, `position 2`; empty for a free slot. */
  readonly position: string;
  readonly text: string;
  readonly value: Value;
  readonly writer: Writer | undefined;
  readonly isChanged: boolean;
}

const nextSlot = ({ ring }: FoundQueue): number => (ring.capacity === 0 ? 0 : (ring.head + ring.len) % ring.capacity);
const isWrapped = ({ ring }: FoundQueue): boolean => ring.head + ring.len > ring.capacity;
const isFull = ({ ring }: FoundQueue): boolean => ring.len === ring.capacity;

function positionOf({ ring }: FoundQueue, slot: number): string {
  const logical = ring.logicalIndex(slot);
  if (logical === undefined) return '';
  if (ring.len === 1) return t`front and back`;
  if (logical === 0) return t`front`;
  return logical === ring.len - 1 ? t`back` : t`position ${logical}`;
}

function slotOf(context: InspectContext, queue: FoundQueue, index: number): Slot {
  const { ring } = queue;
  const value = ring.slotValue(index);
  const { text } = present(value);
  const isOccupied = ring.isOccupied(index);
  const position = positionOf(queue, index);
  const at = physicalAddress(context, ring.slotAddress(index));
  return {
    index,
    isOccupied,
    position,
    text,
    value,
    writer: at === undefined ? undefined : context.past.writerOf(at, ring.elementType.size),
    isChanged: context.past.isChanged(`${queue.key}/${index}`, `${isOccupied} ${text}`),
  };
}

function writerText({ event, place }: Writer): string {
  const name = place?.functionName ?? t`code at ${`0x${event.pc.toString(16)}`}`;
  const at = grouped(event.at);
  return place?.path === undefined
    ? t`written by ${name}, instruction ${at}`
    : t`written by ${name} at ${`${fileName(place.path)}:${place.line}`}, instruction ${at}`;
}

/** Where the queue goes on at the start of the buffer. */
function wrapText(queue: FoundQueue, slot: number): string | undefined {
  if (!isWrapped(queue)) return undefined;
  if (slot === queue.ring.capacity - 1) return t`wraps to [0]`;
  return slot === 0 ? t`goes on from [${queue.ring.capacity - 1}]` : undefined;
}

function slotNode(context: InspectContext, queue: FoundQueue, index: number): InspectorNode {
  const slot = slotOf(context, queue, index);
  const wrap = wrapText(queue, index);
  const next = index === nextSlot(queue) && !isFull(queue) ? t`next push goes here` : undefined;
  const state = slot.isOccupied ? slot.text : t`free (old bytes: ${cut(slot.text)})`;
  const writer = slot.writer === undefined ? undefined : writerText(slot.writer);
  const marks = [slot.position, wrap, next].filter((mark) => mark !== undefined && mark !== '');
  const address = queue.ring.slotAddress(index);
  const shown = present(slot.value);
  const place = slot.writer?.place;
  return {
    key: `${queue.key}/${index}`,
    label: `[${index}]`,
    description: [state, ...marks, ...(slot.isOccupied && writer !== undefined ? [writer] : [])].join(' · '),
    tooltip: [
      t`Slot ${index} of ${queue.ring.capacity}, at ${`0x${address.toString(16)}`}`,
      slot.isOccupied ? `${slot.text}: ${slot.position}` : t`Free. Its old bytes read ${slot.text}.`,
      ...(wrap === undefined ? [] : [t`The queue ${wrap}.`]),
      writer === undefined
        ? t`Its last writer is not known: it was stored before the queue was watched.`
        : t`Last ${writer}.`,
      ...(slot.isChanged ? [t`Changed since the last stop.`] : []),
    ].join('\n'),
    icon: slot.isOccupied ? 'circle-filled' : 'circle-outline',
    hasChildren: slot.isOccupied && shown.namedCount + shown.indexedCount > 0,
    ...(slot.isChanged && { isChanged: true }),
    memoryReference: `0x${address.toString(16)}`,
    ...(place?.path !== undefined && place.line !== undefined && { source: { path: place.path, line: place.line } }),
    ...editable(queue, index),
  };
}

/** Index expressions reach an element when the variable leads to the queue through nothing but locks and pointers. */
function editable(queue: FoundQueue, index: number): { editable?: string } {
  const logical = queue.ring.logicalIndex(index);
  if (logical === undefined) return {};
  const element = elementOf(queue.origin.value, BigInt(logical));
  if (typeof element === 'string' || element.place.kind !== 'memory') return {};
  if (element.place.address !== queue.ring.slotAddress(index) || present(element).write === undefined) return {};
  return { editable: `${queue.origin.variable.name}[${logical}]` };
}

/** What lies in a free slot need not make sense; a glance at it is enough. */
const cut = (text: string): string => (text.length <= MOST_OLD_TEXT ? text : `${text.slice(0, MOST_OLD_TEXT)}…`);

const typeText = (queue: FoundQueue): string => present(queue.ring.value).type;

function queueNode(context: InspectContext, queue: FoundQueue): InspectorNode {
  const { ring, origin, header, key } = queue;
  const { variable, functionName } = origin;
  const description =
    ring.capacity === 0
      ? t`empty, no buffer yet · ${typeText(queue)}`
      : t`${grouped(ring.len)} of ${grouped(ring.capacity)} · head ${ring.head} · ${typeText(queue)}`;
  const isChanged = context.past.isChanged(key, `${ring.capacity} ${ring.head} ${ring.len}`);
  return {
    key,
    label: variable.name.slice(variable.name.lastIndexOf('::') + (variable.name.includes('::') ? 2 : 0)),
    description,
    tooltip: [
      functionName === undefined ? variable.name : t`${variable.name}, a local of ${functionName}`,
      variable.type.name,
      ...(queue.aliases.length === 0 ? [] : [t`Also reached from ${queue.aliases.join(', ')}.`]),
    ].join('\n'),
    icon: 'list-ordered',
    hasChildren: true,
    ...(isChanged && { isChanged }),
    ...(header !== undefined && { memoryReference: `0x${header.toString(16)}` }),
    ...(variable.source !== undefined &&
      variable.line > 0 && { source: { path: context.clientPath(variable.source), line: variable.line } }),
  };
}

function headRows(queue: FoundQueue): InspectorNode[] {
  const { ring, key } = queue;
  const row = (name: string, description: string, tooltip: string): InspectorNode => ({
    key: `${key}/${name}`,
    label: name,
    description,
    tooltip,
    icon: 'symbol-field',
    hasChildren: false,
  });
  const rows = [
    row('capacity', ring.capacity.toString(), t`Slots in the buffer.`),
    row('head', ring.head.toString(), t`The slot of the front element: the next pop_front takes it.`),
    row('len', ring.len.toString(), t`Elements in the queue.`),
  ];
  if (ring.capacity === 0) {
    return [
      ...rows,
      row('buffer', t`none yet`, t`A new VecDeque does not allocate; the first push does. Then its slots appear here.`),
    ];
  }
  const tail = isFull(queue) ? t`full` : nextSlot(queue).toString();
  const wrap = isWrapped(queue) ? t` (wrapped around)` : '';
  return [
    ...rows,
    row(
      'tail',
      `${tail}${wrap}`,
      isFull(queue)
        ? t`Every slot is taken: the next push moves the queue into a larger buffer.`
        : t`The slot that the next push_back fills.`,
    ),
  ];
}

const slotsOf = (queue: FoundQueue): number[] => Array.from({ length: queue.ring.capacity }, (_, index) => index);

function partNodes(prefix: string, value: Value): InspectorNode[] {
  const shown = present(value);
  return shown.childrenRange(0, MOST_PARTS).map((child, index) => {
    const part = present(child.value);
    return {
      key: `${prefix}/${index}`,
      label: child.name,
      description: part.text,
      tooltip: part.fullType,
      icon: 'symbol-field',
      hasChildren: part.namedCount + part.indexedCount > 0,
      ...(part.memoryAddress !== undefined && { memoryReference: `0x${part.memoryAddress.toString(16)}` }),
    };
  });
}

function below(context: InspectContext, queue: FoundQueue, key: string): InspectorNode[] {
  const { prefix, start } = splitPiece(key);
  if (prefix === queue.key && start !== undefined) {
    return pieceAt(slotsOf(queue), start, (slot) => slotNode(context, queue, slot));
  }
  if (key === queue.key) {
    return [...headRows(queue), ...firstPiece(slotsOf(queue), key, 'slot', (slot) => slotNode(context, queue, slot))];
  }
  const [slot, ...parts] = key
    .slice(queue.key.length + 1)
    .split('/')
    .map(Number);
  if (slot === undefined || !Number.isInteger(slot) || slot < 0 || slot >= queue.ring.capacity) return [];
  let value: Value | undefined = queue.ring.slotValue(slot);
  for (const part of parts) value = value && present(value).childrenRange(part, 1)[0]?.value;
  return value === undefined ? [] : partNodes(key, value);
}

/** The queue that a key is of or below; of several whose keys begin alike, the longest. */
function queueOf(queues: readonly FoundQueue[], key: string): FoundQueue | undefined {
  return queues
    .filter((queue) => key === queue.key || key.startsWith(`${queue.key}/`) || key.startsWith(`${queue.key}@`))
    .sort((a, b) => b.key.length - a.key.length)[0];
}

function children(context: InspectContext, key?: string): InspectorNode[] {
  const { queues, missing } = searchQueues(context);
  if (key !== undefined) {
    const queue = queueOf(queues, key);
    return queue === undefined ? [] : below(context, queue, key);
  }
  const why = missing.map((text, index): InspectorNode => {
    return { key: `why:${index}`, label: text, tooltip: text, icon: 'info', hasChildren: false };
  });
  return [...queues.map((queue) => queueNode(context, queue)), ...why];
}

function summaryOf(queue: FoundQueue): string {
  const { ring, origin } = queue;
  const name = `${origin.variable.name} (${typeText(queue)})`;
  if (ring.capacity === 0) return t`${name} is empty and has no buffer yet: the first push allocates one.`;
  const used = t`${name} uses ${grouped(ring.len)} of ${counted(ring.capacity, 'slot')}`;
  const ends = isFull(queue) ? t`it is full` : t`the next push fills slot ${nextSlot(queue)}`;
  const wrap = isWrapped(queue) ? t`; it wraps around from slot ${ring.capacity - 1} to slot 0` : '';
  const head =
    ring.len === 0 ? t`the next element will be the front at slot ${ring.head}` : t`its front is slot ${ring.head}`;
  return `${used}; ${head}; ${ends}${wrap}.`;
}

function table(context: InspectContext, key?: string): InspectorTable {
  const { queues, missing } = searchQueues(context);
  const wanted = key === undefined ? queues : [queueOf(queues, key)].filter((queue) => queue !== undefined);
  const rows = wanted.flatMap((queue) =>
    slotsOf(queue)
      .slice(0, MOST_TABLE_ROWS)
      .map((index) => {
        const { isOccupied, position, text, writer } = slotOf(context, queue, index);
        const wrap = wrapText(queue, index);
        const marks = [position, wrap].filter((mark) => mark !== undefined && mark !== '').join(', ');
        const address = `0x${queue.ring.slotAddress(index).toString(16)}`;
        return [
          queue.origin.variable.name,
          index.toString(),
          isOccupied ? t`occupied` : t`free`,
          marks,
          isOccupied ? text : `(${cut(text)})`,
          address,
          writer === undefined ? '' : writerText(writer),
        ];
      }),
  );
  return {
    columns: [t`Queue`, t`Slot`, t`State`, t`Position`, t`Value`, t`Address`, t`Written by`],
    rows,
    summary: [...wanted.map(summaryOf), ...missing].join(' '),
  };
}

/** The queues of the program's own crates and of the current function. */
export const queues: Inspector = {
  id: 'queues',
  title: 'Queues',
  icon: 'list-ordered',
  refreshOn: ['stored'],
  when: () => true,
  children,
  table,
  watches: (context) => searchQueues(context).queues.flatMap((queue) => queueRanges(context, queue)),
  note: (context) => {
    for (const queue of searchQueues(context).queues) {
      queueNode(context, queue);
      for (const slot of slotsOf(queue).slice(0, MOST_COMPARED)) slotOf(context, queue, slot);
    }
  },
};
