/** System control, translation and exception registers of EL1 and EL2. @see Arm ARM, D19.2 */
import { U64 } from './bits';
import { hasEl2 } from './contexts';
import { isrOf } from './interrupts';
import { PSTATE_FIELDS } from './pstate';
import { TRAP } from './sysreg-traps';
import { type Encoding, fields, rowsOf, type Sysreg, type SysregGroup } from './sysregs-rows';

const VM = [TRAP.TVM, TRAP.TRVM];

/** A register of EL1 with its twin of EL2, which the host sees by the name of EL1. */
const twins = (
  group: SysregGroup,
  name: string,
  [op1Op2, crn, crm]: readonly [op2: number, crn: number, crm: number],
  doc: string,
  more: Partial<Sysreg> = {},
  ofEl2: Partial<Sysreg> = {},
): Sysreg[] => {
  const row = rowsOf(group);
  const { writable = U64, traps = [], ...common } = more;
  const el1: Encoding = [3, 0, crn, crm, op1Op2];
  const el2: Encoding = [3, 4, crn, crm, op1Op2];
  return [
    row(`${name}_EL1`, el1, writable, `${doc}, EL1.`, { ...common, traps, host: `${name}_EL2` }),
    row(`${name}_EL2`, el2, writable, `${doc}, EL2.`, { ...common, ...ofEl2 }),
  ];
};

const SCTLR_FIELDS = fields(
  ['DSSBS', 44, 44, 'SSBS on exceptions'],
  ['BT1', 36],
  ['BT0', 35],
  ['EnIA', 31],
  ['EnIB', 30],
  ['EnDA', 27],
  ['UCI', 26, 26, 'EL0 maintains caches'],
  ['EE', 25, 25, 'big-endian'],
  ['E0E', 24, 24, 'EL0 big-endian'],
  ['SPAN', 23, 23, 'PAN stays on exceptions'],
  ['WXN', 19, 19, 'what is writable is not executable'],
  ['nTWE', 18, 18, 'EL0 may wfe'],
  ['nTWI', 16, 16, 'EL0 may wfi'],
  ['UCT', 15, 15, 'EL0 reads CTR_EL0'],
  ['DZE', 14, 14, 'EL0 may dc zva'],
  ['EnDB', 13],
  ['I', 12, 12, 'instruction caches on'],
  ['UMA', 9, 9, 'EL0 masks interrupts'],
  ['nAA', 6],
  ['SA0', 4, 4, 'stack pointer alignment at EL0'],
  ['SA', 3, 3, 'stack pointer alignment'],
  ['C', 2, 2, 'data caches on'],
  ['A', 1, 1, 'alignment checked'],
  ['M', 0, 0, 'MMU on'],
);
/** Data is little-endian: EE and E0E are RES0. */
const SCTLR_WRITABLE = U64 & ~(3n << 24n);

const TCR_FIELDS = fields(
  ['HD', 40, 40, 'dirty state in hardware'],
  ['HA', 39, 39, 'access flag in hardware'],
  ['TBI1', 38, 38, 'top byte ignored, upper half'],
  ['TBI0', 37, 37, 'top byte ignored, lower half'],
  ['AS', 36, 36, '16-bit ASIDs'],
  ['IPS', 34, 32, 'physical address size'],
  ['TG1', 31, 30],
  ['EPD1', 23, 23, 'no walks, upper half'],
  ['A1', 22, 22, 'ASID of TTBR1'],
  ['T1SZ', 21, 16],
  ['TG0', 15, 14],
  ['EPD0', 7, 7, 'no walks, lower half'],
  ['T0SZ', 5, 0],
);
const TTBR_FIELDS = fields(['ASID', 63, 48], ['BADDR', 47, 1], ['CnP', 0]);

const ESR_FIELDS = fields(['ISS2', 36, 32], ['EC', 31, 26], ['IL', 25], ['ISS', 24, 0]);
const control: readonly Sysreg[] = [
  ...twins('control', 'SCTLR', [0, 1, 0], 'System control', {
    writable: SCTLR_WRITABLE,
    traps: VM,
    effect: 'translations',
    reset: 0xc5_0838n,
    fields: SCTLR_FIELDS,
  }),
  ...twins('control', 'ACTLR', [1, 1, 0], 'Auxiliary control', { writable: 0n, traps: [TRAP.TACR] }).map(
    ({ host: _, ...row }) => row,
  ),
  rowsOf('control')('CPACR_EL1', [3, 0, 1, 0, 2], U64, 'Access to floating point and SIMD.', {
    traps: [TRAP.TCPAC],
    host: 'CPTR_EL2',
    effect: 'context',
    fields: fields(['TTA', 28], ['FPEN', 21, 20, '3: floating point is open; 1: not to EL0']),
  }),
  ...twins(
    'control',
    'CONTEXTIDR',
    [1, 13, 0],
    'Context ID',
    { writable: 0xffff_ffffn, traps: VM },
    { feature: 'VHE' },
  ),
];

