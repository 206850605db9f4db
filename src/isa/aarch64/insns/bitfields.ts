/** Bit fields, shifts by constants, extracts. @see Arm ARM, C3.5.5 "Bitfield move", C3.5.6 "Extract" */
import type { PatternInsn } from '../../core/insn';
import type { Int } from '../../core/ops';
import { insn, MANUAL, type Sem } from '../insn';
import type { A64Fields, A64Ops } from '../ops';
import { inBothSizes, type Size } from './sized';

/**
 * The field, moved to where it belongs: shifted left until its highest bit is the highest there is, then right. Both counts
 * are taken modulo the width, so that fields to extract and fields to insert are one case.
 */
const moved = <T extends Int>(o: A64Ops, { of }: Size<T>, f: A64Fields, v: T, shift: 'shrU' | 'shrS'): T => {
  const left = o.not(of(o).imm(f.imms));
  return o[shift](o.shl(v, left), o.add(of(o).imm(f.immr), left));
};

const rows = <T extends Int>(size: Size<T>): PatternInsn[] => {
  const { r, sf, bits, of } = size;
  const top = bits - 1;
  const [immr, imms, n] = bits === 32 ? ['0 immr:5', '0 imms:5', '0'] : ['immr:6', 'imms:6', '1'];
  const row = (
    name: string,
    opc: string,
    ref: string,
    doc: string,
    sem: Sem,
    not?: { readonly imms: readonly number[] },
  ): PatternInsn =>
    insn(`${name}-${r}`, `${sf}${opc}100110 ${n} ${immr} ${imms} Rn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${r}:Rn}, #{immr}, #{imms}`,
      ref: `${MANUAL} "${ref}"`,
      doc,
      ...(not && { not }),
      sem,
    });
  const shift = (name: string, opc: string, doc: string, op: 'shrU' | 'shrS'): PatternInsn =>
    insn(`${name}-${r}`, `${sf}${opc}100110 ${n} ${immr} ${bits === 32 ? '011111' : '111111'} Rn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${r}:Rn}, #{immr}`,
      ref: `${MANUAL} "${name.toUpperCase()} (immediate)"`,
      doc,
      sem: (o, f) => of(o).setR(f.Rd, o[op](of(o).r(f.Rn), of(o).imm(f.immr))),
    });
  return [
    row(
      'sbfm',
      '00',
      'SBFM',
      'Rd = a bit field of Rn, moved and sign-extended.',
      (o, f) => of(o).setR(f.Rd, moved(o, size, f, of(o).r(f.Rn), 'shrS')),
      { imms: [top] },
    ),
    shift('asr', '00', 'Rd = Rn shifted right by a constant, with its sign.', 'shrS'),
    row('bfm', '01', 'BFM', 'Rd = Rd with a bit field replaced by bits of Rn.', (o, f) => {
      const s = of(o);
      const mask = moved(o, size, f, s.c(-1), 'shrU');
      s.setR(f.Rd, o.or(o.and(s.r(f.Rd), o.not(mask)), moved(o, size, f, s.r(f.Rn), 'shrU')));
    }),
    row(
      'ubfm',
      '10',
      'UBFM',
      'Rd = a bit field of Rn, moved, with zeros around it.',
      (o, f) => of(o).setR(f.Rd, moved(o, size, f, of(o).r(f.Rn), 'shrU')),
      { imms: [top] },
    ),
    shift('lsr', '10', 'Rd = Rn shifted right by a constant, with zeros.', 'shrU'),
    insn(`extr-${r}`, `${sf}00100111 ${n === '1' ? '10' : '00'} Rm:5 ${imms} Rn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}, #{imms}`,
      ref: `${MANUAL} "EXTR"`,
      doc: 'Rd = as many bits of Rn and Rm in a row, from a bit of Rm on.',
      sem: (o, f) => {
        const s = of(o);
        const high = o.shl(o.shl(s.r(f.Rn), s.c(1)), o.not(s.imm(f.imms)));
        s.setR(f.Rd, o.or(high, o.shrU(s.r(f.Rm), s.imm(f.imms))));
      },
    }),
  ];
};

export const INSNS_BITFIELDS: readonly PatternInsn[] = inBothSizes(rows);
