/** What rows of MMX, SSE and the x87 ask of TypeScript, by name. */
import type { IsaFunction } from '../../core/privileged';
import { X87_FUNCTIONS } from '../x87/functions';
import { IMAGE_FUNCTIONS } from '../x87/images';
import { SSE_CRYPTO_FUNCTIONS } from './crypto';
import { SSE_FLOAT_FUNCTIONS } from './float-functions';
import { SSE_INTEGER_FUNCTIONS } from './integer-functions';
import { SSE_STRING_FUNCTIONS } from './strings';

/** Stores the bytes of the second operand whose bits are set in the third. */
const storeMaskedBytes: IsaFunction = (state, address, bytes, mask) => {
  for (let at = 0; at < 8; at++) {
    if ((mask >> BigInt(at)) & 1n) state.store(address + BigInt(at), 1, (bytes >> BigInt(8 * at)) & 0xffn);
  }
  return 0n;
};

export const MEDIA_FUNCTIONS: Readonly<Record<string, IsaFunction>> = {
  ...SSE_FLOAT_FUNCTIONS,
  ...SSE_INTEGER_FUNCTIONS,
  ...SSE_STRING_FUNCTIONS,
  ...SSE_CRYPTO_FUNCTIONS,
  ...X87_FUNCTIONS,
  ...IMAGE_FUNCTIONS,
  'store masked bytes': storeMaskedBytes,
};
