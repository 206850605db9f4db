/**
 * What of others ends up in what we ship, by name and version: read off the bundles, the lockfiles and the manifest of
 * prebuilt images. Needs neither the network nor Rust, so that every check can do it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** One package of somebody else. */
export interface Component {
  readonly name: string;
  readonly version: string;
}

/** Components that come into the product in the same way. */
export interface Part {
  readonly kind: 'npm' | 'crates' | 'rust';
  readonly title: string;
  readonly explanation: string;
  readonly components: readonly Component[];
}

/** Crates that Rust's standard library of one release brings into a module or image; no lockfile of ours names them. */
const RUST_LIBRARY = {
  release: '1.96.0',
  crates: [
    { name: 'cfg-if', version: '1.0.4' },
    { name: 'compiler_builtins', version: '0.1.160' },
    { name: 'dlmalloc', version: '0.2.11' },
    { name: 'hashbrown', version: '0.16.1' },
  ],
} as const;

/** Everything that ThirdPartyNotices.txt must name. Throws when the Rust release of the images is not the known one. */
export const inventory = async (root: string): Promise<Part[]> => [
  {
    kind: 'npm',
    title: 'npm packages',
    explanation: 'Bundled into dist/*.js.',
    components: await bundledPackages(root),
  },
  {
    kind: 'crates',
    title: 'Rust crates of the symbol reader',
    explanation: 'Compiled into dist/symbols.wasm.',
    components: lockedCrates(join(root, 'src/symbols/wasm/Cargo.lock')),
  },
  {
    kind: 'crates',
    title: 'Rust crates of the guest kernels',
    explanation: [
      'Named by the Cargo.lock files below kernels. The images in kernels/prebuilt, which are programs of their own that',
      'Worldstep runs, contain some of them; others only take part in building one, or belong to another architecture.',
      "The crate linked_list_r4l in the images is Worldstep's own: kernels/linked_list_r4l of its repository.",
    ].join('\n'),
    components: sorted(kernelLocks(root).flatMap(lockedCrates)),
  },
  {
    kind: 'rust',
    title: 'The standard library of Rust',
    explanation:
      'Parts of it, and of the crates it brings, are in dist/symbols.wasm and in the images of kernels/prebuilt.',
    components: rustLibrary(root),
  },
];

/** The lockfiles of the guest kernels and of the programs that run on them. */
export const kernelLocks = (root: string): string[] =>
  readdirSync(join(root, 'kernels'))
    .map((name) => join(root, 'kernels', name))
    .filter((folder) => existsSync(join(folder, 'kernel.json')))
    .flatMap((folder) => [folder, ...foldersIn(join(folder, 'payload'))])
    .map((folder) => join(folder, 'Cargo.lock'))
    .filter((file) => existsSync(file))
    .sort();

const foldersIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

async function bundledPackages(root: string): Promise<Component[]> {
  const entries = readdirSync(join(root, 'src/entry')).filter((name) => name.endsWith('.ts'));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((name) => `src/entry/${name}`),
    bundle: true,
    write: false,
    metafile: true,
    // Entries of the browser name packages' parts for it.
    conditions: ['browser'],
    platform: 'node',
    external: ['vscode'],
    outdir: 'dist',
    logLevel: 'silent',
  });
  const names = Object.keys(metafile.inputs).flatMap((input) => packageOf(input) ?? []);
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  return sorted(
    [...new Set(names)].map((name) => ({ name, version: lock.packages[`node_modules/${name}`]?.version ?? 'unknown' })),
  );
}

const packageOf = (input: string): string | undefined =>
  /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input.slice(input.lastIndexOf('node_modules/')))?.[1];

/** Packages of a Cargo.lock that come from elsewhere. */
function lockedCrates(file: string): Component[] {
  const packages = readFileSync(file, 'utf8').split('[[package]]').slice(1);
  const field = (text: string, name: string): string => new RegExp(`^${name} = "(.*)"$`, 'm').exec(text)?.[1] ?? '';
  return sorted(
    packages
      .filter((text) => field(text, 'source') !== '')
      .map((text) => ({ name: field(text, 'name'), version: field(text, 'version') })),
  );
}

function rustLibrary(root: string): Component[] {
  const manifest = readFileSync(join(root, 'kernels/prebuilt/manifest.json'), 'utf8');
  const releases = new Set([...manifest.matchAll(/rustc (\d+\.\d+\.\d+)/g)].map(([, release]) => release));
  const other = [...releases].find((release) => release !== RUST_LIBRARY.release);
  if (other !== undefined) {
    throw new Error(
      `The images in kernels/prebuilt are made with Rust ${other}: correct RUST_LIBRARY in src/build/notices/inventory.ts.`,
    );
  }
  return [{ name: 'rust', version: RUST_LIBRARY.release }, ...RUST_LIBRARY.crates];
}

const text = ({ name, version }: Component): string => `${name} ${version}`;

const sorted = (components: readonly Component[]): Component[] =>
  [...new Map(components.map((each) => [text(each), each])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, each]) => each);

/** The line that begins the entry of a component. */
export const entryLine = (component: Component): string => `* ${text(component)}`;

/** The line under which the licence texts begin: lists of components end here. */
export const TEXTS_LINE = '## Texts';

/** How the notices differ from what is shipped: one line for each component too many, too few or in another place. */
export function discrepancies(notices: string, parts: readonly Part[]): string[] {
  const listed = new Set<string>();
  let title = '';
  for (const line of (notices.split(`\n${TEXTS_LINE}\n`)[0] ?? '').split('\n')) {
    title = /^## (.*)$/.exec(line)?.[1] ?? title;
    if (line.startsWith('* ')) listed.add(`${title}: ${line.slice(2)}`);
  }
  const shipped = new Set(parts.flatMap((part) => part.components.map((each) => `${part.title}: ${text(each)}`)));
  return [
    ...[...shipped].filter((each) => !listed.has(each)).map((each) => `missing: ${each}`),
    ...[...listed].filter((each) => !shipped.has(each)).map((each) => `no longer shipped: ${each}`),
  ];
}
