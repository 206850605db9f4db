import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findLayerViolations } from '../../src/build/layer-rules.mjs';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

const check = async (files: Record<string, string>): Promise<string[]> => {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  roots.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return (await findLayerViolations('src', root)).map(({ from, to }) => `${from} → ${to}`);
};

describe('the layer rules', () => {
  it('accept an import the table allows', async () => {
    expect(
      await check({
        'src/base/a.ts': 'export const a = 1;',
        'src/isa/core/b.ts': "import { a } from '../../base/a'; export const b = a;",
      }),
    ).toEqual([]);
  });

  it('refuse an import upwards, even of a type alone', async () => {
    const files = {
      'src/isa/core/b.ts': 'export type B = 1;',
      'src/base/a.ts': "import type { B } from '../isa/core/b'; export const a: B = 1;",
    };
    expect(await check(files)).toEqual(['src/base/a.ts → src/isa/core/b.ts']);
  });

  it('refuse Node in the machine and VS Code outside its shell', async () => {
    const files = { 'src/machine/m.ts': "import { readFileSync } from 'node:fs'; export const m = readFileSync;" };
    expect(await check(files)).toEqual(['src/machine/m.ts → fs']);
  });

  it('refuse one instruction set importing another', async () => {
    const files = {
      'src/isa/riscv64/a.ts': 'export const a = 1;',
      'src/isa/aarch64/b.ts': "import { a } from '../riscv64/a'; export const b = a;",
    };
    expect(await check(files)).toEqual(['src/isa/aarch64/b.ts → src/isa/riscv64/a.ts']);
  });
});
