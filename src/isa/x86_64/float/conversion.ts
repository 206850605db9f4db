/** Conversions of SSE. @see AMD64 APM volume 4, "CVTSD2SI", "CVTSS2SD", "CVTSI2SD", "ROUNDPD" and those beside them */
import { convert, fromInteger, toInteger } from '../../core/float/conversion';
import { roundToIntegral } from '../../core/float/exponent';
import { FLAG, type Format } from '../../core/float/format';
import { computed, modeOf, RAISES, ROUNDINGS, raisedBy, roundingOf, type SseResult, taken } from './mxcsr';

/** Between single and double precision. */
export const sseConvert = (mxcsr: number, from: Format, to: Format, a: bigint): SseResult =>
  computed(mxcsr, [from, to], [a], (source, target, [x = 0n], mode) => convert(source, target, x, mode));

/** What integers of `width` bits are where there is none: the lowest one. @see AMD64 APM volume 1, 4.3.1.4 "integer indefinite" */
export const indefinite = (width: number): bigint => 1n << BigInt(width - 1);

/** To a signed integer of so many bits, zero-extended. What has none is the indefinite integer, and invalid. */
export const sseToInteger = (
  mxcsr: number,
  f: Format,
  width: 32 | 64,
  a: bigint,
  rounding = roundingOf(mxcsr),
): SseResult => {
  const { bits, flags } = toInteger(f, { width, signed: true }, taken(mxcsr, f, a), modeOf(rounding));
  if (flags & FLAG.NV) return { bits: indefinite(width), flags: RAISES.IE };
  return { bits: BigInt.asUintN(width, bits), flags: raisedBy(flags) };
};

/** Of a signed integer of so many bits. */
export const sseFromInteger = (mxcsr: number, f: Format, width: 32 | 64, a: bigint): SseResult => {
  const { bits, flags } = fromInteger(f, { width, signed: true }, a, modeOf(roundingOf(mxcsr)));
  return { bits, flags: raisedBy(flags) };
};

/** Bits of ROUNDPS's immediate: round as MXCSR says, and raise nothing for being inexact. */
const BY_MXCSR = 4;
const IS_SILENT = 8;

/** To an integral number of the same format, as the immediate of ROUNDPS and its kin says. */
export const sseRound = (mxcsr: number, f: Format, a: bigint, control: number): SseResult => {
  const rounding = control & BY_MXCSR ? roundingOf(mxcsr) : (ROUNDINGS[control & 3] ?? 0);
  const { bits, flags } = roundToIntegral(f, taken(mxcsr, f, a), modeOf(rounding));
  const raised = raisedBy(flags);
  return { bits, flags: control & IS_SILENT ? raised & ~RAISES.PE : raised };
};
