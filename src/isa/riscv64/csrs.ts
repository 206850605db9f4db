/**
 * The control and status registers as data: one row says where a CSR's bits live, which of them software can write, and
 * what a written value becomes. State itself is in the hart's slots; `csr-access` decides who may touch what.
 */
import type { FieldSpec } from '../../base/fields';
import type { HartState } from '../core/privileged';
import {
  ALL_INTERRUPTS,
  DELEGABLE,
  IRQ,
  MSTATUS,
  MSTATUS_WRITABLE,
  PMP_ENTRIES,
  S_INTERRUPTS,
  SATP_BARE,
  SATP_SV39,
  SATP_SV48,
  SATP_SV57,
  SSTATUS_VISIBLE,
  SSTATUS_WRITABLE,
  U64,
} from './csrs-bits';
import * as layout from './csrs-fields';
import { storeSlot } from './csrs-slots';
import { isPmpaddrLocked, legalPmpcfg } from './pmp';

/** What reading a CSR needs to see of a hart. */
export type CsrSource = Pick<HartState, 'get' | 'time' | 'cycles' | 'retired'>;

/** Beyond the privilege in its number, what may make access to a CSR illegal. */
export type CsrGuard = 'fp' | 'counter' | 'tvm';

export interface Csr {
  readonly number: number;
  readonly name: string;
  readonly doc: string;
  readonly fields?: readonly FieldSpec[];
  readonly guard?: CsrGuard;
  /** The value as software reads it. */
  read(state: CsrSource): bigint;
  /** What csrrs and csrrc modify, when it is not what they return (mip.SEIP). */
  readForUpdate?(state: CsrSource): bigint;
  /** Takes a written value after making it legal. Absent where writes have no effect. */
  write?(state: HartState, value: bigint): void;
}

interface RowOptions {
  readonly fields?: readonly FieldSpec[];
  readonly guard?: CsrGuard;
}

interface SlotOptions extends RowOptions {
  /** Bits software can write; all others keep their value. */
  readonly mask?: bigint;
  /** Makes the masked value legal; may yield `old` to ignore the write. */
  readonly legal?: (value: bigint, old: bigint) => bigint;
}

/** A CSR that is one slot of the same name. */
const slot = (number: number, name: string, doc: string, options: SlotOptions = {}): Csr => {
  const { mask = U64, legal, ...rest } = options;
  return {
    number,
    name,
    doc,
    ...rest,
    read: (state) => state.get(name),
    write: (state, value) => {
      const old = state.get(name);
      const masked = (old & ~mask) | (value & mask);
      storeSlot(state, name, legal ? legal(masked, old) : masked);
    },
  };
};

/** A CSR that reads one value for ever; writes, where its number allows them, are ignored. */
const constant = (number: number, name: string, value: bigint, doc: string, options: RowOptions = {}): Csr => ({
  number,
  name,
  doc,
  ...options,
  read: () => value,
});

/** A CSR computed from other state. */
const view = (number: number, name: string, doc: string, row: Omit<Csr, 'number' | 'name' | 'doc'>): Csr => ({
  number,
  name,
  doc,
  ...row,
});

const keepReservedMpp = (value: bigint, old: bigint): bigint =>
  (value & MSTATUS.MPP) === 2n << 11n ? (value & ~MSTATUS.MPP) | (old & MSTATUS.MPP) : value;

const withDirtySummary = (mstatus: bigint): bigint =>
  (mstatus & MSTATUS.FS) === MSTATUS.FS ? mstatus | MSTATUS.SD : mstatus;

const writeMstatus = (state: HartState, value: bigint, mask: bigint): void => {
  const old = state.get('mstatus');
  storeSlot(state, 'mstatus', keepReservedMpp((old & ~mask) | (value & mask), old));
};

/** MODE 2 and 3 of a trap vector are reserved; such a write is ignored. */
const legalTvec = (value: bigint, old: bigint): bigint => ((value & 3n) < 2n ? value : old);

const SATP_MODES = [SATP_BARE, SATP_SV39, SATP_SV48, SATP_SV57];
/** A write that asks for a MODE we lack has no effect at all (Supervisor ISA, "satp"). */
const legalSatp = (value: bigint, old: bigint): bigint => (SATP_MODES.includes(Number(value >> 60n)) ? value : old);

