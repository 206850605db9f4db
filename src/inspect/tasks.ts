/** The tasks of ArceOS kernels: state, why each waits, and its stack. Empty, it says why. */

import { hex } from '../base/address';
import { t } from '../base/l10n';
import { processorText } from '../isa/core/isa';
import type { Machine } from '../machine/contract';
import type { InspectorNode, InspectorTable } from './contract';
import type { InspectContext, Inspector, SuspendedFrame } from './inspector';
import { numberIn, searchTasks, stackRange, type Task, type TaskSearch } from './task-search';
import { taskFrames, waitReason } from './task-stack';
import { fileName, sizeText } from './text';

const ICONS: Readonly<Record<Task['state'], string>> = {
  running: 'play-circle',
  ready: 'circle-outline',
  blocked: 'debug-pause',
  exited: 'pass',
};

/** A search is done once for each place where a machine stands. */
const searches = new WeakMap<Machine, { readonly place: string; readonly search: TaskSearch }>();

function search(context: InspectContext): TaskSearch {
  const { machine, cpu } = context;
  const place = `${machine.retired} ${cpu.hart} ${machine.cpus.map(({ pc }) => pc).join()}`;
  const last = searches.get(machine);
  if (last?.place === place) return last.search;
  const found = searchTasks(context);
  searches.set(machine, { place, search: found });
  return found;
}

const keyOf = ({ kernel, id }: Task): string => `${kernel.image.id}/${id}`;

/** What a task does, in words. */
interface TaskText {
  readonly state: string;
  /** Why it waits; empty for one that does not. */
  readonly why: string;
  readonly at: SuspendedFrame | undefined;
}

function textOf(context: InspectContext, task: Task): TaskText {
  const isHere = task.kernel.world.guest === context.cpu.world.guest;
  if (task.current !== undefined) {
    const where = t`running on ${processorText(context.machine.isa, task.current)}`;
    return { state: isHere ? where : t`${where}, in the guest`, why: '', at: undefined };
  }
  const state = task.isIdle && task.state === 'ready' ? t`ready, runs when no other task can` : t(task.state);
  if (task.state === 'exited') return { state, why: t`with code ${exitCode(task)}`, at: undefined };
  const frames = taskFrames(context, task);
  const known = search(context).tasks;
  if (typeof frames === 'string') return { state, why: frames, at: undefined };
  const reason = waitReason(context, frames, known);
  return { state, why: (task.state === 'ready' ? reason?.past : reason?.text) ?? '', at: reason?.at };
}

const exitCode = (task: Task): string => BigInt.asIntN(32, numberIn(task.value, 'exit_code') ?? 0n).toString();

function taskNode(context: InspectContext, task: Task, hasSeveral: boolean): InspectorNode {
  const { state, why, at } = textOf(context, task);
  const kernel = hasSeveral ? [task.kernel.image.name] : [];
  const isChanged = context.past.isChanged(`task ${keyOf(task)}`, `${state} ${why}`);
  return {
    key: keyOf(task),
    label: `#${task.id} ${task.name === '' ? t`(no name)` : task.name}`,
    description: [state, why, ...kernel].filter((text) => text !== '').join(' · '),
    tooltip: [
      t`Task ${task.id} "${task.name}" of ${task.kernel.image.name}`,
      `${state}${why === '' ? '' : `: ${why}`}`,
      ...(isChanged ? [t`Changed since the last stop.`] : []),
    ].join('\n'),
    icon: ICONS[task.state],
    hasChildren: true,
    memoryReference: hex(task.address),
    ...(isChanged && { isChanged }),
    ...(at?.source !== undefined && { source: at.source }),
  };
}

