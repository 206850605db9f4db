/** Addition and subtraction. @see Arm ARM, C3.5 "Data processing - immediate", C3.6 "Data processing - register" */
import type { PatternInsn } from '../../core/insn';
import type { Field, Int, V64 } from '../../core/ops';
import { insn, MANUAL } from '../insn';
import type { A64Ops, Sized } from '../ops';
import { inBothSizes, type Size } from './sized';

interface Sum {
  readonly name: string;
  readonly op: '0' | '1';
  readonly S: '0' | '1';
  readonly sign: '+' | '-';
  of<T extends Int>(o: A64Ops, s: Sized<T>, a: T, b: T): T;
}

const SUMS: readonly Sum[] = [
  { name: 'add', op: '0', S: '0', sign: '+', of: (o, _, a, b) => o.add(a, b) },
  { name: 'adds', op: '0', S: '1', sign: '+', of: (_, s, a, b) => s.sumFlags(a, b) },
  { name: 'sub', op: '1', S: '0', sign: '-', of: (o, _, a, b) => o.sub(a, b) },
  { name: 'subs', op: '1', S: '1', sign: '-', of: (_, s, a, b) => s.differenceFlags(a, b) },
];

const flagsText = ({ S }: Pick<Sum, 'S'>): string => (S === '1' ? '; sets the flags' : '');

/** Writes the destination, which may be the stack pointer where flags are not set. */
const set = <T extends Int>({ S }: Sum, s: Sized<T>, Rd: Field, v: T): void =>
  S === '1' ? s.setR(Rd, v) : s.setRsp(Rd, v);

const immediates = <T extends Int>({ r, sf, of }: Size<T>, sum: Sum): PatternInsn[] => {
  const { name, op, S, sign } = sum;
  const row = (which: string, bits: string, asm: string, doc: string): PatternInsn =>
    insn(`${name}-${r}-${which}`, `${sf}${op}${S}100010 ${bits} Rn:5 Rd:5`, {
      asm: `{${S === '1' ? r : `${r}sp`}:Rd}, {${r}sp:Rn}, ${asm}`,
      ref: `${MANUAL} "${name.toUpperCase()} (immediate)"`,
      doc: `Rd = Rn ${sign} ${doc}${flagsText(sum)}.`,
      sem: (o, f) => set(sum, of(o), f.Rd, sum.of(o, of(o), of(o).rsp(f.Rn), of(o).imm(f.imm))),
    });
  return [
    row('imm', '0 imm:12', '#{imm}', 'immediate'),
    row('imm12', '1 imm[23:12]', '#{upper:imm}, lsl #12', '(immediate << 12)'),
  ];
};

const SHIFTS = [
  { name: 'lsl', bits: '00', of: <T extends Int>(o: A64Ops, a: T, n: T): T => o.shl(a, n) },
  { name: 'lsr', bits: '01', of: <T extends Int>(o: A64Ops, a: T, n: T): T => o.shrU(a, n) },
  { name: 'asr', bits: '10', of: <T extends Int>(o: A64Ops, a: T, n: T): T => o.shrS(a, n) },
] as const;

const shifted = <T extends Int>({ r, sf, bits, of }: Size<T>, sum: Sum): PatternInsn[] => {
  const { name, op, S, sign } = sum;
  const ref = `${MANUAL} "${name.toUpperCase()} (shifted register)"`;
  const amount = bits === 32 ? '0 amount:5' : 'amount:6';
  return [
    insn(`${name}-${r}`, `${sf}${op}${S}01011 000 Rm:5 000000 Rn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}`,
      ref,
      doc: `Rd = Rn ${sign} Rm${flagsText(sum)}.`,
      sem: (o, f) => of(o).setR(f.Rd, sum.of(o, of(o), of(o).r(f.Rn), of(o).r(f.Rm))),
    }),
    ...SHIFTS.map((shift) =>
      insn(`${name}-${r}-${shift.name}`, `${sf}${op}${S}01011 ${shift.bits}0 Rm:5 ${amount} Rn:5 Rd:5`, {
        asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}, ${shift.name} #{amount}`,
        ref,
        doc: `Rd = Rn ${sign} (Rm shifted)${flagsText(sum)}.`,
        ...(shift.name === 'lsl' && { not: { amount: [0] } }),
        sem: (o, f) => {
          const s = of(o);
          s.setR(f.Rd, sum.of(o, s, s.r(f.Rn), shift.of(o, s.r(f.Rm), s.imm(f.amount))));
        },
      }),
    ),
  ];
};

