import { describe, expect, test } from 'vitest';
import { checkLaunch } from '../../../src/dap/launch-arguments';
import { combined, nearest } from '../../../src/vscode/trees/combined-kernels';
import { findPrograms } from '../../../src/vscode/trees/program-search';
import { recognisedTrees } from '../../../src/vscode/trees/recognised-trees';
import {
  builtConfiguration,
  type PathText,
  programConfiguration,
  treeConfiguration,
} from '../../../src/vscode/trees/tree-launch';
import { KNOWN_TREES, program } from '../../support/known-trees';
import { type FileContents, memoryTree } from '../../support/memory-tree';

const FOLDER = '/w';
const text: PathText = (path) => `${FOLDER}/${path}`;
const MACHINES = ['riscv64'];
const treeIn = async (files: Readonly<Record<string, FileContents>>) => {
  const [tree] = await recognisedTrees(memoryTree(files));
  if (!tree) throw new Error('there is no tree');
  return tree;
};
const kernelsIn = async (files: Readonly<Record<string, FileContents>>) => {
  const tree = memoryTree(files);
  const found = combined(await recognisedTrees(tree), await findPrograms(tree, MACHINES), MACHINES);
  return found.map((kernel) =>
    'tree' in kernel ? `${kernel.tree.rule.id}: ${kernel.tree.launch?.program}` : kernel.program.path,
  );
};

describe('the launch configuration of a tree', () => {
  test.each(Object.entries(KNOWN_TREES))('%s names whole paths, and the adapter takes it', async (_, { files }) => {
    const configuration = treeConfiguration(await treeIn(files), text, false);
    expect(checkLaunch(configuration, MACHINES)).toBeDefined();
    const paths = JSON.stringify(configuration).match(/"(?:path|program|bios|initrd|pflash1)":"([^"]*)"/g) ?? [];
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(path).toContain(`:"${FOLDER}/`);
  });

  test('of a crate builds it with cargo where that can be done, on the machine that its files say', async () => {
    const tree = await treeIn(KNOWN_TREES.cargo!.files);
    expect(treeConfiguration(tree, text, true)).toEqual({
      name: 'Debug toy',
      cargo: { args: ['build'] },
      disk: { path: '/w/disk.img', bus: 'virtio-mmio-legacy' },
      machine: { harts: 2 },
    });
    expect(builtConfiguration(tree, text, 'worldstep: build toy')).toBeUndefined();
  });

  test('of a crate that is not built can only be one that builds it', async () => {
    const { 'target/riscv64gc-unknown-none-elf/debug/toy': _, ...files } = KNOWN_TREES.cargo!.files;
    const tree = await treeIn(files);
    expect(treeConfiguration(tree, text, false)).toBeUndefined();
    expect(treeConfiguration(tree, text, true)?.cargo).toEqual({ args: ['build'] });
  });

  test('with a build runs its task first', async () => {
    const tree = await treeIn(KNOWN_TREES['xv6-riscv']!.files);
    expect(builtConfiguration(tree, text, 'worldstep: build xv6')).toMatchObject({
      name: 'Build and debug xv6',
      preLaunchTask: 'worldstep: build xv6',
      program: '/w/kernel/kernel',
    });
  });

  test('of a tree in a folder says which', async () => {
    const files = Object.entries(KNOWN_TREES['xv6-riscv']!.files).map(([path, contents]) => [
      `labs/one/${path}`,
      contents,
    ]);
    expect(treeConfiguration(await treeIn(Object.fromEntries(files)), text, true)?.name).toBe('Debug xv6 (labs/one)');
  });

  test('of a program is its path', () => {
    expect(programConfiguration({ path: 'build/kernel.elf' }, text)).toEqual({
      name: 'Debug kernel.elf',
      program: '/w/build/kernel.elf',
    });
  });
});

describe('what of a folder can be debugged', () => {
  test('programs in a tree belong to it, others come after', async () => {
    const { files } = KNOWN_TREES.zig!;
    const inside = Object.fromEntries(Object.entries(files).map(([path, contents]) => [`a/${path}`, contents]));
    expect(await kernelsIn({ ...inside, 'b/kernel.elf': program(0x8020_0000n) })).toEqual([
      'zig: a/zig-out/bin/kernel',
      'b/kernel.elf',
    ]);
  });

  test('a tree whose program is elsewhere takes the one that there is', async () => {
    const files = { ...KNOWN_TREES.makefile!.files, 'out/toy': program(0x8020_0000n) } as Record<string, FileContents>;
    delete files['build/toyos.elf'];
    expect(await kernelsIn(files)).toEqual(['makefile: out/toy']);
  });

  test('a tree takes no user program for its kernel', async () => {
    const { 'kernel/kernel': _, ...files } = KNOWN_TREES['xv6-riscv']!.files;
    expect(await kernelsIn(files)).toEqual(['xv6-riscv: kernel/kernel']);
  });

  test.each([
    ['lab1/src/main.c', ['lab1/build/k.elf']],
    ['lab2/main.c', ['lab2/k.elf', 'lab2/other.elf']],
    ['README', ['lab1/build/k.elf', 'lab2/k.elf', 'lab2/other.elf']],
    ['xv6/kernel/proc.c', ['xv6-riscv']],
  ])('%s belongs to %j', async (file, kernels) => {
    const xv6 = Object.entries(KNOWN_TREES['xv6-riscv']!.files).map(([path, contents]) => [`xv6/${path}`, contents]);
    const kernel = program(0x8020_0000n);
    const labs = { 'lab1/build/k.elf': kernel, 'lab2/k.elf': kernel, 'lab2/other.elf': kernel };
    const tree = memoryTree({ ...labs, ...Object.fromEntries(xv6) });
    const found = combined(await recognisedTrees(tree), await findPrograms(tree, MACHINES), MACHINES);
    const names = nearest(found, file).map((each) => ('tree' in each ? each.tree.rule.id : each.program.path));
    expect(names).toEqual(kernels);
  });
});
