import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildTargets, type KernelTarget } from './catalogue';
import { UserError } from './user-error';

/** The folder of all guest kernels of this repository. */
export const kernelsFolder = join(fileURLToPath(new URL('../../..', import.meta.url)), 'kernels');

/**
 * The kernels in `kernels/`, for every architecture their kernel.json lists.
 * @param name only this kernel
 * @param architecture only this one
 * @throws UserError for an unknown name or a kernel.json with mistakes
 */
export function kernelTargets(name?: string, architecture?: string): KernelTarget[] {
  const names = readdirSync(kernelsFolder)
    .filter((folder) => existsSync(join(kernelsFolder, folder, 'kernel.json')))
    .sort();
  if (name !== undefined && !names.includes(name)) {
    throw new UserError(`There is no kernel "${name}". There are: ${names.join(', ')}.`);
  }
  const targets = names.filter((each) => name === undefined || each === name).flatMap(targetsOf);
  const chosen = targets.filter((target) => architecture === undefined || target.architecture === architecture);
  if (chosen.length === 0) {
    const known = [...new Set(targets.map((target) => target.architecture))].join(', ');
    throw new UserError(`No kernel is built for "${architecture}". Architectures: ${known}.`);
  }
  return chosen;
}

function targetsOf(name: string): KernelTarget[] {
  const targets = buildTargets(join(kernelsFolder, name, 'kernel.json'));
  const other = targets.find(({ kernel }) => kernel.name !== name);
  if (other) {
    throw new UserError(`kernels/${name}/kernel.json: "name" is "${other.kernel.name}". Name it as its folder.`);
  }
  return targets;
}
