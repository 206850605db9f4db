import { expect, it } from 'vitest';
import { Sectors, sparseReader, toBytes } from '../../src/image/sectors';
import { Random, SEED } from '../support/random';

it('sectors written over an image, kept in pieces and read again, are those of a plain array', () => {
  const random = new Random(SEED);
  for (let round = 0; round < 60; round++) {
    const note = `WORLDSTEP_SEED=${SEED} round ${round}`;
    const size = 512 * (1 + random.below(80));
    const base = round % 2 === 0 ? undefined : new Uint8Array(size).map(() => random.below(256));
    const plain = base?.slice() ?? new Uint8Array(size);
    const sectors = new Sectors(size, base);
    for (let count = random.below(12); count > 0; count--) {
      const offset = random.below(size);
      const value = random.below(3);
      const bytes = new Uint8Array(random.below(size - offset + 1)).fill(value);
      sectors.write(offset, bytes);
      plain.set(bytes, offset);
    }
    const readers = [sectors, ...(base ? [] : [sparseReader({ size, chunks: sectors.written() })])];
    for (const reader of readers) {
      const offset = random.below(size);
      const into = new Uint8Array(random.below(size - offset + 1)).fill(9);
      reader.read(offset, into);
      expect(Buffer.compare(into, plain.subarray(offset, offset + into.length)), note).toBe(0);
    }
    if (!base) expect(Buffer.compare(toBytes({ size, chunks: sectors.written() }), plain), note).toBe(0);
  }
});

it('zeros where nothing was written are not kept', () => {
  const sectors = new Sectors(1 << 20);
  sectors.write(0, new Uint8Array(1 << 20));
  sectors.write(5000, Uint8Array.of(1));
  expect([...sectors.written().keys()]).toEqual([4096]);
});
