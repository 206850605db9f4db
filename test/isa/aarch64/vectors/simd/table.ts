/**
 * Rows of Advanced SIMD as a table of text: what QEMU answers, which the test of the same name asks again. A row: mnemonic,
 * word, the operands' numbers for Vn, Vm, Vd and Va, FPCR, and what became of Vd; then what else has changed: Rd, FPSR.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registers, Vector } from '../../../driver';
import { GENERAL, OPERANDS } from './operands';

/** Registers of all rows. Behind Vn are three more, for tables. */
export const REGISTERS = { Vd: 4, Vn: 5, Vm: 9, Va: 10, Rd: 12, Rn: 13 } as const;

/** An instruction and what it finds. */
export interface SimdCase {
  readonly mnemonic: string;
  readonly word: number;
  /** Numbers of vectors in {@link OPERANDS}. */
  readonly operands: { readonly Vn: number; readonly Vm: number; readonly Vd: number; readonly Va: number };
  readonly fpcr: number;
}

/** The numbers of a case's vectors by register; behind Vn those that follow its operand in a list of so many. */
export const vectorsOf = (
  { operands: { Vn, Vm, Vd, Va } }: Pick<SimdCase, 'operands'>,
  count = OPERANDS.length,
): readonly [number, number][] => [
  [REGISTERS.Vd, Vd],
  ...[0, 1, 2, 3].map((at): [number, number] => [REGISTERS.Vn + at, (Vn + at) % count]),
  [REGISTERS.Vm, Vm],
  [REGISTERS.Va, Va],
];

/** What it leaves. */
export interface SimdResult {
  readonly Vd: bigint;
  readonly Rd: bigint;
  readonly fpsr: bigint;
}

export const FILE = join(__dirname, 'results.txt');

const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, '0');

export const lineOf = (
  { mnemonic, word, operands: { Vn, Vm, Vd, Va }, fpcr }: SimdCase,
  result: SimdResult,
): string => {
  const more = [
    ...(result.Rd === GENERAL.Rd ? [] : [`Rd=${hex(result.Rd, 16)}`]),
    ...(result.fpsr === 0n ? [] : [`fpsr=${hex(result.fpsr, 8)}`]),
  ];
  return [mnemonic, hex(word, 8), Vn, Vm, Vd, Va, hex(fpcr, 8), hex(result.Vd, 32), ...more].join(' ');
};

/** A case as a row, its operands numbered in a list. */
export const rowOf = (each: SimdCase, result: SimdResult, list: readonly bigint[] = OPERANDS): Vector => {
  const v: Registers = Object.fromEntries(
    vectorsOf(each, list.length).map(([register, index]) => [register, list[index] ?? 0n]),
  );
  return {
    name: lineOf(each, result),
    mnemonic: each.mnemonic,
    word: each.word,
    length: 4,
    before: {
      v,
      x: { [REGISTERS.Rd]: GENERAL.Rd, [REGISTERS.Rn]: GENERAL.Rn },
      slots: { FPCR: BigInt(each.fpcr) },
    },
    after: { v: { [REGISTERS.Vd]: result.Vd }, x: { [REGISTERS.Rd]: result.Rd }, slots: { FPSR: result.fpsr } },
  };
};

const rowOfLine = (line: string): Vector => {
  const [mnemonic = '', word = '', Vn, Vm, Vd, Va, fpcr = '', made = '', ...more] = line.split(' ');
  const changed = (name: string): bigint | undefined => {
    const found = more.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
    return found === undefined ? undefined : BigInt(`0x${found}`);
  };
  const operands = { Vn: Number(Vn), Vm: Number(Vm), Vd: Number(Vd), Va: Number(Va) };
  return rowOf(
    { mnemonic, word: Number.parseInt(word, 16), operands, fpcr: Number.parseInt(fpcr, 16) },
    { Vd: BigInt(`0x${made}`), Rd: changed('Rd') ?? GENERAL.Rd, fpsr: changed('fpsr') ?? 0n },
  );
};

/** The recorded rows. */
export const SIMD_RESULTS: readonly Vector[] = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .filter(Boolean)
  .map(rowOfLine);
