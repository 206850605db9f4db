/** What rows of scalar floating point have in common: most are written once for all formats. */
import type { Field, V64 } from '../../core/ops';
import type { A64Ops } from '../ops';

/** The chapter of the manual; the instruction's page follows. */
export const REF = 'Arm Architecture Reference Manual for A-profile, C7.2';

/** A format of numbers in the register file. */
export interface Precision {
  /** The letter of its registers, and of the row's name. */
  readonly suffix: 'h' | 's' | 'd';
  /** The two bits that say it in patterns. */
  readonly ftype: '11' | '00' | '01';
  readonly width: 16 | 32 | 64;
  /** In docs. */
  readonly name: string;
  /** Its rows are seldom executed, and have no quick forms. */
  readonly rare?: { readonly isRare: true };
  /** Asks that the unit is there, for this format, and on. */
  enter(o: A64Ops): void;
}

/** For rows that the fast interpreter hands over. */
export const RARE = { isRare: true } as const;

export const HALF: Precision = {
  suffix: 'h',
  ftype: '11',
  width: 16,
  name: 'half',
  rare: RARE,
  enter: (o) => {
    o.requires('FP16');
    o.guard('fp');
  },
};
export const SINGLE: Precision = {
  suffix: 's',
  ftype: '00',
  width: 32,
  name: 'single',
  enter: (o) => o.guard('fp'),
};
export const DOUBLE: Precision = {
  suffix: 'd',
  ftype: '01',
  width: 64,
  name: 'double',
  enter: (o) => o.guard('fp'),
};
export const PRECISIONS: readonly Precision[] = [HALF, SINGLE, DOUBLE];

/** The bits of a number in a register, zero-extended. Functions take a whole register as well. */
export const bitsOf = (o: A64Ops, { width }: Precision, r: Field): V64 =>
  width === 64 ? o.d(r) : o.and(o.d(r), o.c((1n << BigInt(width)) - 1n));

/** The sign bit. */
export const signOf = ({ width }: Precision): bigint => 1n << BigInt(width - 1);
