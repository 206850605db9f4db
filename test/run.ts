/**
 * `npm test`: every suite there is, in order, with one line each and the output of those that fail. Suites whose tools
 * are not installed are named with the command that installs them; with CI=true they count as failed.
 * `npm test -- NAME…` runs the suites of these names only. A new suite is one line in `suites`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { missingTools, nodeProgram, OTHER_NODES } from './workbench/tools';

const root = resolve(__dirname, '..');
const INSTALL = 'bash .ci/install';
/** No suite may hang a run; on a busy host the longest takes half of this. */
const LIMIT_MS = 20 * 60_000;

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;

/** QEMU 7.2 of Debian 12 boots riscv64's flash and has none on loongarch64. */
const hasQemu = (architecture: string): boolean => {
  const { stdout } = spawnSync(`qemu-system-${architecture}`, ['--version'], { encoding: 'utf8' });
  return Number(/version (\d+)/.exec(stdout ?? '')?.[1] ?? 0) >= 10;
};

/** Tools that are not part of `npm ci`: whether they are here. */
const TOOLS = {
  'QEMU 10': () => hasQemu('riscv64'),
  'QEMU 10 for all architectures': () =>
    ['riscv64', 'aarch64', 'x86_64', 'loongarch64'].every(hasQemu) && existsSync('/usr/share/seabios/bios-256k.bin'),
  mtools: () => has('mcopy') && has('fsck.fat'),
  dtc: () => has('dtc'),
  'LLVM 19': () => has('llvm-mc-19'),
  'U-Boot': () => existsSync('/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin'),
  'GRUB and SeaBIOS': () =>
    has('grub-mkimage') &&
    ['grub/i386-pc/boot.img', '../share/seabios/bios-256k.bin'].every((file) => existsSync(join('/usr/lib', file))),
  rust: () => existsSync('/usr/bin/cargo') && existsSync('/usr/lib/rustlib/src/rust/library') && has('wasm-ld-19'),
  'Node 22': () => existsSync(nodeProgram(22)),
  'Node 24': () => existsSync(nodeProgram(24)),
  'code-server and Chromium': () => missingTools().length === 0,
};

interface Suite {
  readonly name: string;
  readonly needs?: readonly (keyof typeof TOOLS)[];
  readonly command: readonly string[];
  /** The program of another Node, for the command and all that it starts. */
  readonly node?: string;
}

const testFiles = (below: string): string[] =>
  readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = `${below}/${entry.name}`;
    if (entry.isDirectory()) return path === 'test/workbench' ? [] : testFiles(path);
    return entry.name.endsWith('.test.ts') ? [path] : [];
  });

/** Test files by the tool in their name: `x.qemu.test.ts`. Without one they need Node only. */
const toolOf = (file: string): string | undefined =>
  /\b(qemu|dtc|mtools|llvm|rust|firmware|workbench)\.test\.ts$/.exec(file)?.[1];
const vitest = (tool: string | undefined, isWanted = (_: string): boolean => true): string[] => {
  const files = testFiles('test').filter((file) => toolOf(file) === tool && isWanted(file));
  return ['npx', 'vitest', 'run', ...files];
};
/**
 * What the other Nodes are asked, too: whatever meets files, processes, workers, protocols, or runs whole machines. Vectors of an
 * instruction set's rows and rows of kernels' guides take more than half of the time, are the same data on each, and a row in
 * WebAssembly is executed by the toys' tests, the bare programs and the kernels of `test/machine`.
 */
const isOfNode = (file: string): boolean => !/^test\/(isa\/(?!toy)|kernels\/)/.test(file);

