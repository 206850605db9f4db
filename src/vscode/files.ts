import * as vscode from 'vscode';
import { FILE_PROBLEMS, type FileFacts, type FolderEntry, HostFileError } from '../base/host';

/** Reads and writes what the worker asks for. Rejects with a {@link HostFileError} where the reason is known. */
export interface WorkspaceFiles {
  read(uri: string): Promise<Uint8Array>;
  write(uri: string, bytes: Uint8Array): Promise<void>;
  stat(uri: string): Promise<FileFacts>;
  list(uri: string): Promise<readonly FolderEntry[]>;
}

/** Files by `vscode.workspace.fs`, so that virtual workspaces and remotes work. */
export const workspaceFiles: WorkspaceFiles = {
  read: (uri) => explained(uri, vscode.workspace.fs.readFile(parseUri(uri))),
  write: (uri, bytes) => explained(uri, vscode.workspace.fs.writeFile(parseUri(uri), bytes)),
  stat: async (uri) => {
    const { type, mtime } = await explained(uri, vscode.workspace.fs.stat(parseUri(uri)));
    return { isFolder: isFolder(type), modified: mtime };
  },
  list: async (uri) => {
    const entries = await explained(uri, vscode.workspace.fs.readDirectory(parseUri(uri)));
    return entries.map(([name, type]) => ({ name, isFolder: isFolder(type) }));
  },
};

const isFolder = (type: vscode.FileType): boolean => (type & vscode.FileType.Directory) !== 0;

/** A URI string, or a plain path of the first workspace folder's file system (of the disk without a workspace). */
export const parseUri = (text: string): vscode.Uri => {
  // One letter before the colon is a Windows drive.
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) return vscode.Uri.parse(text, true);
  const folder = vscode.workspace.workspaceFolders?.[0];
  return !folder || folder.uri.scheme === 'file' ? vscode.Uri.file(text) : folder.uri.with({ path: text });
};

/** Whether there is a file or a folder. */
export const exists = async (uri: vscode.Uri): Promise<boolean> => {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
};

/** Paths of the files below `folder`, relative to it, sorted; `undefined` if it is no folder. */
export const filesBelow = async (folder: vscode.Uri): Promise<string[] | undefined> => {
  const found: string[] = [];
  const visit = async (at: vscode.Uri, path: string): Promise<void> => {
    for (const [name, type] of await vscode.workspace.fs.readDirectory(at)) {
      if (type & vscode.FileType.File) found.push(path + name);
      // Links to folders may lead in circles.
      else if (type === vscode.FileType.Directory) await visit(vscode.Uri.joinPath(at, name), `${path}${name}/`);
    }
  };
  try {
    const { type } = await vscode.workspace.fs.stat(folder);
    if (!(type & vscode.FileType.Directory)) return undefined;
  } catch {
    // Reading it will say why not.
    return undefined;
  }
  await visit(folder, '');
  return found.sort();
};

/** Undoes gzip. Rejects if `bytes` are not a whole gzip file. */
export const gunzip = async (bytes: Uint8Array): Promise<Uint8Array> => {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

const REASONS: Readonly<Record<string, string>> = {
  FileNotFound: FILE_PROBLEMS.missing,
  FileIsADirectory: FILE_PROBLEMS.folder,
  FileNotADirectory: FILE_PROBLEMS.notInFolder,
  NoPermissions: FILE_PROBLEMS.denied,
  Unavailable: FILE_PROBLEMS.unavailable,
};

const explained = async <T>(uri: string, work: Thenable<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    const reason = error instanceof vscode.FileSystemError ? REASONS[error.code] : undefined;
    if (reason) throw new HostFileError(uri, reason);
    throw error;
  }
};
