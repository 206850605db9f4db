/** Floating-point arithmetic. */
import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';
import { DOUBLE, type Precision, REF, SINGLE } from './float';

const binary = (p: Precision, name: string, high: string, doc: string): PatternInsn =>
  insn(`${name}.${p.suffix}`, `${high}${p.bits} fk:5 fj:5 fd:5`, {
    asm: '{fd}, {fj}, {fk}',
    ref: REF.arithmetic,
    doc,
    sem: (o, f) => {
      o.guard('fp');
      p.write(o, f.fd, o.call(`${name}.${p.suffix}`, [p.read(o, f.fj), p.read(o, f.fk)]));
    },
  });

const unary = (p: Precision, name: string, low: string, doc: string): PatternInsn =>
  insn(`${name}.${p.suffix}`, `00000001000101000${low}${p.bits} fj:5 fd:5`, {
    asm: '{fd}, {fj}',
    ref: REF.arithmetic,
    doc,
    sem: (o, f) => {
      o.guard('fp');
      p.write(o, f.fd, o.call(`${name}.${p.suffix}`, [p.read(o, f.fj)]));
    },
  });

const fused = (p: Precision, name: string, high: string, doc: string): PatternInsn =>
  insn(`${name}.${p.suffix}`, `${high}${p.bits} fa:5 fk:5 fj:5 fd:5`, {
    asm: '{fd}, {fj}, {fk}, {fa}',
    ref: REF.arithmetic,
    doc,
    sem: (o, f) => {
      o.guard('fp');
      const operands = [p.read(o, f.fj), p.read(o, f.fk), p.read(o, f.fa)];
      p.write(o, f.fd, o.call(`${name}.${p.suffix}`, operands));
    },
  });

/** Bits of a number that are no sign; they raise nothing. */
const signs = (p: Precision): PatternInsn[] => {
  const sign = 1n << BigInt(8 * p.bytes - 1);
  return [
    insn(`fabs.${p.suffix}`, `00000001000101000000${p.bits} fj:5 fd:5`, {
      asm: '{fd}, {fj}',
      ref: REF.arithmetic,
      doc: 'fd = fj with a positive sign.',
      sem: (o, f) => {
        o.guard('fp');
        p.write(o, f.fd, o.and(p.read(o, f.fj), o.c(sign - 1n)));
      },
    }),
    insn(`fneg.${p.suffix}`, `00000001000101000001${p.bits} fj:5 fd:5`, {
      asm: '{fd}, {fj}',
      ref: REF.arithmetic,
      doc: 'fd = fj with its sign turned.',
      sem: (o, f) => {
        o.guard('fp');
        p.write(o, f.fd, o.xor(p.read(o, f.fj), o.c(sign)));
      },
    }),
    insn(`fcopysign.${p.suffix}`, `000000010001001${p.bits} fk:5 fj:5 fd:5`, {
      asm: '{fd}, {fj}, {fk}',
      ref: REF.arithmetic,
      doc: 'fd = fj with the sign of fk.',
      sem: (o, f) => {
        o.guard('fp');
        // Of a single the upper half is that of fk, as in QEMU; the manual leaves it open.
        const magnitude = o.and(o.f(f.fj), o.c(sign - 1n));
        o.setF(f.fd, o.or(magnitude, o.and(o.f(f.fk), o.c(-sign))));
      },
    }),
    insn(`fclass.${p.suffix}`, `00000001000101000011${p.bits} fj:5 fd:5`, {
      asm: '{fd}, {fj}',
      ref: REF.arithmetic,
      doc: 'fd = one bit for the class of fj: 0 signalling NaN, 1 quiet NaN; negative 2 infinity, 3 normal, 4 subnormal, 5 zero; positive 6 to 9.',
      sem: (o, f) => {
        o.guard('fp');
        o.setF(f.fd, o.call(`fclass.${p.suffix}`, [p.read(o, f.fj)]));
      },
    }),
  ];
};

export const INSNS_FLOAT_ARITHMETIC: readonly PatternInsn[] = [SINGLE, DOUBLE].flatMap((p) => [
  binary(p, 'fadd', '000000010000000', 'fd = fj + fk.'),
  binary(p, 'fsub', '000000010000001', 'fd = fj - fk.'),
  binary(p, 'fmul', '000000010000010', 'fd = fj × fk.'),
  binary(p, 'fdiv', '000000010000011', 'fd = fj / fk.'),
  binary(p, 'fmax', '000000010000100', 'fd = the larger; the number if one is a quiet NaN; -0 below +0.'),
  binary(p, 'fmin', '000000010000101', 'fd = the smaller; the number if one is a quiet NaN; -0 below +0.'),
  binary(p, 'fmaxa', '000000010000110', 'fd = the one of larger magnitude; of equal ones the larger.'),
  binary(p, 'fmina', '000000010000111', 'fd = the one of smaller magnitude; of equal ones the smaller.'),
  binary(p, 'fscaleb', '000000010001000', 'fd = fj × 2^fk, where fk is a signed integer.'),
  fused(p, 'fmadd', '0000100000', 'fd = fj × fk + fa, rounded once.'),
  fused(p, 'fmsub', '0000100001', 'fd = fj × fk - fa, rounded once.'),
  fused(p, 'fnmadd', '0000100010', 'fd = -(fj × fk + fa), rounded once before its sign is turned.'),
  fused(p, 'fnmsub', '0000100011', 'fd = -(fj × fk - fa), rounded once before its sign is turned.'),
  unary(p, 'flogb', '010', 'fd = the exponent of fj as a number; a negative fj is invalid.'),
  unary(p, 'fsqrt', '100', 'fd = square root of fj.'),
  unary(p, 'frecip', '101', 'fd = 1 / fj.'),
  unary(p, 'frsqrt', '110', 'fd = 1 / square root of fj, both rounded.'),
  ...signs(p),
]);
