/** Branches and jumps. */
import type { PatternInsn } from '../../core/insn';
import type { V32, V64 } from '../../core/ops';
import { insn } from '../insn';
import type { LoongOps } from '../ops';

const REF = 'LoongArch Reference Manual, Volume 1, 2.2.4 Branch Instructions';
const FLOAT = 'LoongArch Reference Manual, Volume 1, 3.2.5 Floating-point Branch Instructions';

const compare = (
  mnemonic: string,
  bits: string,
  test: (o: LoongOps, a: V64, b: V64) => V32,
  when: string,
): PatternInsn =>
  insn(mnemonic, `${bits} offs[17:2] rj:5 rd:5`, {
    asm: '{rj}, {rd}, {target:offs}',
    ref: REF,
    doc: `Branches when rj ${when} rd.`,
    sem: (o, f) => o.branch(test(o, o.r(f.rj), o.r(f.rd)), o.pcRel(f.offs)),
  });

const RETURN_ADDRESS = 1;

export const INSNS_BRANCHES: readonly PatternInsn[] = [
  insn('beqz', '010000 offs[17:2] rj:5 offs[22:18]', {
    asm: '{rj}, {target:offs}',
    ref: REF,
    doc: 'Branches when rj is 0.',
    sem: (o, f) => o.branch(o.eqz(o.r(f.rj)), o.pcRel(f.offs)),
  }),
  insn('bnez', '010001 offs[17:2] rj:5 offs[22:18]', {
    asm: '{rj}, {target:offs}',
    ref: REF,
    doc: 'Branches when rj is not 0.',
    sem: (o, f) => o.branch(o.ne(o.r(f.rj), o.c(0)), o.pcRel(f.offs)),
  }),
  insn('bceqz', '010010 offs[17:2] 00 cj:3 offs[22:18]', {
    asm: '{cj}, {target:offs}',
    ref: FLOAT,
    doc: 'Branches when the condition flag is 0.',
    sem: (o, f) => {
      o.guard('fp');
      o.branch(o.eqz(o.read('fcc', f.cj)), o.pcRel(f.offs));
    },
  }),
  insn('bcnez', '010010 offs[17:2] 01 cj:3 offs[22:18]', {
    asm: '{cj}, {target:offs}',
    ref: FLOAT,
    doc: 'Branches when the condition flag is 1.',
    sem: (o, f) => {
      o.guard('fp');
      o.branch(o.ne(o.read('fcc', f.cj), o.c(0)), o.pcRel(f.offs));
    },
  }),
  insn('jirl', '010011 offs[17:2] rj:5 rd:5', {
    asm: '{rd}, {rj}, {offs}',
    ref: REF,
    doc: 'rd = address of the next instruction; jumps to rj + offset.',
    sem: (o, f) => {
      const target = o.add(o.r(f.rj), o.imm(f.offs));
      o.setR(f.rd, o.nextPc());
      o.jump(target);
    },
  }),
  insn('b', '010100 offs[17:2] offs[27:18]', {
    asm: '{target:offs}',
    ref: REF,
    doc: 'Jumps.',
    sem: (o, f) => o.jump(o.pcRel(f.offs)),
  }),
  insn('bl', '010101 offs[17:2] offs[27:18]', {
    asm: '{target:offs}',
    ref: REF,
    doc: 'ra = address of the next instruction; jumps.',
    kind: 'call',
    sem: (o, f) => {
      o.write('r', RETURN_ADDRESS, o.nextPc());
      o.jump(o.pcRel(f.offs));
    },
  }),
  compare('beq', '010110', (o, a, b) => o.eq(a, b), 'equals'),
  compare('bne', '010111', (o, a, b) => o.ne(a, b), 'does not equal'),
  compare('blt', '011000', (o, a, b) => o.ltS(a, b), 'is below, signed,'),
  compare('bge', '011001', (o, a, b) => o.geS(a, b), 'is not below, signed,'),
  compare('bltu', '011010', (o, a, b) => o.ltU(a, b), 'is below, unsigned,'),
  compare('bgeu', '011011', (o, a, b) => o.geU(a, b), 'is not below, unsigned,'),
];
