/** Debian's kernels of other architectures, fetched once from where this machine's apt gets Debian. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LinuxArchitecture } from './initramfs';

const repository = resolve(__dirname, '../../..');
const MEBIBYTE = 1024 * 1024;

/** Where Debian has an architecture's kernel. */
interface Source {
  /** Debian's name of the architecture. */
  readonly debian: string;
  readonly suite: string;
  /** From the package that everybody names to the one with the file: what to look for among the first one's dependencies, and so on. */
  readonly packages: readonly [start: string, ...dependencies: RegExp[]];
  /** The file in the last package, as tar's wildcards find it. */
  readonly file: string;
  /** Its folder of modules, where they are wanted, too. */
  readonly modules?: string;
}

const SOURCES: Readonly<Record<LinuxArchitecture, Source>> = {
  riscv64: {
    debian: 'riscv64',
    suite: 'trixie',
    packages: ['linux-image-riscv64', /Depends: (linux-image-\d\S+)/],
    file: './boot/vmlinux-*',
  },
  aarch64: {
    debian: 'arm64',
    suite: 'trixie',
    packages: ['linux-image-arm64', /Depends: (linux-image-\d\S+)/],
    file: './boot/vmlinuz-*',
  },
  loongarch64: {
    debian: 'loong64',
    suite: 'sid',
    packages: ['linux-image-loong64', /Depends: (linux-image-\d\S+)/, /Depends: (linux-binary-\S+)/],
    file: './usr/lib/modules/*/vmlinuz',
  },
  x86_64: {
    debian: 'amd64',
    suite: 'trixie',
    packages: ['linux-image-amd64', /Depends: (linux-image-\d\S+)/],
    file: './boot/vmlinuz-*',
    modules: './usr/lib/modules/',
  },
};

/** Where fetched files are kept. */
export const folderOf = (architecture: LinuxArchitecture): string => join(repository, 'dist/milestones', architecture);

/** The kernel of Debian's package. */
export const debianKernel = (architecture: LinuxArchitecture): string => {
  const folder = folderOf(architecture);
  const kernel = join(folder, 'kernel');
  if (!existsSync(kernel)) fetch(SOURCES[architecture], folder, kernel);
  return kernel;
};

/**
 * Modules of the kernel with those that they need, in the order in which they can be loaded. Needs xz.
 * @param names as their files have them, such as `kvm-amd`
 */
export const debianModules = (architecture: LinuxArchitecture, names: readonly string[]): Uint8Array[] => {
  debianKernel(architecture);
  const files = readdirSync(join(folderOf(architecture), 'modules'), { recursive: true, withFileTypes: true });
  const loaded = new Map<string, Uint8Array>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    const file = files.find((one) => one.name.replaceAll('_', '-') === `${name}.ko.xz`);
    if (!file) throw new Error(`Debian's kernel for ${architecture} has no module ${name}`);
    const { status, stdout, stderr, error } = spawnSync('xz', ['-dc', join(file.parentPath, file.name)], {
      maxBuffer: 256 * MEBIBYTE,
    });
    if (status !== 0) throw new Error(`xz -dc ${file.name}: ${error?.message ?? stderr.toString()}`);
    const depends = /\0depends=([^\0]*)\0/.exec(stdout.toString('latin1'))?.[1] ?? '';
    for (const other of depends.split(',').filter(Boolean)) load(other.replaceAll('_', '-'));
    loaded.set(name, stdout);
  };
  for (const name of names) load(name);
  return [...loaded.values()];
};

const run = (folder: string, command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * MEBIBYTE,
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
  return stdout;
};

const fetch = ({ debian, suite, packages, file, modules }: Source, folder: string, kernel: string): void => {
  mkdirSync(folder, { recursive: true });
  console.log(`fetching Debian's kernel into ${folder} (once) …`);
  const environment = aptEnvironment(folder, debian, suite);
  run(folder, 'apt-get', ['update'], environment);
  const [start, ...dependencies] = packages;
  const name = dependencies.reduce((current, wanted) => {
    const depends = run(folder, 'apt-cache', ['depends', current], environment);
    const next = wanted.exec(depends)?.[1];
    if (next === undefined) throw new Error(`${current} of ${suite} names no ${wanted}:\n${depends}`);
    return next;
  }, start);
  run(folder, 'apt-get', ['download', name], environment);
  const archive = readdirSync(folder).find((one) => one.endsWith('.deb')) ?? '';
  // Under its own name, so that a fetch that was interrupted leaves no kernel.
  run(folder, 'sh', ['-c', `dpkg-deb --fsys-tarfile "$0" | tar -xO --wildcards "$1" > kernel.part`, archive, file]);
  if (modules !== undefined) {
    run(folder, 'sh', [
      '-c',
      `mkdir -p modules && dpkg-deb --fsys-tarfile "$0" | tar -x -C modules "$1"`,
      archive,
      modules,
    ]);
  }
  run(folder, 'mv', ['kernel.part', kernel]);
  for (const one of [archive, 'lists', 'cache']) rmSync(join(folder, one), { recursive: true });
  console.log(`it is that of ${name}`);
};

/** An apt of its own for another architecture: this machine's lists and packages stay as they are. */
const aptEnvironment = (folder: string, debian: string, suite: string): NodeJS.ProcessEnv => {
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'status'), '');
  const archive = run(folder, 'bash', [join(repository, '.ci/debian-archive')]).trim();
  const options = /^\[(.*?)\] /.exec(archive);
  const uri = archive.slice(options?.[0].length ?? 0);
  const all = [`arch=${debian}`, ...(options ? [options[1]] : [])].join(' ');
  writeFileSync(join(folder, 'sources.list'), `deb [${all}] ${uri} ${suite} main\n`);
  const config = [
    `Dir::State "${folder}"; Dir::State::lists "lists"; Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache"; Dir::Etc::sourcelist "${folder}/sources.list"; Dir::Etc::sourceparts "-";`,
    `APT::Architecture "${debian}"; APT::Architectures "${debian}"; APT::Sandbox::User "root";`,
  ];
  writeFileSync(join(folder, 'apt.conf'), `${config.join('\n')}\n`);
  return { APT_CONFIG: join(folder, 'apt.conf') };
};
