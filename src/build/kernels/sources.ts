import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readCargoPackage } from './cargo-package';
import type { KernelTarget } from './catalogue';
import { recipe } from './compile';

/** Files that images do not depend on. */
const NOT_COMPILED = /^(target|kernel\.json|expected-output.*\.txt|README\.md|\.gitignore|tests)$/;

/** A hash of everything that a target's images are made from, except the compiler. */
export function sourcesSha256(target: KernelTarget): string {
  const otherConfig = (path: string) => /(^|\/)configs\//.test(path) && !path.endsWith(`/${target.architecture}.toml`);
  const patches = new Map(target.steps.flatMap(({ crate }) => [...readCargoPackage(crate).patches]));
  const folders = [['', target.folder] as const, ...[...patches].sort(([a], [b]) => (a < b ? -1 : 1))];
  const lines = folders.flatMap(([name, folder]) =>
    filesIn(folder, '')
      .filter((path) => !otherConfig(path))
      .map((path) => `${sha256(readFileSync(join(folder, path)))}  ${name}:${path}\n`),
  );
  const steps = target.steps.map(({ program, crate, features, file }) => ({
    program,
    crate: crate.slice(target.folder.length),
    features,
    file: basename(file),
  }));
  return sha256(JSON.stringify({ ...recipe, steps, sources: target.kernel.sources }) + lines.join(''));
}

/** Lower-case hexadecimal. */
export const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** Paths of all files that are compiled, sorted, with slashes. */
function filesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !NOT_COMPILED.test(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(root, `${folder}${entry.name}/`) : [`${folder}${entry.name}`]))
    .sort();
}
