/**
 * What a task of type `worldstep` says, free of VS Code: how tasks.json's words are read, which tasks a kernel has, and
 * how they are called. Names and definitions are stable, because `preLaunchTask` and tasks.json refer to them.
 */
import { t } from '../base/l10n';
import { problemText, schemaProblems } from '../base/schema-check';
import { bytesOf } from '../base/size';
import { fatContentOf, type KernelPackage } from '../image/kernel-package';
import { type TaskJson, taskSchema } from './task-schema';
import type { RecognisedTree } from './trees/recognised-trees';

/** The `type` of our tasks. */
export const TASK_TYPE = 'worldstep';

/** What a task does. */
export type TaskKind = 'build' | 'command' | 'disk' | 'flash' | 'run';

/** Compiles a kernel and its programs. */
export interface BuildTask {
  readonly task: 'build';
  readonly kernel: string;
  readonly arch: string | undefined;
}

/** Runs the build tool of a project that has no kernel.json. */
export interface CommandTask {
  readonly task: 'command';
  readonly command: string;
  readonly args: readonly string[];
  /** The folder that it runs in, from the workspace folder on; that itself if absent. */
  readonly cwd: string | undefined;
}

/** Runs a kernel to its end, with the task's terminal as its console. */
export interface RunTask {
  readonly task: 'run';
  readonly kernel: string;
  readonly arch: string | undefined;
  /** More words for `worldstep run`. */
  readonly args: readonly string[];
}

/** The image that a kernel.json declares. */
interface OfKernel {
  readonly kernel: string;
  readonly arch: string | undefined;
  readonly output: string | undefined;
}

/** A disk image: a kernel's, or one of the files that the task names. */
export type DiskTask =
  | ({ readonly task: 'disk' } & OfKernel)
  | {
      readonly task: 'disk';
      readonly kernel: undefined;
      /** Bytes. */
      readonly size: number;
      readonly label: string | undefined;
      /** Path in the image → file or folder. */
      readonly files: ReadonlyMap<string, string>;
      readonly output: string;
    };

/** The image of a flash bank: a kernel's, or one with the contents that the task names. */
export type FlashTask =
  | ({ readonly task: 'flash'; readonly bank: string } & OfKernel)
  | {
      readonly task: 'flash';
      readonly kernel: undefined;
      /** Bytes. */
      readonly size: number;
      readonly at: readonly { readonly offset: number; readonly text: string }[];
      /** File whose last byte is the bank's last byte. */
      readonly end: string | undefined;
      readonly output: string;
    };

export type WorldstepTask = BuildTask | CommandTask | DiskTask | FlashTask | RunTask;

/** A task that can be done, or everything that is wrong with its definition. */
export type TaskResult =
  | { readonly ok: true; readonly task: WorldstepTask }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a definition as tasks.json has it. */
export function readTask(definition: object): TaskResult {
  const problems = schemaProblems(definition, taskSchema).map((problem) => `${problemText(problem)}.`);
  return problems.length === 0 ? { ok: true, task: readKind(definition as TaskJson) } : { ok: false, problems };
}

/** The conditions of the schema say which entries there are. */
function readKind(json: TaskJson): WorldstepTask {
  const { task, kernel, arch, output, args = [] } = json;
  switch (task) {
    case 'build':
      return { task, arch, kernel: kernel ?? '' };
    case 'command':
      return { task, command: json.command ?? '', args, cwd: json.cwd };
    case 'run':
      return { task, arch, kernel: kernel ?? '', args };
    case 'disk': {
      if (kernel !== undefined) return { task, kernel, arch, output };
      const files = new Map(Object.entries(json.files ?? {}));
      return { task, kernel, size: bytesOf(json.size) ?? 0, label: json.diskLabel, files, output: output ?? '' };
    }
    case 'flash': {
      if (kernel !== undefined) return { task, kernel, arch, bank: json.bank ?? 'pflash1', output };
      const at = Object.entries(json.at ?? {}).map(([offset, text]) => ({ offset: Number(offset), text }));
      return { task, kernel, size: bytesOf(json.size) ?? 0, at, end: json.end, output: output ?? '' };
    }
  }
}

/** A task that is offered without tasks.json: its name after `worldstep: `, and its definition without `type`. */
export interface OfferedTask {
  readonly name: string;
  readonly definition: KernelDefinition | CommandDefinition;
}

/** Of a task that is about a kernel.json. */
export interface KernelDefinition {
  readonly task: Exclude<TaskKind, 'command'>;
  readonly kernel: string;
  readonly arch: string;
  readonly bank?: string;
  readonly args?: readonly string[];
}

