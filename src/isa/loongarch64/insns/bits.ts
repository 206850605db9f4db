/** Counting, reversing, picking and inserting bits; checksums. */
import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import { insn } from '../insn';
import type { LoongFields, LoongOps } from '../ops';

const REF = 'LoongArch Reference Manual, Volume 1, 2.2.3 Bit-manipulation Instructions';
const CHECKSUMS = 'LoongArch Reference Manual, Volume 1, 2.2.9 CRC Check Instructions';

const unary = (mnemonic: string, bits: string, op: (o: LoongOps, a: V64) => V64, doc: string): PatternInsn =>
  insn(mnemonic, `00000000000000000${bits} rj:5 rd:5`, {
    asm: '{rd}, {rj}',
    ref: REF,
    doc,
    sem: (o, f) => o.setR(f.rd, op(o, o.r(f.rj))),
  });

/** Exchanges neighbouring groups of `count` bits throughout; `mask` has the lower group of each pair. */
const exchange = (o: LoongOps, value: V64, count: number, mask: bigint): V64 =>
  o.or(o.shl(o.and(value, o.c(mask)), o.c(count)), o.and(o.shrU(value, o.c(count)), o.c(mask)));

const BITS = 0x5555_5555_5555_5555n;
const PAIRS = 0x3333_3333_3333_3333n;
const NIBBLES = 0x0f0f_0f0f_0f0f_0f0fn;
const BYTES = 0x00ff_00ff_00ff_00ffn;
const HALVES = 0x0000_ffff_0000_ffffn;

/** The bits of each byte in reverse. */
const reverseInBytes = (o: LoongOps, value: V64): V64 =>
  exchange(o, exchange(o, exchange(o, value, 1, BITS), 2, PAIRS), 4, NIBBLES);
/** The bytes of each half, word and the whole in reverse. */
const bytesInHalves = (o: LoongOps, value: V64): V64 => exchange(o, value, 8, BYTES);
const bytesInWords = (o: LoongOps, value: V64): V64 => exchange(o, bytesInHalves(o, value), 16, HALVES);
const bytesInWhole = (o: LoongOps, value: V64): V64 => o.rotr(bytesInWords(o, value), o.c(32));
const halvesInWords = (o: LoongOps, value: V64): V64 => exchange(o, value, 16, HALVES);

const lowWord = (o: LoongOps, value: V64): V64 => o.sx32(o.lo32(value));

/** Ones of a bit field of `msb`:`lsb`, at bit 0; such a word is no instruction where they are the wrong way round. */
const ones = ({ msb = 0, lsb = 0 }: Readonly<Record<string, number>>): bigint | undefined =>
  msb < lsb ? undefined : (1n << BigInt(msb - lsb + 1)) - 1n;

/** The same where the instruction executes: both numbers take less of a decoded record than the mask. */
const maskOf = (o: LoongOps, f: LoongFields): V64 => o.shrU(o.c(-1), o.sub(o.c(63), o.sub(o.imm(f.msb), o.imm(f.lsb))));

