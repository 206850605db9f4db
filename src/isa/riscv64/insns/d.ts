/** D: double-precision floating point, and conversions between the two formats. */

import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';
import { DOUBLE, floatInsns, type Precision, RESERVED_MODES, SINGLE } from './float';

const between = (from: Precision, to: Precision, doc: string): PatternInsn =>
  insn(`fcvt.${to.suffix}.${from.suffix}`, `01000 ${to.fmt} 000${from.fmt} rs1:5 rm:3 rd:5 1010011`, {
    asm: to === DOUBLE ? '{frd}, {frs1}{exact:rm}' : '{frd}, {frs1}{rm}',
    ref: `${DOUBLE.ref}: Floating-Point Conversion and Move Instructions`,
    doc,
    not: RESERVED_MODES,
    sem: (o, f) => {
      o.fpGuard(true);
      to.write(o, f.rd, o.fpCall(`fcvt.${to.suffix}.${from.suffix}`, [from.read(o, f.rs1)], f.rm));
    },
  });

/** Double-precision instructions. */
export const INSNS_D: readonly PatternInsn[] = [
  ...floatInsns(DOUBLE),
  between(DOUBLE, SINGLE, 'Round a double to a single.'),
  between(SINGLE, DOUBLE, 'Convert a single to a double; exact.'),
];