const translation: readonly Sysreg[] = [
  ...twins('translation', 'TTBR0', [0, 2, 0], 'Root of the tables of the lower half', {
    traps: VM,
    effect: 'translations',
    fields: TTBR_FIELDS,
  }),
  ...twins(
    'translation',
    'TTBR1',
    [1, 2, 0],
    'Root of the tables of the upper half',
    { traps: VM, effect: 'translations', fields: TTBR_FIELDS },
    { feature: 'VHE' },
  ),
  ...twins('translation', 'TCR', [2, 2, 0], 'Translation control', {
    traps: VM,
    effect: 'translations',
    fields: TCR_FIELDS,
  }),
  ...twins('translation', 'MAIR', [0, 10, 2], 'Memory attributes by index', {
    traps: VM,
    effect: 'translations',
    fields: fields(
      ['Attr7', 63, 56],
      ['Attr6', 55, 48],
      ['Attr5', 47, 40],
      ['Attr4', 39, 32],
      ['Attr3', 31, 24],
      ['Attr2', 23, 16],
      ['Attr1', 15, 8],
      ['Attr0', 7, 0],
    ),
  }),
  ...twins('translation', 'AMAIR', [0, 10, 3], 'Auxiliary memory attributes', { writable: 0n, traps: VM }),
  rowsOf('translation')('PAR_EL1', [3, 0, 7, 4, 0], U64, 'Result of at.', {
    fields: fields(['ATTR', 63, 56], ['PA', 51, 12], ['NS', 9], ['SH', 8, 7], ['FST', 6, 1], ['F', 0, 0, 'it faulted']),
  }),
];

const exceptions: readonly Sysreg[] = [
  ...twins('exceptions', 'ESR', [0, 5, 2], 'Syndrome of the exception', {
    writable: 0x1f_ffff_ffffn,
    traps: VM,
    fields: ESR_FIELDS,
  }),
  ...twins('exceptions', 'FAR', [0, 6, 0], 'Address that the exception is about', { traps: VM }),
  ...twins('exceptions', 'AFSR0', [0, 5, 1], 'Auxiliary fault status 0', { writable: 0n, traps: VM }),
  ...twins('exceptions', 'AFSR1', [1, 5, 1], 'Auxiliary fault status 1', { writable: 0n, traps: VM }),
  ...twins('exceptions', 'VBAR', [0, 12, 0], 'Address of the vectors', { writable: U64 & ~0x7ffn }),
  ...twins('exceptions', 'SPSR', [0, 4, 0], 'Saved program status', { writable: 0xffff_ffffn, fields: PSTATE_FIELDS }),
  ...twins('exceptions', 'ELR', [1, 4, 0], 'Address to return to'),
  rowsOf('exceptions')('ISR_EL1', [3, 0, 12, 1, 0], 0n, 'Interrupts pending.', {
    access: 'ro',
    isComputed: true,
    read: isrOf,
    fields: fields(['A', 8, 8, 'SError'], ['I', 7, 7, 'IRQ'], ['F', 6, 6, 'FIQ']),
  }),
  rowsOf('exceptions')('RVBAR_EL1', [3, 0, 12, 0, 1], 0n, 'Address of the first instruction.', {
    access: 'ro',
    exists: (state) => !hasEl2(state),
  }),
  rowsOf('exceptions')('RVBAR_EL2', [3, 4, 12, 0, 1], 0n, 'Address of the first instruction.', { access: 'ro' }),
  // AArch64 alone: bit 0 reads as one. Asking for a reset does nothing, as in QEMU.
  rowsOf('exceptions')('RMR_EL1', [3, 0, 12, 0, 2], 0n, 'Reset management.', {
    reset: 1n,
    exists: (state) => !hasEl2(state),
  }),
  rowsOf('exceptions')('RMR_EL2', [3, 4, 12, 0, 2], 0n, 'Reset management.', { reset: 1n }),
];

export const SYSREGS_CONTROL: readonly Sysreg[] = [...control, ...translation, ...exceptions];
