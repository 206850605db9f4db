/**
 * Each instruction set's two decoders, the one emitted for the engine and the one for tools, agree: on every row with random
 * fields, on words that differ from them in one bit, and on any words.
 */
import { describe, expect, it } from 'vitest';
import { compileInterpreter } from '../../src/engine/interpreter';
import { SCRATCH_RECORD } from '../../src/engine/layout';
import { MachineMemory } from '../../src/engine/machine-memory';
import { RecordWriter } from '../../src/engine/record-writer';
import { createDecoder, encodeInsn } from '../../src/isa/core/decoder';
import { maxLength, type PatternEncoding } from '../../src/isa/core/encoding';
import type { EngineIsa } from '../../src/isa/core/engine-isa';
import { isPatternInsn } from '../../src/isa/core/insn';
import { LOONGARCH64_ENGINE } from '../../src/isa/loongarch64';
import { RISCV64_ENGINE } from '../../src/isa/riscv64';
import { Random, SEED } from '../support/random';
import { TOY_24, TOY_32 } from './toy/toys';

const ROUNDS = 24;
const RANDOM_WORDS = 30_000;

/** A second record in the same memory, for what the tools' decoder finds. */
const EXPECTED = SCRATCH_RECORD + 64;

/** Decodes a word with the emitted decoder: the row, and its record's bytes. */
const emittedDecoder = (isa: EngineIsa) => {
  const memory = new MachineMemory([{ base: 0, size: 0x1000 }], isa, 1);
  const { module, runs } = compileInterpreter(isa);
  const records = new RecordWriter(memory, isa, runs);
  const compute = (op: number, record: number, word: number) => (records.compute(op, record, word) ? 1 : 0);
  const names = WebAssembly.Module.imports(new WebAssembly.Module(module)).map(({ name }) => name);
  const unused = () => {
    throw new Error('the decoder calls nothing else');
  };
  const env = { ...Object.fromEntries(names.map((name) => [name, unused])), compute, memory: memory.wasm };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { env });
  const decode = exports.decode as (record: number, word: number) => number;
  const recordAt = (at: number): string => Buffer.from(memory.u8.subarray(at + 2, at + 16)).toString('hex');
  return {
    decode: (word: number) => {
      memory.u8.fill(0, SCRATCH_RECORD, SCRATCH_RECORD + 32);
      const insn = isa.insns[decode(SCRATCH_RECORD, word | 0) - 1];
      return { mnemonic: insn?.mnemonic, record: recordAt(SCRATCH_RECORD) };
    },
    fill: (decoded: Parameters<RecordWriter['fill']>[1]) => {
      memory.u8.fill(0, EXPECTED, EXPECTED + 32);
      records.fill(EXPECTED, decoded);
      return recordAt(EXPECTED);
    },
  };
};

describe('the emitted decoder and that of the tools agree', () => {
  for (const isa of [RISCV64_ENGINE, LOONGARCH64_ENGINE, TOY_24, TOY_32]) {
    it(`on words of ${isa.name}`, () => {
      const random = new Random(SEED);
      const encoding = isa.encoding as PatternEncoding;
      const tools = createDecoder(isa.insns.filter(isPatternInsn), encoding);
      const emitted = emittedDecoder(isa);
      const differing: unknown[] = [];
      const check = (word: number) => {
        const decoded = tools(word);
        // The emitted decoder is given as much as the instruction's first unit says.
        const actual = emitted.decode(word);
        const expected = decoded ? { mnemonic: decoded.insn.mnemonic, record: emitted.fill(decoded) } : undefined;
        const isSame = decoded
          ? actual.mnemonic === expected?.mnemonic && actual.record === expected?.record
          : actual.mnemonic === undefined;
        if (!isSame) differing.push({ word: word.toString(16), actual, expected });
      };
      for (const { pattern } of isa.insns.filter(isPatternInsn)) {
        const bits = pattern.length * 8;
        for (let round = 0; round < ROUNDS; round++) {
          const fields = [...pattern.fields.values()].map(({ name, width, bias }) => [
            name,
            random.below(2 ** Math.min(width, 31)) + bias,
          ]);
          const word = encodeInsn(pattern, Object.fromEntries(fields));
          check(word);
          check((word ^ (1 << random.below(bits))) >>> 0);
        }
      }
      const most = 2 ** (8 * maxLength(encoding)) - 1;
      for (let round = 0; round < RANDOM_WORDS; round++) check((random.u32() & most) >>> 0);
      expect(differing.slice(0, 5)).toEqual([]);
    });
  }
});
