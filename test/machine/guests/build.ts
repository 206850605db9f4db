/**
 * Builds the bare test programs into `prebuilt/` beside them. Those of RISC-V need Debian's gcc-riscv64-linux-gnu, those of
 * LoongArch, AArch64 and x86-64 (`.s`, without a preprocessor) llvm-19 and lld-19; only changing a program needs them, the built files are
 * committed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = __dirname;
const LAYOUT = '-Wl,--build-id=none -Wl,-no-pie -Wl,--no-warn-rwx-segments -Wl,-z,max-page-size=4096'.split(' ');
const RISCV = [
  ...'-march=rv64gc_zba_zbb_zbs -mabi=lp64d -mcmodel=medany -fno-pic -nostdlib -static'.split(' '),
  ...LAYOUT,
];
/** Programs with a start of their own. */
const ALONE = new Set(['tohost', 'lockstep']);
const folder = mkdtempSync(join(tmpdir(), 'worldstep-guests-'));
const wanted = process.argv.slice(2);

interface Tools {
  readonly suffix: string;
  assemble(source: string, object: string): void;
  link(script: string, objects: readonly string[], output: string): void;
}

const gcc = (args: readonly string[]): void =>
  run('riscv64-linux-gnu-gcc', 'gcc-riscv64-linux-gnu', [...RISCV, ...args]);
const riscv: Tools = {
  suffix: '.S',
  assemble: (source, object) => gcc(['-c', source, '-o', object]),
  link: (script, objects, output) => gcc(['-T', script, ...objects, '-o', output]),
};
/** Programs in a folder of their architecture's name. */
const llvm = (architecture: string, attributes: string): Tools => ({
  suffix: '.s',
  assemble: (source, object) => {
    const options = `-triple=${architecture} -mattr=${attributes} -filetype=obj -I${join(here, architecture)}`.split(
      ' ',
    );
    run('llvm-mc-19', 'llvm-19', [...options, source, '-o', object]);
  },
  link: (script, objects, output) => {
    const options = '-z max-page-size=4096 --build-id=none'.split(' ');
    run('ld.lld-19', 'lld-19', [...options, '-T', script, ...objects, '-o', output]);
  },
});

/** Folders of programs; those beside this file have a start in common. */
const FOLDERS = [
  { path: here, start: ['start'], tools: riscv },
  { path: join(here, '../bad-guests'), start: [], tools: riscv },
  { path: join(here, 'loongarch64'), start: [], tools: llvm('loongarch64', '+d,+lsx,-relax') },
  { path: join(here, 'aarch64'), start: [], tools: llvm('aarch64', '+all') },
  { path: join(here, 'x86_64'), start: [], tools: llvm('x86_64', '+sse2') },
];

for (const { path, start, tools } of FOLDERS) {
  mkdirSync(join(path, 'prebuilt'), { recursive: true });
  const sources = readdirSync(path).filter((name) => name.endsWith(tools.suffix) && name !== `start${tools.suffix}`);
  for (const source of sources) {
    const name = source.replace(tools.suffix, '');
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const output = join(path, 'prebuilt', `${name}.elf`);
    // Object files of a fixed name, which the linker notes in the symbol table: the same bytes each time.
    const objects = [...(ALONE.has(name) ? [] : start), name].map((part) => {
      tools.assemble(join(path, `${part}${tools.suffix}`), `${part}.o`);
      return `${part}.o`;
    });
    const own = join(path, `${name}.ld`);
    tools.link(existsSync(own) ? own : join(path, 'link.ld'), objects, output);
  }
}
rmSync(folder, { recursive: true });

function run(program: string, debian: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd: folder });
  if (error) throw new Error(`${program} is missing. Install it: apt-get install ${debian}`);
  if (status !== 0) process.exit(1);
}
