/** Hints, barriers, exceptions. @see Arm ARM, C6.2: BRK, CLREX, DMB, DSB, HINT, HLT, ISB, SB, SVC, UDF */
import { CAUSE } from '../../../../src/isa/aarch64/causes';
import { CPUS } from '../../../../src/isa/aarch64/cpus';
import type { Vector } from '../../driver';
import { vector } from './rows';

/** Nothing changes. */
const nothing = (mnemonic: string, field: string, values: readonly number[]): Vector[] =>
  values.map((value) =>
    vector(mnemonic, { [field]: value }, `${value}`, { slots: { exclusiveBytes: 4n, nzcv: 9n } }, {}),
  );

const exception = (mnemonic: string, cause: number): Vector[] =>
  [0, 1, 0xf000, 0xffff].map((imm) => vector(mnemonic, { imm }, `${imm}`, {}, { trap: { cause, tval: 0n } }));

export const HINTS: readonly Vector[] = [
  ...nothing('hint', 'imm', [0, 1, 4, 5, 6, 16, 20, 32, 34, 127]),
  ...nothing('dsb', 'CRm', [15, 11, 9, 0]),
  ...nothing('dmb', 'CRm', [15, 11, 9, 1]),
  ...nothing('isb', 'CRm', [15, 0, 3, 7]),
  ...[0, 4, 8, 16].map((bytes) =>
    vector(
      'clrex',
      { CRm: 15 },
      `with ${bytes} bytes watched`,
      { slots: { exclusiveBytes: BigInt(bytes), exclusiveAddress: 0x1000n, exclusiveValue: 5n } },
      { slots: { exclusiveBytes: 0n } },
    ),
  ),
  ...CPUS.map(({ name, features }, cpu) =>
    vector(
      'sb',
      {},
      `on ${name}`,
      { slots: { cpu: BigInt(cpu) } },
      features.has('SB') ? {} : { trap: { cause: CAUSE.undefined, tval: 0n } },
    ),
  ),
  ...exception('svc', CAUSE.svc),
  ...exception('brk', CAUSE.brk),
  ...exception('hlt', CAUSE.undefined),
  ...exception('udf', CAUSE.undefined),
];
