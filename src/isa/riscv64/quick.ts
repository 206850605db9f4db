/**
 * Quick forms: the accesses to sstatus that kernels make at every lock, which only switch SIE. What they cannot decide in
 * a few operations (another bit, an interrupt that becomes deliverable) they leave to the CSR helpers.
 */
import type { QuickForm } from '../core/guest-isa';
import { insn } from '../core/insn';
import type { Ops, V64 } from '../core/ops';
import { MSTATUS, SSTATUS_VISIBLE } from './csrs-bits';
import { QUICK_FP } from './quick-fp';

const SSTATUS = '000100000000';
const COMMON = {
  asm: '',
  ref: 'RISC-V Privileged ISA 20240411, Supervisor Status (sstatus) Register',
} as const;

/** Outside guests: there sstatus is vsstatus. */
const requireSupervisor = (o: Ops): void => o.onlyIf(o.ltU(o.slot('v'), o.slot('priv')));

/** No interrupt is both pending and enabled, so that setting SIE delivers none. */
const requireQuiet = (o: Ops): void => o.onlyIf(o.eqz(o.and(o.or(o.slot('mip'), o.slot('mipLines')), o.slot('mie'))));

/** sstatus as it reads: SD sums up FS, which alone can be dirty here. */
const view = (o: Ops, mstatus: V64): V64 => {
  const isDirty = o.eq(o.and(mstatus, o.c(MSTATUS.FS)), o.c(MSTATUS.FS));
  const visible = o.and(mstatus, o.c(SSTATUS_VISIBLE & ~MSTATUS.SD));
  return o.or(visible, o.shl(o.zx32(isDirty), o.c(63)));
};

export const QUICK: readonly QuickForm[] = [
  {
    of: 'csrrci',
    form: insn('csrrci sstatus, SIE', `${SSTATUS} 00010 111 rd:5 1110011`, {
      ...COMMON,
      doc: 'Reads sstatus and disables interrupts.',
      sem: (o, f) => {
        requireSupervisor(o);
        const mstatus = o.slot('mstatus');
        o.setX(f.rd, view(o, mstatus));
        o.setSlot('mstatus', o.and(mstatus, o.c(~MSTATUS.SIE)));
      },
    }),
  },
  {
    of: 'csrrsi',
    form: insn('csrrsi sstatus, SIE', `${SSTATUS} 00010 110 rd:5 1110011`, {
      ...COMMON,
      doc: 'Reads sstatus and enables interrupts.',
      sem: (o, f) => {
        requireSupervisor(o);
        requireQuiet(o);
        const mstatus = o.slot('mstatus');
        o.setX(f.rd, view(o, mstatus));
        o.setSlot('mstatus', o.or(mstatus, o.c(MSTATUS.SIE)));
      },
    }),
  },
  {
    of: 'csrrs',
    form: insn('csrrs sstatus, SIE or nothing', `${SSTATUS} rs1:5 010 rd:5 1110011`, {
      ...COMMON,
      doc: 'Reads sstatus and sets SIE if rs1 says so.',
      sem: (o, f) => {
        requireSupervisor(o);
        const bits = o.x(f.rs1);
        o.onlyIf(o.eqz(o.and(bits, o.c(~MSTATUS.SIE))));
        requireQuiet(o);
        const mstatus = o.slot('mstatus');
        o.setX(f.rd, view(o, mstatus));
        o.setSlot('mstatus', o.or(mstatus, bits));
      },
    }),
  },
  {
    of: 'csrrc',
    form: insn('csrrc sstatus, SIE or nothing', `${SSTATUS} rs1:5 011 rd:5 1110011`, {
      ...COMMON,
      doc: 'Reads sstatus and clears SIE if rs1 says so.',
      sem: (o, f) => {
        requireSupervisor(o);
        const bits = o.x(f.rs1);
        o.onlyIf(o.eqz(o.and(bits, o.c(~MSTATUS.SIE))));
        const mstatus = o.slot('mstatus');
        o.setX(f.rd, view(o, mstatus));
        o.setSlot('mstatus', o.and(mstatus, o.not(bits)));
      },
    }),
  },
  ...QUICK_FP,
];
