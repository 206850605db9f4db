import { describe, expect, it } from 'vitest';
import { EscapeKeys, PanicWatch } from '../../src/entry/commands/terminal';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const A = '\u0001';

describe('Ctrl-A on a terminal', () => {
  const take = (...typed: string[]) => {
    const keys = new EscapeKeys();
    let text = '';
    for (const piece of typed) {
      const { bytes: passed, quit, help } = keys.take(bytes(piece));
      text += new TextDecoder().decode(passed);
      if (quit) return `${text}[quit]`;
      if (help) text += '[help]';
    }
    return text;
  };
  it.each([
    [['abc'], 'abc'],
    [[`ab${A}xcd`], 'ab[quit]'],
    [[A, 'x'], '[quit]'],
    [[`${A}${A}b`], `${A}b`],
    [[`${A}ab`], `${A}b`],
    [[`${A}hx`], 'x[help]'],
    [[`${A}zx`], 'x'],
    [['\u0003\u0004'], '\u0003\u0004'],
  ])('%j gives %j', (typed, expected) => {
    expect(take(...typed)).toBe(expected);
  });
});

describe('a panic on the console', () => {
  const watch = (...pieces: string[]): string | undefined => {
    const panic = new PanicWatch(['panicked at', 'Oops']);
    for (const piece of pieces) panic.add(bytes(piece));
    return panic.found;
  };
  it.each([
    [['all is well\n'], undefined],
    [['thread panicked at src/main.rs:3\r\nmore\n'], 'thread panicked at src/main.rs:3'],
    [['a\nthread pani', 'cked a', 't here', '\n'], 'thread panicked at here'],
    [['Oops, no line end'], 'Oops, no line end'],
    [['thread panicked at a.rs:1:2:\nno disk\nmore\n'], 'thread panicked at a.rs:1:2: no disk'],
    [['\x1b[31mpanicked at a.rs:1:2:\x1b[m\nno \x1b[1mdisk\x1b[m\n'], 'panicked at a.rs:1:2: no disk'],
    [['panicked\nat\n'], undefined],
    [['Oops 1\nOops 2\n'], 'Oops 1'],
    [[`${'x'.repeat(10_000)}Oops\n`], `${'x'.repeat(10_000)}Oops`.slice(-4095)],
  ])('in %j is %j', (pieces, expected) => {
    expect(watch(...pieces)).toBe(expected);
  });
});
