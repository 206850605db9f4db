import { describe, expect, it } from 'vitest';
import { Random, SEED } from '../support/random';
import { difference } from './lockstep/compare';
import { randomProgram } from './lockstep/program';

describe('random programs leave the same registers, flags and memory as on QEMU', () => {
  it.each([
    ['all instructions', undefined],
    ['floating point', /^f/],
    ['multiply, divide and bits', /^(mul|div|rem|c?[lz]|rol|ror|b|sh|orc|rev|max|min|andn|orn|xnor|cpop)/],
    ['16-bit instructions', /^c\./],
  ])('%s', (_, only) => {
    for (const seed of [1, SEED]) {
      const found = difference(randomProgram(new Random(seed), 300, 12, only));
      expect(found, `WORLDSTEP_SEED=${seed}`).toBeUndefined();
    }
  });
});
