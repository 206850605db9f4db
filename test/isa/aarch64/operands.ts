/** Random operands that matter to A64. */
import { integer, type RandomOperands } from '../agreement';
import { DATA } from '../driver';

const ZERO = 31;
/** What an index has that is extended. */
const HIGH = 0xffff_ffff_0000_0000n;

export const OPERANDS: RandomOperands = {
  general: 'x',
  selfContained: /^casp/,
  callsMemory: /^(ld|st)/,
  immediates: ['simm'],
  registers: /^R[dnmast]2?$/,
  data: (random, { mnemonic }, fields) => {
    const { Rn } = fields;
    const values: Record<number, bigint> = {};
    for (const name of ['Rd', 'Rt', 'Rt2', 'Rs']) values[fields[name] ?? ZERO] = integer(random);
    if (/^casp/.test(mnemonic)) {
      // Now and then what is there.
      const [Rs = 0] = [fields.Rs];
      values[Rs] = values[Rs + 1] = random.below(2) ? 0n : integer(random);
    }
    const isWord = /xtw/.test(mnemonic) || (fields.extend !== undefined && (fields.extend & 2) === 0);
    if (fields.Rm !== undefined) values[fields.Rm] = BigInt(random.below(32)) | (isWord ? HIGH : 0n);
    if (Rn !== undefined) delete values[Rn];
    if (Rn === 0) values[0] = DATA + 0x808n;
    // What is both base and shifted index leads nowhere.
    if (Rn !== undefined && fields.Rm === Rn) values[Rn] = 0n;
    return values;
  },
  slots: (random) => ({
    nzcv: BigInt(random.below(16)),
    sp: 0x8000_1800n,
    exclusiveAddress: DATA + 0x800n + BigInt(random.below(2) * 8),
    exclusiveBytes: BigInt(1 << random.below(5)),
    exclusiveValue: 0n,
    // Rounding modes, flushing, default NaNs, alternative halves.
    FPCR: random.below(2) ? 0n : BigInt(random.below(32) * 2 ** 22 + random.below(2) * 2 ** 19),
    FPSR: BigInt(random.u32() & 0x9f),
  }),
  compared: [
    'N',
    'Z',
    'C',
    'V',
    'sp',
    'FPSR',
    'exclusiveAddress',
    'exclusiveBytes',
    'exclusiveValue',
    'exclusiveValue2',
  ],
};
