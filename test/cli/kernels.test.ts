import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, expect, it } from 'vitest';
import { kernelsCommand } from '../../src/entry/commands/kernels';
import { nodeHost } from '../../src/platform/node/host';

const root = mkdtempSync(join(tmpdir(), 'worldstep-kernels-'));
afterAll(() => rmSync(root, { recursive: true }));

it('modes are listed behind their architecture, and their images count', async () => {
  const image = { file: 'plain.elf', format: 'elf' };
  const modes = { small: { title: 'in small', file: 'small.elf' } };
  const riscv64 = { board: 'riscv64-virt', memory: '16M', image, modes };
  const kernel = { name: 'tiny', title: 'Tiny', description: 'Does nothing.', architectures: { riscv64 } };
  const folder = join(root, 'kernels', 'tiny');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(kernel));
  writeFileSync(join(folder, 'plain.elf'), new Uint8Array(2000));
  writeFileSync(join(folder, 'small.elf'), new Uint8Array(1000));

  const list = async (...options: [string, string][]): Promise<string> => {
    const stdout = new PassThrough() as PassThrough & NodeJS.WriteStream;
    const { stdin, stderr } = process;
    const given = { words: [], options: new Map(options), lists: new Map(), tail: [] };
    await kernelsCommand.run(given, { host: nodeHost({ root }), root, stdin, stdout, stderr });
    return stdout.read().toString();
  };
  expect(await list()).toBe('NAME  ARCHITECTURES   SIZE  TITLE\ntiny  riscv64(small)  3 kB  Tiny\n');
  expect(JSON.parse(await list(['json', '']))).toMatchObject([
    { architectures: ['riscv64'], modes: [{ architecture: 'riscv64', mode: 'small' }] },
  ]);
});
