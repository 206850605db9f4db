import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flatImage, isElf } from '../../src/image/flat-image';
import { SEED } from '../support/random';

interface Segment {
  readonly type?: number;
  readonly physical: bigint;
  readonly bytes: string;
  readonly memory?: bigint;
}

/** A 64-bit little-endian ELF with these segments; virtual addresses are all 0 and must not matter. */
function elf(segments: readonly Segment[]): Uint8Array {
  const contents = segments.map(({ bytes }) => Buffer.from(bytes));
  const file = Buffer.alloc(64 + 56 * segments.length);
  file.write('7f454c460201', 'hex');
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(segments.length, 56);
  let offset = file.length;
  for (const [index, { type = 1, physical, memory }] of segments.entries()) {
    const header = 64 + 56 * index;
    const size = contents[index]!.length;
    file.writeUInt32LE(type, header);
    file.writeBigUInt64LE(BigInt(offset), header + 8);
    file.writeBigUInt64LE(physical, header + 24);
    file.writeBigUInt64LE(BigInt(size), header + 32);
    file.writeBigUInt64LE(memory ?? BigInt(size), header + 40);
    offset += size;
  }
  return new Uint8Array(Buffer.concat([file, ...contents]));
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').replaceAll('\0', '.');

test('segments are placed by physical address, gaps are zero, other segments and .bss are left out', () => {
  const file = elf([
    { physical: 0xffff_ffc0_8020_0008n, bytes: 'data' },
    { physical: 0xffff_ffc0_8020_0000n, bytes: 'text' },
    { type: 6, physical: 0n, bytes: 'not loaded' },
    { physical: 0xffff_ffc0_8020_0010n, bytes: '', memory: 4096n },
  ]);
  expect(text(flatImage(file))).toBe('text....data');
});

test.each<[string, Uint8Array]>([
  ['not an ELF file', new Uint8Array(0)],
  ['not an ELF file', Buffer.from('#!/bin/sh')],
  ['not an ELF file', elf([]).subarray(0, 20)],
  ['not a 64-bit little-endian ELF file', new Uint8Array(Buffer.from(elf([])).fill(1, 4, 5))],
  ['ELF file without anything to load', elf([])],
  ['ELF file cut short', elf([{ physical: 0n, bytes: 'text' }]).subarray(0, 100)],
  ['ELF file cut short', elf([{ physical: 0n, bytes: 'text' }]).subarray(0, 122)],
  [
    'more than 1 GiB apart',
    elf([
      { physical: 0n, bytes: 'a' },
      { physical: 1n << 40n, bytes: 'b' },
    ]),
  ],
])('is refused: %s', (message, file) => {
  expect(() => flatImage(file)).toThrow(message);
});

test('a damaged ELF is refused with an error of ours or still gives an image', () => {
  const whole = elf([
    { physical: 0x1000n, bytes: 'text' },
    { physical: 0x1008n, bytes: 'data' },
  ]);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
      const damaged = whole.slice(0, length);
      if (at < length) damaged[at] = value;
      try {
        flatImage(damaged);
      } catch (error) {
        expect((error as Error).message).toMatch(/ELF/);
      }
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test('an ELF is told by its first four bytes', () => {
  expect(isElf(elf([]))).toBe(true);
  expect(isElf(new Uint8Array([0x7f, 0x45]))).toBe(false);
});
