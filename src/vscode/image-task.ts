import * as vscode from 'vscode';
import { HostFileError } from '../base/host';
import { t } from '../base/l10n';
import { parseKernelPackage } from '../image/kernel-json';
import { type KernelPackage, packagePath } from '../image/kernel-package';
import { exists, filesBelow, gunzip, workspaceFiles } from './files';
import { type ImageWork, makeDisk, makeFlash, RecipeError, sizeText } from './image-recipe';
import type { DiskTask, FlashTask } from './task-definition';
import type { TaskConsole } from './task-terminal';

/** Where the kernel.json is that a task names: a path of the workspace, a URI, or `bundled:NAME`. */
export type LocateKernel = (kernel: string) => vscode.Uri;

/** Does a task that makes an image: reads, composes, writes, and says so. Rejects with what is wrong. */
export const makeImage = async (
  task: DiskTask | FlashTask,
  workspace: vscode.Uri,
  locate: LocateKernel,
  console: TaskConsole,
): Promise<void> => {
  const kernelJson = task.kernel === undefined ? undefined : locate(task.kernel);
  const kernel = kernelJson && (await readPackage(kernelJson));
  const base = kernelJson ?? vscode.Uri.joinPath(workspace, 'tasks.json');
  const work = workAt(base, console);
  const { bytes, output } = await (task.task === 'disk' ? makeDisk(task, kernel, work) : makeFlash(task, kernel, work));
  // The kernel's own place for it may be read-only: an extension's folder is not for users' files.
  const isOwn = task.output === undefined && kernelJson !== undefined && !task.kernel?.startsWith('bundled:');
  const target = isOwn ? below(base, output) : resolved(workspace, output);
  await console.checkpoint();
  const wasThere = await exists(target);
  await workspaceFiles.write(target.toString(), bytes);
  const name = vscode.workspace.asRelativePath(target);
  const size = sizeText(bytes.length);
  console.say(wasThere ? t`Replaced ${name}, ${size}.` : t`Wrote ${name}, ${size}.`);
};

const workAt = (kernelJson: vscode.Uri, console: TaskConsole): ImageWork => ({
  read: async (path) => {
    const uri = below(kernelJson, path);
    const bytes = await read(uri);
    if (!uri.path.endsWith('.gz')) return bytes;
    return gunzip(bytes).catch(() => {
      throw new RecipeError(t`${uri.path} is not a whole gzip file. Make it again.`);
    });
  },
  list: (path) => filesBelow(below(kernelJson, path)),
  ...console,
});

const readPackage = async (uri: vscode.Uri): Promise<KernelPackage> => {
  const bytes = await read(uri).catch((error: Error) => {
    throw new RecipeError(t`${error.message} Name the path of a kernel.json under "kernel" in tasks.json.`);
  });
  const result = parseKernelPackage(new TextDecoder().decode(bytes), vscode.workspace.asRelativePath(uri));
  if (!result.ok) throw new RecipeError(result.problems.join('\n'));
  return result.kernel;
};

const read = (uri: vscode.Uri): Promise<Uint8Array> =>
  workspaceFiles.read(uri.toString()).catch((error: unknown) => {
    if (!(error instanceof HostFileError)) throw error;
    throw new RecipeError(`${uri.scheme === 'file' ? uri.fsPath : uri.toString()} ${t(error.reason)}.`);
  });

/** A path from a kernel.json, which may lead out of its folder. */
const below = (kernelJson: vscode.Uri, path: string): vscode.Uri =>
  isWhole(path)
    ? resolved(kernelJson, path)
    : kernelJson.with({ path: `/${trimmed(packagePath(kernelJson.path, path))}` });

/** A path of the workspace, an absolute one, or a URI. */
export const resolved = (base: vscode.Uri, path: string): vscode.Uri => {
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) return vscode.Uri.parse(path, true);
  if (!isWhole(path)) return vscode.Uri.joinPath(base, path);
  return base.scheme === 'file' ? vscode.Uri.file(path) : base.with({ path: path.replaceAll('\\', '/') });
};

// One letter before the colon is a Windows drive.
const isWhole = (path: string): boolean => /^([a-z][a-z0-9+.-]*:|[\\/])/i.test(path);

const trimmed = (path: string): string => path.replace(/^\/+/, '');
