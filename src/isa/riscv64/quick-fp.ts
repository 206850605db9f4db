/**
 * Quick forms of floating point: what the host's own arithmetic certainly gets right, value and flags. Their conditions
 * leave the rest to soft-float: NaNs, results near the ends of the range, most rounding modes other than to nearest even,
 * and the first inexact result. From then on NX is set, and an inexact result changes no flag.
 */
import type { QuickForm } from '../core/engine-isa';
import { fusedDouble, fusedParts, fusedSingle } from '../core/float/fused';
import { f64, hostDouble, hostSingle, isAmple, isNumber, kindOf, powerOfTwo } from '../core/float/host';
import type { F32, F64, Field, Float, V32, V64 } from '../core/ops';
import { insn, variant } from './insn';
import { INSNS_D } from './insns/d';
import { INSNS_F } from './insns/f';
import type { RiscvFields, RiscvOps } from './ops';

const GENERAL = new Map([...INSNS_F, ...INSNS_D].map((insn) => [insn.mnemonic, insn]));

/** A form with the instruction's own pattern: it depends on values alone. */
const quick = (of: string, sem: (o: RiscvOps, f: RiscvFields) => void): QuickForm => {
  const general = GENERAL.get(of);
  if (!general) throw new Error(`quick form of unknown ${of}`);
  return { of, form: variant(general, `${of} on the host`, sem) };
};

/** Registers of one format. */
interface Host<T extends Float> {
  readonly suffix: 's' | 'd';
  read(o: RiscvOps, r: Field): T;
  write(o: RiscvOps, r: Field, v: T): void;
  /** The number as a double. */
  wide(o: RiscvOps, v: T): F64;
}
const S: Host<F32> = {
  suffix: 's',
  read: (o, r) => o.bitsF32(o.unbox32(r)),
  write: (o, r, v) => o.setF(r, o.box32(o.f32Bits(v))),
  wide: (o, v) => o.promote(v),
};
const D: Host<F64> = {
  suffix: 'd',
  read: (o, r) => o.bitsF64(o.f(r)),
  write: (o, r, v) => o.setF(r, o.f64Bits(v)),
  wide: (_, v) => v,
};

/** The rounding mode in force when the instruction's field says `field`. */
const inForce = (o: RiscvOps, field: V32): V32 => o.select(o.eq(field, o.c32(7)), o.lo32(o.slot('frm')), field);
const modeOf = (o: RiscvOps, rm: Field): V32 => inForce(o, o.imm32(rm));
const requireNearest = (o: RiscvOps, rm: Field): void => o.onlyIf(o.eqz(modeOf(o, rm)));

/** The result is exact, or its being inexact is no news. */
const requireKnown = (o: RiscvOps, isExact: V32): void => o.onlyIf(o.or(hasInexact(o), isExact));

const hasInexact = (o: RiscvOps): V32 => o.and(o.lo32(o.slot('fflags')), o.c32(1));

const arithmetic: readonly QuickForm[] = (['add', 'sub', 'mul', 'div'] as const).flatMap((op) => [
  quick(`f${op}.s`, (o, f) => {
    o.fpGuard(true);
    requireNearest(o, f.rm);
    const { value, isKnown } = hostSingle(o, op, S.read(o, f.rs1), S.read(o, f.rs2), () => hasInexact(o));
    o.onlyIf(isKnown);
    S.write(o, f.rd, value);
  }),
  quick(`f${op}.d`, (o, f) => {
    o.fpGuard(true);
    requireNearest(o, f.rm);
    const { value, isKnown } = hostDouble(o, op, D.read(o, f.rs1), D.read(o, f.rs2), () => hasInexact(o));
    o.onlyIf(isKnown);
    D.write(o, f.rd, value);
  }),
]);

