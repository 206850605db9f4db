import { expect, test } from 'vitest';
import { flashImage } from '../../src/image/flash';

test('a flash bank holds its texts and is erased everywhere else', () => {
  const bytes = flashImage({
    size: 16,
    at: [
      { offset: 0, text: 'PFLA' },
      { offset: 13, text: 'é' },
    ],
  });
  expect(Buffer.from(bytes).toString('hex')).toBe(`50464c41${'ff'.repeat(9)}c3a9ff`);
});

test('a text beyond the end of the bank is refused', () => {
  expect(() => flashImage({ size: 4, at: [{ offset: 2, text: 'PFLA' }] })).toThrow(RangeError);
});
