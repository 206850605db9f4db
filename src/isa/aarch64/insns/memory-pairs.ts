/** Loads and stores of two registers. */
import type { PatternInsn } from '../../core/insn';
import type { V64 } from '../../core/ops';
import { insn } from '../insn';
import type { A64Fields, A64Ops } from '../ops';
import { type Addressing, basesOf, exclusions, offset, POST, PRE, scaled } from './addressing';
import { reference, vectorReference } from './transfers';

interface Pair {
  readonly kind: 'ld' | 'st';
  readonly rest: 'p' | 'psw';
  readonly register: 'w' | 'x' | 's' | 'd' | 'q';
  readonly opc: string;
  /** Of each of the two. */
  readonly bytes: 4 | 8 | 16;
  readonly what: string;
  move(o: A64Ops, f: A64Fields, address: V64): void;
}

/** Both are loaded before one is written. Where they are one register the manual leaves it open; as in QEMU the second stays. */
const loadGeneral =
  (bytes: 4 | 8, isSigned: boolean): Pair['move'] =>
  (o, f, address) => {
    const first = o.load(bytes, isSigned, address);
    const second = o.load(bytes, isSigned, o.add(address, o.c(bytes)));
    o.write('x', f.Rt, first);
    o.write('x', f.Rt2, second);
  };
const storeGeneral =
  (bytes: 4 | 8): Pair['move'] =>
  (o, f, address) => {
    o.store(bytes, address, o.read('x', f.Rt));
    o.store(bytes, o.add(address, o.c(bytes)), o.read('x', f.Rt2));
  };
const loadScalars =
  (bytes: 4 | 8): Pair['move'] =>
  (o, f, address) => {
    const first = o.load(bytes, false, address);
    const second = o.load(bytes, false, o.add(address, o.c(bytes)));
    o.setD(f.Vt, first);
    o.setD(f.Vt2, second);
  };
const storeScalars =
  (bytes: 4 | 8): Pair['move'] =>
  (o, f, address) => {
    o.store(bytes, address, o.d(f.Vt));
    o.store(bytes, o.add(address, o.c(bytes)), o.d(f.Vt2));
  };
const loadVectors: Pair['move'] = (o, f, address) => {
  const words = [0, 8, 16, 24].map((distance) => o.load(8, false, distance ? o.add(address, o.c(distance)) : address));
  const [a, b, c, d] = words as [V64, V64, V64, V64];
  o.setV(f.Vt, o.vector(a, b));
  o.setV(f.Vt2, o.vector(c, d));
};
const storeVectors: Pair['move'] = (o, f, address) => {
  const at = (distance: number): V64 => o.add(address, o.c(distance));
  o.store(8, address, o.half(o.v(f.Vt), 'low'));
  o.store(8, at(8), o.half(o.v(f.Vt), 'high'));
  o.store(8, at(16), o.half(o.v(f.Vt2), 'low'));
  o.store(8, at(24), o.half(o.v(f.Vt2), 'high'));
};

const GENERAL_PAIRS: readonly Pair[] = [
  { kind: 'st', rest: 'p', register: 'w', opc: '00', bytes: 4, what: '4 bytes each', move: storeGeneral(4) },
  { kind: 'ld', rest: 'p', register: 'w', opc: '00', bytes: 4, what: '4 bytes each', move: loadGeneral(4, false) },
  { kind: 'st', rest: 'p', register: 'x', opc: '10', bytes: 8, what: '8 bytes each', move: storeGeneral(8) },
  { kind: 'ld', rest: 'p', register: 'x', opc: '10', bytes: 8, what: '8 bytes each', move: loadGeneral(8, false) },
  {
    ...{ kind: 'ld', rest: 'psw', register: 'x', opc: '01', bytes: 4, what: '4 bytes each, sign-extended' },
    move: loadGeneral(4, true),
  },
];

const VECTOR_PAIRS: readonly Pair[] = [
  { kind: 'st', rest: 'p', register: 's', opc: '00', bytes: 4, what: '4 bytes each', move: storeScalars(4) },
  { kind: 'ld', rest: 'p', register: 's', opc: '00', bytes: 4, what: '4 bytes each', move: loadScalars(4) },
  { kind: 'st', rest: 'p', register: 'd', opc: '01', bytes: 8, what: '8 bytes each', move: storeScalars(8) },
  { kind: 'ld', rest: 'p', register: 'd', opc: '01', bytes: 8, what: '8 bytes each', move: loadScalars(8) },
  { kind: 'st', rest: 'p', register: 'q', opc: '10', bytes: 16, what: '16 bytes each', move: storeVectors },
  { kind: 'ld', rest: 'p', register: 'q', opc: '10', bytes: 16, what: '16 bytes each', move: loadVectors },
];

interface Form extends Addressing {
  readonly bits: string;
  /** `n`, without allocation in caches. */
  readonly letter: '' | 'n';
}

const FORMS: readonly Form[] = [
  { ...offset('simm'), bits: '010', letter: '' },
  { ...offset('simm'), bits: '000', letter: 'n' },
  { ...POST, bits: '001', letter: '' },
  { ...PRE, bits: '011', letter: '' },
];

const rows = (pair: Pair, V: '0' | '1'): PatternInsn[] =>
  FORMS.filter(({ letter }) => letter === '' || pair.rest === 'p').flatMap((form) => {
    const { kind, rest, register, opc, bytes, what, move } = pair;
    const file = V === '1' ? 'V' : 'R';
    const [first, second] = [`${file}t`, `${file}t2`];
    const mnemonic = `${kind}${form.letter}${rest}`;
    const name = `${mnemonic}-${register}${form.name}`;
    const title = `${mnemonic.toUpperCase()}${V === '1' ? ' (SIMD&FP)' : ''}`;
    const load = kind === 'ld' ? 1 : 0;
    return basesOf(name).map((base) => {
      const pattern = `${opc} 101 ${V} ${form.bits} ${load} ${scaled('simm', 7, bytes)} ${second}:5 ${base.bits} ${first}:5`;
      return insn(`${name}${base.suffix}`, pattern, {
        asm: `{${register}:${first}}, {${register}:${second}}, ${form.asm(base)}`,
        ref: V === '1' ? vectorReference(title) : reference(title),
        doc:
          kind === 'ld'
            ? `${first} and ${second} = ${what}, ${form.where}.`
            : `Stores ${first} and ${second}, ${what}, ${form.where}.`,
        ...exclusions(base),
        sem: (o, f) => {
          if (V === '1') o.guard('fp');
          form.sem(o, f, base, (address) => move(o, f, address));
        },
      });
    });
  });

export const INSNS_MEMORY_PAIRS: readonly PatternInsn[] = [
  ...GENERAL_PAIRS.flatMap((pair) => rows(pair, '0')),
  ...VECTOR_PAIRS.flatMap((pair) => rows(pair, '1')),
];
