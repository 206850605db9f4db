/** Finds the kernels of ArceOS among the images and the tasks of each, or says why there are none. */

import { hex, va } from '../base/address';
import { t } from '../base/l10n';
import { runsIn } from '../debug/image-world';
import type { Image } from '../debug/images';
import type { World } from '../isa/core/world';
import { bare, core, deepMember } from '../symbols/lang/layout';
import { present } from '../symbols/lang/present';
import { bytesAt, contextOf, littleEndian, type Value, type ValueContext } from '../symbols/lang/value';
import type { StructType } from '../symbols/types';
import { readIn, spaceOf, worldsOf, worldText } from './address-spaces';
import type { InspectContext } from './inspector';
import { scanTasks, type TaskLayout } from './task-scan';
import { grouped } from './text';

/** What a task is doing, as its `TaskState` says. */
export type TaskState = 'running' | 'ready' | 'blocked' | 'exited';

/** States, as they are shown. */
export const STATES: readonly TaskState[] = ['running', 'ready', 'blocked', 'exited'];

/** One task of a kernel. */
export interface Task {
  readonly kernel: TaskKernel;
  readonly id: bigint;
  readonly name: string;
  readonly state: TaskState;
  readonly isIdle: boolean;
  /** The scheduler's number of the CPU it runs on or ran on last. */
  readonly cpu: bigint | undefined;
  /** The CPU whose current task it is. */
  readonly current: number | undefined;
  /** The `TaskInner`. */
  readonly value: Value;
  readonly address: bigint;
}

/** An image that has ArceOS's scheduler, and how its memory is seen now. */
export interface TaskKernel {
  readonly image: Image;
  readonly world: World;
  readonly context: ValueContext;
  readonly slide: bigint;
  readonly taskType: StructType;
}

/** What the search came to. `missing` are sentences for the user. */
export interface TaskSearch {
  readonly tasks: readonly Task[];
  readonly missing: readonly string[];
}

const TASK_TYPE = 'axtask::task::TaskInner';
const AX_TASK = /^axsched::\w+::\w+Task<axtask::task::TaskInner\b/;
const ARC_INNER = /^alloc::sync::ArcInner<.*\baxtask::task::TaskInner\b/;
/** Counts of an `Arc` come first: two words (`alloc::sync::ArcInner` is repr(C)). */
const ARC_COUNTS = 16;
/** Areas of per-CPU data lie so far apart at least: `percpu` rounds their size up to this. */
const PER_CPU_ALIGN = 64n;
const MOST_CPUS = 64;
/** Letters of a name that can be one. */
const NAME = /^[\p{L}\p{N}\p{P}\p{S} ]{0,200}$/u;

/** The unsigned number in a member, through cells and atomics; undefined where it cannot be read. */
export function numberIn(value: Value, name: string): bigint | undefined {
  const member = deepMember(value, [name], 2);
  if (member === undefined) return undefined;
  const inner = core(member);
  const size = inner.type.size;
  const bytes = size === 0 || size > 8 ? 'no number' : bytesAt(inner.place, size, inner.context);
  return typeof bytes === 'string' ? undefined : littleEndian(bytes);
}

/** Images that run as a kernel and have the scheduler's types. */
function structNamed(image: Image, name: string | RegExp): StructType | undefined {
  const types = typeof name === 'string' ? [image.program.typeNamed(name)] : image.program.types(name);
  return types.find((type): type is StructType => type?.kind === 'struct' && !type.isDeclaration && type.size > 0);
}

const isKernelImage = ({ worlds }: Image): boolean =>
  worlds === undefined || worlds.some((world) => world === 'kernel' || world === 'guest kernel');

/** The tasks of all kernels, by kernel and id. */
export function searchTasks(context: InspectContext): TaskSearch {
  const images = context.images.all.filter(isKernelImage);
  if (images.length === 0) {
    return {
      tasks: [],
      missing: [t`No tasks: the machine has no symbols. Name the kernel's ELF file under "images" in launch.json.`],
    };
  }
  const found = images.map((image) => tasksOf(context, image));
  return {
    tasks: found.flatMap((one) => (typeof one === 'string' ? [] : one)),
    missing: found.filter((one) => typeof one === 'string'),
  };
}

function tasksOf(context: InspectContext, image: Image): Task[] | string {
  const kernel = kernelOf(context, image);
  if (typeof kernel === 'string') return kernel;
  const currents = currentTasks(context, kernel);
  if (typeof currents === 'string') return currents;
  const nextId = nextTaskId(kernel);
  if (nextId === undefined) {
    return t`${image.name}: its debug information lacks axtask's ID_COUNTER, which says how many tasks there are.`;
  }
  const layout = layoutOf(kernel);
  if (layout === undefined) {
    return t`${image.name}: its TaskInner has no id and state where they are expected; this version of axtask is not known.`;
  }
  const places = scanTasks(context, kernel.world, layout.arc, nextId).map((at) => at + BigInt(layout.inner));
  const found = places.map((address) => taskAt(kernel, address, layout.current, currents)).filter((one) => !!one);
  if (found.length > 0) return withoutCopies(found, image);
  return t`${image.name}: the scheduler runs, but no task was found in the memory that the kernel can write.`;
}

