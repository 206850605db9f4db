/**
 * The ISA-neutral face of one instruction set. debug, inspect and dap know instruction sets only through this
 * interface; asking "which ISA is this" outside `isa/` and `machine/boards/` is a lint error.
 */

import type { Pa, Va } from '../../base/address';
import type { ControlBlock } from './control-block';
import type { DisassembledInsn, RegisterSpec, Transfer } from './registers';
import type { StackAccess } from './stack-access';
import type { Access, Mapping, TableEntry, TableShape, Translation } from './translation';
import type { TableRoot, World } from './world';

/** Reads `length` bytes of physical memory without side effects; `undefined` outside memory. */
export type PhysicalReader = (at: Pa, length: number) => Uint8Array | undefined;

export interface TrapCause {
  /** Unique id usable as an exception filter, e.g. `load-page-fault`. */
  readonly id: string;
  readonly cause: number;
  readonly isInterrupt: boolean;
  /** The manual's words: `Load page fault`. */
  readonly name: string;
  /** Groups for filters: `page-fault`, `guest-page-fault`, `illegal`, `ecall`, `interrupt`, `breakpoint`, `access`, `misaligned`. */
  readonly group: string;
  /** What tval holds for this cause: `address`, `instruction`, `zero`. */
  readonly tval: 'address' | 'instruction' | 'zero';
  /** The kind of access that raised it, for faults of an access. */
  readonly access?: Access;
  /** It is raised only where a guest runs. */
  readonly isOfGuests?: true;
}

/** A trap as the processor reports it. */
export interface TrapReport {
  /** With an error code, where it has one. */
  readonly cause: number;
  readonly isInterrupt: boolean;
  readonly tval: bigint;
  /** The second of two words that it tells, where it tells two. */
  readonly second?: bigint;
}

/** How calls into more privileged code say what they ask for. */
export interface EnvironmentCalls {
  /** Registers that hold the numbers of a call, in the order in which `name` takes their values. */
  readonly registers: readonly string[];
  /**
   * The call in words for a cause of group `ecall` (its id), and how many of the registers it depends on; `undefined` for
   * a cause whose calls have no numbers.
   */
  name(cause: string, values: readonly bigint[]): { readonly text: string; readonly registersUsed: number } | undefined;
}

/** How a trap describes itself beyond its cause. */
export interface Syndrome {
  /** The register that a trap to `world` leaves its description in. */
  register(to: World): string;
  /** Such a value field by field, in the manual's names and words. */
  words(value: bigint): string;
}

