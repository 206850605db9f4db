/**
 * Random programs out of an instruction table. A program is a list of blocks; each starts from a random record of all
 * registers, executes a few random instructions, and folds registers and scratch memory into one printed number.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDecoder, type Decoder } from '../../../src/isa/core/decoder';
import type { PatternInsn } from '../../../src/isa/core/insn';
import { readElf } from '../../../src/machine/boot/elf-image';
import type { Random } from '../../support/random';
import { buildElf } from '../elf-builder';
import type { Block, LockstepMachine, PatternMachine, RandomInsn, Stop } from './machine';

/** Whether a row may skip what follows it. */
export const isBranch = ({ asm }: PatternInsn): boolean => asm.includes('{target:');

/** Random programs of an instruction set of patterns. */
export const patternLockstep = (machine: PatternMachine): LockstepMachine => ({
  ...machine,
  program: (random, count, length, only) => randomProgram(machine, random, count, length, only),
  elf: (blocks, stop) => programElf(machine, blocks, stop),
});

function randomProgram(machine: PatternMachine, random: Random, count: number, length: number, only?: RegExp): Block[] {
  const { insns: rows, encoding, excluded } = machine;
  const decode = createDecoder(rows, encoding);
  const candidates = rows.filter(({ mnemonic }) => !excluded.test(mnemonic));
  const straight = candidates.filter((row) => !isBranch(row));
  const choice = only ? candidates.filter(({ mnemonic }) => only.test(mnemonic)) : candidates;
  return Array.from({ length: count }, () => {
    const insns: RandomInsn[] = [];
    while (insns.length < length) {
      const row = random.pick(choice);
      if (!isBranch(row)) insns.push(randomInsn(machine, decode, random, row));
      else {
        const over = randomInsn(machine, decode, random, random.pick(straight));
        insns.push(randomInsn(machine, decode, random, row, over.bytes.length), over);
      }
    }
    return { record: machine.record(random), insns };
  });
}

/** An encoding of `row` with random fields; a branch goes `skip` bytes beyond its end. */
function randomInsn(machine: PatternMachine, decode: Decoder, random: Random, row: PatternInsn, skip = 0): RandomInsn {
  const { length, fields } = row.pattern;
  const match = machine.ignored === 'ones' ? row.pattern.match | ~row.pattern.mask : row.pattern.match;
  for (let attempt = 0; attempt < 1000; attempt++) {
    let word = match;
    for (const field of fields.values()) {
      const value = machine.field(random, row, field, length + skip);
      for (const { from, to, count } of field.pieces) {
        word = (word & ~(((2 ** count - 1) << from) >>> 0)) | (((value >>> to) & (2 ** count - 1)) << from);
      }
    }
    word >>>= 0;
    // Reserved values, and encodings that another row claims, are not this instruction.
    if (decode(word)?.insn === row)
      return { mnemonic: row.mnemonic, bytes: new Uint8Array(Uint32Array.of(word).buffer).slice(0, length) };
  }
  throw new Error(`no encoding of ${row.mnemonic} found`);
}

function programElf(machine: PatternMachine, blocks: readonly Block[], stop?: Stop): Uint8Array {
  const { entry, program, nop, recordBytes } = machine;
  const code: number[] = [];
  const word = (value: number): void => {
    for (let at = 0; at < 4; at++) code.push((value >>> (8 * at)) & 0xff);
  };
  const callTo = (target: number): void => word(machine.call(program + code.length, target));
  for (const [index, { insns }] of blocks.entries()) {
    callTo(entry.restore);
    const isLast = stop?.block === index;
    for (const { bytes } of isLast ? insns.slice(0, stop.insns) : insns) code.push(...bytes);
    // A branch at the end of a cut block must land on something.
    if (isLast) for (let pad = 0; pad < 2; pad++) word(nop);
    callTo(isLast ? entry.dump : entry.fold);
  }
  callTo(entry.finish);
  const records = new Uint8Array(blocks.length * recordBytes);
  for (const [index, { record }] of blocks.entries()) records.set(record, index * recordBytes);
  const file = readFileSync(join(__dirname, '../guests', machine.runtime));
  const runtime = readElf('lockstep', file, [], machine.architecture);
  return buildElf({
    entry: machine.base,
    machine: machine.elfMachine,
    segments: [
      ...runtime.segments.map(({ vaddr, bytes, memsz }) => ({ vaddr, bytes: bytes.slice(), memsz })),
      { vaddr: BigInt(program), bytes: Uint8Array.from(code) },
      { vaddr: machine.records, bytes: records },
    ],
  });
}