/** Of a task that runs a project's build tool. */
export interface CommandDefinition {
  readonly task: 'command';
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

/** What can be done with a kernel here. */
export interface TaskAbilities {
  /** Rust can be called: a host with processes, and a workspace that is trusted. */
  readonly canBuild: boolean;
  /** Architectures that there are machines for. */
  readonly machines: readonly string[];
}

/**
 * The tasks of a kernel, for each of its architectures. One builds all modes of it; each is run by a task of its own.
 * @param path of its kernel.json, relative to the workspace folder
 */
export function tasksOf(kernel: KernelPackage, path: string, abilities: TaskAbilities): OfferedTask[] {
  return [...kernel.architectures].flatMap(([arch, build]) => {
    const offer = (task: KernelDefinition['task'], verb: string, more = {}, mode = ''): OfferedTask => ({
      name: `${verb} ${kernel.name} (${arch}${mode && `, ${mode}`})`,
      definition: { task, kernel: path, arch, ...more },
    });
    return [
      ...(abilities.canBuild ? [offer('build', 'build')] : []),
      ...(fatContentOf(build) ? [offer('disk', 'make disk image of')] : []),
      ...[...build.flash.keys()].map((bank) => offer('flash', `make ${bank} image of`, { bank })),
      ...(abilities.machines.includes(arch)
        ? [
            offer('run', 'run'),
            ...[...build.modes.keys()].map((mode) => offer('run', 'run', { args: ['--mode', mode] }, mode)),
          ]
        : []),
    ];
  });
}

/** The task that builds a tree which is known by its files. */
export function taskOfTree({ name, build: { command, args, folder } }: RecognisedTree): OfferedTask {
  return {
    name: `build ${name}`,
    definition: { task: 'command', command, args, ...(folder !== '' && { cwd: folder }) },
  };
}

/** What a task is about: the path of its kernel.json or its folder. */
export const subjectOf = (definition: OfferedTask['definition']): string =>
  definition.task === 'command' ? (definition.cwd ?? '.') : definition.kernel;

/** Tasks of the same name get what they are about into it, so that a name means one task. */
export function withDistinctNames(tasks: readonly OfferedTask[]): OfferedTask[] {
  const count = new Map<string, number>();
  for (const { name } of tasks) count.set(name, (count.get(name) ?? 0) + 1);
  return tasks.map((task) =>
    count.get(task.name) === 1 ? task : { ...task, name: `${task.name} of ${subjectOf(task.definition)}` },
  );
}

/**
 * The words after `worldstep` that do a build or a run.
 * @param kernel path of kernel.json, or a bundled kernel's name
 */
export function commandWords(task: BuildTask | RunTask, kernel: string): string[] {
  const arch = task.arch === undefined ? [] : ['--arch', task.arch];
  return [task.task, kernel, ...arch, ...(task.task === 'run' ? task.args : [])];
}

/** What decides whether a build or a run can be a process. */
export interface ProcessConditions {
  /** This host can start programs. */
  readonly hasProcesses: boolean;
  /** Of the workspace's files: only those of `file` are on a disk. */
  readonly scheme: string;
  readonly isTrusted: boolean;
}

const BUNDLED = /^bundled:/;

/** Whether a task is about a kernel that comes with Worldstep. */
export const isBundled = (kernel: string): boolean => BUNDLED.test(kernel);

/** The name of a kernel that comes with Worldstep. */
export const bundledName = (kernel: string): string => kernel.replace(BUNDLED, '');

/** Why a build or a run cannot be done here, with what to do instead; `undefined` if it can. */
export function whyNoProcess(
  task: BuildTask | CommandTask | RunTask,
  conditions: ProcessConditions,
): string | undefined {
  const isBuild = task.task !== 'run';
  if (task.task === 'build' && isBundled(task.kernel)) {
    return t`${task.kernel} comes with Worldstep and cannot be changed here. Copy it first with the command "Worldstep: Open Sample…", and build the copy.`;
  }
  if (!conditions.isTrusted) {
    return isBuild
      ? t`Building starts programs, and this workspace is not trusted to. Use the command "Workspaces: Manage Workspace Trust".`
      : t`Running in a terminal starts programs, and this workspace is not trusted to. Use the command "Workspaces: Manage Workspace Trust".`;
  }
  if (conditions.hasProcesses && conditions.scheme === 'file') return undefined;
  const [building, running] = conditions.hasProcesses
    ? [
        t`Building needs files on a disk, and this workspace is at "${conditions.scheme}:".`,
        t`Running in a terminal needs files on a disk, and this workspace is at "${conditions.scheme}:".`,
      ]
    : [
        t`Building starts programs, which a browser cannot.`,
        t`Running in a terminal starts programs, which a browser cannot.`,
      ];
  return isBuild
    ? `${building} ${t`Open the folder in desktop VS Code, over a remote connection or in code-server, and run the task there.`}`
    : `${running} ${t`Press Ctrl+F5 (Run Without Debugging) instead: the kernel then runs inside the browser.`}`;
}

/** Where an image goes if the task does not say: below the kernel's folder, with what else is made there. */
export const defaultOutput = (kernel: string, arch: string, what: string): string =>
  `target/${kernel}-${arch}-${what}.img`;
