import * as vscode from 'vscode';
import { type LocateKernel, makeImage, resolved } from './image-task';
import { workspaceKernels } from './kernels';
import { MACHINES } from './machine-list.gen';
import type { OwnKernels, OwnTree } from './own-kernels';
import { PROBLEM_MATCHERS } from './problem-matcher-name';
import {
  bundledName,
  type CommandDefinition,
  commandWords,
  isBundled,
  type OfferedTask,
  type ProcessConditions,
  readTask,
  subjectOf,
  TASK_TYPE,
  type TaskKind,
  taskOfTree,
  tasksOf,
  type WorldstepTask,
  whyNoProcess,
  withDistinctNames,
} from './task-definition';
import { type TaskConsole, TaskTerminal } from './task-terminal';

/** How the `worldstep` program is started where processes can be. */
export interface CommandLine {
  readonly program: string;
  /** Words before the command. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Tasks of type `worldstep`: images are made inside the extension host, so that they work in a browser too; builds and
 * runs are processes of our command line.
 */
export class WorldstepTasks implements vscode.TaskProvider {
  constructor(
    private readonly extensionUri: vscode.Uri,
    /** Absent in a browser. */
    private readonly commandLine: CommandLine | undefined,
    private readonly own: OwnKernels,
  ) {}

  /** The tasks of every kernel.json in the workspace, and the builds of its trees that are known by their files. */
  async provideTasks(): Promise<vscode.Task[]> {
    const kernels = await workspaceKernels();
    const own = await this.own.all(kernels);
    const folders = vscode.workspace.workspaceFolders ?? [];
    return folders.flatMap((folder) => {
      const trees = own.flatMap((each) => (each.folder === folder && 'tree' in each ? [each.tree] : []));
      const here = kernels.filter(({ folder: uri }) => vscode.workspace.getWorkspaceFolder(uri) === folder);
      const offered = here.flatMap(({ kernel, folder: uri }) => {
        const path = vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, 'kernel.json'), false);
        return tasksOf(kernel, path, { canBuild: vscode.workspace.isTrusted, machines: MACHINES });
      });
      const builds = this.canBuild(folder.uri) ? trees.map(taskOfTree) : [];
      return withDistinctNames([...offered, ...builds]).map((task) => this.#task(task, folder));
    });
  }

  /** Gives a task of tasks.json what it does. */
  resolveTask(task: vscode.Task): vscode.Task {
    const scope = task.scope ?? vscode.TaskScope.Workspace;
    return this.#withExecution(new vscode.Task(task.definition, scope, task.name, TASK_TYPE));
  }

  /** The task of a kind for a kernel.json and an architecture, if it is offered. */
  async find(kernelJson: vscode.Uri, kind: TaskKind, arch: string): Promise<vscode.Task | undefined> {
    const path = vscode.workspace.asRelativePath(kernelJson, false);
    const folder = vscode.workspace.getWorkspaceFolder(kernelJson);
    return (await this.provideTasks()).find(
      ({ definition, scope }) =>
        scope === folder && definition.task === kind && definition.kernel === path && definition.arch === arch,
    );
  }

  /** The task that builds a tree, if it is offered. */
  async build({ tree, folder }: OwnTree): Promise<vscode.Task | undefined> {
    const { command, args, cwd = '' } = taskOfTree(tree).definition as CommandDefinition;
    return (await this.provideTasks()).find(
      ({ definition, scope }) =>
        scope === folder &&
        definition.command === command &&
        (definition.cwd ?? '') === cwd &&
        String(definition.args) === String(args),
    );
  }

  /** Whether programs can be started on the files of a workspace folder. */
  canBuild(folder: vscode.Uri): boolean {
    const { hasProcesses, scheme, isTrusted } = this.#conditions(folder);
    return hasProcesses && scheme === 'file' && isTrusted;
  }

  /**
   * A task that builds with cargo.
   * @param programs a file that says afterwards which programs there are: a JSON array; it is not there if cargo is not
   */
  cargo(cwd: vscode.Uri, args: readonly string[], folder: vscode.WorkspaceFolder, programs: vscode.Uri): vscode.Task {
    const definition = { type: TASK_TYPE, task: 'command', command: 'cargo', args, cwd: cwd.fsPath };
    const task = new vscode.Task(definition, folder, `cargo ${args.join(' ')}`, TASK_TYPE);
    task.execution = this.#tool(['cargo', ...args], cwd, ['--programs', programs.fsPath]);
    return presented(task);
  }

