import * as vscode from 'vscode';
import { type KernelChoice, workspaceKernels } from './kernels';
import { MACHINES } from './machine-list.gen';
import { combined, nearest } from './trees/combined-kernels';
import { type FileTree, isInside } from './trees/file-tree';
import { type FoundProgram, findPrograms } from './trees/program-search';
import { type RecognisedTree, recognisedTrees } from './trees/recognised-trees';
import { type ReadStart, workspaceTree } from './workspace-tree';

/** A tree that is known by its files. */
export interface OwnTree {
  readonly folder: vscode.WorkspaceFolder;
  readonly tree: RecognisedTree;
}

/** A built kernel of which no more is known. */
export interface OwnProgram {
  readonly folder: vscode.WorkspaceFolder;
  readonly program: FoundProgram;
}

/** What of the workspace can be debugged without a kernel.json. */
export type OwnKernel = OwnTree | OwnProgram;

/** Finds the user's kernels in the workspace. */
export class OwnKernels {
  constructor(
    /** Absent in a browser. */
    private readonly readStart: ReadStart | undefined,
  ) {}

  /**
   * Trees known by their files, then programs outside of them, the best first.
   * @param packages the workspace's kernel.json: what lies beside one belongs to it
   */
  async all(packages?: readonly KernelChoice[]): Promise<OwnKernel[]> {
    const known = packages ?? (await workspaceKernels());
    const folders = vscode.workspace.workspaceFolders ?? [];
    return (await Promise.all(folders.map((folder) => this.#in(folder, known)))).flat();
  }

  /** A tree as its files are now. */
  async again({ folder, tree }: OwnTree): Promise<OwnTree | undefined> {
    const trees = await recognisedTrees(this.#files(folder));
    const found = trees.find((one) => one.folder === tree.folder && one.rule === tree.rule);
    return found && { folder, tree: found };
  }

  async #in(folder: vscode.WorkspaceFolder, packages: readonly KernelChoice[]): Promise<OwnKernel[]> {
    const tree = this.#files(folder);
    const [trees, programs] = await Promise.all([recognisedTrees(tree), findPrograms(tree, MACHINES)]);
    const taken = packages
      .filter(({ folder: at }) => vscode.workspace.getWorkspaceFolder(at) === folder)
      .map(({ folder: at }) => at.path.slice(folder.uri.path.length).replace(/^\//, ''));
    const isFree = (path: string): boolean => !taken.some((at) => isInside(path, at));
    return combined(
      trees.filter((one) => isFree(one.folder)),
      programs.filter(({ path }) => isFree(path)),
      MACHINES,
    ).map((kernel) => ({ folder, ...kernel }));
  }

  #files(folder: vscode.WorkspaceFolder): FileTree {
    return workspaceTree(folder, this.readStart);
  }
}

/** The kernels of the workspace that a file belongs to, the best first. */
export const kernelsOf = (kernels: readonly OwnKernel[], file: vscode.Uri): OwnKernel[] => {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  const here = kernels.filter((kernel) => kernel.folder === folder);
  return folder ? nearest(here, file.path.slice(folder.uri.path.length).replace(/^\//, '')) : [];
};

/** The tree that a file belongs to. */
export const treeOf = (kernels: readonly OwnKernel[], file: vscode.Uri): OwnTree | undefined =>
  kernelsOf(kernels, file).find((kernel): kernel is OwnTree => 'tree' in kernel);
