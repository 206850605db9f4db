import { describe, expect, it } from 'vitest';
import { choicesOf, choiceWords } from '../../src/base/board-choices';

describe('choices of a board', () => {
  it.each([
    { text: 'gic=3', choices: { gic: '3' } },
    { text: 'gic-version=3,virtualization=true,cpu=max', choices: { gic: '3', virtualization: 'on', cpu: 'max' } },
    { text: 'virtualization=false', choices: { virtualization: 'off' } },
  ])('are read from $text, in our words and in QEMU’s', ({ text, choices }) => {
    expect(choiceWords(text)).toEqual(choices);
  });

  it.each(['virt', 'gic=', '=3', 'gic=3,', ''])('are not read from "%s"', (text) => {
    expect(() => choiceWords(text)).toThrow(/is no option. Write it as gic=3/);
  });

  it('are words, and what is not said is left out', () => {
    expect(choicesOf({ cpu: undefined, gic: '3', virtualization: true })).toEqual({ gic: '3', virtualization: 'on' });
    expect(choicesOf({ virtualization: false })).toEqual({ virtualization: 'off' });
  });
});
