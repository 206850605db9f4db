/** Finds licence facts of components where a developer's machine has them: node_modules, cargo's registry, Rust's sources. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Component, kernelLocks, type Part } from './inventory';
import type { LicenceFacts } from './licences';

/** A component with what its package says. */
export interface Described extends Component {
  readonly facts: LicenceFacts;
  /** Where its source can be had. */
  readonly source: string;
}

const RUST_SOURCES = '/usr/lib/rustlib/src/rust/library';

/** Texts for packages that come without one. The paths are Debian's. */
export const standardTexts = (root: string): Map<string, string> =>
  new Map([
    ['Apache-2.0', readFileSync(join(root, 'LICENSE'), 'utf8')],
    ['MPL-2.0', readFileSync('/usr/share/common-licenses/MPL-2.0', 'utf8')],
  ]);

/** The components of a part, described. Downloads crates through cargo when they are not in its registry yet. */
export function describe(root: string, part: Part, standard: Map<string, string>): Described[] {
  switch (part.kind) {
    case 'npm':
      return part.components.map((component) => fromNpm(root, component));
    case 'crates': {
      const crates = new Map([...symbolLock(root), ...kernelLocks(root)].flatMap((lock) => metadata(dirname(lock))));
      const llvm = [...crates.values()].flatMap(({ facts }) => [...facts.files.values()]).find(isLlvm);
      if (llvm !== undefined) standard.set('Apache-2.0 WITH LLVM-exception', llvm.trim());
      return part.components.map((component) => {
        const found = crates.get(`${component.name} ${component.version}`);
        if (!found) throw new Error(`cargo does not know ${component.name} ${component.version}.`);
        return found;
      });
    }
    case 'rust':
      return part.components.map(fromRust);
  }
}

const isLlvm = (text: string): boolean => text.includes('LLVM Exceptions to the Apache');

const symbolLock = (root: string): string[] => [join(root, 'src/symbols/wasm/Cargo.lock')];

function fromNpm(root: string, { name, version }: Component): Described {
  const folder = join(root, 'node_modules', name);
  const { license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    license: string;
    author?: string | { name: string };
  };
  const authors = author === undefined ? [] : [typeof author === 'string' ? author : author.name];
  return {
    name,
    version,
    facts: { expression: license, authors, files: licenceFiles(folder) },
    source: `https://www.npmjs.com/package/${name}/v/${version}`,
  };
}

interface CargoPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string | null;
  readonly authors: readonly string[];
  readonly manifest_path: string;
}

/** What cargo knows of all packages of the lockfile in `folder`, by name and version. */
function metadata(folder: string): [string, Described][] {
  const run = spawnSync('/usr/bin/cargo', ['metadata', '--locked', '--format-version', '1'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, RUSTC: '/usr/bin/rustc', RUSTC_BOOTSTRAP: '1' },
  });
  if (run.status !== 0) throw new Error(`cargo metadata failed in ${folder}: ${run.stderr || run.error?.message}`);
  const { packages } = JSON.parse(run.stdout) as { packages: CargoPackage[] };
  return packages.map(({ name, version, license, authors, manifest_path }) => [
    `${name} ${version}`,
    {
      name,
      version,
      facts: { expression: license ?? '', authors, files: licenceFiles(dirname(manifest_path)) },
      source: `https://crates.io/crates/${name}/${version}`,
    },
  ]);
}

function fromRust({ name, version }: Component): Described {
  if (name === 'rust') {
    const authors = ['The Rust Project contributors'];
    const facts = { expression: 'MIT OR Apache-2.0', authors, files: new Map<string, string>() };
    return { name, version, facts, source: `https://github.com/rust-lang/rust/tree/${version}` };
  }
  const isBuiltins = name === 'compiler_builtins';
  const folder = isBuiltins ? 'compiler-builtins/compiler-builtins' : `vendor/${name}-${version}`;
  const manifest = readFileSync(join(RUST_SOURCES, folder, 'Cargo.toml'), 'utf8');
  const authors = /^authors = \[(.*?)\]/ms.exec(manifest)?.[1] ?? '';
  const facts = {
    expression: /^license = "(.*)"$/m.exec(manifest)?.[1] ?? '',
    authors: [...authors.matchAll(/"(.*?)"/g)].map(([, author]) => author ?? ''),
    files: licenceFiles(join(RUST_SOURCES, folder)),
  };
  return { name, version, facts, source: `https://crates.io/crates/${name}/${version}` };
}

const licenceFiles = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^(?:licen[cs]e|copying|copyright|notice|thirdparty)/i.test(entry.name))
      .map(({ name }) => [name, readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')]),
  );
