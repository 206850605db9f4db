/** BMI1, BMI2, ADX and MOVBE. @see AMD64 APM volume 3, "ANDN" and the like */

import type { V64 } from '../../core/ops';
import type { IsaFunction } from '../../core/privileged';
import type { Feature } from '../cpus';
import type { FormOptions, FormTable, Sem } from '../form';
import type { Operand } from '../operands';
import type { Bits, X86Ops } from '../ops';

const LONG = [32, 64] as const;
const SIZES = [16, 32, 64] as const;
const RDX = 2;

const of = (o: X86Ops, operand: Operand | undefined): V64 => operand?.read() ?? o.c(0);
const ones = (o: X86Ops): V64 => o.c(-1);
const one = (o: X86Ops): V64 => o.c(1);

/** Made of one source, with CF as said; OF is 0. */
const ofLowest =
  (result: (o: X86Ops, v: V64, less: V64) => V64, carry: (o: X86Ops, v: V64) => V64): Sem =>
  (o, [to, from], bits) => {
    const v = of(o, from);
    const r = o.low(result(o, v, o.sub(v, one(o))), bits);
    to?.write(r);
    o.flagsOfResult(bits, r, carry(o, v), o.c(0));
  };
const isZero = (o: X86Ops, v: V64): V64 => o.bool(o.eqz(v));

const andn: Sem = (o, [to, a, b], bits) => {
  const r = o.low(o.and(o.not(of(o, a)), of(o, b)), bits);
  to?.write(r);
  o.flagsOfLogic(bits, r);
};
/** The lowest `count` bits set; all where it is 64 or more. */
const lowest = (o: X86Ops, count: V64): V64 =>
  o.select(o.ltU(count, o.c(64)), o.sub(o.shl(one(o), count), one(o)), ones(o));
const bextr: Sem = (o, [to, from, control], bits) => {
  const start = o.and(of(o, control), o.c(0xff));
  const count = o.and(o.shrU(of(o, control), o.c(8)), o.c(0xff));
  const shifted = o.select(o.ltU(start, o.c(64)), o.shrU(of(o, from), start), o.c(0));
  const r = o.low(o.and(shifted, lowest(o, count)), bits);
  to?.write(r);
  o.flagsOfLogic(bits, r);
};
const bzhi: Sem = (o, [to, from, index], bits) => {
  const count = o.and(of(o, index), o.c(0xff));
  const r = o.low(o.and(of(o, from), lowest(o, count)), bits);
  to?.write(r);
  o.flagsOfResult(bits, r, o.bool(o.geU(count, o.c(bits))), o.c(0));
};
const shift =
  (change: (o: X86Ops, v: V64, count: V64, bits: Bits) => V64): Sem =>
  (o, [to, from, count], bits) => {
    const by = o.and(of(o, count), o.c(bits - 1));
    to?.write(o.low(change(o, of(o, from), by, bits), bits));
  };
const rorx: Sem = (o, [to, from, imm], bits) => {
  const by = o.and(of(o, imm), o.c(bits - 1));
  const v = of(o, from);
  if (bits === 64) to?.write(o.rotr(v, by));
  else to?.write(o.low(o.or(o.shrU(v, by), o.shl(v, o.and(o.sub(o.c(32), by), o.c(31)))), 32));
};
const mulx: Sem = (o, [high, low, from], bits) => {
  const a = o.low(o.read('r', RDX), bits);
  const b = of(o, from);
  const product = o.mul(a, b);
  // Where both are one register, it has the upper half.
  low?.write(o.low(product, bits));
  high?.write(bits === 64 ? o.mulhU(a, b) : o.shrU(product, o.c(32)));
};
const through =
  (name: 'pdep' | 'pext'): Sem =>
  (o, [to, from, mask]) =>
    to?.write(o.call(name, [of(o, from), of(o, mask)]));

/** The sum with a flag, and what it carries. */
const sumWith = (o: X86Ops, bits: Bits, a: V64, b: V64, flag: V64): { r: V64; carry: V64 } => {
  const sum = o.add(a, b);
  const r = o.add(sum, flag);
  if (bits === 32) return { r, carry: o.shrU(r, o.c(32)) };
  return { r, carry: o.bool(o.or(o.ltU(sum, a), o.ltU(r, sum))) };
};
const adcx: Sem = (o, [to, from], bits) => {
  const { r, carry } = sumWith(o, bits, of(o, to), of(o, from), o.cf());
  to?.write(o.low(r, bits));
  o.setCarry(carry);
};
const adox: Sem = (o, [to, from], bits) => {
  const overflow = o.bool(o.holds('o'));
  const cf = o.cf();
  const { r, carry } = sumWith(o, bits, of(o, to), of(o, from), overflow);
  to?.write(o.low(r, bits));
  o.setCarryAndOverflow(cf, carry);
};

