import { expect, it } from 'vitest';
import { qarma5 } from '../../../src/isa/aarch64/pauth/qarma5';

it('QARMA5 gives what its authors published for five rounds', () => {
  const [w0, k0] = [0x84be_85ce_9804_e94bn, 0xec28_02d4_e0a4_88e9n];
  expect(qarma5(0xfb62_3599_da6e_8127n, 0x477d_469d_ec0b_8762n, w0, k0)).toBe(0xc003_b939_99b3_3765n);
});
