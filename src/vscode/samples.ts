import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { builtFiles, type KernelPackage } from '../image/kernel-package';
import { exists } from './files';
import type { BundledKernel, BundledKernels } from './kernels';
import { sampleFolder } from './sample-files';
import { openCopy, showSample } from './sample-opening';

/**
 * "Open Sample…": shows the sources of a bundled kernel, read-only in place or as a copy in a folder of the user's.
 * @param state outlives the window
 * @param name skips the question which sample; walkthrough and tests pass it
 * @param how skips the question how to open it
 */
export const openSample = async (
  kernels: BundledKernels,
  state: vscode.Memento,
  name?: string,
  how?: 'look' | 'copy',
): Promise<void> => {
  const sample = name === undefined ? await pickSample(kernels) : await kernels.find(name);
  if (!sample) return;
  switch (how ?? (await pickHow(sample.kernel))) {
    case 'look':
      return showSample(sample.kernel, sampleFolder(sample.kernel.name));
    case 'copy':
      return copySources(sample, state);
    case undefined:
      return;
  }
};

const pickSample = async (kernels: BundledKernels): Promise<BundledKernel | undefined> => {
  const items = (await kernels.all()).map((sample) => ({
    label: sample.kernel.title,
    description: [...sample.kernel.architectures.keys()].join(', '),
    detail: sample.kernel.description,
    sample,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t`Open Sample`,
    placeHolder: t`Which kernel do you want to look into?`,
  });
  return picked?.sample;
};

const pickHow = async (kernel: KernelPackage): Promise<'look' | 'copy' | undefined> => {
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: `$(eye) ${t`Look at it here`}`,
        detail: t`Opens the sources read-only. Breakpoints and F5 work.`,
        how: 'look' as const,
      },
      {
        label: `$(files) ${t`Copy it to a folder…`}`,
        detail: t`A copy of your own that you can change and build.`,
        how: 'copy' as const,
      },
    ],
    { title: kernel.title, placeHolder: t`How do you want to open the sample?` },
  );
  return picked?.how;
};

/**
 * Copies a sample into a folder of its own, which also gets what it is built from beside it (crates that it takes by
 * their paths) and its built programs: the copy can be built, runs before it is, and its disk images can be made.
 */
const copySources = async (sample: BundledKernel, state: vscode.Memento): Promise<void> => {
  const { kernel } = sample;
  const name = `worldstep-${kernel.name}`;
  const [parent] =
    (await vscode.window.showOpenDialog({
      title: t`Where shall the folder "${name}" go?`,
      openLabel: t`Copy Here`,
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (!parent) return;
  const top = vscode.Uri.joinPath(parent, name);
  if (await exists(top)) {
    await vscode.window.showErrorMessage(t`${top.path} is there already. Choose another folder or delete it first.`);
    return;
  }
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t`Copying ${kernel.title}…` },
    () => copySample(sample, top),
  );
  await showSample(kernel, vscode.Uri.joinPath(top, kernel.name));
  const open = t`Open Folder`;
  const answer = await vscode.window.showInformationMessage(
    t`${kernel.title} is in ${top.path}. F5 debugs it, "Worldstep: Build and Debug" builds it first.`,
    open,
  );
  if (answer === open) await openCopy(state, top, kernel.name);
};

/** Writes a copy of a sample below `top`, which need not exist. */
export const copySample = async ({ kernel, files, uri }: BundledKernel, top: vscode.Uri): Promise<void> => {
  const folder = vscode.Uri.joinPath(top, kernel.name);
  const copy = async (path: string, origin: vscode.Uri): Promise<void> =>
    vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, path), await vscode.workspace.fs.readFile(origin));
  for (const [path, origin] of files) await copy(path, origin);
  // In a checkout not all of them need be there.
  for (const path of builtFiles(kernel)) await copy(path, uri(path)).catch(() => undefined);
};
