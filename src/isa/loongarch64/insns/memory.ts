/** Loads and stores of general registers, with bound checks among them; barriers, which order nothing here. */
import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';

const REF = 'LoongArch Reference Manual, Volume 1, 2.2.5 Common Memory Access Instructions';
const BOUNDS = 'LoongArch Reference Manual, Volume 1, 2.2.6 Bound Check Memory Access Instructions';
const MISC = 'LoongArch Reference Manual, Volume 1, 2.2.10 Other Miscellaneous Instructions';
const BARRIERS = 'LoongArch Reference Manual, Volume 1, 2.2.8 Barrier Instructions';

type Bytes = 1 | 2 | 4 | 8;
const SIZE: Readonly<Record<Bytes, string>> = { 1: 'a byte', 2: '2 bytes', 4: '4 bytes', 8: '8 bytes' };

const loaded = (bytes: Bytes, isSigned: boolean): string =>
  bytes === 8 ? SIZE[8] : `${SIZE[bytes]}, ${isSigned ? 'sign' : 'zero'}-extended`;

/** A load at rj plus an immediate, or plus rk. */
const load = (name: string, bytes: Bytes, isSigned: boolean, immediate: string, indexed: string): PatternInsn[] => [
  insn(`ld.${name}`, `0010${immediate} si:12 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {si}',
    ref: REF,
    doc: `rd = ${loaded(bytes, isSigned)}, at rj + immediate.`,
    sem: (o, f) => o.setR(f.rd, o.load(bytes, isSigned, o.add(o.r(f.rj), o.imm(f.si)))),
  }),
  insn(`ldx.${name}`, `0011${indexed} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {rk}',
    ref: REF,
    doc: `rd = ${loaded(bytes, isSigned)}, at rj + rk.`,
    sem: (o, f) => o.setR(f.rd, o.load(bytes, isSigned, o.add(o.r(f.rj), o.r(f.rk)))),
  }),
];

const store = (name: string, bytes: Bytes, immediate: string, indexed: string): PatternInsn[] => [
  insn(`st.${name}`, `0010${immediate} si:12 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {si}',
    ref: REF,
    doc: `Stores ${SIZE[bytes]} of rd at rj + immediate.`,
    sem: (o, f) => o.store(bytes, o.add(o.r(f.rj), o.imm(f.si)), o.r(f.rd)),
  }),
  insn(`stx.${name}`, `0011${indexed} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {rk}',
    ref: REF,
    doc: `Stores ${SIZE[bytes]} of rd at rj + rk.`,
    sem: (o, f) => o.store(bytes, o.add(o.r(f.rj), o.r(f.rk)), o.r(f.rd)),
  }),
];

/** Of words and doublewords, with an immediate in units of 4 bytes. */
const pointer = (name: string, bytes: 4 | 8, load: string, store: string): PatternInsn[] => [
  insn(`ldptr.${name}`, `${load} si[15:2] rj:5 rd:5`, {
    asm: '{rd}, {rj}, {si}',
    ref: REF,
    doc: `rd = ${loaded(bytes, true)}, at rj + immediate.`,
    sem: (o, f) => o.setR(f.rd, o.load(bytes, true, o.add(o.r(f.rj), o.imm(f.si)))),
  }),
  insn(`stptr.${name}`, `${store} si[15:2] rj:5 rd:5`, {
    asm: '{rd}, {rj}, {si}',
    ref: REF,
    doc: `Stores ${SIZE[bytes]} of rd at rj + immediate.`,
    sem: (o, f) => o.store(bytes, o.add(o.r(f.rj), o.imm(f.si)), o.r(f.rd)),
  }),
];

const SIDES = { gt: 'above', le: 'not above' } as const;

