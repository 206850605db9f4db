import type { ProgramEncoding } from '../core/encoding';
import { decodeProgram } from './decode';
import { LONGEST } from './opcode-bytes';

/** One to fifteen bytes, taken apart by a program. @see AMD64 APM volume 3, 1.1 */
export const ENCODING: ProgramEncoding = {
  kind: 'program',
  unit: 1,
  minLength: 1,
  maxLength: LONGEST,
  decode: decodeProgram,
};
