/** What vector rows of loads, stores and atomic accesses are made of. */
import { insns } from '../../../../src/isa/aarch64/insns/all';
import { type After, DATA, type MemoryBytes, type Vector } from '../../driver';
import { type Fields, type Num, u64, vector } from './rows';

/** Where rows have their data: 32 bytes, 16 of which are aligned to 16. */
export const AT = DATA + 0x40n;
export const BYTES = '8182838485868788f1f2f3f4f5f6f7f80102030405060708a1a2a3a4a5a6a7a8';

/** Registers of the rows. */
export const RT = 10;
export const RN = 11;
export const RM = 12;
export const RT2 = 13;
export const RS = 14;
const SP = 31;

/** Little-endian hexadecimal digits. */
export const little = (value: Num, bytes: number): string =>
  (
    BigInt.asUintN(bytes * 8, BigInt(value))
      .toString(16)
      .padStart(bytes * 2, '0')
      .match(/../g) ?? []
  )
    .reverse()
    .join('');

/** What a load of so many bytes at a distance from {@link AT} reads of {@link BYTES}. */
export const read = (distance: number, bytes: number): bigint =>
  BigInt(`0x${little(BigInt(`0x${BYTES.slice(2 * distance, 2 * (distance + bytes))}`), bytes)}`);

/** {@link BYTES} after a store of so many bytes at a distance. */
export const written = (distance: number, bytes: number, value: Num): MemoryBytes => ({
  at: AT,
  bytes: BYTES.slice(0, 2 * distance) + little(value, bytes) + BYTES.slice(2 * (distance + bytes)),
});

export const HERE: MemoryBytes = { at: AT, bytes: BYTES };

/**
 * Normal memory, in which accesses need not be aligned: the MMU on, with one block of 1 GiB that maps RAM to itself, and the
 * table behind the data. @see Arm ARM, D8.3 "Translation table descriptor formats"
 */
const TABLE = DATA + 0xf00n;
const BLOCK = 0x8000_0000n | (1n << 10n) | 1n;
export const NORMAL: { readonly slots: Readonly<Record<string, bigint>>; readonly memory: readonly MemoryBytes[] } = {
  slots: { SCTLR_EL1: 1n, TCR_EL1: 32n | (1n << 23n), TTBR0_EL1: TABLE, MAIR_EL1: 0xffn },
  memory: [{ at: TABLE + 16n, bytes: little(BLOCK, 8) }],
};

/** A row by its base register: what it has in its fields, and in the state. */
export interface Based {
  readonly mnemonic: string;
  readonly fields: Fields;
  /** State with the base at an address. */
  state(base: bigint): {
    readonly x?: Readonly<Record<number, bigint>>;
    readonly slots?: Readonly<Record<string, bigint>>;
  };
}

const NAMES = new Set(insns().map(({ mnemonic }) => mnemonic));

const inRegister = (mnemonic: string): Based => ({
  mnemonic,
  fields: { Rn: RN },
  state: (base) => ({ x: { [RN]: u64(base) } }),
});
const inStack = (mnemonic: string, fields: Fields): Based => ({
  mnemonic,
  fields,
  state: (base) => ({ slots: { sp: u64(base) } }),
});

/** An instruction with a register as base, and with the stack pointer. */
export const based = (name: string): Based[] => [
  inRegister(name),
  NAMES.has(`${name}-sp`) ? inStack(`${name}-sp`, {}) : inStack(name, { Rn: SP }),
];

/** Part of a state. */
export type State = { readonly [part in 'x' | 'v']?: Readonly<Record<number, bigint>> } & {
  readonly slots?: Readonly<Record<string, bigint>>;
  readonly memory?: readonly MemoryBytes[];
};

/** Several parts of a state as one. */
export const joined = (...parts: readonly State[]): State => ({
  x: Object.assign({}, ...parts.map(({ x }) => x)),
  v: Object.assign({}, ...parts.map(({ v }) => v)),
  slots: Object.assign({}, ...parts.map(({ slots }) => slots)),
  memory: parts.flatMap(({ memory }) => memory ?? []),
});

/** A row of one of {@link based}: its base's address before, and what it is after where it is written back. */
export const access = (
  { mnemonic, fields, state }: Based,
  more: Fields,
  name: string,
  base: bigint,
  before: State,
  after: State & Pick<After, 'trap'>,
  back?: bigint,
): Vector => {
  const { trap, ...rest } = after;
  return vector(
    mnemonic,
    { ...fields, ...more },
    `${name}${'Rn' in fields && fields.Rn !== SP ? '' : ', sp'}`,
    joined(before, state(base)),
    trap ? { trap } : joined(rest, back === undefined ? {} : state(back)),
  );
};
