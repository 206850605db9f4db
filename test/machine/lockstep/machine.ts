/** What random programs need to know of an instruction set: where they run, which instructions they have, what surrounds them. */

import type { Architecture } from '../../../src/base/architectures';
import type { BoardChoices } from '../../../src/base/board-choices';
import type { PatternEncoding } from '../../../src/isa/core/encoding';
import type { PatternInsn } from '../../../src/isa/core/insn';
import type { Isa } from '../../../src/isa/core/isa';
import type { PatternField } from '../../../src/isa/core/pattern';
import type { BoardSpec } from '../../../src/machine/boards/board';
import type { Random } from '../../support/random';

export interface RandomInsn {
  readonly mnemonic: string;
  readonly bytes: Uint8Array;
}

export interface Block {
  readonly record: Uint8Array;
  readonly insns: readonly RandomInsn[];
  /** Decode mode of its code, where there are several. */
  readonly mode?: number;
}

/** Where a program ends, when not after its last block: with all registers dumped after some instructions of a block. */
export interface Stop {
  readonly block: number;
  readonly insns: number;
}

/** Where random programs run. */
interface Place {
  readonly architecture: Architecture;
  readonly isa: Pick<Isa, 'disassemble'>;
  /** The words of a record, by what each is. */
  readonly words: readonly string[];
  readonly qemu: readonly string[];
  /** QEMU's exit status behind a program that ran to its end; absent: 0. */
  readonly status?: number;
  /** Where it runs here, and what is chosen of the board's options. */
  readonly board: BoardSpec;
  readonly choices: BoardChoices;
}

export interface LockstepMachine extends Place {
  /** A program of `count` blocks with about `length` instructions each. `only` narrows the choice of mnemonics. */
  program(random: Random, count: number, length: number, only?: RegExp): Block[];
  /** The program as an ELF file for a bare machine. */
  elf(blocks: readonly Block[], stop?: Stop): Uint8Array;
}

/** An instruction set of patterns. */
export interface PatternMachine extends Place {
  readonly encoding: PatternEncoding;
  readonly insns: readonly PatternInsn[];
  /** Instructions that have no place in a straight program, or whose result hangs on more than registers and memory. */
  readonly excluded: RegExp;
  /** The program around the blocks, in test/machine/guests, and `e_machine` of its file. */
  readonly runtime: string;
  readonly elfMachine: number;
  /** Where it begins; where the blocks and the records go. */
  readonly base: bigint;
  readonly program: number;
  readonly records: bigint;
  /** Entries of the runtime's jump table. */
  readonly entry: { readonly restore: number; readonly fold: number; readonly finish: number; readonly dump: number };
  /** The instruction at `from` that calls the entry at `to`, and one that does nothing. */
  call(from: number, to: number): number;
  readonly nop: number;
  /** What bits should be that an instruction does not look at, by the manual. */
  readonly ignored: 'zeros' | 'ones';
  /** A random value of a field. `distance`: how far a branch is to go. */
  field(random: Random, row: PatternInsn, field: PatternField, distance: number): number;
  readonly recordBytes: number;
  /** Contents of all registers, as the runtime loads them. */
  record(random: Random): Uint8Array;
}
