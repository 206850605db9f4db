import { describe, expect, it } from 'vitest';
import { FP } from '../../../src/isa/riscv64/fp/table';
import { operand } from '../../support/fp-operands';
import { Random, SEED } from '../../support/random';

const ROUNDS = 3000;
const view = new DataView(new ArrayBuffer(8));
const double = (bits: bigint): number => {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
};
const doubleBits = (value: number): bigint => {
  if (Number.isNaN(value)) return 0x7ff8_0000_0000_0000n;
  view.setFloat64(0, value);
  return view.getBigUint64(0);
};
const single = (bits: bigint): number => {
  view.setUint32(0, Number(bits));
  return view.getFloat32(0);
};
const singleBits = (value: number): bigint => {
  if (Number.isNaN(value)) return 0x7fc0_0000n;
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
};
const FORMATS = {
  s: { read: single, write: singleBits, p: 24, minExponent: -126, sign: 1n << 31n, infinity: 0x7f80_0000n },
  d: { read: double, write: doubleBits, p: 53, minExponent: -1022, sign: 1n << 63n, infinity: 0x7ff0_0000_0000_0000n },
} as const;
type Suffix = keyof typeof FORMATS;

const call = (name: string, a: bigint, b = 0n, c = 0n, rm = 0) => {
  const run = FP[name];
  if (!run) throw new Error(`no ${name}`);
  return run(a, b, c, rm);
};
const hex = (...values: bigint[]) => values.map((value) => value.toString(16)).join(', ');

describe('soft-float rounds to nearest as the host does', () => {
  // A single's sum, product, quotient and root are exact enough in a double for its rounding to be the single's.
  const host = {
    fadd: (a: number, b: number) => a + b,
    fsub: (a: number, b: number) => a - b,
    fmul: (a: number, b: number) => a * b,
    fdiv: (a: number, b: number) => a / b,
    fsqrt: (a: number) => Math.sqrt(a),
  };
  for (const suffix of ['s', 'd'] as const) {
    const { read, write } = FORMATS[suffix];
    for (const [name, compute] of Object.entries(host)) {
      it(`in ${name}.${suffix}`, () => {
        const random = new Random(SEED);
        const wrong: string[] = [];
        for (let round = 0; round < ROUNDS; round++) {
          const [a, b] = [operand(random, suffix), operand(random, suffix)];
          const { bits } = call(`${name}.${suffix}`, a, b);
          if (bits !== write(compute(read(a), read(b)))) wrong.push(`${hex(a, b)} gives ${hex(bits)}`);
        }
        expect(wrong).toEqual([]);
      });
    }
  }

  it('in fcvt.s.d and fcvt.d.l', () => {
    const random = new Random(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      const a = operand(random, 'd');
      expect([hex(a), call('fcvt.s.d', a).bits]).toEqual([hex(a), singleBits(double(a))]);
      const n = random.u64() >> BigInt(random.below(64));
      expect([n, call('fcvt.d.lu', n).bits]).toEqual([n, doubleBits(Number(n))]);
      expect([n, call('fcvt.d.l', n).bits]).toEqual([n, doubleBits(Number(BigInt.asIntN(64, n)))]);
    }
  });
});

/** Everything finite, and every product of two doubles, is a multiple of this power of two. */
const GRID = 2148n;

