/** When instructions of Advanced SIMD raise exceptions instead. */
import { SCTLR } from '../../../../../src/isa/aarch64/bits';
import { CAUSE } from '../../../../../src/isa/aarch64/causes';
import { simdInsns } from '../../../../../src/isa/aarch64/insns/simd';
import { encodeInsn } from '../../../../../src/isa/core/decoder';
import { CODE, type Vector } from '../../../driver';
import { BYTES } from './memory';

const [VT, RN] = [5, 13];
/** The last byte of memory that rows may use, plus one. */
const END = CODE + 0x2000n;

const wordOf = (mnemonic: string, fields: Readonly<Record<string, number>>): number => {
  const row = simdInsns().find((each) => each.mnemonic === mnemonic);
  if (!row) throw new Error(`no instruction ${mnemonic}`);
  return encodeInsn(row.pattern, fields) >>> 0;
};

/** Every instruction with CPACR_EL1.FPEN closed. */
const disabled: readonly Vector[] = simdInsns().map(({ mnemonic, pattern }) => ({
  name: `${mnemonic} with floating point off`,
  mnemonic,
  word: pattern.match >>> 0,
  length: 4,
  before: { slots: { CPACR_EL1: 0n } },
  after: { trap: { cause: CAUSE.simd, tval: 0n } },
}));

/** Addresses where no memory is: registers and the base are as they were. */
const faults: readonly Vector[] = (
  [
    ['ld1-1q', 8n, { size: 0 }],
    ['ld1-1q-post', 8n, { size: 3 }],
    ['ld2-2q', 24n, { size: 1 }],
    ['ld4-4q-post', 48n, { size: 2 }],
    ['ld3-d', 16n, { index: 1 }],
    ['ld2r-2', 1n, { Q: 1, size: 0 }],
  ] as const
).map(([mnemonic, before, fields]) => ({
  name: `${mnemonic} ${before} bytes before the end of memory`,
  mnemonic,
  word: wordOf(mnemonic, { Vt: VT, Rn: RN, ...fields }),
  length: 4,
  before: {
    x: { [RN]: END - before },
    memory: [
      {
        at: END - 64n,
        bytes: BYTES.slice(0, 64)
          .map((byte) => byte.toString(16).padStart(2, '0'))
          .join(''),
      },
    ],
  },
  after: { trap: { cause: CAUSE.readExternal, tval: END } },
}));

/** With SCTLR_EL1.SA the stack pointer must be a multiple of 16, whatever the lanes are. */
const stack: readonly Vector[] = (['ld1-1q', 'st1-1q-post', 'ld2-b', 'ld1r-1'] as const).map((mnemonic) => ({
  name: `${mnemonic} with an unaligned stack pointer`,
  mnemonic,
  word: wordOf(mnemonic, { Vt: VT, Rn: 31 }),
  length: 4,
  before: { slots: { sp: END - 248n, SCTLR_EL1: SCTLR.SA } },
  after: { trap: { cause: CAUSE.spAlignment, tval: 0n } },
}));

/** With the MMU off lanes must be aligned to their own size. @see Arm ARM, B2.5.2 "Alignment of data accesses" */
const unaligned: readonly Vector[] = (
  [
    ['ld1-1q', 'read', { size: 1 }],
    ['ld1-1d', 'read', { size: 3 }],
    ['st1-1q-post', 'write', { size: 2 }],
    ['st4-4q', 'write', { size: 1 }],
    ['st1-s', 'write', { index: 2 }],
    ['ld4r-4', 'read', { size: 1 }],
  ] as const
).map(([mnemonic, access, fields]) => ({
  name: `${mnemonic} at an odd address`,
  mnemonic,
  word: wordOf(mnemonic, { Vt: VT, Rn: RN, ...fields }),
  length: 4,
  before: { x: { [RN]: END - 255n } },
  after: { trap: { cause: access === 'read' ? CAUSE.readAlignment : CAUSE.writeAlignment, tval: END - 255n } },
}));

export const SIMD_EXCEPTIONS: readonly Vector[] = [...disabled, ...faults, ...stack];
/** Only for what translates addresses. */
export const SIMD_UNALIGNED: readonly Vector[] = unaligned;
