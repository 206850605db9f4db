import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { disassemble } from '../../../src/isa/aarch64/assembly';
import { ENCODING } from '../../../src/isa/aarch64/encoding';
import { insns } from '../../../src/isa/aarch64/insns/all';
import { createDecoder, encodeInsn, findOverlap } from '../../../src/isa/core/decoder';
import type { PatternField } from '../../../src/isa/core/pattern';
import { Random, SEED } from '../../support/random';
import { TABLES } from './vectors/all';
import { MEMORY_RESULTS } from './vectors/simd/memory';
import { SIMD_RESULTS } from './vectors/simd/table';

const AT = 0x8000_0000n;

const bytesOf = (word: number, length = 4): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => word >>> (8 * (at % 4)));

const line = (word: number): string => {
  const { mnemonic, operands, kind, target } = disassemble(bytesOf(word), AT);
  const digits = (word >>> 0).toString(16).padStart(8, '0');
  return `${digits} ${`${mnemonic} ${operands}`.trim()}${kind === 'plain' ? '' : `  ; ${kind}`}${target === undefined ? '' : ` -> 0x${target.toString(16)}`}`;
};

describe('decoder', () => {
  it('finds no word that is two instructions of AArch64', () => {
    expect(findOverlap(insns())?.map(({ mnemonic }) => mnemonic)).toBeUndefined();
  });

  it('gives back every instruction and its field values from the word they encode', () => {
    const random = new Random(SEED);
    const decode = createDecoder(insns(), ENCODING);
    const value = ({ pieces, width, isSigned, bias }: PatternField): number => {
      const covered = pieces.reduce((mask, { to, count }) => mask + (2 ** count - 1) * 2 ** to, 0);
      const raw = Number(BigInt(random.u32()) & BigInt(covered));
      return (isSigned && raw >= 2 ** (width - 1) ? raw - 2 ** width : raw) + bias;
    };
    for (const { mnemonic, pattern, not = {}, computed = {} } of insns()) {
      for (let round = 0; round < 16; round++) {
        const fields = Object.fromEntries([...pattern.fields.values()].map((field) => [field.name, value(field)]));
        const isExcluded = Object.entries(not).some(([name, values]) => values.includes(fields[name] ?? 0));
        const isComputed = Object.values(computed).every((compute) => compute(fields) !== undefined);
        const decoded = decode(encodeInsn(pattern, fields));
        const actual = decoded && { mnemonic: decoded.insn.mnemonic, fields: decoded.fields };
        if (!isComputed)
          expect(actual, `${mnemonic} ${JSON.stringify(fields)}, WORLDSTEP_SEED=${SEED}`).toBeUndefined();
        else if (!isExcluded) expect(actual, `WORLDSTEP_SEED=${SEED}`).toEqual({ mnemonic, fields });
      }
    }
  });
});

/** Of Advanced SIMD, whose vectors are many, two of each instruction. */
const SIMD = [...SIMD_RESULTS, ...MEMORY_RESULTS].filter(({ mnemonic }, at, all) => all[at - 2]?.mnemonic !== mnemonic);

describe('disassembler', () => {
  for (const [name, vectors] of Object.entries({ ...TABLES, simd: SIMD })) {
    it(`prints the golden text for every vector of ${name}`, () => {
      const golden = new URL(`goldens/${name}.txt`, import.meta.url);
      const words = new Set(vectors.map(({ word }) => word >>> 0));
      const actual = `${[...words].map(line).join('\n')}\n`;
      if (process.env.UPDATE_GOLDEN) writeFileSync(golden, actual);
      expect(actual).toBe(readFileSync(golden, 'utf8'));
    });
  }

  it('says of every instruction what it does and where the manual defines it', () => {
    for (const { mnemonic, doc, ref } of insns()) {
      expect(`${mnemonic}: ${doc}`).toMatch(/^\S+: \S.*\.$/);
      expect(ref).toMatch(/^Arm Architecture Reference Manual for A-profile, /);
    }
  });

  it('shows words that are no instruction as data', () => {
    expect(line(0x0000_ffff)).toBe('0000ffff udf #65535  ; trap');
    expect(line(0xffff_ffff)).toBe('ffffffff .inst 0xffffffff');
    expect(disassemble(Uint8Array.of(0x13), AT)).toMatchObject({ mnemonic: '.byte', operands: '0x13', isValid: false });
    expect(disassemble(new Uint8Array(0), AT)).toMatchObject({ length: 0, isValid: false });
  });

  it('never throws and never claims more bytes than it was given', () => {
    const random = new Random(SEED);
    for (let round = 0; round < 10_000; round++) {
      const bytes = bytesOf(random.u32(), random.below(5));
      const { length } = disassemble(bytes, AT);
      expect(length).toBeLessThanOrEqual(bytes.length);
    }
  });
});
