import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { type KernelChoice, kernelOf, openKernel, workspaceKernels } from './kernels';
import type { LaunchConfigurations } from './launch-config';
import { MACHINES } from './machine-list.gen';
import type { OwnBuilds } from './own-builds';
import { type OwnKernels, type OwnTree, treeOf } from './own-kernels';
import { PROBLEM_SOURCES } from './problem-matcher-name';
import { SAMPLE_SCHEME } from './sample-scheme';
import type { TaskKind } from './task-definition';
import type { WorldstepTasks } from './tasks';
import { titleOf } from './trees/tree-launch';

/** Longer than the workbench takes to read the rest of a terminal. */
const PROBLEMS_DELAY_MS = 1000;

/** What "Build and Debug" needs. */
export interface BuildServices {
  readonly tasks: WorldstepTasks;
  readonly configurations: LaunchConfigurations;
  readonly own: OwnKernels;
  readonly builds: OwnBuilds;
  /** What the offer to copy a sample does, which cannot be built in place. */
  readonly copySample: (name: string) => unknown;
}

/**
 * "Build and Debug": builds the kernel of the active editor and starts it when that went well. When it did not, the
 * Problems view shows what the compiler said.
 */
export const buildAndDebug = async (services: BuildServices, given?: vscode.Uri): Promise<void> => {
  const { tasks, configurations, copySample } = services;
  const choice = given ? await kernelOf(given) : ((await openKernel()) ?? (await pickBuild(services)));
  if (!choice) return;
  if ('tree' in choice) {
    const configuration = await builtTree(services, choice);
    if (configuration) await vscode.debug.startDebugging(choice.folder, configuration);
    return;
  }
  const { kernel, folder } = choice;
  if (folder.scheme === SAMPLE_SCHEME) {
    const copy = t`Copy It…`;
    const said = t`${kernel.title} is a sample that cannot be changed here. Copy it to a folder and build the copy.`;
    if ((await vscode.window.showInformationMessage(said, copy)) === copy) await copySample(kernel.name);
    return;
  }
  const arch = [...kernel.architectures.keys()].find((each) => MACHINES.includes(each));
  const kernelJson = vscode.Uri.joinPath(folder, 'kernel.json');
  const task = arch === undefined ? undefined : await tasks.find(kernelJson, 'build', arch);
  if (!task) {
    await vscode.window.showErrorMessage(
      arch === undefined
        ? t`${kernel.title} is for ${[...kernel.architectures.keys()].join(', ')}; there are machines for ${MACHINES.join(', ')} only.`
        : t`${kernel.title} cannot be built here. Open its folder, and trust the workspace.`,
    );
    return;
  }
  if (!(await builds(task))) return;
  const configuration = { ...(await configurations.configurationFor(choice)), arch };
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(folder), configuration);
};

/** Runs a build to its end; whether it went well. When it did not, the user sees why. */
export const builds = async (task: vscode.Task): Promise<boolean> => {
  if (await succeeds(task)) return true;
  // Without the tool there are no problems but a message in the terminal, which is on screen already.
  if (await hasProblems()) await vscode.commands.executeCommand('workbench.actions.view.problems');
  return false;
};

/** "Make Disk Image…" and "Make PFlash Image…": runs one of the workspace's tasks of that kind. */
export const makeImageOfKernel = async (tasks: WorldstepTasks, kind: TaskKind): Promise<void> => {
  const all = (await tasks.provideTasks()).filter(({ definition }) => definition.task === kind);
  const [only, another] = all;
  if (!only) {
    await vscode.window.showInformationMessage(
      kind === 'disk'
        ? t`No kernel.json of this workspace declares a disk. Add "disk" to one of its architectures, or write a task of type "worldstep" into tasks.json.`
        : t`No kernel.json of this workspace declares a flash bank. Add "flash" to one of its architectures, or write a task of type "worldstep" into tasks.json.`,
    );
    return;
  }
  const items = all.map((task) => ({ label: task.name, description: task.detail, task }));
  const picked = another
    ? await vscode.window.showQuickPick(items, { title: t`Make Image`, placeHolder: t`Which image?` })
    : { task: only };
  if (picked) await vscode.tasks.executeTask(picked.task);
};

/** The launch of a tree after its build. Cargo builds with the launch. */
const builtTree = async ({ builds: own, configurations }: BuildServices, tree: OwnTree) => {
  const built = tree.tree.rule.isCargo ? tree : await own.build(tree);
  return built && configurations.ownConfiguration(built);
};

const pickBuild = async ({ own }: BuildServices): Promise<KernelChoice | OwnTree | undefined> => {
  const packages = await workspaceKernels();
  const kernels = await own.all(packages);
  const file = vscode.window.activeTextEditor?.document.uri;
  const here = file && treeOf(kernels, file);
  if (here) return here;
  const choices = [...packages, ...kernels.filter((kernel): kernel is OwnTree => 'tree' in kernel)];
  const [only, another] = choices;
  if (!only) {
    await vscode.window.showInformationMessage(
      t`Nothing in this workspace says how its kernel is built: there is no kernel.json, and no known kind of project. Build it in a terminal; F5 debugs it.`,
    );
    return undefined;
  }
  if (!another) return only;
  const items = choices.map((choice) =>
    'tree' in choice
      ? { label: titleOf(choice.tree), description: choice.folder.name, detail: t(choice.tree.rule.text), choice }
      : { label: choice.kernel.title, description: vscode.workspace.asRelativePath(choice.folder), choice },
  );
  const picked = await vscode.window.showQuickPick(items, {
    title: t`Build and Debug`,
    placeHolder: t`Which kernel shall be built and run?`,
  });
  return picked?.choice;
};

/** Runs a task to its end; whether its exit code was 0. */
const succeeds = async (task: vscode.Task): Promise<boolean> => {
  const codes = new Map<vscode.TaskExecution, number | undefined>();
  const ended = new Set<vscode.TaskExecution>();
  let look = (): void => {};
  const listening = vscode.Disposable.from(
    vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => codes.set(execution, exitCode)),
    // Comes after the one above, which is left out where a process could not be started.
    vscode.tasks.onDidEndTask(({ execution }) => {
      ended.add(execution);
      look();
    }),
  );
  try {
    const execution = await vscode.tasks.executeTask(task);
    await new Promise<void>((done) => {
      look = () => ended.has(execution) && done();
      look();
    });
    return codes.get(execution) === 0;
  } finally {
    listening.dispose();
  }
};

/** Whether the compiler found errors. The workbench reads the last lines of a terminal only after its task has ended. */
const hasProblems = async (): Promise<boolean> => {
  const sources: readonly (string | undefined)[] = Object.values(PROBLEM_SOURCES);
  const isError = ({ source, severity }: vscode.Diagnostic): boolean =>
    sources.includes(source) && severity === vscode.DiagnosticSeverity.Error;
  const are = (): boolean => vscode.languages.getDiagnostics().some(([, each]) => each.some(isError));
  let listener: vscode.Disposable | undefined;
  const changed = new Promise<void>((done) => {
    listener = vscode.languages.onDidChangeDiagnostics(() => are() && done());
  });
  const waited = new Promise<void>((done) => setTimeout(done, PROBLEMS_DELAY_MS));
  await (are() || Promise.race([changed, waited]));
  listener?.dispose();
  return are();
};
