/**
 * The control and status registers as data: number, bits that software can write, what writing one means to the engine, and
 * fields for the eyes. State is in the hart's slots, which have the CSRs' names.
 * @see LoongArch Reference Manual, Volume 1, table "Overview of Control and Status Registers"
 */
import type { FieldSpec } from '../../base/fields';
import type { HartState } from '../core/privileged';
import { CRMD, ELO, IS, LLBCTL, PAGE_SIZES, TCFG, U64 } from './bits';

/** What reading a CSR for a debugger needs. */
export type CsrSource = Pick<HartState, 'get' | 'time'>;

export interface Csr {
  readonly number: number;
  readonly name: string;
  readonly doc: string;
  /** The section of the manual that it is in: how a debugger groups it. */
  readonly section: CsrSection;
  readonly fields?: readonly FieldSpec[];
  /** Bits that software can write; the others keep what they are. 0: read-only. */
  readonly writable: bigint;
  readonly reset?: bigint;
  /** Its value, where it is not its slot's. */
  read?(state: CsrSource): bigint;
  /** What writing does, where that is not storing: given the new value with the unwritable bits as before. */
  write?(state: HartState, value: bigint): void;
  /** What the engine must hear of a write. `roots`: nothing is cached of the value, but whoever looks on is told. */
  readonly effects?: 'context' | 'translations' | 'interrupts' | 'roots';
  readonly isCounter?: true;
  /** Bits, where instructions read them extended by their sign. QEMU extends with zeros. */
  readonly signedBits?: 32 | 48;
}

export type CsrSection = 'basic' | 'translation' | 'refill' | 'timer' | 'machine error' | 'debug' | 'performance';

type Bits = readonly [name: string, high: number, low?: number, doc?: string];
const fields = (...bits: Bits[]): readonly FieldSpec[] =>
  bits.map(([name, high, low = high, doc]) => ({ name, high, low, ...(doc && { doc }) }));

const row = (
  number: number,
  name: string,
  section: CsrSection,
  writable: bigint,
  doc: string,
  more: Partial<Csr> = {},
): Csr => ({ number, name, section, writable, doc, ...more });

const ALIGNED_4K = U64 & ~0xfffn;
const ELO_FIELDS = fields(
  ['RPLV', 63, 63, 'only at PLV'],
  ['NX', 62, 62, 'not executable'],
  ['NR', 61, 61, 'not readable'],
  ['PPN', 47, 12],
  ['G', 6, 6, 'global'],
  ['MAT', 5, 4, 'memory access type'],
  ['PLV', 3, 2],
  ['D', 1, 1, 'dirty: may be written'],
  ['V', 0, 0, 'valid'],
);
const VPPN = 0xffff_ffff_e000n;

/** What is pending: the lines that the board drives, the timer, and software's two bits. */
export const pendingOf = (state: Pick<HartState, 'get'>): bigint =>
  (state.get('ESTAT') & IS.software) | (state.get('lines') & IS.all);

/** Ticks of the stable counter until the timer is due; its value. */
export const timerValue = (state: CsrSource): bigint => {
  const tcfg = state.get('TCFG');
  const initial = tcfg & ~3n;
  if ((tcfg & TCFG.EN) === 0n) return state.get('TVAL');
  const passed = BigInt.asUintN(64, state.time - state.get('timerStart'));
  if (passed < initial) return initial - passed;
  if ((tcfg & TCFG.PERIODIC) === 0n || initial === 0n) return 0n;
  return initial - (passed % initial);
};

