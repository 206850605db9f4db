/**
 * What rows of the toys are described with: registers `r` whose number 0 reads as zero, flags that cost two stores and
 * nothing where nobody asks for them, and memory that is the data page and a little of what faults behind it.
 */
import type { FieldKind } from '../../../src/isa/core/field-kind';
import { type InsnOptions, insnBuilder } from '../../../src/isa/core/insn';
import type { Field, Fields, Ops, V32, V64 } from '../../../src/isa/core/ops';
import type { StateLayout } from '../../../src/isa/core/state-layout';
import { DATA } from './bare-isa';

export const STATE: StateLayout = {
  files: [
    { name: 'r', count: 8, bits: 64, zero: 0 },
    { name: 'v', count: 4, bits: 128 },
  ],
  views: [
    { name: 'low', of: 'r', bits: 8, zero: 0 },
    { name: 'second', of: 'r', bits: 8, byte: 1, zero: 0 },
    { name: 'half', of: 'r', bits: 32, zero: 0 },
    // Number 7 is the stack pointer here.
    { name: 'base', of: 'r', zero: 0, slots: { 7: 'sp' } },
    { name: 'vlow', of: 'v', bits: 64 },
    { name: 'vhigh', of: 'v', bits: 64, byte: 8 },
  ],
  slots: ['sp', 'result', 'carry', 'isOpen', 'calls'],
  banks: [{ name: 'big', cells: 1000 }],
};

export const FIELDS = {
  Rd: { kind: 'register' },
  Ra: { kind: 'register' },
  Rb: { kind: 'register' },
  Vd: { kind: 'register' },
  imm: { kind: 'signed' },
  imm2: { kind: 'signed' },
  count: { kind: 'unsigned' },
  mask: { kind: 'computed' },
  big: { kind: 'computed' },
} as const satisfies Readonly<Record<string, FieldKind>>;

export type ToyFields = Fields<keyof typeof FIELDS>;

export interface ToyOps extends Ops {
  r(register: Field): V64;
  setR(register: Field, v: V64): void;
  /** An address in the data page, or just behind it. */
  address(v: V64): V64;
  /** Keeps a result and its carry: N and Z are made of it when asked for. */
  setFlags(result: V64, carry: V32): void;
  isZero(): V32;
  isNegative(): V32;
}

const toyOps = (o: Ops): ToyOps => ({
  ...o,
  r: (register) => o.read('r', register),
  setR: (register, v) => o.write('r', register, v),
  address: (v) => o.add(o.c(DATA + 0xe10), o.and(v, o.c(0x1ff))),
  setFlags: (result, carry) => {
    o.setSlot('result', result);
    o.setSlot('carry', o.zx32(carry));
  },
  isZero: () => o.eqz(o.slot('result')),
  isNegative: () => o.ltS(o.slot('result'), o.c(0)),
});

export const { insn, variant } = insnBuilder({ fields: FIELDS, ops: toyOps });

/** A row's text; the toys have no manual. */
export const row = (
  asm: string,
  sem: InsnOptions<ToyOps, keyof typeof FIELDS>['sem'],
  more: Partial<InsnOptions<ToyOps, keyof typeof FIELDS>> = {},
): InsnOptions<ToyOps, keyof typeof FIELDS> => ({ asm, ref: 'Toy', doc: 'A row of a toy.', sem, ...more });
