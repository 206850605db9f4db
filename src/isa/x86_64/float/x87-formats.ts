/** What the x87 loads and stores: other floating-point formats, integers, packed decimals. @see AMD64 APM volume 1, 6.3.2 */
import { convert, fromInteger, type IntegerType, toInteger } from '../../core/float/conversion';
import { FLAG, type Format, isNan, ROUND, round, unpack } from '../../core/float/format';
import { indefinite } from './conversion';
import { EXTENDED, isMasked, packed, plain, registerOf, roundingOf, takeApart, type X87Result } from './extended';
import { isSubnormal, modeOf, RAISES, raisedBy } from './mxcsr';

/** A single or double as a register: a signalling NaN is invalid, a denormal one raises DE. */
export const x87Load = (from: Format, bits: bigint): X87Result => {
  const value = registerOf(EXTENDED, convert(from, EXTENDED, bits, modeOf(ROUND.RNE)).bits);
  const { kind } = unpack(from, bits);
  if (kind === 'signalling') return plain(value, RAISES.IE);
  return plain(value, isSubnormal(from, BigInt.asUintN(from.width, bits)) ? RAISES.DE : 0);
};

/** Of a signed integer, which is always a number of the register. */
export const x87LoadInteger = (width: 16 | 32 | 64, bits: bigint): bigint =>
  registerOf(EXTENDED, fromInteger(EXTENDED, { width, signed: true }, bits, modeOf(ROUND.RNE)).bits);

/** What is stored, with exceptions. Nothing is stored where one of `IE`, `OE`, `UE` is raised and not masked. */
export interface Stored {
  readonly bits: bigint;
  readonly flags: number;
  readonly isRoundedUp: boolean;
}

const magnitude = (f: Format, bits: bigint): bigint => bits & (f.sign - 1n);

/** Rounds into a single or double. */
export const x87Store = (fcw: number, to: Format, raw: bigint): Stored => {
  const a = takeApart(raw);
  if (!a.isSupported) return { bits: to.sign | to.nan, flags: RAISES.IE, isRoundedUp: false };
  const rounding = roundingOf(fcw);
  const { bits, flags } = convert(EXTENDED, to, packed(raw), modeOf(rounding));
  const raised = raisedBy(flags);
  if (isNan(a)) return { bits, flags: raised, isRoundedUp: false };
  const towardsZero = convert(EXTENDED, to, packed(raw), modeOf(ROUND.RTZ)).bits;
  const isRoundedUp = (raised & RAISES.PE) !== 0 && magnitude(to, towardsZero) < magnitude(to, bits);
  // Tiny and exact is an underflow where that is not masked.
  const isTiny = isSubnormal(to, bits) && !isMasked(fcw, RAISES.UE);
  return { bits, flags: isTiny ? raised | RAISES.UE : raised, isRoundedUp };
};

/** To a signed integer, by RC or another rounding. What has none is the indefinite integer, and invalid. */
export const x87StoreInteger = (fcw: number, width: 16 | 32 | 64, raw: bigint, rounding = roundingOf(fcw)): Stored => {
  const type: IntegerType = { width, signed: true };
  const none = { bits: indefinite(width), flags: RAISES.IE, isRoundedUp: false };
  if (!takeApart(raw).isSupported) return none;
  const { bits, flags } = toInteger(EXTENDED, type, packed(raw), modeOf(rounding));
  if (flags & FLAG.NV) return none;
  const cut = toInteger(EXTENDED, type, packed(raw), modeOf(ROUND.RTZ)).bits;
  return { bits: BigInt.asUintN(width, bits), flags: raisedBy(flags), isRoundedUp: cut !== bits };
};

const DIGITS = 18;
const DECIMAL_SIGN = 1n << 79n;
/** What has no 18 digits. */
const DECIMAL_INDEFINITE = 0xffff_c000_0000_0000_0000n;

/** Ten bytes of packed decimal digits; those that are none count as they are. */
export const x87LoadDecimal = (bits: bigint): bigint => {
  let value = 0n;
  for (let digit = DIGITS - 1; digit >= 0; digit--) value = value * 10n + ((bits >> BigInt(4 * digit)) & 15n);
  const sign = bits & DECIMAL_SIGN;
  if (value === 0n) return sign;
  return registerOf(EXTENDED, round(EXTENDED, sign !== 0n, 0, value, modeOf(ROUND.RNE)).bits);
};

export const x87StoreDecimal = (fcw: number, raw: bigint): Stored => {
  const integer = x87StoreInteger(fcw, 64, raw);
  const value = BigInt.asIntN(64, integer.bits);
  const rest = value < 0n ? -value : value;
  if (integer.flags & RAISES.IE || rest >= 10n ** BigInt(DIGITS)) {
    return { bits: DECIMAL_INDEFINITE, flags: RAISES.IE, isRoundedUp: false };
  }
  const digits = BigInt(`0x${rest}`);
  const isNegative = takeApart(raw).negative;
  return { ...integer, bits: isNegative ? digits | DECIMAL_SIGN : digits };
};