/** A finite number on the grid. */
const onGrid = (suffix: Suffix, bits: bigint): bigint => {
  const { p, minExponent, sign } = FORMATS[suffix];
  const magnitude = bits & (sign - 1n);
  const fraction = BigInt(p - 1);
  const biased = magnitude >> fraction;
  const significand = (magnitude & ((1n << fraction) - 1n)) | (biased ? 1n << fraction : 0n);
  const exponent = (biased || 1n) - 1n + BigInt(minExponent - p + 1);
  const value = significand << (exponent + GRID);
  return bits & sign ? -value : value;
};

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Judges a result against the exact value by the definition of the rounding mode; returns what is wrong. */
const judge = (
  suffix: Suffix,
  exact: bigint,
  { bits, flags }: { bits: bigint; flags: number },
  rm: number,
): string | undefined => {
  const { infinity, sign, minExponent, p } = FORMATS[suffix];
  const magnitude = bits & (sign - 1n);
  const v = abs(exact);
  const isNegative = exact < 0n;
  if (exact !== 0n && ((bits & sign) !== 0n) !== isNegative) return 'sign';
  // Infinity stands where the next number would be, so that rounding to it can be judged like any other.
  const at = (m: bigint): bigint => onGrid(suffix, m);
  const r = at(magnitude);
  const below = magnitude === 0n ? 0n : at(magnitude - 1n);
  const towardZero = rm === 1 || rm === (isNegative ? 3 : 2);
  const awayFromZero = rm === (isNegative ? 2 : 3);
  const isOverflow = v >= at(infinity) || (flags & 4) !== 0;
  if (isOverflow) {
    if ((flags & 5) !== 5) return 'overflow flags';
    if (towardZero) return magnitude === infinity - 1n && v >= at(infinity - 1n) ? undefined : 'overflow';
    return magnitude === infinity ? undefined : 'overflow';
  }
  const above = at(magnitude + 1n);
  if ((flags & 1) !== Number(r !== v)) return 'NX';
  if (towardZero && !(r <= v && v < above)) return 'toward zero';
  if (awayFromZero && !(r >= v && (v > below || v === 0n))) return 'away from zero';
  if (rm === 0 || rm === 4) {
    const [error, up, down] = [abs(v - r), abs(above - v), abs(v - below)];
    if (error > up || (magnitude !== 0n && error > down)) return 'nearest';
    const isTie = error !== 0n && (error === up || (magnitude !== 0n && error === down));
    if (isTie && rm === 0 && magnitude % 2n !== 0n) return 'tie to even';
    if (isTie && rm === 4 && r < v) return 'tie away';
  }
  // After-rounding tininess: certain more than half a unit of full precision below the smallest normal, excluded at it.
  const smallest = 1n << (BigInt(minExponent) + GRID);
  const isInexact = r !== v;
  const underflow = (flags & 2) !== 0;
  if (underflow && !(isInexact && v < smallest)) return 'UF raised';
  if (!underflow && isInexact && v <= smallest - (smallest >> BigInt(p))) return 'UF missing';
  return flags & 24 ? 'NV or DZ' : undefined;
};

describe('soft-float rounds exactly in every mode', () => {
  type Exact = (a: bigint, b: bigint, c: bigint) => bigint;
  const operations: Record<string, Exact> = {
    fadd: (a, b) => a + b,
    fsub: (a, b) => a - b,
    fmul: (a, b) => (a * b) >> GRID,
    fmadd: (a, b, c) => ((a * b) >> GRID) + c,
    fmsub: (a, b, c) => ((a * b) >> GRID) - c,
    fnmsub: (a, b, c) => c - ((a * b) >> GRID),
    fnmadd: (a, b, c) => -((a * b) >> GRID) - c,
  };
  for (const suffix of ['s', 'd'] as const) {
    const { sign, infinity } = FORMATS[suffix];
    const finite = (bits: bigint) => (bits & (sign - 1n)) < infinity;
    for (const [name, compute] of Object.entries(operations)) {
      it(`${name}.${suffix}`, () => {
        const random = new Random(SEED);
        const wrong: string[] = [];
        for (let round = 0; round < ROUNDS / 3; round++) {
          const rm = round % 5;
          const [a, b] = [operand(random, suffix), operand(random, suffix)];
          // Every third addend nearly cancels the product.
          const near = call(`fmul.${suffix}`, a, b).bits ^ BigInt(random.below(4)) ^ (random.below(2) ? sign : 0n);
          const c = round % 3 ? operand(random, suffix) : near;
          if (![a, b, c].every(finite)) continue;
          const result = call(`${name}.${suffix}`, a, b, c, rm);
          const exact = compute(onGrid(suffix, a), onGrid(suffix, b), onGrid(suffix, c));
          const problem = judge(suffix, exact, result, rm);
          if (problem)
            wrong.push(`${hex(a, b, c)} rm ${rm} gives ${hex(result.bits)} flags ${result.flags}: ${problem}`);
        }
        expect(wrong).toEqual([]);
      });
    }
  }
});

describe('soft-float', () => {
  it('refuses a rounding mode that the engine must have resolved', () => {
    expect(() => call('fadd.s', 0x3f80_0000n, 1n, 0n, 7)).toThrow('must not reach');
  });

  it('takes operands of any signedness and ignores the upper half of singles', () => {
    expect(call('fadd.d', BigInt.asIntN(64, 0xbff0_0000_0000_0000n), 0x3ff0_0000_0000_0000n).bits).toBe(0n);
    expect(call('fadd.s', 0xffff_ffff_3f80_0000n, 0x3f80_0000n).bits).toBe(0x4000_0000n);
  });
});
