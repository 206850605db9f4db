import { describe, expect, it } from 'vitest';
import { EscapeKeys } from '../../src/entry/commands/terminal';

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
