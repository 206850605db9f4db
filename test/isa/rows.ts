/** What the vector rows of every instruction set are written with. */
import { encodeInsn } from '../../src/isa/core/decoder';
import type { PatternInsn } from '../../src/isa/core/insn';

/** Numbers may be negative; they are taken modulo 2^64. */
export type Num = bigint | number;
export const u64 = (value: Num): bigint => BigInt.asUintN(64, BigInt(value));

/** A number in the name of a row. */
export const text = (value: Num): string =>
  typeof value === 'bigint' && value > 9n ? `0x${value.toString(16)}` : `${value}`;

/** Values of an instruction's fields. */
export type Fields = Readonly<Record<string, number>>;

/** An instruction's word and its length in bytes; throws for a mnemonic or a field that is not there. */
export const encoderOf = (insns: readonly PatternInsn[]) => {
  const byMnemonic = new Map(insns.map((insn) => [insn.mnemonic, insn]));
  return (mnemonic: string, fields: Fields): { readonly word: number; readonly length: number } => {
    const found = byMnemonic.get(mnemonic);
    if (!found) throw new Error(`no instruction ${mnemonic}`);
    const { pattern } = found;
    for (const field of Object.keys(fields)) {
      if (!pattern.fields.has(field)) throw new Error(`${mnemonic} has no field ${field}`);
    }
    return { word: encodeInsn(pattern, fields), length: pattern.length };
  };
};
