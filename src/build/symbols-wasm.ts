/**
 * Builds src/symbols/symbols.wasm from src/symbols/wasm. `--check` builds it elsewhere and compares the bytes.
 * Needs Debian's rustc-web, cargo-web, rust-web-src and lld-19; the library sources come with the third, so nothing
 * but the crates named in Cargo.lock is downloaded.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const source = join(root, 'src/symbols/wasm');
/** Always the same place: cargo hashes the path of a crate into the names of its symbols, and those order the module. */
const work = '/tmp/worldstep-symbols-wasm';
const committed = join(root, 'src/symbols/symbols.wasm');
const cargo = '/usr/bin/cargo';
const rustc = '/usr/bin/rustc';
const linker = 'wasm-ld-19';
const target = 'wasm32-unknown-unknown';
const stack = 1 << 20;

function fail(message: string): never {
  console.error(`symbols-wasm: ${message}`);
  process.exit(1);
}

function output(command: string, args: readonly string[]): string | undefined {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** Builds from nothing, so that nothing of an earlier build and no path of this machine gets into the module. */
function build(): Uint8Array {
  const sysroot = existsSync(cargo) ? output(rustc, ['--print', 'sysroot']) : undefined;
  if (sysroot === undefined || output(linker, ['--version']) === undefined) {
    fail('the Rust tools of Debian are missing; run `apt-get install rustc-web cargo-web rust-web-src lld-19`.');
  }
  const cargoHome = join(work, 'cargo');
  const crate = join(work, 'crate');
  try {
    rmSync(work, { recursive: true, force: true });
    for (const part of ['Cargo.toml', 'Cargo.lock', 'src']) {
      cpSync(join(source, part), join(crate, part), { recursive: true });
    }
    const flags = [
      `--remap-path-prefix=${crate}=/symbols`,
      `--remap-path-prefix=${cargoHome}=/cargo`,
      `--remap-path-prefix=${sysroot}=/rust`,
      '-Clink-arg=--stack-first',
      `-Clink-arg=-zstack-size=${stack}`,
      '-Clink-arg=--max-memory=4294967296',
    ];
    const run = spawnSync(
      cargo,
      [
        'build',
        '--release',
        '--locked',
        '-Zbuild-std=std,panic_abort',
        '--target',
        target,
        '--manifest-path',
        join(crate, 'Cargo.toml'),
      ],
      {
        stdio: 'inherit',
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          CARGO_HOME: cargoHome,
          CARGO_TARGET_DIR: join(work, 'target'),
          CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f'),
          CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
          RUSTC: rustc,
          RUSTC_BOOTSTRAP: '1',
          SOURCE_DATE_EPOCH: '0',
        },
      },
    );
    if (run.status !== 0) fail('cargo failed; its messages are above.');
    return new Uint8Array(readFileSync(join(work, 'target', target, 'release/worldstep_symbols.wasm')));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const built = build();
if (process.argv.includes('--check')) {
  const same = existsSync(committed) && Buffer.compare(readFileSync(committed), built) === 0;
  if (!same) {
    fail(
      `${committed} is not what its source builds (${output(rustc, ['--version'])}); run \`npx tsx src/build/symbols-wasm.ts\` and commit the result.`,
    );
  }
  console.log(`symbols.wasm is reproduced: ${built.length} bytes.`);
} else {
  writeFileSync(committed, built);
  console.log(`symbols.wasm: ${built.length} bytes.`);
}
