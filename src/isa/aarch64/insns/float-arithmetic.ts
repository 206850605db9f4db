/** Floating-point arithmetic, and rounding to integral numbers. */
import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';
import { bitsOf, DOUBLE, PRECISIONS, type Precision, RARE, REF, SINGLE, signOf } from './float';

const binary = (p: Precision, name: string, opcode: string, doc: string): PatternInsn =>
  insn(`${name}-${p.suffix}`, `00011110 ${p.ftype} 1 Vm:5 ${opcode} 10 Vn:5 Vd:5`, {
    asm: `{${p.suffix}:Vd}, {${p.suffix}:Vn}, {${p.suffix}:Vm}`,
    ref: `${REF} "${name.toUpperCase()} (scalar)"`,
    doc,
    ...p.rare,
    sem: (o, f) => {
      p.enter(o);
      o.setD(f.Vd, o.call(`${name}.${p.suffix}`, [o.d(f.Vn), o.d(f.Vm)]));
    },
  });

const unary = (p: Precision, name: string, opcode: string, doc: string): PatternInsn =>
  insn(`${name}-${p.suffix}`, `00011110 ${p.ftype} 1 ${opcode} 10000 Vn:5 Vd:5`, {
    asm: `{${p.suffix}:Vd}, {${p.suffix}:Vn}`,
    ref: `${REF} "${name.toUpperCase()} (scalar)"`,
    doc,
    ...p.rare,
    sem: (o, f) => {
      p.enter(o);
      o.setD(f.Vd, o.call(`${name}.${p.suffix}`, [o.d(f.Vn)]));
    },
  });

const fused = (p: Precision, name: string, [o1, o0]: readonly [number, number], doc: string): PatternInsn =>
  insn(`${name}-${p.suffix}`, `00011111 ${p.ftype} ${o1} Vm:5 ${o0} Va:5 Vn:5 Vd:5`, {
    asm: `{${p.suffix}:Vd}, {${p.suffix}:Vn}, {${p.suffix}:Vm}, {${p.suffix}:Va}`,
    ref: `${REF} "${name.toUpperCase()}"`,
    doc,
    ...p.rare,
    sem: (o, f) => {
      p.enter(o);
      o.setD(f.Vd, o.call(`${name}.${p.suffix}`, [o.d(f.Vn), o.d(f.Vm), o.d(f.Va)]));
    },
  });

/** Bits of a number that are no sign; these raise nothing, and NaNs are like numbers. */
const signs = (p: Precision): PatternInsn[] => {
  const asm = `{${p.suffix}:Vd}, {${p.suffix}:Vn}`;
  return [
    insn(`fabs-${p.suffix}`, `00011110 ${p.ftype} 1 000001 10000 Vn:5 Vd:5`, {
      asm,
      ref: `${REF} "FABS (scalar)"`,
      doc: 'Vd = Vn with a positive sign.',
      ...p.rare,
      sem: (o, f) => {
        p.enter(o);
        o.setD(f.Vd, o.and(o.d(f.Vn), o.c(signOf(p) - 1n)));
      },
    }),
    insn(`fneg-${p.suffix}`, `00011110 ${p.ftype} 1 000010 10000 Vn:5 Vd:5`, {
      asm,
      ref: `${REF} "FNEG (scalar)"`,
      doc: 'Vd = Vn with its sign turned.',
      ...p.rare,
      sem: (o, f) => {
        p.enter(o);
        o.setD(f.Vd, o.xor(bitsOf(o, p, f.Vn), o.c(signOf(p))));
      },
    }),
  ];
};

/** To integers as `frint32` and `frint64` have them. */
const bounded = (p: Precision, name: string, opcode: string, doc: string): PatternInsn =>
  insn(`${name}-${p.suffix}`, `00011110 ${p.ftype} 1 ${opcode} 10000 Vn:5 Vd:5`, {
    asm: `{${p.suffix}:Vd}, {${p.suffix}:Vn}`,
    ref: `${REF} "${name.toUpperCase()} (scalar)"`,
    doc,
    ...RARE,
    sem: (o, f) => {
      o.requires('FRINTTS');
      p.enter(o);
      o.setD(f.Vd, o.call(`${name}.${p.suffix}`, [o.d(f.Vn)]));
    },
  });

const LOWEST = 'if there is none, the lowest one';

export const INSNS_FLOAT_ARITHMETIC: readonly PatternInsn[] = [
  ...PRECISIONS.flatMap((p) => [
    binary(p, 'fmul', '0000', 'Vd = Vn × Vm.'),
    binary(p, 'fdiv', '0001', 'Vd = Vn / Vm.'),
    binary(p, 'fadd', '0010', 'Vd = Vn + Vm.'),
    binary(p, 'fsub', '0011', 'Vd = Vn - Vm.'),
    binary(p, 'fmax', '0100', 'Vd = the larger; a NaN if one is; -0 is below +0.'),
    binary(p, 'fmin', '0101', 'Vd = the smaller; a NaN if one is; -0 is below +0.'),
    binary(p, 'fmaxnm', '0110', 'Vd = the larger; the number if one is a quiet NaN; -0 is below +0.'),
    binary(p, 'fminnm', '0111', 'Vd = the smaller; the number if one is a quiet NaN; -0 is below +0.'),
    binary(p, 'fnmul', '1000', 'Vd = -(Vn × Vm), rounded before its sign is turned.'),
    fused(p, 'fmadd', [0, 0], 'Vd = Va + Vn × Vm, rounded once.'),
    fused(p, 'fmsub', [0, 1], 'Vd = Va - Vn × Vm, rounded once.'),
    fused(p, 'fnmadd', [1, 0], 'Vd = -Va - Vn × Vm, rounded once.'),
    fused(p, 'fnmsub', [1, 1], 'Vd = -Va + Vn × Vm, rounded once.'),
    unary(p, 'fsqrt', '000011', 'Vd = square root of Vn.'),
    unary(p, 'frintn', '001000', 'Vd = Vn rounded to the nearest integral number, ties to even.'),
    unary(p, 'frintp', '001001', 'Vd = Vn rounded up to an integral number.'),
    unary(p, 'frintm', '001010', 'Vd = Vn rounded down to an integral number.'),
    unary(p, 'frintz', '001011', 'Vd = Vn rounded towards zero to an integral number.'),
    unary(p, 'frinta', '001100', 'Vd = Vn rounded to the nearest integral number, ties away from zero.'),
    unary(
      p,
      'frintx',
      '001110',
      'Vd = Vn rounded to an integral number as FPCR says; inexact if that is another number.',
    ),
    unary(p, 'frinti', '001111', 'Vd = Vn rounded to an integral number as FPCR says.'),
    ...signs(p),
  ]),
  ...[SINGLE, DOUBLE].flatMap((p) => [
    bounded(p, 'frint32z', '010000', `Vd = Vn rounded towards zero to an integer of 32 bits; ${LOWEST}.`),
    bounded(p, 'frint32x', '010001', `Vd = Vn rounded as FPCR says to an integer of 32 bits; ${LOWEST}.`),
    bounded(p, 'frint64z', '010010', `Vd = Vn rounded towards zero to an integer of 64 bits; ${LOWEST}.`),
    bounded(p, 'frint64x', '010011', `Vd = Vn rounded as FPCR says to an integer of 64 bits; ${LOWEST}.`),
  ]),
];
