/** Floating point of SSE on whole registers: lanes one by one, with the exceptions of all of them. */
import type { Format } from '../../core/float/format';
import { type HartState, type IsaFunction, Trap } from '../../core/privileged';
import { CR4 } from '../bits';
import { CAUSE } from '../causes';
import {
  sseAdd,
  sseDiv,
  sseMax,
  sseMin,
  sseMul,
  sseReciprocal,
  sseReciprocalRoot,
  sseSqrt,
  sseSub,
} from '../float/arithmetic';
import { ssePredicate, sseStatus } from '../float/comparison';
import { sseConvert, sseFromInteger, sseRound, sseToInteger } from '../float/conversion';
import { type Binary, F32, F64, ROUNDINGS, type SseResult, settled, type Unary } from '../float/mxcsr';
import { laneAt, lanesOf, unsignedLanes, vectorOf } from './lanes';

/** What an instruction makes of its destination, source and immediate, and what it raises. */
type Operation = (mxcsr: number, a: bigint, b: bigint, imm: number) => SseResult;

/** Sets flags of MXCSR. @throws Trap #XF, or #UD where the system does not want it, for those that are not masked */
const raise = (state: HartState, flags: number): void => {
  const mxcsr = Number(state.get('mxcsr'));
  const { flags: set, isTaken } = settled(mxcsr, flags);
  state.set('mxcsr', BigInt(mxcsr | set));
  if (isTaken) throw new Trap(state.get('cr4') & CR4.OSXMMEXCPT ? CAUSE.XF : CAUSE.UD, 0n);
};

/** Of a register whose number is the field: source in two halves, and the immediate. */
const whole =
  (run: Operation): IsaFunction =>
  (state, low, high, imm, field) => {
    const a = state.read('xmm', field);
    const { bits, flags } = run(Number(state.get('mxcsr')), a, low | (high << 64n), Number(imm) & 0xff);
    raise(state, flags);
    state.write('xmm', field, bits);
    return 0n;
  };

/** Of values alone. */
const plain =
  (run: Operation): IsaFunction =>
  (state, a, b, imm) => {
    const { bits, flags } = run(Number(state.get('mxcsr')), a, b, Number(imm) & 0xff);
    raise(state, flags);
    return bits;
  };

const joined = (results: readonly SseResult[], bits: number): SseResult => ({
  bits: vectorOf(
    results.map((result) => result.bits),
    bits,
  ),
  flags: results.reduce((sum, { flags }) => sum | flags, 0),
});

const lanes = (f: Format, vector: bigint, width = 128): bigint[] => lanesOf(vector, unsignedLanes(f.width), width);

/** Lane by lane. */
const packed =
  (f: Format, run: (mxcsr: number, f: Format, a: bigint, b: bigint, imm: number) => SseResult): Operation =>
  (mxcsr, a, b, imm) =>
    joined(
      lanes(f, a).map((lane, at) => run(mxcsr, f, lane, laneAt(b, f.width, at), imm)),
      f.width,
    );

/** The lowest lane; the others stay. */
const scalar =
  (f: Format, run: (mxcsr: number, f: Format, a: bigint, b: bigint, imm: number) => SseResult): Operation =>
  (mxcsr, a, b, imm) => {
    const { bits, flags } = run(mxcsr, f, BigInt.asUintN(f.width, a), BigInt.asUintN(f.width, b), imm);
    return { bits: replaced(a, f.width, bits), flags };
  };
const replaced = (a: bigint, width: number, bits: bigint): bigint => ((a >> BigInt(width)) << BigInt(width)) | bits;

const ofSource =
  (run: Unary): Binary =>
  (mxcsr, f, _, b) =>
    run(mxcsr, f, b);
const estimate =
  (run: (f: Format, a: bigint) => bigint): Binary =>
  (_mxcsr, f, _, b) => ({ bits: run(f, b), flags: 0 });

const ARITHMETIC: Readonly<Record<string, Binary>> = {
  add: sseAdd,
  sub: sseSub,
  mul: sseMul,
  div: sseDiv,
  min: sseMin,
  max: sseMax,
  sqrt: ofSource(sseSqrt),
};
const ESTIMATES: Readonly<Record<string, Binary>> = {
  rcp: estimate(sseReciprocal),
  rsqrt: estimate(sseReciprocalRoot),
};

