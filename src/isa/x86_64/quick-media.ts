/**
 * Quick forms of scalar floating point, on the host: what its own arithmetic certainly gets right, value and flags. They ask
 * that MXCSR masks all, rounds to nearest and flushes nothing, and leave the rest to the functions: NaNs, subnormal operands,
 * results near the ends of the range, and the first inexact result. From then on PE is set, and an inexact result changes no flag.
 */
import type { QuickForm } from '../core/engine-isa';
import { exactRootDouble, exactRootSingle, type HostResult, isShort } from '../core/float/exactness';
import {
  DOUBLES,
  f64,
  type HostBinary,
  type HostFormat,
  hostDouble,
  hostSingle,
  isAmple,
  isNumber,
  powerOfTwo,
  SINGLES,
} from '../core/float/host';
import type { F32, F64, Float, V32, V64 } from '../core/ops';
import { MXCSR, RAISES } from './float/mxcsr';
import type { Row, Sem } from './form';
import type { Operand } from './operands';
import type { X86Ops } from './ops';
import { giveLow, type MediaSem, sse } from './simd/words';

const CONTROLS = MXCSR.DAZ | MXCSR.MASKS | MXCSR.RC | MXCSR.FZ;

/** A form's meaning where MXCSR lets the host do it. */
const onHost = (sem: MediaSem): Sem =>
  sse((o, operands) => {
    o.onlyIf(o.eq(o.and(o.slot('mxcsr'), o.c(CONTROLS)), o.c(MXCSR.MASKS)));
    sem(o, operands);
  });

const hasInexact = (o: X86Ops): V32 => o.and(o.lo32(o.slot('mxcsr')), o.c32(RAISES.PE));
const requireKnown = (o: X86Ops, isExact: V32): void => o.onlyIf(o.or(hasInexact(o), isExact));

/** Numbers of one format as the host holds them. */
interface Host<T extends Float> {
  readonly suffix: 'ss' | 'sd';
  read(o: X86Ops, operand: Operand): T;
  write(o: X86Ops, to: Operand, v: T): void;
  wide(o: X86Ops, v: T): F64;
  /** Leaves subnormal operands, which raise DE. */
  requireNormal(o: X86Ops, v: T): void;
  binary(
    o: X86Ops,
    op: HostBinary,
    a: T,
    b: T,
    ignoresInexact: () => V32,
  ): { readonly value: T; readonly isKnown: V32 };
  root(o: X86Ops, v: T): HostResult<T>;
}

/** No subnormal number: an exponent, or nothing at all. */
const isNormal = <T extends Float, B extends V32 | V64>(o: X86Ops, format: HostFormat<T, B>, v: T): V32 => {
  const bits = format.bitsOf(o, v);
  return o.or(format.exponent(o, bits), format.isZero(o, bits));
};

const S: Host<F32> = {
  suffix: 'ss',
  read: (o, operand) => o.bitsF32(o.lo32(operand.read())),
  write: (o, to, v) => giveLow(o, to, 32, o.zx32(o.f32Bits(v))),
  wide: (o, v) => o.promote(v),
  requireNormal: (o, v) => o.onlyIf(isNormal(o, SINGLES, v)),
  binary: hostSingle,
  root: exactRootSingle,
};
const D: Host<F64> = {
  suffix: 'sd',
  read: (o, operand) => o.bitsF64(operand.read()),
  write: (o, to, v) => giveLow(o, to, 64, o.f64Bits(v)),
  wide: (_, v) => v,
  requireNormal: (o, v) => o.onlyIf(isNormal(o, DOUBLES, v)),
  binary: hostDouble,
  root: exactRootDouble,
};

const arithmetic = <T extends Float>(host: Host<T>): Record<string, Sem> =>
  Object.fromEntries(
    (['add', 'sub', 'mul', 'div'] as const).map((op): [string, Sem] => [
      `${op}${host.suffix}`,
      onHost((o, [to, from]) => {
        const [a, b] = [host.read(o, to), host.read(o, from)];
        host.requireNormal(o, a);
        host.requireNormal(o, b);
        const { value, isKnown } = host.binary(o, op, a, b, () => hasInexact(o));
        o.onlyIf(isKnown);
        host.write(o, to, value);
      }),
    ]),
  );

const roots = <T extends Float>(host: Host<T>): Record<string, Sem> => ({
  [`sqrt${host.suffix}`]: onHost((o, [to, from]) => {
    const v = host.read(o, from);
    host.requireNormal(o, v);
    const { value, isExact } = host.root(o, v);
    requireKnown(o, isExact);
    host.write(o, to, value);
  }),
});

