/**
 * Quick forms of floating point, on the host. They ask that fcsr0 rounds to nearest and no flag is an exception, and write
 * its Cause and Flags as soft-float does: of what they can raise, that is an inexact result. NaNs, results near the ends
 * of the range and everything invalid are soft-float's.
 */
import type { QuickForm } from '../core/engine-isa';
import {
  exactDouble,
  exactFusedDouble,
  exactRootDouble,
  exactRootSingle,
  exactSingle,
  type HostResult,
  isShort,
} from '../core/float/exactness';
import { FLAG } from '../core/float/format';
import { fusedSingle } from '../core/float/fused';
import { f64, type HostBinary, isAmple, isNumber, kindOf, powerOfTwo } from '../core/float/host';
import type { F32, F64, Field, Float, V32 } from '../core/ops';
import { CONDITION, CONDITIONS } from './float/conditions';
import { FCSR, FCSR_SHIFT } from './float/fcsr';
import { insn, variant } from './insn';
import { DOUBLE, type Precision, REF, SINGLE } from './insns/float';
import { INSNS_FLOAT_ARITHMETIC } from './insns/float-arithmetic';
import { INSNS_FLOAT_CONVERT, widened } from './insns/float-convert';
import type { LoongFields, LoongOps } from './ops';

const GENERAL = new Map([...INSNS_FLOAT_ARITHMETIC, ...INSNS_FLOAT_CONVERT].map((row) => [row.mnemonic, row]));

const INEXACT = BigInt(FLAG.NX);
const RAISED = (INEXACT << FCSR_SHIFT.CAUSE) | (INEXACT << FCSR_SHIFT.FLAGS);

/** What is described yields whether its result is exact. */
type Sem = (o: LoongOps, f: LoongFields) => V32;

const onHost =
  (sem: Sem) =>
  (o: LoongOps, f: LoongFields): void => {
    o.guard('fp');
    const fcsr = o.slot('fcsr');
    o.onlyIf(o.eqz(o.and(fcsr, o.c(FCSR.ENABLES | FCSR.RM))));
    const isExact = sem(o, f);
    o.setSlot('fcsr', o.or(o.and(fcsr, o.c(~FCSR.CAUSE)), o.select(isExact, o.c(0), o.c(RAISED))));
  };

/** A form with the instruction's own pattern. */
const quick = (of: string, sem: Sem): QuickForm => {
  const general = GENERAL.get(of);
  if (!general) throw new Error(`quick form of unknown ${of}`);
  return { of, form: variant(general, `${of} on the host`, onHost(sem)) };
};

/** Numbers of one format as the host holds them. */
interface Host<T extends Float> extends Pick<Precision, 'suffix'> {
  read(o: LoongOps, r: Field): T;
  write(o: LoongOps, r: Field, v: T): void;
  /** The number as a double. */
  wide(o: LoongOps, v: T): F64;
  one(o: LoongOps): T;
  binary(o: LoongOps, op: HostBinary, a: T, b: T): HostResult<T>;
  root(o: LoongOps, v: T): HostResult<T>;
  /** `a × b + c`, rounded once. */
  fused(o: LoongOps, a: T, b: T, c: T): HostResult<T>;
}
const S: Host<F32> = {
  suffix: 's',
  read: (o, r) => o.bitsF32(o.lo32(o.f(r))),
  write: (o, r, v) => SINGLE.write(o, r, o.zx32(o.f32Bits(v))),
  wide: (o, v) => o.promote(v),
  one: (o) => o.demote(powerOfTwo(o, 0)),
  binary: exactSingle,
  root: exactRootSingle,
  fused: fusedSingle,
};
const D: Host<F64> = {
  suffix: 'd',
  read: (o, r) => o.bitsF64(o.f(r)),
  write: (o, r, v) => DOUBLE.write(o, r, o.f64Bits(v)),
  wide: (_, v) => v,
  one: (o) => powerOfTwo(o, 0),
  binary: exactDouble,
  root: exactRootDouble,
  fused: exactFusedDouble,
};

const isExact = (o: LoongOps): V32 => o.c32(1);

