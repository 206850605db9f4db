import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { disassemble } from '../../../src/isa/riscv64/assembly';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import { Random, SEED } from '../../support/random';
import { VECTORS } from './vectors/all';

const GOLDEN = new URL('goldens/disassembly.txt', import.meta.url);
const AT = 0x8000_0000n;

const bytesOf = (word: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => word >>> (8 * at));

const line = (word: number, length: number): string => {
  const { mnemonic, operands, kind, target } = disassemble(bytesOf(word, length), AT);
  const digits = word.toString(16).padStart(length * 2, '0');
  return `${digits.padEnd(9)} ${`${mnemonic} ${operands}`.trim()}${kind === 'plain' ? '' : `  ; ${kind}`}${target === undefined ? '' : ` -> 0x${target.toString(16)}`}`;
};

/** Words for the aliases, which vectors hardly use. */
const ALIASED = [
  0x0000_0013, 0x0040_0513, 0x0005_8513, 0xfff5_c513, 0x0015_b513, 0x00b0_3533, 0x0005_a533, 0x00b0_2533, 0x40b0_0533,
  0x40b0_053b, 0x0005_851b, 0x0ff5_f513, 0x0805_853b, 0x0005_0463, 0x0005_1463, 0x00a0_5463, 0x0005_5463, 0x0005_4463,
  0x00a0_4463, 0x0080_006f, 0x0080_00ef, 0x0080_02ef, 0x0080_056f, 0x0000_8067, 0x0002_8067, 0x0005_0067, 0x0085_0067,
  0x0005_00e7, 0x0085_00e7, 0x0085_02e7, 0x0ff0_000f, 0x8330_000f, 0x0100_000f, 0x0230_000f, 0x1200_0073, 0x1205_0073,
  0x12b5_0073, 0xc000_2573, 0xc010_2573, 0xc020_2573, 0x3000_2573, 0x3405_1073, 0x3005_2073, 0x3005_3073, 0x3001_5073,
  0x3000_e073, 0x3000_f073, 0x0030_2573, 0x0035_1073, 0x0035_95f3, 0x0020_2573, 0x0025_1073, 0x0010_2573, 0x0015_1073,
  0x0020_d073, 0x0010_d073, 0x5c00_2573, 0x20b5_8553, 0x20b5_9553, 0x20b5_a553, 0x22b5_8553, 0xd200_7553, 0x4200_0553,
  0x1005_272f, 0x1405_272f, 0x1605_272f, 0x1ae5_27af, 0x00b5_7553, 0x00b5_1553, 0x00b5_4553,
];

describe('disassembler', () => {
  it('prints the golden text for every vector and alias', () => {
    const words = new Map<string, string>();
    for (const { word, length } of VECTORS) words.set(`${length}:${word}`, line(word, length));
    for (const word of ALIASED) words.set(`4:${word}`, line(word, 4));
    const actual = `${[...words.values()].join('\n')}\n`;
    if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, actual);
    expect(actual).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  it('says of every instruction what it does and where the manual defines it', () => {
    for (const { mnemonic, doc, ref } of INSNS) {
      expect(`${mnemonic}: ${doc}`).toMatch(/^\S+: \S.*\.$/);
      expect(ref).toMatch(/^RISC-V (Unprivileged|Privileged) ISA 20240411, /);
    }
  });

  it('tells calls, returns and other jumps apart', () => {
    const kinds = [
      0x0080_00ef, 0x0080_006f, 0x0000_8067, 0x0005_0067, 0x0005_00e7, 0x0005_0463, 0x3020_0073, 0x0000_0073,
    ];
    expect(kinds.map((word) => disassemble(bytesOf(word, 4), AT).kind)).toEqual([
      'call',
      'jump',
      'return',
      'indirect',
      'call',
      'branch',
      'trapReturn',
      'trap',
    ]);
  });

  it('shows words that are no instruction as data', () => {
    expect(line(0, 2)).toBe('0000      .half 0x0000');
    expect(line(0xffff_ffff, 4)).toBe('ffffffff  .insn 4, 0xffffffff');
    expect(disassemble(Uint8Array.of(0x13), AT)).toMatchObject({ mnemonic: '.byte', operands: '0x13', isValid: false });
    expect(disassemble(Uint8Array.of(0x13, 0, 0), AT)).toMatchObject({ length: 3, isValid: false });
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
