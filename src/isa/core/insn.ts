/** One instruction, described once. Everything else about it is derived. */

import type { Fields, Ops } from './ops';
import { type InsnPattern, parsePattern } from './pattern';

export interface InsnOptions {
  /**
   * Operand template: `{rd}`, `{rs1}` print registers by ABI name, `{frd}` float registers (an `f` before the field's
   * name), `{imm}` decimal, `{hex:imm}` hexadecimal, `{target:imm}` pc + imm, `{csr}` the CSR's name, `{rm}` the rounding
   * mode (with its leading comma, empty when dynamic), `{exact:rm}` the same where it changes nothing (empty when 0),
   * `{hi:imm}` an upper immediate without its low 12 zeros, `{fence:pred}` a fence's set. `{aqrl}` prints nothing: the
   * ordering is appended to the mnemonic (`.aq`, `.rl`, `.aqrl`).
   */
  readonly asm: string;
  /** Manual and section. */
  readonly ref: string;
  /** One line of ours: what it does. For hovers. */
  readonly doc: string;
  /** Field values for which this pattern does not match, e.g. `{ rd: [0, 2] }`. */
  readonly not?: Readonly<Record<string, readonly number[]>>;
  /** Control-flow kind shown to debuggers; derived from `sem` when absent (`jump`, `branch`, `plain`). */
  readonly kind?: 'call' | 'return' | 'indirect' | 'trap' | 'trapReturn';
  readonly sem: (o: Ops, f: Fields) => void;
}

export interface Insn extends InsnOptions {
  readonly mnemonic: string;
  readonly pattern: InsnPattern;
}

/**
 * @param pattern bits in the manual's order, most significant first: runs of 0/1, `name:width` for plain fields, `name[12|10:5]`
 *   for scattered immediates, `-` for a bit that does not matter. 16 or 32 bits. `rd'`, `rs1'`, `rs2'` are the 3-bit compressed
 *   registers x8–x15. Names `imm`, `nzimm` are sign-extended from their highest bit; every other field is zero-extended.
 */
export const insn = (mnemonic: string, pattern: string, options: InsnOptions): Insn => {
  let parsed: InsnPattern | undefined;
  return {
    ...options,
    mnemonic,
    // Parsed when first looked at: a run on ready-made interpreters looks at few.
    get pattern() {
      parsed ??= parsePattern(mnemonic, pattern);
      return parsed;
    },
  };
};
