import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { architecturesFor, type ListedMode, modesFor } from '../image/kernel-listing';
import type { KernelPackage } from '../image/kernel-package';
import type { BundledKernel, KernelChoice } from './kernels';
import { MACHINES } from './machine-list.gen';
import type { OwnKernel } from './own-kernels';
import { nameOf } from './trees/file-tree';
import { titleOf } from './trees/tree-launch';

/** What the user has picked. */
export type PickedKernel =
  | { readonly kind: 'package'; readonly choice: KernelChoice; readonly mode?: ListedMode }
  | { readonly kind: 'own'; readonly kernel: OwnKernel }
  | { readonly kind: 'bundled'; readonly kernel: KernelPackage; readonly mode?: ListedMode }
  | { readonly kind: 'file'; readonly uri: vscode.Uri };

type Item = vscode.QuickPickItem & { readonly result?: PickedKernel };

/** Asks which kernel to run, the user's own first. `undefined` when they changed their mind. */
export const pickKernel = async (
  packages: readonly KernelChoice[],
  kernels: readonly OwnKernel[],
  bundled: readonly BundledKernel[],
): Promise<PickedKernel | undefined> => {
  const separator = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const packaged = (kernel: KernelPackage, result: (mode?: ListedMode) => PickedKernel): Item[] => [
    {
      label: kernel.title,
      description: architecturesFor(kernel, MACHINES).join(', '),
      detail: kernel.description,
      result: result(),
    },
    ...modesFor(kernel, MACHINES).map((mode) => ({
      label: mode.title,
      description: mode.arch,
      detail: kernel.description,
      result: result(mode),
    })),
  ];
  const file: Item = {
    label: `$(folder-opened) ${t`Choose a kernel file…`}`,
    detail: t`An ELF, a Linux-header Image or a flat binary`,
  };
  const items: Item[] = [
    ...(packages.length + kernels.length > 0 ? [separator(t`in this workspace`)] : []),
    ...packages.flatMap((choice) => packaged(choice.kernel, (mode) => ({ kind: 'package', choice, mode }))),
    ...kernels.map((kernel) => ({ ...described(kernel), result: { kind: 'own' as const, kernel } })),
    separator(t`bundled with Worldstep`),
    ...bundled.flatMap(({ kernel }) => packaged(kernel, (mode) => ({ kind: 'bundled', kernel, mode }))),
    separator(t`your own`),
    file,
  ];
  const item = await vscode.window.showQuickPick(items, {
    title: t`Debug a Kernel`,
    placeHolder: t`Which kernel shall run?`,
    matchOnDetail: true,
  });
  if (item !== file) return item?.result;
  const [uri] = (await vscode.window.showOpenDialog({ title: t`Kernel to debug`, openLabel: t`Debug` })) ?? [];
  return uri && { kind: 'file', uri };
};

/** How one of the user's kernels is listed. */
const described = (kernel: OwnKernel): vscode.QuickPickItem => {
  const isAlone = (vscode.workspace.workspaceFolders ?? []).length < 2;
  const inFolder = (path: string): string => (isAlone ? path : `${kernel.folder.name}/${path}`);
  if ('tree' in kernel) {
    const { launch, rule } = kernel.tree;
    return {
      label: titleOf(kernel.tree),
      description: inFolder(launch?.program ?? kernel.tree.folder),
      detail: t(rule.text),
    };
  }
  const { path, header, modified } = kernel.program;
  const age = modified === 0 ? '' : t`, built ${new Date(modified).toLocaleString()}`;
  return { label: nameOf(path), description: inFolder(path), detail: `${header.machine}${age}` };
};
