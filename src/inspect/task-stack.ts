/** Stacks of tasks that are switched out, and what these say about why a task waits. */

import { hex } from '../base/address';
import { t } from '../base/l10n';
import { bare, core, deepMember, isAggregate } from '../symbols/lang/layout';
import { bytesAt, littleEndian, type Value } from '../symbols/lang/value';
import type { InspectContext, SuspendedFrame } from './inspector';
import { symbolText } from './places';
import type { Task } from './task-search';
import { fileName } from './text';

/** Frames of a task that are shown. */
const MOST_FRAMES = 100;

/** The registers a switch saved: by DWARF number, and where the task goes on. */
interface SavedContext {
  readonly pc: bigint;
  readonly registers: ReadonlyMap<number, bigint>;
}

/** Types that hold a switched-out task's registers, as axcpu calls them; on x86-64 the stack holds most of them. */
const SAVED_ON_STACK = 'ContextSwitchFrame';
const PC_NAMES = ['ra', 'lr', 'rip', 'pc'];

/** The frames of a task that does not run, innermost first; or why they are not known. */
export function taskFrames(context: InspectContext, task: Task): readonly SuspendedFrame[] | string {
  const saved = savedContext(context, task);
  if (typeof saved === 'string') return saved;
  return context.suspended(task.kernel.world, saved.pc, saved.registers, MOST_FRAMES);
}

function savedContext(context: InspectContext, task: Task): SavedContext | string {
  const saved = deepMember(task.value, ['ctx'], 1);
  const held = saved === undefined ? undefined : unwrapped(saved);
  if (held === undefined) return t`its saved registers are not described by the debug information`;
  const words = wordsOf(held);
  const { isa } = context.machine;
  const sp = words.get(isa.stackPointer) ?? words.get('sp') ?? words.get('rsp');
  const onStack = task.kernel.image.program.types(SAVED_ON_STACK).find((type) => isAggregate(bare(type)));
  if (sp !== undefined && sp !== 0n && onStack !== undefined) {
    const frame: Value = { type: onStack, place: { kind: 'memory', address: sp }, context: task.value.context };
    for (const [name, value] of wordsOf(frame)) words.set(name, value);
    words.set(isa.stackPointer, sp + BigInt(onStack.size));
  }
  const pc = PC_NAMES.map((name) => words.get(name)).find((value) => value !== undefined);
  if (pc === undefined || sp === undefined) return t`its saved registers are not described by the debug information`;
  if (pc === 0n) return t`it has not been switched away from yet`;
  const registers = new Map<number, bigint>();
  for (const [name, value] of words) {
    const dwarf = isa.register(name)?.dwarf;
    if (dwarf !== undefined) registers.set(dwarf, value);
  }
  return { pc, registers };
}

/** Through `UnsafeCell` and the like to the struct with several fields. */
function unwrapped(value: Value): Value | undefined {
  let at = value;
  for (let depth = 0; depth < 6; depth++) {
    const type = bare(at.type);
    if (!isAggregate(type)) return undefined;
    const sized = type.members.filter((member) => member.type.size > 0);
    if (sized.length > 1) return at;
    const inner = sized[0] === undefined ? undefined : deepMember(at, [sized[0].name], 1);
    if (inner === undefined) return undefined;
    at = inner;
  }
  return undefined;
}

/** Members of eight bytes by name. */
function wordsOf(value: Value): Map<string, bigint> {
  const words = new Map<string, bigint>();
  const type = bare(value.type);
  for (const member of isAggregate(type) ? type.members : []) {
    const inner = deepMember(value, [member.name], 1);
    const number = inner === undefined ? undefined : core(inner);
    const bytes = number?.type.size === 8 ? bytesAt(number.place, 8, number.context) : undefined;
    if (typeof bytes === 'object') words.set(member.name, littleEndian(bytes));
  }
  return words;
}

/** What a task waits for. */
export interface WaitReason {
  /** `joins a task, in main at main.rs:44`. */
  readonly text: string;
  /** The same of a task that is to run again: its stack still is where it waited. */
  readonly past: string;
  /** The user's own code that waits, or the innermost library code that is no machinery. */
  readonly at: SuspendedFrame | undefined;
}

/** A function in which tasks wait, in words that are translated where they are shown. */
interface Wait {
  readonly pattern: RegExp;
  readonly text: string;
  /** The same of a task that is ready again. */
  readonly past?: string;
  readonly subject?: string;
}

