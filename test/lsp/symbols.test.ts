import { afterEach, describe, expect, it } from 'vitest';
import { LanguageClient } from './client';

const BOOT = 'file:///kernel/riscv64/boot.S';
const TRAP = 'file:///kernel/riscv64/trap.S';
const HEADER = 'file:///kernel/riscv64/frame.h';
const FILES = {
  [BOOT]:
    '#include "frame.h"\n_start:\n    la t0, trap_entry\n    csrw stvec, t0\n1:  beqz a0, 1f\n    j 1b\n1:  ret\n',
  [TRAP]:
    '    .macro save reg\n    sd \\reg, 0(sp)\n    .endm\n    .globl trap_entry\ntrap_entry:\n    save ra\n    j trap_entry\n',
  [HEADER]: '#define FRAME_BYTES 256\n',
};

interface Place {
  readonly uri: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

let client: LanguageClient;
afterEach(() => client.dispose());

const begin = async (): Promise<void> => {
  client = new LanguageClient(FILES);
  await client.start({}, ['file:///kernel']);
  await client.open(BOOT, FILES[BOOT]);
};
const at = (line: number, character: number) => ({ textDocument: { uri: BOOT }, position: { line, character } });
const shown = (places: readonly Place[]): string[] =>
  places
    .map(({ uri, range }) => `${uri.split('/').at(-1)}:${range.start.line + 1}:${range.start.character + 1}`)
    .sort();

describe('a symbol', () => {
  it.each([
    ['of another file', 2, 14, ['trap.S:5:1']],
    ['a numeric label forward', 4, 15, ['boot.S:7:1']],
    ['a numeric label backward', 5, 7, ['boot.S:5:1']],
    ['an include', 0, 12, ['frame.h:1:1']],
    ['a register, which has none', 2, 8, []],
  ])('has its definition: %s', async (_, line, character, wanted) => {
    await begin();
    expect(shown(await client.ask('textDocument/definition', at(line, character)))).toEqual(wanted);
  });

  it('is found wherever the sources of the workspace name it', async () => {
    await begin();
    const places = await client.ask<Place[]>('textDocument/references', {
      ...at(2, 14),
      context: { includeDeclaration: true },
    });
    expect(shown(places)).toEqual(['boot.S:3:12', 'trap.S:4:12', 'trap.S:5:1', 'trap.S:7:7']);
  });

  it('is renamed everywhere, and a numeric label where it is meant only', async () => {
    await begin();
    const whole = await client.ask<{ changes: Record<string, object[]> }>('textDocument/rename', {
      ...at(2, 14),
      newName: 'on_trap',
    });
    expect(Object.entries(whole.changes).map(([uri, edits]) => [uri, edits.length])).toEqual([
      [BOOT, 1],
      [TRAP, 3],
    ]);
    const local = await client.ask<object>('textDocument/rename', { ...at(4, 0), newName: '7' });
    const edit = (line: number, start: number, end: number, newText: string) => ({
      range: { start: { line, character: start }, end: { line, character: end } },
      newText,
    });
    expect(local).toEqual({ changes: { [BOOT]: [edit(4, 0, 1, '7'), edit(5, 6, 8, '7b')] } });
    await expect(client.ask('textDocument/rename', { ...at(2, 14), newName: 'two words' })).rejects.toThrow(
      /cannot be a symbol/,
    );
  });

  it('is in the outline and in the list of the workspace', async () => {
    await begin();
    const outline = await client.ask<{ name: string }[]>('textDocument/documentSymbol', {
      textDocument: { uri: BOOT },
    });
    expect(outline.map(({ name }) => name)).toEqual(['_start']);
    const all = await client.ask<{ name: string }[]>('workspace/symbol', { query: 'tra' });
    expect(all.map(({ name }) => name)).toEqual(['trap_entry']);
  });
});

describe('an instruction that is being written', () => {
  it('is helped with its operands', async () => {
    await begin();
    expect(await client.ask('textDocument/signatureHelp', at(2, 11))).toMatchObject({
      signatures: [{ label: 'la rd, symbol', parameters: [{ label: [3, 5] }, { label: [7, 13] }] }],
      activeParameter: 1,
    });
  });
});

describe('formatting', () => {
  it('aligns, and changes no word', async () => {
    client = new LanguageClient();
    await client.start();
    const uri = 'file:///kernel/riscv64/format.S';
    await client.open(
      uri,
      'start:\n addi a0,a0, 1   # one\nlong_label: ret\n1:j 1b\n/* a\n  b */\n  nop; nop\nX = 3\n',
    );
    const edits = await client.ask<{ range: Place['range']; newText: string }[]>('textDocument/formatting', {
      textDocument: { uri },
      options: { tabSize: 4, insertSpaces: true },
    });
    expect(edits.map(({ range, newText }) => [range.start.line, newText])).toEqual([
      [1, '    addi    a0,a0, 1 # one'],
      [3, '1:  j       1b'],
    ]);
  });
});

describe('what is no source', () => {
  it.each([
    ['binary', '\0\x01\x7fELF'.repeat(1000)],
    ['of 50 MB', `${'    addi a0, a0, 99999\n'.repeat(2_400_000)}`],
    ['one line of 4 MB', `.byte ${'1, '.repeat(1 << 20)}`],
    ['unfinished', '.macro\n.if\n/* \n"\n:\n\\\n.equ\n,\n#include\n#define\n1:\n  (((\n'],
  ])('is met with silence: a file that is %s', async (_, text) => {
    client = new LanguageClient();
    await client.start();
    const uri = 'file:///kernel/riscv64/odd.S';
    expect(await client.open(uri, text)).toEqual([]);
    for (const method of [
      'textDocument/hover',
      'textDocument/completion',
      'textDocument/documentSymbol',
      'textDocument/foldingRange',
    ]) {
      await client.ask(method, { textDocument: { uri }, position: { line: 0, character: 2 } });
    }
  });
});
