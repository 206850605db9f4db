/**
 * Builds the bare test programs into `prebuilt/` beside this file. Needs Debian's gcc-riscv64-linux-gnu (its assembler);
 * only changing a program needs it, the built files are committed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const here = __dirname;
const compiler = 'riscv64-linux-gnu-gcc';
const options =
  '-march=rv64gc_zba_zbb_zbs -mabi=lp64d -mcmodel=medany -fno-pic -nostdlib -static -Wl,--build-id=none -Wl,-no-pie -Wl,--no-warn-rwx-segments -Wl,-z,max-page-size=4096'.split(
    ' ',
  );
const wanted = process.argv.slice(2);

mkdirSync(join(here, 'prebuilt'), { recursive: true });
for (const source of readdirSync(here).filter((name) => name.endsWith('.S') && name !== 'start.S')) {
  const name = source.replace('.S', '');
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const output = join(here, 'prebuilt', `${name}.elf`);
  const args = [
    ...options,
    '-T',
    join(here, 'link.ld'),
    ...(name === 'tohost' ? [] : [join(here, 'start.S')]),
    join(here, source),
    '-o',
    output,
  ];
  const { status, error } = spawnSync(compiler, args, { stdio: 'inherit' });
  if (error) throw new Error(`${compiler} is missing. Install it: apt-get install gcc-riscv64-linux-gnu`);
  if (status !== 0) process.exit(1);
}
