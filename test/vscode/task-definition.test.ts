import { describe, expect, test } from 'vitest';
import { parseKernelPackage } from '../../src/image/kernel-json';
import { commandWords, readTask, tasksOf, whyNoProcess, withDistinctNames } from '../../src/vscode/task-definition';

const image = { file: 'out.elf.gz', format: 'flat', load: '0x80200000', crate: '.' };

const kernel = (architectures: object) => {
  const result = parseKernelPackage(
    JSON.stringify({ name: 'demo', title: 'Demo', description: 'A demo.', architectures }),
    'kernel.json',
  );
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.kernel;
};

const demo = kernel({
  riscv64: {
    board: 'riscv64-virt',
    memory: '128M',
    image,
    disk: { size: '64M', files: { '/motd': { file: 'motd.txt' } } },
    flash: { pflash1: { size: '32M', at: { 0: 'PFLA' } } },
  },
  aarch64: { board: 'aarch64-virt', memory: '128M', image, disk: 'disk.img' },
});

describe('the tasks of a kernel', () => {
  const names = (abilities: { canBuild: boolean; machines: readonly string[] }) =>
    tasksOf(demo, 'kernels/demo/kernel.json', abilities).map(({ name }) => name);

  test('there is one for each thing that each architecture has', () => {
    expect(names({ canBuild: true, machines: ['riscv64'] })).toEqual([
      'build demo (riscv64)',
      'make disk image of demo (riscv64)',
      'make pflash1 image of demo (riscv64)',
      'run demo (riscv64)',
      'build demo (aarch64)',
    ]);
  });

  test('a mode is run by a task of its own, and built with its architecture', () => {
    const modes = { small: { title: 'in small', file: 'small.elf', features: ['small'] } };
    const one = kernel({ riscv64: { board: 'riscv64-virt', memory: '1M', image, modes } });
    const tasks = tasksOf(one, 'kernel.json', { canBuild: true, machines: ['riscv64'] });
    expect(tasks.map(({ name }) => name)).toEqual([
      'build demo (riscv64)',
      'run demo (riscv64)',
      'run demo (riscv64, small)',
    ]);
    const definition = { type: 'worldstep', ...tasks[2]?.definition };
    const read = readTask(definition);
    expect(read).toMatchObject({ ok: true, task: { task: 'run', arch: 'riscv64', args: ['--mode', 'small'] } });
  });

  test('an untrusted workspace has no builds', () => {
    expect(names({ canBuild: false, machines: ['riscv64'] }).filter((name) => name.startsWith('build'))).toEqual([]);
  });

  test('their definitions are what tasks.json would say', () => {
    const [build, , flash] = tasksOf(demo, 'kernel.json', { canBuild: true, machines: [] });
    expect(build?.definition).toEqual({ task: 'build', kernel: 'kernel.json', arch: 'riscv64' });
    expect(flash?.definition).toEqual({ task: 'flash', kernel: 'kernel.json', arch: 'riscv64', bank: 'pflash1' });
    for (const { definition } of [build, flash].filter((each) => each !== undefined)) {
      expect(readTask({ type: 'worldstep', ...definition }).ok).toBe(true);
    }
  });

  test('names that two kernels would share get the path, others stay as they are', () => {
    const abilities = { canBuild: true, machines: [] };
    const one = kernel({ aarch64: { board: 'aarch64-virt', memory: '1M', image } });
    const tasks = withDistinctNames([
      ...tasksOf(one, 'a/kernel.json', abilities),
      ...tasksOf(one, 'b/kernel.json', abilities),
      ...tasksOf({ ...one, name: 'other' }, 'c/kernel.json', abilities),
    ]);
    expect(tasks.map(({ name }) => name)).toEqual([
      'build demo (aarch64) of a/kernel.json',
      'build demo (aarch64) of b/kernel.json',
      'build other (aarch64)',
    ]);
  });
});

