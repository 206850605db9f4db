/** Finds the queues of a program: statics of its own crates and locals that hold a `VecDeque`, and why there are none. */
import { t } from '../base/l10n';
import { bare, isAggregate } from '../symbols/lang/layout';
import { findQueue } from '../symbols/lang/queue';
import type { RingBuffer } from '../symbols/lang/value';
import type { Type } from '../symbols/types';
import type { InspectContext, NamedValue } from './inspector';
import { counted } from './text';

/** A queue and the variables that lead to it. */
export interface FoundQueue {
  /** Stable over stops: `static:msgqueue::MESSAGES`, `local:msgqueue::producer:queue`. */
  readonly key: string;
  readonly origin: NamedValue;
  readonly ring: RingBuffer;
  /** Where the `VecDeque` itself lies. */
  readonly header: bigint | undefined;
  /** Other variables that lead to the same queue. */
  readonly aliases: readonly string[];
}

/** What the search came to. `missing` are sentences for the user. */
export interface QueueSearch {
  readonly queues: readonly FoundQueue[];
  readonly missing: readonly string[];
}

/** More queues than this are not listed. */
const MOST_QUEUES = 200;

/** Whether the type says itself, or in a field, that it holds a `VecDeque`. */
function namesQueue(type: Type, depth = 3): boolean {
  const plain = bare(type);
  if (/\bVecDeque</.test(plain.name)) return true;
  return depth > 0 && isAggregate(plain) && plain.members.some((member) => namesQueue(member.type, depth - 1));
}

const titleOf = ({ variable, functionName }: NamedValue): string =>
  functionName === undefined ? variable.name : t`${variable.name} in ${functionName}`;

/** All queues that can be reached from here. */
export function searchQueues(context: InspectContext): QueueSearch {
  const missing: string[] = [];
  const statics = context.images.all.flatMap((image) =>
    context.statics(image, ({ source }) => source !== undefined && context.isOwnSource(source)),
  );
  const found = new Map<string, { queue: FoundQueue; aliases: string[] }>();
  for (const origin of [...statics, ...context.locals()]) {
    const ring = findQueue(origin.value);
    if (ring === undefined) {
      if (namesQueue(origin.variable.type)) missing.push(unreadable(origin));
      continue;
    }
    const header = ring.value.place.kind === 'memory' ? ring.value.place.address : undefined;
    const { variable, functionName } = origin;
    const key = functionName === undefined ? `static:${variable.name}` : `local:${functionName}:${variable.name}`;
    const identity = header === undefined ? key : header.toString();
    const known = found.get(identity);
    if (known !== undefined) {
      if (known.queue.key !== key) known.aliases.push(titleOf(origin));
    } else if (found.size < MOST_QUEUES) {
      const aliases: string[] = [];
      found.set(identity, { queue: { key, origin, ring, header, aliases }, aliases });
    }
  }
  const queues = [...found.values()].map(({ queue }) => queue);
  return { queues, missing: queues.length + missing.length === 0 ? whyNone(context, statics.length) : missing };
}

function unreadable(origin: NamedValue): string {
  const { place } = origin.value;
  const why =
    place.kind === 'unavailable'
      ? place.why
      : t`what is there now makes no queue (not initialised yet, not mapped, or a pointer on the way leads nowhere)`;
  return place.kind === 'memory'
    ? t`${titleOf(origin)} at ${`0x${place.address.toString(16)}`} holds a VecDeque that cannot be read: ${why}.`
    : t`${titleOf(origin)} holds a VecDeque that cannot be read: ${why}.`;
}

function whyNone(context: InspectContext, statics: number): string[] {
  const images = context.images.all;
  if (images.length === 0) {
    return [
      t`No VecDeque found: the machine has no symbols. Name the kernel's ELF file under "images" in launch.json.`,
    ];
  }
  const bare = images.filter((image) => !image.program.hasDebugInfo).map((image) => image.name);
  if (bare.length === images.length) {
    return [
      t`No VecDeque found: ${bare.join(', ')} has no debug information, so no types are known. Build it with debug = 2 in its Cargo profile.`,
    ];
  }
  const names = images.map((image) => image.name).join(', ');
  const locals = context.locals();
  const here = locals[0]?.functionName;
  const where =
    here === undefined
      ? t`the current code has no locals`
      : t`none of the ${counted(locals.length, 'local')} of ${here}`;
  return [
    t`No VecDeque found: none of the ${counted(statics, 'static')} of ${names}'s own sources holds one, and ${where} does.`,
  ];
}
