/** Random operands that matter to A64. */
import { integer, type RandomOperands } from '../agreement';

export const OPERANDS: RandomOperands = {
  general: 'x',
  selfContained: /^$/,
  immediates: ['simm'],
  registers: /^R[dnmast]2?$/,
  data: (random, _, { Rd = 0, Rn = 0 }) => ({ ...(Rd !== Rn && { [Rd]: integer(random) }) }),
  slots: (random) => ({
    nzcv: BigInt(random.below(16)),
    sp: 0x8000_1800n,
    exclusiveBytes: BigInt(random.below(2) * 8),
  }),
  compared: ['N', 'Z', 'C', 'V', 'sp', 'exclusiveBytes'],
};
