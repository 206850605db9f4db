import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AARCH64 } from '../../src/isa/aarch64';
import { Random, SEED } from '../support/random';
import { aarch64Lockstep, aarch64SimdLockstep } from './lockstep/aarch64';
import { difference } from './lockstep/compare';
import {
  LOONGARCH64_LOCKSTEP,
  LOONGARCH64_NEGATED,
  LOONGARCH64_NEGATED_VECTORS,
  LOONGARCH64_VECTORS,
} from './lockstep/loongarch64';
import type { LockstepMachine, PatternMachine } from './lockstep/machine';
import { patternLockstep } from './lockstep/program';
import { RISCV64_LOCKSTEP } from './lockstep/riscv64';

const checkProgram = async (machine: LockstepMachine, only: RegExp | undefined): Promise<void> => {
  for (const seed of [1, SEED]) {
    // The runner hears of nothing while this file computes, and gives up after a minute.
    await setImmediate();
    const found = difference(machine, machine.program(new Random(seed), 300, 12, only));
    expect(found, `WORLDSTEP_SEED=${seed}`).toBeUndefined();
  }
};

const check = (machine: PatternMachine, only: RegExp | undefined) => checkProgram(patternLockstep(machine), only);

describe('random programs leave the same registers, flags and memory as on QEMU', () => {
  it.each([
    ['all instructions', undefined],
    ['floating point', /^f/],
    ['multiply, divide and bits', /^(mul|div|rem|c?[lz]|rol|ror|b|sh|orc|rev|max|min|andn|orn|xnor|cpop)/],
    ['16-bit instructions', /^c\./],
  ])('riscv64: %s', (_, only) => check(RISCV64_LOCKSTEP, only));

  it.each([
    ['all instructions', undefined],
    ['floating point', /^(f|mov|bc)/],
    [
      'floating-point exceptions',
      /^(movgr2fcsr|f(add|sub|mul|div|sqrt|recip|rsqrt|madd|msub|cvt|tint|fint|rint|scaleb|cmp))/,
    ],
    ['multiply, divide and bits', /^(mul|div|mod|alsl|bit|byte|bst|rev|c[lt]|crc|sl|sr|rotr|ext)/],
    ['memory, atomic and not', /^(ld|st|am|f(ld|st))/],
  ])('loongarch64: %s', (_, only) => check(LOONGARCH64_LOCKSTEP, only));

  it('loongarch64: negated multiply-adds', () => check(LOONGARCH64_NEGATED, undefined));

  it.each([
    ['all', undefined],
    ['integers', /^v(?!f)/],
    ['shifts', /^vs?(s[lr]|rotr|bs|bit)/],
    ['lanes moved', /^v(shuf|pack|ilv|pick|repl|ins|ext|perm|frst|ld|st|msk)/],
    ['floating point', /^vf/],
    ['conversions', /^vf(cvt|fint|tint|rint|class|logb)/],
  ])('loongarch64 vectors: %s', (_, only) => check(LOONGARCH64_VECTORS, only));

  it.each([
    ['all instructions', undefined],
    ['floating point', /^(f|[su]cvtf)/],
    ['sums, conditions and flags', /^(add|sub|adc|sbc|cs|cc|and|bic|rmif|setf|cfinv|axflag|xaflag|b\.|cbn?z|tbn?z)/],
    [
      'multiply, divide and bits',
      /^([su]?m(add|sub)l?|[su]mulh|[su]div|[su]?bfm|extr|(ls[lr]|asr|ror)|rbit|rev|cl[sz]|crc32)/,
    ],
    ['memory, atomic and not', /^(ld|st|cas|swp)/],
  ])('aarch64: %s', (_, only) => check(aarch64Lockstep(AARCH64), only));

  it.each([
    ['all', undefined],
    ['floating point', /^f/],
    ['lanes moved', /^(dup|ins|umov|smov|zip|uzp|trn|ext|tb[lx]|xtn|rev|movi|mvni|(ld|st)\d)/],
  ])('aarch64 vectors: %s', (_, only) => check(aarch64SimdLockstep(AARCH64), only));

  it('loongarch64 vectors: negated multiply-adds', () => check(LOONGARCH64_NEGATED_VECTORS, undefined));
});
