/**
 * Quick forms of `mrs` and `msr` that kernels execute all the time: registers for software, flags and masks, what exception handlers
 * save. What a few operations cannot decide (a trap, an interrupt that becomes deliverable) they leave to the helpers.
 */
import type { QuickForm } from '../core/engine-isa';
import type { V32 } from '../core/ops';
import { HCR } from './bits';
import { insn } from './insn';
import type { A64Fields, A64Ops } from './ops';
import { sysregOfName } from './sysregs';

type Sem = (o: A64Ops, f: A64Fields) => void;

const REF = 'Arm Architecture Reference Manual for A-profile, D19.2';

const access = (of: 'mrs' | 'msr', name: string, sem: Sem): QuickForm => {
  const row = sysregOfName(name);
  if (!row) throw new Error(`quick form of unknown ${name}`);
  const bits = (row.number & 0x7fff).toString(2).padStart(15, '0');
  const pattern = `1101010100 ${of === 'mrs' ? 1 : 0} 1 ${bits} Rt:5`;
  return { of, form: insn(`${of} ${name}`, pattern, { asm: '', ref: REF, doc: row.doc, sem }) };
};

const isLevel = (o: A64Ops, el: number): V32 => o.eq(o.slot('EL'), o.c(el));
const isPrivileged = (o: A64Ops): V32 => o.ne(o.slot('EL'), o.c(0));
const always = (o: A64Ops): V32 => o.c32(1);

/** A register that is no more than its slot, where `allowed`. */
const plain = (
  name: string,
  read: ((o: A64Ops) => V32) | undefined,
  write: ((o: A64Ops) => V32) | undefined,
): QuickForm[] => [
  ...(read
    ? [
        access('mrs', name, (o, f) => {
          o.onlyIf(read(o));
          o.write('x', f.Rt, o.slot(name));
        }),
      ]
    : []),
  ...(write
    ? [
        access('msr', name, (o, f) => {
          o.onlyIf(write(o));
          o.setSlot(name, o.read('x', f.Rt));
        }),
      ]
    : []),
];

/** SP_EL0 has its own slot while another stack pointer is in use. */
const hasOwnStack = (o: A64Ops): V32 => o.ne(o.slot('SP'), o.c(0));

/** EL1, whose reads EL2 does not have trapped. */
const readsFaults = (o: A64Ops): V32 => o.and(isLevel(o, 1), o.eqz(o.and(o.slot('HCR_EL2'), o.c(HCR.TRVM))));

/** Whether no interrupt is pending, so that unmasking delivers none. */
const isQuiet = (o: A64Ops): V32 =>
  o.eqz(o.or(o.slot('lines'), o.and(o.slot('HCR_EL2'), o.c(HCR.VI | HCR.VF | HCR.VSE))));

const MASKS = 0x3c0n;

const immediate = (name: 'daifset' | 'daifclr', op2: string, sem: Sem): QuickForm => ({
  of: `msr-${name}`,
  form: insn(`msr-${name} at once`, `1101010100 0 00 011 0100 CRm:4 ${op2} 11111`, {
    asm: '',
    ref: REF,
    doc: 'Masks or unmasks interrupts.',
    sem: (o, f) => {
      o.onlyIf(isPrivileged(o));
      sem(o, f);
    },
  }),
});

export const QUICK_SYSTEM: readonly QuickForm[] = [
  ...plain('TPIDR_EL0', always, always),
  ...plain('TPIDRRO_EL0', always, isPrivileged),
  ...plain('TPIDR_EL1', isPrivileged, isPrivileged),
  ...plain(
    'TPIDR_EL2',
    (o) => isLevel(o, 2),
    (o) => isLevel(o, 2),
  ),
  ...plain('SP_EL0', hasOwnStack, hasOwnStack),
  ...plain(
    'ELR_EL1',
    (o) => isLevel(o, 1),
    (o) => isLevel(o, 1),
  ),
  ...plain('SPSR_EL1', (o) => isLevel(o, 1), undefined),
  ...plain('ESR_EL1', readsFaults, undefined),
  ...plain('FAR_EL1', readsFaults, undefined),
  ...plain('DAIF', isPrivileged, undefined),
  access('msr', 'DAIF', (o, f) => {
    o.onlyIf(isPrivileged(o));
    const masks = o.and(o.read('x', f.Rt), o.c(MASKS));
    o.onlyIf(o.or(isQuiet(o), o.eqz(o.and(o.slot('DAIF'), o.not(masks)))));
    o.setSlot('DAIF', masks);
  }),
  immediate('daifset', '110', (o, f) => o.setSlot('DAIF', o.or(o.slot('DAIF'), o.shl(o.imm(f.CRm), o.c(6))))),
  immediate('daifclr', '111', (o, f) => {
    o.onlyIf(isQuiet(o));
    o.setSlot('DAIF', o.and(o.slot('DAIF'), o.not(o.shl(o.imm(f.CRm), o.c(6)))));
  }),
  access('mrs', 'NZCV', (o, f) => o.write('x', f.Rt, o.shl(o.zx32(o.nzcv()), o.c(28)))),
  access('msr', 'NZCV', (o, f) => o.setNzcv(o.shrU(o.read('x', f.Rt), o.c(28)))),
  access('mrs', 'CurrentEL', (o, f) => {
    o.onlyIf(isPrivileged(o));
    o.write('x', f.Rt, o.shl(o.slot('EL'), o.c(2)));
  }),
];