const crc = (mnemonic: string, bits: string, bytes: number, kind: string): PatternInsn =>
  insn(mnemonic, `00000000001001${bits} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {rk}',
    ref: CHECKSUMS,
    doc: `rd = the ${kind} checksum rk continued with ${bytes} ${bytes === 1 ? 'byte' : 'bytes'} of rj; sign-extended.`,
    sem: (o, f) => o.setR(f.rd, o.call(`${kind}-${bytes}`, [o.r(f.rk), o.r(f.rj)])),
  });

export const INSNS_BITS: readonly PatternInsn[] = [
  unary('clo.w', '00100', (o, a) => o.zx32(o.clz(o.not(o.lo32(a)))), 'rd = leading ones of the word of rj.'),
  unary('clz.w', '00101', (o, a) => o.zx32(o.clz(o.lo32(a))), 'rd = leading zeros of the word of rj.'),
  unary('cto.w', '00110', (o, a) => o.zx32(o.ctz(o.not(o.lo32(a)))), 'rd = trailing ones of the word of rj.'),
  unary('ctz.w', '00111', (o, a) => o.zx32(o.ctz(o.lo32(a))), 'rd = trailing zeros of the word of rj.'),
  unary('clo.d', '01000', (o, a) => o.clz(o.not(a)), 'rd = leading ones of rj.'),
  unary('clz.d', '01001', (o, a) => o.clz(a), 'rd = leading zeros of rj.'),
  unary('cto.d', '01010', (o, a) => o.ctz(o.not(a)), 'rd = trailing ones of rj.'),
  unary('ctz.d', '01011', (o, a) => o.ctz(a), 'rd = trailing zeros of rj.'),
  unary(
    'revb.2h',
    '01100',
    (o, a) => lowWord(o, bytesInHalves(o, a)),
    'rd = word of rj, the bytes of each half reversed.',
  ),
  unary('revb.4h', '01101', bytesInHalves, 'rd = rj, the bytes of each half reversed.'),
  unary('revb.2w', '01110', bytesInWords, 'rd = rj, the bytes of each word reversed.'),
  unary('revb.d', '01111', bytesInWhole, 'rd = rj, its bytes reversed.'),
  unary('revh.2w', '10000', halvesInWords, 'rd = rj, the halves of each word exchanged.'),
  unary('revh.d', '10001', (o, a) => o.rotr(halvesInWords(o, a), o.c(32)), 'rd = rj, its four halves reversed.'),
  unary(
    'bitrev.4b',
    '10010',
    (o, a) => lowWord(o, reverseInBytes(o, a)),
    'rd = word of rj, the bits of each byte reversed.',
  ),
  unary('bitrev.8b', '10011', reverseInBytes, 'rd = rj, the bits of each byte reversed.'),
  unary(
    'bitrev.w',
    '10100',
    (o, a) => lowWord(o, bytesInWords(o, reverseInBytes(o, a))),
    'rd = word of rj, its bits reversed; sign-extended.',
  ),
  unary('bitrev.d', '10101', (o, a) => bytesInWhole(o, reverseInBytes(o, a)), 'rd = rj, its bits reversed.'),
  unary('ext.w.h', '10110', (o, a) => o.sx16(a), 'rd = the low half of rj, sign-extended.'),
  unary('ext.w.b', '10111', (o, a) => o.sx8(a), 'rd = the low byte of rj, sign-extended.'),
  insn('bytepick.w', '000000000000100 sb:2 rk:5 rj:5 rd:5', {
    asm: '{rd}, {rj}, {rk}, {sb}',
    ref: REF,
    doc: 'rd = the word that begins `sb` bytes below the top of rk with rj behind it; sign-extended.',
    sem: (o, f) => {
      const both = o.or(o.shl(o.r(f.rk), o.c(32)), o.zx32(o.w(f.rj)));
      o.setW(f.rd, o.lo32(o.shrU(both, o.sub(o.c(32), o.shl(o.imm(f.sb), o.c(3))))));
    },
  }),
  insn('bytepick.d', '00000000000011 sb:3 rk:5 rj:5 rd:5', {
    asm: '{rd}, {rj}, {rk}, {sb}',
    ref: REF,
    doc: 'rd = the doubleword that begins `sb` bytes below the top of rk with rj behind it.',
    sem: (o, f) => {
      const bits = o.shl(o.imm(f.sb), o.c(3));
      const low = o.shrU(o.shrU(o.r(f.rj), o.c(1)), o.sub(o.c(63), bits));
      o.setR(f.rd, o.or(o.shl(o.r(f.rk), bits), low));
    },
  }),
  insn('bstrins.w', '00000000011 msb:5 0 lsb:5 rj:5 rd:5', {
    asm: '{rd}, {rj}, {msb}, {lsb}',
    ref: REF,
    doc: 'rd = word of rd with bits msb to lsb replaced by the low bits of rj; sign-extended.',
    computed: { ones },
    sem: (o, f) => {
      const mask = o.shl(o.lo32(maskOf(o, f)), o.imm32(f.lsb));
      const inserted = o.and(o.shl(o.w(f.rj), o.imm32(f.lsb)), mask);
      o.setW(f.rd, o.or(o.and(o.w(f.rd), o.not(mask)), inserted));
    },
  }),
  insn('bstrpick.w', '00000000011 msb:5 1 lsb:5 rj:5 rd:5', {
    asm: '{rd}, {rj}, {msb}, {lsb}',
    ref: REF,
    doc: 'rd = bits msb to lsb of rj, a word; sign-extended.',
    computed: { ones },
    sem: (o, f) => o.setW(f.rd, o.and(o.shrU(o.w(f.rj), o.imm32(f.lsb)), o.lo32(maskOf(o, f)))),
  }),
  insn('bstrins.d', '0000000010 msb:6 lsb:6 rj:5 rd:5', {
    asm: '{rd}, {rj}, {msb}, {lsb}',
    ref: REF,
    doc: 'rd = rd with bits msb to lsb replaced by the low bits of rj.',
    computed: { ones },
    sem: (o, f) => {
      const mask = o.shl(maskOf(o, f), o.imm(f.lsb));
      const inserted = o.and(o.shl(o.r(f.rj), o.imm(f.lsb)), mask);
      o.setR(f.rd, o.or(o.and(o.r(f.rd), o.not(mask)), inserted));
    },
  }),
  insn('bstrpick.d', '0000000011 msb:6 lsb:6 rj:5 rd:5', {
    asm: '{rd}, {rj}, {msb}, {lsb}',
    ref: REF,
    doc: 'rd = bits msb to lsb of rj.',
    computed: { ones },
    sem: (o, f) => o.setR(f.rd, o.and(o.shrU(o.r(f.rj), o.imm(f.lsb)), maskOf(o, f))),
  }),
  crc('crc.w.b.w', '000', 1, 'CRC-32'),
  crc('crc.w.h.w', '001', 2, 'CRC-32'),
  crc('crc.w.w.w', '010', 4, 'CRC-32'),
  crc('crc.w.d.w', '011', 8, 'CRC-32'),
  crc('crcc.w.b.w', '100', 1, 'CRC-32C'),
  crc('crcc.w.h.w', '101', 2, 'CRC-32C'),
  crc('crcc.w.w.w', '110', 4, 'CRC-32C'),
  crc('crcc.w.d.w', '111', 8, 'CRC-32C'),
];
