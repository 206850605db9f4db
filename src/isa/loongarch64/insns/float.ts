/** What rows of floating point have in common: most are written once for both formats. */
import type { Field, V64 } from '../../core/ops';
import type { LoongOps } from '../ops';

const MANUAL = 'LoongArch Reference Manual, Volume 1';
/** Sections of the manual. */
export const REF = {
  arithmetic: `${MANUAL}, 3.2.1 Floating-point Arithmetic Operation Instructions`,
  comparison: `${MANUAL}, 3.2.2 Floating-point Comparison Instructions`,
  conversion: `${MANUAL}, 3.2.3 Floating-point Conversion Instructions`,
  move: `${MANUAL}, 3.2.4 Floating-point Move Instructions`,
  memory: `${MANUAL}, 3.2.6 Floating-point Common Memory Access Instructions`,
  bounds: `${MANUAL}, 3.2.7 Floating-point Bound Check Memory Access Instructions`,
} as const;

/** A format of numbers in the register file. */
export interface Precision {
  /** Suffix of mnemonics. */
  readonly suffix: 's' | 'd';
  /** The two bits that say it in most patterns. */
  readonly bits: '01' | '10';
  readonly bytes: 4 | 8;
  /** In docs. */
  readonly name: string;
  read(o: LoongOps, r: Field): V64;
  write(o: LoongOps, r: Field, v: V64): void;
}

export const SINGLE: Precision = {
  suffix: 's',
  bits: '01',
  bytes: 4,
  name: 'single',
  read: (o, r) => o.single(r),
  write: (o, r, v) => o.setSingle(r, v),
};
export const DOUBLE: Precision = {
  suffix: 'd',
  bits: '10',
  bytes: 8,
  name: 'double',
  read: (o, r) => o.f(r),
  write: (o, r, v) => o.setF(r, v),
};
