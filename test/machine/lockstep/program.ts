/**
 * Random programs out of the instruction table. A program is a list of blocks; each starts from a random record of all
 * registers, executes a few random instructions, and folds registers and scratch memory into one printed number. What
 * surrounds the blocks is guests/lockstep.S.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDecoder } from '../../../src/isa/core/decoder';
import type { PatternInsn } from '../../../src/isa/core/insn';
import { ENCODING } from '../../../src/isa/riscv64/encoding';
import { INSNS } from '../../../src/isa/riscv64/insns/all';
import { readElf } from '../../../src/machine/boot/elf-image';
import type { Random } from '../../support/random';
import { buildElf } from '../elf-builder';
import { RECORD_BYTES, randomRecord } from './operands';

const BASE = 0x8000_0000n;
const PROGRAM = 0x8002_0000;
const RECORDS = 0x8080_0000n;
/** Entries of the runtime's jump table. */
const ENTRY = { restore: 0x8000_0004, fold: 0x8000_0008, finish: 0x8000_000c, dump: 0x8000_0010 } as const;
const TP = 4;

/** Integer registers that hold pointers of the surroundings: sp, gp, tp, s1. */
const RESERVED = new Set([2, 3, 4, 9]);
const WRITABLE = Array.from({ length: 32 }, (_, register) => register).filter((register) => !RESERVED.has(register));
/** The registers a memory access may go through: sp and s1. */
const POINTERS = [2, 9];
const ROUNDING_MODES = [0, 1, 2, 3, 4, 7];
const FFLAGS = 1;

/** Instructions that have no place in a straight program, or whose result hangs on more than registers and memory. */
const EXCLUDED =
  /^(ecall|ebreak|c\.ebreak|[ms]ret|wfi|(h|s)inval.*|sfence\..*|hfence.*|h[ls]v.*|jalr|c\.jr|c\.jalr|lr\..*|sc\..*|c\.addi16sp|fence\.i|pause)$/;

export interface RandomInsn {
  readonly mnemonic: string;
  readonly word: number;
  /** Bytes. */
  readonly length: number;
}

export interface Block {
  readonly record: Uint8Array;
  readonly insns: readonly RandomInsn[];
}

const decode = createDecoder(INSNS, ENCODING);
const candidates = INSNS.filter(({ mnemonic }) => !EXCLUDED.test(mnemonic));
const isBranch = ({ asm }: PatternInsn): boolean => asm.includes('{target:');
const isMemory = ({ asm }: PatternInsn): boolean => /\((\{rs1'?\}|sp)\)/.test(asm);

/** A program of `count` blocks with about `length` instructions each. `only` narrows the choice of mnemonics. */
export function randomProgram(random: Random, count: number, length: number, only?: RegExp): Block[] {
  const choice = only ? candidates.filter(({ mnemonic }) => only.test(mnemonic)) : candidates;
  return Array.from({ length: count }, () => {
    const insns: RandomInsn[] = [];
    while (insns.length < length) {
      const row = random.pick(choice);
      if (!isBranch(row)) insns.push(randomInsn(random, row));
      else {
        const over = randomInsn(random, random.pick(candidates.filter((other) => !isBranch(other))));
        insns.push(randomInsn(random, row, over.length), over);
      }
    }
    return { record: randomRecord(random), insns };
  });
}

/** An encoding of `row` with random fields; a branch goes `skip` bytes beyond its end. */
export function randomInsn(random: Random, row: PatternInsn, skip = 0): RandomInsn {
  const { length, match, fields } = row.pattern;
  for (let attempt = 0; attempt < 1000; attempt++) {
    let word = match;
    for (const [name, field] of fields) {
      const value = randomField(random, row, name, field.width, length + skip);
      for (const { from, to, count } of field.pieces) {
        word = (word & ~(((2 ** count - 1) << from) >>> 0)) | (((value >>> to) & (2 ** count - 1)) << from);
      }
    }
    word >>>= 0;
    // Reserved values, and encodings that another row claims, are not this instruction.
    if (decode(word)?.insn === row) return { mnemonic: row.mnemonic, word, length };
  }
  throw new Error(`no encoding of ${row.mnemonic} found`);
}

function randomField(random: Random, row: PatternInsn, name: string, width: number, distance: number): number {
  const isFloat = row.asm.includes(`{f${name}}`);
  switch (name) {
    case 'rd':
      return isFloat ? random.below(32) : random.pick(WRITABLE);
    case "rd'":
      return isFloat ? random.below(8) : random.pick([0, 2, 3, 4, 5, 6, 7]);
    case 'rs1':
      return isMemory(row) ? random.pick(POINTERS) : random.below(32);
    case "rs1'":
      return isMemory(row) ? 1 : random.below(8);
    case 'rm':
      return random.pick(ROUNDING_MODES);
    case 'csr':
      return FFLAGS;
    case 'imm':
      return isBranch(row) ? distance : random.u32() & (2 ** width - 1);
    default:
      return random.u32() & (2 ** width - 1);
  }
}

/** Where a program ends, when not after its last block: with all registers dumped after some instructions of a block. */
export interface Stop {
  readonly block: number;
  readonly insns: number;
}

/** The program as an ELF file for a bare machine. */
export function programElf(blocks: readonly Block[], stop?: Stop): Uint8Array {
  const code: number[] = [];
  const halfword = (value: number): void => void code.push(value & 0xff, (value >>> 8) & 0xff);
  const word = (value: number, length = 4): void => {
    halfword(value);
    if (length === 4) halfword(value >>> 16);
  };
  const callTo = (target: number): void => word(jal(TP, target - (PROGRAM + code.length)));
  for (const [index, { insns }] of blocks.entries()) {
    callTo(ENTRY.restore);
    const isLast = stop?.block === index;
    for (const insn of isLast ? insns.slice(0, stop.insns) : insns) word(insn.word, insn.length);
    // A branch at the end of a cut block must land on something.
    if (isLast) for (let pad = 0; pad < 2; pad++) word(NOP);
    callTo(isLast ? ENTRY.dump : ENTRY.fold);
  }
  callTo(ENTRY.finish);
  const records = new Uint8Array(blocks.length * RECORD_BYTES);
  for (const [index, { record }] of blocks.entries()) records.set(record, index * RECORD_BYTES);
  const runtime = readElf('lockstep', readFileSync(join(__dirname, '../guests/prebuilt/lockstep.elf')), [], 'riscv64');
  return buildElf({
    entry: BASE,
    segments: [
      ...runtime.segments.map(({ vaddr, bytes, memsz }) => ({ vaddr, bytes: bytes.slice(), memsz })),
      { vaddr: BigInt(PROGRAM), bytes: Uint8Array.from(code) },
      { vaddr: RECORDS, bytes: records },
    ],
  });
}

const NOP = 0x13;

const jal = (rd: number, offset: number): number => {
  if (offset < -(1 << 20) || offset >= 1 << 20) throw new Error('the program is too long for JAL');
  const bits = (high: number, low: number): number => (offset >> low) & (2 ** (high - low + 1) - 1);
  return (
    ((bits(20, 20) << 31) | (bits(10, 1) << 21) | (bits(11, 11) << 20) | (bits(19, 12) << 12) | (rd << 7) | 0x6f) >>> 0
  );
};
