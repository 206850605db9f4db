import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from './user-error';

/** A Rust compiler that can build for a bare-metal target, and how to call it. */
export interface Toolchain {
  /** Versions, for the manifest. */
  readonly description: string;
  /** The command that stands for `cargo`. */
  readonly cargo: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Arguments for `cargo build` that make it compile core and alloc too, where the target comes without them. */
  readonly buildArguments: readonly string[];
  /** Folders with the standard library's sources, as the compiler may record them. */
  readonly librarySources: readonly string[];
  /** The compiler's release, e.g. `1.96.0`. */
  readonly release: string;
}

/** axstd uses unstable features, so a stable compiler is told to be a nightly one. */
const oldestRelease = [1, 96];

const buildStd = ['-Zbuild-std=core,alloc,compiler_builtins', '-Zbuild-std-features=compiler-builtins-mem'];

/**
 * Finds a compiler for `target`: Debian's packages first, because the shipped images are made with them, then a nightly
 * installed by rustup. The `cargo` that happens to be first in PATH is not used: it is usually a stable one.
 * @throws UserError that names what to install
 */
export function findToolchain(target: string): Toolchain {
  const reasons: string[] = [];
  const found = debianToolchain(target, reasons) ?? rustupToolchain(target, reasons);
  if (found) return found;
  throw new UserError(
    [
      `No Rust compiler here can build for ${target}:`,
      ...reasons.map((reason) => `  ${reason}`),
      'Install one of',
      '  Debian 12:  apt-get install rustc-web cargo-web rust-web-src lld-19',
      `  rustup:     rustup toolchain install nightly && rustup target add --toolchain nightly ${target}`,
      'Only rebuilding kernels needs it; the images in kernels/prebuilt run without.',
    ].join('\n'),
  );
}

function debianToolchain(target: string, reasons: string[]): Toolchain | undefined {
  const [rustc, cargo, library] = ['/usr/bin/rustc', '/usr/bin/cargo', '/usr/lib/rustlib/src/rust'];
  const missing = [
    { there: existsSync(rustc), package: 'rustc-web' },
    { there: existsSync(cargo), package: 'cargo-web' },
    { there: existsSync(join(library, 'library')), package: 'rust-web-src' },
    { there: linker() !== undefined, package: 'lld-19' },
  ].filter(({ there }) => !there);
  if (missing.length > 0) {
    reasons.push(`Debian's packages: missing ${missing.map((each) => each.package).join(', ')}.`);
    return undefined;
  }
  const release = rustRelease([rustc]);
  if (!isRecent(release)) {
    reasons.push(`${rustc} is ${release}, older than ${oldestRelease.join('.')}: install rustc-web.`);
    return undefined;
  }
  const lld = linker() ?? '';
  return {
    description: `${firstLine([rustc, '--version'])}; ${firstLine([lld, '--version'])}`,
    cargo: [cargo],
    environment: { RUSTC: rustc, RUSTC_BOOTSTRAP: '1', [linkerVariable(target)]: lld },
    buildArguments: buildStd,
    librarySources: [library, realpathSync(join(library, 'library')).replace(/\/library$/, '')],
    release,
  };
}

function rustupToolchain(target: string, reasons: string[]): Toolchain | undefined {
  const nightly = ['rustup', 'run', 'nightly'];
  const sysroot = firstLine([...nightly, 'rustc', '--print', 'sysroot']);
  if (sysroot === '') {
    reasons.push('rustup: no nightly toolchain.');
    return undefined;
  }
  const hasTarget = existsSync(join(sysroot, 'lib/rustlib', target, 'lib'));
  const library = join(sysroot, 'lib/rustlib/src/rust');
  if (!hasTarget && !existsSync(join(library, 'library'))) {
    reasons.push(`rustup: the nightly toolchain has neither the target ${target} nor the component rust-src.`);
    return undefined;
  }
  const release = rustRelease([...nightly, 'rustc']);
  if (!isRecent(release)) {
    reasons.push(`rustup: the nightly is ${release}, older than ${oldestRelease.join('.')}: rustup update nightly.`);
    return undefined;
  }
  return {
    description: firstLine([...nightly, 'rustc', '--version']),
    cargo: [...nightly, 'cargo'],
    environment: {},
    buildArguments: hasTarget ? [] : buildStd,
    librarySources: [library],
    release,
  };
}

/** LLVM's linker. Debian's compiler comes without `rust-lld`. */
function linker(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return ['ld.lld-19', 'ld.lld']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}

const linkerVariable = (target: string) => `CARGO_TARGET_${target.toUpperCase().replaceAll('-', '_')}_LINKER`;

function rustRelease(rustc: readonly string[]): string {
  return /^release: (\S+)/m.exec(output([...rustc, '-vV']))?.[1] ?? 'unknown';
}

function isRecent(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  const [oldestMajor = 0, oldestMinor = 0] = oldestRelease;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

const firstLine = (command: readonly string[]) => output(command).split('\n')[0]?.trim() ?? '';

/** What a command prints, or nothing if it cannot be run or fails. */
function output([program = '', ...args]: readonly string[]): string {
  const run = spawnSync(program, args, { encoding: 'utf8' });
  return run.status === 0 ? run.stdout : '';
}
