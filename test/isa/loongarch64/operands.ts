/** Random operands that matter to LoongArch's instructions. */
import { integer, type RandomOperands } from '../agreement';

export const OPERANDS: RandomOperands = {
  general: 'r',
  selfContained: /^v/,
  immediates: ['si'],
  registers: /^r[djk]$/,
  data: (random, { mnemonic }, { rd = 0, rj = 0, rk = 0 }) => ({
    ...(rd !== rj && { [rd]: integer(random) }),
    ...(rk !== rj && /x\.|^v(ld|st)x/.test(mnemonic) && { [rk]: BigInt(random.below(512)) }),
    ...(rk !== rj && mnemonic.startsWith('am') && { [rk]: integer(random) }),
  }),
  // Rounding modes and flags; now and then flags are exceptions.
  slots: (random) => ({
    fcsr: BigInt((random.below(4) << 8) | (random.below(32) << 16) | (random.below(4) ? 0 : random.below(32))),
    llbit: BigInt(random.below(2)),
  }),
  compared: ['fcsr', 'llbit', 'llAddress', 'llValue'],
};
