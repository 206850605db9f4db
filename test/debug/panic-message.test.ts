import { expect, it } from 'vitest';
import { render } from '../../src/debug/panic-message';

const shown = (...template: (number | string)[]) => {
  const bytes = Uint8Array.from(template.flatMap((one) => (typeof one === 'string' ? [...Buffer.from(one)] : [one])));
  const read = (at: bigint, length: number) => {
    const part = bytes.subarray(Number(at), Number(at) + length);
    return part.length === length ? part : undefined;
  };
  return render(0n, read, (index) => `<${index}>`);
};

it('templates of format arguments give their text and their arguments in order', () => {
  expect(shown(6, 'index ', 0xc0, 4, ' of ', 0xc0, 0)).toBe('index <0> of <1>');
  expect(shown(0)).toBe('');
});

it('long pieces, options and argument numbers of templates are understood', () => {
  expect(shown(0x80, 3, 0, 'abc', 0)).toBe('abc');
  // flags (4 bytes), width (2), precision (2), argument number (2)
  expect(shown(0xcf, 1, 2, 3, 4, 5, 0, 6, 0, 2, 0, 0xc0, 0)).toBe('<2><3>');
});

it('what is not a template gives no message, and one without end throws no reader off', () => {
  expect(shown(0x90, 0)).toBeUndefined();
  expect(() => shown(5, 'ab')).toThrow(/no memory/);
});
