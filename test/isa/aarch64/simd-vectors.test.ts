import { describe, expect, it } from 'vitest';
import { mismatches } from '../driver';
import { createCountedDriver, createExactDriver, createFastDriver } from '../engine-driver';
import { describeVectors } from '../vectors';
import { SIMD_SUBJECT } from './simd-subject';
import { SIMD_EXCEPTIONS, SIMD_UNALIGNED } from './vectors/simd/exceptions';
import { MEMORY_RESULTS } from './vectors/simd/memory';
import { SIMD_RESULTS } from './vectors/simd/table';

describeVectors(SIMD_SUBJECT, [...SIMD_RESULTS, ...MEMORY_RESULTS, ...SIMD_EXCEPTIONS]);

// The evaluator has no translation, which asks for alignment.
describe('lanes that are not aligned to their own size', () => {
  for (const create of [createExactDriver, createFastDriver, createCountedDriver]) {
    const driver = create(SIMD_SUBJECT);
    it(`raise an alignment fault with the MMU off, on the ${driver.name} driver`, () => {
      expect(SIMD_UNALIGNED.flatMap((vector) => mismatches(driver, vector))).toEqual([]);
    });
  }
});
