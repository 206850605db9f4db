/**
 * Quick forms of floating point, on the host: what its own arithmetic certainly gets right, value and flags. They ask that
 * FPCR rounds to nearest and flushes nothing, and leave the rest to the full description: NaNs, results near the ends of the
 * range, halves, and the first inexact result. From then on FPSR.IXC is set, and an inexact result changes no flag.
 */
import type { QuickForm } from '../core/engine-isa';
import { isShort } from '../core/float/exactness';
import { fusedDouble, fusedParts, fusedSingle } from '../core/float/fused';
import { f64, type HostBinary, hostDouble, hostSingle, isAmple, isNumber, powerOfTwo } from '../core/float/host';
import type { F32, F64, Field, Float, V32, V64 } from '../core/ops';
import { FPCR, FPSR } from './float/control';
import { insn, variant } from './insn';
import { DOUBLE, type Precision, REF, SINGLE } from './insns/float';
import { INSNS_FLOAT_ARITHMETIC } from './insns/float-arithmetic';
import { INSNS_FLOAT_COMPARE } from './insns/float-compare';
import { INSNS_FLOAT_CONVERT } from './insns/float-convert';
import { type A64Fields, type A64Ops, holdsOf } from './ops';

const GENERAL = new Map(
  [...INSNS_FLOAT_ARITHMETIC, ...INSNS_FLOAT_COMPARE, ...INSNS_FLOAT_CONVERT].map((row) => [row.mnemonic, row]),
);

/** What a form does. */
export type Sem = (o: A64Ops, f: A64Fields) => void;

/** A form's meaning where FPCR lets the host do it. */
export const onHost =
  (sem: Sem): Sem =>
  (o, f) => {
    o.guard('fp');
    o.onlyIf(o.eqz(o.and(o.slot('FPCR'), o.c(FPCR.RMODE | FPCR.FZ))));
    sem(o, f);
  };

/** A form with the instruction's own pattern. */
const quick = (of: string, sem: Sem): QuickForm => {
  const general = GENERAL.get(of);
  if (!general) throw new Error(`quick form of unknown ${of}`);
  return { of, form: variant(general, `${of} on the host`, onHost(sem)) };
};

/** FPSR.IXC, or 0. */
export const hasInexact = (o: A64Ops): V32 => o.and(o.lo32(o.slot('FPSR')), o.c32(FPSR.IXC));

/** The result is exact, or its being inexact is no news. */
const requireKnown = (o: A64Ops, isExact: V32): void => o.onlyIf(o.or(hasInexact(o), isExact));

/** Numbers of one format as the host holds them. */
export interface Host<T extends Float> extends Pick<Precision, 'suffix' | 'ftype'> {
  read(o: A64Ops, r: Field): T;
  write(o: A64Ops, r: Field, v: T): void;
  /** The number as a double, and a double that is one of the format. */
  wide(o: A64Ops, v: T): F64;
  zero(o: A64Ops): T;
  one(o: A64Ops): T;
  binary(
    o: A64Ops,
    op: HostBinary,
    a: T,
    b: T,
    ignoresInexact: () => V32,
  ): { readonly value: T; readonly isKnown: V32 };
  /** `a × b + c`, rounded once. */
  fused(o: A64Ops, a: T, b: T, c: T): T;
}
/** Singles. */
export const S: Host<F32> = {
  ...SINGLE,
  read: (o, r) => o.bitsF32(o.lo32(o.d(r))),
  write: (o, r, v) => o.setD(r, o.zx32(o.f32Bits(v))),
  wide: (o, v) => o.promote(v),
  zero: (o) => o.bitsF32(o.c32(0)),
  one: (o) => o.bitsF32(o.c32(0x3f80_0000)),
  binary: hostSingle,
  fused: (o, a, b, c) => {
    const { value, isExact } = fusedSingle(o, a, b, c);
    requireKnown(o, isExact);
    return value;
  },
};
/** Doubles. */
export const D: Host<F64> = {
  ...DOUBLE,
  read: (o, r) => o.bitsF64(o.d(r)),
  write: (o, r, v) => o.setD(r, o.f64Bits(v)),
  wide: (_, v) => v,
  zero: (o) => f64(o, 0n),
  one: (o) => powerOfTwo(o, 0),
  binary: hostDouble,
  fused: (o, a, b, c) => {
    const parts = fusedParts(o, a, b, c);
    requireKnown(o, o.floatEq(parts.odd, f64(o, 0n)));
    return fusedDouble(o, parts, c);
  },
};

