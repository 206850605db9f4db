/** Puts together what the rules and the search have found in one folder. */
import { isInside, parentOf } from './file-tree';
import { type FoundProgram, offered } from './program-search';
import type { RecognisedTree } from './recognised-trees';

/** A tree, or a program that belongs to none. */
export type FoundKernel = { readonly tree: RecognisedTree } | { readonly program: FoundProgram };

/** The programs of a tree belong to it. One that has none where its rule looks takes the best that there is in it. */
export function combined(
  trees: readonly RecognisedTree[],
  programs: readonly FoundProgram[],
  machines: readonly string[],
): FoundKernel[] {
  const whole = trees.map((tree): RecognisedTree => {
    const { launch, missing, folder } = tree;
    const isThere = launch !== undefined && !missing.includes(launch.program);
    const [best] = programs.filter(({ path, header }) => isInside(path, folder) && header.place === 'kernel');
    if (isThere || !best || tree.rule.isCargo) return tree;
    const others = missing.filter((path) => path !== launch?.program);
    return { ...tree, launch: { ...launch, program: best.path }, missing: others };
  });
  const outside = programs.filter(({ path }) => !trees.some(({ folder }) => isInside(path, folder)));
  return [...whole.map((tree) => ({ tree })), ...offered(outside, machines).map((program) => ({ program }))];
}

/**
 * The kernels that a file belongs to: the innermost tree around it, else the programs of the nearest folder above it that
 * has any, with those in folders of that folder.
 */
export function nearest<K extends FoundKernel>(kernels: readonly K[], file: string): K[] {
  const trees = kernels.flatMap((kernel) => ('tree' in kernel ? [{ kernel, folder: kernel.tree.folder }] : []));
  const [innermost] = trees
    .filter(({ folder }) => isInside(file, folder))
    .sort((one, other) => other.folder.length - one.folder.length);
  if (innermost) return [innermost.kernel];
  for (let folder = parentOf(file); ; folder = parentOf(folder)) {
    const here = kernels.filter((kernel) => 'program' in kernel && isInside(kernel.program.path, folder));
    if (here.length > 0 || folder === '') return here;
  }
}
