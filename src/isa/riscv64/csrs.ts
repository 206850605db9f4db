/**
 * The control and status registers as data: one row says where a CSR's bits live, which of them software can write, and
 * what a written value becomes. State itself is in the hart's slots; `csr-access` decides who may touch what.
 */
import type { HartState } from '../core/privileged';
import {
  ALL_INTERRUPTS,
  DELEGABLE,
  ENVCFG,
  IRQ,
  MSTATUS,
  MSTATUS_WRITABLE,
  PMP_ENTRIES,
  S_INTERRUPTS,
  SSTATUS_VISIBLE,
  SSTATUS_WRITABLE,
} from './csrs-bits';
import * as layout from './csrs-fields';
import { guest, hypervisor, hypervisorInMachine } from './csrs-hypervisor';
import {
  type Csr,
  type CsrSource,
  constant,
  EPC,
  legalSatp,
  legalTvec,
  pendingInterrupts,
  slot,
  view,
  withDirtySummary,
} from './csrs-rows';
import { storeSlot } from './csrs-slots';
import { isPmpaddrLocked, legalPmpcfg } from './pmp';

const keepReservedMpp = (value: bigint, old: bigint): bigint =>
  (value & MSTATUS.MPP) === 2n << 11n ? (value & ~MSTATUS.MPP) | (old & MSTATUS.MPP) : value;

const writeMstatus = (state: HartState, value: bigint, mask: bigint): void => {
  const old = state.get('mstatus');
  storeSlot(state, 'mstatus', keepReservedMpp((old & ~mask) | (value & mask), old));
};

const writeFp = (state: HartState, parts: { fflags?: bigint; frm?: bigint }): void => {
  if (parts.fflags !== undefined) state.set('fflags', parts.fflags & 31n);
  if (parts.frm !== undefined) state.set('frm', parts.frm & 7n);
  storeSlot(state, 'mstatus', state.get('mstatus') | MSTATUS.FS);
  if (state.get('v') !== 0n) storeSlot(state, 'vsstatus', state.get('vsstatus') | MSTATUS.FS);
};

/** Counters are the hart's own counts plus an offset slot; an inhibited one holds its value in the slot itself. */
const counter = (state: CsrSource, name: 'mcycle' | 'minstret'): bigint => {
  const { bit, count } = counterSource(state, name);
  const base = state.get(`${name}Offset`);
  return state.get('mcountinhibit') & bit ? base : BigInt.asUintN(64, base + count);
};
const counterSource = (state: CsrSource, name: 'mcycle' | 'minstret'): { bit: bigint; count: bigint } =>
  name === 'mcycle' ? { bit: 1n, count: state.cycles } : { bit: 4n, count: state.retired };

const setCounter = (state: HartState, name: 'mcycle' | 'minstret', value: bigint): void => {
  const { bit, count } = counterSource(state, name);
  // The writing instruction itself is not counted: the next one reads the value written.
  const base = state.get('mcountinhibit') & bit ? value : value - count - 1n;
  state.set(`${name}Offset`, BigInt.asUintN(64, base));
};

const writeCountInhibit = (state: HartState, value: bigint): void => {
  const cycles = counter(state, 'mcycle');
  const retired = counter(state, 'minstret');
  state.set('mcountinhibit', value & 5n);
  setCounter(state, 'mcycle', cycles);
  setCounter(state, 'minstret', retired);
};

/** IMAFDCHSU and B, MXL = 2. Nothing can be switched off. */
export const MISA = (2n << 62n) | [...'IMAFDCHBSU'].reduce((sum, c) => sum | (1n << BigInt(c.charCodeAt(0) - 65)), 0n);

const floating: readonly Csr[] = [
  view(0x001, 'fflags', 'Floating-point exception flags accrued so far.', {
    fields: layout.FFLAGS_FIELDS,
    guard: 'fp',
    read: (state) => state.get('fflags'),
    write: (state, value) => writeFp(state, { fflags: value }),
  }),
  view(0x002, 'frm', 'Dynamic rounding mode.', {
    fields: layout.FRM_FIELDS,
    guard: 'fp',
    read: (state) => state.get('frm'),
    write: (state, value) => writeFp(state, { frm: value }),
  }),
  view(0x003, 'fcsr', 'Rounding mode and accrued exception flags together.', {
    fields: layout.FCSR_FIELDS,
    guard: 'fp',
    read: (state) => (state.get('frm') << 5n) | state.get('fflags'),
    write: (state, value) => writeFp(state, { fflags: value, frm: value >> 5n }),
  }),
];

const userCounters: readonly Csr[] = [
  view(0xc00, 'cycle', 'Clock cycles of this hart.', {
    guard: 'counter',
    isCounter: true,
    read: (state) => counter(state, 'mcycle'),
  }),
  view(0xc01, 'time', 'Guest time in board timer ticks; in a guest htimedelta is added.', {
    guard: 'counter',
    isCounter: true,
    read: (state) => (state.get('v') === 0n ? state.time : BigInt.asUintN(64, state.time + state.get('htimedelta'))),
  }),
  view(0xc02, 'instret', 'Instructions this hart has retired.', {
    guard: 'counter',
    isCounter: true,
    read: (state) => counter(state, 'minstret'),
  }),
  ...Array.from({ length: 29 }, (_, index) =>
    constant(0xc03 + index, `hpmcounter${index + 3}`, 0n, 'Event counter; counts nothing here.', { guard: 'counter' }),
  ),
];

