/** Instructions about nothing but flags. @see Arm ARM, "Flag manipulation instructions" */
import type { PatternInsn } from '../../core/insn';
import { insn, MANUAL, type Sem } from '../insn';

/** From the lowest 8 or 16 bits of Rn, as a sum of such would set the flags; C stays. */
const evaluate = (bits: 8 | 16): PatternInsn =>
  insn(`setf${bits}`, `00111010000000000${bits === 8 ? '0' : '1'}0010 Rn:5 01101`, {
    asm: '{w:Rn}',
    ref: `${MANUAL} "SETF8, SETF16"`,
    doc: `Sets N, Z and V by the lowest ${bits} bits of Rn and the one behind.`,
    sem: (o, f) => {
      o.requires('FlagM');
      const value = o.in64.r(f.Rn);
      const top = o.shl(value, o.c(64 - bits));
      o.setSlot('N', top);
      o.setSlot('Z', top);
      o.setSlot('V', o.xor(top, o.shl(value, o.c(63 - bits))));
    },
  });

const plain = (name: string, op2: string, doc: string, feature: 'FlagM' | 'FlagM2', sem: Sem): PatternInsn =>
  insn(name, `11010101000000000100 0000 ${op2} 11111`, {
    asm: '',
    ref: `${MANUAL} "${name.toUpperCase()}"`,
    doc,
    sem: (o, f) => {
      o.requires(feature);
      sem(o, f);
    },
  });

export const INSNS_FLAGS: readonly PatternInsn[] = [
  insn('rmif', '10111010000 amount:6 00001 Rn:5 0 nzcv:4', {
    asm: '{x:Rn}, #{amount}, #{nzcv}',
    ref: `${MANUAL} "RMIF"`,
    doc: 'Flags of a mask from bits of Rn, which is rotated.',
    sem: (o, f) => {
      o.requires('FlagM');
      const rotated = o.rotr(o.in64.r(f.Rn), o.imm(f.amount));
      const mask = o.imm(f.nzcv);
      o.setNzcv(o.or(o.and(rotated, mask), o.and(o.zx32(o.nzcv()), o.not(mask))));
    },
  }),
  evaluate(8),
  evaluate(16),
  plain('cfinv', '000', 'Inverts C.', 'FlagM', (o) => o.setSlot('C', o.xor(o.slot('C'), o.c(1)))),
  plain('xaflag', '001', 'Flags of a comparison in another format, as Arm has them.', 'FlagM2', (o) => {
    const [c, z] = [o.carry(), o.condition('eq')];
    const not = (v: typeof c) => o.eqz(v);
    const bit = (v: typeof c, at: number) => o.shl(v, o.c32(at));
    const n = o.and(not(c), not(z));
    o.setNzcv(o.zx32(o.or(o.or(bit(n, 3), bit(o.and(z, c), 2)), o.or(bit(o.or(c, z), 1), o.and(not(c), z)))));
  }),
  plain('axflag', '010', 'Flags of a comparison as Arm has them, in another format.', 'FlagM2', (o) => {
    const [c, z, v] = [o.carry(), o.condition('eq'), o.condition('vs')];
    o.setNzcv(o.zx32(o.or(o.shl(o.or(z, v), o.c32(2)), o.shl(o.and(c, o.eqz(v)), o.c32(1)))));
  }),
];
