import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type KernelBuild, type KernelPackage, packagePath, parseKernelPackage } from '../../image/kernel-package';
import { architectures, type BuildArchitecture } from './architectures';
import { UserError } from './user-error';

/** The folder of all guest kernels. */
export const kernelsFolder = join(fileURLToPath(new URL('../../..', import.meta.url)), 'kernels');

/** One kernel for one architecture: the unit that is built, recorded in the manifest and booted. */
export interface KernelTarget {
  /** `msgqueue-riscv64`; the image files' stem. */
  readonly id: string;
  readonly kernel: KernelPackage;
  readonly folder: string;
  readonly architecture: string;
  readonly buildArchitecture: BuildArchitecture;
  readonly build: KernelBuild;
  /** Where the compressed image goes. */
  readonly imageFile: string;
}

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
  const kernelJson = join(kernelsFolder, name, 'kernel.json');
  const parsed = parseKernelPackage(readFileSync(kernelJson, 'utf8'), `kernels/${name}/kernel.json`);
  if (!parsed.ok) throw new UserError(parsed.problems.join('\n'));
  if (parsed.kernel.name !== name) {
    throw new UserError(`kernels/${name}/kernel.json: "name" is "${parsed.kernel.name}". Name it as its folder.`);
  }
  return [...parsed.kernel.architectures].map(([architecture, build]) => {
    const buildArchitecture = architectures[architecture];
    if (!buildArchitecture) {
      throw new UserError(
        `kernels/${name}/kernel.json: "architectures.${architecture}" is not known to the build. ` +
          `Known are ${Object.keys(architectures).join(', ')}; add a row to src/build/kernels/architectures.ts.`,
      );
    }
    return {
      id: `${name}-${architecture}`,
      kernel: parsed.kernel,
      folder: join(kernelsFolder, name),
      architecture,
      buildArchitecture,
      build,
      imageFile: packagePath(kernelJson, build.image.file),
    };
  });
}