  #task({ name, definition }: OfferedTask, folder: vscode.WorkspaceFolder): vscode.Task {
    const task = this.#withExecution(new vscode.Task({ type: TASK_TYPE, ...definition }, folder, name, TASK_TYPE));
    task.detail = definition.task === 'command' ? commandText(definition) : subjectOf(definition);
    return task;
  }

  #withExecution(task: vscode.Task): vscode.Task {
    const read = readTask(task.definition);
    const folder = folderOf(task);
    task.execution =
      (read.ok && this.#process(read.task, folder)) ||
      // The callback's definition has its variables replaced.
      new vscode.CustomExecution(
        async (definition) => new TaskTerminal((console) => this.#inHost(definition, folder, console)),
      );
    return presented(task);
  }

  /** The process that builds or runs; `undefined` where there can be none. */
  #process(task: WorldstepTask, folder: vscode.Uri | undefined): vscode.ProcessExecution | undefined {
    if (!folder || task.task === 'disk' || task.task === 'flash') return undefined;
    if (whyNoProcess(task, this.#conditions(folder)) !== undefined) return undefined;
    return task.task === 'command'
      ? this.#tool([task.command, ...task.args], resolved(folder, task.cwd ?? ''))
      : this.#program(commandWords(task, bundledName(task.kernel)), folder);
  }

  #tool(command: readonly string[], folder: vscode.Uri, options: readonly string[] = []): vscode.ProcessExecution {
    return this.#program(['tool', ...options, '--', ...command], folder);
  }

  /** Our command line. Throws in a browser. */
  #program(words: readonly string[], folder: vscode.Uri): vscode.ProcessExecution {
    if (!this.commandLine) throw new Error('A browser starts no programs.');
    const { program, words: before, environment } = this.commandLine;
    return new vscode.ProcessExecution(program, [...before, ...words], { cwd: folder.fsPath, env: { ...environment } });
  }

  /** Everything that is no process: images, and reasons why not. */
  async #inHost(
    definition: vscode.TaskDefinition,
    folder: vscode.Uri | undefined,
    console: TaskConsole,
  ): Promise<void> {
    const read = readTask(definition);
    if (!read.ok) throw new Error(`This task cannot be run. In tasks.json:\n${read.problems.join('\n')}`);
    if (!folder) throw new Error('Worldstep tasks need a folder. Open one, and run the task again.');
    const { task } = read;
    if (task.task === 'disk' || task.task === 'flash') return makeImage(task, folder, this.#locate(folder), console);
    throw new Error(whyNoProcess(task, this.#conditions(folder)) ?? 'This task starts a program. Run it again.');
  }

  #conditions({ scheme }: vscode.Uri): ProcessConditions {
    return { hasProcesses: this.commandLine !== undefined, scheme, isTrusted: vscode.workspace.isTrusted };
  }

  #locate(folder: vscode.Uri): LocateKernel {
    return (kernel) =>
      isBundled(kernel)
        ? vscode.Uri.joinPath(this.extensionUri, 'kernels', bundledName(kernel), 'kernel.json')
        : resolved(folder, kernel);
  }
}

/** A command as a person types it, with its folder. */
const commandText = ({ command, args, cwd }: CommandDefinition): string =>
  [command, ...args].join(' ') + (cwd === undefined ? '' : ` in ${cwd}`);

/** Gives a task its group and its problem matchers. */
const presented = (task: vscode.Task): vscode.Task => {
  const { task: kind, command } = task.definition;
  const isBuild = kind === 'build' || kind === 'command';
  const { rustc, gcc } = PROBLEM_MATCHERS;
  if (isBuild) task.group = vscode.TaskGroup.Build;
  // make and its like may call any compiler.
  const matchers = kind === 'build' || command === 'cargo' ? [rustc] : [gcc, rustc];
  task.problemMatchers = isBuild ? matchers : [];
  task.presentationOptions = { ...task.presentationOptions, clear: true, focus: kind === 'run' };
  return task;
};

/** The folder that a task's relative paths start from. */
const folderOf = ({ scope }: vscode.Task): vscode.Uri | undefined =>
  typeof scope === 'object' ? scope.uri : vscode.workspace.workspaceFolders?.[0]?.uri;