export interface Isa {
  readonly name: string;
  /** What users call one of its processors. */
  readonly processor: 'hart' | 'CPU';
  readonly registers: readonly RegisterSpec[];
  /** Register by name or alias (case-insensitive). */
  register(name: string): RegisterSpec | undefined;
  readonly registerOfDwarf: (dwarf: number) => RegisterSpec | undefined;
  readonly pc: string;
  readonly stackPointer: string;
  /** The register that has a world's stack pointer whichever world runs. Absent: all worlds share one. */
  bankedStackPointer?(world: World): string;
  readonly framePointer: string;
  /** The register that calls leave the return address in; absent where they push it. */
  readonly returnAddress?: string;
  /** Integer argument registers in order, for finishing calls and return values. */
  readonly arguments: readonly string[];
  /** For hints: a register that names a root table, and one with the processor's status. */
  readonly examples: { readonly root: string; readonly status: string };
  readonly causes: readonly TrapCause[];
  readonly calls: EnvironmentCalls;
  /**
   * The number of the row in `causes` for a cause as processors have it, which may say more: an error code, the kind of
   * access. Absent: they have what the rows have.
   */
  causeNumber?(cause: number, isInterrupt: boolean, tval: bigint): number;
  /** What a trap tells beside its cause and tval, in words, such as its error code; undefined for nothing. Absent: none does. */
  causeDetail?(trap: TrapReport): string | undefined;
  /** Absent where cause and address are all that a trap tells. Interrupts have none. */
  readonly syndrome?: Syndrome;
  /** How a hypervisor describes a guest to the processor in memory. Absent: by registers alone. */
  readonly controlBlock?: ControlBlock;
  /**
   * Whether saved registers can be those of interrupted code, by bits that always are as they are; `register` gives those that
   * were saved. Absent: any can.
   */
  canBeInterrupted?(register: (name: string) => bigint | undefined): boolean;
  /** Longest instruction, bytes. */
  readonly maxLength: number;
  readonly minLength: number;
  /** The first words of statements in its assembly language: instructions, and what assemblers write in their place. */
  readonly mnemonics: readonly string[];
  /** @param codeMode of the world that it would execute in, see `World.codeMode`; 0 when absent */
  disassemble(bytes: Uint8Array, address: bigint, codeMode?: number): DisassembledInsn;
  /** The instructions that return from a trap or enter a guest, as their bytes lie in memory: those without operands. */
  readonly trapReturns: readonly Uint8Array[];
  /** Where two neighbouring instructions go together, when the second alone does not say: far calls of RISC-V. */
  jointTarget?(first: DisassembledInsn, second: DisassembledInsn): bigint | undefined;
  /** The address that an instruction forms alone, as `lea` does. Absent: none does. */
  formedAddress?(insn: DisassembledInsn): bigint | undefined;
  /** The address that two instructions form together, as `auipc` and `addi` do. */
  jointAddress?(first: DisassembledInsn, second: DisassembledInsn): bigint | undefined;
  /** Whether an instruction takes the stack pointer from memory that is not on its stack, as a switch of tasks does. */
  loadsStackPointer(insn: DisassembledInsn): boolean;
  /** What an instruction does with the stack. Absent: callers are found by call frame information and frame pointers alone. */
  stackAccesses?(insn: DisassembledInsn): readonly StackAccess[];
  /** What an instruction stores or copies, if it does nothing else. */
  transfer?(insn: DisassembledInsn): Transfer | undefined;
  /** Walks the tables of `world` for `va`, side-effect free. */
  translate(
    world: World,
    read: PhysicalReader,
    va: Va,
    access: Access,
    registers: (name: string) => bigint,
  ): Translation;
  /**
   * Every mapping under the stage-1 roots of `world`, neighbours merged, at most `limit`. In a guest, what stage 2 does not
   * back is left out; a guest's world without a stage-1 root lists stage 2 alone, by guest physical address.
   */
  mappings(world: World, read: PhysicalReader, registers: (name: string) => bigint, limit: number): Mapping[];
  /**
   * The valid entries of one table, which lies at `table`: a first root of `world` or what an entry above named as `next`.
   * `va` is the first address that the table translates; a root's is its `from`.
   */
  tableEntries(
    world: World,
    read: PhysicalReader,
    registers: (name: string) => bigint,
    table: Pa,
    level: number,
    va: Va,
  ): TableEntry[];
  /**
   * Every world a hart with these registers could enter, privileged ones too, under the roots they name now. A guest's are
   * among them where the registers hold any state of a guest.
   */
  worlds(registers: (name: string) => bigint): World[];
  /**
   * Whether code (from the beginning of an instruction on) holds an instruction that only hypervisors have. Data in it may
   * look like one. Absent where no machine of ours runs guests.
   */
  runsGuests?(code: Uint8Array): boolean;
  /** What is questionable about a value of a root register, although it works here; undefined for all others. */
  rootRemark?(register: string, value: bigint): string | undefined;
  /** The level of a first root of `world` under the current scheme, or undefined when it has none. */
  rootLevel(world: World, root: TableRoot, registers: (name: string) => bigint): number | undefined;
  /** The level whose tables hold no further tables, as the manual counts: 3 where levels count up from the root. Absent: 0. */
  readonly lastLevel?: number;
  /** How large the tables of a level are that the addresses of `world` are translated by first. */
  tableShape(world: World, level: number, registers: (name: string) => bigint): TableShape;
}

/** The number of the row for a cause as processors have it. */
export const causeNumber = (
  isa: Pick<Isa, 'causeNumber'>,
  { cause, isInterrupt, tval }: Pick<TrapReport, 'cause' | 'isInterrupt' | 'tval'>,
): number => isa.causeNumber?.(cause, isInterrupt, tval) ?? cause;

/** Which processor, as users call it: `hart 0`, `CPU 0`. */
export const processorText = ({ processor }: Pick<Isa, 'processor'>, number: number | string): string =>
  `${processor} ${number}`;

/** Whether the tables of a level hold no further ones. */
export const isLastLevel = ({ lastLevel = 0 }: Pick<Isa, 'lastLevel'>, level: number): boolean => level === lastLevel;

/** The level `depth` tables below another one, which is not the last. */
export const levelBelow = ({ lastLevel = 0 }: Pick<Isa, 'lastLevel'>, level: number, depth = 1): number =>
  level > lastLevel ? level - depth : level + depth;

/** The row of a trap's cause; undefined for one that the manual reserves. */
export const causeOf = (
  { causes }: Pick<Isa, 'causes'>,
  { cause, isInterrupt }: Pick<TrapCause, 'cause' | 'isInterrupt'>,
): TrapCause | undefined => causes.find((one) => one.cause === cause && one.isInterrupt === isInterrupt);
