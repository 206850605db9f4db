import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../src/entry/commands/main';
import { runProgram } from './program';

const image = { file: 'out/demo.elf.gz', format: 'flat', load: '0x80200000', crate: '.' };
const kernelJson = (riscv64: object): string =>
  JSON.stringify({
    name: 'demo',
    title: 'Demo',
    description: 'A demo.',
    architectures: { riscv64: { board: 'riscv64-virt', memory: '128M', image, ...riscv64 } },
  });

describe('worldstep build', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'worldstep-build-'));
    writeFileSync(join(folder, 'kernel.json'), kernelJson({}));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });

  test('without Rust says what to install, and fails', async () => {
    // Neither a linker nor rustup is found in here.
    vi.stubEnv('PATH', folder);
    const { code, stderr } = await runProgram(['build', join(folder, 'kernel.json'), '--arch', 'riscv64']);
    expect(code).toBe(1);
    expect(stderr).toContain('No Rust compiler here can build for riscv64gc-unknown-none-elf');
    expect(stderr).toContain('apt-get install rustc-web cargo-web rust-web-src lld-19');
    expect(stderr).toContain('rustup toolchain install nightly');
  });

  test.each([
    ['nothing to build', [], 'There is nothing to build. Name a kernel.json'],
    ['an unknown name', ['msgqeue'], 'there is no bundled kernel "msgqeue". Did you mean msgqueue?'],
    ['an unknown option', ['msgqueue', '--aarch', 'riscv64'], 'Did you mean --arch?'],
    ['a file that is not there', ['/nowhere/kernel.json'], '/nowhere/kernel.json'],
    [
      'an architecture that is not there',
      ['msgqueue', '--arch', 'mips'],
      'msgqueue is not for mips. It is for riscv64',
    ],
  ])('%s is bad usage', async (_, words, message) => {
    const { code, stderr } = await runProgram(['build', ...words]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test('a kernel.json with mistakes is bad usage, and its place is named', async () => {
    writeFileSync(join(folder, 'kernel.json'), kernelJson({ memory: 'much' }));
    const { code, stderr } = await runProgram(['build', folder]);
    expect(code).toBe(2);
    expect(stderr).toContain('"architectures.riscv64.memory" must be');
  });

  test('a kernel without a crate is bad usage', async () => {
    writeFileSync(join(folder, 'kernel.json'), kernelJson({ image: { ...image, crate: undefined } }));
    const { code, stderr } = await runProgram(['build', folder]);
    expect(code).toBe(2);
    expect(stderr).toContain('has no "crate", so there is nothing to build');
  });

  test('a kernel of the installed extension is to be copied first', async () => {
    // An installation has kernels/ and dist/ but no sources of its own.
    mkdirSync(join(folder, 'kernels/demo'), { recursive: true });
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'kernels/demo/kernel.json'), kernelJson({}));
    let stderr = '';
    const write = (text: string): boolean => {
      stderr += text;
      return true;
    };
    const streams = { stdin: process.stdin, stdout: process.stdout, stderr: { write } as NodeJS.WriteStream };
    expect(await main(['build', 'demo'], join(folder, 'dist'), streams)).toBe(2);
    expect(stderr).toContain('demo belongs to the installed extension, which is not to be changed. Copy it first');
  });
});
