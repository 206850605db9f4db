/** The disassembler of LoongArch64: the core's, with this instruction set's spelling. */
import { createDisassembler, type Disassembler } from '../core/disassembler';
import { ENCODING } from './encoding';
import { insns } from './insns/all';
import { INSNS_SYSTEM } from './insns/system';
import { SPELLING } from './spelling';

let made: Disassembler | undefined;

/** One instruction at the start of the bytes. Made when first asked for: a run without a debugger never needs it. */
export const disassemble: Disassembler = (bytes, address) => {
  made ??= createDisassembler(insns(), ENCODING, SPELLING);
  return made(bytes, address);
};

/** `ertn`: its word, little-endian. */
export const TRAP_RETURNS: readonly Uint8Array[] = INSNS_SYSTEM.filter(({ kind }) => kind === 'trapReturn').map(
  ({ pattern }) => new Uint8Array(new Uint32Array([pattern.match]).buffer),
);
