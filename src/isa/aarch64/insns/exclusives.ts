/**
 * Load-exclusive and store-exclusive. The monitor is the address, the bytes there are (0: open) and the value seen, in the slots
 * `exclusiveAddress`, `exclusiveBytes`, `exclusiveValue` and `exclusiveValue2`. Other processors' stores are noticed by the
 * value alone, as in QEMU. @see Arm ARM, B2.12 "Synchronization and semaphores"
 */
import type { QuickForm } from '../../core/engine-isa';
import type { PatternInsn } from '../../core/insn';
import type { V32, V64 } from '../../core/ops';
import { type HartState, type IsaFunction, Trap } from '../../core/privileged';
import { WRITE } from '../causes';
import { insn, variant } from '../insn';
import type { A64Fields, A64Ops } from '../ops';
import { type Base, basesOf, exclusions } from './addressing';
import { type Bytes, reference } from './transfers';

const SIZES = [
  { bytes: 1, suffix: 'b', register: 'w', size: '00' },
  { bytes: 2, suffix: 'h', register: 'w', size: '01' },
  { bytes: 4, suffix: '', register: 'w', size: '10' },
  { bytes: 8, suffix: '', register: 'x', size: '11' },
] as const;
type Size = (typeof SIZES)[number];
const PAIRS = [
  { bytes: 8, suffix: 'p', register: 'w', size: '10' },
  { bytes: 16, suffix: 'p', register: 'x', size: '11' },
] as const;
type Pair = (typeof PAIRS)[number];

/** Without and with acquiring or releasing, which is no difference here. */
const ORDERS = [
  { load: 'ldx', store: 'stx', bit: '0' },
  { load: 'ldax', store: 'stlx', bit: '1' },
] as const;
type Order = (typeof ORDERS)[number];

/** A row for each base. */
const rows = (name: string, row: (name: string, base: Base) => PatternInsn): PatternInsn[] =>
  basesOf(name).map((base) => row(`${name}${base.suffix}`, base));

const watch = (o: A64Ops, address: V64, bytes: number, value: V64, value2: V64): void => {
  o.setSlot('exclusiveAddress', address);
  o.setSlot('exclusiveBytes', o.c(bytes));
  o.setSlot('exclusiveValue', value);
  o.setSlot('exclusiveValue2', value2);
};

/** `-` are bits that should be ones, at which nothing looks. */
const load = ({ bytes, suffix, register, size }: Size, { load: name, bit }: Order): PatternInsn[] => {
  const mnemonic = `${name}r${suffix}`;
  return rows(`${mnemonic}-${register}`, (row, base) =>
    insn(row, `${size}001000 0 1 0 ----- ${bit} ----- ${base.bits} Rt:5`, {
      asm: `{${register}:Rt}, [${base.asm}]`,
      ref: reference(mnemonic.toUpperCase()),
      doc: `Rt = ${bytes} bytes at Rn, zero-extended, which are watched for a store-exclusive.`,
      ...exclusions(base),
      sem: (o, f) => {
        const address = base.read(o, f);
        o.aligned(address, bytes, 'read');
        const value = o.load(bytes, false, address);
        watch(o, address, bytes, value, o.c(0));
        o.write('x', f.Rt, value);
      },
    }),
  );
};

const loadPair = ({ bytes, suffix, register, size }: Pair, { load: name, bit }: Order): PatternInsn[] => {
  const mnemonic = `${name}${suffix}`;
  return rows(`${mnemonic}-${register}`, (row, base) =>
    insn(row, `${size}001000 0 1 1 ----- ${bit} Rt2:5 ${base.bits} Rt:5`, {
      asm: `{${register}:Rt}, {${register}:Rt2}, [${base.asm}]`,
      ref: reference(mnemonic.toUpperCase()),
      doc: `Rt and Rt2 = ${bytes} bytes at Rn, which are watched for a store-exclusive.`,
      ...exclusions(base),
      sem: (o, f) => {
        const address = base.read(o, f);
        o.aligned(address, bytes, 'read');
        const first = o.load(8, false, address);
        if (bytes === 8) {
          watch(o, address, bytes, first, o.c(0));
          o.in32.setR(f.Rt, o.lo32(first));
          o.write('x', f.Rt2, o.shrU(first, o.c(32)));
        } else {
          const second = o.load(8, false, o.add(address, o.c(8)));
          watch(o, address, bytes, first, second);
          o.write('x', f.Rt, first);
          o.write('x', f.Rt2, second);
        }
      },
    }),
  );
};

/** Where the sizes differ the manual leaves it open; as in QEMU the value decides. */
const isWatched = (state: HartState, address: bigint): boolean =>
  state.get('exclusiveBytes') !== 0n && state.get('exclusiveAddress') === address;

/** What is at an address that may be stored to; where nothing is, that is the store's fault. */
const compared = (state: HartState, address: bigint, bytes: Bytes): bigint => {
  state.check(address, 'write');
  try {
    return state.load(address, bytes);
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    throw new Trap(error.trapCause | WRITE, error.tval, error.detail);
  }
};

