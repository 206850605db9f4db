/**
 * Quick forms of loads and stores of Advanced SIMD that compilers emit: of one vector, which are two accesses where they need
 * not be aligned or are, and of one lane into all. The full descriptions take a lane at a time.
 */
import type { QuickForm } from '../core/engine-isa';
import type { LaneBits } from '../core/ops';
import { insn } from './insn';
import { EITHER } from './insns/addressing';
import { FORMS, type Form, wholeWord } from './insns/simd-memory';
import { loadVector, storeVector } from './insns/transfers';
import { MANUAL } from './simd/row';
import { sized } from './simd/words';

const VECTOR_BYTES = 16;

/** A vector in one register. */
const vector = (kind: 'ld' | 'st', form: Form): QuickForm => {
  const of = `${kind}1-1q${form.name}`;
  return {
    of,
    form: insn(of, wholeWord(kind, '0111', form, 1), {
      asm: '',
      ref: `${MANUAL} "${kind.toUpperCase()}1 (multiple structures)"`,
      doc: kind === 'ld' ? 'Loads a vector.' : 'Stores a vector.',
      ...(form.name === '-index' && { not: { Rm: [31] } }),
      sem: (o, f) => {
        o.guard('fp');
        const base = EITHER.read(o, f);
        const next =
          form.name === '' ? undefined : o.add(base, form.name === '-index' ? o.read('x', f.Rm) : o.c(VECTOR_BYTES));
        if (kind === 'ld') loadVector(o, f.Vt, base);
        else storeVector(o, f.Vt, base);
        if (next !== undefined) EITHER.write(o, f, next);
      },
    }),
  };
};

/** One lane into all. */
const replicated = (scale: 0 | 1 | 2 | 3): QuickForm => ({
  of: 'ld1r-1',
  form: insn(`ld1r-${scale}`, `0 Q:1 001101 0 1 0 00000 11 0 0 ${scale.toString(2).padStart(2, '0')} Rn:5 Vt:5`, {
    asm: '',
    ref: `${MANUAL} "LD1R"`,
    doc: 'Loads one lane into all of a register.',
    sem: (o, f) => {
      o.guard('fp');
      const bytes = ([1, 2, 4, 8] as const)[scale];
      const lane = o.load(bytes, false, EITHER.read(o, f));
      o.setV(f.Vt, sized(o, f, o.splat((8 * bytes) as LaneBits, lane)));
    },
  }),
});

export const QUICK_SIMD: readonly QuickForm[] = [
  ...FORMS.flatMap((form) => [vector('ld', form), vector('st', form)]),
  ...([0, 1, 2, 3] as const).map(replicated),
];
