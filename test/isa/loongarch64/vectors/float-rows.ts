/** Short forms for vector rows of floating point. */
import { CAUSE } from '../../../../src/isa/loongarch64/causes';
import type { Vector } from '../../driver';
import type { Suffix } from '../../float-landmarks';
import { type Fields, vector, wordOf } from './rows';

/** Flags as fcsr0 has them, in each of its three fields: inexact, underflow, overflow, division by zero, invalid. */
export const NX = 1n;
export const UF = 2n;
export const OF = 4n;
export const DZ = 8n;
export const NV = 16n;

/** Rounding modes as fcsr0.RM has them: to nearest, towards zero, up, down. */
export const RNE = 0;
export const RZ = 1;
export const RP = 2;
export const RM = 3;

export const FD = 4;
export const FJ = 5;
export const FK = 6;
export const FA = 7;

/** fcsr0 of its fields. */
export const fcsr = (rm: number, { enables = 0n, flags = 0n, cause = 0n } = {}): bigint =>
  enables | (BigInt(rm) << 8n) | (flags << 16n) | (cause << 24n);

/** A single in a register whose upper half means nothing. */
export const operandOf = (suffix: Suffix, bits: bigint): bigint =>
  suffix === 's' ? 0x1234_5678_0000_0000n | bits : bits;
/** The manual leaves the upper half of a single's register open: ones, as in QEMU. */
export const resultOf = (suffix: Suffix, bits: bigint): bigint =>
  suffix === 's' ? 0xffff_ffff_0000_0000n | bits : bits;

/** In messages. */
export const h = (bits: bigint): string => bits.toString(16);

/** What an operation does beside writing its result. */
interface Operation {
  readonly mnemonic: string;
  readonly fields: Fields;
  readonly name: string;
  readonly f: Readonly<Record<number, bigint>>;
  readonly rm: number;
  readonly raised: bigint;
  readonly result: Pick<Vector['after'], 'f' | 'fcc'>;
}

/**
 * The operation with nothing raised before it, with flags and cause of others, and, where it raises some, with those as
 * exceptions: then only the cause is written.
 */
export const raising = ({ mnemonic, fields, name, f, rm, raised, result }: Operation): Vector[] => [
  vector(
    mnemonic,
    fields,
    `${name} rm ${rm}`,
    { f, slots: { fcsr: fcsr(rm) } },
    { ...result, slots: { fcsr: fcsr(rm, { flags: raised, cause: raised }) } },
  ),
  vector(
    mnemonic,
    fields,
    `${name} rm ${rm} after others`,
    { f, slots: { fcsr: fcsr(rm, { flags: DZ, cause: OF | NX, enables: 0x1fn & ~(raised | UF) }) } },
    { ...result, slots: { fcsr: fcsr(rm, { flags: raised | DZ, cause: raised, enables: 0x1fn & ~(raised | UF) }) } },
  ),
  ...(raised
    ? [
        vector(
          mnemonic,
          fields,
          `${name} rm ${rm} with exceptions`,
          { f, slots: { fcsr: fcsr(rm, { flags: DZ, enables: raised }) } },
          {
            slots: { fcsr: fcsr(rm, { flags: DZ, cause: raised, enables: raised }) },
            trap: { cause: CAUSE.floatError, tval: 0n },
          },
        ),
      ]
    : []),
];

/** With floating point off nothing of it is an instruction. */
export const disabled = (mnemonic: string, fields: Fields): Vector =>
  vector(
    mnemonic,
    fields,
    'with floating point off',
    { slots: { EUEN: 0n } },
    { trap: { cause: CAUSE.floatDisabled, tval: BigInt(wordOf(mnemonic, fields)) } },
  );

export type Row = readonly [operands: readonly bigint[], rm: number, result: bigint, raised: bigint];

const SOURCES = [
  ['fj', FJ],
  ['fk', FK],
  ['fa', FA],
] as const;

/** Fields and registers of operands. */
const operandsOf = (
  suffix: Suffix,
  operands: readonly bigint[],
): { readonly fields: Fields; readonly f: Readonly<Record<number, bigint>> } => {
  const fields: Record<string, number> = { fd: FD };
  const f: Record<number, bigint> = {};
  for (const [index, bits] of operands.entries()) {
    const [field, register] = SOURCES[index] ?? SOURCES[0];
    fields[field] = register;
    f[register] = operandOf(suffix, bits);
  }
  return { fields, f };
};

/** Operations that round or raise flags. */
export const compute = (name: string, suffix: Suffix, rows: readonly Row[]): Vector[] => {
  const mnemonic = `${name}.${suffix}`;
  return [
    ...rows.flatMap(([operands, rm, result, raised]) =>
      raising({
        mnemonic,
        ...operandsOf(suffix, operands),
        name: operands.map(h).join(', '),
        rm,
        raised,
        result: { f: { [FD]: resultOf(suffix, result) } },
      }),
    ),
    disabled(mnemonic, operandsOf(suffix, rows[0]?.[0] ?? []).fields),
  ];
};

/** Operations whose exact result is tiny: an exception where underflow is one. */
export const tiny = (name: string, suffix: Suffix, from: Suffix, operands: readonly bigint[]): Vector => {
  const { fields, f } = operandsOf(from, operands);
  return vector(
    `${name}.${suffix}`,
    fields,
    `${operands.map(h).join(', ')} with underflow enabled`,
    { f, slots: { fcsr: fcsr(RNE, { flags: DZ, enables: UF }) } },
    {
      slots: { fcsr: fcsr(RNE, { flags: DZ, cause: UF, enables: UF }) },
      trap: { cause: CAUSE.floatError, tval: 0n },
    },
  );
};

/** Operations that raise nothing and leave fcsr0 as it is. */
export const plain = (
  name: string,
  suffix: Suffix,
  rows: readonly (readonly [operands: readonly bigint[], result: bigint])[],
  width: 'of the format' | 'whole' = 'of the format',
): Vector[] => {
  const mnemonic = `${name}.${suffix}`;
  return [
    ...rows.map(([operands, result]) => {
      const { fields, f } = operandsOf(suffix, operands);
      return vector(
        mnemonic,
        fields,
        operands.map(h).join(', '),
        { f, slots: { fcsr: fcsr(RM, { enables: 0x1fn, flags: DZ, cause: NX }) } },
        { f: { [FD]: width === 'whole' ? result : resultOf(suffix, result) } },
      );
    }),
    disabled(mnemonic, operandsOf(suffix, rows[0]?.[0] ?? []).fields),
  ];
};
