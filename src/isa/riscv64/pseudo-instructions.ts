/**
 * What assemblers take besides the instructions and the disassembler's aliases: they choose one or several instructions.
 * @see RISC-V Assembly Programmer's Manual, "A listing of standard RISC-V pseudoinstructions"
 */
import type { PseudoInstruction } from '../core/assembly/table-language';

const LOADS = ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu'];
const STORES = ['sb', 'sh', 'sw', 'sd'];

/** Instructions of registers that stand for the one with an immediate. */
const IMMEDIATE: Readonly<Record<string, string>> = {
  add: 'addi',
  and: 'andi',
  or: 'ori',
  xor: 'xori',
  slt: 'slti',
  sltu: 'sltiu',
  addw: 'addiw',
  sll: 'slli',
  srl: 'srli',
  sra: 'srai',
  sllw: 'slliw',
  srlw: 'srliw',
  sraw: 'sraiw',
};

const SWAPPED = [
  ['bgt', 'blt', 'rs1 is greater than rs2, signed'],
  ['ble', 'bge', 'rs1 is less than or equal to rs2, signed'],
  ['bgtu', 'bltu', 'rs1 is greater than rs2, unsigned'],
  ['bleu', 'bgeu', 'rs1 is less than or equal to rs2, unsigned'],
] as const;

/** CSR instructions that take an immediate for the register. */
const CSR_IMMEDIATE = [
  ['csrw', 'csrrwi', '{csr}, {uimm}', 'csrwi csr, uimm', 'Write the immediate to the CSR.'],
  ['csrs', 'csrrsi', '{csr}, {uimm}', 'csrsi csr, uimm', 'Set the bits of the immediate in the CSR.'],
  ['csrc', 'csrrci', '{csr}, {uimm}', 'csrci csr, uimm', 'Clear the bits of the immediate in the CSR.'],
  ['csrrw', 'csrrwi', '{rd}, {csr}, {uimm}', 'csrrwi rd, csr, uimm', 'rd = CSR, CSR = immediate.'],
  ['csrrs', 'csrrsi', '{rd}, {csr}, {uimm}', 'csrrsi rd, csr, uimm', 'rd = CSR, then set the bits of the immediate.'],
  ['csrrc', 'csrrci', '{rd}, {csr}, {uimm}', 'csrrci rd, csr, uimm', 'rd = CSR, then clear the bits of the immediate.'],
] as const;

const ADDRESS = 'auipc rd, %pcrel_hi(symbol); addi rd, rd, %pcrel_lo(…)';

