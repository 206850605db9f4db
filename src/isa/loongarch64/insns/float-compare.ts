/** Floating-point comparisons: a row for each condition. */
import type { PatternInsn } from '../../core/insn';
import { CONDITIONS } from '../float/conditions';
import { insn } from '../insn';
import { DOUBLE, REF, SINGLE } from './float';

const KINDS = [
  { letter: 'c', bit: '0', invalid: 'A signalling NaN is invalid.' },
  { letter: 's', bit: '1', invalid: 'Any NaN is invalid.' },
] as const;

export const INSNS_FLOAT_COMPARE: readonly PatternInsn[] = [SINGLE, DOUBLE].flatMap((p) =>
  CONDITIONS.flatMap(({ name, bits, relations }) =>
    KINDS.map(({ letter, bit, invalid }) =>
      insn(`fcmp.${letter}${name}.${p.suffix}`, `0000110000${p.bits} ${bits}${bit} fk:5 fj:5 00 cd:3`, {
        asm: '{cd}, {fj}, {fk}',
        ref: REF.comparison,
        doc: `cd = ${relations.length ? `1 if fj and fk are ${relations.join(' or ')}, else 0` : '0'}. ${invalid}`,
        sem: (o, f) => {
          o.guard('fp');
          o.write('fcc', f.cd, o.call(`fcmp.${letter}${name}.${p.suffix}`, [p.read(o, f.fj), p.read(o, f.fk)]));
        },
      }),
    ),
  ),
);
