/** Shifts, rotations and instructions on single bits. */
import type { V32, V64 } from '../../core/ops';
import type { Feature } from '../cpus';
import type { FormOptions, FormTable, Sem } from '../form';
import type { Operand } from '../operands';
import type { Bits, X86Ops } from '../ops';

const SIZES = [16, 32, 64] as const;

interface Shifted {
  readonly result: V64;
  /** CF, 0 or 1, and OF, which is defined for counts of 1. */
  readonly cf: V64;
  readonly of: V64;
}

/** @param count not 0, less than 64 (32 in the shorter sizes). `a` is zero-extended. */
type Shift = (o: X86Ops, bits: Bits, a: V64, count: V64) => Shifted;

const top = (o: X86Ops, bits: Bits, v: V64): V64 => o.and(o.shrU(v, o.c(bits - 1)), o.c(1));
const less1 = (o: X86Ops, n: V64): V64 => o.sub(n, o.c(1));

const shl: Shift = (o, bits, a, n) => {
  // Counts of bytes and words may be as large as 31: what is shifted out before the last bit is gone.
  const before = o.shl(a, less1(o, n));
  const cf = top(o, bits, before);
  const result = o.shl(before, o.c(1));
  return { result, cf, of: o.xor(top(o, bits, result), cf) };
};
const shr: Shift = (o, bits, a, n) => {
  const before = o.shrU(a, less1(o, n));
  return { result: o.shrU(before, o.c(1)), cf: o.and(before, o.c(1)), of: top(o, bits, a) };
};
const sar: Shift = (o, bits, a, n) => {
  const before = o.shrS(o.extend(a, bits), less1(o, n));
  return { result: o.shrS(before, o.c(1)), cf: o.and(before, o.c(1)), of: o.c(0) };
};

const rotated = (o: X86Ops, bits: Bits, a: V64, n: V64, to: 'left' | 'right'): V64 => {
  if (bits === 64) return to === 'left' ? o.rotl(a, n) : o.rotr(a, n);
  const count = o.and(n, o.c(bits - 1));
  const other = o.sub(o.c(bits), count);
  const [left, right] = to === 'left' ? [count, other] : [other, count];
  return o.low(o.or(o.shl(a, left), o.shrU(a, right)), bits);
};
const rol: Shift = (o, bits, a, n) => {
  const result = rotated(o, bits, a, n, 'left');
  const cf = o.and(result, o.c(1));
  return { result, cf, of: o.xor(top(o, bits, result), cf) };
};
const ror: Shift = (o, bits, a, n) => {
  const result = rotated(o, bits, a, n, 'right');
  const cf = top(o, bits, result);
  return { result, cf, of: o.xor(cf, o.and(o.shrU(result, o.c(bits - 2)), o.c(1))) };
};

/** Through CF: `bits + 1` bits turn. Counts of bytes and words are taken modulo that. */
const throughCarry = (o: X86Ops, bits: Bits, a: V64, n: V64, to: 'left' | 'right'): Shifted => {
  const carry = o.cf();
  const count = bits < 32 ? o.remU(n, o.c(bits + 1)) : n;
  const other = o.sub(o.c(bits), count);
  // In two steps: a shift by 64 would be one by 0.
  const back = (v: V64, by: V64): V64 => (to === 'left' ? o.shrU(o.shrU(v, by), o.c(1)) : o.shl(o.shl(v, by), o.c(1)));
  const forth = to === 'left' ? o.shl(a, count) : o.shrU(a, count);
  const carryAt = to === 'left' ? o.shl(carry, less1(o, count)) : o.shl(carry, other);
  const moved = o.low(o.or(o.or(forth, back(a, other)), carryAt), bits);
  const isNone = o.eqz(count);
  const out = to === 'left' ? o.shrU(a, other) : o.shrU(a, less1(o, count));
  const result = o.select(isNone, a, moved);
  const cf = o.select(isNone, carry, o.and(out, o.c(1)));
  const of =
    to === 'left'
      ? o.xor(top(o, bits, result), cf)
      : o.xor(top(o, bits, result), o.and(o.shrU(result, o.c(bits - 2)), o.c(1)));
  return { result, cf, of };
};
const rcl: Shift = (o, bits, a, n) => throughCarry(o, bits, a, n, 'left');
const rcr: Shift = (o, bits, a, n) => throughCarry(o, bits, a, n, 'right');