/** Numbers that can be compared without an exception. */
const requireComparable = <T extends Float>(o: X86Ops, host: Host<T>, values: readonly T[]): void => {
  for (const v of values) {
    o.onlyIf(isNumber(o, v));
    host.requireNormal(o, v);
  }
};

/** Of equal numbers, zeros of either sign among them, the second. */
const extremes = <T extends Float>(host: Host<T>): Record<string, Sem> => {
  const extreme = (isFirst: (o: X86Ops, a: T, b: T) => V32): Sem =>
    onHost((o, [to, from]) => {
      const [a, b] = [host.read(o, to), host.read(o, from)];
      requireComparable(o, host, [a, b]);
      host.write(o, to, o.select(isFirst(o, a, b), a, b));
    });
  return {
    [`min${host.suffix}`]: extreme((o, a, b) => o.floatLt(a, b)),
    [`max${host.suffix}`]: extreme((o, a, b) => o.floatLt(b, a)),
  };
};

const comparisons = <T extends Float>(host: Host<T>): Record<string, Sem> => {
  const sem = onHost((o, [first, second]) => {
    const [a, b] = [host.read(o, first), host.read(o, second)];
    requireComparable(o, host, [a, b]);
    o.setStatus({ zf: o.bool(o.floatEq(a, b)), cf: o.bool(o.floatLt(a, b)), pf: o.c(0) });
  });
  return { [`comi${host.suffix}`]: sem, [`ucomi${host.suffix}`]: sem };
};

const fromIntegers = <T extends Float>(
  host: Host<T>,
  bits: number,
  of: (o: X86Ops, v: V64) => T,
): Record<string, Sem> => ({
  [`cvtsi2${host.suffix}`]: onHost((o, [to, from]) => {
    const value = from.bits === 64 ? from.read() : o.sx32(o.lo32(from.read()));
    if (from.bits > bits) requireKnown(o, isShort(o, value, bits));
    host.write(o, to, of(o, value));
  }),
});

/** Cut off (`cvtt`), or rounded to nearest (`cvt`), which MXCSR asks for here. */
const toIntegers = <T extends Float>(host: Host<T>): Record<string, Sem> => {
  const convert = (round: (o: X86Ops, v: F64) => F64): Sem =>
    onHost((o, [to, from]) => {
      const value = host.wide(o, host.read(o, from));
      const whole = round(o, value);
      const end = powerOfTwo(o, to.bits - 1);
      o.onlyIf(o.and(o.floatLe(o.floatNeg(end), whole), o.floatLt(whole, end)));
      requireKnown(o, o.floatEq(whole, value));
      to.write(o.low(o.intFromF64S(whole), to.bits === 64 ? 64 : 32));
    });
  return {
    [`cvtt${host.suffix}2si`]: convert((o, v) => o.floatTrunc(v)),
    [`cvt${host.suffix}2si`]: convert((o, v) => o.floatNearest(v)),
  };
};

const betweenFormats: Readonly<Record<string, Sem>> = {
  cvtss2sd: onHost((o, [to, from]) => {
    const value = S.read(o, from);
    o.onlyIf(isNumber(o, value));
    S.requireNormal(o, value);
    D.write(o, to, o.promote(value));
  }),
  cvtsd2ss: onHost((o, [to, from]) => {
    const value = D.read(o, from);
    const rounded = o.demote(value);
    o.onlyIf(o.or(isAmple(o, rounded), o.floatEq(value, f64(o, 0n))));
    requireKnown(o, o.floatEq(o.promote(rounded), value));
    S.write(o, to, rounded);
  }),
};

const QUICK: Readonly<Record<string, Sem>> = {
  ...arithmetic(S),
  ...arithmetic(D),
  ...roots(S),
  ...roots(D),
  ...extremes(S),
  ...extremes(D),
  ...comparisons(S),
  ...comparisons(D),
  ...fromIntegers(S, 24, (o, v) => o.f32FromS(v)),
  ...fromIntegers(D, 53, (o, v) => o.f64FromS(v)),
  ...toIntegers(S),
  ...toIntegers(D),
  ...betweenFormats,
};

/** Quick forms of the rows that have one. */
export const quickMedia = (rows: readonly Row[], formOf: (row: Row, sem: Sem) => Row): QuickForm[] =>
  rows.flatMap((row) => {
    const sem = QUICK[row.form.mnemonic];
    return sem ? [{ of: row.mnemonic, form: formOf(row, sem) }] : [];
  });
