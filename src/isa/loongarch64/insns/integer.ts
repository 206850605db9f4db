/** Integer arithmetic, logic, constants and addresses. */
import type { PatternInsn } from '../../core/insn';
import type { V32, V64 } from '../../core/ops';
import { insn } from '../insn';
import type { LoongOps } from '../ops';

const REF = 'LoongArch Reference Manual, Volume 1, 2.2.1 Arithmetic Operation Instructions';

type Word = (o: LoongOps, a: V32, b: V32) => V32;
type Double = (o: LoongOps, a: V64, b: V64) => V64;

const word = (mnemonic: string, bits: string, op: Word, doc: string): PatternInsn =>
  insn(mnemonic, `${bits} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {rk}',
    ref: REF,
    doc,
    sem: (o, f) => o.setW(f.rd, op(o, o.w(f.rj), o.w(f.rk))),
  });

const double = (mnemonic: string, bits: string, op: Double, doc: string): PatternInsn =>
  insn(mnemonic, `${bits} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {rk}',
    ref: REF,
    doc,
    sem: (o, f) => o.setR(f.rd, op(o, o.r(f.rj), o.r(f.rk))),
  });

const signedImmediate = (mnemonic: string, bits: string, op: Double, doc: string): PatternInsn =>
  insn(mnemonic, `${bits} si:12 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {si}',
    ref: REF,
    doc,
    sem: (o, f) => o.setR(f.rd, op(o, o.r(f.rj), o.imm(f.si))),
  });

const unsignedImmediate = (mnemonic: string, bits: string, op: Double, doc: string): PatternInsn =>
  insn(mnemonic, `${bits} ui:12 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {ui}',
    ref: REF,
    doc,
    sem: (o, f) => o.setR(f.rd, op(o, o.r(f.rj), o.imm(f.ui))),
  });

/** rj shifted left by `sa`, plus rk: the address of an element. */
const shiftedSum = (mnemonic: string, bits: string, sem: Parameters<typeof insn>[2]['sem'], doc: string): PatternInsn =>
  insn(mnemonic, `${bits} sa:2 rk:5 rj:5 rd:5`, { asm: '{rd}, {rj}, {rk}, {sa}', ref: REF, doc, sem });

/**
 * The manual leaves results of a division by 0, and of the one that overflows, open. QEMU divides by 1 instead; so do we, and
 * wasm's division is only reached where it is defined.
 */
const divide =
  (
    isSigned: boolean,
    isRemainder: boolean,
    least: bigint,
  ): (<T extends V32 | V64>(o: LoongOps, a: T, b: T, c: (n: bigint) => T) => T) =>
  (o, a, b, c) => {
    const isZero = o.eqz(b);
    const overflows = isSigned ? o.and(o.eq(a, c(least)), o.eq(b, c(-1n))) : o.c32(0);
    return o.iff(
      o.or(isZero, overflows),
      () => (isRemainder ? c(0n) : a),
      () => {
        if (isRemainder) return isSigned ? o.remS(a, b) : o.remU(a, b);
        return isSigned ? o.divS(a, b) : o.divU(a, b);
      },
    );
  };

const wordDivision = (mnemonic: string, bits: string, isSigned: boolean, isRemainder: boolean): PatternInsn =>
  word(
    mnemonic,
    bits,
    (o, a, b) => divide(isSigned, isRemainder, -(1n << 31n))(o, a, b, (n) => o.c32(Number(n))),
    `rd = ${isRemainder ? 'remainder' : 'quotient'} of the words of rj and rk, ${isSigned ? 'signed' : 'unsigned'}; sign-extended.`,
  );
const doubleDivision = (mnemonic: string, bits: string, isSigned: boolean, isRemainder: boolean): PatternInsn =>
  double(
    mnemonic,
    bits,
    (o, a, b) => divide(isSigned, isRemainder, -(1n << 63n))(o, a, b, (n) => o.c(n)),
    `rd = ${isRemainder ? 'remainder' : 'quotient'} of rj and rk, ${isSigned ? 'signed' : 'unsigned'}.`,
  );