const comparisons = <T extends Float>(host: Host<T>): QuickForm[] => {
  const compare = (name: string, claim: (o: RiscvOps, a: T, b: T) => V32) =>
    quick(`${name}.${host.suffix}`, (o, f) => {
      o.fpGuard(true);
      const a = host.read(o, f.rs1);
      const b = host.read(o, f.rs2);
      o.onlyIf(o.and(isNumber(o, a), isNumber(o, b)));
      o.setX(f.rd, o.zx32(claim(o, a, b)));
    });
  const extreme = (name: string, choose: (o: RiscvOps, a: T, b: T) => T) =>
    quick(`${name}.${host.suffix}`, (o, f) => {
      o.fpGuard(true);
      const a = host.read(o, f.rs1);
      const b = host.read(o, f.rs2);
      o.onlyIf(o.and(isNumber(o, a), isNumber(o, b)));
      host.write(o, f.rd, choose(o, a, b));
    });
  return [
    compare('feq', (o, a, b) => o.floatEq(a, b)),
    compare('flt', (o, a, b) => o.floatLt(a, b)),
    compare('fle', (o, a, b) => o.floatLe(a, b)),
    extreme('fmin', (o, a, b) => o.floatMin(a, b)),
    extreme('fmax', (o, a, b) => o.floatMax(a, b)),
  ];
};

const betweenFormats: readonly QuickForm[] = [
  quick('fcvt.d.s', (o, f) => {
    o.fpGuard(true);
    requireNearest(o, f.rm);
    const value = S.read(o, f.rs1);
    o.onlyIf(isNumber(o, value));
    D.write(o, f.rd, o.promote(value));
  }),
  quick('fcvt.s.d', (o, f) => {
    o.fpGuard(true);
    requireNearest(o, f.rm);
    const value = D.read(o, f.rs1);
    const rounded = o.demote(value);
    o.onlyIf(o.or(isAmple(o, rounded), o.floatEq(value, f64(o, 0n))));
    requireKnown(o, o.floatEq(o.promote(rounded), value));
    S.write(o, f.rd, rounded);
  }),
];

/** The integer in `r`, widened. */
const INTEGERS: Readonly<Record<string, (o: RiscvOps, v: V64) => V64>> = {
  w: (o, v) => o.sx32(o.lo32(v)),
  wu: (o, v) => o.zx32(o.lo32(v)),
  l: (_, v) => v,
  lu: (_, v) => v,
};

/** The magnitude is at most `2^bits`. */
const fits = (o: RiscvOps, name: string, value: V64, bits: bigint): V32 =>
  name === 'lu' ? o.geU(o.c(1n << bits), value) : o.geU(o.c(1n << (bits + 1n)), o.add(value, o.c(1n << bits)));

const fromIntegers = Object.entries(INTEGERS).flatMap(([name, widen]) => [
  quick(`fcvt.d.${name}`, (o, f) => {
    o.fpGuard(true);
    requireNearest(o, f.rm);
    const value = widen(o, o.x(f.rs1));
    if (name === 'l' || name === 'lu') requireKnown(o, fits(o, name, value, 53n));
    D.write(o, f.rd, name === 'lu' ? o.f64FromU(value) : o.f64FromS(value));
  }),
  quick(`fcvt.s.${name}`, (o, f) => {
    o.fpGuard(true);
    requireNearest(o, f.rm);
    const value = widen(o, o.x(f.rs1));
    requireKnown(o, fits(o, name, value, 24n));
    S.write(o, f.rd, name === 'lu' ? o.f32FromU(value) : o.f32FromS(value));
  }),
]);

/** A range of doubles `[lowest, end)`: powers of two, and 0. */
const RANGES: Readonly<Record<string, { readonly lowest: (o: RiscvOps) => F64; readonly end: number }>> = {
  w: { lowest: (o) => o.floatNeg(powerOfTwo(o, 31)), end: 31 },
  wu: { lowest: (o) => f64(o, 0n), end: 32 },
  l: { lowest: (o) => o.floatNeg(powerOfTwo(o, 63)), end: 63 },
  lu: { lowest: (o) => f64(o, 0n), end: 64 },
};

const toIntegers = <T extends Float>(host: Host<T>): QuickForm[] =>
  Object.entries(RANGES).map(([name, { lowest, end }]) =>
    quick(`fcvt.${name}.${host.suffix}`, (o, f) => {
      o.fpGuard(true);
      // Towards zero (1), as C converts, or to nearest (0).
      const mode = modeOf(o, f.rm);
      o.onlyIf(o.ltU(mode, o.c32(2)));
      const value = host.wide(o, host.read(o, f.rs1));
      const rounded = o.select(mode, o.floatTrunc(value), o.floatNearest(value));
      o.onlyIf(o.and(o.floatLe(lowest(o), rounded), o.floatLt(rounded, powerOfTwo(o, end))));
      requireKnown(o, o.floatEq(rounded, value));
      const integer = name === 'lu' ? o.intFromF64U(rounded) : o.intFromF64S(rounded);
      o.setX(f.rd, end <= 32 ? o.sx32(o.lo32(integer)) : integer);
    }),
  );

