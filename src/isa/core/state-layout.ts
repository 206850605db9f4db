/**
 * The registers of an instruction set as data. Whoever keeps, copies, prints or hashes a hart's state goes by these
 * lists; where each register lies in memory is the engine's business.
 */

/** Registers of one kind, numbered from 0. Cells of 64 bits; of 128 for vectors. */
export interface RegisterFile {
  readonly name: string;
  readonly count: number;
  readonly bits: 64 | 128;
  /** The number that reads as 0 and ignores writes. */
  readonly zero?: number;
  /**
   * Of 128 bits: the view that has the low halves. Snapshots and hashes have those under its name, and the upper halves only
   * where one is not 0: a program without vectors is hashed like one on a processor without them.
   */
  readonly low?: string;
}

/**
 * Another way to name the registers of a file: a part of each, as `al` and `w0` are, or one number that means something
 * else, as 31 means `sp` in some operands of AArch64. Reading yields the part zero-extended; writing leaves the rest.
 */
export interface RegisterView {
  readonly name: string;
  readonly of: string;
  /** Width of the part, the file's own when absent; a part of a 128-bit register has at most 64. */
  readonly bits?: 8 | 16 | 32 | 64;
  /** Where the part begins, in bytes; 0 when absent. */
  readonly byte?: number;
  /** The number that reads as 0 and ignores writes. Where the file has one, it is the same, or that number is another slot. */
  readonly zero?: number;
  /** Numbers that mean other parts of registers, from `byte` on, as `ah` is one of `rax`. */
  readonly parts?: Readonly<Record<number, { readonly register: number; readonly byte: number }>>;
  /** Slots that take the place of registers, by number. */
  readonly slots?: Readonly<Record<number, string>>;
}

/** State too large for what is copied when harts take turns: only TypeScript reads and writes it. */
export interface StateBank {
  readonly name: string;
  /** Of 64 bits. */
  readonly cells: number;
}

/** What a hart's architectural state consists of beside its pc. */
export interface StateLayout {
  readonly files: readonly RegisterFile[];
  readonly views?: readonly RegisterView[];
  /** Names of 64-bit cells: system registers, flags, whatever is no numbered register. */
  readonly slots: readonly string[];
  readonly banks?: readonly StateBank[];
}
