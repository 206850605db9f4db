import { describe, expect, it } from 'vitest';
import { hexText, tableText } from '../../src/vscode/plain-text';

describe('texts for reading aloud and searching', () => {
  it('aligns the columns of a table under its summary', () => {
    const table = {
      columns: ['slot', 'value'],
      rows: [
        ['0', 'first'],
        ['10', 'x'],
      ],
      summary: 'A queue with two slots.',
    };
    expect(tableText(table)).toBe(
      ['A queue with two slots.', '', 'slot  value', '----  -----', '0     first', '10    x', ''].join('\n'),
    );
  });

  it('breaks a long summary at blanks and leaves no blank at the ends of lines', () => {
    const summary = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');
    const lines = tableText({ columns: ['a'], rows: [], summary }).split('\n');
    expect(lines.every((line) => line.length <= 100 && line === line.trim())).toBe(true);
    expect(lines.slice(0, lines.indexOf('')).join(' ')).toBe(summary);
  });

  it('keeps the paragraphs of a summary', () => {
    expect(tableText({ columns: [], rows: [], summary: 'one\n\ntwo' })).toMatch(/^one\n\ntwo\n/);
  });

  it('shows sixteen bytes a row with their address and printable characters', () => {
    const bytes = new TextEncoder().encode('kernel\0panic at line 7');
    expect(hexText(0xffff_ffc0_8020_0000n, bytes).split('\n')).toEqual([
      '0xffffffc080200000  6b 65 72 6e 65 6c 00 70  61 6e 69 63 20 61 74 20  kernel.panic at ',
      '0xffffffc080200010  6c 69 6e 65 20 37                                 line 7',
    ]);
  });
});