const ROTATIONS = new Set<Shift>([rol, ror, rcl, rcr]);

/** The flags of what was shifted by `count`; where that is 0 they stay. */
const setFlags = (o: X86Ops, bits: Bits, shift: Shift, { result, cf, of }: Shifted, isSome: V32): void => {
  if (ROTATIONS.has(shift)) o.setCarryAndOverflow(cf, of, isSome);
  else o.flagsWhen(isSome, bits, result, cf, of);
};

const shifting =
  (shift: Shift): Sem =>
  (o, [to, by], bits) => {
    const count = o.and(by?.read() ?? o.c(1), o.c(bits === 64 ? 63 : 31));
    const isSome = o.ne(count, o.c(0));
    let done: Shifted | undefined;
    to?.update((a) => {
      done = shift(o, bits, a, count);
      return o.select(isSome, done.result, a);
    });
    if (done) setFlags(o, bits, shift, done, isSome);
  };
/** By a count that is known not to be 0. */
const shiftingBySome =
  (shift: Shift): Sem =>
  (o, [to, by], bits) => {
    const count = o.and(by?.read() ?? o.c(1), o.c(bits === 64 ? 63 : 31));
    let done: Shifted | undefined;
    to?.update((a) => {
      done = shift(o, bits, a, count);
      return done.result;
    });
    if (!done) return;
    if (ROTATIONS.has(shift)) o.setCarryAndOverflow(done.cf, done.of);
    else o.flagsOfResult(bits, done.result, done.cf, done.of);
  };

/** Shifts bits of the second operand in. */
const double =
  (to: 'left' | 'right'): Sem =>
  (o, [into, from, by], bits) => {
    const count = o.and(by?.read() ?? o.c(1), o.c(bits === 64 ? 63 : 31));
    const isSome = o.ne(count, o.c(0));
    const b = from?.read() ?? o.c(0);
    const other = o.sub(o.c(bits), count);
    let [a, result, cf] = [b, b, b];
    into?.update((old) => {
      a = old;
      if (bits === 16) {
        // Counts above 16 are undefined; processors go on with the first operand again.
        const joined =
          to === 'left'
            ? o.or(o.or(o.shl(old, o.c(32)), o.shl(b, o.c(16))), old)
            : o.or(o.or(old, o.shl(b, o.c(16))), o.shl(old, o.c(32)));
        result = o.low(to === 'left' ? o.shrU(o.shl(joined, count), o.c(32)) : o.shrU(joined, count), 16);
        cf =
          to === 'left'
            ? o.and(o.shrU(o.shl(joined, count), o.c(48)), o.c(1))
            : o.and(o.shrU(joined, less1(o, count)), o.c(1));
      } else {
        const moved =
          to === 'left' ? o.or(o.shl(old, count), o.shrU(b, other)) : o.or(o.shrU(old, count), o.shl(b, other));
        result = o.low(o.select(isSome, moved, old), bits);
        cf = o.and(o.shrU(old, to === 'left' ? other : less1(o, count)), o.c(1));
      }
      return o.select(isSome, result, old);
    });
    const of = o.and(o.shrU(o.xor(a, result), o.c(bits - 1)), o.c(1));
    o.flagsWhen(isSome, bits, result, cf, of);
  };

/** What becomes of a bit that is tested. */
type BitChange = ((o: X86Ops, value: V64, mask: V64) => V64) | undefined;

const BIT_CHANGES: readonly (readonly [string, BitChange, string, number])[] = [
  ['bt', undefined, 'Copies a bit to CF.', 0],
  ['bts', (o, v, m) => o.or(v, m), 'Copies a bit to CF and sets it.', 1],
  ['btr', (o, v, m) => o.and(v, o.not(m)), 'Copies a bit to CF and clears it.', 2],
  ['btc', (o, v, m) => o.xor(v, m), 'Copies a bit to CF and inverts it.', 3],
];

