/** Loads that acquire and stores that release: all accesses are in order here, so that they differ by the alignment they need. */
import type { PatternInsn } from '../../core/insn';
import type { Feature } from '../cpus';
import { insn } from '../insn';
import { basesOf, exclusions, offset } from './addressing';
import { GENERAL, reference, type Transfer } from './transfers';

interface Ordered {
  /** What stands in the place of `ld` or `st`, and of the `r` behind it. */
  readonly name: string;
  readonly kind: Transfer['kind'];
  /** Behind the size, up to the base. */
  readonly bits: string;
  readonly feature?: Feature;
}

/** `-` are bits that should be ones, at which nothing looks. */
const ORDERED: readonly Ordered[] = [
  { name: 'stlr', kind: 'st', bits: '001000 1 0 0 ----- 1 -----' },
  { name: 'ldar', kind: 'ld', bits: '001000 1 1 0 ----- 1 -----' },
  { name: 'ldapr', kind: 'ld', bits: '111000 101 11111 1 100 00', feature: 'LRCPC' },
];

const ORDER = { ld: 'before all accesses behind it', st: 'behind all accesses before it' } as const;

const access = ({ kind }: Transfer): 'read' | 'write' => (kind === 'ld' ? 'read' : 'write');

const docOf = ({ kind, what }: Transfer, where: string): string =>
  kind === 'ld' ? `Rt = ${what}, ${where}, ${ORDER.ld}.` : `Stores ${what} of Rt ${where}, ${ORDER.st}.`;

/** At the base alone, without sign extension. */
const plain = (transfer: Transfer): PatternInsn[] =>
  ORDERED.filter(({ kind }) => kind === transfer.kind).flatMap(({ name, bits, feature }) => {
    const mnemonic = name + transfer.rest.slice(1);
    const { register, size, bytes } = transfer;
    return basesOf(`${mnemonic}-${register}`).map((base) =>
      insn(`${mnemonic}-${register}${base.suffix}`, `${size}${bits} ${base.bits} Rt:5`, {
        asm: `{${register}:Rt}, [${base.asm}]`,
        ref: reference(mnemonic.toUpperCase()),
        doc: docOf(transfer, 'at Rn'),
        ...exclusions(base),
        sem: (o, f) => {
          if (feature) o.requires(feature);
          const address = base.read(o, f);
          o.within16(address, bytes, access(transfer));
          transfer.move(o, f, address);
        },
      }),
    );
  });

/** At the base and an immediate. */
const unscaled = (transfer: Transfer): PatternInsn[] => {
  const { kind, rest, register, size, opc, bytes } = transfer;
  const mnemonic = kind === 'ld' ? `ldapu${rest}` : `stlu${rest}`;
  const addressing = offset('simm');
  return basesOf(`${mnemonic}-${register}`).map((base) =>
    insn(`${mnemonic}-${register}${base.suffix}`, `${size}011001 ${opc} 0 simm:9 00 ${base.bits} Rt:5`, {
      asm: `{${register}:Rt}, ${addressing.asm(base)}`,
      ref: reference(mnemonic.toUpperCase()),
      doc: docOf(transfer, addressing.where),
      ...exclusions(base),
      sem: (o, f) => {
        o.requires('LRCPC2');
        addressing.sem(o, f, base, (address) => {
          o.within16(address, bytes, access(transfer));
          transfer.move(o, f, address);
        });
      },
    }),
  );
};

export const INSNS_ORDERED: readonly PatternInsn[] = [
  ...GENERAL.filter(({ rest }) => !rest.startsWith('rs')).flatMap(plain),
  ...GENERAL.flatMap(unscaled),
];
