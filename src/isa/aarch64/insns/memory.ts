/** Loads and stores of one register at a base and an immediate. */
import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';
import { type Addressing, type Base, basesOf, exclusions, offset, POST, PRE, scaled } from './addressing';
import { GENERAL, reference, type Transfer, target, VECTORS, vectorReference } from './transfers';

interface Form extends Addressing {
  /** Between `ld` or `st` and the rest of the mnemonic. */
  readonly letter: '' | 'u';
  bits(base: Base, transfer: Transfer): string;
}

const unscaled = (addressing: Addressing, mode: string, letter: '' | 'u'): Form => ({
  ...addressing,
  letter,
  bits: (base, { opc }) => `00 ${opc} 0 simm:9 ${mode} ${base.bits}`,
});

const FORMS: readonly Form[] = [
  {
    ...offset('imm'),
    letter: '',
    bits: (base, { opc, bytes }) => `01 ${opc} ${scaled('imm', 12, bytes)} ${base.bits}`,
  },
  unscaled(offset('simm'), '00', 'u'),
  unscaled(POST, '01', ''),
  unscaled(PRE, '11', ''),
];

const refOf = ({ kind, rest, V }: Transfer, { letter }: Form): string => {
  const mnemonic = `${kind}${letter}${rest}`.toUpperCase();
  if (V === '1') return vectorReference(`${mnemonic} (${letter ? '' : 'immediate, '}SIMD&FP)`);
  return reference(letter ? mnemonic : `${mnemonic} (immediate)`);
};

const rows = (transfer: Transfer): PatternInsn[] =>
  FORMS.flatMap((form) => {
    const { kind, rest, register, size, V, what, move } = transfer;
    const { field, asm } = target(transfer);
    const name = `${kind}${form.letter}${rest}-${register}${form.name}`;
    return basesOf(name).map((base) =>
      insn(`${name}${base.suffix}`, `${size}111 ${V} ${form.bits(base, transfer)} ${field}:5`, {
        asm: `${asm}, ${form.asm(base)}`,
        ref: refOf(transfer, form),
        doc: kind === 'ld' ? `${field} = ${what}, ${form.where}.` : `Stores ${what} of ${field} ${form.where}.`,
        ...exclusions(base),
        sem: (o, f) => {
          if (V === '1') o.guard('fp');
          form.sem(o, f, base, (address) => move(o, f, address));
        },
      }),
    );
  });

export const INSNS_MEMORY: readonly PatternInsn[] = [...GENERAL, ...VECTORS].flatMap(rows);
