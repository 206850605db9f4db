import * as vscode from 'vscode';
import { parseKernelPackage } from '../image/kernel-json';
import { listing } from '../image/kernel-listing';
import type { KernelPackage } from '../image/kernel-package';
import { MACHINES } from './machine-list.gen';

/** A kernel that comes with the extension: one entry of `dist/kernels.json`, written by `npm run build`. */
export interface BundledEntry {
  /** Its folder below `kernels/`. */
  readonly folder: string;
  /** The text of its kernel.json. */
  readonly kernelJson: string;
  /** Its source files and those of crates beside it (`../CRATE/…`), relative to the folder. */
  readonly files: readonly string[];
}

/** A kernel the user can debug: bundled, or described by a kernel.json of the workspace. */
export interface KernelChoice {
  readonly kernel: KernelPackage;
  /** Where its kernel.json and its sources are. */
  readonly folder: vscode.Uri;
}

/** A kernel that comes with the extension, and its sources. */
export interface BundledKernel {
  readonly kernel: KernelPackage;
  /** Relative path → the file in the extension. */
  readonly files: ReadonlyMap<string, vscode.Uri>;
  /** The file in the extension for a path relative to kernel.json. */
  uri(path: string): vscode.Uri;
}

/** The kernels that come with the extension and that it has machines for, easiest first. */
export class BundledKernels {
  #list: Promise<readonly BundledKernel[]> | undefined;

  constructor(private readonly extensionUri: vscode.Uri) {}

  /** Read once; rejects only when the installation is damaged. */
  all(): Promise<readonly BundledKernel[]> {
    this.#list ??= this.#read();
    return this.#list;
  }

  async find(name: string): Promise<BundledKernel | undefined> {
    return (await this.all()).find(({ kernel }) => kernel.name === name);
  }

  async #read(): Promise<BundledKernel[]> {
    const list = await readText(vscode.Uri.joinPath(this.extensionUri, 'dist', 'kernels.json'));
    const all = (JSON.parse(list) as BundledEntry[]).map(({ folder, kernelJson, files }) => {
      const result = parseKernelPackage(kernelJson, `kernels/${folder}/kernel.json`);
      if (!result.ok) throw new Error(`Worldstep is damaged, install it again. ${result.problems[0]}`);
      const uri = (path: string): vscode.Uri => vscode.Uri.joinPath(this.extensionUri, 'kernels', folder, path);
      return { kernel: result.kernel, uri, files: new Map(files.map((path) => [path, uri(path)])) };
    });
    return listing(all, MACHINES);
  }
}

/** All kernel.json files of the workspace that can be used. */
export const workspaceKernels = async (): Promise<KernelChoice[]> => {
  const found = await vscode.workspace.findFiles('**/kernel.json', '**/{target,node_modules}/**', 100);
  const choices = await Promise.all(found.map(readKernel));
  return choices.filter((choice) => choice !== undefined);
};

/** The kernel that `file` belongs to: the nearest kernel.json at or above it, inside the workspace or the samples. */
export const kernelOf = async (file: vscode.Uri): Promise<KernelChoice | undefined> => {
  const top = vscode.workspace.getWorkspaceFolder(file)?.uri.path ?? '/';
  for (let folder = parent(file); ; folder = parent(folder)) {
    const choice = await readKernel(vscode.Uri.joinPath(folder, 'kernel.json'));
    if (choice) return choice;
    if (folder.path === top || folder.path === '/' || folder.path === '' || folder.path === '.') return undefined;
  }
};

/** The kernel that the user looks at: of the active editor, else of another one on screen. */
export const openKernel = async (): Promise<KernelChoice | undefined> => {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  for (const editor of [activeTextEditor, ...visibleTextEditors]) {
    const choice = editor && (await kernelOf(editor.document.uri));
    if (choice) return choice;
  }
  return undefined;
};

const readKernel = async (uri: vscode.Uri): Promise<KernelChoice | undefined> => {
  try {
    const result = parseKernelPackage(await readText(uri), uri.path);
    return result.ok ? { kernel: result.kernel, folder: parent(uri) } : undefined;
  } catch {
    // No such file here; look further up.
    return undefined;
  }
};

const parent = (uri: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(uri, '..');

const readText = async (uri: vscode.Uri): Promise<string> =>
  new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