/**
 * Functions of ArceOS in which tasks wait, most telling first; `self` of some is what is waited on. A pattern that ends in `$`
 * means the function itself, the others also closures and futures of it.
 */
export const WAITS: readonly Wait[] = [
  { pattern: /(^|::)sleep(_until)?$/, text: 'sleeps', past: 'woken, slept' },
  {
    pattern: /TaskInner>?::join$/,
    text: 'waits for a task to exit',
    past: 'woken, waited for a task to exit',
    subject: 'self',
  },
  {
    pattern: /JoinHandle.*::join$|ax_wait_for_exit$/,
    text: 'waits for a task to exit',
    past: 'woken, waited for a task to exit',
  },
  { pattern: /Mutex\b.*::lock$/, text: 'waits for a mutex', past: 'woken, waited for a mutex', subject: 'self' },
  {
    pattern: /WaitQueue>?::wait\w*$/,
    text: 'waits in a wait queue',
    past: 'woken, waited in a wait queue',
    subject: 'self',
  },
  {
    pattern: /\bpoll_gc\b|\bgc_entry\b/,
    text: 'waits for tasks to exit, to free them',
    past: 'woken, waited for tasks to exit, to free them',
  },
  {
    pattern: /\b(poll_io|wait_for_irq|register_irq_waker)\b/,
    text: 'waits for a device',
    past: 'woken, waited for a device',
  },
  { pattern: /\bblock_on\b/, text: 'waits for a future', past: 'woken, waited for a future' },
  { pattern: /\byield_(now|current)\b|::ax_yield_now\b/, text: 'yielded' },
  { pattern: /\bpreempt_resched\b|current_check_preempt_pending/, text: 'was preempted' },
  { pattern: /\btask_entry\b/, text: 'has not run yet' },
];

/** Crates between a task's own code and the switch. */
const MACHINERY =
  /(^|[< &])(axtask|axcpu|axhal|axplat|axsched|axsync|axstd|arceos_api|axruntime|kspin|kernel_guard|percpu|core|alloc|lock_api|event_listener|futures_\w+|lazyinit)::/;

/** Why a task is not running, as its frames say. */
export function waitReason(
  context: InspectContext,
  frames: readonly SuspendedFrame[],
  tasks: readonly Task[],
): WaitReason | undefined {
  const at = frames.find((frame) => frame.isOwn && !frame.isLabel && !MACHINERY.test(frame.name));
  const found = WAITS.flatMap((wait) => {
    const isExact = wait.pattern.source.includes('$');
    const frame = frames.find(
      ({ name, isLabel }) => !isLabel && wait.pattern.test(isExact ? withoutArguments(name) : name),
    );
    return frame === undefined ? [] : [{ wait, frame }];
  })[0];
  if (found === undefined) return at === undefined ? undefined : { text: placeText(at), past: placeText(at), at };
  const subject =
    found.wait.subject === undefined ? undefined : subjectText(context, found.frame, found.wait.subject, tasks);
  const told = (words: string): string => {
    const what = subject === undefined ? t(words) : `${t(words)} (${subject})`;
    return at === undefined ? what : t`${what}, ${placeText(at)}`;
  };
  const { text, past = text } = found.wait;
  return { text: told(text), past: told(past), at };
}

/** `block_on` of `block_on::<Join>`: a path without the type arguments of its functions. */
function withoutArguments(name: string): string {
  let out = '';
  let depth = 0;
  for (let at = 0; at < name.length; at++) {
    if (depth === 0 && name.startsWith('::<', at)) {
      depth = 1;
      at += 2;
    } else if (depth === 0) out += name[at];
    else if (name[at] === '<') depth++;
    else if (name[at] === '>' && name[at - 1] !== '-') depth--;
  }
  return out;
}

const placeText = ({ name, source }: SuspendedFrame): string =>
  source === undefined ? t`in ${name}` : t`in ${name} at ${`${fileName(source.path)}:${source.line}`}`;

/** What a function's reference parameter points to: a task, a static, or its address. */
function subjectText(
  context: InspectContext,
  frame: SuspendedFrame,
  name: string,
  tasks: readonly Task[],
): string | undefined {
  const value = frame.local(name);
  if (value === undefined || value.type.size !== 8) return undefined;
  const bytes = bytesAt(value.place, 8, value.context);
  if (typeof bytes === 'string') return undefined;
  const address = littleEndian(bytes);
  const task = tasks.find((one) => one.address === address);
  return task === undefined ? (symbolText(context, address) ?? hex(address)) : `#${task.id} ${task.name}`.trim();
}
