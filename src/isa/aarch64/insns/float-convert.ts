/** Conversions between floating-point formats, and with integers and fixed-point numbers in general registers. */
import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';
import { DOUBLE, HALF, PRECISIONS, type Precision, RARE, REF, SINGLE } from './float';

/** Of halves that needs no half-precision arithmetic. */
const between = (from: Precision, to: Precision, opc: string): PatternInsn =>
  insn(`fcvt-${to.suffix}-${from.suffix}`, `00011110 ${from.ftype} 1 0001${opc} 10000 Vn:5 Vd:5`, {
    asm: `{${to.suffix}:Vd}, {${from.suffix}:Vn}`,
    ref: `${REF} "FCVT"`,
    doc: `Vd = the ${from.name} Vn as a ${to.name}.`,
    ...(from.rare ?? to.rare),
    sem: (o, f) => {
      o.guard('fp');
      o.setD(f.Vd, o.call(`fcvt.${to.suffix}.${from.suffix}`, [o.d(f.Vn)]));
    },
  });

interface IntegerKind {
  readonly r: 'w' | 'x';
  readonly sf: 0 | 1;
  readonly bits: 32 | 64;
  /** The scale of a fixed-point number: 64, or 32 in words, less its bits behind the point. */
  readonly scale: string;
}
const INTEGERS: readonly IntegerKind[] = [
  { r: 'w', sf: 0, bits: 32, scale: '1 scale:5' },
  { r: 'x', sf: 1, bits: 64, scale: 'scale:6' },
];

const SIGNS = [
  { letter: 's', bit: 0, name: 'signed' },
  { letter: 'u', bit: 1, name: 'unsigned' },
] as const;

const ROUNDINGS = [
  { letter: 'n', rmode: '00', op: '00', how: 'to the nearest, ties to even' },
  { letter: 'a', rmode: '00', op: '10', how: 'to the nearest, ties away from zero' },
  { letter: 'p', rmode: '01', op: '00', how: 'up' },
  { letter: 'm', rmode: '10', op: '00', how: 'down' },
  { letter: 'z', rmode: '11', op: '00', how: 'towards zero' },
] as const;

const toIntegers = (p: Precision, { r, sf, bits, scale }: IntegerKind): PatternInsn[] =>
  SIGNS.flatMap(({ letter, bit, name }) => {
    const truncated = `fcvtz${letter}`;
    return [
      ...ROUNDINGS.map(({ letter: mode, rmode, op, how }) => {
        const mnemonic = `fcvt${mode}${letter}`;
        return insn(
          `${mnemonic}-${r}-${p.suffix}`,
          `${sf} 0011110 ${p.ftype} 1 ${rmode} ${op}${bit} 000000 Vn:5 Rd:5`,
          {
            asm: `{${r}:Rd}, {${p.suffix}:Vn}`,
            ref: `${REF} "${mnemonic.toUpperCase()} (scalar${mode === 'z' ? ', integer' : ''})"`,
            doc: `Rd = Vn rounded ${how} to a ${name} integer; out of range the nearest end of it, of a NaN 0.`,
            ...p.rare,
            sem: (o, f) => {
              p.enter(o);
              o.in64.setR(f.Rd, o.call(`${mnemonic}.${r}.${p.suffix}`, [o.d(f.Vn)]));
            },
          },
        );
      }),
      insn(`${truncated}-${r}-${p.suffix}-fixed`, `${sf} 0011110 ${p.ftype} 0 11 00${bit} ${scale} Vn:5 Rd:5`, {
        asm: `{${r}:Rd}, {${p.suffix}:Vn}, #{from${bits}:scale}`,
        ref: `${REF} "${truncated.toUpperCase()} (scalar, fixed-point)"`,
        doc: `Rd = Vn × 2^bits rounded towards zero to a ${name} integer; out of range the nearest end of it, of a NaN 0.`,
        ...RARE,
        sem: (o, f) => {
          p.enter(o);
          o.in64.setR(f.Rd, o.call(`${truncated}.${r}.${p.suffix}.fixed`, [o.d(f.Vn)], f.scale));
        },
      }),
    ];
  });

const fromIntegers = (p: Precision, { r, sf, bits, scale }: IntegerKind): PatternInsn[] =>
  SIGNS.flatMap(({ letter, bit, name }) => {
    const mnemonic = `${letter}cvtf`;
    const call = `${mnemonic}.${p.suffix}.${r}`;
    return [
      insn(`${mnemonic}-${p.suffix}-${r}`, `${sf} 0011110 ${p.ftype} 1 00 01${bit} 000000 Rn:5 Vd:5`, {
        asm: `{${p.suffix}:Vd}, {${r}:Rn}`,
        ref: `${REF} "${mnemonic.toUpperCase()} (scalar, integer)"`,
        doc: `Vd = the ${name} integer in Rn.`,
        ...p.rare,
        sem: (o, f) => {
          p.enter(o);
          o.setD(f.Vd, o.call(call, [o.in64.r(f.Rn)]));
        },
      }),
      insn(`${mnemonic}-${p.suffix}-${r}-fixed`, `${sf} 0011110 ${p.ftype} 0 00 01${bit} ${scale} Rn:5 Vd:5`, {
        asm: `{${p.suffix}:Vd}, {${r}:Rn}, #{from${bits}:scale}`,
        ref: `${REF} "${mnemonic.toUpperCase()} (scalar, fixed-point)"`,
        doc: `Vd = the ${name} integer in Rn / 2^bits.`,
        ...RARE,
        sem: (o, f) => {
          p.enter(o);
          o.setD(f.Vd, o.call(`${call}.fixed`, [o.in64.r(f.Rn)], f.scale));
        },
      }),
    ];
  });

const javascript = insn('fjcvtzs', '0 0011110 01 1 11 110 000000 Vn:5 Rd:5', {
  asm: '{w:Rd}, {d:Vn}',
  ref: `${REF} "FJCVTZS"`,
  doc: 'Rd = Vn rounded towards zero, modulo 2^32; Z if that is the same number, and not -0.',
  ...RARE,
  sem: (o, f) => {
    o.requires('JSCVT');
    o.guard('fp');
    const result = o.call('fjcvtzs', [o.d(f.Vn)]);
    o.in32.setR(f.Rd, o.lo32(result));
    o.setNzcv(o.shl(o.shrU(result, o.c(32)), o.c(2)));
  },
});

export const INSNS_FLOAT_CONVERT: readonly PatternInsn[] = [
  between(SINGLE, DOUBLE, '01'),
  between(SINGLE, HALF, '11'),
  between(DOUBLE, SINGLE, '00'),
  between(DOUBLE, HALF, '11'),
  between(HALF, SINGLE, '00'),
  between(HALF, DOUBLE, '01'),
  ...PRECISIONS.flatMap((p) => INTEGERS.flatMap((kind) => [...toIntegers(p, kind), ...fromIntegers(p, kind)])),
  javascript,
];
