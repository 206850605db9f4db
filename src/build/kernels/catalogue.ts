import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Architecture } from '../../base/architectures';
import { parseKernelPackage } from '../../image/kernel-json';
import { buildsOf, type KernelBuild, type KernelPackage } from '../../image/kernel-package';
import { architectures, type BuildArchitecture } from './architectures';
import { UserError } from './user-error';

/** One kernel for one architecture with its programs: the unit that is built, recorded in the manifest and booted. */
export interface KernelTarget {
  /** `msgqueue-riscv64`, `guestmonolithickernel-aarch64-stage2` with a mode. */
  readonly id: string;
  readonly kernel: KernelPackage;
  /** The folder of kernel.json, absolute. */
  readonly folder: string;
  readonly architecture: string;
  /** Which of the architecture's modes. */
  readonly mode?: string;
  readonly buildArchitecture: BuildArchitecture;
  readonly build: KernelBuild;
  /** What is compiled, in this order: the programs, then the kernel. */
  readonly steps: readonly BuildStep[];
}

/** One cargo package and the file it becomes. */
export interface BuildStep {
  /** The program's name; absent for the kernel itself. */
  readonly program?: string;
  /** Folder of the cargo package, absolute. */
  readonly crate: string;
  /** Features of the package that are on. */
  readonly features?: readonly string[];
  /** The ELF file to write, absolute; compressed when its name ends in `.gz`. */
  readonly file: string;
}

/**
 * What the kernel.json at a path says can be built.
 * @param architecture only this one, in all its modes
 * @throws UserError for a file that is missing or has mistakes, or when nothing is to be built
 */
export function buildTargets(kernelJson: string, architecture?: string): KernelTarget[] {
  const kernel = readPackage(kernelJson);
  const folder = dirname(resolve(kernelJson));
  const known = [...kernel.architectures.keys()];
  if (architecture !== undefined && !known.includes(architecture)) {
    throw new UserError(`${kernelJson}: ${kernel.name} is not for ${architecture}. It is for ${known.join(', ')}.`);
  }
  return buildsOf(kernel)
    .filter((each) => architecture === undefined || each.architecture === architecture)
    .map(({ architecture: name, mode, build }) => {
      const place = `${kernelJson}: "architectures.${name}`;
      // The form of kernel.json allows these names only.
      const buildArchitecture = architectures[name as Architecture];
      const steps = stepsOf(build, folder);
      if (steps.length === 0) {
        throw new UserError(
          `${place}.image" has no "crate", so there is nothing to build. Set it to the folder of the cargo package.`,
        );
      }
      const id = [kernel.name, name, ...(mode === undefined ? [] : [mode])].join('-');
      return {
        id,
        kernel,
        folder,
        architecture: name,
        ...(mode !== undefined && { mode }),
        buildArchitecture,
        build,
        steps,
      };
    });
}

function stepsOf(build: KernelBuild, folder: string): BuildStep[] {
  return [...build.programs.map((program) => ({ ...program, program: program.name })), build.image].flatMap((built) =>
    built.crate === undefined
      ? []
      : [
          {
            crate: join(folder, built.crate),
            file: join(folder, built.file),
            ...(built.features && { features: built.features }),
            ...('program' in built && { program: built.program }),
          },
        ],
  );
}

function readPackage(kernelJson: string): KernelPackage {
  let text: string;
  try {
    text = readFileSync(kernelJson, 'utf8');
  } catch (error) {
    throw new UserError(`${kernelJson} cannot be read: ${(error as Error).message}. Name a kernel.json.`);
  }
  const parsed = parseKernelPackage(text, join(basename(dirname(resolve(kernelJson))), basename(kernelJson)));
  if (!parsed.ok) throw new UserError(parsed.problems.join('\n'));
  return parsed.kernel;
}
