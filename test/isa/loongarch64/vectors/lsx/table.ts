/**
 * Rows of LSX as a table of text. The manual's volume on vectors is not public, so results.txt has what QEMU answers; the test
 * of the same name asks it again. A row: mnemonic, word, the operands' numbers for vj, vk, vd and va, fcsr0 before, and
 * what became of vd; then what else has changed: rd, the condition flag, fcsr0.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registers, Vector } from '../../../driver';
import { RD, RJ, RK } from '../rows';
import { GENERAL, OPERANDS } from './operands';

/** Registers of all rows. */
export const REGISTERS = { vd: 4, vj: 5, vk: 6, va: 7, rd: RD, rj: RJ, rk: RK, cd: 3 } as const;

/** An instruction and what it finds. */
export interface LsxCase {
  readonly mnemonic: string;
  readonly word: number;
  /** Numbers of vectors in {@link OPERANDS}. */
  readonly operands: { readonly vj: number; readonly vk: number; readonly vd: number; readonly va: number };
  readonly fcsr: number;
}

/** What it leaves. */
export interface LsxResult {
  readonly vd: bigint;
  readonly rd: bigint;
  readonly fcc: bigint;
  readonly fcsr: bigint;
}

/** What rd and the flag hold before. */
export const BEFORE = { rd: 0x5eed_0000_0000_0000n, fcc: 1n } as const;

export const FILE = join(__dirname, 'results.txt');

const hex = (value: bigint | number, digits: number): string => value.toString(16).padStart(digits, '0');

export const lineOf = ({ mnemonic, word, operands: { vj, vk, vd, va }, fcsr }: LsxCase, result: LsxResult): string => {
  const more = [
    ...(result.rd === BEFORE.rd ? [] : [`rd=${hex(result.rd, 16)}`]),
    ...(result.fcc === BEFORE.fcc ? [] : [`fcc=${result.fcc}`]),
    ...(result.fcsr === BigInt(fcsr) ? [] : [`fcsr=${hex(result.fcsr, 8)}`]),
  ];
  return [mnemonic, hex(word, 8), vj, vk, vd, va, hex(fcsr, 3), hex(result.vd, 32), ...more].join(' ');
};

const vectorOfLine = (line: string): Vector => {
  const [mnemonic = '', word = '', vj, vk, vd, va, fcsr = '', made = '', ...more] = line.split(' ');
  const operand = (index: string | undefined): bigint => OPERANDS[Number(index)] ?? 0n;
  const changed = (name: string): bigint | undefined => {
    const found = more.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
    return found === undefined ? undefined : BigInt(`0x${found}`);
  };
  const before = BigInt(`0x${fcsr}`);
  const v: Registers = {
    [REGISTERS.vd]: operand(vd),
    [REGISTERS.vj]: operand(vj),
    [REGISTERS.vk]: operand(vk),
    [REGISTERS.va]: operand(va),
  };
  return {
    name: line,
    mnemonic,
    word: Number.parseInt(word, 16),
    length: 4,
    before: {
      v,
      r: { [RD]: BEFORE.rd, [RJ]: GENERAL.rj, [RK]: GENERAL.rk },
      fcc: { [REGISTERS.cd]: BEFORE.fcc },
      slots: { fcsr: before },
    },
    after: {
      v: { [REGISTERS.vd]: BigInt(`0x${made}`) },
      r: { [RD]: changed('rd') ?? BEFORE.rd },
      fcc: { [REGISTERS.cd]: changed('fcc') ?? BEFORE.fcc },
      slots: { fcsr: changed('fcsr') ?? before },
    },
  };
};

/** The recorded rows. */
export const LSX_RESULTS: readonly Vector[] = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .filter(Boolean)
  .map(vectorOfLine);
