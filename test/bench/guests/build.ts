/**
 * Builds the benchmark programs into `prebuilt/` beside this file. Needs Debian's gcc-riscv64-linux-gnu; only changing a
 * program needs it, the built files are committed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;

/** The programs, in the order in which the benchmark shows them. */
const PROGRAMS = ['empty', 'mix', 'sha256', 'sieve', 'chase', 'fib', 'float'];

const compiler = 'riscv64-linux-gnu-gcc';
const options =
  '-O2 -march=rv64gc -mabi=lp64d -mcmodel=medany -ffreestanding -fno-pic -fno-stack-protector -fno-tree-loop-distribute-patterns -nostdlib -static -Wall -Wextra -Wl,--build-id=none -Wl,-s -Wl,-no-pie -Wl,--no-warn-rwx-segments -Wl,-z,max-page-size=4096'.split(
    ' ',
  );

mkdirSync(join(here, 'prebuilt'), { recursive: true });
for (const program of PROGRAMS) {
  const sources = ['start.S', 'memory.c', `${program}.c`].map((name) => join(here, name));
  const output = join(here, 'prebuilt', `${program}.elf`);
  const { status, error } = spawnSync(compiler, [...options, '-T', join(here, 'link.ld'), ...sources, '-o', output], {
    stdio: 'inherit',
  });
  if (error) throw new Error(`${compiler} is missing. Install it: apt-get install gcc-riscv64-linux-gnu`);
  if (status !== 0) process.exit(1);
}