const named = (suffix: string, functions: Readonly<Record<string, Binary>>, how: (run: Binary) => IsaFunction) =>
  Object.fromEntries(Object.entries(functions).map(([name, run]) => [`${name}${suffix}`, how(run)]));

const compared = (mxcsr: number, f: Format, a: bigint, b: bigint, imm: number): SseResult =>
  ssePredicate(mxcsr, f, a, b, imm & 7);
const roundedTo = (mxcsr: number, f: Format, _: bigint, b: bigint, imm: number): SseResult =>
  sseRound(mxcsr, f, b, imm);

/** Neighbours, those of the destination first. */
const horizontal =
  (f: Format, run: Binary): Operation =>
  (mxcsr, a, b) => {
    const all = [...lanes(f, a), ...lanes(f, b)];
    const pairs = all.flatMap((lane, at) => (at % 2 === 0 ? [run(mxcsr, f, lane, all[at + 1] ?? 0n)] : []));
    return joined(pairs, f.width);
  };
/** Even lanes subtracted, odd ones added. */
const alternating = (f: Format): Operation =>
  packedBy(f, (mxcsr, a, b, at) => (at % 2 === 0 ? sseSub : sseAdd)(mxcsr, f, a, b));
const packedBy =
  (f: Format, run: (mxcsr: number, a: bigint, b: bigint, at: number) => SseResult): Operation =>
  (mxcsr, a, b) =>
    joined(
      lanes(f, a).map((lane, at) => run(mxcsr, lane, laneAt(b, f.width, at), at)),
      f.width,
    );

/** Products of chosen lanes, added up in pairs, where the immediate says. Each step raises what it does. */
const dotProduct =
  (f: Format): Operation =>
  (mxcsr, a, b, imm) => {
    let flags = 0;
    const keep = ({ bits, flags: raised }: SseResult): bigint => {
      flags |= raised;
      return bits;
    };
    const products = lanes(f, a).map((lane, at) =>
      (imm >> (4 + at)) & 1 ? keep(sseMul(mxcsr, f, lane, laneAt(b, f.width, at))) : 0n,
    );
    let sums = products;
    // What is not masked stops at its step.
    while (sums.length > 1 && !settled(mxcsr, flags).isTaken) {
      const before = sums;
      sums = before.flatMap((lane, at) => (at % 2 === 0 ? [keep(sseAdd(mxcsr, f, lane, before[at + 1] ?? 0n))] : []));
    }
    const [sum = 0n] = sums;
    return {
      bits: vectorOf(
        products.map((_, at) => ((imm >> at) & 1 ? sum : 0n)),
        f.width,
      ),
      flags,
    };
  };

const TRUNCATING = ROUNDINGS[3] ?? 0;

/** Lanes of a source converted, as many as fit. */
const converted =
  (count: number, from: number, to: number, run: (mxcsr: number, lane: bigint) => SseResult): Operation =>
  (mxcsr, _, b) =>
    joined(
      Array.from({ length: count }, (_lane, at) => run(mxcsr, laneAt(b, from, at))),
      to,
    );
const CONVERSIONS: Readonly<Record<string, Operation>> = {
  cvtps2pd: converted(2, 32, 64, (mxcsr, lane) => sseConvert(mxcsr, F32, F64, lane)),
  cvtpd2ps: converted(2, 64, 32, (mxcsr, lane) => sseConvert(mxcsr, F64, F32, lane)),
  cvtdq2ps: converted(4, 32, 32, (mxcsr, lane) => sseFromInteger(mxcsr, F32, 32, lane)),
  cvtdq2pd: converted(2, 32, 64, (mxcsr, lane) => sseFromInteger(mxcsr, F64, 32, lane)),
  cvtps2dq: converted(4, 32, 32, (mxcsr, lane) => sseToInteger(mxcsr, F32, 32, lane)),
  cvttps2dq: converted(4, 32, 32, (mxcsr, lane) => sseToInteger(mxcsr, F32, 32, lane, TRUNCATING)),
  cvtpd2dq: converted(2, 64, 32, (mxcsr, lane) => sseToInteger(mxcsr, F64, 32, lane)),
  cvttpd2dq: converted(2, 64, 32, (mxcsr, lane) => sseToInteger(mxcsr, F64, 32, lane, TRUNCATING)),
  cvtss2sd: (mxcsr, a, b) => low(a, 64, sseConvert(mxcsr, F32, F64, b)),
  cvtsd2ss: (mxcsr, a, b) => low(a, 32, sseConvert(mxcsr, F64, F32, b)),
  ...ofIntegers('ss', F32),
  ...ofIntegers('sd', F64),
  cvtpi2ps: (mxcsr, a, b) => {
    const both = converted(2, 32, 32, (control, lane) => sseFromInteger(control, F32, 32, lane))(mxcsr, 0n, b, 0);
    return low(a, 64, both);
  },
};