const testBit = (o: X86Ops, to: Operand | undefined, at: V64, bits: Bits, change: BitChange): void => {
  const bit = o.and(at, o.c(bits - 1));
  const found = (value: V64): void => o.setCarry(o.and(o.shrU(value, bit), o.c(1)));
  if (!change) return found(to?.read() ?? o.c(0));
  const old = to?.update((value) => change(o, value, o.shl(o.c(1), bit)));
  found(old ?? o.c(0));
};
/** Of a string of bits in memory that begins at the operand: the number says where, whatever its size. */
const testFarBit = (o: X86Ops, to: Operand, index: V64, bits: Bits, change: BitChange): void => {
  const bytes = bits / 8;
  const word = o.shrS(index, o.c(Math.log2(bits)));
  const at = o.add(to.address(change ? 'write' : 'read'), o.shl(word, o.c(Math.log2(bytes))));
  const bit = o.and(index, o.c(bits - 1));
  const width = bytes as 2 | 4 | 8;
  const old = change
    ? o.update(width, false, at, (value) => change(o, value, o.shl(o.c(1), bit)))
    : o.load(width, false, at);
  o.setCarry(o.and(o.shrU(old, bit), o.c(1)));
};

const popcnt: Sem = (o, [to, from]) => {
  const value = from?.read() ?? o.c(0);
  to?.write(o.popcnt(value));
  o.setStatus({ zf: o.bool(o.eqz(value)), pf: o.c(0), cf: o.c(0) });
};
/** Processors without the feature take the prefix for nothing, and execute BSF or BSR. */
const zeros =
  (kind: 'lzcnt' | 'tzcnt', feature: Feature): Sem =>
  (o, [to, from], bits) => {
    const value = from?.read() ?? o.c(0);
    const isZero = o.eqz(value);
    const scanned = kind === 'tzcnt' ? o.ctz(value) : o.sub(o.c(63), o.clz(value));
    const counted = kind === 'tzcnt' ? o.select(isZero, o.c(bits), scanned) : o.sub(o.clz(value), o.c(64 - bits));
    const isCounted = o.has(feature);
    const kept = o.select(isZero, to?.read() ?? value, scanned);
    to?.write(o.select(isCounted, counted, kept));
    const zf = o.bool(o.select(isCounted, o.eqz(counted), isZero));
    o.setStatus({ zf, pf: o.c(0), cf: o.bool(o.and(isCounted, isZero)) });
  };
/** Where the source is 0 the destination stays, as processors do. */
const scan =
  (from: 'low' | 'high'): Sem =>
  (o, [to, source], bits) => {
    const value = source?.read() ?? o.c(0);
    const found = from === 'low' ? o.ctz(value) : o.sub(o.c(63), o.clz(value));
    const old = to?.read() ?? o.c(0);
    // Not even the upper half of a register is cleared then.
    const result = o.select(o.eqz(value), old, found);
    if (bits === 32) keepUpper(o, to, value, result);
    else to?.write(result);
    o.flagsOfLogic(bits, value);
  };
const keepUpper = (o: X86Ops, to: Operand | undefined, value: V64, result: V64): void => {
  if (!to) return;
  const whole = o.read('r', to.field);
  o.write('r', to.field, o.select(o.eqz(value), whole, result));
};

