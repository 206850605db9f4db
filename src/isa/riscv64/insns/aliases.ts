/** How assemblers spell common uses of RISC-V instructions. Compressed forms are shown as what they expand to. */

import type { Alias } from '../../core/disassembler';

const RA = 1;
const T0 = 5;

const COMPRESSED: readonly Alias[] = [
  { of: 'c.addi4spn', as: 'addi' },
  { of: 'c.lw', as: 'lw' },
  { of: 'c.ld', as: 'ld' },
  { of: 'c.sw', as: 'sw' },
  { of: 'c.sd', as: 'sd' },
  { of: 'c.fld', as: 'fld' },
  { of: 'c.fsd', as: 'fsd' },
  { of: 'c.addi', when: { rd: 0, imm: 0 }, as: 'nop', asm: '' },
  { of: 'c.addi', as: 'addi', asm: '{rd}, {rd}, {imm}' },
  { of: 'c.addiw', when: { imm: 0 }, as: 'sext.w', asm: '{rd}, {rd}' },
  { of: 'c.addiw', as: 'addiw', asm: '{rd}, {rd}, {imm}' },
  { of: 'c.li', as: 'li' },
  { of: 'c.addi16sp', as: 'addi', asm: 'sp, sp, {nzimm}' },
  { of: 'c.lui', as: 'lui' },
  { of: 'c.srli', as: 'srli', asm: "{rd'}, {rd'}, {hex:shamt}" },
  { of: 'c.srai', as: 'srai', asm: "{rd'}, {rd'}, {hex:shamt}" },
  { of: 'c.andi', as: 'andi', asm: "{rd'}, {rd'}, {imm}" },
  ...['sub', 'xor', 'or', 'and', 'subw', 'addw'].map((as) => ({ of: `c.${as}`, as, asm: "{rd'}, {rd'}, {rs2'}" })),
  { of: 'c.j', as: 'j' },
  { of: 'c.beqz', as: 'beqz' },
  { of: 'c.bnez', as: 'bnez' },
  { of: 'c.slli', as: 'slli', asm: '{rd}, {rd}, {hex:shamt}' },
  { of: 'c.lwsp', as: 'lw' },
  { of: 'c.ldsp', as: 'ld' },
  { of: 'c.fldsp', as: 'fld' },
  { of: 'c.jr', when: { rs1: RA }, as: 'ret', asm: '', kind: 'return' },
  { of: 'c.jr', when: { rs1: T0 }, as: 'jr', kind: 'return' },
  { of: 'c.jr', as: 'jr' },
  { of: 'c.mv', as: 'mv' },
  { of: 'c.ebreak', as: 'ebreak' },
  { of: 'c.jalr', as: 'jalr' },
  { of: 'c.add', as: 'add', asm: '{rd}, {rd}, {rs2}' },
  { of: 'c.swsp', as: 'sw' },
  { of: 'c.sdsp', as: 'sd' },
  { of: 'c.fsdsp', as: 'fsd' },
];

// RISC-V Unprivileged ISA 20240411, table "Return-address stack prediction hints": ra and t0 are link registers.
const CONTROL: readonly Alias[] = [
  { of: 'jal', when: { rd: 0 }, as: 'j', asm: '{target:imm}' },
  { of: 'jal', when: { rd: RA }, as: 'jal', asm: '{target:imm}', kind: 'call' },
  { of: 'jal', when: { rd: T0 }, as: 'jal', kind: 'call' },
  { of: 'jalr', when: { rd: 0, rs1: RA, imm: 0 }, as: 'ret', asm: '', kind: 'return' },
  { of: 'jalr', when: { rd: 0, rs1: T0, imm: 0 }, as: 'jr', asm: '{rs1}', kind: 'return' },
  { of: 'jalr', when: { rd: 0, imm: 0 }, as: 'jr', asm: '{rs1}' },
  { of: 'jalr', when: { rd: 0 }, as: 'jr', asm: '{imm}({rs1})' },
  { of: 'jalr', when: { rd: RA, imm: 0 }, as: 'jalr', asm: '{rs1}', kind: 'call' },
  { of: 'jalr', when: { rd: RA }, as: 'jalr', asm: '{imm}({rs1})', kind: 'call' },
  { of: 'jalr', when: { rd: T0, imm: 0 }, as: 'jalr', asm: '{rd}, {rs1}', kind: 'call' },
  { of: 'jalr', when: { rd: T0 }, as: 'jalr', kind: 'call' },
  { of: 'jalr', when: { imm: 0 }, as: 'jalr', asm: '{rd}, {rs1}' },
  { of: 'beq', when: { rs2: 0 }, as: 'beqz', asm: '{rs1}, {target:imm}' },
  { of: 'bne', when: { rs2: 0 }, as: 'bnez', asm: '{rs1}, {target:imm}' },
  { of: 'bge', when: { rs1: 0 }, as: 'blez', asm: '{rs2}, {target:imm}' },
  { of: 'bge', when: { rs2: 0 }, as: 'bgez', asm: '{rs1}, {target:imm}' },
  { of: 'blt', when: { rs2: 0 }, as: 'bltz', asm: '{rs1}, {target:imm}' },
  { of: 'blt', when: { rs1: 0 }, as: 'bgtz', asm: '{rs2}, {target:imm}' },
];