const EXTENSIONS: readonly { readonly name: string; of(o: A64Ops, v: V64): V64 }[] = [
  { name: 'uxtb', of: (o, v) => o.and(v, o.c(0xff)) },
  { name: 'uxth', of: (o, v) => o.and(v, o.c(0xffff)) },
  { name: 'uxtw', of: (o, v) => o.zx32(o.lo32(v)) },
  { name: 'uxtx', of: (_, v) => v },
  { name: 'sxtb', of: (o, v) => o.sx8(v) },
  { name: 'sxth', of: (o, v) => o.sx16(v) },
  { name: 'sxtw', of: (o, v) => o.sx32(o.lo32(v)) },
  { name: 'sxtx', of: (_, v) => v },
];

const extended = <T extends Int>({ r, sf, of }: Size<T>, sum: Sum): PatternInsn[] => {
  const { name, op, S, sign } = sum;
  return EXTENSIONS.map((extension, option) => {
    const bits = option.toString(2).padStart(3, '0');
    const from = r === 'x' && extension.name.endsWith('x') ? 'x' : 'w';
    return insn(`${name}-${r}-${extension.name}`, `${sf}${op}${S}01011 001 Rm:5 ${bits} amount:3 Rn:5 Rd:5`, {
      asm: `{${S === '1' ? r : `${r}sp`}:Rd}, {${r}sp:Rn}, {${from}:Rm}, ${extension.name}{amount:amount}`,
      ref: `${MANUAL} "${name.toUpperCase()} (extended register)"`,
      doc: `Rd = Rn ${sign} (the low part of Rm, extended and shifted left)${flagsText(sum)}.`,
      not: { amount: [5, 6, 7] },
      sem: (o, f) => {
        const s = of(o);
        const operand = o.shl(s.low(extension.of(o, o.in64.r(f.Rm))), s.imm(f.amount));
        set(sum, s, f.Rd, sum.of(o, s, s.rsp(f.Rn), operand));
      },
    });
  });
};

const withCarry = <T extends Int>({ r, sf, of }: Size<T>): PatternInsn[] => {
  const row = (name: string, bits: string, doc: string, sum: (o: A64Ops, s: Sized<T>, a: T, b: T) => T): PatternInsn =>
    insn(`${name}-${r}`, `${sf}${bits}11010000 Rm:5 000000 Rn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}`,
      ref: `${MANUAL} "${name.toUpperCase()}"`,
      doc,
      sem: (o, f) => of(o).setR(f.Rd, sum(o, of(o), of(o).r(f.Rn), of(o).r(f.Rm))),
    });
  return [
    row('adc', '00', 'Rd = Rn + Rm + C.', (o, s, a, b) => o.add(o.add(a, b), s.bit(o.carry()))),
    row('adcs', '01', 'Rd = Rn + Rm + C; sets the flags.', (o, s, a, b) => s.sumFlags(a, b, o.carry())),
    row('sbc', '10', 'Rd = Rn - Rm - 1 + C.', (o, s, a, b) => o.add(o.add(a, o.not(b)), s.bit(o.carry()))),
    row('sbcs', '11', 'Rd = Rn - Rm - 1 + C; sets the flags.', (o, s, a, b) => s.sumFlags(a, o.not(b), o.carry())),
  ];
};

export const INSNS_ARITHMETIC: readonly PatternInsn[] = inBothSizes((size) => [
  ...SUMS.flatMap((sum) => [...immediates(size, sum), ...shifted(size, sum), ...extended(size, sum)]),
  ...withCarry(size),
]);