export const addShifts = (table: FormTable): void => {
  const rows: readonly (readonly [string, Shift, number, string])[] = [
    ['rol', rol, 0, 'Rotates left.'],
    ['ror', ror, 1, 'Rotates right.'],
    ['rcl', rcl, 2, 'Rotates left through CF.'],
    ['rcr', rcr, 3, 'Rotates right through CF.'],
    ['shl', shl, 4, 'Shifts left, zeros from the right.'],
    ['shr', shr, 5, 'Shifts right, zeros from the left.'],
    ['shl', shl, 6, 'Shifts left, zeros from the right.'],
    ['sar', sar, 7, 'Shifts right, the sign from the left.'],
  ];
  const known = new Map<Shift, readonly [Sem, Sem]>();
  for (const [name, shift, digit, doc] of rows) {
    const [sem, some] = known.get(shift) ?? [shifting(shift), shiftingBySome(shift)];
    known.set(shift, [sem, some]);
    const isHot = name === 'shl' || name === 'shr' || name === 'sar';
    const options: FormOptions = { doc, sem };
    const bySome: FormOptions = { doc, sem: some, when: ({ fields: { imm = 0 } }) => (imm & 31) !== 0 };
    const bySome64: FormOptions = { ...bySome, when: ({ fields: { imm = 0 } }) => (imm & 63) !== 0 };
    const by1: FormOptions = { doc, sem: some };
    table.add(name, `C0 /${digit} ib`, ['r/m8', 'uimm'], bySome);
    table.add(name, `C1 /${digit} ib`, ['r/m', 'uimm'], { ...bySome, sizes: [16, 32], ...(isHot && { isHot: true }) });
    table.add(name, `C1 /${digit} ib`, ['r/m', 'uimm'], { ...bySome64, sizes: [64], ...(isHot && { isHot: true }) });
    table.add(`${name}`, `C0 /${digit} ib`, ['r/m8', 'uimm'], options);
    table.add(`${name}`, `C1 /${digit} ib`, ['r/m', 'uimm'], { ...options, sizes: SIZES });
    table.add(name, `D0 /${digit}`, ['r/m8', '1'], by1);
    table.add(name, `D1 /${digit}`, ['r/m', '1'], { ...by1, sizes: SIZES, ...(isHot && { isHot: true }) });
    table.add(name, `D2 /${digit}`, ['r/m8', 'cl'], options);
    table.add(name, `D3 /${digit}`, ['r/m', 'cl'], { ...options, sizes: SIZES, ...(isHot && { isHot: true }) });
  }
  const left: FormOptions = { doc: 'Shifts left, bits of the second operand from the right.', sem: double('left') };
  const right: FormOptions = { doc: 'Shifts right, bits of the second operand from the left.', sem: double('right') };
  table.add('shld', '0F A4 /r ib', ['r/m', 'r', 'uimm'], { ...left, sizes: SIZES });
  table.add('shld', '0F A5 /r', ['r/m', 'r', 'cl'], { ...left, sizes: SIZES });
  table.add('shrd', '0F AC /r ib', ['r/m', 'r', 'uimm'], { ...right, sizes: SIZES });
  table.add('shrd', '0F AD /r', ['r/m', 'r', 'cl'], { ...right, sizes: SIZES });

  for (const [name, change, doc, at] of BIT_CHANGES) {
    const opcode = (0xa3 + 8 * at).toString(16).toUpperCase();
    const byRegister: Sem = (o, [to, index], bits) => {
      const number = index?.readSigned() ?? o.c(0);
      if (to?.isMemory) testFarBit(o, to, number, bits, change);
      else testBit(o, to, number, bits, change);
    };
    const byNumber: Sem = (o, [to, index], bits) => testBit(o, to, index?.read() ?? o.c(0), bits, change);
    const lock: Partial<FormOptions> = change ? { mayLock: true } : {};
    table.add(name, `0F ${opcode} /r`, ['r/m', 'r'], { doc, sem: byRegister, sizes: SIZES, ...lock });
    table.add(name, `0F BA /${4 + at} ib`, ['r/m', 'uimm'], { doc, sem: byNumber, sizes: SIZES, ...lock });
  }
  table.add('bsf', '0F BC /r', ['r', 'r/m'], {
    doc: 'Number of the lowest bit that is set.',
    sem: scan('low'),
    sizes: SIZES,
  });
  table.add('bsr', '0F BD /r', ['r', 'r/m'], {
    doc: 'Number of the highest bit that is set.',
    sem: scan('high'),
    sizes: SIZES,
  });
  table.add('popcnt', 'F3 0F B8 /r', ['r', 'r/m'], {
    doc: 'Number of bits that are set.',
    sem: popcnt,
    sizes: SIZES,
    feature: 'POPCNT',
  });
  table.add('tzcnt', 'F3 0F BC /r', ['r', 'r/m'], {
    doc: 'Zeros below the lowest bit that is set.',
    sem: zeros('tzcnt', 'BMI1'),
    sizes: SIZES,
  });
  table.add('lzcnt', 'F3 0F BD /r', ['r', 'r/m'], {
    doc: 'Zeros above the highest bit that is set.',
    sem: zeros('lzcnt', 'ABM'),
    sizes: SIZES,
  });
};
