/** Constants and addresses. @see Arm ARM, C3.5.4 "Move (wide immediate)", C3.5.2 "PC-relative address calculation" */
import type { PatternInsn } from '../../core/insn';
import type { Int } from '../../core/ops';
import { insn, MANUAL, type Sem } from '../insn';
import type { A64Fields, A64Ops } from '../ops';
import { inBothSizes, type Size } from './sized';

/** One for each place of the 16 bits, so that the constant needs no shift when it is executed. */
const wide = <T extends Int>({ r, sf, bits, of }: Size<T>): PatternInsn[] =>
  [0, 16, 32, 48]
    .filter((shift) => shift < bits)
    .flatMap((shift, hw) => {
      const field = shift === 16 ? 'imm[31:16]' : 'imm:16';
      const value = (o: A64Ops, f: A64Fields): T =>
        shift > 16 ? o.shl(of(o).imm(f.imm), of(o).c(shift)) : of(o).imm(f.imm);
      const row = (name: string, opc: string, doc: string, sem: Sem): PatternInsn =>
        insn(`${name}-${r}-${shift}`, `${sf}${opc}100101 ${hw.toString(2).padStart(2, '0')} ${field} Rd:5`, {
          asm: `{${r}:Rd}, #{${shift === 16 ? 'half:' : ''}imm}${shift === 0 ? '' : `, lsl #${shift}`}`,
          ref: `${MANUAL} "${name.toUpperCase()}"`,
          doc,
          sem,
        });
      return [
        row('movn', '00', 'Rd = not the immediate, shifted.', (o, f) => of(o).setR(f.Rd, o.not(value(o, f)))),
        row('movz', '10', 'Rd = immediate, shifted.', (o, f) => of(o).setR(f.Rd, value(o, f))),
        row('movk', '11', 'Rd = Rd with 16 of its bits replaced by the immediate.', (o, f) => {
          const s = of(o);
          const rest = o.and(s.r(f.Rd), s.c(~(0xffffn << BigInt(shift))));
          s.setR(f.Rd, o.or(rest, value(o, f)));
        }),
      ];
    });

export const INSNS_MOVES: readonly PatternInsn[] = [
  ...inBothSizes(wide),
  insn('adr', '0 label[1:0] 10000 label[20:2] Rd:5', {
    asm: '{x:Rd}, {address:label}',
    ref: `${MANUAL} "ADR"`,
    doc: 'Rd = pc + offset.',
    sem: (o, f) => o.in64.setR(f.Rd, o.pcRel(f.label)),
  }),
  insn('adrp', '1 simm[1:0] 10000 simm[20:2] Rd:5', {
    asm: '{x:Rd}, {page:simm}',
    ref: `${MANUAL} "ADRP"`,
    doc: 'Rd = the page of pc + (offset << 12).',
    sem: (o, f) => o.in64.setR(f.Rd, o.add(o.and(o.pc(), o.c(-4096n)), o.shl(o.imm(f.simm), o.c(12)))),
  }),
];