/** A task is built on the stack of the one that spawns it, and a copy of it stays there: of each id the one on the heap. */
function withoutCopies(found: readonly Task[], image: Image): Task[] {
  const stacks = found.map(({ value }) => stackRange(value)).filter((one) => !!one);
  const inImage = (at: bigint) => image.placements.some((place) => at >= place.va && at < place.va + place.size);
  const rank = ({ current, address }: Task): number => {
    if (current !== undefined) return 3;
    if (stacks.some(({ from, to }) => address >= from && address < to)) return 0;
    return inImage(address) ? 1 : 2;
  };
  const best = new Map<bigint, Task>();
  for (const task of found) {
    const known = best.get(task.id);
    if (known === undefined || rank(task) > rank(known)) best.set(task.id, task);
  }
  return [...best.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Where the own stack of a `TaskInner` lies; the first task of a kernel goes on where the boot left it, and has none. */
export function stackRange(task: Value): { readonly from: bigint; readonly to: bigint } | undefined {
  const held = deepMember(task, ['kstack'], 1);
  const [stack] = held === undefined ? [] : present(held).childrenRange(0, 1);
  const layout = stack === undefined ? undefined : deepMember(stack.value, ['layout'], 1);
  const from = stack === undefined ? undefined : numberIn(stack.value, 'ptr');
  const size = layout === undefined ? undefined : numberIn(layout, 'size');
  return from === undefined || size === undefined ? undefined : { from, to: from + size };
}

function kernelOf(context: InspectContext, image: Image): TaskKernel | string {
  const { program, name } = image;
  if (!program.hasDebugInfo) {
    return t`${name}: no debug information, so no types are known. Build it with debug = 2 in its Cargo profile.`;
  }
  const taskType = structNamed(image, TASK_TYPE);
  if (taskType === undefined) {
    const hasScheduler = program.lookup('axtask::*').length > 0;
    return hasScheduler
      ? t`${name}: it has axtask, but its debug information lacks the type ${TASK_TYPE}. Build it with debug = 2 in its Cargo profile.`
      : t`${name}: it has no tasks, because it is built without ArceOS's scheduler (axtask, the feature "multitask").`;
  }
  const place = image.placements[0];
  const slide = place === undefined ? 0n : place.va - place.link;
  const worlds = worldsOf(context).filter((world) => world.level === 'kernel' && runsIn(image.worlds, world));
  for (const world of worlds) {
    const space = spaceOf(context, world);
    const read = (at: bigint, length: number) => readIn(context, space, at, length);
    if (isLoaded(context, image, world, read)) {
      return { image, world, context: contextOf(program, read, slide), slide, taskType };
    }
  }
  const where = worlds[0];
  if (where === undefined) return t`${name}: no tasks yet, because its world has not run yet.`;
  return t`${name}: no tasks yet. Its memory cannot be read in ${worldText(where)}: it is not loaded, or its paging is off.`;
}

/** Whether the image's own code is where it runs, in a world. */
function isLoaded(
  context: InspectContext,
  image: Image,
  world: World,
  read: (at: bigint, length: number) => Uint8Array | undefined,
): boolean {
  const code = image.placements.find((place) => place.isExecutable);
  if (code === undefined) return false;
  if (read(code.va, 16) === undefined) return false;
  return context.images.find(code.va, read, world)?.image === image;
}

/** Link and run-time addresses of the kernel's areas of per-CPU data, from what the linker script of ArceOS names. */
function perCpuAreas(kernel: TaskKernel): { readonly link: bigint; readonly bases: readonly bigint[] } | undefined {
  const { program } = kernel.image;
  const symbol = (name: string) => program.lookup(name)[0]?.address;
  const first = symbol('_percpu_start');
  const end = symbol('_percpu_end');
  const link = symbol('_percpu_load_start');
  const linkEnd = symbol('_percpu_load_end');
  if (first === undefined || end === undefined || link === undefined || linkEnd === undefined) return undefined;
  const size = (linkEnd - link + PER_CPU_ALIGN - 1n) & -PER_CPU_ALIGN;
  const bases: bigint[] = [];
  for (let at: bigint = first; at + size <= end && size > 0n && bases.length < MOST_CPUS; at += size)
    bases.push(at + kernel.slide);
  return { link, bases };
}

/** Where each CPU's current task lies, 0 where it has none; or why that is not known. */
function currentTasks(context: InspectContext, kernel: TaskKernel): ReadonlyMap<bigint, number> | string {
  const { image } = kernel;
  const areas = perCpuAreas(kernel);
  const [pointer] = image.program.lookup('axhal::percpu::__PERCPU_CURRENT_TASK_PTR');
  if (areas === undefined || pointer === undefined) {
    const what = areas === undefined ? t`_percpu_start and _percpu_end` : 'axhal::percpu::CURRENT_TASK_PTR';
    return t`${image.name}: the symbols ${what} are missing, so its current tasks cannot be found.`;
  }
  const found = new Map<bigint, number>();
  for (const [cpu, base] of areas.bases.entries()) {
    const bytes = kernel.context.read(base + pointer.address - areas.link, 8);
    const at = bytes === undefined ? 0n : littleEndian(bytes);
    if (at !== 0n) found.set(at, cpu);
  }
  if (found.size > 0) return found;
  return t`${image.name}: no tasks yet, because its scheduler is not initialised: no CPU has a current task (after ${grouped(context.machine.retired)} instructions).`;
}

function nextTaskId({ image, context, slide }: TaskKernel): bigint | undefined {
  const counter = image.program.lookup(/^(<?axtask::task::.*::new::|axtask::.*)ID_COUNTER$/)[0];
  const [variable] = counter === undefined ? image.program.globals(/axtask::task::.*ID_COUNTER$/) : [];
  const [op] = variable?.location.kind === 'expression' ? variable.location.ops : [];
  const link = counter?.address ?? (op?.op === 'address' ? op.value : undefined);
  const bytes = link === undefined ? undefined : context.read(va(link + slide), 8);
  return bytes === undefined ? undefined : littleEndian(bytes);
}

interface Layouts {
  readonly arc: TaskLayout;
  /** The `TaskInner` in the `Arc`'s allocation. */
  readonly inner: number;
  /** What the current-task pointer points to, seen from the `TaskInner`. */
  readonly current: number;
}

function layoutOf({ image, taskType, context }: TaskKernel): Layouts | undefined {
  const zero = (type: StructType): Value => ({ type, place: { kind: 'memory', address: 0n }, context });
  const offset = (holder: Value, name: string): number | undefined => {
    const member = deepMember(holder, [name], 2);
    const place = member === undefined ? undefined : core(member).place;
    return place?.kind === 'memory' ? Number(place.address) : undefined;
  };
  const arc = structNamed(image, ARC_INNER);
  const data = arc === undefined ? ARC_COUNTS : offsetOfMember(arc, 'data', ARC_COUNTS);
  const axTask = structNamed(image, AX_TASK);
  const inSched = axTask === undefined ? 0 : offsetOfMember(axTask, 'inner', 0);
  const inner = data + inSched;
  const task = zero(taskType);
  const id = offset(task, 'id');
  const state = offset(task, 'state');
  if (id === undefined || state === undefined) return undefined;
  const flags = ['is_idle', 'is_init', 'in_wait_queue', 'on_cpu', 'need_resched', 'interrupted'].flatMap((name) => {
    const at = offset(task, name);
    return at === undefined ? [] : [inner + at];
  });
  const size = inner + taskType.size;
  return { arc: { strong: 0, weak: 8, id: inner + id, state: inner + state, flags, size }, inner, current: -inSched };
}

const offsetOfMember = (type: StructType, name: string, otherwise: number): number =>
  type.members.find((member) => member.name === name)?.offset ?? otherwise;

function taskAt(
  kernel: TaskKernel,
  address: bigint,
  toCurrent: number,
  currents: ReadonlyMap<bigint, number>,
): Task | undefined {
  const value: Value = { type: kernel.taskType, place: { kind: 'memory', address }, context: kernel.context };
  const id = numberIn(value, 'id');
  const state = STATES[Number(numberIn(value, 'state') ?? 0n) - 1];
  const name = nameOf(value);
  if (id === undefined || state === undefined || name === undefined) return undefined;
  const cpu = numberIn(value, 'cpu_id');
  const current = currents.get(address + BigInt(toCurrent));
  const isIdle = numberIn(value, 'is_idle') === 1n;
  return { kernel, id, name, state, isIdle, cpu, current, value, address };
}

/** The task's name: a `String`, in a lock in newer versions. */
function nameOf(task: Value): string | undefined {
  const member = deepMember(task, ['name'], 1);
  if (member === undefined) return undefined;
  let at = member;
  for (let depth = 0; depth < 6 && !/(^|::)String$/.test(bare(at.type).name); depth++) {
    const inner = deepMember(at, ['data', 'value'], 1);
    if (inner === undefined) return undefined;
    at = inner;
  }
  const text = /^"(.*)"$/s.exec(present(at).text)?.[1];
  return text !== undefined && NAME.test(text) ? text : undefined;
}

/** `0xffffffc08…`, for a task's place in rows. */
export const taskPlace = ({ address }: Task): string => hex(address);
