/** Loads and stores of floating-point registers. */
import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';
import { DOUBLE, type Precision, REF, SINGLE } from './float';

interface Codes {
  readonly load: string;
  readonly store: string;
  readonly indexedLoad: string;
  readonly indexedStore: string;
  /** The bit of the bounded forms. */
  readonly bounded: string;
}

const transfers = (p: Precision, codes: Codes): PatternInsn[] => [
  insn(`fld.${p.suffix}`, `0010${codes.load} si:12 rj:5 fd:5`, {
    asm: '{fd}, {rj}, {si}',
    ref: REF.memory,
    doc: `fd = ${p.bytes} bytes at rj + immediate.`,
    sem: (o, f) => {
      o.guard('fp');
      p.write(o, f.fd, o.load(p.bytes, false, o.add(o.r(f.rj), o.imm(f.si))));
    },
  }),
  insn(`fst.${p.suffix}`, `0010${codes.store} si:12 rj:5 fd:5`, {
    asm: '{fd}, {rj}, {si}',
    ref: REF.memory,
    doc: `Stores ${p.bytes} bytes of fd at rj + immediate.`,
    sem: (o, f) => {
      o.guard('fp');
      o.store(p.bytes, o.add(o.r(f.rj), o.imm(f.si)), o.f(f.fd));
    },
  }),
  insn(`fldx.${p.suffix}`, `0011${codes.indexedLoad} rk:5 rj:5 fd:5`, {
    asm: '{fd}, {rj}, {rk}',
    ref: REF.memory,
    doc: `fd = ${p.bytes} bytes at rj + rk.`,
    sem: (o, f) => {
      o.guard('fp');
      p.write(o, f.fd, o.load(p.bytes, false, o.add(o.r(f.rj), o.r(f.rk))));
    },
  }),
  insn(`fstx.${p.suffix}`, `0011${codes.indexedStore} rk:5 rj:5 fd:5`, {
    asm: '{fd}, {rj}, {rk}',
    ref: REF.memory,
    doc: `Stores ${p.bytes} bytes of fd at rj + rk.`,
    sem: (o, f) => {
      o.guard('fp');
      o.store(p.bytes, o.add(o.r(f.rj), o.r(f.rk)), o.f(f.fd));
    },
  }),
];

const SIDES = [
  { side: 'gt', load: '100', store: '110', name: 'above' },
  { side: 'le', load: '101', store: '111', name: 'not above' },
] as const;

/** The address is rj. QEMU adds rk, and asks no alignment. */
const bounded = (p: Precision, bit: string): PatternInsn[] =>
  SIDES.flatMap(({ side, load, store, name }) => [
    insn(`fld${side}.${p.suffix}`, `0011100001110${load}${bit} rk:5 rj:5 fd:5`, {
      asm: '{fd}, {rj}, {rk}',
      ref: REF.bounds,
      doc: `fd = ${p.bytes} bytes at rj, which must be ${name} rk and aligned.`,
      sem: (o, f) => {
        o.guard('fp');
        o.aligned(o.r(f.rj), p.bytes);
        o.checkBound(side, o.r(f.rj), o.r(f.rk));
        p.write(o, f.fd, o.load(p.bytes, false, o.r(f.rj)));
      },
    }),
    insn(`fst${side}.${p.suffix}`, `0011100001110${store}${bit} rk:5 rj:5 fd:5`, {
      asm: '{fd}, {rj}, {rk}',
      ref: REF.bounds,
      doc: `Stores ${p.bytes} bytes of fd at rj, which must be ${name} rk and aligned.`,
      sem: (o, f) => {
        o.guard('fp');
        o.aligned(o.r(f.rj), p.bytes);
        o.checkBound(side, o.r(f.rj), o.r(f.rk));
        o.store(p.bytes, o.r(f.rj), o.f(f.fd));
      },
    }),
  ]);

const SINGLE_CODES: Codes = {
  load: '101100',
  store: '101101',
  indexedLoad: '1000001100000',
  indexedStore: '1000001110000',
  bounded: '0',
};
const DOUBLE_CODES: Codes = {
  load: '101110',
  store: '101111',
  indexedLoad: '1000001101000',
  indexedStore: '1000001111000',
  bounded: '1',
};

export const INSNS_FLOAT_MEMORY: readonly PatternInsn[] = [
  ...transfers(SINGLE, SINGLE_CODES),
  ...transfers(DOUBLE, DOUBLE_CODES),
  ...bounded(SINGLE, SINGLE_CODES.bounded),
  ...bounded(DOUBLE, DOUBLE_CODES.bounded),
];
