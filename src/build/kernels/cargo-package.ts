import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from './user-error';

/** What a build needs to know of a cargo package. */
export interface CargoPackage {
  /** Also the name of its binary. */
  readonly name: string;
  /** Crates that `[patch.crates-io]` takes from folders outside the package: name → absolute folder. */
  readonly patches: ReadonlyMap<string, string>;
}

/**
 * Reads the `Cargo.toml` of a folder, as far as the build scripts need it.
 * @throws UserError if there is none or it has no name
 */
export function readCargoPackage(folder: string): CargoPackage {
  const file = join(folder, 'Cargo.toml');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new UserError(`${file} is missing: "crate" in kernel.json must name the folder of a cargo package.`);
  }
  const sections = new Map(
    text
      .split(/^\[/m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf(']')), section] as const),
  );
  const name = /^name *= *"([^"]+)"/m.exec(sections.get('package') ?? '')?.[1];
  if (name === undefined) throw new UserError(`${file} has no package name. Build a package, not a whole workspace.`);
  const patches = [...(sections.get('patch.crates-io') ?? '').matchAll(/^([\w-]+) *= *\{ *path *= *"(\.\.[^"]*)"/gm)];
  return { name, patches: new Map(patches.map(([, crate = '', path = '']) => [crate, resolve(folder, path)])) };
}
