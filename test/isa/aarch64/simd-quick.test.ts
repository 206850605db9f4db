/** What sums and products of vectors do on the host, beside the evaluator, on operands made to be hard. */
import { describe, expect, it } from 'vitest';
import { AARCH64_ENGINE } from '../../../src/isa/aarch64/engine-isa';
import { simdInsns } from '../../../src/isa/aarch64/insns/simd';
import { quickVectors } from '../../../src/isa/aarch64/quick-vectors';
import { encodeInsn } from '../../../src/isa/core/decoder';
import type { EngineIsa } from '../../../src/isa/core/engine-isa';
import { hardOperands } from '../../support/fp-hard-operands';
import { Random, SEED } from '../../support/random';
import { mismatches, type Vector } from '../driver';
import { createFastDriver } from '../engine-driver';
import { createEvaluatorDriver } from '../evaluator-driver';
import { SIMD_SUBJECT } from './simd-subject';

const ROUNDS = 300;
const [VD, VN, VM] = [4, 5, 6];
const IXC = 0x10n;

let handedOver = 0;
const counted: EngineIsa['helpers'] = Object.fromEntries(
  Object.entries(AARCH64_ENGINE.helpers).map(([name, run]) => [
    name,
    (...operands) => {
      handedOver++;
      run(...operands);
    },
  ]),
);
const SUBJECT = { ...SIMD_SUBJECT, engine: { ...SIMD_SUBJECT.engine, helpers: counted } };

const rowOf = (random: Random, mnemonic: string): Vector => {
  const pattern = simdInsns().find((row) => row.mnemonic === mnemonic)!.pattern;
  const format = mnemonic.endsWith('d') ? 'd' : 's';
  const width = format === 'd' ? 64 : 32;
  const v: Record<number, bigint> = { [VD]: 0n, [VN]: 0n, [VM]: 0n };
  for (let at = 0; at < 128; at += width) {
    const operands = hardOperands(random, { kind: 'floats', from: format, count: 3 });
    for (const [index, register] of [VN, VM, VD].entries())
      v[register] = v[register]! | (BigInt.asUintN(width, operands[index] ?? 0n) << BigInt(at));
  }
  const FPSR = random.below(4) ? IXC : 0n;
  return {
    name: `${mnemonic} ${[VN, VM, VD].map((register) => v[register]?.toString(16)).join(' ')}, FPSR ${FPSR}`,
    mnemonic,
    word: encodeInsn(pattern, { Vd: VD, Vn: VN, Vm: VM, Q: 1 }) >>> 0,
    length: 4,
    before: { v, slots: { FPSR } },
    after: {},
  };
};

describe('vectors on the host give what soft-float gives', () => {
  const evaluator = createEvaluatorDriver(SIMD_SUBJECT);
  const fast = createFastDriver(SUBJECT);
  for (const { of } of quickVectors().filter(({ of }) => /^f(add|sub|mul|mla|mls)-v/.test(of))) {
    it(`${of}, and some of it is done on the host`, () => {
      const random = new Random(SEED);
      handedOver = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const row = rowOf(random, of);
        const outcome = evaluator.run(row);
        const after = { v: { [VD]: outcome.register('v', VD) }, slots: { FPSR: outcome.slot('FPSR') } };
        expect(mismatches(fast, { ...row, after }), `WORLDSTEP_SEED=${SEED}`).toEqual([]);
      }
      expect(handedOver).toBeGreaterThan(0);
      expect(handedOver).toBeLessThan(ROUNDS);
    });
  }
});