const requireNumbers = <T extends Float>(o: A64Ops, a: T, b: T): void =>
  o.onlyIf(o.and(isNumber(o, a), isNumber(o, b)));

const arithmetic = <T extends Float>(host: Host<T>): QuickForm[] => {
  const binary = (name: string, op: HostBinary, settle: (o: A64Ops, v: T) => T = (_, v) => v) =>
    quick(`${name}-${host.suffix}`, (o, f) => {
      const { value, isKnown } = host.binary(o, op, host.read(o, f.Vn), host.read(o, f.Vm), () => hasInexact(o));
      o.onlyIf(isKnown);
      host.write(o, f.Vd, settle(o, value));
    });
  const extreme = (name: string, choose: (o: A64Ops, a: T, b: T) => T) =>
    quick(`${name}-${host.suffix}`, (o, f) => {
      const [a, b] = [host.read(o, f.Vn), host.read(o, f.Vm)];
      requireNumbers(o, a, b);
      host.write(o, f.Vd, choose(o, a, b));
    });
  return [
    binary('fadd', 'add'),
    binary('fsub', 'sub'),
    binary('fmul', 'mul'),
    binary('fnmul', 'mul', (o, v) => o.floatNeg(v)),
    binary('fdiv', 'div'),
    extreme('fmin', (o, a, b) => o.floatMin(a, b)),
    extreme('fmax', (o, a, b) => o.floatMax(a, b)),
    extreme('fminnm', (o, a, b) => o.floatMin(a, b)),
    extreme('fmaxnm', (o, a, b) => o.floatMax(a, b)),
  ];
};

/** In the order of their two bits: the upper turns the addend's sign, and where they differ, the product's is turned. */
const FUSED = ['fmadd', 'fmsub', 'fnmadd', 'fnmsub'] as const;

/** One form for all four. */
const fused = <T extends Float>(host: Host<T>): QuickForm[] => {
  const form = insn(`fused-${host.suffix} on the host`, `00011111 ${host.ftype} bit[1] Vm:5 bit[0] Va:5 Vn:5 Vd:5`, {
    asm: '',
    ref: 'Arm Architecture Reference Manual for A-profile, C3.5 "Floating-point fused multiply-add"',
    doc: 'Product and sum, rounded once.',
    sem: onHost((o, f) => {
      const signs = o.imm32(f.bit);
      const turnedIf = (cond: V32, v: T): T => o.select(cond, o.floatNeg(v), v);
      const addend = o.shrU(signs, o.c32(1));
      const product = turnedIf(o.xor(addend, o.and(signs, o.c32(1))), host.read(o, f.Vn));
      host.write(o, f.Vd, host.fused(o, product, host.read(o, f.Vm), turnedIf(addend, host.read(o, f.Va))));
    }),
  });
  return FUSED.map((name) => ({ of: `${name}-${host.suffix}`, form }));
};

/** The flags of two numbers, as their slots have them. */
const flagsOf = <T extends Float>(o: A64Ops, a: T, b: T): Readonly<Record<'N' | 'Z' | 'C' | 'V', V64>> => {
  const isLess = o.floatLt(a, b);
  return {
    N: o.shl(o.zx32(isLess), o.c(63)),
    Z: o.zx32(o.eqz(o.floatEq(a, b))),
    C: o.zx32(o.eqz(isLess)),
    V: o.c(0),
  };
};

/** For which flags each condition holds: 16 bits a condition, in four words. */
const CONDITIONS_HOLD = [0, 4, 8, 12].map((first) =>
  [0, 1, 2, 3].reduce((bits, n) => bits | (holdsOf(first + n) << BigInt(16 * n)), 0n),
);

/** Whether a condition holds whose number is a value. */
const conditionOfNumber = (o: A64Ops, cond: V64): V32 => {
  const [first, second, third, fourth] = CONDITIONS_HOLD.map((bits) => o.c(bits));
  const bit = (n: number): V32 => o.lo32(o.and(cond, o.c(n)));
  if (!first || !second || !third || !fourth) throw new Error('there are four words of conditions');
  const word = o.select(bit(8), o.select(bit(4), fourth, third), o.select(bit(4), second, first));
  const at = o.add(o.shl(o.and(cond, o.c(3)), o.c(4)), o.zx32(o.nzcv()));
  return o.lo32(o.and(o.shrU(word, at), o.c(1)));
};

