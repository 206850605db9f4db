/** Moves among floating-point, general, condition and control registers. They change no flags. */
import type { PatternInsn } from '../../core/insn';
import { FCSR_PARTS } from '../float/fcsr';
import { insn } from '../insn';
import type { LoongFields, LoongOps } from '../ops';
import { REF } from './float';

const move = (
  mnemonic: string,
  pattern: string,
  asm: string,
  doc: string,
  sem: (o: LoongOps, f: LoongFields) => void,
): PatternInsn =>
  insn(mnemonic, pattern, {
    asm,
    ref: REF.move,
    doc,
    sem: (o, f) => {
      o.guard('fp');
      sem(o, f);
    },
  });

const LOW_HALF = 0xffff_ffffn;

/** The bits of fcsr0 that the control register `fcsr` has. */
const part = ({ fcsr = 0 }: Readonly<Record<string, number>>): bigint | undefined => FCSR_PARTS[fcsr];

const control: readonly PatternInsn[] = [
  insn('movgr2fcsr', '0000000100010100110000 rj:5 000 fcsr:2', {
    asm: '{fcsr}, {rj}',
    ref: REF.move,
    doc: 'The control register = the bits of rj that it has: fcsr0 all, fcsr1 Enables, fcsr2 Flags and Cause, fcsr3 RM.',
    computed: { part },
    sem: (o, f) => {
      o.guard('fp');
      const bits = o.imm(f.part);
      o.setSlot('fcsr', o.or(o.and(o.slot('fcsr'), o.not(bits)), o.and(o.r(f.rj), bits)));
    },
  }),
  insn('movfcsr2gr', '0000000100010100110010 000 fcsr:2 rd:5', {
    asm: '{rd}, {fcsr}',
    ref: REF.move,
    doc: 'rd = the control register: fcsr0 all, fcsr1 Enables, fcsr2 Flags and Cause, fcsr3 RM.',
    computed: { part },
    sem: (o, f) => {
      o.guard('fp');
      o.setR(f.rd, o.and(o.slot('fcsr'), o.imm(f.part)));
    },
  }),
];

export const INSNS_FLOAT_MOVE: readonly PatternInsn[] = [
  move('fmov.s', '0000000100010100100101 fj:5 fd:5', '{fd}, {fj}', 'fd = the single fj.', (o, f) =>
    o.setSingle(f.fd, o.f(f.fj)),
  ),
  move('fmov.d', '0000000100010100100110 fj:5 fd:5', '{fd}, {fj}', 'fd = fj.', (o, f) => o.setF(f.fd, o.f(f.fj))),
  move('fsel', '00001101000000 ca:3 fk:5 fj:5 fd:5', '{fd}, {fj}, {fk}, {ca}', 'fd = ca ? fk : fj.', (o, f) =>
    o.setF(f.fd, o.select(o.eqz(o.read('fcc', f.ca)), o.f(f.fj), o.f(f.fk))),
  ),
  move(
    'movgr2fr.w',
    '0000000100010100101001 rj:5 fd:5',
    '{fd}, {rj}',
    'Low half of fd = low half of rj.',
    // The upper half stays, as in QEMU; the manual leaves it open.
    (o, f) => o.setF(f.fd, o.or(o.and(o.f(f.fd), o.c(~LOW_HALF)), o.zx32(o.w(f.rj)))),
  ),
  move('movgr2fr.d', '0000000100010100101010 rj:5 fd:5', '{fd}, {rj}', 'fd = rj.', (o, f) => o.setF(f.fd, o.r(f.rj))),
  move(
    'movgr2frh.w',
    '0000000100010100101011 rj:5 fd:5',
    '{fd}, {rj}',
    'Upper half of fd = low half of rj; the low half stays.',
    (o, f) => o.setF(f.fd, o.or(o.and(o.f(f.fd), o.c(LOW_HALF)), o.shl(o.r(f.rj), o.c(32)))),
  ),
  move('movfr2gr.s', '0000000100010100101101 fj:5 rd:5', '{rd}, {fj}', 'rd = low half of fj, sign-extended.', (o, f) =>
    o.setW(f.rd, o.lo32(o.f(f.fj))),
  ),
  move('movfr2gr.d', '0000000100010100101110 fj:5 rd:5', '{rd}, {fj}', 'rd = fj.', (o, f) => o.setR(f.rd, o.f(f.fj))),
  move(
    'movfrh2gr.s',
    '0000000100010100101111 fj:5 rd:5',
    '{rd}, {fj}',
    'rd = upper half of fj, sign-extended.',
    (o, f) => o.setR(f.rd, o.shrS(o.f(f.fj), o.c(32))),
  ),
  ...control,
  move('movfr2cf', '0000000100010100110100 fj:5 00 cd:3', '{cd}, {fj}', 'cd = bit 0 of fj.', (o, f) =>
    o.write('fcc', f.cd, o.and(o.f(f.fj), o.c(1))),
  ),
  move('movcf2fr', '0000000100010100110101 00 cj:3 fd:5', '{fd}, {cj}', 'fd = cj.', (o, f) =>
    o.setF(f.fd, o.read('fcc', f.cj)),
  ),
  move('movgr2cf', '0000000100010100110110 rj:5 00 cd:3', '{cd}, {rj}', 'cd = bit 0 of rj.', (o, f) =>
    o.write('fcc', f.cd, o.and(o.r(f.rj), o.c(1))),
  ),
  move('movcf2gr', '0000000100010100110111 00 cj:3 rd:5', '{rd}, {cj}', 'rd = cj.', (o, f) =>
    o.setR(f.rd, o.read('fcc', f.cj)),
  ),
];
