import * as vscode from 'vscode';
import { excluded } from './trees/exclude-patterns';
import { type FileTree, limitedTree } from './trees/file-tree';

/** Reads the first bytes of a file on the disk: `vscode.workspace.fs` gives whole files only. */
export type ReadStart = (path: string, length: number) => Promise<Uint8Array>;

/** Elsewhere a file is read whole to see how it begins; a larger one is not looked at. */
const LARGEST = 64 << 20;

/** The files of a workspace folder; what the setting `files.exclude` leaves out is marked. */
export const workspaceTree = ({ uri: top }: vscode.WorkspaceFolder, readStart: ReadStart | undefined): FileTree => {
  const exclude = vscode.workspace.getConfiguration('files', top).get<Record<string, unknown>>('exclude') ?? {};
  const isExcluded = excluded(exclude);
  const at = (path: string): vscode.Uri => vscode.Uri.joinPath(top, path);
  const { fs } = vscode.workspace;
  return limitedTree({
    list: async (folder) => {
      const entries = await settled(fs.readDirectory(at(folder)));
      return (entries ?? []).map(([name, type]) => ({
        name,
        isFolder: (type & vscode.FileType.Directory) !== 0,
        isLink: (type & vscode.FileType.SymbolicLink) !== 0,
        isExcluded: isExcluded(folder === '' ? name : `${folder}/${name}`),
      }));
    },
    text: async (file) => {
      const bytes = await settled(fs.readFile(at(file)));
      return bytes && new TextDecoder().decode(bytes);
    },
    start: async (file, length) => {
      const uri = at(file);
      if (readStart && uri.scheme === 'file') return settled(readStart(uri.fsPath, length));
      const { size = LARGEST + 1 } = (await settled(fs.stat(uri))) ?? {};
      return size > LARGEST ? undefined : (await settled(fs.readFile(uri)))?.subarray(0, length);
    },
    modified: async (file) => (await settled(fs.stat(at(file))))?.mtime ?? 0,
  });
};

/** What is not there or may not be read is `undefined`. */
const settled = async <T>(work: Thenable<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch {
    return undefined;
  }
};
