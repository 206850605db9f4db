/** Moves of floating-point registers, to and from general registers, and of constants. */
import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';
import { bitsOf, DOUBLE, HALF, PRECISIONS, type Precision, REF, SINGLE } from './float';

/** The number that an immediate of 8 bits stands for: a sign, an exponent from -3 to 4 and 4 bits of a fraction. @see VFPExpandImm */
export const expandFloat = (imm8: number, { width }: Pick<Precision, 'width'>): bigint => {
  const exponentBits = { 16: 5, 32: 8, 64: 11 }[width];
  const fractionBits = BigInt(width - exponentBits - 1);
  const isLow = (imm8 >> 6) & 1;
  const exponent = BigInt((isLow ? 2 ** (exponentBits - 1) - 4 : 2 ** (exponentBits - 1)) + ((imm8 >> 4) & 3));
  const fraction = BigInt(imm8 & 15) << (fractionBits - 4n);
  return (BigInt(imm8 >> 7) << BigInt(width - 1)) | (exponent << fractionBits) | fraction;
};

const moves = (p: Precision): PatternInsn[] => [
  insn(`fmov-${p.suffix}`, `00011110 ${p.ftype} 1 000000 10000 Vn:5 Vd:5`, {
    asm: `{${p.suffix}:Vd}, {${p.suffix}:Vn}`,
    ref: `${REF} "FMOV (register)"`,
    doc: 'Vd = Vn.',
    ...p.rare,
    sem: (o, f) => {
      p.enter(o);
      o.setD(f.Vd, bitsOf(o, p, f.Vn));
    },
  }),
  insn(`fmov-${p.suffix}-imm`, `00011110 ${p.ftype} 1 imm:8 100 00000 Vd:5`, {
    asm: `{${p.suffix}:Vd}, #{float8:imm}`,
    ref: `${REF} "FMOV (scalar, immediate)"`,
    doc: 'Vd = a number of 4 bits behind the point, from 0.125 to 31.',
    computed: { wide: ({ imm = 0 }) => expandFloat(imm, p) },
    ...p.rare,
    sem: (o, f) => {
      p.enter(o);
      o.setD(f.Vd, o.imm(f.wide));
    },
  }),
];

/** Bits as they are, where both registers are as wide, or the number is a half. */
const general = (p: Precision, r: 'w' | 'x'): PatternInsn[] => {
  const sf = r === 'x' ? 1 : 0;
  const ref = `${REF} "FMOV (general)"`;
  return [
    insn(`fmov-${r}-${p.suffix}`, `${sf} 0011110 ${p.ftype} 1 00 110 000000 Vn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${p.suffix}:Vn}`,
      ref,
      doc: 'Rd = the bits of Vn.',
      ...p.rare,
      sem: (o, f) => {
        p.enter(o);
        o.in64.setR(f.Rd, bitsOf(o, p, f.Vn));
      },
    }),
    insn(`fmov-${p.suffix}-${r}`, `${sf} 0011110 ${p.ftype} 1 00 111 000000 Rn:5 Vd:5`, {
      asm: `{${p.suffix}:Vd}, {${r}:Rn}`,
      ref,
      doc: 'Vd = the bits of Rn.',
      ...p.rare,
      sem: (o, f) => {
        p.enter(o);
        const bits = o.in64.r(f.Rn);
        o.setD(f.Vd, p.width === 64 ? bits : o.and(bits, o.c((1n << BigInt(p.width)) - 1n)));
      },
    }),
  ];
};

const upperHalf: readonly PatternInsn[] = [
  insn('fmov-x-top', '1 0011110 10 1 01 110 000000 Vn:5 Rd:5', {
    asm: '{x:Rd}, {vd:Vn}[1]',
    ref: `${REF} "FMOV (general)"`,
    doc: 'Rd = the upper half of Vn.',
    sem: (o, f) => {
      o.guard('fp');
      o.in64.setR(f.Rd, o.half(o.v(f.Vn), 'high'));
    },
  }),
  insn('fmov-top-x', '1 0011110 10 1 01 111 000000 Rn:5 Vd:5', {
    asm: '{vd:Vd}[1], {x:Rn}',
    ref: `${REF} "FMOV (general)"`,
    doc: 'The upper half of Vd = Rn.',
    sem: (o, f) => {
      o.guard('fp');
      o.setV(f.Vd, o.vector(o.d(f.Vd), o.in64.r(f.Rn)));
    },
  }),
];

export const INSNS_FLOAT_MOVE: readonly PatternInsn[] = [
  ...PRECISIONS.flatMap(moves),
  ...general(SINGLE, 'w'),
  ...general(DOUBLE, 'x'),
  ...general(HALF, 'w'),
  ...general(HALF, 'x'),
  ...upperHalf,
];