/** The interrupts S-mode sees in sip and sie; those of guests are in hip and hie, though they are delegated, too. */
const ownInterrupts = (state: CsrSource): bigint => state.get('mideleg') & S_INTERRUPTS;

const supervisor: readonly Csr[] = [
  view(0x100, 'sstatus', 'The part of mstatus that belongs to S-mode.', {
    fields: layout.SSTATUS_FIELDS,
    read: (state) => withDirtySummary(state.get('mstatus')) & SSTATUS_VISIBLE,
    write: (state, value) => writeMstatus(state, value, SSTATUS_WRITABLE),
  }),
  view(0x104, 'sie', 'Enables of the interrupts delegated to S-mode.', {
    fields: layout.SIE_FIELDS,
    read: (state) => state.get('mie') & ownInterrupts(state),
    write: (state, value) => {
      const mask = ownInterrupts(state);
      storeSlot(state, 'mie', (state.get('mie') & ~mask) | (value & mask));
    },
  }),
  slot(0x105, 'stvec', 'Where traps enter S-mode.', { fields: layout.TVEC_FIELDS, legal: legalTvec }),
  slot(0x106, 'scounteren', 'Counters that U-mode may read.', { fields: layout.COUNTEREN_FIELDS, mask: 0xffff_ffffn }),
  slot(0x10a, 'senvcfg', 'What S-mode sets for U-mode.', { fields: layout.ENVCFG_FIELDS, mask: 1n }),
  slot(0x140, 'sscratch', 'A word for the S-mode trap handler, usually a pointer to its context.'),
  slot(0x141, 'sepc', 'Where the last trap into S-mode interrupted; sret returns there.', { mask: EPC }),
  slot(0x142, 'scause', 'Why S-mode was last entered.', { fields: layout.CAUSE_FIELDS }),
  slot(0x143, 'stval', 'Faulting address or instruction of the last trap into S-mode.'),
  view(0x144, 'sip', 'Pending interrupts delegated to S-mode.', {
    fields: layout.SIP_FIELDS,
    read: (state) => pendingInterrupts(state) & ownInterrupts(state),
    readForUpdate: (state) => state.get('mip') & ownInterrupts(state),
    // Of the delegated interrupts S-mode raises and clears only its software one.
    write: (state, value) => {
      const mask = ownInterrupts(state) & BigInt(IRQ.SSI);
      storeSlot(state, 'mip', (state.get('mip') & ~mask) | (value & mask));
    },
  }),
  slot(0x14d, 'stimecmp', 'sip.STIP is set while time is not below (with menvcfg.STCE).', { guard: 'timer' }),
  slot(0x180, 'satp', 'Translation scheme, address space and root of the page tables.', {
    fields: layout.SATP_FIELDS,
    guard: 'tvm',
    legal: legalSatp,
  }),
];

const machineInformation: readonly Csr[] = [
  constant(0xf11, 'mvendorid', 0n, 'Vendor; 0 means not given.'),
  constant(0xf12, 'marchid', 0n, 'Microarchitecture; 0 means not given.'),
  constant(0xf13, 'mimpid', 0n, 'Implementation version; 0 means not given.'),
  view(0xf14, 'mhartid', 'Number of this hart.', { read: (state) => state.get('mhartid') }),
  constant(0xf15, 'mconfigptr', 0n, 'Address of a configuration structure; 0 means there is none.'),
];