function low(a: bigint, width: number, { bits, flags }: SseResult): SseResult {
  return { bits: replaced(a, width, bits), flags };
}
function ofIntegers(suffix: string, f: Format): Record<string, Operation> {
  return Object.fromEntries(
    ([32, 64] as const).map((width): [string, Operation] => [
      `cvtsi2${suffix}-${width}`,
      (mxcsr, a, b) => low(a, f.width, sseFromInteger(mxcsr, f, width, b)),
    ]),
  );
}

const toIntegers = (suffix: string, f: Format): Record<string, IsaFunction> =>
  Object.fromEntries(
    ([32, 64] as const).flatMap((width): [string, IsaFunction][] => [
      [`cvt${suffix}2si-${width}`, plain((mxcsr, a) => sseToInteger(mxcsr, f, width, a))],
      [`cvtt${suffix}2si-${width}`, plain((mxcsr, a) => sseToInteger(mxcsr, f, width, a, TRUNCATING))],
    ]),
  );

/** Two lanes to words of an MMX register: of the source's halves. The x87's stack becomes MMX's even where that raises an exception. */
const pairToMmx = (f: Format, rounding?: number): IsaFunction => {
  const convert = plain((mxcsr, a, b) => {
    const source = a | (b << 64n);
    return converted(2, f.width, 32, (control, lane) => sseToInteger(control, f, 32, lane, rounding))(
      mxcsr,
      0n,
      source,
      0,
    );
  });
  return (state, ...operands) => {
    state.set('top87', 0n);
    state.set('ftw', 0xffn);
    return convert(state, ...operands);
  };
};

const ofFormat = (p: string, s: string, f: Format): Record<string, IsaFunction> => ({
  ...named(p, ARITHMETIC, (run) => whole(packed(f, run))),
  ...named(s, ARITHMETIC, (run) => whole(scalar(f, run))),
  [`cmp${p}`]: whole(packed(f, compared)),
  [`cmp${s}`]: whole(scalar(f, compared)),
  [`round${p}`]: whole(packed(f, roundedTo)),
  [`round${s}`]: whole(scalar(f, roundedTo)),
  [`comi${s}`]: plain((mxcsr, a, b) => sseStatus(mxcsr, f, a, b, 'signalling')),
  [`ucomi${s}`]: plain((mxcsr, a, b) => sseStatus(mxcsr, f, a, b, 'quiet')),
  [`hadd${p}`]: whole(horizontal(f, sseAdd)),
  [`hsub${p}`]: whole(horizontal(f, sseSub)),
  [`addsub${p}`]: whole(alternating(f)),
  [`dp${p}`]: whole(dotProduct(f)),
  ...toIntegers(s, f),
});

/** By the names rows call them by: the mnemonics. */
export const SSE_FLOAT_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...ofFormat('ps', 'ss', F32),
  ...ofFormat('pd', 'sd', F64),
  ...named('ps', ESTIMATES, (run) => whole(packed(F32, run))),
  ...named('ss', ESTIMATES, (run) => whole(scalar(F32, run))),
  ...Object.fromEntries(Object.entries(CONVERSIONS).map(([name, run]) => [name, whole(run)])),
  cvtps2pi: pairToMmx(F32),
  cvttps2pi: pairToMmx(F32, TRUNCATING),
  cvtpd2pi: pairToMmx(F64),
  cvttpd2pi: pairToMmx(F64, TRUNCATING),
};
