/** Bitwise operations. @see Arm ARM, C3.5.3 "Logical (immediate)", C3.6.3 "Logical (shifted register)" */
import type { PatternInsn } from '../../core/insn';
import type { Field, Int } from '../../core/ops';
import { insn, MANUAL } from '../insn';
import { maskOf } from '../logical-immediates';
import type { A64Ops } from '../ops';
import { inBothSizes, type Size } from './sized';

interface Operation {
  readonly name: string;
  readonly opc: string;
  /** The second operand is inverted. */
  readonly N: '0' | '1';
  readonly doc: string;
  of<T extends Int>(o: A64Ops, a: T, b: T): T;
}

const OPERATIONS: readonly Operation[] = [
  { name: 'and', opc: '00', N: '0', doc: 'Rn and', of: (o, a, b) => o.and(a, b) },
  { name: 'bic', opc: '00', N: '1', doc: 'Rn and not', of: (o, a, b) => o.and(a, o.not(b)) },
  { name: 'orr', opc: '01', N: '0', doc: 'Rn or', of: (o, a, b) => o.or(a, b) },
  { name: 'orn', opc: '01', N: '1', doc: 'Rn or not', of: (o, a, b) => o.or(a, o.not(b)) },
  { name: 'eor', opc: '10', N: '0', doc: 'Rn exclusive-or', of: (o, a, b) => o.xor(a, b) },
  { name: 'eon', opc: '10', N: '1', doc: 'Rn exclusive-or not', of: (o, a, b) => o.xor(a, o.not(b)) },
  { name: 'ands', opc: '11', N: '0', doc: 'Rn and', of: (o, a, b) => o.and(a, b) },
  { name: 'bics', opc: '11', N: '1', doc: 'Rn and not', of: (o, a, b) => o.and(a, o.not(b)) },
];

const setsFlags = ({ opc }: Operation): boolean => opc === '11';
const docOf = (operation: Operation, operand: string): string =>
  `Rd = ${operation.doc} ${operand}${setsFlags(operation) ? '; sets N and Z, clears C and V' : ''}.`;

const immediate = <T extends Int>({ r, sf, bits, of }: Size<T>, operation: Operation): PatternInsn => {
  const { name, opc } = operation;
  const mask = bits === 32 ? 'mask32' : 'mask';
  return insn(`${name}-${r}-imm`, `${sf}${opc}100100 ${bits === 32 ? '0' : 'N:1'} immr:6 imms:6 Rn:5 Rd:5`, {
    asm: `{${r}${setsFlags(operation) ? '' : 'sp'}:Rd}, {${r}:Rn}, #{hex:${mask}}`,
    ref: `${MANUAL} "${name.toUpperCase()} (immediate)"`,
    doc: docOf(operation, 'immediate'),
    computed: {
      [mask]: (fields) => {
        const value = maskOf(fields);
        return value === undefined ? undefined : BigInt.asUintN(bits, value);
      },
    },
    sem: (o, f) => {
      const s = of(o);
      const result = operation.of(o, s.r(f.Rn), s.imm(f[mask]));
      if (setsFlags(operation)) {
        s.logicFlags(result);
        s.setR(f.Rd, result);
      } else s.setRsp(f.Rd, result);
    },
  });
};

const SHIFTS = [
  { name: 'lsl', bits: '00', of: <T extends Int>(o: A64Ops, a: T, n: T): T => o.shl(a, n) },
  { name: 'lsr', bits: '01', of: <T extends Int>(o: A64Ops, a: T, n: T): T => o.shrU(a, n) },
  { name: 'asr', bits: '10', of: <T extends Int>(o: A64Ops, a: T, n: T): T => o.shrS(a, n) },
  { name: 'ror', bits: '11', of: <T extends Int>(o: A64Ops, a: T, n: T): T => o.rotr(a, n) },
] as const;

const shifted = <T extends Int>({ r, sf, bits, of }: Size<T>, operation: Operation): PatternInsn[] => {
  const { name, opc, N } = operation;
  const ref = `${MANUAL} "${name.toUpperCase()} (shifted register)"`;
  const set = (o: A64Ops, Rd: Field, result: T): void => {
    if (setsFlags(operation)) of(o).logicFlags(result);
    of(o).setR(Rd, result);
  };
  return [
    insn(`${name}-${r}`, `${sf}${opc}01010 00 ${N} Rm:5 000000 Rn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}`,
      ref,
      doc: docOf(operation, 'Rm'),
      sem: (o, f) => set(o, f.Rd, operation.of(o, of(o).r(f.Rn), of(o).r(f.Rm))),
    }),
    ...SHIFTS.map((shift) =>
      insn(
        `${name}-${r}-${shift.name}`,
        `${sf}${opc}01010 ${shift.bits} ${N} Rm:5 ${bits === 32 ? '0 amount:5' : 'amount:6'} Rn:5 Rd:5`,
        {
          asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}, ${shift.name} #{amount}`,
          ref,
          doc: docOf(operation, '(Rm shifted)'),
          ...(shift.name === 'lsl' && { not: { amount: [0] } }),
          sem: (o, f) => {
            const s = of(o);
            set(o, f.Rd, operation.of(o, s.r(f.Rn), shift.of(o, s.r(f.Rm), s.imm(f.amount))));
          },
        },
      ),
    ),
  ];
};

export const INSNS_LOGICAL: readonly PatternInsn[] = inBothSizes((size) => [
  ...OPERATIONS.filter(({ N }) => N === '0').map((operation) => immediate(size, operation)),
  ...OPERATIONS.flatMap((operation) => shifted(size, operation)),
]);
