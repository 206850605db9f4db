/**
 * Builds the benchmark programs into `prebuilt/` beside this file. Needs Debian's gcc-riscv64-linux-gnu, clang-19
 * and lld-19; only changing a program needs them, the built files are committed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;

/** The programs, in the order in which the benchmark shows them. */
const PROGRAMS = ['empty', 'mix', 'sha256', 'sieve', 'chase', 'fib', 'float'];

const COMPILE = '-O2 -ffreestanding -fno-pic -fno-stack-protector -Wall -Wextra';
const LINK = '-static -s -z max-page-size=4096 --build-id=none';

const TARGETS = [
  {
    name: 'riscv64',
    compiler: 'riscv64-linux-gnu-gcc',
    compile: '-march=rv64gc -mabi=lp64d -mcmodel=medany -fno-tree-loop-distribute-patterns -DUART=0x10000000',
    linker: 'riscv64-linux-gnu-ld',
    link: '--no-warn-rwx-segments --defsym=BASE=0x80000000',
    packages: 'gcc-riscv64-linux-gnu',
  },
  {
    name: 'loongarch64',
    compiler: 'clang-19',
    compile:
      '--target=loongarch64-unknown-none -march=loongarch64 -mabi=lp64d -mcmodel=medium -fno-builtin -DUART=0x1fe001e0',
    linker: 'ld.lld-19',
    link: '--defsym=BASE=0x200000',
    packages: 'clang-19 lld-19',
  },
  {
    name: 'aarch64',
    compiler: 'clang-19',
    // Without translation memory is a device's, whose accesses are aligned. The others have no vectors, either.
    compile:
      '--target=aarch64-unknown-none -march=armv8-a -mstrict-align -fno-builtin -fno-vectorize -fno-slp-vectorize -DUART=0x09000000',
    linker: 'ld.lld-19',
    link: '--defsym=BASE=0x40200000',
    packages: 'clang-19 lld-19',
  },
  {
    name: 'x86_64',
    compiler: 'clang-19',
    compile:
      '--target=x86_64-unknown-none -march=x86-64 -mno-red-zone -mcmodel=small -fno-builtin -fno-vectorize -fno-slp-vectorize -DUART=0x3f8',
    linker: 'ld.lld-19',
    link: '--defsym=BASE=0x200000',
    packages: 'clang-19 lld-19',
  },
] as const;

const run = (program: string, packages: string, ...args: readonly string[]): void => {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error) throw new Error(`${program} is missing. Install it: apt-get install ${packages}`);
  if (status !== 0) process.exit(1);
};

const objects = mkdtempSync(join(tmpdir(), 'worldstep-bench-'));
process.once('exit', () => rmSync(objects, { recursive: true }));
for (const { name: target, compiler, compile, linker, link, packages } of TARGETS) {
  mkdirSync(join(here, 'prebuilt', target), { recursive: true });
  const object = (source: string): string => {
    const output = join(objects, `${source}.${target}.o`);
    run(compiler, packages, ...`${COMPILE} ${compile}`.split(' '), '-c', join(here, source), '-o', output);
    return output;
  };
  const shared = [`start-${target}.S`, 'memory.c'].map(object);
  for (const program of PROGRAMS) {
    const output = join(here, 'prebuilt', target, `${program}.elf`);
    const files = [...shared, object(`${program}.c`)];
    run(linker, packages, ...`${LINK} ${link}`.split(' '), '-T', join(here, 'link.ld'), ...files, '-o', output);
  }
}
