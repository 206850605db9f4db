/** Registers by which EL2 runs guests. @see Arm ARM, D19.2, registers of group Virtualization */
import { HCR, U64 } from './bits';
import { hasFeature } from './cpus';
import { fields, rowsOf, type Sysreg } from './sysregs-rows';

const HCR_FIELDS = fields(
  ['API', 41],
  ['APK', 40],
  ['TEA', 37, 37, 'external aborts to EL2'],
  ['TERR', 36],
  ['E2H', 34, 34, 'EL2 is a host'],
  ['RW', 31, 31, 'EL1 is AArch64'],
  ['TRVM', 30],
  ['HCD', 29, 29, 'no hvc'],
  ['TDZ', 28],
  ['TGE', 27, 27, 'exceptions of EL0 to EL2'],
  ['TVM', 26],
  ['TTLB', 25],
  ['TPU', 24],
  ['TPCP', 23],
  ['TSW', 22],
  ['TACR', 21],
  ['TIDCP', 20],
  ['TSC', 19, 19, 'smc traps'],
  ['TID3', 18],
  ['TID2', 17],
  ['TID1', 16],
  ['TID0', 15],
  ['TWE', 14],
  ['TWI', 13],
  ['DC', 12],
  ['BSU', 11, 10],
  ['FB', 9],
  ['VSE', 8, 8, 'virtual SError pending'],
  ['VI', 7, 7, 'virtual IRQ pending'],
  ['VF', 6, 6, 'virtual FIQ pending'],
  ['AMO', 5, 5, 'SError to EL2'],
  ['IMO', 4, 4, 'IRQ to EL2'],
  ['FMO', 3, 3, 'FIQ to EL2'],
  ['PTW', 2],
  ['SWIO', 1],
  ['VM', 0, 0, 'stage 2 on'],
);

/** Bits of HCR_EL2 of Armv8.0; there is no AArch32, so RW reads as one. */
const HCR_V8 = (1n << 34n) - 1n;
/** What changes translations that are cached under one context; the others choose among contexts or are none of its business. */
const HCR_TRANSLATION = HCR.DC | HCR.PTW | HCR.CD | HCR.ID;

/** The bits of HCR_EL2 that there are on a processor. */
const hcrMask = (state: Parameters<typeof hasFeature>[0]): bigint =>
  HCR_V8 |
  (hasFeature(state, 'RAS') ? HCR.TERR | HCR.TEA : 0n) |
  (hasFeature(state, 'VHE') ? HCR.E2H : 0n) |
  (hasFeature(state, 'PAuth') ? HCR.APK | HCR.API : 0n);

const row = rowsOf('virtualization');

export const SYSREGS_VIRTUALIZATION: readonly Sysreg[] = [
  row('HCR_EL2', [3, 4, 1, 1, 0], U64, 'Hypervisor configuration.', {
    reset: HCR.RW,
    write: (state, value) => {
      const old = state.get('HCR_EL2');
      const next = (value & hcrMask(state)) | HCR.RW;
      state.set('HCR_EL2', next);
      if ((old ^ next) & HCR_TRANSLATION) state.flushTranslations();
      if (old === next) return;
      state.contextChanged();
      state.interruptsChanged();
    },
    fields: HCR_FIELDS,
  }),
  row('CPTR_EL2', [3, 4, 1, 1, 2], U64, 'Traps of floating point and SIMD to EL2.', {
    effect: 'context',
    fields: fields(['TCPAC', 31], ['TTA', 20], ['FPEN', 21, 20, 'with E2H'], ['TFP', 10, 10, 'without E2H']),
  }),
  row('HSTR_EL2', [3, 4, 1, 1, 3], U64, 'Traps of AArch32 system registers, which there are not.'),
  row('HACR_EL2', [3, 4, 1, 1, 7], 0n, 'Auxiliary traps.'),
  row('VTTBR_EL2', [3, 4, 2, 1, 0], U64, 'Root of the tables of stage 2.', {
    effect: 'guest translations',
    fields: fields(['VMID', 63, 48], ['BADDR', 47, 1], ['CnP', 0]),
  }),
  row('VTCR_EL2', [3, 4, 2, 1, 2], 0xffff_ffffn, 'Control of stage 2.', {
    effect: 'guest translations',
    reset: 1n << 31n,
    fields: fields(
      ['HD', 22],
      ['HA', 21],
      ['VS', 19, 19, '16-bit VMIDs'],
      ['PS', 18, 16],
      ['TG0', 15, 14],
      ['SH0', 13, 12],
      ['SL0', 7, 6],
      ['T0SZ', 5, 0],
    ),
  }),
  row('HPFAR_EL2', [3, 4, 6, 0, 4], 0xfff_ffff_fff0n, 'Intermediate address that stage 2 did not translate.', {
    fields: fields(['FIPA', 43, 4, 'bits 51 to 12']),
  }),
  row('VPIDR_EL2', [3, 4, 0, 0, 0], 0xffff_ffffn, 'MIDR_EL1 as EL1 sees it.'),
  row('VMPIDR_EL2', [3, 4, 0, 0, 5], U64, 'MPIDR_EL1 as EL1 sees it.'),
  row('VSESR_EL2', [3, 4, 5, 2, 3], 0x1ff_ffffn, 'Syndrome of a virtual SError.', { feature: 'RAS' }),
  row('VDISR_EL2', [3, 4, 12, 1, 1], 0x8100_ffffn, 'Deferred virtual SError.', { feature: 'RAS' }),
];