const basic: readonly Csr[] = [
  row(0x0, 'CRMD', 'basic', 0x3ffn, 'Current mode.', {
    reset: CRMD.DA,
    effects: 'context',
    fields: fields(
      ['WE', 9, 9, 'watchpoints on'],
      ['DATM', 8, 7],
      ['DATF', 6, 5],
      ['PG', 4, 4, 'mapped addresses'],
      ['DA', 3, 3, 'direct addresses'],
      ['IE', 2, 2, 'interrupts on'],
      ['PLV', 1, 0, 'privilege level'],
    ),
  }),
  row(0x1, 'PRMD', 'basic', 0xfn, 'Mode before the exception.', {
    fields: fields(['PWE', 3], ['PIE', 2], ['PPLV', 1, 0]),
  }),
  row(0x2, 'EUEN', 'basic', 0x3n, 'Extended components that may be used.', {
    effects: 'context',
    fields: fields(['BTE', 3], ['ASXE', 2], ['SXE', 1, 1, 'vectors'], ['FPE', 0, 0, 'floating point']).map((field) => ({
      ...field,
      ...(field.doc && { values: { 0: 'Off', 1: 'On' } }),
    })),
  }),
  row(0x3, 'MISC', 'basic', 0n, 'Miscellaneous controls.'),
  row(0x4, 'ECFG', 'basic', 0x7_1fffn, 'Exception configuration.', {
    effects: 'interrupts',
    fields: fields(
      ['VS', 18, 16, 'log2 of instructions between entries; 0: one entry'],
      ['LIE', 12, 0, 'interrupts enabled'],
    ),
  }),
  row(0x5, 'ESTAT', 'basic', IS.software, 'Exception status.', {
    effects: 'interrupts',
    read: (state) => (state.get('ESTAT') & ~IS.all) | pendingOf(state),
    fields: fields(['EsubCode', 30, 22], ['Ecode', 21, 16], ['IS', 12, 0, 'interrupts pending']),
  }),
  row(0x6, 'ERA', 'basic', U64, 'Address to return to from an exception.'),
  row(0x7, 'BADV', 'basic', U64, 'Address that an exception is about.'),
  row(0x8, 'BADI', 'basic', 0n, 'Instruction that raised the exception.', { signedBits: 32 }),
  row(0xc, 'EENTRY', 'basic', ALIGNED_4K, 'Address of the exception entries.'),
  row(0x20, 'CPUID', 'basic', 0n, 'Number of this processor.'),
  row(0x21, 'PRCFG1', 'basic', 0n, 'SAVE registers, timer bits, entry spacing.', {
    reset: 8n | (47n << 4n) | (7n << 12n),
    fields: fields(['VSMax', 14, 12], ['TimerBits', 11, 4], ['SAVENum', 3, 0]),
  }),
  row(0x22, 'PRCFG2', 'basic', 0n, 'Page sizes that the TLB can have, a bit each.', { reset: PAGE_SIZES }),
  row(0x23, 'PRCFG3', 'basic', 0n, 'The TLB: its kind, entries of MTLB, ways and sets of STLB.', {
    reset: 2n | (63n << 4n) | (7n << 12n) | (8n << 20n),
    fields: fields(['STLBSets', 25, 20, 'log2'], ['STLBWays', 19, 12], ['MTLBEntries', 11, 4], ['TLBType', 3, 0]),
  }),
  ...Array.from({ length: 8 }, (_, index) => row(0x30 + index, `SAVE${index}`, 'basic', U64, 'For software.')),
  row(0x60, 'LLBCTL', 'basic', LLBCTL.WCLLB | LLBCTL.KLO, 'The flag of ll and sc.', {
    read: (state) => state.get('LLBCTL') | (state.get('llbit') & 1n),
    write: (state, value) => {
      if (value & LLBCTL.WCLLB) state.set('llbit', 0n);
      state.set('LLBCTL', value & LLBCTL.KLO);
    },
    fields: fields(['KLO', 2, 2, 'keep the flag at the next ertn'], ['WCLLB', 1, 1, 'write 1 to clear'], ['ROLLB', 0]),
  }),
  row(0x80, 'IMPCTL1', 'basic', U64, 'Implementation control 1.'),
  row(0x81, 'IMPCTL2', 'basic', U64, 'Implementation control 2.'),
];