const roots: readonly QuickForm[] = [
  quick('fsqrt.s', (o, f) => {
    o.fpGuard(true);
    requireNearest(o, f.rm);
    const value = S.read(o, f.rs1);
    o.onlyIf(o.floatLe(o.bitsF32(o.c32(0)), value));
    const root = o.floatSqrt(value);
    const wide = o.promote(root);
    requireKnown(o, o.floatEq(o.floatMul(wide, wide), o.promote(value)));
    S.write(o, f.rd, root);
  }),
  quick('fsqrt.d', (o, f) => {
    o.fpGuard(true);
    requireNearest(o, f.rm);
    const value = D.read(o, f.rs1);
    o.onlyIf(o.floatLe(f64(o, 0n), value));
    const root = o.floatSqrt(value);
    // The square of a number of 26 bits is exact, far from the smallest numbers.
    const isShort = o.geU(o.ctz(o.f64Bits(root)), o.c(27));
    const isExact = o.and(isShort, o.floatEq(o.floatMul(root, root), value));
    requireKnown(o, o.and(isExact, o.floatLe(powerOfTwo(o, -900), value)));
    D.write(o, f.rd, root);
  }),
];

const fusedD = (o: RiscvOps, a: F64, b: F64, c: F64): F64 => {
  const parts = fusedParts(o, a, b, c);
  requireKnown(o, o.floatEq(parts.odd, f64(o, 0n)));
  return fusedDouble(o, parts, c);
};

const fusedS = (o: RiscvOps, a: F32, b: F32, c: F32): F32 => {
  const { value, isExact } = fusedSingle(o, a, b, c);
  requireKnown(o, isExact);
  return value;
};

type Fused<T extends Float> = (o: RiscvOps, a: T, b: T, c: T) => T;
const FUSED = ['fmadd', 'fmsub', 'fnmsub', 'fnmadd'] as const;

/**
 * One form for all four, whose opcodes differ in two bits: bit 3 turns the product's sign, bit 2 the addend's. They and the
 * rounding mode make one field, since a record holds one.
 */
const fused = <T extends Float>(host: Host<T>, fmt: string, compute: Fused<T>): QuickForm[] => {
  const form = insn(`fused.${host.suffix} on the host`, `rs3:5 ${fmt} rs2:5 rs1:5 uimm[4:2] rd:5 100 uimm[1:0] 11`, {
    asm: '',
    ref: 'RISC-V Unprivileged ISA 20240411, F Extension: Floating-Point Computational Instructions',
    doc: 'Product and sum, rounded once.',
    sem: (o, f) => {
      o.fpGuard(true);
      const modeAndSigns = o.imm32(f.uimm);
      o.onlyIf(o.eqz(inForce(o, o.shrU(modeAndSigns, o.c32(2)))));
      const turned = (bit: number, v: T): T => o.select(o.and(modeAndSigns, o.c32(bit)), o.floatNeg(v), v);
      const product = turned(2, host.read(o, f.rs1));
      host.write(o, f.rd, compute(o, product, host.read(o, f.rs2), turned(1, host.read(o, f.rs3))));
    },
  });
  return FUSED.map((name) => ({ of: `${name}.${host.suffix}`, form }));
};

const classify = <T extends Float>(host: Host<T>): QuickForm =>
  quick(`fclass.${host.suffix}`, (o, f) => {
    o.fpGuard(false);
    const isSingle = host.suffix === 's';
    const bits = isSingle ? o.zx32(o.unbox32(f.rs1)) : o.f(f.rs1);
    const distance = kindOf(o, bits, host.suffix);
    const isNegative = o.lo32(o.shrU(bits, o.c(isSingle ? 31 : 63)));
    const index = o.select(isNegative, o.sub(o.c32(3), distance), o.add(o.c32(4), distance));
    o.setX(f.rd, o.zx32(o.shl(o.c32(1), index)));
  });

export const QUICK_FP: readonly QuickForm[] = [
  ...arithmetic,
  ...fused(D, '01', fusedD),
  ...fused(S, '00', fusedS),
  ...comparisons(D),
  ...comparisons(S),
  ...betweenFormats,
  ...fromIntegers,
  ...toIntegers(D),
  ...toIntegers(S),
  ...roots,
  classify(D),
  classify(S),
];
