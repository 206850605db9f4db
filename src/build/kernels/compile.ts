import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { flatImage } from '../../image/flat-image';
import { readCargoPackage } from './cargo-package';
import type { BuildStep, KernelTarget } from './catalogue';
import { findToolchain, type Toolchain } from './toolchain';
import { UserError } from './user-error';

/** What decides the images besides the sources and the compiler. Part of the sources' hash in the manifest. */
export const recipe = {
  /** Debug information says this instead of cargo's registry folder: `/worldstep/crates/axtask-0.3.0/src/task.rs`. */
  crates: '/worldstep/crates',
  /** … and instead of the folder of the standard library's sources, followed by the compiler's release. */
  library: '/rustc',
  arguments: ['build', '--release', '--locked'],
} as const;

/** A program that was compiled. */
export interface CompiledFile extends BuildStep {
  /** The whole ELF file. */
  readonly elf: Uint8Array;
}

/** What {@link compile} made, and with what. */
export interface Compilation {
  readonly files: readonly CompiledFile[];
  /** Versions of compiler and linker. */
  readonly tools: string;
}

/** How to compile, where it is not as usual. */
export interface CompileOptions {
  /** Stops the build; `compile` rejects with an AbortError. */
  readonly signal?: AbortSignal;
  /** Name of the folder below `target/` in each package; the architecture's by default. */
  readonly targetFolder?: string;
}

/**
 * Compiles a kernel's programs and the kernel itself, in this order, with what `kernel.json` says. Writes nothing but
 * cargo's target folders.
 * @param log gets what cargo and the compiler print, in pieces
 * @throws UserError if a tool is missing or the compiler finds mistakes
 */
export async function compile(
  target: KernelTarget,
  log: (text: string) => void,
  options: CompileOptions = {},
): Promise<Compilation> {
  const toolchain = findToolchain(target.buildArchitecture.target);
  log(`${target.id}: ${toolchain.description}\n`);
  const files: CompiledFile[] = [];
  const programs: Record<string, string> = {};
  for (const step of target.steps) {
    log(`${target.id}: ${step.program ?? 'kernel'} in ${step.crate}\n`);
    const targetFolder = join(step.crate, 'target', options.targetFolder ?? target.architecture);
    const elf = await compileStep({ target, step, toolchain, targetFolder, programs, log, signal: options.signal });
    files.push({ ...step, elf });
    if (step.program !== undefined) {
      const flat = join(targetFolder, `${step.program}.bin`);
      writeFileSync(flat, flatImage(elf));
      programs[`WORLDSTEP_PROGRAM_${step.program.toUpperCase().replaceAll('-', '_')}`] = flat;
    }
  }
  return { files, tools: toolchain.description };
}

/** Writes compiled programs to where `kernel.json` says, compressed when the file's name ends in `.gz`. */
export function writeCompiled(files: readonly CompiledFile[]): void {
  for (const { file, elf } of files) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, file.endsWith('.gz') ? gzipSync(elf, { level: 9 }) : elf);
  }
}

interface Job {
  readonly target: KernelTarget;
  readonly step: BuildStep;
  readonly toolchain: Toolchain;
  readonly targetFolder: string;
  /** Where the flat images of the programs built before are, by their variables' names. */
  readonly programs: Readonly<Record<string, string>>;
  readonly log: (text: string) => void;
  readonly signal?: AbortSignal;
}

async function compileStep(job: Job): Promise<Uint8Array> {
  const { step, toolchain, targetFolder } = job;
  const { target: triple } = job.target.buildArchitecture;
  const { name } = readCargoPackage(step.crate);
  const environment = { ...toolchain.environment, CARGO_TARGET_DIR: targetFolder, ...stepEnvironment(job) };
  const patches = copyPatches(step.crate);
  const features = step.features?.length ? ['--features', step.features.join(',')] : [];

  // The registry's folder must exist before its name can be replaced in what the compiler records.
  await cargo(job, ['fetch', '--locked', '--target', triple, ...patches], environment);
  await cargo(job, [...recipe.arguments, '--target', triple, ...features, ...toolchain.buildArguments, ...patches], {
    ...environment,
    CARGO_ENCODED_RUSTFLAGS: renamedFolders(job)
      .map(([from, to]) => `--remap-path-prefix=${from}=${to}`)
      .join('\x1f'),
  });
  const file = join(targetFolder, triple, 'release', name);
  if (!existsSync(file))
    throw new UserError(`${step.crate} made no program "${name}". Name its binary as the package.`);
  return readFileSync(file);
}