const translation: readonly Csr[] = [
  row(0x10, 'TLBIDX', 'translation', 0xbf00_0fffn, 'Index and page size of a TLB entry.', {
    signedBits: 32,
    fields: fields(['NE', 31, 31, 'no entry'], ['PS', 29, 24, 'log2 of the page size'], ['Index', 11, 0]),
  }),
  row(0x11, 'TLBEHI', 'translation', VPPN, 'Virtual page pair of a TLB entry.', {
    signedBits: 48,
    fields: fields(['VPPN', 47, 13]),
  }),
  row(0x12, 'TLBELO0', 'translation', ELO, 'Even page of a TLB entry.', { fields: ELO_FIELDS }),
  row(0x13, 'TLBELO1', 'translation', ELO, 'Odd page of a TLB entry.', { fields: ELO_FIELDS }),
  row(0x18, 'ASID', 'translation', 0x3ffn, 'Address space.', {
    reset: 10n << 16n,
    effects: 'translations',
    fields: fields(['ASIDBITS', 23, 16], ['ASID', 9, 0]),
  }),
  row(0x19, 'PGDL', 'translation', ALIGNED_4K, 'Root of the page tables of the lower half.', { effects: 'roots' }),
  row(0x1a, 'PGDH', 'translation', ALIGNED_4K, 'Root of the page tables of the upper half.', { effects: 'roots' }),
  row(0x1b, 'PGD', 'translation', 0n, 'Root of the page tables for the bad address.', {
    read: (state) => {
      const bad = state.get('TLBRERA') & 1n ? state.get('TLBRBADV') : state.get('BADV');
      return state.get((bad >> 47n) & 1n ? 'PGDH' : 'PGDL');
    },
  }),
  row(0x1c, 'PWCL', 'translation', 0xffff_ffffn, 'Page walk: lower levels.', {
    signedBits: 32,
    fields: fields(
      ['PTEWidth', 31, 30],
      ['Dir2_width', 29, 25],
      ['Dir2_base', 24, 20],
      ['Dir1_width', 19, 15],
      ['Dir1_base', 14, 10],
      ['PTwidth', 9, 5],
      ['PTbase', 4, 0],
    ),
  }),
  row(0x1d, 'PWCH', 'translation', 0xff_ffffn, 'Page walk: upper levels.', {
    fields: fields(['Dir4_width', 23, 18], ['Dir4_base', 17, 12], ['Dir3_width', 11, 6], ['Dir3_base', 5, 0]),
  }),
  row(0x1e, 'STLBPS', 'translation', 0x3fn, 'Page size of the STLB.', {
    reset: 12n,
    effects: 'translations',
    fields: fields(['PS', 5, 0, 'log2']),
  }),
  row(0x1f, 'RVACFG', 'translation', 0n, 'Reduced virtual addresses.'),
  ...Array.from({ length: 4 }, (_, index) =>
    row(0x180 + index, `DMW${index}`, 'translation', 0xf000_0000_0000_003fn, 'Direct mapping window.', {
      effects: 'translations',
      fields: fields(['VSEG', 63, 60], ['MAT', 5, 4], ['PLV3', 3], ['PLV2', 2], ['PLV1', 1], ['PLV0', 0]),
    }),
  ),
];

const refill: readonly Csr[] = [
  row(0x88, 'TLBRENTRY', 'refill', 0xffff_ffff_f000n, 'Physical address of the TLB refill entry.'),
  row(0x89, 'TLBRBADV', 'refill', U64, 'Address that the TLB did not have.'),
  row(0x8a, 'TLBRERA', 'refill', U64 & ~2n, 'Address to return to from a TLB refill.', {
    fields: fields(['PC', 63, 2], ['IsTLBR', 0, 0, 'in a TLB refill']),
  }),
  row(0x8b, 'TLBRSAVE', 'refill', U64, 'For software.'),
  row(0x8c, 'TLBRELO0', 'refill', ELO, 'Even page to fill.', { fields: ELO_FIELDS }),
  row(0x8d, 'TLBRELO1', 'refill', ELO, 'Odd page to fill.', { fields: ELO_FIELDS }),
  row(0x8e, 'TLBREHI', 'refill', VPPN | 0x3fn, 'Virtual page pair to fill.', {
    signedBits: 48,
    fields: fields(['VPPN', 47, 13], ['PS', 5, 0, 'log2 of the page size']),
  }),
  row(0x8f, 'TLBRPRMD', 'refill', 0x17n, 'Mode before the TLB refill.', {
    fields: fields(['PWE', 4], ['PIE', 2], ['PPLV', 1, 0]),
  }),
];