/** Instructions are 2-byte aligned, so only bit 0 of an exception pc is fixed. */
const EPC = U64 - 1n;

const writeFp = (state: HartState, parts: { fflags?: bigint; frm?: bigint }): void => {
  if (parts.fflags !== undefined) state.set('fflags', parts.fflags & 31n);
  if (parts.frm !== undefined) state.set('frm', parts.frm & 7n);
  storeSlot(state, 'mstatus', state.get('mstatus') | MSTATUS.FS);
};

const pendingInterrupts = (state: CsrSource): bigint => state.get('mip') | state.get('mipLines');

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

/** IMAFDCSU and B, MXL = 2. Nothing can be switched off. */
export const MISA = (2n << 62n) | [...'IMAFDCBSU'].reduce((sum, c) => sum | (1n << BigInt(c.charCodeAt(0) - 65)), 0n);

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
  view(0xc00, 'cycle', 'Clock cycles of this hart.', { guard: 'counter', read: (state) => counter(state, 'mcycle') }),
  view(0xc01, 'time', 'Guest time in board timer ticks.', { guard: 'counter', read: (state) => state.time }),
  view(0xc02, 'instret', 'Instructions this hart has retired.', {
    guard: 'counter',
    read: (state) => counter(state, 'minstret'),
  }),
  ...Array.from({ length: 29 }, (_, index) =>
    constant(0xc03 + index, `hpmcounter${index + 3}`, 0n, 'Event counter; counts nothing here.', { guard: 'counter' }),
  ),
];

const supervisor: readonly Csr[] = [
  view(0x100, 'sstatus', 'The part of mstatus that belongs to S-mode.', {
    fields: layout.SSTATUS_FIELDS,
    read: (state) => withDirtySummary(state.get('mstatus')) & SSTATUS_VISIBLE,
    write: (state, value) => writeMstatus(state, value, SSTATUS_WRITABLE),
  }),
  view(0x104, 'sie', 'Enables of the interrupts delegated to S-mode.', {
    fields: layout.SIE_FIELDS,
    read: (state) => state.get('mie') & state.get('mideleg'),
    write: (state, value) => {
      const mask = state.get('mideleg');
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
    read: (state) => pendingInterrupts(state) & state.get('mideleg'),
    readForUpdate: (state) => state.get('mip') & state.get('mideleg'),
    // Of the delegated interrupts S-mode raises and clears only its software one.
    write: (state, value) => {
      const mask = state.get('mideleg') & BigInt(IRQ.SSI);
      storeSlot(state, 'mip', (state.get('mip') & ~mask) | (value & mask));
    },
  }),
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
  slot(0x30a, 'menvcfg', 'What M-mode sets for lower modes.', { fields: layout.ENVCFG_FIELDS, mask: 1n }),
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
    write: (state, value) => {
      storeSlot(state, 'mip', (state.get('mip') & ~S_INTERRUPTS) | (value & S_INTERRUPTS));
    },
  }),
  view(0xb00, 'mcycle', 'Clock cycles of this hart.', {
    read: (state) => counter(state, 'mcycle'),
    write: (state, value) => setCounter(state, 'mcycle', value),
  }),
  view(0xb02, 'minstret', 'Instructions this hart has retired.', {
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
  ...machineInformation,
  ...machine,
  ...pmp,
];

const BY_NUMBER = new Map(CSRS.map((csr) => [csr.number, csr]));
const BY_NAME = new Map(CSRS.map((csr) => [csr.name, csr]));

export const csrOfNumber = (number: number): Csr | undefined => BY_NUMBER.get(number);
export const csrOfName = (name: string): Csr | undefined => BY_NAME.get(name);

/** Least privilege that may access the CSR with this number (bits 9:8). */
export const csrPrivilege = (number: number): number => (number >> 8) & 3;
/** Numbers from 0xC00 are read-only by convention of the numbering (bits 11:10). */
export const isReadOnlyCsr = (number: number): boolean => number >> 10 === 3;
