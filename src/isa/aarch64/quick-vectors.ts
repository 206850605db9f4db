/**
 * Quick forms of floating point on vectors, lane by lane on the host: what compilers make of loops. All lanes must be certain,
 * or soft-float does them all; conditions are those of scalars. Singles have forms for whole vectors only.
 */
import type { QuickForm } from '../core/engine-isa';
import type { HostBinary } from '../core/float/host';
import type { PatternInsn } from '../core/insn';
import type { F32, F64, Float, V32, V64, V128 } from '../core/ops';
import { variant } from './insn';
import { simdInsns } from './insns/simd';
import type { A64Ops } from './ops';
import { D, type Host, hasInexact, onHost, S, type Sem } from './quick-float';
import { sized } from './simd/words';

/** Vectors by vectors, and by an element. */
const ON_LANES = /^f((add|sub|div|mul|mla|mls)-v[sd]|(mul|mla|mls)-(e[sd]|[sd]e))$/;
const ON_SIGNS = /^f(abs|neg)-v[sd]$/;

/** Whether a row has a quick form here. */
export const isQuickVector = (row: string): boolean => ON_LANES.test(row) || ON_SIGNS.test(row);

/** Vectors as the host's numbers. */
interface Lanes<T extends Float> {
  readonly host: Host<T>;
  of(o: A64Ops, v: V128): T[];
  vector(o: A64Ops, lanes: readonly T[]): V128;
  /** The lane of a number. */
  element(o: A64Ops, v: V128, index: V32): T;
}

const upper = (o: A64Ops, v: V64): V64 => o.shrU(v, o.c(32));
const single = (o: A64Ops, bits: V64) => o.bitsF32(o.lo32(bits));

const SINGLES: Lanes<F32> = {
  host: S,
  of: (o, v) =>
    (['low', 'high'] as const).flatMap((which) => {
      const half = o.half(v, which);
      return [single(o, half), single(o, upper(o, half))];
    }),
  vector: (o, lanes) => {
    const [a, b, c, d] = lanes.map((lane) => o.zx32(o.f32Bits(lane)));
    if (!a || !b || !c || !d) throw new Error('a vector has four singles');
    return o.vector(o.or(a, o.shl(b, o.c(32))), o.or(c, o.shl(d, o.c(32))));
  },
  element: (o, v, index) => {
    const half = o.select(o.and(index, o.c32(2)), o.half(v, 'high'), o.half(v, 'low'));
    return single(o, o.select(o.and(index, o.c32(1)), upper(o, half), half));
  },
};

const DOUBLES: Lanes<F64> = {
  host: D,
  of: (o, v) => [o.bitsF64(o.half(v, 'low')), o.bitsF64(o.half(v, 'high'))],
  vector: (o, [low, high]) => {
    if (!low || !high) throw new Error('a vector has two doubles');
    return o.vector(o.f64Bits(low), o.f64Bits(high));
  },
  element: (o, v, index) => o.bitsF64(o.select(index, o.half(v, 'high'), o.half(v, 'low'))),
};

/** Lanes of Vn, Vm and Vd to one of Vd. */
type OfLanes<T extends Float> = (o: A64Ops, host: Host<T>, n: T, m: T, d: T) => T;

const binary =
  <T extends Float>(op: HostBinary): OfLanes<T> =>
  (o, host, n, m) => {
    const { value, isKnown } = host.binary(o, op, n, m, () => hasInexact(o));
    o.onlyIf(isKnown);
    return value;
  };

const operations = <T extends Float>(): Readonly<Record<string, OfLanes<T>>> => ({
  fadd: binary('add'),
  fsub: binary('sub'),
  fmul: binary('mul'),
  fdiv: binary('div'),
  fmla: (o, host, n, m, d) => host.fused(o, n, m, d),
  fmls: (o, host, n, m, d) => host.fused(o, o.floatNeg(n), m, d),
});

/** Where the lanes of an instruction are: all of a vector, or the first. The second operand may be one element. */
interface Shape {
  readonly isScalar: boolean;
  readonly isByElement: boolean;
}

const compute = <T extends Float>(lanes: Lanes<T>, run: OfLanes<T>, { isScalar, isByElement }: Shape): Sem =>
  onHost((o, f) => {
    if (lanes.host.suffix === 's' && !isScalar) o.onlyIf(o.imm32(f.Q));
    const second = o.v(f.Vm);
    const [n, d] = [lanes.of(o, o.v(f.Vn)), lanes.of(o, o.v(f.Vd))];
    const m = isByElement ? n.map(() => lanes.element(o, second, o.imm32(f.index))) : lanes.of(o, second);
    const results = n.slice(0, isScalar ? 1 : n.length).map((lane, at): T => {
      const b = m[at];
      const c = d[at];
      if (b === undefined || c === undefined) throw new Error('vectors of different lengths');
      return run(o, lanes.host, lane, b, c);
    });
    const [first] = results;
    if (isScalar && first !== undefined) lanes.host.write(o, f.Vd, first);
    else o.setV(f.Vd, lanes.vector(o, results));
  });

/** The form of a row, for which nothing is computed when it is decoded. */
const quick = ({ computed: _, ...row }: PatternInsn, sem: Sem): QuickForm => ({
  of: row.mnemonic,
  form: variant(row as PatternInsn, `${row.mnemonic} on the host`, sem),
});

const onLanes = (row: PatternInsn): QuickForm => {
  const [name = '', shape = ''] = row.mnemonic.split('-');
  const places = { isScalar: /^[sd]e$/.test(shape), isByElement: shape.includes('e') };
  const singles = operations<F32>()[name];
  const doubles = operations<F64>()[name];
  if (!singles || !doubles) throw new Error(`no operation of lanes for ${row.mnemonic}`);
  return quick(row, shape.includes('s') ? compute(SINGLES, singles, places) : compute(DOUBLES, doubles, places));
};

/** Signs are bits: whatever FPCR says, they raise nothing. */
const onSigns = (row: PatternInsn): QuickForm => {
  const isSingle = row.mnemonic.endsWith('s');
  return quick(row, (o, f) => {
    o.guard('fp');
    const signs = o.splat(isSingle ? 32 : 64, o.c(isSingle ? 1n << 31n : 1n << 63n));
    const made = row.mnemonic.startsWith('fneg')
      ? o.vectorXor(o.v(f.Vn), signs)
      : o.vectorAnd(o.v(f.Vn), o.vectorNot(signs));
    o.setV(f.Vd, isSingle ? sized(o, f, made) : made);
  });
};

const rowsOf = (which: RegExp): PatternInsn[] => simdInsns().filter(({ mnemonic }) => which.test(mnemonic));

/** Made when somebody asks: rows are, too. */
export const quickVectors = (): QuickForm[] => [...rowsOf(ON_LANES).map(onLanes), ...rowsOf(ON_SIGNS).map(onSigns)];
