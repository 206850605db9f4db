/**
 * Builds the bare test programs into `prebuilt/` beside this file. Needs Debian's gcc-riscv64-linux-gnu (its assembler);
 * only changing a program needs it, the built files are committed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = __dirname;
const compiler = 'riscv64-linux-gnu-gcc';
const options =
  '-march=rv64gc_zba_zbb_zbs -mabi=lp64d -mcmodel=medany -fno-pic -nostdlib -static -Wl,--build-id=none -Wl,-no-pie -Wl,--no-warn-rwx-segments -Wl,-z,max-page-size=4096'.split(
    ' ',
  );
/** Programs with a start of their own. */
const ALONE = new Set(['tohost', 'lockstep']);
const folder = mkdtempSync(join(tmpdir(), 'worldstep-guests-'));
const wanted = process.argv.slice(2);

/** Folders of programs; those beside this file have a start in common. */
const FOLDERS = [
  { path: here, start: ['start'] },
  { path: join(here, '../bad-guests'), start: [] },
];

for (const { path, start } of FOLDERS) {
  mkdirSync(join(path, 'prebuilt'), { recursive: true });
  for (const source of readdirSync(path).filter((name) => name.endsWith('.S') && name !== 'start.S')) {
    const name = source.replace('.S', '');
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const output = join(path, 'prebuilt', `${name}.elf`);
    // Object files of a fixed name, which the linker notes in the symbol table: the same bytes each time.
    const objects = [...(ALONE.has(name) ? [] : start), name].map((part) => {
      compile(['-c', join(path, `${part}.S`), '-o', `${part}.o`]);
      return `${part}.o`;
    });
    compile(['-T', join(path, 'link.ld'), ...objects, '-o', output]);
  }
}
rmSync(folder, { recursive: true });

function compile(args: readonly string[]): void {
  const { status, error } = spawnSync(compiler, [...options, ...args], { stdio: 'inherit', cwd: folder });
  if (error) throw new Error(`${compiler} is missing. Install it: apt-get install gcc-riscv64-linux-gnu`);
  if (status !== 0) process.exit(1);
}
