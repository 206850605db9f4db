import * as vscode from 'vscode';
import { type LocateKernel, makeImage, resolved } from './image-task';
import { workspaceKernels } from './kernels';
import { MACHINES } from './machine-list.gen';
import { PROBLEM_MATCHER } from './problem-matcher-name';
import {
  type BuildTask,
  commandWords,
  type OfferedTask,
  type RunTask,
  readTask,
  TASK_TYPE,
  type TaskKind,
  tasksOf,
  type WorldstepTask,
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
    if (!this.commandLine || (task.task !== 'build' && task.task !== 'run')) return undefined;
    if (folder?.scheme !== 'file' || !vscode.workspace.isTrusted) return undefined;
    if (isBundled(task.kernel) && task.task === 'build') return undefined;
    const { program, words, environment } = this.commandLine;
    const args = [...words, ...commandWords(task, task.kernel.replace(BUNDLED, ''))];
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
    throw new Error(this.#whyNoProcess(task, folder));
  }

  #whyNoProcess(task: BuildTask | RunTask, folder: vscode.Uri): string {
    const verb = task.task === 'build' ? 'Building' : 'Running in a terminal';
    if (task.task === 'build' && isBundled(task.kernel)) {
      return `${task.kernel} comes with Worldstep and cannot be changed here. Copy it first with the command "Worldstep: Open Sample…", and build the copy.`;
    }
    if (!vscode.workspace.isTrusted) {
      return `${verb} starts programs, which this workspace may not: it is not trusted. Use the command "Workspaces: Manage Workspace Trust".`;
    }
    const where = this.commandLine
      ? `needs files on a disk; this workspace is at ${folder.scheme}:.`
      : 'needs to start programs, which a browser cannot.';
    const next =
      task.task === 'build'
        ? 'Open the folder in desktop VS Code, over a remote connection or in a code-server, and run the task there.'
        : 'Press Ctrl+F5 (Run Without Debugging) instead: then the kernel runs inside the browser.';
    return `${verb} ${where} ${next}`;
  }

  #locate(folder: vscode.Uri): LocateKernel {
    return (kernel) =>
      isBundled(kernel)
        ? vscode.Uri.joinPath(this.extensionUri, 'kernels', kernel.replace(BUNDLED, ''), 'kernel.json')
        : resolved(folder, kernel);
  }
}

const BUNDLED = /^bundled:/;

const isBundled = (kernel: string): boolean => BUNDLED.test(kernel);

/** The folder that a task's relative paths start from. */
const folderOf = ({ scope }: vscode.Task): vscode.Uri | undefined =>
  typeof scope === 'object' ? scope.uri : vscode.workspace.workspaceFolders?.[0]?.uri;