describe('a definition in tasks.json', () => {
  const task = (definition: object) => {
    const result = readTask(definition);
    if (!result.ok) throw new Error(result.problems.join('\n'));
    return result.task;
  };

  test('makes a disk of files', () => {
    const read = task({ task: 'disk', size: '64M', diskLabel: 'DATA', files: { '/a': 'a.txt' }, output: 'd.img' });
    expect(read).toEqual({
      task: 'disk',
      kernel: undefined,
      size: 64 << 20,
      label: 'DATA',
      files: new Map([['/a', 'a.txt']]),
      output: 'd.img',
    });
  });

  test.each([
    { task: 'run', kernel: 'bundled:msgqueue' },
    { task: 'build', kernel: 'kernel.json' },
    { task: 'disk', size: '64M', files: {}, output: 'd.img' },
  ])('is called what its label says, whatever that is: $task', (definition) => {
    expect(task({ ...definition, label: 'own: all of it' })).toEqual(task(definition));
  });

  test('makes the disk that a kernel declares', () => {
    const read = task({ task: 'disk', kernel: 'kernel.json' });
    expect(read).toEqual({ task: 'disk', kernel: 'kernel.json', arch: undefined, output: undefined });
  });

  test('makes a flash bank with texts at offsets and a file at the end', () => {
    const read = task({ task: 'flash', size: '4K', at: { '0x10': 'x' }, end: 'fw.bin', output: 'f.img' });
    expect(read).toMatchObject({ size: 4096, at: [{ offset: 16, text: 'x' }], end: 'fw.bin' });
  });

  test.each([
    [{}, '"task" is missing.'],
    [{ task: 'biuld' }, '"task" must be one of build, command, disk, flash, run, not "biuld".'],
    [{ task: 'build' }, '"kernel" is missing.'],
    [{ task: 'run', kernel: 'k', args: '--stats' }, '"args" must be an array of strings, not "--stats".'],
    [{ task: 'disk', output: 'd.img' }, '"size" is missing.'],
    [{ task: 'disk', size: 'big', output: 'd.img' }, '"size" must be a size such as "128M", not "big".'],
    [{ task: 'flash', size: '4K' }, '"output" is missing.'],
    [{ task: 'disk', size: '64M', output: 'd.img', files: { '/a': 3 } }, '"files./a" must be text, not 3.'],
  ])('%j is refused with its place and what is expected', (definition, problem) => {
    const result = readTask(definition);
    expect(result.ok ? [] : result.problems).toContain(problem);
  });

  test('becomes the words of a command line', () => {
    expect(commandWords({ task: 'build', kernel: '', arch: undefined }, 'k/kernel.json')).toEqual([
      'build',
      'k/kernel.json',
    ]);
    expect(commandWords({ task: 'run', kernel: '', arch: 'riscv64', args: ['--harts', '2'] }, 'msgqueue')).toEqual([
      'run',
      'msgqueue',
      '--arch',
      'riscv64',
      '--harts',
      '2',
    ]);
  });
});

describe('a build or a run without a process', () => {
  const here = { hasProcesses: true, scheme: 'file', isTrusted: true };
  const build = { task: 'build', kernel: 'kernel.json', arch: undefined } as const;
  const run = { task: 'run', kernel: 'bundled:msgqueue', arch: undefined, args: [] } as const;

  test.each([
    ['is not needed on a disk of a trusted workspace', build, here, undefined],
    ['is not needed to run what comes with Worldstep', run, here, undefined],
    [
      'a sample is to be copied',
      { ...build, kernel: 'bundled:msgqueue' },
      here,
      /Copy it first with the command "Worldstep: Open Sample…"/,
    ],
    [
      'a browser cannot build',
      build,
      { ...here, hasProcesses: false, scheme: 'vscode-vfs' },
      /a browser cannot.*desktop VS Code.*code-server/,
    ],
    ['a browser runs in a session', run, { ...here, hasProcesses: false }, /Ctrl\+F5/],
    [
      'a virtual workspace has no files on a disk',
      build,
      { ...here, scheme: 'vscode-vfs' },
      /needs files on a disk, and this workspace is at "vscode-vfs:"/,
    ],
    ['an untrusted workspace is named', build, { ...here, isTrusted: false }, /Manage Workspace Trust/],
  ])('%s', (_, task, conditions, expected) => {
    const reason = whyNoProcess(task, conditions);
    if (expected === undefined) expect(reason).toBeUndefined();
    else expect(reason).toMatch(expected);
  });
});
