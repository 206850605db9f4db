/** What depends on a condition. @see Arm ARM, C3.6.11 "Conditional select", "Conditional comparison" */
import type { PatternInsn } from '../../core/insn';
import type { Int } from '../../core/ops';
import { bitsOfCondition, CONDITIONS } from '../conditions';
import { insn, MANUAL } from '../insn';
import { type A64Ops, holdsOf, type Sized } from '../ops';
import { inBothSizes, type Size } from './sized';

const holds = ({ cond = 0, nzcv = 0 }: Readonly<Record<string, number>>): bigint =>
  holdsOf(cond) | (BigInt(nzcv) << 16n);

/** What conditional selects give where the condition does not hold. */
const SELECTS = [
  { name: 'csel', op: '0', op2: '00', doc: 'Rm', of: <T extends Int>(_o: A64Ops, _s: Sized<T>, v: T): T => v },
  {
    name: 'csinc',
    op: '0',
    op2: '01',
    doc: 'Rm + 1',
    of: <T extends Int>(o: A64Ops, s: Sized<T>, v: T): T => o.add(v, s.c(1)),
  },
  {
    name: 'csinv',
    op: '1',
    op2: '00',
    doc: 'not Rm',
    of: <T extends Int>(o: A64Ops, _s: Sized<T>, v: T): T => o.not(v),
  },
  {
    name: 'csneg',
    op: '1',
    op2: '01',
    doc: '-Rm',
    of: <T extends Int>(o: A64Ops, s: Sized<T>, v: T): T => o.sub(s.c(0), v),
  },
] as const;

/** A row for each condition: a condition that is known needs one or two of the flags, and no table. */
const selects = <T extends Int>({ r, sf, of }: Size<T>): PatternInsn[] =>
  SELECTS.flatMap(({ name, op, op2, doc, of: otherwise }) =>
    CONDITIONS.map(({ name: condition, written = condition }, cond) =>
      insn(`${name}-${r}-${written}`, `${sf}${op}011010100 Rm:5 ${bitsOfCondition(cond)} ${op2} Rn:5 Rd:5`, {
        asm: `{${r}:Rd}, {${r}:Rn}, {${r}:Rm}, ${written}`,
        ref: `${MANUAL} "${name.toUpperCase()}"`,
        doc: `Rd = Rn if the condition holds, else ${doc}.`,
        sem: (o, f) => {
          const s = of(o);
          s.setR(f.Rd, o.select(o.condition(condition), s.r(f.Rn), otherwise(o, s, s.r(f.Rm))));
        },
      }),
    ),
  );

const compares = <T extends Int>({ r, sf, of }: Size<T>): PatternInsn[] =>
  [
    { name: 'ccmn', op: '0', what: 'sum', doc: 'Rn + ' },
    { name: 'ccmp', op: '1', what: 'difference', doc: 'Rn - ' },
  ].flatMap(({ name, op, what, doc }) => {
    const row = (which: string, operand: string, o2: string, asm: string, of2: string): PatternInsn =>
      insn(`${name}-${r}${which}`, `${sf}${op}111010010 ${operand} cond:4 ${o2} Rn:5 0 nzcv:4`, {
        asm: `{${r}:Rn}, ${asm}, #{nzcv}, {cond:cond}`,
        ref: `${MANUAL} "${name.toUpperCase()} (${which ? 'immediate' : 'register'})"`,
        doc: `Sets the flags by ${doc}${of2} if the condition holds, else to the constant.`,
        computed: { holds },
        sem: (o, f) => {
          const s = of(o);
          const b = which ? s.imm(f.imm) : s.r(f.Rm);
          const given = o.shrU(o.imm(f.holds), o.c(16));
          s.flagsIf(o.conditionOf(f.holds), what === 'sum' ? 'sum' : 'difference', s.r(f.Rn), b, given);
        },
      });
    return [row('', 'Rm:5', '00', `{${r}:Rm}`, 'Rm'), row('-imm', 'imm:5', '10', '#{imm}', 'the immediate')];
  });

export const INSNS_CONDITIONALS: readonly PatternInsn[] = inBothSizes((size) => [...selects(size), ...compares(size)]);
