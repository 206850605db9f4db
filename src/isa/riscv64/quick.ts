/**
 * Quick forms: the accesses to sstatus that kernels make at every lock, which only switch SIE. What they cannot decide in
 * a few operations (another bit, an interrupt that becomes deliverable) they leave to the CSR helpers.
 */
import type { QuickForm } from '../core/engine-isa';
import type { Field, V32, V64 } from '../core/ops';
import { MSTATUS, SSTATUS_VISIBLE } from './csrs-bits';
import { insn } from './insn';
import type { RiscvOps } from './ops';
import { QUICK_FP } from './quick-fp';

const SSTATUS = '000100000000';
const COMMON = {
  asm: '',
  ref: 'RISC-V Privileged ISA 20240411, Supervisor Status (sstatus) Register',
} as const;

/** Outside user modes, which may not touch it. */
const requireSupervisor = (o: RiscvOps): void => o.onlyIf(o.ne(o.slot('priv'), o.c(0)));

/** Whether no interrupt is both pending and enabled, so that setting SIE delivers none. */
const isQuiet = (o: RiscvOps): V32 => o.eqz(o.and(o.or(o.slot('mip'), o.slot('mipLines')), o.slot('mie')));

/** sstatus as it reads: SD sums up FS, which alone can be dirty here. */
const view = (o: RiscvOps, status: V64): V64 => {
  const isDirty = o.eq(o.and(status, o.c(MSTATUS.FS)), o.c(MSTATUS.FS));
  const visible = o.and(status, o.c(SSTATUS_VISIBLE & ~MSTATUS.SD));
  return o.or(visible, o.shl(o.zx32(isDirty), o.c(63)));
};

/** Yields sstatus in `rd` and changes it: a part of mstatus, but all of vsstatus in a guest. */
const exchange = (o: RiscvOps, rd: Field, change: (status: V64) => V64): void => {
  const isGuest = o.ne(o.slot('v'), o.c(0));
  const [mstatus, vsstatus] = [o.slot('mstatus'), o.slot('vsstatus')];
  const status = o.select(isGuest, vsstatus, mstatus);
  const changed = change(status);
  o.setX(rd, view(o, status));
  o.setSlot('mstatus', o.select(isGuest, mstatus, changed));
  o.setSlot('vsstatus', o.select(isGuest, changed, vsstatus));
};

export const QUICK: readonly QuickForm[] = [
  {
    of: 'csrrci',
    form: insn('csrrci sstatus, SIE', `${SSTATUS} 00010 111 rd:5 1110011`, {
      ...COMMON,
      doc: 'Reads sstatus and disables interrupts.',
      sem: (o, f) => {
        requireSupervisor(o);
        exchange(o, f.rd, (status) => o.and(status, o.c(~MSTATUS.SIE)));
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
        o.onlyIf(isQuiet(o));
        exchange(o, f.rd, (status) => o.or(status, o.c(MSTATUS.SIE)));
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
        o.onlyIf(o.or(o.eqz(bits), isQuiet(o)));
        exchange(o, f.rd, (status) => o.or(status, bits));
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
        exchange(o, f.rd, (status) => o.and(status, o.not(bits)));
      },
    }),
  },
  ...QUICK_FP,
];