const arithmetic = <T extends Float>(host: Host<T>): QuickForm[] => {
  const settle = (o: LoongOps, f: LoongFields, { value, isExact }: HostResult<T>): V32 => {
    host.write(o, f.fd, value);
    return isExact;
  };
  const binary = (name: string, op: HostBinary) =>
    quick(`${name}.${host.suffix}`, (o, f) => settle(o, f, host.binary(o, op, host.read(o, f.fj), host.read(o, f.fk))));
  const extreme = (name: string, choose: (o: LoongOps, a: T, b: T) => T) =>
    quick(`${name}.${host.suffix}`, (o, f) => {
      const [a, b] = [host.read(o, f.fj), host.read(o, f.fk)];
      o.onlyIf(o.and(isNumber(o, a), isNumber(o, b)));
      return settle(o, f, { value: choose(o, a, b), isExact: isExact(o) });
    });
  return [
    binary('fadd', 'add'),
    binary('fsub', 'sub'),
    binary('fmul', 'mul'),
    binary('fdiv', 'div'),
    extreme('fmin', (o, a, b) => o.floatMin(a, b)),
    extreme('fmax', (o, a, b) => o.floatMax(a, b)),
    quick(`fsqrt.${host.suffix}`, (o, f) => settle(o, f, host.root(o, host.read(o, f.fj)))),
    quick(`frecip.${host.suffix}`, (o, f) => settle(o, f, host.binary(o, 'div', host.one(o), host.read(o, f.fj)))),
  ];
};

/** In the order of their two bits: the lower turns the addend's sign, the upper that of the result. */
const FUSED = ['fmadd', 'fmsub', 'fnmadd', 'fnmsub'] as const;

/** One form for all four. */
const fused = <T extends Float>(host: Host<T>, { bits, suffix }: Precision): QuickForm[] => {
  const form = insn(`fused.${suffix} on the host`, `00001000 op:2 ${bits} fa:5 fk:5 fj:5 fd:5`, {
    asm: '',
    ref: REF.arithmetic,
    doc: 'Product and sum, rounded once.',
    sem: onHost((o, f) => {
      const signs = o.imm32(f.op);
      const turned = (bit: number, v: T): T => o.select(o.and(signs, o.c32(bit)), o.floatNeg(v), v);
      const addend = turned(1, host.read(o, f.fa));
      const { value, isExact } = host.fused(o, host.read(o, f.fj), host.read(o, f.fk), addend);
      host.write(o, f.fd, turned(2, value));
      return isExact;
    }),
  });
  return FUSED.map((name) => ({ of: `${name}.${suffix}`, form }));
};

/** One form for all conditions, of numbers. */
const comparisons = <T extends Float>(host: Host<T>, { bits, suffix }: Precision): QuickForm[] => {
  const form = insn(`fcmp.${suffix} on the host`, `0000110000${bits} cond:5 fk:5 fj:5 00 cd:3`, {
    asm: '',
    ref: REF.comparison,
    doc: 'cd = 1 if fj and fk are as the condition says, else 0.',
    sem: onHost((o, f) => {
      const [a, b] = [host.read(o, f.fj), host.read(o, f.fk)];
      o.onlyIf(o.and(isNumber(o, a), isNumber(o, b)));
      const unequal = o.select(o.floatLt(a, b), o.c32(CONDITION.LESS | CONDITION.UNEQUAL), o.c32(CONDITION.UNEQUAL));
      const fulfilled = o.select(o.floatEq(a, b), o.c32(CONDITION.EQUAL), unequal);
      o.write('fcc', f.cd, o.zx32(o.ne(o.and(o.imm32(f.cond), fulfilled), o.c32(0))));
      return isExact(o);
    }),
  });
  return CONDITIONS.flatMap(({ name }) => ['c', 's'].map((kind) => ({ of: `fcmp.${kind}${name}.${suffix}`, form })));
};

const betweenFormats: readonly QuickForm[] = [
  quick('fcvt.d.s', (o, f) => {
    const value = S.read(o, f.fj);
    o.onlyIf(isNumber(o, value));
    D.write(o, f.fd, o.promote(value));
    return isExact(o);
  }),
  quick('fcvt.s.d', (o, f) => {
    const value = D.read(o, f.fj);
    const rounded = o.demote(value);
    o.onlyIf(o.or(isAmple(o, rounded), o.floatEq(value, f64(o, 0n))));
    S.write(o, f.fd, rounded);
    return o.floatEq(o.promote(rounded), value);
  }),
];

