import { expect, it } from 'vitest';
import { CAUSE } from '../../../src/isa/loongarch64/causes';
import type { Vector } from '../driver';
import { createCountedDriver, createExactDriver, createFastDriver } from '../engine-driver';
import { createEvaluatorDriver } from '../evaluator-driver';
import { LOONGARCH64_SUBJECT } from './subject';

const DRIVERS = [createEvaluatorDriver, createExactDriver, createFastDriver, createCountedDriver].map((create) =>
  create(LOONGARCH64_SUBJECT),
);

// One of each pattern: three vectors, a vector with an immediate, memory, four vectors, a general register.
it.each([
  ['xvadd.b $xr0, $xr1, $xr2', 0x740a_0820],
  ['xvslli.w $xr0, $xr1, 3', 0x772c_8c20],
  ['xvld $xr0, $a0, 0', 0x2c80_0080],
  ['xvfmadd.s $xr0, $xr1, $xr2, $xr3', 0x0a11_8820],
  ['xvreplgr2vr.d $xr0, $a0', 0x769f_0c80],
])('vectors of 256 bits are no instructions here, whatever EUEN says: %s', (name, word) => {
  const row: Vector = { name, mnemonic: name, word, length: 4, before: { slots: { EUEN: 7n } }, after: {} };
  for (const driver of DRIVERS) {
    expect(driver.run(row).trap, driver.name).toEqual({ cause: CAUSE.noInstruction, tval: BigInt(word) });
  }
});