const machine: readonly Csr[] = [
  view(0x300, 'mstatus', 'Privilege stack, interrupt enables and what governs memory access.', {
    fields: layout.MSTATUS_FIELDS,
    read: (state) => withDirtySummary(state.get('mstatus')),
    write: (state, value) => writeMstatus(state, value, MSTATUS_WRITABLE),
  }),
  constant(0x301, 'misa', MISA, 'Width and extensions of this hart.', { fields: layout.MISA_FIELDS }),
  slot(0x302, 'medeleg', 'Exceptions below M-mode that S-mode handles.', {
    fields: layout.MEDELEG_FIELDS,
    mask: DELEGABLE,
  }),
  slot(0x303, 'mideleg', 'Interrupts that S-mode handles.', { fields: layout.MIDELEG_FIELDS, mask: S_INTERRUPTS }),
  slot(0x304, 'mie', 'Interrupt enables.', { fields: layout.MIE_FIELDS, mask: ALL_INTERRUPTS }),
  slot(0x305, 'mtvec', 'Where traps enter M-mode.', { fields: layout.TVEC_FIELDS, legal: legalTvec }),
  slot(0x306, 'mcounteren', 'Counters that S-mode may read.', { fields: layout.COUNTEREN_FIELDS, mask: 0xffff_ffffn }),
  view(0x30a, 'menvcfg', 'What M-mode sets for lower modes.', {
    fields: layout.MENVCFG_FIELDS,
    read: (state) => state.get('menvcfg'),
    write: (state, value) => {
      storeSlot(state, 'menvcfg', value & (ENVCFG.FIOM | ENVCFG.ADUE | ENVCFG.PBMTE | ENVCFG.STCE));
      // From now on the comparison alone makes STIP; what software had set is gone.
      if (value & ENVCFG.STCE) storeSlot(state, 'mip', state.get('mip') & ~BigInt(IRQ.STI));
    },
  }),
  view(0x320, 'mcountinhibit', 'Counters that stand still.', {
    fields: layout.COUNTINHIBIT_FIELDS,
    read: (state) => state.get('mcountinhibit'),
    write: writeCountInhibit,
  }),
  ...Array.from({ length: 29 }, (_, index) =>
    constant(0x323 + index, `mhpmevent${index + 3}`, 0n, 'Event selector; there are no events here.'),
  ),
  slot(0x340, 'mscratch', 'A word for the M-mode trap handler.'),
  slot(0x341, 'mepc', 'Where the last trap into M-mode interrupted; mret returns there.', { mask: EPC }),
  slot(0x342, 'mcause', 'Why M-mode was last entered.', { fields: layout.CAUSE_FIELDS }),
  slot(0x343, 'mtval', 'Faulting address or instruction of the last trap into M-mode.'),
  view(0x344, 'mip', 'Pending interrupts: lines from devices together with the bits software set.', {
    fields: layout.MIP_FIELDS,
    read: pendingInterrupts,
    readForUpdate: (state) => state.get('mip'),
    // STIP is read-only where stimecmp makes it. Of a guest's bits only VSSIP can be written; QEMU 10 lets M-mode write
    // VSTIP and VSEIP, too, which the manual makes read-only here and writable in hvip.
    write: (state, value) => {
      const mask = BigInt(IRQ.SSI | IRQ.SEI | IRQ.VSSI) | (state.get('menvcfg') & ENVCFG.STCE ? 0n : BigInt(IRQ.STI));
      storeSlot(state, 'mip', (state.get('mip') & ~mask) | (value & mask));
    },
  }),
  view(0xb00, 'mcycle', 'Clock cycles of this hart.', {
    isCounter: true,
    read: (state) => counter(state, 'mcycle'),
    write: (state, value) => setCounter(state, 'mcycle', value),
  }),
  view(0xb02, 'minstret', 'Instructions this hart has retired.', {
    isCounter: true,
    read: (state) => counter(state, 'minstret'),
    write: (state, value) => setCounter(state, 'minstret', value),
  }),
  ...Array.from({ length: 29 }, (_, index) =>
    constant(0xb03 + index, `mhpmcounter${index + 3}`, 0n, 'Event counter; counts nothing here.'),
  ),
];

/** On RV64 only even-numbered pmpcfg registers exist, each with eight entries. */
const pmp: readonly Csr[] = [
  ...[0, 2].map((index) =>
    slot(0x3a0 + index, `pmpcfg${index}`, `Permissions and kinds of PMP entries ${index * 4} to ${index * 4 + 7}.`, {
      fields: layout.pmpcfgFields(index * 4),
      legal: legalPmpcfg,
    }),
  ),
  ...Array.from({ length: PMP_ENTRIES }, (_, index): Csr => {
    const name = `pmpaddr${index}`;
    return view(0x3b0 + index, name, `Address of PMP entry ${index}, in units of 4 bytes.`, {
      read: (state) => state.get(name),
      write: (state, value) => {
        if (!isPmpaddrLocked(state, index)) storeSlot(state, name, BigInt.asUintN(54, value));
      },
    });
  }),
];

/** Every CSR that exists, in the order of the manual's chapters. Numbers not listed are illegal to touch. */
export const CSRS: readonly Csr[] = [
  ...floating,
  ...userCounters,
  ...supervisor,
  ...hypervisor,
  ...guest,
  ...machineInformation,
  ...machine,
  ...hypervisorInMachine,
  ...pmp,
];

/** What a guest's supervisor gets in place of a supervisor CSR, by number. */
const SUBSTITUTES = new Map(guest.map((csr) => [csr.number - 0x100, csr]));
export const guestSubstitute = (number: number): Csr | undefined => SUBSTITUTES.get(number);

const BY_NUMBER = new Map(CSRS.map((csr) => [csr.number, csr]));
const BY_NAME = new Map(CSRS.map((csr) => [csr.name, csr]));

export const csrOfNumber = (number: number): Csr | undefined => BY_NUMBER.get(number);
export const csrOfName = (name: string): Csr | undefined => BY_NAME.get(name);

/** Least privilege that may access the CSR with this number (bits 9:8); 2 stands for S outside guests. */
export const csrPrivilege = (number: number): number => (number >> 8) & 3;
/** Numbers from 0xC00 are read-only by convention of the numbering (bits 11:10). */
export const isReadOnlyCsr = (number: number): boolean => number >> 10 === 3;