/** The manual does not say how the bound is compared. As addresses, as in QEMU. */
const bounded = (name: string, bytes: Bytes, side: 'gt' | 'le', load: string, store: string): PatternInsn[] => [
  insn(`ld${side}.${name}`, `00111000011110${load} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {rk}',
    ref: BOUNDS,
    doc: `rd = ${loaded(bytes, true)}, at rj, which must be ${SIDES[side]} rk and aligned.`,
    sem: (o, f) => {
      o.aligned(o.r(f.rj), bytes);
      o.checkBound(side, o.r(f.rj), o.r(f.rk));
      o.setR(f.rd, o.load(bytes, true, o.r(f.rj)));
    },
  }),
  insn(`st${side}.${name}`, `00111000011111${store} rk:5 rj:5 rd:5`, {
    asm: '{rd}, {rj}, {rk}',
    ref: BOUNDS,
    doc: `Stores ${SIZE[bytes]} of rd at rj, which must be ${SIDES[side]} rk and aligned.`,
    sem: (o, f) => {
      o.aligned(o.r(f.rj), bytes);
      o.checkBound(side, o.r(f.rj), o.r(f.rk));
      o.store(bytes, o.r(f.rj), o.r(f.rd));
    },
  }),
];

/** The manual has signed numbers compared. QEMU compares unsigned ones. */
const assertion = (side: 'gt' | 'le', bits: string): PatternInsn =>
  insn(`asrt${side}.d`, `000000000000000${bits} rk:5 rj:5 00000`, {
    asm: '{rj}, {rk}',
    ref: MISC,
    doc: `Raises a bound check exception unless rj is ${SIDES[side]} rk, signed.`,
    sem: (o, f) => o.checkBound(side, o.r(f.rj), o.r(f.rk), 'signed'),
  });

export const INSNS_MEMORY: readonly PatternInsn[] = [
  ...load('b', 1, true, '100000', '1000000000000'),
  ...load('h', 2, true, '100001', '1000000001000'),
  ...load('w', 4, true, '100010', '1000000010000'),
  ...load('d', 8, true, '100011', '1000000011000'),
  ...load('bu', 1, false, '101000', '1000001000000'),
  ...load('hu', 2, false, '101001', '1000001001000'),
  ...load('wu', 4, false, '101010', '1000001010000'),
  ...store('b', 1, '100100', '1000000100000'),
  ...store('h', 2, '100101', '1000000101000'),
  ...store('w', 4, '100110', '1000000110000'),
  ...store('d', 8, '100111', '1000000111000'),
  ...pointer('w', 4, '00100100', '00100101'),
  ...pointer('d', 8, '00100110', '00100111'),
  ...bounded('b', 1, 'gt', '000', '000'),
  ...bounded('h', 2, 'gt', '001', '001'),
  ...bounded('w', 4, 'gt', '010', '010'),
  ...bounded('d', 8, 'gt', '011', '011'),
  ...bounded('b', 1, 'le', '100', '100'),
  ...bounded('h', 2, 'le', '101', '101'),
  ...bounded('w', 4, 'le', '110', '110'),
  ...bounded('d', 8, 'le', '111', '111'),
  assertion('le', '10'),
  assertion('gt', '11'),
  insn('preld', '0010101011 si:12 rj:5 hint:5', {
    asm: '{hint}, {rj}, {si}',
    ref: REF,
    doc: 'May load a cache line; here it does nothing.',
    sem: () => {},
  }),
  insn('preldx', '00111000001011000 rk:5 rj:5 hint:5', {
    asm: '{hint}, {rj}, {rk}',
    ref: REF,
    doc: 'May load cache lines; here it does nothing.',
    sem: () => {},
  }),
  insn('dbar', '00111000011100100 hint:15', {
    asm: '{hint}',
    ref: BARRIERS,
    doc: 'Orders memory accesses; here they are in order.',
    sem: () => {},
  }),
  insn('ibar', '00111000011100101 hint:15', {
    asm: '{hint}',
    ref: BARRIERS,
    doc: 'Orders fetches behind stores; here they are in order.',
    sem: () => {},
  }),
];
