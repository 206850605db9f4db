/** The disassembler of RV64GC, and the instructions a debugger looks for by their bytes. */

import { createDisassembler } from '../core/disassembler';
import { ENCODING } from './encoding';
import { INSNS } from './insns/all';
import { INSNS_PRIVILEGED } from './insns/privileged';
import { SPELLING } from './spelling';

let made: ReturnType<typeof createDisassembler> | undefined;

/** One instruction at the start of the bytes. The disassembler is made when first asked: a run without a debugger never needs it. */
export const disassemble: ReturnType<typeof createDisassembler> = (bytes, address) => {
  made ??= createDisassembler(INSNS, ENCODING, SPELLING);
  return made(bytes, address);
};

/** `sret`, `mret`: their words, little-endian. */
export const TRAP_RETURNS: readonly Uint8Array[] = INSNS_PRIVILEGED.filter(({ kind }) => kind === 'trapReturn').map(
  ({ pattern }) => new Uint8Array(new Uint32Array([pattern.match]).buffer),
);
