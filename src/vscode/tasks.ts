import * as vscode from 'vscode';
import { type LocateKernel, makeImage, resolved } from './image-task';
import { workspaceKernels } from './kernels';
import { MACHINES } from './machine-list.gen';
import { PROBLEM_MATCHER } from './problem-matcher-name';
import {
  bundledName,
  commandWords,
  isBundled,
  type OfferedTask,
  type ProcessConditions,
  readTask,
  TASK_TYPE,
  type TaskKind,
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
  ) {}

  /** The tasks of every kernel.json in the workspace. */
  async provideTasks(): Promise<vscode.Task[]> {
    const kernels = await workspaceKernels();
    const folders = vscode.workspace.workspaceFolders ?? [];
    return folders.flatMap((folder) => {
      const here = kernels.filter(({ folder: uri }) => vscode.workspace.getWorkspaceFolder(uri) === folder);
      const offered = here.flatMap(({ kernel, folder: uri }) => {
        const path = vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, 'kernel.json'), false);
        return tasksOf(kernel, path, { canBuild: vscode.workspace.isTrusted, machines: MACHINES });
      });
      return withDistinctNames(offered).map((task) => this.#task(task, folder));
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

  #task({ name, definition }: OfferedTask, folder: vscode.WorkspaceFolder): vscode.Task {
    const task = this.#withExecution(new vscode.Task({ type: TASK_TYPE, ...definition }, folder, name, TASK_TYPE));
    task.detail = definition.kernel;
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
    const isBuild = task.definition.task === 'build';
    if (isBuild) task.group = vscode.TaskGroup.Build;
    task.problemMatchers = isBuild ? [PROBLEM_MATCHER] : [];
    task.presentationOptions = { ...task.presentationOptions, clear: true, focus: task.definition.task === 'run' };
    return task;
  }

  /** The process that builds or runs; `undefined` where there can be none. */
  #process(task: WorldstepTask, folder: vscode.Uri | undefined): vscode.ProcessExecution | undefined {
    if (!this.commandLine || !folder || (task.task !== 'build' && task.task !== 'run')) return undefined;
    if (whyNoProcess(task, this.#conditions(folder)) !== undefined) return undefined;
    const { program, words, environment } = this.commandLine;
    const args = [...words, ...commandWords(task, bundledName(task.kernel))];
    return new vscode.ProcessExecution(program, args, { cwd: folder.fsPath, env: { ...environment } });
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

/** The folder that a task's relative paths start from. */
const folderOf = ({ scope }: vscode.Task): vscode.Uri | undefined =>
  typeof scope === 'object' ? scope.uri : vscode.workspace.workspaceFolders?.[0]?.uri;