/** Facts of a task: name and value. */
function facts(task: Task): [name: string, text: string][] {
  const { value, kernel, cpu, address } = task;
  const stack = stackOf(task);
  const off = numberIn(value, 'preempt_disable_count') ?? 0n;
  return [
    [t`kernel`, `${kernel.image.name} (${kernel.world.guest ? t`in the guest, ` : ''}${kernel.world.mode})`],
    ['TaskInner', hex(address)],
    ...(cpu === undefined ? [] : [['CPU', cpu.toString()] as [string, string]]),
    [t`stack`, stack],
    ...(off === 0n ? [] : [[t`preemption`, t`switched off (${off})`] as [string, string]]),
  ];
}

function stackOf({ value }: Task): string {
  const range = stackRange(value);
  if (range === undefined) return t`the one the kernel was started on`;
  return `${hex(range.from)} – ${hex(range.to)}, ${sizeText(range.to - range.from)}`;
}

function detailNodes(context: InspectContext, task: Task): InspectorNode[] {
  const key = keyOf(task);
  const rows = facts(task).map(([name, text]) => ({
    key: `${key}/${name}`,
    label: name,
    description: text,
    icon: 'symbol-field',
    hasChildren: false,
  }));
  return [...rows, ...frameNodes(context, task, key)];
}

function frameNodes(context: InspectContext, task: Task, key: string): InspectorNode[] {
  const note = (label: string): InspectorNode => ({ key: `${key}/none`, label, icon: 'info', hasChildren: false });
  if (task.current !== undefined) {
    return [note(t`It runs on ${processorText(context.machine.isa, task.current)}: its calls are in the Call Stack.`)];
  }
  if (task.state === 'exited') return [note(t`It has exited: its stack is of no more use.`)];
  const frames = taskFrames(context, task);
  if (typeof frames === 'string') return [note(t`No calls: ${frames}.`)];
  return frames.map((frame, index) => ({
    key: `${key}/frame ${index}`,
    label: frame.name,
    description: frame.source === undefined ? '' : `${fileName(frame.source.path)}:${frame.source.line}`,
    icon: frame.isLabel ? 'info' : 'debug-stackframe',
    hasChildren: false,
    ...(frame.source !== undefined && { source: frame.source }),
  }));
}

function children(context: InspectContext, key?: string): InspectorNode[] {
  const { tasks, missing } = search(context);
  if (key !== undefined) {
    const task = tasks.find((one) => keyOf(one) === key);
    return task === undefined ? [] : detailNodes(context, task);
  }
  const hasSeveral = new Set(tasks.map(({ kernel }) => kernel.image.id)).size + missing.length > 1;
  return [
    ...tasks.map((task) => taskNode(context, task, hasSeveral)),
    ...missing.map((text, index) => ({
      key: `why:${index}`,
      label: text,
      tooltip: text,
      icon: 'info',
      hasChildren: false,
    })),
  ];
}

function table(context: InspectContext, key?: string): InspectorTable {
  const { tasks, missing } = search(context);
  const wanted = key === undefined ? tasks : tasks.filter((task) => keyOf(task) === key);
  const rows = wanted.map((task) => {
    const { state, why } = textOf(context, task);
    const frames = task.current === undefined && task.state !== 'exited' ? taskFrames(context, task) : [];
    const calls = typeof frames === 'string' ? '' : frames.map(({ name }) => name).join(' ← ');
    const { image } = task.kernel;
    return [image.name, task.id.toString(), task.name, state, why, stackOf(task), hex(task.address), calls];
  });
  const counts = [...new Set(wanted.map(({ state }) => state))].map(
    (state) => `${wanted.filter((task) => task.state === state).length} ${t(state)}`,
  );
  const count = wanted.length === 0 ? t`No tasks.` : t`${wanted.length} tasks: ${counts.join(', ')}.`;
  return {
    columns: [t`Kernel`, t`Id`, t`Name`, t`State`, t`Why`, t`Stack`, 'TaskInner', t`Calls`],
    rows,
    summary: [count, ...missing].join(' '),
  };
}

/** The tasks of every kernel that has ArceOS's scheduler. */
export const tasks: Inspector = {
  id: 'tasks',
  title: 'Tasks',
  icon: 'checklist',
  refreshOn: [],
  when: () => true,
  children,
  table,
};
