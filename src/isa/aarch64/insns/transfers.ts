/** What loads and stores of one register move. */
import type { Field, V64 } from '../../core/ops';
import type { A64Fields, A64Ops } from '../ops';

/** Section of the manual that has the instruction. */
export const reference = (title: string): string => `Arm Architecture Reference Manual for A-profile, C6.2 "${title}"`;
export const vectorReference = (title: string): string =>
  `Arm Architecture Reference Manual for A-profile, C7.2 "${title}"`;

export type Bytes = 1 | 2 | 4 | 8;

/** A load or store of one register. */
export interface Transfer {
  /** As in `ldrsb`, without the letters of its addressing: `ld`, `rsb`. */
  readonly kind: 'ld' | 'st';
  readonly rest: string;
  /** What the row's name says beside the mnemonic: the register's kind. */
  readonly register: 'w' | 'x' | 'b' | 'h' | 's' | 'd' | 'q';
  /** The bits of the encoding: size, opc, and V, 1 for the SIMD and floating-point file. */
  readonly size: string;
  readonly opc: string;
  readonly V: '0' | '1';
  readonly bytes: Bytes | 16;
  /** What it loads, or stores, in a sentence. */
  readonly what: string;
  /** Loads or stores, and writes the register of a load. */
  move(o: A64Ops, f: A64Fields, address: V64): void;
}

const SIZE: Readonly<Record<Bytes, string>> = { 1: 'a byte', 2: '2 bytes', 4: '4 bytes', 8: '8 bytes' };
const CODES: Readonly<Record<Bytes, string>> = { 1: '00', 2: '01', 4: '10', 8: '11' };
const SUFFIX: Readonly<Record<Bytes, string>> = { 1: 'b', 2: 'h', 4: '', 8: '' };

const load = (bytes: Bytes, opc: string): Transfer => ({
  kind: 'ld',
  rest: `r${SUFFIX[bytes]}`,
  register: bytes === 8 ? 'x' : 'w',
  size: CODES[bytes],
  opc,
  V: '0',
  bytes,
  what: bytes === 8 ? SIZE[8] : `${SIZE[bytes]}, zero-extended`,
  move: (o, f, address) => o.write('x', f.Rt, o.load(bytes, false, address)),
});

const signedLoad = (bytes: 1 | 2 | 4, register: 'w' | 'x'): Transfer => ({
  kind: 'ld',
  rest: `rs${SUFFIX[bytes] || 'w'}`,
  register,
  size: CODES[bytes],
  opc: register === 'x' ? '10' : '11',
  V: '0',
  bytes,
  what: `${SIZE[bytes]}, sign-extended to ${register === 'x' ? 64 : 32} bits`,
  move: (o, f, address) => {
    const value = o.load(bytes, true, address);
    if (register === 'x') o.write('x', f.Rt, value);
    else o.in32.setR(f.Rt, o.lo32(value));
  },
});

const store = (bytes: Bytes): Transfer => ({
  kind: 'st',
  rest: `r${SUFFIX[bytes]}`,
  register: bytes === 8 ? 'x' : 'w',
  size: CODES[bytes],
  opc: '00',
  V: '0',
  bytes,
  what: SIZE[bytes],
  move: (o, f, address) => o.store(bytes, address, o.read('x', f.Rt)),
});

/** Of general registers. */
export const GENERAL: readonly Transfer[] = [
  ...([1, 2, 4, 8] as const).flatMap((bytes) => [store(bytes), load(bytes, '01')]),
  ...([1, 2] as const).flatMap((bytes) => [signedLoad(bytes, 'x'), signedLoad(bytes, 'w')]),
  signedLoad(4, 'x'),
];

const NARROW = { b: 1, h: 2, s: 4, d: 8 } as const;

/** Both halves of a vector register, the low one first. */
export const loadVector = (o: A64Ops, Vt: Field, address: V64): void => {
  const low = o.load(8, false, address);
  o.setV(Vt, o.vector(low, o.load(8, false, o.add(address, o.c(8)))));
};
export const storeVector = (o: A64Ops, Vt: Field, address: V64): void => {
  o.store(8, address, o.half(o.v(Vt), 'low'));
  o.store(8, o.add(address, o.c(8)), o.half(o.v(Vt), 'high'));
};

const scalar = (register: 'b' | 'h' | 's' | 'd'): Transfer[] => {
  const bytes = NARROW[register];
  const shared = { rest: 'r', register, size: CODES[bytes], V: '1', bytes } as const;
  return [
    {
      ...shared,
      kind: 'st',
      opc: '00',
      what: SIZE[bytes],
      move: (o, f, address) => o.store(bytes, address, o.d(f.Vt)),
    },
    {
      ...shared,
      kind: 'ld',
      opc: '01',
      what: `${SIZE[bytes]}; the rest of the register becomes 0`,
      move: (o, f, address) => o.setD(f.Vt, o.load(bytes, false, address)),
    },
  ];
};

/** Of the SIMD and floating-point file. */
export const VECTORS: readonly Transfer[] = [
  ...(['b', 'h', 's', 'd'] as const).flatMap(scalar),
  {
    ...{ kind: 'st', rest: 'r', register: 'q', size: '00', opc: '10', V: '1', bytes: 16, what: '16 bytes' },
    move: (o, f, address) => storeVector(o, f.Vt, address),
  },
  {
    ...{ kind: 'ld', rest: 'r', register: 'q', size: '00', opc: '11', V: '1', bytes: 16, what: '16 bytes' },
    move: (o, f, address) => loadVector(o, f.Vt, address),
  },
];

/** The field of the register that is moved, and how it is printed. */
export const target = ({ V, register }: Pick<Transfer, 'V' | 'register'>): { field: string; asm: string } => {
  const field = V === '1' ? 'Vt' : 'Rt';
  return { field, asm: `{${register}:${field}}` };
};
