/** Branches. @see Arm ARM, C3.1 "Branches, Exception generating, and System instructions" */
import type { PatternInsn } from '../../core/insn';
import type { Int } from '../../core/ops';
import { bitsOfCondition, CONDITIONS } from '../conditions';
import { insn, MANUAL } from '../insn';
import { inBothSizes, type Size } from './sized';

const LINK = 30;

const compareWithZero = <T extends Int>({ r, sf, of }: Size<T>): PatternInsn[] =>
  (['cbz', 'cbnz'] as const).map((name, op) =>
    insn(`${name}-${r}`, `${sf}011010${op} label[20:2] Rt:5`, {
      asm: `{${r}:Rt}, {target:label}`,
      ref: `${MANUAL} "${name.toUpperCase()}"`,
      doc: `Branches if Rt is ${op ? 'not ' : ''}0.`,
      sem: (o, f) => {
        const s = of(o);
        o.branch(op ? o.ne(s.r(f.Rt), s.c(0)) : o.eqz(s.r(f.Rt)), o.pcRel(f.label));
      },
    }),
  );

const testBit = (name: 'tbz' | 'tbnz', op: 0 | 1): PatternInsn =>
  insn(name, `bit[5] 011011${op} bit[4:0] label[15:2] Rt:5`, {
    asm: '{bit:Rt}, #{bit}, {target:label}',
    ref: `${MANUAL} "${name.toUpperCase()}"`,
    doc: `Branches if a bit of Rt is ${op ? 'not ' : ''}0.`,
    sem: (o, f) => {
      const bit = o.and(o.lo32(o.shrU(o.in64.r(f.Rt), o.imm(f.bit))), o.c32(1));
      o.branch(op ? bit : o.eqz(bit), o.pcRel(f.label));
    },
  });

export const INSNS_BRANCHES: readonly PatternInsn[] = [
  insn('b', '000101 label[27:2]', {
    asm: '{target:label}',
    ref: `${MANUAL} "B"`,
    doc: 'Jumps.',
    sem: (o, f) => o.jump(o.pcRel(f.label)),
  }),
  insn('bl', '100101 label[27:2]', {
    asm: '{target:label}',
    ref: `${MANUAL} "BL"`,
    doc: 'x30 = address of the next instruction; jumps.',
    kind: 'call',
    sem: (o, f) => {
      o.write('x', LINK, o.nextPc());
      o.jump(o.pcRel(f.label));
    },
  }),
  ...CONDITIONS.map(({ name, written = name }, cond) =>
    insn(`b.${written}`, `01010100 label[20:2] 0 ${bitsOfCondition(cond)}`, {
      asm: '{target:label}',
      ref: `${MANUAL} "B.cond"`,
      doc: 'Branches if the condition holds.',
      sem: (o, f) => o.branch(o.condition(name), o.pcRel(f.label)),
    }),
  ),
  ...inBothSizes(compareWithZero),
  testBit('tbz', 0),
  testBit('tbnz', 1),
  insn('br', '1101011000011111000000 Rn:5 00000', {
    asm: '{x:Rn}',
    ref: `${MANUAL} "BR"`,
    doc: 'Jumps to Rn.',
    kind: 'indirect',
    sem: (o, f) => o.jump(o.in64.r(f.Rn)),
  }),
  insn('blr', '1101011000111111000000 Rn:5 00000', {
    asm: '{x:Rn}',
    ref: `${MANUAL} "BLR"`,
    doc: 'x30 = address of the next instruction; jumps to Rn.',
    kind: 'call',
    sem: (o, f) => {
      const target = o.in64.r(f.Rn);
      o.write('x', LINK, o.nextPc());
      o.jump(target);
    },
  }),
  insn('ret', '1101011001011111000000 Rn:5 00000', {
    asm: '{x:Rn}',
    ref: `${MANUAL} "RET"`,
    doc: 'Returns to Rn.',
    kind: 'return',
    sem: (o, f) => o.jump(o.in64.r(f.Rn)),
  }),
];
