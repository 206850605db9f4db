import { expect, test } from 'vitest';
import { type FlashBank, flashContents, flashImage } from '../../src/image/flash';
import { ImageError } from '../../src/image/image-error';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const texts = { 0: 'PFLA', 13: 'é' };
const bank = (size: number, at: Readonly<Record<number, string>>, end?: string): FlashBank => ({
  size,
  at: Object.entries(at).map(([offset, text]) => ({ offset: Number(offset), text })),
  end: end === undefined ? undefined : Buffer.from(end),
});

test('a flash bank holds its texts and is erased everywhere else', () => {
  expect(hex(flashImage(bank(16, texts)))).toBe(`50464c41${'ff'.repeat(9)}c3a9ff`);
});

test("firmware ends with the bank's last byte", () => {
  expect(hex(flashImage(bank(12, { 0: 'PFLA' }, 'BIOS')))).toBe(`50464c41ffffffff${hex(Buffer.from('BIOS'))}`);
  expect(hex(flashImage(bank(4, {}, 'BIOS')))).toBe(hex(Buffer.from('BIOS')));
});

test('a machine gets the bytes up to the last programmed one', () => {
  expect(hex(flashContents(bank(1 << 25, { 2: 'P' })))).toBe('ffff50');
  expect(flashContents(bank(1 << 25, {}))).toHaveLength(0);
  expect(flashContents(bank(64, { 0: 'P' }, 'BIOS'))).toHaveLength(64);
});

test.each<[string, FlashBank, string]>([
  [
    'a text beyond the end',
    bank(4, { 2: 'PFLA' }),
    '"PFLA" has 4 bytes and does not fit into a flash bank of 4 bytes at offset 2. Make the bank larger.',
  ],
  [
    'a file longer than the bank',
    bank(2, {}, 'BIOS'),
    'the file at the end has 4 bytes and does not fit into a flash bank of 2 bytes. Make the bank larger.',
  ],
  [
    'a text and a file that overlap',
    bank(8, { 2: 'PFLA' }, 'BIOS'),
    '"PFLA" ends at offset 6 of the flash bank, where the file at the end has begun at 4. Move one of them.',
  ],
  [
    'two texts that overlap',
    bank(8, { 0: 'PFLA', 3: 'x' }),
    '"PFLA" ends at offset 4 of the flash bank, where "x" has begun at 3. Move one of them.',
  ],
])('%s is refused', (_, wrong, message) => {
  expect(() => flashImage(wrong)).toThrow(new ImageError(message));
});
