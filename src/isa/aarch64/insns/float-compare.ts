/** Floating-point comparisons, and what is chosen by a condition. */
import type { PatternInsn } from '../../core/insn';
import { COMPARES } from '../float/functions';
import { insn } from '../insn';
import { holdsOf } from '../ops';
import { bitsOf, PRECISIONS, type Precision, REF } from './float';

const RESULT = '; unordered: C and V';

const comparisons = (p: Precision, name: 'fcmp' | 'fcmpe', e: 0 | 1): PatternInsn[] => {
  const ref = `${REF} "${name.toUpperCase()}"`;
  const invalid = name === 'fcmpe' ? 'any NaN is invalid' : 'a signalling NaN is invalid';
  const call = `${name}.${p.suffix}`;
  return [
    insn(`${name}-${p.suffix}`, `00011110 ${p.ftype} 1 Vm:5 00 1000 Vn:5 ${e}0000`, {
      asm: `{${p.suffix}:Vn}, {${p.suffix}:Vm}`,
      ref,
      doc: `Sets the flags by Vn and Vm; ${invalid}${RESULT}.`,
      ...p.rare,
      sem: (o, f) => {
        p.enter(o);
        o.setNzcv(o.call(call, [o.d(f.Vn), o.d(f.Vm)]));
      },
    }),
    // Bits of Vm should be zero here.
    insn(`${name}-${p.suffix}-zero`, `00011110 ${p.ftype} 1 ----- 00 1000 Vn:5 ${e}1000`, {
      asm: `{${p.suffix}:Vn}, #0.0`,
      ref,
      doc: `Sets the flags by Vn and 0; ${invalid}${RESULT}.`,
      ...p.rare,
      sem: (o, f) => {
        p.enter(o);
        o.setNzcv(o.call(call, [o.d(f.Vn), o.c(0)]));
      },
    }),
  ];
};

const conditional = (p: Precision, name: 'fccmp' | 'fccmpe', op: 0 | 1): PatternInsn =>
  insn(`${name}-${p.suffix}`, `00011110 ${p.ftype} 1 Vm:5 cond:4 01 Vn:5 ${op} nzcv:4`, {
    asm: `{${p.suffix}:Vn}, {${p.suffix}:Vm}, #{nzcv}, {cond:cond}`,
    ref: `${REF} "${name.toUpperCase()}"`,
    doc: `Sets the flags by Vn and Vm if the condition holds, else to nzcv; ${name === 'fccmpe' ? 'any' : 'a signalling'} NaN is invalid.`,
    computed: { holds: ({ cond = 0 }) => holdsOf(cond) },
    ...p.rare,
    sem: (o, f) => {
      p.enter(o);
      const what = o.select(o.conditionOf(f.holds), o.c(COMPARES), o.imm(f.nzcv));
      o.setNzcv(o.call(`${name}.${p.suffix}`, [o.d(f.Vn), o.d(f.Vm), what]));
    },
  });

const select = (p: Precision): PatternInsn =>
  insn(`fcsel-${p.suffix}`, `00011110 ${p.ftype} 1 Vm:5 cond:4 11 Vn:5 Vd:5`, {
    asm: `{${p.suffix}:Vd}, {${p.suffix}:Vn}, {${p.suffix}:Vm}, {cond:cond}`,
    ref: `${REF} "FCSEL"`,
    doc: 'Vd = Vn if the condition holds, else Vm.',
    computed: { holds: ({ cond = 0 }) => holdsOf(cond) },
    ...p.rare,
    sem: (o, f) => {
      p.enter(o);
      o.setD(f.Vd, o.select(o.conditionOf(f.holds), bitsOf(o, p, f.Vn), bitsOf(o, p, f.Vm)));
    },
  });

export const INSNS_FLOAT_COMPARE: readonly PatternInsn[] = PRECISIONS.flatMap((p) => [
  ...comparisons(p, 'fcmp', 0),
  ...comparisons(p, 'fcmpe', 1),
  conditional(p, 'fccmp', 0),
  conditional(p, 'fccmpe', 1),
  select(p),
]);
