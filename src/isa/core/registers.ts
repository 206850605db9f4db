/** Registers as data: what a debugger shows and may set. */
import type { FieldSpec } from '../../base/fields';

export interface RegisterSpec {
  /** Unique in its ISA: the manual's name, e.g. `x10`, `satp`, `f3`, `pc`. */
  readonly name: string;
  /** ABI or other accepted names, e.g. `a0`. The first is the preferred display name. */
  readonly aliases: readonly string[];
  readonly group: 'general' | 'float' | 'vector' | 'system';
  readonly bits: 8 | 16 | 32 | 64 | 128;
  /** DWARF register number, when it has one. */
  readonly dwarf?: number;
  /** The CSR's number, for system registers. */
  readonly number?: number;
  /** Which of the manual's groups a system register belongs to, as a title; translated where it is shown. */
  readonly section?: string;
  /** One line from us on what it is for. */
  readonly doc: string;
  readonly fields?: readonly FieldSpec[];
  /** Counts by itself: that it differs from before says nothing. */
  readonly isCounter?: true;
  /** False where a debugger must not write it (e.g. read-only counters). */
  readonly isWritable: boolean;
}

/** One disassembled instruction. */
export interface DisassembledInsn {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly length: number;
  /** `addi`; for an undecodable word `.insn` or `.half`. */
  readonly mnemonic: string;
  /** `a0, a0, 1`; jump targets as absolute hex addresses. */
  readonly operands: string;
  readonly isValid: boolean;
  /** Direct branch or call target. */
  readonly target?: bigint;
  readonly kind: 'plain' | 'branch' | 'jump' | 'call' | 'return' | 'indirect' | 'trap' | 'trapReturn';
  /** What it adds to the stack pointer: 0n where it leaves it alone; `undefined` where it sets it, or nobody knows. */
  readonly stackMove: bigint | undefined;
  /** Manual reference and one line of what it does, for hovers. */
  readonly doc: string;
}

/** A register that is stored to memory, or copied to another one, as it is. */
export type Transfer =
  | {
      readonly kind: 'store';
      readonly register: string;
      /** The register that points there. */
      readonly base: string;
      readonly offset: bigint;
      readonly bytes: number;
    }
  | { readonly kind: 'move'; readonly to: string; readonly from: string };
