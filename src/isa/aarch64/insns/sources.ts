/** Instructions of one, two and three source registers. @see Arm ARM, C4.1.95 "Data Processing - Register" */
import type { PatternInsn } from '../../core/insn';
import type { Int, V64 } from '../../core/ops';
import { insn, MANUAL } from '../insn';
import type { A64Ops, Sized } from '../ops';
import { inBothSizes, type Size } from './sized';

type Unary = <T extends Int>(o: A64Ops, s: Sized<T>, a: T) => T;
type Binary = <T extends Int>(o: A64Ops, s: Sized<T>, a: T, b: T) => T;

/** Exchanges neighbouring groups of `count` bits throughout; `mask` has the lower group of each pair. */
const exchange = <T extends Int>(o: A64Ops, s: Sized<T>, value: T, count: number, mask: bigint): T => {
  const lower = s.c(BigInt.asIntN(s.bits, mask));
  return o.or(o.shl(o.and(value, lower), s.c(count)), o.and(o.shrU(value, s.c(count)), lower));
};

const BITS = 0x5555_5555_5555_5555n;
const PAIRS = 0x3333_3333_3333_3333n;
const NIBBLES = 0x0f0f_0f0f_0f0f_0f0fn;
const BYTES = 0x00ff_00ff_00ff_00ffn;
const HALVES = 0x0000_ffff_0000_ffffn;

const reverseHalves: Unary = (o, s, a) => exchange(o, s, a, 8, BYTES);
/** Of a word by a rotation, which exchanges its halves. */
const reverseWords: Unary = (o, s, a) => {
  const halves = reverseHalves(o, s, a);
  return s.bits === 32 ? o.rotr(halves, s.c(16)) : exchange(o, s, halves, 16, HALVES);
};
const reverseAll: Unary = (o, s, a) => {
  const words = reverseWords(o, s, a);
  return s.bits === 32 ? words : o.rotr(words, s.c(32));
};
const reverseBits: Unary = (o, s, a) => {
  const inPairs = exchange(o, s, a, 1, BITS);
  const inNibbles = exchange(o, s, inPairs, 2, PAIRS);
  return reverseAll(o, s, exchange(o, s, inNibbles, 4, NIBBLES));
};
const leadingZeros: Unary = (o, _, a) => o.clz(a);
/** Bits below the highest that equal it. */
const leadingSigns: Unary = (o, s, a) => o.sub(o.clz(o.xor(a, o.shrS(a, s.c(1)))), s.c(1));

const unary = <T extends Int>({ r, sf, of }: Size<T>): PatternInsn[] => {
  const row = (name: string, opcode: string, op: Unary, doc: string): PatternInsn =>
    insn(`${name}-${r}`, `${sf}101101011000000 000${opcode} Rn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${r}:Rn}`,
      ref: `${MANUAL} "${name.toUpperCase()}"`,
      doc,
      sem: (o, f) => of(o).setR(f.Rd, op(o, of(o), of(o).r(f.Rn))),
    });
  return [
    row('rbit', '000', reverseBits, 'Rd = Rn, its bits in reverse.'),
    row('rev16', '001', reverseHalves, 'Rd = Rn, the bytes of each half in reverse.'),
    ...(sf === '1' ? [row('rev32', '010', reverseWords, 'Rd = Rn, the bytes of each word in reverse.')] : []),
    row('rev', sf === '1' ? '011' : '010', reverseAll, 'Rd = Rn, its bytes in reverse.'),
    row('clz', '100', leadingZeros, 'Rd = leading zeros of Rn.'),
    row('cls', '101', leadingSigns, 'Rd = bits of Rn behind the highest that equal it.'),
  ];
};

/** A division by 0 gives 0; the least number by -1 itself. */
const divideSigned: Binary = (o, s, a, b) =>
  o.iff(
    o.eqz(b),
    () => s.c(0),
    () =>
      o.iff(
        o.eq(b, s.c(-1)),
        () => o.sub(s.c(0), a),
        () => o.divS(a, b),
      ),
  );
const divideUnsigned: Binary = (o, s, a, b) =>
  o.iff(
    o.eqz(b),
    () => s.c(0),
    () => o.divU(a, b),
  );

const binary = <T extends Int>({ r, sf, of }: Size<T>): PatternInsn[] => {
  const row = (name: string, opcode: string, op: Binary, doc: string): PatternInsn =>
    insn(`${name}-${r}`, `${sf}0011010110 Rm:5 00${opcode} Rn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}`,
      ref: `${MANUAL} "${name.toUpperCase()}"`,
      doc,
      sem: (o, f) => of(o).setR(f.Rd, op(o, of(o), of(o).r(f.Rn), of(o).r(f.Rm))),
    });
  return [
    row('udiv', '0010', divideUnsigned, 'Rd = Rn / Rm, unsigned; 0 where Rm is 0.'),
    row('sdiv', '0011', divideSigned, 'Rd = Rn / Rm, signed, rounded towards zero; 0 where Rm is 0.'),
    row('lslv', '1000', (o, _, a, b) => o.shl(a, b), 'Rd = Rn shifted left by Rm, modulo the width.'),
    row('lsrv', '1001', (o, _, a, b) => o.shrU(a, b), 'Rd = Rn shifted right by Rm, modulo the width, with zeros.'),
    row('asrv', '1010', (o, _, a, b) => o.shrS(a, b), 'Rd = Rn shifted right by Rm, modulo the width, with its sign.'),
    row('rorv', '1011', (o, _, a, b) => o.rotr(a, b), 'Rd = Rn rotated right by Rm.'),
  ];
};

