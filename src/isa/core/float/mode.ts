/** What IEEE 754 leaves to architectures, and the rounding in force. */
import { FLAG, type Format, type FpResult, type Rounding, type Unpacked } from './format';

/**
 * How an operation is to be done. An instruction set makes its few modes once. What of these an instruction set's control
 * register can switch (default NaNs, flushing of tiny results) is here, too.
 */
export interface FloatMode extends Rounding {
  /** The NaN that the result is when an operand is one. */
  readonly nan: NanRule;
  /** The integer that a NaN becomes, which is invalid in any case. */
  readonly nanToInteger: 'zero' | 'highest';
  /** What `∞ × 0 + quiet NaN` is, which is invalid in any case: the NaN by the rule above, or the default NaN. */
  readonly invalidProductPlusNan: 'NaN' | 'default NaN';
}

/**
 * Chooses one of the operands, in the instruction's order, at least one of which is a NaN: the result is that NaN, made
 * quiet. `undefined`: the default NaN.
 */
export type NanRule = (operands: readonly Unpacked[]) => Unpacked | undefined;

/** No NaN survives an operation. */
export const defaultNan: NanRule = () => undefined;

/** The first signalling NaN, else the first NaN; of a fused multiply-add's operands the addend is looked at first. */
export const signallingNanFirst: NanRule = (operands) => {
  const [a, b, c] = operands;
  const inOrder = a && b && c ? [c, a, b] : operands;
  return inOrder.find(({ kind }) => kind === 'signalling') ?? inOrder.find(({ kind }) => kind === 'quiet');
};

/** The result of an operation on operands of format `f`, some of which are NaNs; a signalling one is invalid. */
export const nanOf = (f: Format, operands: readonly Unpacked[], { nan }: FloatMode): FpResult => {
  const flags = operands.some(({ kind }) => kind === 'signalling') ? FLAG.NV : 0;
  const chosen = nan(operands);
  return { bits: chosen ? quietNan(f, chosen) : f.nan, flags };
};

/** The NaN with its sign and payload, quiet. */
export const quietNan = (f: Format, { negative, significand }: Unpacked): bigint =>
  f.infinity | f.quiet | significand | (negative ? f.sign : 0n);