const fromIntegers: readonly QuickForm[] = (['w', 'l'] as const).flatMap((integer) => {
  const read = (o: LoongOps, r: Field) => (integer === 'w' ? o.sx32(o.lo32(o.f(r))) : o.f(r));
  return [
    quick(`ffint.s.${integer}`, (o, f) => {
      const value = read(o, f.fj);
      S.write(o, f.fd, o.f32FromS(value));
      return isShort(o, value, 24);
    }),
    quick(`ffint.d.${integer}`, (o, f) => {
      const value = read(o, f.fj);
      D.write(o, f.fd, o.f64FromS(value));
      return isShort(o, value, 53);
    }),
  ];
});

/** How a conversion rounds, by its name; one without a letter rounds as fcsr0 says, to nearest. */
const ROUNDINGS: Readonly<Record<string, (o: LoongOps, v: F64) => F64>> = {
  '': (o, v) => o.floatNearest(v),
  rne: (o, v) => o.floatNearest(v),
  rz: (o, v) => o.floatTrunc(v),
  rm: (o, v) => {
    const whole = o.floatTrunc(v);
    return o.select(o.floatLt(v, whole), o.floatSub(whole, powerOfTwo(o, 0)), whole);
  },
  rp: (o, v) => {
    const whole = o.floatTrunc(v);
    return o.select(o.floatLt(whole, v), o.floatAdd(whole, powerOfTwo(o, 0)), whole);
  },
};

const toIntegers = <T extends Float>(host: Host<T>): QuickForm[] =>
  Object.entries(ROUNDINGS).flatMap(([rounding, round]) =>
    (['w', 'l'] as const).map((integer) => {
      const mnemonic = `ftint${rounding}.${integer}.${host.suffix}`;
      return quick(mnemonic, (o, f) => {
        const value = host.wide(o, host.read(o, f.fj));
        const rounded = round(o, value);
        const end = powerOfTwo(o, integer === 'w' ? 31 : 63);
        o.onlyIf(o.and(o.floatLe(o.floatNeg(end), rounded), o.floatLt(rounded, end)));
        o.setF(f.fd, widened(o, mnemonic, o.intFromF64S(rounded)));
        return o.floatEq(rounded, value);
      });
    }),
  );

const toIntegrals: readonly QuickForm[] = [
  quick('frint.s', (o, f) => {
    const value = S.read(o, f.fj);
    o.onlyIf(isNumber(o, value));
    const rounded = o.floatNearest(value);
    o.setF(f.fd, o.zx32(o.f32Bits(rounded)));
    return o.floatEq(rounded, value);
  }),
  quick('frint.d', (o, f) => {
    const value = D.read(o, f.fj);
    o.onlyIf(isNumber(o, value));
    const rounded = o.floatNearest(value);
    D.write(o, f.fd, rounded);
    return o.floatEq(rounded, value);
  }),
];

/** It changes no flags, and has a bit for each class: from 2 the negative ones, falling, from 6 the positive ones. */
const classify = ({ suffix, bytes, read }: Precision): QuickForm => {
  const general = GENERAL.get(`fclass.${suffix}`);
  if (!general) throw new Error(`no fclass.${suffix}`);
  const form = variant(general, `fclass.${suffix} on the host`, (o, f) => {
    o.guard('fp');
    const bits = read(o, f.fj);
    const isNegative = o.lo32(o.shrU(bits, o.c(8 * bytes - 1)));
    const highest = o.select(isNegative, o.c32(5), o.c32(9));
    o.setF(f.fd, o.zx32(o.shl(o.c32(1), o.sub(highest, kindOf(o, bits, suffix)))));
  });
  return { of: general.mnemonic, form };
};

export const QUICK: readonly QuickForm[] = [
  ...arithmetic(S),
  ...arithmetic(D),
  ...fused(S, SINGLE),
  ...fused(D, DOUBLE),
  ...comparisons(S, SINGLE),
  ...comparisons(D, DOUBLE),
  ...betweenFormats,
  ...fromIntegers,
  ...toIntegers(S),
  ...toIntegers(D),
  ...toIntegrals,
  classify(SINGLE),
  classify(DOUBLE),
];