const multiplyAdd = <T extends Int>({ r, sf, of }: Size<T>): PatternInsn[] =>
  (['add', 'sub'] as const).map((op) =>
    insn(`m${op}-${r}`, `${sf}0011011000 Rm:5 ${op === 'add' ? '0' : '1'} Ra:5 Rn:5 Rd:5`, {
      asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}, {${r}:Ra}`,
      ref: `${MANUAL} "M${op.toUpperCase()}"`,
      doc: `Rd = Ra ${op === 'add' ? '+' : '-'} Rn times Rm.`,
      sem: (o, f) => {
        const s = of(o);
        s.setR(f.Rd, o[op](s.r(f.Ra), o.mul(s.r(f.Rn), s.r(f.Rm))));
      },
    }),
  );

const long = (name: string, bits: string, op: 'add' | 'sub', extend: (o: A64Ops, v: V64) => V64): PatternInsn =>
  insn(name, `10011011${bits.slice(0, 3)} Rm:5 ${bits.slice(3)} Ra:5 Rn:5 Rd:5`, {
    asm: '{x:Rd}, {w:Rn}, {w:Rm}, {x:Ra}',
    ref: `${MANUAL} "${name.toUpperCase()}"`,
    doc: `Rd = Ra ${op === 'add' ? '+' : '-'} the words of Rn and Rm multiplied, ${name.startsWith('s') ? '' : 'un'}signed.`,
    sem: (o, { Rd, Ra, Rn, Rm }) => {
      const { r, setR } = o.in64;
      setR(Rd, o[op](r(Ra), o.mul(extend(o, r(Rn)), extend(o, r(Rm)))));
    },
  });
const signed = (o: A64Ops, v: V64): V64 => o.sx32(o.lo32(v));
const unsigned = (o: A64Ops, v: V64): V64 => o.zx32(o.lo32(v));

const high = (name: string, u: '0' | '1', op: (o: A64Ops, a: V64, b: V64) => V64): PatternInsn =>
  insn(name, `10011011${u}10 Rm:5 0 ----- Rn:5 Rd:5`, {
    asm: '{x:Rd}, {x:Rn}, {x:Rm}',
    ref: `${MANUAL} "${name.toUpperCase()}"`,
    doc: `Rd = high half of Rn times Rm, ${u === '1' ? 'un' : ''}signed.`,
    sem: (o, f) => o.in64.setR(f.Rd, op(o, o.in64.r(f.Rn), o.in64.r(f.Rm))),
  });

const checksum = (letter: 'b' | 'h' | 'w' | 'x', kind: '' | 'c'): PatternInsn => {
  const size = 'bhwx'.indexOf(letter);
  const name = `crc32${kind}${letter}`;
  return insn(
    name,
    `${size === 3 ? '1' : '0'}0011010110 Rm:5 010${kind ? '1' : '0'} ${size.toString(2).padStart(2, '0')} Rn:5 Rd:5`,
    {
      asm: `{w:Rd}, {w:Rn}, {${size === 3 ? 'x' : 'w'}:Rm}`,
      ref: `${MANUAL} "${name.toUpperCase()}"`,
      doc: `Rd = the ${kind ? 'CRC-32C' : 'CRC-32'} checksum Rn continued with ${2 ** size} ${size ? 'bytes' : 'byte'} of Rm.`,
      sem: (o, f) => {
        o.requires('CRC32');
        o.in64.setR(f.Rd, o.call(`crc32${kind}-${2 ** size}`, [o.in64.r(f.Rn), o.in64.r(f.Rm)]));
      },
    },
  );
};

export const INSNS_SOURCES: readonly PatternInsn[] = [
  ...inBothSizes((size) => [...unary(size), ...binary(size), ...multiplyAdd(size)]),
  long('smaddl', '0010', 'add', signed),
  long('smsubl', '0011', 'sub', signed),
  long('umaddl', '1010', 'add', unsigned),
  long('umsubl', '1011', 'sub', unsigned),
  high('smulh', '0', (o, a, b) => o.mulhS(a, b)),
  high('umulh', '1', (o, a, b) => o.mulhU(a, b)),
  ...(['', 'c'] as const).flatMap((kind) => (['b', 'h', 'w', 'x'] as const).map((letter) => checksum(letter, kind))),
];
