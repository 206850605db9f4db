/** Short forms for vector rows of floating point. @see Arm ARM, C5.2 "FPCR", "FPSR" */
import type { Vector } from '../../driver';
import { FORMATS } from '../../float-landmarks';
import { type Fields, type Num, u64, vector } from './rows';

/** The flags of FPSR. */
export const IOC = 1n;
export const DZC = 2n;
export const OFC = 4n;
export const UFC = 8n;
export const IXC = 0x10n;
export const IDC = 0x80n;

/** FPCR: to nearest, up, down, to zero; flushing of singles and doubles, and of halves; default NaNs; alternative halves. */
export const RN = 0n;
export const RP = 1n << 22n;
export const RM = 2n << 22n;
export const RZ = 3n << 22n;
export const FZ = 1n << 24n;
export const FZ16 = 1n << 19n;
export const DN = 1n << 25n;
export const AHP = 1n << 26n;

/** Numbers of all formats. */
export const LANDMARKS = {
  ...FORMATS,
  h: {
    one: 0x3c00n,
    two: 0x4000n,
    three: 0x4200n,
    half: 0x3800n,
    afterOne: 0x3c01n,
    beforeOne: 0x3bffn,
    third: 0x3555n,
    thirdDown: 0x3555n,
    ulp: 0x1400n,
    halfUlp: 0x1000n,
    tiny: 1n,
    twoTiny: 2n,
    minNormal: 0x0400n,
    maxSubnormal: 0x03ffn,
    max: 0x7bffn,
    inf: 0x7c00n,
    nan: 0x7e00n,
    oddNan: 0x7e55n,
    signalling: 0x7c01n,
    sign: 0x8000n,
    root2: 0x3da8n,
    root2Up: 0x3da9n,
  },
} as const;
export type Suffix = keyof typeof LANDMARKS;
export const SUFFIXES: readonly Suffix[] = ['h', 's', 'd'];

export type Landmarks = (typeof LANDMARKS)[Suffix];
/** 1.5 and 2.5. */
export const oneAndHalf = (k: Landmarks): bigint => k.three - k.minNormal;
export const twoAndHalf = (k: Landmarks): bigint => k.two + k.minNormal / 4n;
export const minus = (k: Landmarks, bits: bigint): bigint => bits | k.sign;
/** A signalling NaN made quiet. */
export const quiet = (k: Landmarks, bits: bigint): bigint => bits | k.nan;
/** The bit of FPCR that flushes the format, and what a flushed operand raises. */
export const flushOf = (suffix: Suffix): { readonly mode: bigint; readonly input: bigint } =>
  suffix === 'h' ? { mode: FZ16, input: 0n } : { mode: FZ, input: IDC };

/** What a register holds above a number: nothing of it matters. */
const ABOVE = 0x1234_5678_9abc_def0_5a5a_5a5a_5a5a_5a5an;
const WIDTHS = { h: 16n, s: 32n, d: 64n } as const;

/** A number in a register. */
export const held = (suffix: Suffix, bits: bigint): bigint => ((ABOVE >> WIDTHS[suffix]) << WIDTHS[suffix]) | bits;

export const VD = 4;
export const VN = 5;
export const VM = 6;
export const VA = 7;
/** General registers. */
export const RD = 10;
export const RS = 11;

const SOURCES = [
  ['Vn', VN],
  ['Vm', VM],
  ['Va', VA],
] as const;

/** In messages. */
export const h = (value: bigint): string => value.toString(16);

/** What an operation finds and does. */
export interface Operation {
  readonly mnemonic: string;
  /** Fields that are no source. */
  readonly fields: Fields;
  /** The format of the sources, and they. */
  readonly from: Suffix;
  readonly operands: readonly bigint[];
  readonly fpcr: bigint;
  readonly raised: bigint;
  readonly nzcv?: number;
  readonly result: { readonly v?: bigint; readonly x?: bigint; readonly nzcv?: number };
}

/** The operation with no flags before it, and with all that it does not raise. */
export const raising = ({ mnemonic, fields, from, operands, fpcr, raised, nzcv, result }: Operation): Vector[] => {
  const all: Record<string, number> = { ...fields };
  const v: Record<number, bigint> = {};
  for (const [index, bits] of operands.entries()) {
    const [field, register] = SOURCES[index] ?? SOURCES[0];
    all[field] = register;
    v[register] = held(from, bits);
  }
  if (result.v !== undefined) all.Vd = VD;
  if (result.x !== undefined) all.Rd = RD;
  const others = (IOC | DZC | OFC | UFC | IXC | IDC) & ~raised;
  const flags: Record<string, bigint> = nzcv === undefined ? {} : { nzcv: BigInt(nzcv) };
  return [0n, others].map((before) =>
    vector(
      mnemonic,
      all,
      `${operands.map(h).join(', ')} FPCR ${h(fpcr)} FPSR ${h(before)}`,
      { v, slots: { FPCR: fpcr, FPSR: before, ...flags } },
      {
        ...(result.v !== undefined && { v: { [VD]: result.v } }),
        ...(result.x !== undefined && { x: { [RD]: result.x } }),
        slots: { FPSR: before | raised, ...(result.nzcv !== undefined && { nzcv: BigInt(result.nzcv) }) },
      },
    ),
  );
};

export type Row = readonly [operands: readonly bigint[], fpcr: bigint, result: bigint, raised: bigint];

/** Operations that give a number; what was above the destination's is 0. */
export const compute = (mnemonic: string, from: Suffix, rows: readonly Row[]): Vector[] =>
  rows.flatMap(([operands, fpcr, result, raised]) =>
    raising({ mnemonic, fields: {}, from, operands, fpcr, raised, result: { v: result } }),
  );

/** Operations that give bits in a general register. */
export const toGeneral = (mnemonic: string, from: Suffix, rows: readonly Row[], fields: Fields = {}): Vector[] =>
  rows.flatMap(([operands, fpcr, result, raised]) =>
    raising({ mnemonic, fields, from, operands, fpcr, raised, result: { x: result } }),
  );

/** Operations on a general register that give a number. */
export const fromGeneral = (
  mnemonic: string,
  rows: readonly (readonly [operand: Num, fpcr: bigint, result: bigint, raised: bigint])[],
  fields: Fields = {},
): Vector[] =>
  rows.map(([operand, fpcr, result, raised]) =>
    vector(
      mnemonic,
      { ...fields, Rn: RS, Vd: VD },
      `${h(u64(operand))} FPCR ${h(fpcr)}`,
      { x: { [RS]: u64(operand) }, slots: { FPCR: fpcr, FPSR: 0n } },
      { v: { [VD]: result }, slots: { FPSR: raised } },
    ),
  );

/** Operations that raise nothing and leave FPSR as it is, whatever FPCR says. */
export const plain = (
  mnemonic: string,
  from: Suffix,
  rows: readonly (readonly [operands: readonly bigint[], result: bigint])[],
  more: { readonly fields?: Fields; readonly nzcv?: number } = {},
): Vector[] =>
  rows.flatMap(([operands, result]) =>
    raising({
      mnemonic,
      fields: more.fields ?? {},
      from,
      operands,
      fpcr: RM | FZ | FZ16 | DN | AHP,
      raised: 0n,
      ...(more.nzcv !== undefined && { nzcv: more.nzcv }),
      result: { v: result },
    }),
  );
