import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { packagePath } from '../image/kernel-package';
import type { BundledKernels } from './kernels';
import { SAMPLE_SCHEME } from './sample-scheme';

/** The folder of the sources of the bundled kernel `name`. */
export const sampleFolder = (name: string): vscode.Uri => vscode.Uri.from({ scheme: SAMPLE_SCHEME, path: `/${name}` });

/** Shows `kernels/` of the extension, wherever it is installed: on disk, on a remote or on a web server. */
export class SampleFiles implements vscode.FileSystemProvider {
  // Nothing here ever changes.
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  constructor(private readonly kernels: BundledKernels) {}

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const files = await this.#files();
    const path = uri.path.replace(/^\/|\/$/g, '');
    const type = files.has(path) ? vscode.FileType.File : vscode.FileType.Directory;
    if (type === vscode.FileType.Directory && ![...files.keys()].some((file) => isBelow(file, path))) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    return { type, ctime: 0, mtime: 0, size: 0, permissions: vscode.FilePermission.Readonly };
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const path = uri.path.replace(/^\/|\/$/g, '');
    const entries = new Map<string, vscode.FileType>();
    for (const file of (await this.#files()).keys()) {
      if (!isBelow(file, path)) continue;
      const [name = '', ...rest] = file.slice(path === '' ? 0 : path.length + 1).split('/');
      entries.set(name, rest.length > 0 ? vscode.FileType.Directory : vscode.FileType.File);
    }
    return [...entries];
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const origin = (await this.#files()).get(uri.path.slice(1));
    if (!origin) throw vscode.FileSystemError.FileNotFound(uri);
    return vscode.workspace.fs.readFile(origin);
  }

  createDirectory(uri: vscode.Uri): never {
    throw readOnly(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw readOnly(uri);
  }

  delete(uri: vscode.Uri): never {
    throw readOnly(uri);
  }

  rename(uri: vscode.Uri): never {
    throw readOnly(uri);
  }

  /** Path below the scheme's root → where the bytes are. */
  async #files(): Promise<ReadonlyMap<string, vscode.Uri>> {
    const kernels = await this.kernels.all();
    return new Map(
      kernels.flatMap(({ kernel, files }) =>
        [...files].map(([path, uri]) => [packagePath(`${kernel.name}/kernel.json`, path), uri] as const),
      ),
    );
  }
}

const isBelow = (file: string, folder: string): boolean => folder === '' || file.startsWith(`${folder}/`);

const readOnly = (uri: vscode.Uri): vscode.FileSystemError =>
  vscode.FileSystemError.NoPermissions(
    t`${uri.path} belongs to a sample. Use "Worldstep: Open Sample…" to get a copy that can be changed.`,
  );