const comparisons = <T extends Float>(host: Host<T>): QuickForm[] => {
  const compare = (of: string, second: (o: A64Ops, f: A64Fields) => T) =>
    quick(of, (o, f) => {
      const [a, b] = [host.read(o, f.Vn), second(o, f)];
      requireNumbers(o, a, b);
      for (const [flag, value] of Object.entries(flagsOf(o, a, b))) o.setSlot(flag, value);
    });
  // Condition and flags are one field, and nothing is computed.
  const pattern = `00011110 ${host.ftype} 1 Vm:5 imm[7:4] 01 Vn:5 - imm[3:0]`;
  const conditional = insn(`fccmp-${host.suffix} on the host`, pattern, {
    asm: '',
    ref: `${REF} "FCCMP"`,
    doc: 'Sets the flags by Vn and Vm if the condition holds, else to nzcv.',
    sem: onHost((o, f) => {
      const [a, b] = [host.read(o, f.Vn), host.read(o, f.Vm)];
      requireNumbers(o, a, b);
      const given = o.imm(f.imm);
      const holds = conditionOfNumber(o, o.shrU(given, o.c(4)));
      const compared = flagsOf(o, a, b);
      const fixed = o.flagSlots(o.and(given, o.c(15)));
      for (const flag of ['N', 'Z', 'C', 'V'] as const) o.setSlot(flag, o.select(holds, compared[flag], fixed[flag]));
    }),
  });
  return [
    ...['fcmp', 'fcmpe'].flatMap((name) => [
      compare(`${name}-${host.suffix}`, (o, f) => host.read(o, f.Vm)),
      compare(`${name}-${host.suffix}-zero`, (o) => host.zero(o)),
    ]),
    ...['fccmp', 'fccmpe'].map((name) => ({ of: `${name}-${host.suffix}`, form: conditional })),
  ];
};

const betweenFormats: readonly QuickForm[] = [
  quick('fcvt-d-s', (o, f) => {
    const value = S.read(o, f.Vn);
    o.onlyIf(isNumber(o, value));
    D.write(o, f.Vd, o.promote(value));
  }),
  quick('fcvt-s-d', (o, f) => {
    const value = D.read(o, f.Vn);
    const rounded = o.demote(value);
    o.onlyIf(o.or(isAmple(o, rounded), o.floatEq(value, f64(o, 0n))));
    requireKnown(o, o.floatEq(o.promote(rounded), value));
    S.write(o, f.Vd, rounded);
  }),
];

/** Words are widened as they are signed or not; what is unsigned and has 64 bits is taken so. */
const fromIntegers: readonly QuickForm[] = (['s', 'u'] as const).flatMap((sign) =>
  (['w', 'x'] as const).flatMap((r) => {
    const isUnsigned = sign === 'u' && r === 'x';
    const read = (o: A64Ops, f: A64Fields): V64 => {
      if (r === 'x') return o.in64.r(f.Rn);
      return sign === 's' ? o.sx32(o.in32.r(f.Rn)) : o.zx32(o.in32.r(f.Rn));
    };
    /** A large unsigned number is left out: its sign would be another. */
    const isExact = (o: A64Ops, v: V64, bits: number): V32 =>
      isUnsigned ? o.and(isShort(o, v, bits), o.geS(v, o.c(0))) : isShort(o, v, bits);
    return [
      quick(`${sign}cvtf-s-${r}`, (o, f) => {
        const value = read(o, f);
        requireKnown(o, isExact(o, value, 24));
        S.write(o, f.Vd, isUnsigned ? o.f32FromU(value) : o.f32FromS(value));
      }),
      quick(`${sign}cvtf-d-${r}`, (o, f) => {
        const value = read(o, f);
        if (r === 'x') requireKnown(o, isExact(o, value, 53));
        D.write(o, f.Vd, isUnsigned ? o.f64FromU(value) : o.f64FromS(value));
      }),
    ];
  }),
);

