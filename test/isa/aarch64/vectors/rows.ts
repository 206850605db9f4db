/** Short forms for vector rows. Numbers may be negative; they are taken modulo 2^64. */
import { insns } from '../../../../src/isa/aarch64/insns/all';
import type { After, Before, Vector } from '../../driver';
import { encoderOf, type Fields, type Num, u64 } from '../../rows';

export { type Fields, type Num, u64 } from '../../rows';

const encode = encoderOf(insns());

/** Registers the short forms use. */
export const RD = 10;
export const RN = 11;
export const RM = 12;
export const RA = 13;
/** Reads as zero, or is the stack pointer. */
export const ZERO = 31;

/** The word of an instruction. */
export const wordOf = (mnemonic: string, fields: Fields): number => encode(mnemonic, fields).word;

/** The general form. */
export const vector = (mnemonic: string, fields: Fields, name: string, before: Before, after: After): Vector => ({
  name: `${mnemonic} ${name}`,
  mnemonic,
  ...encode(mnemonic, fields),
  before,
  after,
});

/** Whether the registers of a row are words: `add-w-lsl`. */
export const isWord = (mnemonic: string): boolean => /-w(-|$)/.test(mnemonic);

/** What the upper half of a register holds that is read as a word, so that reading it shows. */
const UPPER = 0xdead_beef_0000_0000n;

/** A register's value as a row's registers have it. */
export const held = (mnemonic: string, value: Num): bigint =>
  isWord(mnemonic) ? UPPER | BigInt.asUintN(32, BigInt(value)) : u64(value);
/** A result as a row's registers get it. */
export const result = (mnemonic: string, value: Num): bigint =>
  BigInt.asUintN(isWord(mnemonic) ? 32 : 64, BigInt(value));

/** Source registers by role, and flags: what an instruction finds. */
export interface Inputs {
  readonly n?: Num;
  readonly m?: Num;
  readonly a?: Num;
  /** The destination before. */
  readonly d?: Num;
  readonly nzcv?: number;
}

/** What it leaves. */
export interface Results {
  readonly d?: Num;
  readonly nzcv?: number;
}

const describe = (values: object): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${BigInt(value).toString(16)}`)
    .join(', ');

/** An instruction on registers: the roles are in {@link RN}, {@link RM}, {@link RA}, and {@link RD} gets the result. */
export const operation = (mnemonic: string, more: Fields, inputs: Inputs, { d, nzcv }: Results): Vector => {
  const registers = { n: ['Rn', RN], m: ['Rm', RM], a: ['Ra', RA] } as const;
  const fields: Record<string, number> = { ...(d !== undefined && { Rd: RD }), ...more };
  const x: Record<number, bigint> = {};
  for (const [role, [field, register]] of Object.entries(registers)) {
    const value = inputs[role as keyof typeof registers];
    if (value === undefined) continue;
    fields[field] = register;
    x[register] = held(mnemonic, value);
  }
  if (inputs.d !== undefined) x[RD] = held(mnemonic, inputs.d);
  return vector(
    mnemonic,
    fields,
    `${describe(inputs)}${Object.keys(more).length ? `; ${describe(more)}` : ''}`,
    { x, slots: { ...(inputs.nzcv !== undefined && { nzcv: BigInt(inputs.nzcv) }) } },
    {
      x: d === undefined ? {} : { [RD]: result(mnemonic, d) },
      slots: { ...(nzcv !== undefined && { nzcv: BigInt(nzcv) }) },
    },
  );
};