/** 0 where it stores, else 1. A monitor that is open, or elsewhere, lets no fault happen. */
const storeExclusive =
  (bytes: Bytes): IsaFunction =>
  (state, address, value) => {
    let status = 1n;
    if (isWatched(state, address)) {
      if (compared(state, address, bytes) === state.get('exclusiveValue')) {
        state.store(address, bytes, BigInt.asUintN(8 * bytes, value));
        status = 0n;
      }
    }
    state.set('exclusiveBytes', 0n);
    return status;
  };

const storeExclusivePair: IsaFunction = (state, address, low, high) => {
  let status = 1n;
  if (isWatched(state, address)) {
    const isSame =
      compared(state, address, 8) === state.get('exclusiveValue') &&
      compared(state, address + 8n, 8) === state.get('exclusiveValue2');
    if (isSame) {
      state.store(address, 8, low);
      state.store(address + 8n, 8, high);
      status = 0n;
    }
  }
  state.set('exclusiveBytes', 0n);
  return status;
};

/** What the rows call. */
export const EXCLUSIVE_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...Object.fromEntries(([1, 2, 4, 8] as const).map((bytes) => [`storeExclusive-${bytes}`, storeExclusive(bytes)])),
  storeExclusivePair,
};

const STORES = 'if nothing was stored there since the load-exclusive: Rs = 0 if so, else 1';

const storeName = ({ suffix, register }: Size, { store: name }: Order): string => `${name}r${suffix}-${register}`;

const store = (size: Size, order: Order, base: Base): PatternInsn => {
  const { bytes, register } = size;
  const name = storeName(size, order);
  return insn(`${name}${base.suffix}`, `${size.size}001000 0 0 0 Rs:5 ${order.bit} ----- ${base.bits} Rt:5`, {
    asm: `{w:Rs}, {${register}:Rt}, [${base.asm}]`,
    ref: reference(name.slice(0, -2).toUpperCase()),
    doc: `Stores ${bytes} bytes of Rt at Rn ${STORES}.`,
    ...exclusions(base),
    sem: (o, f) => {
      const address = base.read(o, f);
      o.aligned(address, bytes, 'write');
      o.write('x', f.Rs, o.call(`storeExclusive-${bytes}`, [address, o.read('x', f.Rt)]));
    },
  });
};

/** Two words as they lie in memory. */
const joined = (o: A64Ops, f: A64Fields): V64 =>
  o.or(o.zx32(o.lo32(o.read('x', f.Rt))), o.shl(o.read('x', f.Rt2), o.c(32)));

const storePair = ({ bytes, suffix, register, size }: Pair, { store: name, bit }: Order): PatternInsn[] => {
  const mnemonic = `${name}${suffix}`;
  return rows(`${mnemonic}-${register}`, (row, base) =>
    insn(row, `${size}001000 0 0 1 Rs:5 ${bit} Rt2:5 ${base.bits} Rt:5`, {
      asm: `{w:Rs}, {${register}:Rt}, {${register}:Rt2}, [${base.asm}]`,
      ref: reference(mnemonic.toUpperCase()),
      doc: `Stores ${bytes} bytes of Rt and Rt2 at Rn ${STORES}.`,
      ...exclusions(base),
      sem: (o, f) => {
        const address = base.read(o, f);
        o.aligned(address, bytes, 'write');
        const status =
          bytes === 8
            ? o.call('storeExclusive-8', [address, joined(o, f)])
            : o.call('storeExclusivePair', [address, o.read('x', f.Rt), o.read('x', f.Rt2)]);
        o.write('x', f.Rs, status);
      },
    }),
  );
};

const SINGLE_STORES = ORDERS.flatMap((order) =>
  SIZES.flatMap((size) =>
    basesOf(storeName(size, order)).map((base) => ({ base, bytes: size.bytes, row: store(size, order, base) })),
  ),
);

export const INSNS_EXCLUSIVES: readonly PatternInsn[] = [
  ...ORDERS.flatMap((order) => [
    ...SIZES.flatMap((size) => load(size, order)),
    ...PAIRS.flatMap((pair) => [...loadPair(pair, order), ...storePair(pair, order)]),
  ]),
  ...SINGLE_STORES.map(({ row }) => row),
];

/** Where the monitor watches the address. */
export const QUICK_EXCLUSIVES: readonly QuickForm[] = SINGLE_STORES.map(({ base, bytes, row }) => ({
  of: row.mnemonic,
  form: variant(row, `${row.mnemonic} watched`, (o, f) => {
    const address = base.read(o, f);
    const isAligned = o.eq(o.and(address, o.c(bytes - 1)), o.c(0));
    const isWatched = o.and(o.eq(o.slot('exclusiveAddress'), address), o.ne(o.slot('exclusiveBytes'), o.c(0)));
    o.onlyIf(o.and(isAligned, isWatched));
    const seen = o.slot('exclusiveValue');
    const value = o.read('x', f.Rt);
    const isSame = (old: V64): V32 => o.eq(old, seen);
    const old = o.update(bytes, false, address, () => value, isSame);
    o.setSlot('exclusiveBytes', o.c(0));
    o.write('x', f.Rs, o.zx32(o.ne(old, seen)));
  }),
}));
