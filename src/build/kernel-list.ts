import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledEntry } from '../vscode/kernels';

/** Folders and files that are made by a build, not written. */
const GENERATED = new Set(['target', '.axconfig.toml', '.gitignore', 'prebuilt']);

/** Reads each `kernels/NAME/kernel.json` and lists the files of its folder, sorted by name. */
export const listKernels = (folder: string): BundledEntry[] =>
  !existsSync(folder)
    ? []
    : readdirSync(folder)
        .sort()
        .filter((name) => existsSync(join(folder, name, 'kernel.json')))
        .map((name) => ({
          folder: name,
          kernelJson: readFileSync(join(folder, name, 'kernel.json'), 'utf8'),
          files: listFiles(join(folder, name), ''),
        }));

const listFiles = (root: string, below: string): string[] =>
  readdirSync(join(root, below), { withFileTypes: true })
    .filter(({ name }) => !GENERATED.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? listFiles(root, `${below}${entry.name}/`) : [`${below}${entry.name}`]));