export const PSEUDO_INSTRUCTIONS: readonly PseudoInstruction[] = [
  {
    as: 'li',
    of: 'addi',
    asm: '{rd}, {number}',
    doc: 'Load a constant of up to 64 bits.',
    expansion: 'lui, addi, slli … as the constant needs',
  },
  { as: 'la', of: 'auipc', asm: '{rd}, {symbol}', doc: 'Load the address of a symbol.', expansion: ADDRESS },
  {
    as: 'lla',
    of: 'auipc',
    asm: '{rd}, {symbol}',
    doc: 'Load the address of a symbol of this program.',
    expansion: ADDRESS,
  },
  {
    as: 'lga',
    of: 'auipc',
    asm: '{rd}, {symbol}',
    doc: 'Load the address of a symbol from the global offset table.',
    expansion: 'auipc rd, %got_pcrel_hi(symbol); ld rd, %pcrel_lo(…)(rd)',
  },
  { as: 'la.tls.ie', of: 'auipc', asm: '{rd}, {symbol}', doc: 'Load the offset of a thread-local symbol.' },
  {
    as: 'la.tls.gd',
    of: 'auipc',
    asm: '{rd}, {symbol}',
    doc: 'Load the address of what describes a thread-local symbol.',
  },
  { as: 'call', asm: '{symbol}', doc: 'Call a function anywhere.', expansion: 'auipc ra, …; jalr ra, …(ra)' },
  {
    as: 'call',
    of: 'jal',
    asm: '{rd}, {symbol}',
    doc: 'Call a function anywhere.',
    expansion: 'auipc rd, …; jalr rd, …(rd)',
  },
  {
    as: 'tail',
    asm: '{symbol}',
    doc: 'Jump to a function anywhere, without a return.',
    expansion: 'auipc t1, …; jr …(t1)',
  },
  {
    as: 'jump',
    of: 'jal',
    asm: '{symbol}, {rd}',
    doc: 'Jump anywhere, by a register.',
    expansion: 'auipc rd, …; jr …(rd)',
  },
  ...SWAPPED.map(([as, of, claim]) => ({
    ...{ as, of, asm: '{rs1}, {rs2}, {target:imm}' },
    ...{ doc: `Branch if ${claim}.`, expansion: `${of} rs2, rs1, target` },
  })),
  ...LOADS.map((name) => ({
    ...{ as: name, of: 'auipc', asm: '{rd}, {symbol}' },
    ...{ doc: 'Load from a symbol.', expansion: `auipc rd, %pcrel_hi(symbol); ${name} rd, %pcrel_lo(…)(rd)` },
  })),
  ...STORES.map((name) => ({
    ...{ as: name, of: 'addi', asm: '{rd}, {symbol}, {rs1}' },
    ...{
      doc: 'Store to a symbol, by a register.',
      expansion: `auipc rs1, %pcrel_hi(symbol); ${name} rd, %pcrel_lo(…)(rs1)`,
    },
  })),
  ...['flw', 'fld'].map((name) => ({
    ...{ as: name, of: name, asm: '{frd}, {symbol}, {rs1}' },
    ...{ doc: 'Load from a symbol, by a register.', expansion: `auipc rs1, …; ${name} frd, …(rs1)` },
  })),
  ...['fsw', 'fsd'].map((name) => ({
    ...{ as: name, of: name, asm: '{frs2}, {symbol}, {rs1}' },
    ...{ doc: 'Store to a symbol, by a register.', expansion: `auipc rs1, …; ${name} frs2, …(rs1)` },
  })),
  ...Object.entries(IMMEDIATE).map(([as, of]) => {
    const field = /^s[lr]/.test(of) && !/^slt/.test(of) ? 'shamt' : 'imm';
    return {
      as,
      of,
      asm: `{rd}, {rs1}, {${field}}`,
      doc: `${of}, by another name.`,
      expansion: `${of} rd, rs1, ${field}`,
    };
  }),
  ...CSR_IMMEDIATE.map(([as, of, asm, expansion, doc]) => ({ as, of, asm, expansion, doc })),
  {
    as: 'sext.b',
    of: 'addi',
    asm: '{rd}, {rs1}',
    doc: 'Sign-extend a byte.',
    expansion: 'slli rd, rs1, 56; srai rd, rd, 56',
  },
  {
    as: 'sext.h',
    of: 'addi',
    asm: '{rd}, {rs1}',
    doc: 'Sign-extend 2 bytes.',
    expansion: 'slli rd, rs1, 48; srai rd, rd, 48',
  },
  {
    as: 'unimp',
    asm: '',
    doc: 'An instruction that is none: it raises illegal-instruction.',
    expansion: 'csrrw zero, cycle, zero',
  },
  { as: 'ebreak', asm: '', doc: 'Raise a breakpoint exception.' },
  { as: 'move', of: 'addi', asm: '{rd}, {rs1}', doc: 'Copy a register.', expansion: 'addi rd, rs1, 0' },
  { as: 'jalr', of: 'jalr', asm: '{rd}, {rs1}, {imm}', doc: 'Jump to rs1 + immediate; rd = return address.' },
  { as: 'jalr', of: 'jalr', asm: '{rs1}, {imm}', doc: 'Call rs1 + immediate.', expansion: 'jalr ra, imm(rs1)' },
  { as: 'jr', of: 'jalr', asm: '{rs1}, {imm}', doc: 'Jump to rs1 + immediate.', expansion: 'jalr zero, imm(rs1)' },
  { as: 'c.unimp', asm: '', doc: 'The halfword 0, which is no instruction.' },
  { as: 'c.nop', asm: '', doc: 'Do nothing, in 2 bytes.' },
  {
    as: 'fmv.x.s',
    of: 'fmv.x.w',
    asm: '{rd}, {frs1}',
    doc: 'fmv.x.w, by its old name.',
    expansion: 'fmv.x.w rd, frs1',
  },
  {
    as: 'fmv.s.x',
    of: 'fmv.w.x',
    asm: '{frd}, {rs1}',
    doc: 'fmv.w.x, by its old name.',
    expansion: 'fmv.w.x frd, rs1',
  },
  ...['s', 'd'].flatMap((suffix) => [
    {
      ...{ as: `fgt.${suffix}`, of: `flt.${suffix}`, asm: '{rd}, {frs1}, {frs2}' },
      ...{ doc: 'rd = 1 if rs1 is greater than rs2.', expansion: `flt.${suffix} rd, frs2, frs1` },
    },
    {
      ...{ as: `fge.${suffix}`, of: `fle.${suffix}`, asm: '{rd}, {frs1}, {frs2}' },
      ...{ doc: 'rd = 1 if rs1 is greater than or equal to rs2.', expansion: `fle.${suffix} rd, frs2, frs1` },
    },
  ]),
];
