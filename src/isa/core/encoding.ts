/** How the instructions of an instruction set lie in memory, and how long each is. */
import type { Insn } from './insn';

/** Instructions whose first unit begins so have this length. */
export interface LengthRule {
  /** Bits of the first unit, little-endian, that must equal `match`. */
  readonly mask: number;
  readonly match: number;
  /** At most 4. */
  readonly bytes: number;
}

/** Instructions of few lengths, each a pattern of bits: RISC-V, AArch64, LoongArch. */
export interface PatternEncoding {
  readonly kind: 'patterns';
  /** Every instruction begins at a multiple of this many bytes. */
  readonly unit: 1 | 2 | 4;
  /** The first that fits holds; the last fits everything. */
  readonly lengths: readonly LengthRule[];
}

/** Instructions that only a program can take apart: x86 with its prefixes. */
export interface ProgramEncoding {
  readonly kind: 'program';
  readonly unit: 1 | 2 | 4;
  readonly minLength: number;
  readonly maxLength: number;
  readonly decode: ProgramDecoder;
}

export type Encoding = PatternEncoding | ProgramEncoding;

/** An instruction and the values of its operands. */
export interface DecodedInsn {
  readonly insn: Insn;
  /** Bytes. */
  readonly length: number;
  /** Values of fields of at most 32 bits by name, extended and biased as the pattern says. */
  readonly fields: Readonly<Record<string, number>>;
  /** Values of those of 64 bits, unsigned. */
  readonly wide?: Readonly<Record<string, bigint>>;
}

/**
 * Takes apart the instruction at the start of `bytes`: `short` when its end is not among them, `undefined` when it is none.
 * @param mode what the same bytes mean depends on it: small numbers of the instruction set's own, see `EngineIsa.decodeMode`
 */
export type ProgramDecoder = (bytes: Uint8Array, mode: number) => DecodedInsn | 'short' | undefined;

/** Length of the instruction whose first unit, little-endian, this is; decodable or not. */
export const lengthOfUnit = ({ lengths }: PatternEncoding, first: number): number =>
  lengths.find(({ mask, match }) => (first & mask) >>> 0 === match)?.bytes ?? 0;

/** Longest and shortest instruction, bytes. */
export const maxLength = (encoding: Encoding): number =>
  encoding.kind === 'program' ? encoding.maxLength : Math.max(...encoding.lengths.map(({ bytes }) => bytes));
export const minLength = (encoding: Encoding): number =>
  encoding.kind === 'program' ? encoding.minLength : Math.min(...encoding.lengths.map(({ bytes }) => bytes));

/** Little-endian. */
export const wordOf = (bytes: Uint8Array): number => bytes.reduceRight((value, byte) => value * 256 + byte, 0);