const timer: readonly Csr[] = [
  row(0x40, 'TID', 'timer', 0xffff_ffffn, 'Number of the timer.', { signedBits: 32 }),
  row(0x41, 'TCFG', 'timer', 0xffff_ffff_ffffn, 'Timer configuration.', {
    write: (state, value) => {
      // A timer that is switched off stays where it is.
      state.set('TVAL', (value & TCFG.EN) === 0n ? timerValue(state) : value & ~3n);
      state.set('TCFG', value);
      state.set('timerStart', state.time);
      state.timersChanged();
    },
    fields: fields(['InitVal', 47, 2, 'in units of 4 ticks'], ['Periodic', 1], ['En', 0]),
  }),
  row(0x42, 'TVAL', 'timer', 0n, 'Ticks until the timer is due.', { read: timerValue, isCounter: true }),
  row(0x43, 'CNTC', 'timer', U64, 'Added to the stable counter.'),
  row(0x44, 'TICLR', 'timer', 1n, 'Write 1 to clear the timer interrupt.', {
    read: () => 0n,
    write: (state, value) => {
      if ((value & 1n) === 0n) return;
      state.set('lines', state.get('lines') & ~IS.timer);
      state.interruptsChanged();
    },
    fields: fields(['CLR', 0]),
  }),
];

const machineError: readonly Csr[] = [
  row(0x90, 'MERRCTL', 'machine error', 0x1fden, 'Machine error control.', {
    fields: fields(
      ['Cause', 23, 16],
      ['PDATM', 12, 11],
      ['PDATF', 10, 9],
      ['PPG', 8],
      ['PDA', 7],
      ['PWE', 6],
      ['PIE', 4],
      ['PPLV', 3, 2],
      ['Repairable', 1],
      ['IsMERR', 0, 0, 'in the handler of a machine error'],
    ),
  }),
  row(0x91, 'MERRINFO1', 'machine error', 0n, 'Machine error information 1.'),
  row(0x92, 'MERRINFO2', 'machine error', 0n, 'Machine error information 2.'),
  row(0x93, 'MERRENTRY', 'machine error', 0xffff_ffff_f000n, 'Physical address of the machine error entry.'),
  row(0x94, 'MERRERA', 'machine error', U64, 'Address to return to from a machine error.'),
  row(0x95, 'MERRSAVE', 'machine error', U64, 'For software.'),
  row(0x98, 'CTAG', 'machine error', 0n, 'Cache tag.'),
];

/** Watchpoints: as many as PRCFG-like words say there are, which here is none. Their registers read zeros, as QEMU's. */
const debug: readonly Csr[] = [
  row(0x300, 'MWPC', 'debug', 0n, 'Watchpoints of loads and stores: how many.'),
  row(0x301, 'MWPS', 'debug', 0n, 'Watchpoints of loads and stores: status.'),
  row(0x380, 'FWPC', 'debug', 0n, 'Watchpoints of fetches: how many.'),
  row(0x381, 'FWPS', 'debug', 0n, 'Watchpoints of fetches: status.'),
  row(0x500, 'DBG', 'debug', 0n, 'Debug mode.'),
  row(0x501, 'DERA', 'debug', U64, 'Address to return to from debug mode.'),
  row(0x502, 'DSAVE', 'debug', U64, 'For software.'),
];

/** Four counters that do not count. */
const performance: readonly Csr[] = Array.from({ length: 4 }, (_, index) => [
  row(0x200 + 2 * index, `PMCFG${index}`, 'performance', 0n, 'Performance counter configuration.'),
  row(0x201 + 2 * index, `PMCNT${index}`, 'performance', 0n, 'Performance counter.'),
]).flat();

export const CSRS: readonly Csr[] = [
  ...basic,
  ...translation,
  ...refill,
  ...timer,
  ...machineError,
  ...debug,
  ...performance,
];

const BY_NUMBER = new Map(CSRS.map((csr) => [csr.number, csr]));
const BY_NAME = new Map(CSRS.map((csr) => [csr.name.toLowerCase(), csr]));

export const csrOfNumber = (number: number): Csr | undefined => BY_NUMBER.get(number);
/** By its name, in any case. */
export const csrOfName = (name: string): Csr | undefined => BY_NAME.get(name.toLowerCase());

export const readCsr = (state: CsrSource, csr: Csr): bigint => csr.read?.(state) ?? state.get(csr.name);