export const INSNS_INTEGER: readonly PatternInsn[] = [
  word('add.w', '00000000000100000', (o, a, b) => o.add(a, b), 'rd = rj + rk, words; sign-extended.'),
  double('add.d', '00000000000100001', (o, a, b) => o.add(a, b), 'rd = rj + rk.'),
  word('sub.w', '00000000000100010', (o, a, b) => o.sub(a, b), 'rd = rj - rk, words; sign-extended.'),
  double('sub.d', '00000000000100011', (o, a, b) => o.sub(a, b), 'rd = rj - rk.'),
  double('slt', '00000000000100100', (o, a, b) => o.zx32(o.ltS(a, b)), 'rd = 1 if rj < rk, signed, else 0.'),
  double('sltu', '00000000000100101', (o, a, b) => o.zx32(o.ltU(a, b)), 'rd = 1 if rj < rk, unsigned, else 0.'),
  double('maskeqz', '00000000000100110', (o, a, b) => o.select(o.eqz(b), o.c(0), a), 'rd = 0 if rk is 0, else rj.'),
  double('masknez', '00000000000100111', (o, a, b) => o.select(o.eqz(b), a, o.c(0)), 'rd = rj if rk is 0, else 0.'),
  double('nor', '00000000000101000', (o, a, b) => o.not(o.or(a, b)), 'rd = not (rj or rk).'),
  double('and', '00000000000101001', (o, a, b) => o.and(a, b), 'rd = rj and rk.'),
  double('or', '00000000000101010', (o, a, b) => o.or(a, b), 'rd = rj or rk.'),
  double('xor', '00000000000101011', (o, a, b) => o.xor(a, b), 'rd = rj exclusive-or rk.'),
  double('orn', '00000000000101100', (o, a, b) => o.or(a, o.not(b)), 'rd = rj or not rk.'),
  double('andn', '00000000000101101', (o, a, b) => o.and(a, o.not(b)), 'rd = rj and not rk.'),
  word('mul.w', '00000000000111000', (o, a, b) => o.mul(a, b), 'rd = low word of the product of words; sign-extended.'),
  word(
    'mulh.w',
    '00000000000111001',
    (o, a, b) => o.lo32(o.shrS(o.mul(o.sx32(a), o.sx32(b)), o.c(32))),
    'rd = high word of the product of words, signed; sign-extended.',
  ),
  word(
    'mulh.wu',
    '00000000000111010',
    (o, a, b) => o.lo32(o.shrU(o.mul(o.zx32(a), o.zx32(b)), o.c(32))),
    'rd = high word of the product of words, unsigned; sign-extended.',
  ),
  double('mul.d', '00000000000111011', (o, a, b) => o.mul(a, b), 'rd = low half of rj times rk.'),
  double('mulh.d', '00000000000111100', (o, a, b) => o.mulhS(a, b), 'rd = high half of rj times rk, signed.'),
  double('mulh.du', '00000000000111101', (o, a, b) => o.mulhU(a, b), 'rd = high half of rj times rk, unsigned.'),
  double(
    'mulw.d.w',
    '00000000000111110',
    (o, a, b) => o.mul(o.sx32(o.lo32(a)), o.sx32(o.lo32(b))),
    'rd = product of the words of rj and rk, signed.',
  ),
  double(
    'mulw.d.wu',
    '00000000000111111',
    (o, a, b) => o.mul(o.zx32(o.lo32(a)), o.zx32(o.lo32(b))),
    'rd = product of the words of rj and rk, unsigned.',
  ),
  wordDivision('div.w', '00000000001000000', true, false),
  wordDivision('mod.w', '00000000001000001', true, true),
  wordDivision('div.wu', '00000000001000010', false, false),
  wordDivision('mod.wu', '00000000001000011', false, true),
  doubleDivision('div.d', '00000000001000100', true, false),
  doubleDivision('mod.d', '00000000001000101', true, true),
  doubleDivision('div.du', '00000000001000110', false, false),
  doubleDivision('mod.du', '00000000001000111', false, true),
  shiftedSum(
    'alsl.w',
    '000000000000010',
    (o, f) => o.setW(f.rd, o.add(o.shl(o.w(f.rj), o.imm32(f.sa)), o.w(f.rk))),
    'rd = (rj << sa) + rk, words; sign-extended.',
  ),
  shiftedSum(
    'alsl.wu',
    '000000000000011',
    (o, f) => o.setR(f.rd, o.zx32(o.add(o.shl(o.w(f.rj), o.imm32(f.sa)), o.w(f.rk)))),
    'rd = (rj << sa) + rk, words; zero-extended.',
  ),
  shiftedSum(
    'alsl.d',
    '000000000010110',
    (o, f) => o.setR(f.rd, o.add(o.shl(o.r(f.rj), o.imm(f.sa)), o.r(f.rk))),
    'rd = (rj << sa) + rk.',
  ),
  signedImmediate(
    'slti',
    '0000001000',
    (o, a, b) => o.zx32(o.ltS(a, b)),
    'rd = 1 if rj < the immediate, signed, else 0.',
  ),
  signedImmediate(
    'sltui',
    '0000001001',
    (o, a, b) => o.zx32(o.ltU(a, b)),
    'rd = 1 if rj < the sign-extended immediate, unsigned, else 0.',
  ),
  signedImmediate(
    'addi.w',
    '0000001010',
    (o, a, b) => o.sx32(o.lo32(o.add(a, b))),
    'rd = rj + immediate, words; sign-extended.',
  ),
  signedImmediate('addi.d', '0000001011', (o, a, b) => o.add(a, b), 'rd = rj + immediate.'),
  insn('lu52i.d', '0000001100 si:12 rj:5 rd:5', {
    asm: '{rd}, {rj}, {si}',
    ref: REF,
    doc: 'rd = rj with its upper 12 bits replaced by the immediate.',
    sem: (o, f) => o.setR(f.rd, o.or(o.shl(o.imm(f.si), o.c(52)), o.and(o.r(f.rj), o.c((1n << 52n) - 1n)))),
  }),
  unsignedImmediate('andi', '0000001101', (o, a, b) => o.and(a, b), 'rd = rj and the zero-extended immediate.'),
  unsignedImmediate('ori', '0000001110', (o, a, b) => o.or(a, b), 'rd = rj or the zero-extended immediate.'),
  unsignedImmediate(
    'xori',
    '0000001111',
    (o, a, b) => o.xor(a, b),
    'rd = rj exclusive-or the zero-extended immediate.',
  ),
  insn('addu16i.d', '000100 si:16 rj:5 rd:5', {
    asm: '{rd}, {rj}, {si}',
    ref: REF,
    doc: 'rd = rj + (immediate << 16).',
    sem: (o, f) => o.setR(f.rd, o.add(o.r(f.rj), o.shl(o.imm(f.si), o.c(16)))),
  }),
  insn('lu12i.w', '0001010 si[31:12] rd:5', {
    asm: '{rd}, {upper:si}',
    ref: REF,
    doc: 'rd = immediate << 12, sign-extended.',
    sem: (o, f) => o.setR(f.rd, o.imm(f.si)),
  }),
  insn('lu32i.d', '0001011 si:20 rd:5', {
    asm: '{rd}, {si}',
    ref: REF,
    doc: 'rd = rd with its upper 32 bits replaced by the sign-extended immediate.',
    sem: (o, f) => o.setR(f.rd, o.or(o.shl(o.imm(f.si), o.c(32)), o.zx32(o.w(f.rd)))),
  }),
  insn('pcaddi', '0001100 si[21:2] rd:5', {
    asm: '{rd}, {words:si}',
    ref: REF,
    doc: 'rd = pc + (immediate << 2).',
    sem: (o, f) => o.setR(f.rd, o.add(o.pc(), o.imm(f.si))),
  }),
  insn('pcalau12i', '0001101 si[31:12] rd:5', {
    asm: '{rd}, {upper:si}',
    ref: REF,
    doc: 'rd = (pc + (immediate << 12)) with its low 12 bits cleared.',
    sem: (o, f) => o.setR(f.rd, o.and(o.add(o.pc(), o.imm(f.si)), o.c(-4096n))),
  }),
  insn('pcaddu12i', '0001110 si[31:12] rd:5', {
    asm: '{rd}, {upper:si}',
    ref: REF,
    doc: 'rd = pc + (immediate << 12).',
    sem: (o, f) => o.setR(f.rd, o.add(o.pc(), o.imm(f.si))),
  }),
  insn('pcaddu18i', '0001111 si:20 rd:5', {
    asm: '{rd}, {si}',
    ref: REF,
    doc: 'rd = pc + (immediate << 18).',
    sem: (o, f) => o.setR(f.rd, o.add(o.pc(), o.shl(o.imm(f.si), o.c(18)))),
  }),
];
