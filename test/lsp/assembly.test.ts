import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LanguageClient, type Published } from './client';

const FOLDER = join(import.meta.dirname, 'sources');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const uriOf = (name: string): string => `file:///kernel/${name}`;

let client: LanguageClient | undefined;
afterEach(() => client?.dispose());

/** A server that has the sources of this folder, with one of them open. */
const opened = async (name: string, files: readonly string[]): Promise<Published['diagnostics']> => {
  client = new LanguageClient(Object.fromEntries(files.map((file) => [uriOf(file), read(file)])));
  await client.start();
  return client.open(uriOf(name), read(name));
};

interface HoverAnswer {
  readonly contents: { readonly value: string };
}

/** What the server says of each word of a source, each word once, and what it finds wrong. */
const described = async (name: string, files: readonly string[]): Promise<string> => {
  const parts: string[] = [];
  for (const { range, message } of await opened(name, files)) parts.push(`${range.start.line + 1}: ${message}`);
  const seen = new Set<string>();
  for (const [line, text] of read(name).split('\n').entries()) {
    for (const { 0: word, index } of text.matchAll(/[%$.]?[A-Za-z_][\w.$]*|\d+[fb]\b/g)) {
      if (seen.has(word)) continue;
      seen.add(word);
      const position = { line, character: index + 1 };
      const hover = await client?.ask<HoverAnswer | null>('textDocument/hover', {
        textDocument: { uri: uriOf(name) },
        position,
      });
      if (hover) parts.push(`--- ${line + 1}: ${word}\n${hover.contents.value}`);
    }
  }
  return `${parts.join('\n')}\n`;
};

/** Compares with the golden beside the source; `UPDATE_GOLDEN=1` rewrites it, a failure leaves `.actual`. */
const check = (name: string, actual: string): void => {
  const golden = join(FOLDER, `${name}.golden`);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, actual);
  const wanted = existsSync(golden) ? readFileSync(golden, 'utf8') : undefined;
  rmSync(`${golden}.actual`, { force: true });
  if (actual !== wanted) writeFileSync(`${golden}.actual`, actual);
  expect(actual, `differs from ${golden}; UPDATE_GOLDEN=1 accepts it`).toBe(wanted);
};

describe('a source in assembly', () => {
  it.each([
    ['riscv64', ['riscv64.h']],
    ['aarch64', []],
    ['loongarch64', []],
    ['x86_64', []],
  ])('of %s has what is wrong and what every word means as its golden says', async (isa, files) => {
    check(isa, await described(`${isa}.S`, files));
  });
});

describe('the assembly of the project', () => {
  const root = join(import.meta.dirname, '../..');
  const files = ['kernels', 'test/machine', 'test/isa', 'test/bench'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[sS]$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  it.each(files)('%s has nothing that is wrong', async (name) => {
    client = new LanguageClient();
    await client.start();
    expect(await client.open(`file:///${name}`, readFileSync(join(root, name), 'utf8'))).toEqual([]);
  });
});

describe('completion', () => {
  it.each([
    ['a mnemonic', '    am', ['amoadd.w', 'amoadd.w.aqrl', 'amoswap.d']],
    ['a pseudo-instruction', '    t', ['tail', 'call', 'la']],
    ['a macro', '    sa', ['save']],
    ['a directive', '    .se', ['.section', '.set', '.option']],
    ['a register', '    add a', ['a0', 's11', 'zero']],
    ['a CSR', '    csrr a0, s', ['sstatus', 'satp', 'mhartid']],
    ['a label and a constant', '    li t0, ', ['_start', 'STACK_BYTES', 'boot_stack', 'BOOT_ARGUMENT']],
  ])('offers %s', async (_, text, wanted) => {
    await opened('riscv64.S', ['riscv64.h']);
    const uri = uriOf('riscv64.S');
    const lines = read('riscv64.S').split('\n').length;
    const place = { line: lines - 1, character: 0 };
    await client?.change(uri, [{ range: { start: place, end: place }, text }]);
    const position = { line: lines - 1, character: text.length };
    const items = await client?.ask<{ label: string }[]>('textDocument/completion', {
      textDocument: { uri },
      position,
    });
    const labels = items?.map(({ label }) => label) ?? [];
    expect(labels).toEqual(expect.arrayContaining(wanted));
  });
});