/** To integral numbers of the format, by the letter of the rounding. */
const rounded = <T extends Float>(host: Host<T>, how: string): ((o: A64Ops, v: T) => T) => {
  switch (how) {
    case 'z':
      return (o, v) => o.floatTrunc(v);
    case 'm':
      return (o, v) => {
        const whole = o.floatTrunc(v);
        return o.select(o.floatLt(v, whole), o.floatSub(whole, host.one(o)), whole);
      };
    case 'p':
      return (o, v) => {
        const whole = o.floatTrunc(v);
        return o.select(o.floatLt(whole, v), o.floatAdd(whole, host.one(o)), whole);
      };
    case 'a':
      return (o, v) => {
        const whole = o.floatTrunc(v);
        // What is left off is exact; twice of it, too.
        const rest = o.floatSub(v, whole);
        const twice = o.floatAdd(rest, rest);
        const up = o.select(o.floatLe(host.one(o), twice), o.floatAdd(whole, host.one(o)), whole);
        return o.select(o.floatLe(twice, o.floatNeg(host.one(o))), o.floatSub(whole, host.one(o)), up);
      };
    default:
      return (o, v) => o.floatNearest(v);
  }
};

/** A range of doubles `[lowest, 2^end)`. */
const RANGES = {
  ws: { lowest: (o: A64Ops) => o.floatNeg(powerOfTwo(o, 31)), end: 31 },
  wu: { lowest: (o: A64Ops) => f64(o, 0n), end: 32 },
  xs: { lowest: (o: A64Ops) => o.floatNeg(powerOfTwo(o, 63)), end: 63 },
  xu: { lowest: (o: A64Ops) => f64(o, 0n), end: 64 },
} as const;

const toIntegers = <T extends Float>(host: Host<T>): QuickForm[] =>
  ['n', 'a', 'p', 'm', 'z'].flatMap((how) => {
    const round = rounded(D, how);
    return (['s', 'u'] as const).flatMap((sign) =>
      (['w', 'x'] as const).map((r) =>
        quick(`fcvt${how}${sign}-${r}-${host.suffix}`, (o, f) => {
          const value = host.wide(o, host.read(o, f.Vn));
          const whole = round(o, value);
          const { lowest, end } = RANGES[`${r}${sign}`];
          o.onlyIf(o.and(o.floatLe(lowest(o), whole), o.floatLt(whole, powerOfTwo(o, end))));
          requireKnown(o, o.floatEq(whole, value));
          const integer = end === 64 ? o.intFromF64U(whole) : o.intFromF64S(whole);
          o.in64.setR(f.Rd, r === 'w' ? o.zx32(o.lo32(integer)) : integer);
        }),
      ),
    );
  });

const toIntegrals = <T extends Float>(host: Host<T>): QuickForm[] =>
  ['n', 'a', 'p', 'm', 'z', 'i', 'x'].map((how) => {
    const round = rounded(host, how);
    return quick(`frint${how}-${host.suffix}`, (o, f) => {
      const value = host.read(o, f.Vn);
      o.onlyIf(isNumber(o, value));
      const whole = round(o, value);
      if (how === 'x') requireKnown(o, o.floatEq(whole, value));
      host.write(o, f.Vd, whole);
    });
  });

const roots: readonly QuickForm[] = [
  quick('fsqrt-s', (o, f) => {
    const value = S.read(o, f.Vn);
    o.onlyIf(o.floatLe(S.zero(o), value));
    const root = o.floatSqrt(value);
    const wide = o.promote(root);
    requireKnown(o, o.floatEq(o.floatMul(wide, wide), o.promote(value)));
    S.write(o, f.Vd, root);
  }),
  quick('fsqrt-d', (o, f) => {
    const value = D.read(o, f.Vn);
    o.onlyIf(o.floatLe(f64(o, 0n), value));
    const root = o.floatSqrt(value);
    // The square of a number of 26 bits is exact, far from the smallest numbers.
    const isExact = o.and(o.geU(o.ctz(o.f64Bits(root)), o.c(27)), o.floatEq(o.floatMul(root, root), value));
    requireKnown(o, o.and(isExact, o.floatLe(powerOfTwo(o, -900), value)));
    D.write(o, f.Vd, root);
  }),
];

export const QUICK_FLOAT: readonly QuickForm[] = [
  ...arithmetic(S),
  ...arithmetic(D),
  ...fused(S),
  ...fused(D),
  ...comparisons(S),
  ...comparisons(D),
  ...betweenFormats,
  ...fromIntegers,
  ...toIntegers(S),
  ...toIntegers(D),
  ...toIntegrals(S),
  ...toIntegrals(D),
  ...roots,
];