/** A value with its bytes the other way round. */
const swapped = (o: X86Ops, value: V64, bits: Bits): V64 => {
  const swap = (v: V64, by: number, mask: bigint): V64 =>
    o.or(o.and(o.shrU(v, o.c(by)), o.c(mask)), o.shl(o.and(v, o.c(mask)), o.c(by)));
  const words = swap(swap(value, 8, 0x00ff_00ff_00ff_00ffn), 16, 0x0000_ffff_0000_ffffn);
  return o.shrU(o.rotl(words, o.c(32)), o.c(64 - bits));
};
const movbe: Sem = (o, [to, from], bits) => to?.write(swapped(o, of(o, from), bits));

type Row = readonly [name: string, text: string, operands: readonly string[], doc: string, sem: Sem];

const BMI1: readonly Row[] = [
  ['andn', 'VEX.LZ.0F38 F2 /r', ['r', 'v', 'r/m'], 'And with the complement of the first source.', andn],
  [
    'blsr',
    'VEX.LZ.0F38 F3 /1',
    ['v', 'r/m'],
    'Clears the lowest set bit.',
    ofLowest((o, v, less) => o.and(v, less), isZero),
  ],
  [
    'blsmsk',
    'VEX.LZ.0F38 F3 /2',
    ['v', 'r/m'],
    'Sets the bits up to the lowest set one.',
    ofLowest((o, v, less) => o.xor(v, less), isZero),
  ],
  [
    'blsi',
    'VEX.LZ.0F38 F3 /3',
    ['v', 'r/m'],
    'Keeps the lowest set bit alone.',
    ofLowest(
      (o, v) => o.and(v, o.sub(o.c(0), v)),
      (o, v) => o.xor(isZero(o, v), one(o)),
    ),
  ],
  ['bextr', 'VEX.LZ.0F38 F7 /r', ['r', 'r/m', 'v'], 'Takes a field of bits out.', bextr],
];
const BMI2: readonly Row[] = [
  ['bzhi', 'VEX.LZ.0F38 F5 /r', ['r', 'r/m', 'v'], 'Clears the bits from an index on.', bzhi],
  ['pext', 'VEX.LZ.F3.0F38 F5 /r', ['r', 'v', 'r/m'], 'Gathers the bits that a mask selects.', through('pext')],
  ['pdep', 'VEX.LZ.F2.0F38 F5 /r', ['r', 'v', 'r/m'], 'Scatters bits to where a mask has ones.', through('pdep')],
  ['mulx', 'VEX.LZ.F2.0F38 F6 /r', ['r', 'v', 'r/m'], 'Multiplies rdx, and leaves the flags.', mulx],
  ['rorx', 'VEX.LZ.F2.0F3A F0 /r ib', ['r', 'r/m', 'uimm'], 'Rotates right, and leaves the flags.', rorx],
  [
    'shlx',
    'VEX.LZ.66.0F38 F7 /r',
    ['r', 'r/m', 'v'],
    'Shifts left, and leaves the flags.',
    shift((o, v, by) => o.shl(v, by)),
  ],
  [
    'sarx',
    'VEX.LZ.F3.0F38 F7 /r',
    ['r', 'r/m', 'v'],
    'Shifts right with the sign, and leaves the flags.',
    shift((o, v, by, bits) => o.shrS(o.extend(v, bits), by)),
  ],
  [
    'shrx',
    'VEX.LZ.F2.0F38 F7 /r',
    ['r', 'r/m', 'v'],
    'Shifts right, and leaves the flags.',
    shift((o, v, by) => o.shrU(v, by)),
  ],
];
const ADX: readonly Row[] = [
  ['adcx', '66 0F 38 F6 /r', ['r', 'r/m'], 'Adds with CF, and changes no other flag.', adcx],
  ['adox', 'F3 0F 38 F6 /r', ['r', 'r/m'], 'Adds with OF, and changes no other flag.', adox],
];

export const addBitManipulation = (table: FormTable): void => {
  const add = (rows: readonly Row[], feature: Feature): void => {
    for (const [name, text, operands, doc, sem] of rows)
      table.add(name, text, operands, { doc, sem, sizes: LONG, feature });
  };
  add(BMI1, 'BMI1');
  add(BMI2, 'BMI2');
  add(ADX, 'ADX');
  const doc = 'Copies with the bytes the other way round.';
  const reversing: FormOptions = {
    ...{ doc, sem: movbe, sizes: SIZES, feature: 'MOVBE' },
    when: ({ prefixes }) => prefixes.repeat === 0,
  };
  table.add('movbe', '0F 38 F0 /r', ['r', 'm'], reversing);
  table.add('movbe', '0F 38 F1 /r', ['m', 'r'], reversing);
};

/** The bits of a mask that are set, the lowest first. */
const places = function* (mask: bigint): Generator<bigint> {
  for (let at = 0n; at < 64n; at++) if ((mask >> at) & 1n) yield at;
};

export const BIT_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  pdep: (_, value, mask) => {
    let [result, from] = [0n, 0n];
    for (const at of places(mask)) result |= ((value >> from++) & 1n) << at;
    return result;
  },
  pext: (_, value, mask) => {
    let [result, to] = [0n, 0n];
    for (const at of places(mask)) result |= ((value >> at) & 1n) << to++;
    return result;
  },
};
