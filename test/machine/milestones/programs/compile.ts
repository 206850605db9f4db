/** The programs in C beside this file, for Linux on x86-64 or arm64 and without a library. They need clang-19, lld-19 and linux-libc-dev. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Further options by architecture. */
const TARGETS = {
  x86_64: ['--target=x86_64-linux-gnu'],
  aarch64: ['--target=aarch64-linux-gnu', '-mgeneral-regs-only', '-fno-builtin'],
} as const;
const COMPILER = '-O2 -Wall -Werror -ffreestanding -fno-stack-protector -fno-pic -c'.split(' ');
const LINKER = '-static --build-id=none'.split(' ');

const run = (program: string, debian: string, args: readonly string[]): void => {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error) throw new Error(`${program} is missing. Install it: apt-get install ${debian}`);
  if (status !== 0) throw new Error(`${program} ends with ${status}`);
};

/** The ELF file of a program. @param folder where it is made */
export const compiledProgram = (
  name: string,
  folder: string,
  architecture: keyof typeof TARGETS = 'x86_64',
): Uint8Array => {
  mkdirSync(folder, { recursive: true });
  const [object, program] = [join(folder, `${name}.o`), join(folder, name)];
  run('clang-19', 'clang-19 linux-libc-dev', [
    ...TARGETS[architecture],
    ...COMPILER,
    join(__dirname, `${name}.c`),
    '-o',
    object,
  ]);
  run('ld.lld-19', 'lld-19', [...LINKER, object, '-o', program]);
  return readFileSync(program);
};
