import * as vscode from 'vscode';
import { HostFileError } from '../base/host';

/** Reads and writes what the worker asks for. Rejects with a {@link HostFileError} where the reason is known. */
export interface WorkspaceFiles {
  read(uri: string): Promise<Uint8Array>;
  write(uri: string, bytes: Uint8Array): Promise<void>;
}

/** Files by `vscode.workspace.fs`, so that virtual workspaces and remotes work. */
export const workspaceFiles: WorkspaceFiles = {
  read: (uri) => explained(uri, vscode.workspace.fs.readFile(parseUri(uri))),
  write: (uri, bytes) => explained(uri, vscode.workspace.fs.writeFile(parseUri(uri), bytes)),
};

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

const REASONS: Readonly<Record<string, string>> = {
  FileNotFound: 'does not exist',
  FileIsADirectory: 'is a directory, not a file',
  FileNotADirectory: 'lies below something that is not a directory',
  NoPermissions: 'may not be read: permission denied',
  Unavailable: 'cannot be reached now',
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
