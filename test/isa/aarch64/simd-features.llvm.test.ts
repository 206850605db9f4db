/** Which instructions of Advanced SIMD came with later versions of the architecture, by LLVM's tables. */
import { expect, it } from 'vitest';
import { CAUSE } from '../../../src/isa/aarch64/causes';
import { CPUS } from '../../../src/isa/aarch64/cpus';
import { simdInsns } from '../../../src/isa/aarch64/insns/simd';
import { printedByLlvm } from '../../support/llvm';
import { createEvaluatorDriver } from '../evaluator-driver';
import { SIMD_SUBJECT } from './simd-subject';

const FIRST = '+v8a,+fp-armv8,+neon,+aes,+sha2';

it('Cortex-A53, A57 and A72 have those of Armv8.0, and the others are undefined there', () => {
  const rows = simdInsns().filter(({ mnemonic }) => !/^(ld|st)\d/.test(mnemonic));
  // A row without its fields may be another instruction: where an immediate must not be 0.
  const words = rows.map(({ pattern }) => ({ word: pattern.match >>> 0, length: 4 }));
  const known = printedByLlvm('aarch64', FIRST, words);
  const driver = createEvaluatorDriver(SIMD_SUBJECT);
  for (const [cpu, { name }] of CPUS.entries()) {
    if (name === 'max') continue;
    const undefinedHere = rows.filter(({ mnemonic, pattern }) => {
      const { trap } = driver.run({
        name: mnemonic,
        mnemonic,
        word: pattern.match >>> 0,
        length: 4,
        before: { slots: { cpu: BigInt(cpu) } },
        after: {},
      });
      return trap?.cause === CAUSE.undefined;
    });
    const wanted = rows.filter((_, at) => known[at] === undefined);
    const names = (list: typeof rows): string[] => list.map(({ mnemonic }) => mnemonic);
    expect(names(undefinedHere), name).toEqual(names(wanted));
  }
});
