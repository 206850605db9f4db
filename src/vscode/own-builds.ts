import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { MACHINES } from './machine-list.gen';
import type { OwnKernel, OwnKernels, OwnTree } from './own-kernels';
import { builds } from './task-commands';
import { whyNoProcess } from './task-definition';
import type { WorldstepTasks } from './tasks';
import { ELF_START, readElfHeader } from './trees/elf-header';
import { nameOf } from './trees/file-tree';
import {
  builtConfiguration,
  type OwnConfiguration,
  type PathText,
  programConfiguration,
  titleOf,
  treeConfiguration,
} from './trees/tree-launch';
import type { ReadStart } from './workspace-tree';

/** Builds the user's own kernels before they are debugged. */
export class OwnBuilds {
  constructor(
    readonly kernels: OwnKernels,
    private readonly tasks: WorldstepTasks,
    private readonly readStart: ReadStart | undefined,
    /** A folder of ours on the disk. */
    private readonly storage: vscode.Uri,
  ) {}

  /** Whether programs can be started on the files of a workspace folder. */
  canBuild({ uri }: vscode.WorkspaceFolder): boolean {
    return this.tasks.canBuild(uri);
  }

  /** What launch.json would say of one of the user's kernels: with the build first, where there is one. */
  async written(kernel: OwnKernel, text: PathText): Promise<OwnConfiguration[]> {
    if ('program' in kernel) return [programConfiguration(kernel.program, text)];
    const task = await this.tasks.build(kernel);
    const all = [
      task && builtConfiguration(kernel.tree, text, `${task.source}: ${task.name}`),
      treeConfiguration(kernel.tree, text, this.canBuild(kernel.folder)),
    ];
    return all.filter((configuration) => configuration !== undefined);
  }

  /**
   * A tree with all its files there: where some are missing it is built. `undefined` when they are missing still, of which
   * the user knows then.
   */
  async ready(own: OwnTree): Promise<OwnTree | undefined> {
    const { tree, folder } = own;
    const isMissing = ({ launch, missing }: OwnTree['tree']): boolean => launch === undefined || missing.length > 0;
    if ((tree.rule.isCargo && this.canBuild(folder)) || !isMissing(tree)) return own;
    const task = await this.tasks.build(own);
    if (task) return this.build(own);
    // Without its program there is nothing to run; what else is missing, the session says.
    if (tree.launch && !tree.missing.includes(tree.launch.program)) return own;
    return this.#notThere(own, t`Build it with "${commandOf(own)}"${folderOf(own)}, then start it again.`);
  }

  /** Builds a tree, missing or not. `undefined` when that went wrong, of which the user knows then. */
  async build(own: OwnTree): Promise<OwnTree | undefined> {
    const task = await this.tasks.build(own);
    if (!task) {
      const { command, args, folder } = own.tree.build;
      const conditions = { hasProcesses: this.readStart !== undefined, scheme: own.folder.uri.scheme };
      const why = whyNoProcess(
        { task: 'command', command, args, cwd: folder },
        { ...conditions, isTrusted: vscode.workspace.isTrusted },
      );
      void vscode.window.showErrorMessage(why ?? t`${titleOf(own.tree)} cannot be built here.`);
      return undefined;
    }
    if (!(await builds(task))) return undefined;
    const built = await this.kernels.again(own);
    const program = built?.tree.launch?.program;
    if (built && program !== undefined && !built.tree.missing.includes(program)) return built;
    return this.#notThere(built ?? own, t`"${commandOf(own)}"${folderOf(own)} went well, but did not make it.`);
  }

  #notThere({ tree }: OwnTree, next: string): undefined {
    const file = tree.launch?.program ?? t`its program`;
    void vscode.window.showErrorMessage(t`${titleOf(tree)}: ${file} is not there. ${next}`);
    return undefined;
  }

  /**
   * Builds with cargo; the program that it names.
   * @param before a program from an earlier build, for machines without cargo
   * @returns `undefined` when there is none, of which the user knows then
   */
  async cargoProgram(
    folder: vscode.Uri | undefined,
    top: vscode.WorkspaceFolder | undefined,
    args: readonly string[],
    before: string | undefined,
  ): Promise<string | undefined> {
    if (!folder || !top || !this.tasks.canBuild(folder)) {
      if (before !== undefined) return before;
      void vscode.window.showErrorMessage(
        t`"cargo" of this launch configuration starts cargo, which cannot be done here: that needs a trusted folder on a disk. Name a "program" instead.`,
      );
      return undefined;
    }
    const list = vscode.Uri.joinPath(this.storage, 'cargo-programs.json');
    await vscode.workspace.fs.delete(list).then(undefined, () => undefined);
    const isBuilt = await builds(this.tasks.cargo(folder, args, top, list));
    const programs = await readList(list);
    // Not even started: there is no cargo, and the terminal says so.
    if (programs === undefined) return before;
    return isBuilt ? this.#kernelOf(programs, args) : undefined;
  }

  async #kernelOf(programs: readonly string[], args: readonly string[]): Promise<string | undefined> {
    const kernels: string[] = [];
    for (const path of programs) {
      const start = await this.readStart?.(path, ELF_START);
      const header = start && readElfHeader(start);
      if (header?.isProgram && !header.isHosted && header.arch !== undefined && MACHINES.includes(header.arch)) {
        kernels.push(path);
      }
    }
    const [only, another] = kernels;
    if (only === undefined) {
      const made = programs.map((path) => nameOf(path.replaceAll('\\', '/'))).join(', ');
      void vscode.window.showErrorMessage(
        t`"cargo ${args.join(' ')}" built ${made || t`no program`}, but no kernel for ${MACHINES.join(t` or `)}. Name the target or the package in "cargo.args" of launch.json, e.g. "-p", "kernel".`,
      );
      return undefined;
    }
    if (another === undefined) return only;
    const items = kernels.map((path) => ({ label: nameOf(path.replaceAll('\\', '/')), description: path, path }));
    const picked = await vscode.window.showQuickPick(items, {
      title: t`Programs That cargo Built`,
      placeHolder: t`Which one shall run?`,
    });
    return picked?.path;
  }
}

const commandOf = ({ tree: { build } }: OwnTree): string => [build.command, ...build.args].join(' ');
const folderOf = ({ tree: { build } }: OwnTree): string => (build.folder === '' ? '' : t` in ${build.folder}`);

const readList = async (file: vscode.Uri): Promise<string[] | undefined> => {
  try {
    return JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(file))) as string[];
  } catch {
    return undefined;
  }
};
