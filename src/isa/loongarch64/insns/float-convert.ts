/** Conversions between floating-point formats, and with integers, which are in floating-point registers, too. */
import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import { insn } from '../insn';
import type { LoongOps } from '../ops';
import { DOUBLE, type Precision, REF, SINGLE } from './float';

const between = (from: Precision, to: Precision, bits: string): PatternInsn =>
  insn(`fcvt.${to.suffix}.${from.suffix}`, `00000001000110010${bits} fj:5 fd:5`, {
    asm: '{fd}, {fj}',
    ref: REF.conversion,
    doc: `fd = the ${from.name} fj as a ${to.name}.`,
    sem: (o, f) => {
      o.guard('fp');
      to.write(o, f.fd, o.call(`fcvt.${to.suffix}.${from.suffix}`, [from.read(o, f.fj)]));
    },
  });

const INTEGERS = [
  { suffix: 'w', bit: '0', name: 'signed 32-bit integer' },
  { suffix: 'l', bit: '1', name: 'signed 64-bit integer' },
] as const;

const ROUNDINGS = [
  { suffix: 'rm', bits: '101000', how: ' down' },
  { suffix: 'rp', bits: '101001', how: ' up' },
  { suffix: 'rz', bits: '101010', how: ' towards zero' },
  { suffix: 'rne', bits: '101011', how: ' to nearest, ties to even' },
  { suffix: '', bits: '101100', how: '' },
] as const;

/** Conversions whose words QEMU extends with zeros; the others it extends by their sign. The manual leaves the half open. */
const ZERO_EXTENDED: readonly string[] = ['ftintrz.w.s', 'ftintrne.w.s'];

/** The conversion's result in a register: words have an upper half, too. */
export const widened = (o: LoongOps, mnemonic: string, integer: V64): V64 => {
  if (!mnemonic.includes('.w.')) return integer;
  return ZERO_EXTENDED.includes(mnemonic) ? o.zx32(o.lo32(integer)) : integer;
};

const toIntegers = (p: Precision): PatternInsn[] =>
  ROUNDINGS.flatMap(({ suffix, bits, how }) =>
    INTEGERS.map(({ suffix: integer, bit, name }) => {
      const mnemonic = `ftint${suffix}.${integer}.${p.suffix}`;
      return insn(mnemonic, `000000010001${bits}${bit}0${p.bits} fj:5 fd:5`, {
        asm: '{fd}, {fj}',
        ref: REF.conversion,
        doc: `fd = fj rounded${how} to a ${name}; out of range the nearest end of it, of a NaN 0.`,
        sem: (o, f) => {
          o.guard('fp');
          o.setF(f.fd, widened(o, mnemonic, o.call(mnemonic, [p.read(o, f.fj)])));
        },
      });
    }),
  );

const fromInteger = (p: Precision, integer: 'w' | 'l', name: string, bits: string): PatternInsn =>
  insn(`ffint.${p.suffix}.${integer}`, `00000001000111010${bits} fj:5 fd:5`, {
    asm: '{fd}, {fj}',
    ref: REF.conversion,
    doc: `fd = the ${name} in fj as a ${p.name}.`,
    sem: (o, f) => {
      o.guard('fp');
      p.write(o, f.fd, o.call(`ffint.${p.suffix}.${integer}`, [o.f(f.fj)]));
    },
  });

const toIntegral = (p: Precision): PatternInsn =>
  insn(`frint.${p.suffix}`, `00000001000111100100${p.bits} fj:5 fd:5`, {
    asm: '{fd}, {fj}',
    ref: REF.conversion,
    doc: 'fd = fj rounded to an integral number.',
    sem: (o, f) => {
      o.guard('fp');
      // The upper half of a single: zeros, as in QEMU.
      o.setF(f.fd, o.call(`frint.${p.suffix}`, [p.read(o, f.fj)]));
    },
  });

export const INSNS_FLOAT_CONVERT: readonly PatternInsn[] = [
  between(DOUBLE, SINGLE, '00110'),
  between(SINGLE, DOUBLE, '01001'),
  ...toIntegers(SINGLE),
  ...toIntegers(DOUBLE),
  fromInteger(SINGLE, 'w', INTEGERS[0].name, '00100'),
  fromInteger(SINGLE, 'l', INTEGERS[1].name, '00110'),
  fromInteger(DOUBLE, 'w', INTEGERS[0].name, '01000'),
  fromInteger(DOUBLE, 'l', INTEGERS[1].name, '01010'),
  toIntegral(SINGLE),
  toIntegral(DOUBLE),
];
