/**
 * Quick forms of sums and products of whole vectors, on the host: as those of scalars (see `quick-float.ts`), where value and flags
 * of every lane are certain.
 */
import type { QuickForm } from '../core/engine-isa';
import { fusedDouble, fusedParts, fusedSingle } from '../core/float/fused';
import { f64, type HostBinary, hostDouble, hostSingle } from '../core/float/host';
import type { F32, F64, Float, V32, V64, V128 } from '../core/ops';
import { FPCR, FPSR } from './float/control';
import { insn } from './insn';
import type { A64Fields, A64Ops } from './ops';
import { MANUAL } from './simd/row';

/** Lanes of one width as the host holds them. */
interface HostLanes<T extends Float> {
  readonly letter: 's' | 'd';
  readonly sz: '0' | '1';
  read(o: A64Ops, v: V128): T[];
  make(o: A64Ops, lanes: readonly T[]): V128;
  binary(o: A64Ops, op: HostBinary, a: T, b: T): { readonly value: T; readonly isKnown: V32 };
  /** `a × b + c`, rounded once, and whether it is exact. */
  fused(o: A64Ops, a: T, b: T, c: T): { readonly value: T; readonly isExact: V32 };
}

const HALVES = ['low', 'high'] as const;

const hasInexact = (o: A64Ops): V32 => o.and(o.lo32(o.slot('FPSR')), o.c32(FPSR.IXC));

const pair = (o: A64Ops, [low, high]: readonly V64[]): V128 => {
  if (low === undefined || high === undefined) throw new Error('a vector has two halves');
  return o.vector(low, high);
};

const S: HostLanes<F32> = {
  letter: 's',
  sz: '0',
  read: (o, v) =>
    HALVES.flatMap((which) => {
      const half = o.half(v, which);
      return [o.bitsF32(o.lo32(half)), o.bitsF32(o.lo32(o.shrU(half, o.c(32))))];
    }),
  make: (o, lanes) => {
    const [a, b, c, d] = lanes.map((lane) => o.zx32(o.f32Bits(lane)));
    if (!a || !b || !c || !d) throw new Error('a vector has four words');
    return pair(o, [o.or(a, o.shl(b, o.c(32))), o.or(c, o.shl(d, o.c(32)))]);
  },
  binary: (o, op, a, b) => hostSingle(o, op, a, b, () => hasInexact(o)),
  fused: fusedSingle,
};
const D: HostLanes<F64> = {
  letter: 'd',
  sz: '1',
  read: (o, v) => HALVES.map((which) => o.bitsF64(o.half(v, which))),
  make: (o, lanes) =>
    pair(
      o,
      lanes.map((lane) => o.f64Bits(lane)),
    ),
  binary: (o, op, a, b) => hostDouble(o, op, a, b, () => hasInexact(o)),
  fused: (o, a, b, c) => {
    const parts = fusedParts(o, a, b, c);
    return { value: fusedDouble(o, parts, c), isExact: o.floatEq(parts.odd, f64(o, 0n)) };
  },
};

/** An instruction on all lanes; `code` is U, a bit, and the opcode. */
const form = <T extends Float>(
  { letter, sz, read, make }: HostLanes<T>,
  name: string,
  [U, bit, opcode]: readonly [string, string, string],
  lane: (o: A64Ops, a: T, b: T, d: T) => T,
): QuickForm => {
  const of = `${name}-v${letter}`;
  return {
    of,
    form: insn(`${of} on the host`, `0 1 ${U} 01110 ${bit}${sz} 1 Vm:5 ${opcode} 1 Vn:5 Vd:5`, {
      asm: '',
      ref: `${MANUAL} "${name.toUpperCase()} (vector)"`,
      doc: 'All lanes on the host.',
      sem: (o: A64Ops, f: A64Fields) => {
        o.guard('fp');
        o.onlyIf(o.eqz(o.and(o.slot('FPCR'), o.c(FPCR.RMODE | FPCR.FZ))));
        const [n, m, d] = [read(o, o.v(f.Vn)), read(o, o.v(f.Vm)), read(o, o.v(f.Vd))];
        const laneOf = (lanes: readonly T[], at: number): T => {
          const value = lanes[at];
          if (!value) throw new Error('vectors have as many lanes as each other');
          return value;
        };
        const lanes = n.map((a, at) => lane(o, a, laneOf(m, at), laneOf(d, at)));
        o.setV(f.Vd, make(o, lanes));
      },
    }),
  };
};

const forms = <T extends Float>(host: HostLanes<T>): QuickForm[] => {
  const binary = (name: string, code: readonly [string, string, string], op: HostBinary): QuickForm =>
    form(host, name, code, (o, a, b) => {
      const { value, isKnown } = host.binary(o, op, a, b);
      o.onlyIf(isKnown);
      return value;
    });
  const fused = (name: string, bit: string, turn: (o: A64Ops, a: T) => T): QuickForm =>
    form(host, name, ['0', bit, '11001'], (o, a, b, d) => {
      const { value, isExact } = host.fused(o, turn(o, a), b, d);
      o.onlyIf(o.or(hasInexact(o), isExact));
      return value;
    });
  return [
    binary('fadd', ['0', '0', '11010'], 'add'),
    binary('fsub', ['0', '1', '11010'], 'sub'),
    binary('fmul', ['1', '0', '11011'], 'mul'),
    fused('fmla', '0', (_, a) => a),
    fused('fmls', '1', (o, a) => o.floatNeg(a)),
  ];
};

export const QUICK_SIMD_FLOAT: readonly QuickForm[] = [...forms(S), ...forms(D)];