/** `.cargo/config.toml` sets the same for a plain `cargo build`, of one architecture. */
function stepEnvironment({ target, step, programs }: Job): Record<string, string> {
  const config = join(step.crate, 'configs', `${target.architecture}.toml`);
  return {
    ...programs,
    AX_TARGET: target.buildArchitecture.target,
    ...(existsSync(config) && { AX_CONFIG_PATH: config }),
  };
}

/**
 * Copies the crates of `[patch.crates-io]` to below the package. Cargo mixes a crate's folder into its symbols' names:
 * relative to the package when it is below it, absolute otherwise, which would give another ELF in every checkout.
 * @returns arguments that make cargo take the copies
 */
function copyPatches(crate: string): string[] {
  return [...readCargoPackage(crate).patches].flatMap(([name, folder]) => {
    const copy = join(crate, PATCHED, name);
    rmSync(copy, { recursive: true, force: true });
    // Old time stamps stay, so that nothing is compiled anew.
    cpSync(folder, copy, {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => path !== join(folder, 'target'),
    });
    return ['--config', `patch.crates-io.${name}.path=${JSON.stringify(copy)}`];
  });
}

/** Below a package: copies of the crates that it takes from elsewhere. */
const PATCHED = 'target/patched';

/** What the debug information and panic messages say in place of folders of this machine; the last match wins. */
function renamedFolders({ target, step, toolchain, targetFolder }: Job): (readonly [string, string])[] {
  const registries = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src');
  const sources = target.kernel.sources.map(
    ({ recordedAs, folder }) => [join(target.folder, folder).replace(/\/$/, ''), recordedAs] as const,
  );
  const renamed = (folder: string): string =>
    sources.reduce((name, [from, to]) => (name.startsWith(`${from}/`) ? to + name.slice(from.length) : name), folder);
  return [
    ...readdirSync(registries).map((folder) => [join(registries, folder), recipe.crates] as const),
    ...toolchain.librarySources.map((folder) => [folder, `${recipe.library}/${toolchain.release}`] as const),
    ...sources,
    // Generated sources are named alike wherever they are generated.
    [targetFolder, renamed(join(step.crate, 'target', target.architecture))],
    // Cargo calls the compiler in the package's folder and names what is below it relative to that.
    ...[...readCargoPackage(step.crate).patches.keys()].map(
      (name) => [join(PATCHED, name), `${recipe.crates}/${name}`] as const,
    ),
  ];
}

async function cargo(job: Job, args: string[], environment: Record<string, string>): Promise<void> {
  const [program = '', ...before] = job.toolchain.cargo;
  // What a user sets for their own builds must not end up in the image.
  const inherited = Object.entries(process.env).filter(
    ([key]) => !/^(RUSTFLAGS|CARGO_(PROFILE|BUILD|UNSTABLE)_)/.test(key),
  );
  const end = await new Promise<number | NodeJS.Signals | null>((done, fail) => {
    const child = spawn(program, [...before, ...args], {
      cwd: job.step.crate,
      env: { ...Object.fromEntries(inherited), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: job.signal,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', job.log);
    }
    child.on('error', fail);
    child.on('close', (status, signal) => done(status ?? signal));
  });
  if (typeof end === 'string')
    throw new UserError(`${job.target.id}: cargo ${args[0]} was stopped by ${end}. Start it again.`);
  if (end !== 0) throw new UserError(`${job.target.id}: cargo ${args[0]} failed; its messages are above.`);
}
