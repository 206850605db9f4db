import { describe, expect, test } from 'vitest';
import { excluded } from '../../../src/vscode/trees/exclude-patterns';
import { limitedTree } from '../../../src/vscode/trees/file-tree';
import { findPrograms, offered } from '../../../src/vscode/trees/program-search';
import { buildElf } from '../../machine/elf-builder';
import { type FileContents, memoryTree } from '../../support/memory-tree';

const code = Uint8Array.of(0x13, 0, 0, 0);
const at = (vaddr: bigint, machine?: number): Uint8Array => buildElf({ segments: [{ vaddr, bytes: code }], machine });
const kernel = at(0x8020_0000n);
const MACHINES = ['riscv64'];
const found = async (files: Record<string, FileContents>, modified: Record<string, number> = {}) =>
  offered(await findPrograms(memoryTree(files, modified), MACHINES), MACHINES).map(({ path }) => path);

describe('the kernels that are found in a folder', () => {
  test.each([
    'kernel',
    'vmlinux',
    'mykernel.elf',
    'a.out',
    'toyos',
    'kernel/kernel',
    'build/kernel.elf',
    'build/riscv64/kernel',
    'out/os',
    'bin/kernel.elf',
    'zig-out/bin/kernel',
    'target/riscv64gc-unknown-none-elf/debug/kernel',
    'target/riscv64imac-unknown-none-elf/release/kernel',
    'os/target/riscv64gc-unknown-none-elf/release-lto/kernel',
    'labs/one/build/kernel.elf',
  ])('%s', async (path) => {
    expect(await found({ [path]: kernel, 'src/main.c': 'int main;' })).toEqual([path]);
  });

  test.each([
    'node_modules/x/kernel',
    '.git/kernel',
    'target/riscv64gc-unknown-none-elf/debug/deps/kernel-0123',
    'build/kernel.o',
    'kernel.bin',
  ])('not %s', async (path) => {
    expect(await found({ [path]: kernel })).toEqual([]);
  });

  test('the newest is first, and of a debug and a release build only the newer one is there', async () => {
    const files = {
      'target/riscv64gc-unknown-none-elf/debug/kernel': kernel,
      'target/riscv64gc-unknown-none-elf/release/kernel': kernel,
      'old.elf': kernel,
      'new.elf': kernel,
    };
    const ages = {
      'target/riscv64gc-unknown-none-elf/debug/kernel': 3,
      'target/riscv64gc-unknown-none-elf/release/kernel': 2,
      'old.elf': 1,
      'new.elf': 4,
    };
    expect(await found(files, ages)).toEqual(['new.elf', 'target/riscv64gc-unknown-none-elf/debug/kernel', 'old.elf']);
  });

  test('programs of the same name in other folders are others', async () => {
    expect(await found({ 'lab1/kernel.elf': kernel, 'lab2/kernel.elf': kernel })).toEqual([
      'lab1/kernel.elf',
      'lab2/kernel.elf',
    ]);
  });

  test('user programs are not offered beside a kernel, but they are where there is none', async () => {
    const user = { 'user/_ls': at(0n), 'user/shell': at(0x8040_0000n) };
    expect(await found({ ...user, 'kernel/kernel': at(0x8000_0000n) })).toEqual(['kernel/kernel']);
    expect(await found(user)).toEqual(['user/_ls', 'user/shell']);
  });

  test('kernels of machines that there are not yet are offered only where there is nothing else', async () => {
    const others = { 'x86.elf': at(0xffff_ffff_8000_0000n, 62), 'arm.elf': at(0x4008_0000n, 183) };
    expect(await found({ ...others, 'kernel.elf': kernel })).toEqual(['kernel.elf']);
    expect(await found(others)).toEqual(['x86.elf']);
  });

  test('a folder of programs for the host has no kernel', async () => {
    const interpreter = new TextEncoder().encode('/lib/ld.so\0');
    const host = buildElf({
      segments: [
        { vaddr: 0n, bytes: code },
        { vaddr: 0n, type: 3, bytes: interpreter },
      ],
      machine: 62,
    });
    expect(await found({ 'target/debug/xtask': host, 'a.out': host, Makefile: 'all:' })).toEqual([]);
  });

  test('what files.exclude leaves out is left out, but not the folder that a build tool writes to', async () => {
    const files = { 'target/riscv64gc-unknown-none-elf/debug/toy': kernel, 'old/kernel.elf': kernel, 'k.elf': kernel };
    const isExcluded = excluded({ '**/target': true, old: true, '*.elf': true });
    const programs = await findPrograms(memoryTree(files, {}, isExcluded), MACHINES);
    expect(programs.map(({ path }) => path)).toEqual(['target/riscv64gc-unknown-none-elf/debug/toy']);
  });

  test('of a folder without end only so much is read, and names that kernels have come first', async () => {
    const files: Record<string, FileContents> = { 'kernel.elf': kernel };
    for (let index = 0; index < 2000; index++) files[`data/${index}/file${index}`] = 'x';
    let reads = 0;
    const tree = memoryTree(files);
    const counting = {
      ...tree,
      start: (path: string, size: number) => {
        reads++;
        return tree.start(path, size);
      },
    };
    const limited = limitedTree(counting, { folders: 3000, files: 100 });
    expect((await findPrograms(limited, MACHINES)).map(({ path }) => path)).toEqual(['kernel.elf']);
    expect(reads).toBe(100);
    expect(await findPrograms(limitedTree(tree, { folders: 0, files: 100 }), MACHINES)).toEqual([]);
  });
});
