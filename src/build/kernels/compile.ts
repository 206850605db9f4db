import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { KernelTarget } from './catalogue';
import { findToolchain, type Toolchain } from './toolchain';
import { UserError } from './user-error';

/** What decides the image besides the sources and the compiler. Part of the sources' hash in the manifest. */
export const recipe = {
  /** Debug information and panic messages say this instead of the folder of the checkout. kernel.json maps it back. */
  kernels: '/worldstep/kernels',
  /** … instead of cargo's registry folder: `/worldstep/crates/axtask-0.3.0/src/task.rs`. */
  crates: '/worldstep/crates',
  /** … instead of the folder of the standard library's sources, followed by the compiler's release. */
  library: '/rustc',
  arguments: ['build', '--release', '--locked'],
} as const;

/**
 * Compiles a kernel and writes its compressed image.
 * @returns the ELF file's bytes and the tools that made them
 * @throws UserError if a tool is missing or the compiler finds mistakes
 */
export function compile(target: KernelTarget): { elf: Uint8Array; tools: string } {
  const toolchain = findToolchain(target.buildArchitecture.target);
  console.log(`${target.id}: ${toolchain.description}`);
  const { target: triple } = target.buildArchitecture;
  const targetFolder = join(target.folder, 'target', target.architecture);
  const environment = { ...toolchain.environment, CARGO_TARGET_DIR: targetFolder, ...kernelEnvironment(target) };

  // The registry's folder must exist before its name can be replaced in what the compiler records.
  cargo(toolchain, target, ['fetch', '--locked', '--target', triple], environment);
  cargo(toolchain, target, [...recipe.arguments, '--target', triple, ...toolchain.buildArguments], {
    ...environment,
    CARGO_ENCODED_RUSTFLAGS: renamedFolders(target, toolchain)
      .map(([from, to]) => `--remap-path-prefix=${from}=${to}`)
      .join('\x1f'),
  });
  const elf = readFileSync(join(targetFolder, triple, 'release', target.kernel.name));
  mkdirSync(dirname(target.imageFile), { recursive: true });
  writeFileSync(target.imageFile, gzipSync(elf, { level: 9 }));
  return { elf, tools: toolchain.description };
}

/** `.cargo/config.toml` sets the same for a plain `cargo build`, of one architecture. */
function kernelEnvironment(target: KernelTarget): Record<string, string> {
  const config = join(target.folder, 'configs', `${target.architecture}.toml`);
  if (!existsSync(config)) throw new UserError(`${config} is missing: the platform's addresses for this architecture.`);
  return { AX_CONFIG_PATH: config, AX_TARGET: target.buildArchitecture.target };
}

function renamedFolders(target: KernelTarget, toolchain: Toolchain): (readonly [string, string])[] {
  const registries = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src');
  return [
    ...readdirSync(registries).map((folder) => [join(registries, folder), recipe.crates] as const),
    ...toolchain.librarySources.map((folder) => [folder, `${recipe.library}/${toolchain.release}`] as const),
    [target.folder, `${recipe.kernels}/${target.kernel.name}`],
  ];
}

function cargo(toolchain: Toolchain, target: KernelTarget, args: string[], environment: Record<string, string>): void {
  const [program = '', ...before] = toolchain.cargo;
  // What a user sets for their own builds must not end up in the image.
  const inherited = Object.entries(process.env).filter(
    ([key]) => !/^(RUSTFLAGS|CARGO_(PROFILE|BUILD|UNSTABLE)_)/.test(key),
  );
  const run = spawnSync(program, [...before, ...args], {
    cwd: target.folder,
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (run.status !== 0) throw new UserError(`${target.id}: cargo ${args[0]} failed; its messages are above.`);
}