const suites: readonly Suite[] = [
  { name: 'build', command: ['npm', 'run', 'build'] },
  { name: 'types', command: ['npx', 'tsc', '--noEmit'] },
  { name: 'lint', command: ['npx', 'biome', 'check', '.'] },
  { name: 'layers', command: ['npm', 'run', 'layers'] },
  { name: 'generated', command: ['npx', 'tsx', 'src/build/generate.ts', '--check'] },
  { name: 'kernels', command: ['npx', 'tsx', 'src/build/kernels.ts', '--check'] },
  { name: 'unit', command: vitest(undefined) },
  ...OTHER_NODES.map(
    (major): Suite => ({
      name: `unit, Node ${major}`,
      needs: [`Node ${major}`],
      command: vitest(undefined, isOfNode),
      node: nodeProgram(major),
    }),
  ),
  { name: 'dtc', needs: ['dtc'], command: vitest('dtc') },
  { name: 'mtools', needs: ['mtools'], command: vitest('mtools') },
  { name: 'llvm', needs: ['LLVM 19'], command: vitest('llvm') },
  { name: 'qemu', needs: ['QEMU 10'], command: vitest('qemu') },
  { name: 'firmware', needs: ['U-Boot', 'GRUB and SeaBIOS'], command: vitest('firmware') },
  { name: 'kernels on qemu', needs: ['QEMU 10 for all architectures'], command: ['npm', 'run', 'kernels:check'] },
  {
    name: 'kernel rebuild',
    needs: ['rust'],
    command: ['npx', 'tsx', 'src/build/kernels.ts', '--rebuild-check'],
  },
  { name: 'rust', needs: ['rust'], command: vitest('rust') },
  { name: 'symbols.wasm', needs: ['rust'], command: ['npx', 'tsx', 'src/build/symbols-wasm.ts', '--check'] },
  { name: 'package', command: ['npm', 'run', 'package'] },
  { name: 'tarball', needs: ['Node 22', 'Node 24'], command: ['npx', 'tsx', 'test/tarball.ts'] },
  {
    name: 'node host',
    needs: ['code-server and Chromium'],
    command: ['npx', 'tsx', 'test/workbench/hosts.ts', 'node'],
  },
  { name: 'web host', needs: ['code-server and Chromium'], command: ['npx', 'tsx', 'test/workbench/hosts.ts', 'web'] },
  {
    name: 'determinism',
    needs: ['code-server and Chromium'],
    command: ['npx', 'tsx', 'test/workbench/determinism.ts'],
  },
  {
    name: 'walk',
    needs: ['code-server and Chromium'],
    command: ['npx', 'tsx', 'test/workbench/walk.ts', 'dist/worldstep.vsix'],
  },
];

interface Result {
  readonly passed: number;
  readonly failed: number;
}

const run = async ({ name, command, node }: Suite): Promise<Result> => {
  const [program = '', ...args] = command;
  // Without files vitest would run all of them.
  if (args[0] === 'vitest' && args.length === 2) return { passed: 0, failed: 0 };
  const started = performance.now();
  const { code, output } = await capture(program, args, node);
  const counts = count(output);
  // A suite that says nothing about tests is one test; one that fails has at least one failure.
  const failed = code === 0 ? 0 : Math.max(1, counts.failed);
  const passed = code === 0 ? Math.max(1, counts.passed) : counts.passed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${seconds.padStart(6)} s  ${passed} passed`);
  if (failed > 0) console.log(output.trimEnd());
  return { passed, failed };
};

const capture = (
  program: string,
  args: readonly string[],
  node: string | undefined,
): Promise<{ code: number; output: string }> =>
  new Promise((done) => {
    const PATH = node === undefined ? process.env.PATH : [dirname(node), process.env.PATH].join(delimiter);
    // A process group of its own: what the command has started ends with it, and does not hold the output open.
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, PATH, NO_COLOR: '1', FORCE_COLOR: '0' },
      detached: true,
    });
    let output = '';
    const add = (text: Buffer): void => {
      output += text.toString();
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    const end = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    const timer = setTimeout(() => {
      output += `\nstopped after ${LIMIT_MS / 60_000} minutes`;
      end();
    }, LIMIT_MS);
    const interrupt = (): void => {
      end();
      process.exit(130);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
    child.on('close', (code) => {
      clearTimeout(timer);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
      done({ code: code ?? 1, output });
    });
  });

/** Counts of vitest's last lines, or of lines with ✔ and ✖. */
const count = (output: string): Result => {
  const line = /^\s*Tests\s+(.*)$/m.exec(output)?.[1];
  if (line === undefined)
    return { passed: output.match(/^✔/gm)?.length ?? 0, failed: output.match(/^✖/gm)?.length ?? 0 };
  const number = (what: string): number => Number(new RegExp(`(\\d+) ${what}`).exec(line)?.[1] ?? 0);
  return { passed: number('passed'), failed: number('failed') };
};

const main = async (): Promise<void> => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    console.log(`There is no suite "${unknown[0]}". There is: ${suites.map(({ name }) => name).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  let passed = 0;
  let failed = 0;
  const left: string[] = [];
  for (const suite of suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const missing = (suite.needs ?? []).filter((tool) => !TOOLS[tool]());
    if (missing.length > 0) {
      left.push(`not run ${suite.name}: needs ${missing.join(', ')}`);
      continue;
    }
    const result = await run(suite);
    passed += result.passed;
    failed += result.failed;
  }
  for (const line of left) console.log(line);
  if (left.length > 0) console.log(`To run them too, on Debian as root: ${INSTALL}`);
  if (process.env.CI) failed += left.length;
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
};

void main();
