import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseKernelPackage } from '../../src/image/kernel-json';
import { architecturesFor, listing, modesFor } from '../../src/image/kernel-listing';
import type { KernelPackage } from '../../src/image/kernel-package';
import { RUNNABLE } from '../../src/machine/boards/all';

const build = { board: 'riscv64-virt', memory: '1M', image: { file: 'a.elf', format: 'elf' } };

const kernel = (name: string, architectures: readonly string[], more: object = {}): { kernel: KernelPackage } => {
  const builds = Object.fromEntries(architectures.map((architecture) => [architecture, build]));
  const text = JSON.stringify({ name, title: name, description: 'x', architectures: builds, ...more });
  const result = parseKernelPackage(text, 'kernel.json');
  if (!result.ok) throw new Error(result.problems[0]);
  return { kernel: result.kernel };
};

const names = (list: readonly { readonly kernel: KernelPackage }[]): string[] =>
  list.map(({ kernel: { name, architectures } }) => `${name} ${[...architectures.keys()].join(',')}`);

it('kernels come easiest first, those that say nothing last, by name', () => {
  const all = ['d', 'c', 'b', 'a'].map((name) =>
    kernel(name, ['riscv64'], name < 'c' ? {} : { difficulty: name === 'c' ? 2 : 1 }),
  );
  expect(names(listing(all, ['riscv64']))).toEqual(['d riscv64', 'c riscv64', 'a riscv64', 'b riscv64']);
});

it('what no machine runs is left out, and comes back with a machine', () => {
  const all = [kernel('a', ['riscv64', 'aarch64']), kernel('b', ['aarch64', 'x86_64'])];
  expect(names(listing(all, ['riscv64']))).toEqual(['a riscv64']);
  expect(names(listing(all, ['riscv64', 'aarch64']))).toEqual(['a riscv64,aarch64', 'b aarch64']);
  expect(architecturesFor(all[1]!.kernel, ['x86_64'])).toEqual(['x86_64']);
  expect(names(listing(all, []))).toEqual([]);
});

it('modes are listed behind the title of their kernel, where there is a machine for them', () => {
  const modes = { small: { title: 'in small', file: 'small.elf' } };
  const architectures = { riscv64: build, aarch64: { ...build, modes } };
  const one = kernel('a', [], { title: 'A', architectures }).kernel;
  expect(modesFor(one, ['riscv64'])).toEqual([]);
  expect(modesFor(one, ['riscv64', 'aarch64'])).toEqual([{ arch: 'aarch64', mode: 'small', title: 'A: in small' }]);
});

it('the bundled kernels come in the order in which one learns from them', () => {
  const bundled = readdirSync('kernels').flatMap((folder) => {
    const path = `kernels/${folder}/kernel.json`;
    const text = existsSync(path) && readFileSync(path, 'utf8');
    const result = text ? parseKernelPackage(text, path) : undefined;
    return result?.ok ? [{ kernel: result.kernel }] : [];
  });
  const found = listing(bundled, RUNNABLE);
  expect(found.map(({ kernel: { name } }) => name).slice(0, 3)).toEqual([
    'msgqueue',
    'lazymapping',
    'guestmonolithickernel',
  ]);
  expect(found.every(({ kernel: { difficulty } }) => Number.isFinite(difficulty))).toBe(true);
});

it.each([0, 1.5, '1', -3])('a difficulty of %j is refused', (difficulty) => {
  expect(() => kernel('a', ['riscv64'], { difficulty })).toThrow(/"difficulty" must be a whole number, at least 1/);
});
