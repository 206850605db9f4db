/** Atomic memory accesses of FEAT_LSE. Their `order` (acquiring 2, releasing 1) is no difference here. */
import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import type { Helper } from '../../core/privileged';
import { insn } from '../insn';
import type { A64Ops } from '../ops';
import { EITHER } from './addressing';
import { reference } from './transfers';

const SIZES = [
  { bytes: 1, suffix: 'b', register: 'w', size: '00' },
  { bytes: 2, suffix: 'h', register: 'w', size: '01' },
  { bytes: 4, suffix: 'w', register: 'w', size: '10' },
  { bytes: 8, suffix: 'x', register: 'x', size: '11' },
] as const;
type Size = (typeof SIZES)[number];

interface Change {
  readonly name: string;
  /** o3 and opc. */
  readonly bits: string;
  readonly isSigned?: true;
  readonly doc: string;
  of(o: A64Ops, old: V64, v: V64): V64;
}

/** Of extended values where their order matters. */
const CHANGES: readonly Change[] = [
  { name: 'ldadd', bits: '0 000', doc: 'their sum with Rs', of: (o, old, v) => o.add(old, v) },
  { name: 'ldclr', bits: '0 001', doc: 'those of their bits that Rs has not', of: (o, old, v) => o.and(old, o.not(v)) },
  { name: 'ldeor', bits: '0 010', doc: 'them exclusive-or Rs', of: (o, old, v) => o.xor(old, v) },
  { name: 'ldset', bits: '0 011', doc: 'them or Rs', of: (o, old, v) => o.or(old, v) },
  {
    ...{ name: 'ldsmax', bits: '0 100', isSigned: true, doc: 'the larger of them and Rs, signed' },
    of: (o, old, v) => o.select(o.ltS(old, v), v, old),
  },
  {
    ...{ name: 'ldsmin', bits: '0 101', isSigned: true, doc: 'the smaller of them and Rs, signed' },
    of: (o, old, v) => o.select(o.ltS(v, old), v, old),
  },
  {
    ...{ name: 'ldumax', bits: '0 110', doc: 'the larger of them and Rs, unsigned' },
    of: (o, old, v) => o.select(o.ltU(old, v), v, old),
  },
  {
    ...{ name: 'ldumin', bits: '0 111', doc: 'the smaller of them and Rs, unsigned' },
    of: (o, old, v) => o.select(o.ltU(v, old), v, old),
  },
  { name: 'swp', bits: '1 000', doc: 'Rs', of: (_o, _old, v) => v },
];

const zeroExtended = (o: A64Ops, bytes: number, v: V64): V64 =>
  bytes === 8 ? v : o.and(v, o.c((1n << BigInt(8 * bytes)) - 1n));

const signExtended = (o: A64Ops, bytes: number, v: V64): V64 => {
  if (bytes === 1) return o.sx8(v);
  if (bytes === 2) return o.sx16(v);
  return bytes === 4 ? o.sx32(o.lo32(v)) : v;
};

const change = ({ name, bits, isSigned, doc, of }: Change, { bytes, suffix, register, size }: Size): PatternInsn => {
  const extended = isSigned ? signExtended : zeroExtended;
  const letter = bytes < 4 ? suffix : '';
  return insn(`${name}-${suffix}`, `${size}111000 order:2 1 Rs:5 ${bits} 00 Rn:5 Rt:5`, {
    asm: `{${register}:Rs}, {${register}:Rt}, [{xsp:Rn}]`,
    ref: reference(`${name}${letter}`.toUpperCase()),
    doc: `Atomically: Rt = ${bytes} bytes at Rn; stores ${doc}.`,
    sem: (o, f) => {
      o.requires('LSE');
      const address = EITHER.read(o, f);
      o.within16(address, bytes, 'read');
      const operand = extended(o, bytes, o.read('x', f.Rs));
      const old = o.update(bytes, isSigned === true, address, (v) => of(o, v, operand));
      o.write('x', f.Rt, isSigned ? zeroExtended(o, bytes, old) : old);
    },
  });
};

const compare = ({ bytes, suffix, register, size }: Size): PatternInsn =>
  insn(`cas-${suffix}`, `${size}001000 1 order[1] 1 Rs:5 order[0] 11111 Rn:5 Rt:5`, {
    asm: `{${register}:Rs}, {${register}:Rt}, [{xsp:Rn}]`,
    ref: reference(`CAS${bytes < 4 ? suffix.toUpperCase() : ''}`),
    doc: `Atomically: stores ${bytes} bytes of Rt at Rn if those there are as in Rs; Rs = what was there.`,
    sem: (o, f) => {
      o.requires('LSE');
      const address = EITHER.read(o, f);
      o.within16(address, bytes, 'read');
      const expected = zeroExtended(o, bytes, o.read('x', f.Rs));
      const value = o.read('x', f.Rt);
      o.write(
        'x',
        f.Rs,
        o.update(
          bytes,
          false,
          address,
          () => value,
          (old) => o.eq(old, expected),
        ),
      );
    },
  });

const PAIRS = [
  { register: 'w', sz: '0', bytes: 4 },
  { register: 'x', sz: '1', bytes: 8 },
] as const;
type Pair = (typeof PAIRS)[number];

const pairName = ({ register }: Pair): string => `casp-${register}`;

/** Of two registers each, the first of which has an even number. */
const comparePair = (pair: Pair): PatternInsn => {
  const { register, sz, bytes } = pair;
  const name = pairName(pair);
  return insn(name, `0${sz}001000 0 order[1] 1 Rs[4:1] 0 order[0] 11111 Rn:5 Rt[4:1] 0`, {
    asm: `{${register}:Rs}, {${register}p1:Rs}, {${register}:Rt}, {${register}p1:Rt}, [{xsp:Rn}]`,
    ref: reference('CASP'),
    doc: `Atomically: stores Rt and the register behind it at Rn, ${bytes} bytes each, if those there are as in Rs and the register behind it, which get what was there.`,
    helperWrites: 'x',
    sem: (o, f) => {
      o.requires('LSE');
      o.within16(EITHER.read(o, f), 2 * bytes, 'read');
      o.helper(name);
    },
  });
};

const casp =
  ({ bytes }: Pair): Helper =>
  (state, field) => {
    const address = state.read('xsp', field('Rn'));
    const [rs, rt] = [field('Rs'), field('Rt')];
    const part = (register: number): bigint => BigInt.asUintN(8 * bytes, state.read('x', register));
    const low = state.load(address, bytes);
    const high = state.load(address + BigInt(bytes), bytes);
    state.check(address, 'write');
    if (low === part(rs) && high === part(rs + 1)) {
      state.store(address, bytes, part(rt));
      state.store(address + BigInt(bytes), bytes, part(rt + 1));
    }
    state.write('x', rs, low);
    state.write('x', rs + 1, high);
  };

export const ATOMIC_HELPERS: Readonly<Record<string, Helper>> = Object.fromEntries(
  PAIRS.map((pair) => [pairName(pair), casp(pair)]),
);

export const INSNS_ATOMICS: readonly PatternInsn[] = [
  ...CHANGES.flatMap((each) => SIZES.map((size) => change(each, size))),
  ...SIZES.map(compare),
  ...PAIRS.map(comparePair),
];
