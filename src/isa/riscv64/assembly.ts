/** The disassembler of RV64GC: the core's, with RISC-V's names. */

import { type AssemblyNames, createDisassembler } from '../core/disassembler';
import { F_NAMES, X_NAMES } from './abi';
import { csrOfNumber } from './csrs';
import { ALIASES } from './insns/aliases';
import { INSNS } from './insns/all';
import { INSNS_PRIVILEGED } from './insns/privileged';

const NAMES: AssemblyNames = {
  integer: X_NAMES,
  float: F_NAMES,
  csr: (number) => csrOfNumber(number)?.name,
  roundingModes: ['rne', 'rtz', 'rdn', 'rup', 'rmm'],
  fence: (set) => [...'iorw'].filter((_, index) => set & (8 >> index)).join('') || '0',
  aliases: ALIASES,
  length: (firstByte) => ((firstByte & 3) === 3 ? 4 : 2),
};

/** One instruction at the start of the bytes. */
let made: ReturnType<typeof createDisassembler> | undefined;

/** Made when first asked for: a run without a debugger never needs it. */
export const disassemble: ReturnType<typeof createDisassembler> = (bytes, address) => {
  made ??= createDisassembler(INSNS, NAMES);
  return made(bytes, address);
};

/** `sret`, `mret`: their words, little-endian. */
export const TRAP_RETURNS: readonly Uint8Array[] = INSNS_PRIVILEGED.filter(({ kind }) => kind === 'trapReturn').map(
  ({ pattern }) => new Uint8Array(new Uint32Array([pattern.match]).buffer),
);