const INTEGER: readonly Alias[] = [
  { of: 'addi', when: { rd: 0, rs1: 0, imm: 0 }, as: 'nop', asm: '' },
  { of: 'addi', when: { rs1: 0 }, as: 'li', asm: '{rd}, {imm}' },
  { of: 'addi', when: { imm: 0 }, as: 'mv', asm: '{rd}, {rs1}' },
  { of: 'addiw', when: { imm: 0 }, as: 'sext.w', asm: '{rd}, {rs1}' },
  { of: 'xori', when: { imm: -1 }, as: 'not', asm: '{rd}, {rs1}' },
  { of: 'sltiu', when: { imm: 1 }, as: 'seqz', asm: '{rd}, {rs1}' },
  { of: 'sltu', when: { rs1: 0 }, as: 'snez', asm: '{rd}, {rs2}' },
  { of: 'slt', when: { rs2: 0 }, as: 'sltz', asm: '{rd}, {rs1}' },
  { of: 'slt', when: { rs1: 0 }, as: 'sgtz', asm: '{rd}, {rs2}' },
  { of: 'sub', when: { rs1: 0 }, as: 'neg', asm: '{rd}, {rs2}' },
  { of: 'subw', when: { rs1: 0 }, as: 'negw', asm: '{rd}, {rs2}' },
  { of: 'andi', when: { imm: 255 }, as: 'zext.b', asm: '{rd}, {rs1}' },
  { of: 'add.uw', when: { rs2: 0 }, as: 'zext.w', asm: '{rd}, {rs1}' },
  { of: 'fence', when: { fm: 8, pred: 3, succ: 3 }, as: 'fence.tso', asm: '' },
  { of: 'fence', when: { fm: 0, pred: 15, succ: 15 }, as: 'fence', asm: '' },
  { of: 'fence', when: { fm: 0, pred: 1, succ: 0 }, as: 'pause', asm: '' },
  ...['sfence.vma', 'hfence.vvma', 'hfence.gvma', 'sinval.vma', 'hinval.vvma', 'hinval.gvma'].flatMap(
    (name): Alias[] => [
      { of: name, when: { rs1: 0, rs2: 0 }, as: name, asm: '' },
      { of: name, when: { rs2: 0 }, as: name, asm: '{rs1}' },
    ],
  ),
];

const FFLAGS = 0x001;
const FRM = 0x002;
const FCSR = 0x003;
const CSR: readonly Alias[] = [
  { of: 'csrrs', when: { csr: 0xc00, rs1: 0 }, as: 'rdcycle', asm: '{rd}' },
  { of: 'csrrs', when: { csr: 0xc01, rs1: 0 }, as: 'rdtime', asm: '{rd}' },
  { of: 'csrrs', when: { csr: 0xc02, rs1: 0 }, as: 'rdinstret', asm: '{rd}' },
  { of: 'csrrs', when: { csr: FCSR, rs1: 0 }, as: 'frcsr', asm: '{rd}' },
  { of: 'csrrs', when: { csr: FRM, rs1: 0 }, as: 'frrm', asm: '{rd}' },
  { of: 'csrrs', when: { csr: FFLAGS, rs1: 0 }, as: 'frflags', asm: '{rd}' },
  { of: 'csrrw', when: { csr: FCSR, rd: 0 }, as: 'fscsr', asm: '{rs1}' },
  { of: 'csrrw', when: { csr: FCSR }, as: 'fscsr', asm: '{rd}, {rs1}' },
  { of: 'csrrw', when: { csr: FRM, rd: 0 }, as: 'fsrm', asm: '{rs1}' },
  { of: 'csrrw', when: { csr: FRM }, as: 'fsrm', asm: '{rd}, {rs1}' },
  { of: 'csrrw', when: { csr: FFLAGS, rd: 0 }, as: 'fsflags', asm: '{rs1}' },
  { of: 'csrrw', when: { csr: FFLAGS }, as: 'fsflags', asm: '{rd}, {rs1}' },
  { of: 'csrrwi', when: { csr: FRM, rd: 0 }, as: 'fsrmi', asm: '{uimm}' },
  { of: 'csrrwi', when: { csr: FRM }, as: 'fsrmi', asm: '{rd}, {uimm}' },
  { of: 'csrrwi', when: { csr: FFLAGS, rd: 0 }, as: 'fsflagsi', asm: '{uimm}' },
  { of: 'csrrwi', when: { csr: FFLAGS }, as: 'fsflagsi', asm: '{rd}, {uimm}' },
  { of: 'csrrs', when: { rs1: 0 }, as: 'csrr', asm: '{rd}, {csr}' },
  { of: 'csrrw', when: { rd: 0 }, as: 'csrw', asm: '{csr}, {rs1}' },
  { of: 'csrrs', when: { rd: 0 }, as: 'csrs', asm: '{csr}, {rs1}' },
  { of: 'csrrc', when: { rd: 0 }, as: 'csrc', asm: '{csr}, {rs1}' },
  { of: 'csrrwi', when: { rd: 0 }, as: 'csrwi', asm: '{csr}, {uimm}' },
  { of: 'csrrsi', when: { rd: 0 }, as: 'csrsi', asm: '{csr}, {uimm}' },
  { of: 'csrrci', when: { rd: 0 }, as: 'csrci', asm: '{csr}, {uimm}' },
];

const FLOAT: readonly Alias[] = ['s', 'd'].flatMap((suffix) => [
  { of: `fsgnj.${suffix}`, when: { rs1: 'rs2' }, as: `fmv.${suffix}`, asm: '{frd}, {frs1}' },
  { of: `fsgnjn.${suffix}`, when: { rs1: 'rs2' }, as: `fneg.${suffix}`, asm: '{frd}, {frs1}' },
  { of: `fsgnjx.${suffix}`, when: { rs1: 'rs2' }, as: `fabs.${suffix}`, asm: '{frd}, {frs1}' },
]);

/** Aliases in order of preference. */
export const ALIASES: readonly Alias[] = [...COMPRESSED, ...CONTROL, ...INTEGER, ...CSR, ...FLOAT];
