/** Writes what was found in a folder as launch configurations, as a user would. */
import type { SchemaValue } from '../../base/schema';
import type { cargoSchema } from '../cargo-schema';
import { nameOf } from './file-tree';
import type { FoundProgram } from './program-search';
import type { RecognisedTree, TreeLaunch } from './recognised-trees';

/** Built with cargo first; the program that it names is debugged. */
export type CargoBuild = SchemaValue<typeof cargoSchema>;

/** Without VS Code's own `type` and `request`. */
export type OwnConfiguration = Partial<TreeLaunch> & {
  readonly name: string;
  readonly cargo?: CargoBuild;
  readonly preLaunchTask?: string;
};

/** Makes a path of the workspace one for launch.json: `${workspaceFolder}/kernel.elf`. */
export type PathText = (path: string) => string;

/** The configuration that debugs a program. */
export const programConfiguration = ({ path }: Pick<FoundProgram, 'path'>, text: PathText): OwnConfiguration => ({
  name: `Debug ${nameOf(path)}`,
  program: text(path),
});

/** How a tree is called where there are others: by its folder, too. */
export const titleOf = ({ name, folder }: RecognisedTree): string =>
  folder === '' || nameOf(folder) === name ? name : `${name} (${folder})`;

/**
 * The configuration that debugs a tree as it is, `undefined` when nothing says where its program will be.
 * @param canBuild with cargo, so that the program need not be there
 */
export function treeConfiguration(
  tree: RecognisedTree,
  text: PathText,
  canBuild: boolean,
): OwnConfiguration | undefined {
  const name = `Debug ${titleOf(tree)}`;
  if (tree.rule.isCargo && canBuild) {
    const { args, folder } = tree.build;
    const { program: _, ...rest } = tree.launch ?? { program: '' };
    return { name, cargo: { args, ...(folder !== '' && { cwd: text(folder) }) }, ...withPaths(rest, text) };
  }
  return tree.launch && { name, ...withPaths(tree.launch, text) };
}

/** The one that builds the tree first. */
export function builtConfiguration(tree: RecognisedTree, text: PathText, task: string): OwnConfiguration | undefined {
  const configuration = tree.rule.isCargo ? undefined : treeConfiguration(tree, text, false);
  return configuration && { ...configuration, name: `Build and debug ${titleOf(tree)}`, preLaunchTask: task };
}

function withPaths<T extends Partial<TreeLaunch>>(launch: T, text: PathText): T {
  const { disk, images } = launch;
  const file = (key: 'program' | 'bios' | 'initrd' | 'pflash0' | 'pflash1') => {
    const path = launch[key];
    return path === undefined ? {} : { [key]: text(path) };
  };
  const one = <D extends { readonly path: string }>(each: D): D => ({ ...each, path: text(each.path) });
  return {
    ...launch,
    ...file('program'),
    ...file('bios'),
    ...file('initrd'),
    ...file('pflash0'),
    ...file('pflash1'),
    ...(images && { images: images.map(one) }),
    ...(disk && { disk: 'path' in disk ? one(disk) : disk.map(one) }),
  };
}
