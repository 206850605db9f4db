/** What WebAssembly does of Advanced SIMD; the rest is the same TypeScript in the interpreters and in the evaluator. */
import { describeAgreement } from '../agreement';
import { SIMD_SUBJECT } from './simd-subject';

describeAgreement(SIMD_SUBJECT, {
  general: 'x',
  selfContained: /^$/,
  immediates: [],
  registers: /^R[dnm]$/,
  data: () => ({}),
  slots: (random) => ({ FPSR: BigInt(random.u32()) & 0x0800_009fn }),
  compared: ['FPSR'],
});
