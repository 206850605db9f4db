import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { BundledEntry } from '../vscode/kernels';

/** Folders and files that are made by a build, not written. */
const GENERATED = new Set(['target', '.axconfig.toml', '.gitignore', 'prebuilt']);

/**
 * Reads each `kernels/NAME/kernel.json` and lists the files of its folder, sorted by name. Crates beside the folder that
 * its packages take by a path follow, as `../CRATE/…`: a copy of these files builds.
 */
export const listKernels = (folder: string): BundledEntry[] =>
  !existsSync(folder)
    ? []
    : readdirSync(folder)
        .sort()
        .filter((name) => existsSync(join(folder, name, 'kernel.json')))
        .map((name) => ({
          folder: name,
          kernelJson: readFileSync(join(folder, name, 'kernel.json'), 'utf8'),
          files: withCrates(join(folder, name)),
        }));

function withCrates(kernel: string): string[] {
  const own = listFiles(kernel, '');
  const crates = own
    .filter((file) => /(^|\/)Cargo\.toml$/.test(file))
    .flatMap((file) => {
      const paths = readFileSync(join(kernel, file), 'utf8').matchAll(/\bpath *= *"(\.\.\/[^"]+)"/g);
      return [...paths].map(([, path = '']) =>
        relative(kernel, resolve(kernel, file, '..', path))
          .split(sep)
          .join('/'),
      );
    });
  const outside = [...new Set(crates)].filter((crate) => crate.startsWith('../')).sort();
  return [...own, ...outside.flatMap((crate) => listFiles(join(kernel, crate), '').map((file) => `${crate}/${file}`))];
}

const listFiles = (root: string, below: string): string[] =>
  readdirSync(join(root, below), { withFileTypes: true })
    .filter(({ name }) => !GENERATED.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? listFiles(root, `${below}${entry.name}/`) : [`${below}${entry.name}`]));
