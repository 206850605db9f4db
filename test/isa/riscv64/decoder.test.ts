import { describe, expect, it } from 'vitest';
import { createDecoder, encodeInsn, findOverlap } from '../../../src/isa/core/decoder';
import type { PatternField } from '../../../src/isa/core/pattern';
import { ENCODING } from '../../../src/isa/riscv64/encoding';
import { insn } from '../../../src/isa/riscv64/insn';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import { Random, SEED } from '../../support/random';

const described = (mnemonic: string, pattern: string, not?: Record<string, number[]>) =>
  insn(mnemonic, pattern, { asm: '', ref: '', doc: '', ...(not && { not }), sem: () => {} });

describe('decoder', () => {
  it('finds no word that is two RISC-V instructions', () => {
    expect(findOverlap(INSNS)?.map(({ mnemonic }) => mnemonic)).toBeUndefined();
  });

  it('refuses a table in which two patterns share a word', () => {
    const table = [described('one', 'rd:5 00000000000'), described('two', '00000 imm[10:0]')];
    expect(() => createDecoder(table, ENCODING)).toThrow('patterns of one and two overlap');
  });

  it('accepts overlapping bits where an excluded value keeps patterns apart', () => {
    const table = [described('one', 'rd:5 00000000000', { rd: [0] }), described('two', '00000 00000000000')];
    const decode = createDecoder(table, ENCODING);
    expect(decode(0)?.insn.mnemonic).toBe('two');
    expect(decode(0x0800)?.insn.mnemonic).toBe('one');
  });

  it('refuses an exclusion that names no field', () => {
    const table = [described('one', 'rd:5 00000000000', { rs1: [0] }), described('two', '00000 00000000000')];
    expect(() => createDecoder(table, ENCODING)).toThrow('excludes values of "rs1"');
  });

  it('gives back every instruction and its field values from the word they encode', () => {
    const random = new Random(SEED);
    const decode = createDecoder(INSNS, ENCODING);
    const value = (field: PatternField): number => {
      const covered = field.pieces.reduce((mask, { to, count }) => mask + (2 ** count - 1) * 2 ** to, 0);
      const raw = Number(BigInt(random.u32()) & BigInt(covered));
      return (field.isSigned && raw >= 2 ** (field.width - 1) ? raw - 2 ** field.width : raw) + field.bias;
    };
    for (const each of INSNS) {
      for (let round = 0; round < 16; round++) {
        const entries = [...each.pattern.fields.values()].map((field) => [field.name, value(field)] as const);
        const fields = Object.fromEntries(entries);
        if (Object.entries(each.not ?? {}).some(([name, excluded]) => excluded.includes(fields[name] ?? 0))) continue;
        const decoded = decode(encodeInsn(each.pattern, fields));
        expect({ mnemonic: decoded?.insn.mnemonic, fields: decoded?.fields }).toEqual({
          mnemonic: each.mnemonic,
          fields,
        });
      }
    }
  });

  it('decodes the same 16-bit words whatever follows them', () => {
    const decode = createDecoder(INSNS, ENCODING);
    const different: number[] = [];
    for (let word = 0; word < 0x1_0000; word++) {
      if ((word & 3) !== 3 && decode((0xabcd_0000 | word) >>> 0)?.insn !== decode(word)?.insn) different.push(word);
    }
    expect(different).toEqual([]);
  });
});
