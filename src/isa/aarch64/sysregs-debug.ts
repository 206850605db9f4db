/** Debug registers of EL1 and EL2. @see Arm ARM, D19.3 "Debug registers", and D2 "AArch64 Self-hosted Debug" */
import { U64 } from './bits';
import { TRAP, USER } from './sysreg-traps';
import { fields, rowsOf, type Sysreg } from './sysregs-rows';

const row = rowsOf('debug');

const DEBUG = [TRAP.TDA, TRAP.TDE];
const LOCK = [TRAP.TDOSA, TRAP.TDE];

/** How many there are on every model: ID_AA64DFR0_EL1 says the same. */
export const BREAKPOINTS = 6;
export const WATCHPOINTS = 4;

/** MDSCR_EL1. */
export const MDSCR = { SS: 1n, TDCC: 1n << 12n, KDE: 1n << 13n, MDE: 1n << 15n } as const;
const LOCKED = 2n;

/** Addresses are of 48 bits with a sign. */
const ADDRESS = U64 & ~3n;

const pairs = (count: number, kind: 'B' | 'W', first: number, what: string, control: bigint): Sysreg[] =>
  Array.from({ length: count }, (_, index) => [
    row(`DBG${kind}VR${index}_EL1`, [2, 0, 0, index, first], ADDRESS, `${what} ${index}: address.`, {
      traps: DEBUG,
      effect: 'translations',
    }),
    row(`DBG${kind}CR${index}_EL1`, [2, 0, 0, index, first + 1], control, `${what} ${index}: control.`, {
      traps: DEBUG,
      effect: 'translations',
      fields:
        kind === 'B'
          ? fields(
              ['BT', 23, 20],
              ['LBN', 19, 16],
              ['SSC', 15, 14],
              ['HMC', 13],
              ['BAS', 8, 5],
              ['PMC', 2, 1],
              ['E', 0, 0, 'on'],
            )
          : fields(
              ['MASK', 28, 24],
              ['WT', 20],
              ['LBN', 19, 16],
              ['SSC', 15, 14],
              ['HMC', 13],
              ['BAS', 12, 5],
              ['LSC', 4, 3],
              ['PAC', 2, 1],
              ['E', 0, 0, 'on'],
            ),
    }),
  ]).flat();

export const SYSREGS_DEBUG: readonly Sysreg[] = [
  ...pairs(BREAKPOINTS, 'B', 4, 'Breakpoint', 0xff_e1e7n),
  ...pairs(WATCHPOINTS, 'W', 6, 'Watchpoint', 0x1f1f_ffffn),
  row('MDSCR_EL1', [2, 0, 0, 2, 2], 0x6fc8_f041n, 'Debug control of the processor.', {
    traps: DEBUG,
    effect: 'translations',
    fields: fields(
      ['MDE', 15, 15, 'breakpoints and watchpoints on'],
      ['KDE', 13, 13, 'debug exceptions of the level that handles them'],
      ['TDCC', 12, 12, 'EL0 may not use the channel'],
      ['SS', 0, 0, 'software step'],
    ),
  }),
  row('MDCCINT_EL1', [2, 0, 0, 2, 0], 3n << 29n, 'Interrupts of the debug channel.', { traps: DEBUG }),
  // Nobody is at the other end of the debug channel.
  row('MDCCSR_EL0', [2, 3, 0, 1, 0], 0n, 'Status of the debug channel.', {
    access: 'ro',
    isComputed: true,
    read: () => 0n,
    user: USER.debugChannel,
    traps: DEBUG,
  }),
  row('DBGDTR_EL0', [2, 3, 0, 4, 0], 0n, 'Debug channel, both words.', {
    isComputed: true,
    read: () => 0n,
    user: USER.debugChannel,
    traps: DEBUG,
  }),
  row('DBGDTRRX_EL0', [2, 3, 0, 5, 0], 0n, 'Debug channel: receives, or transmits when written.', {
    isComputed: true,
    read: () => 0n,
    user: USER.debugChannel,
    traps: DEBUG,
  }),
  row('OSDTRRX_EL1', [2, 0, 0, 0, 2], 0xffff_ffffn, 'Debug channel, saved.', { traps: DEBUG }),
  row('OSDTRTX_EL1', [2, 0, 0, 3, 2], 0xffff_ffffn, 'Debug channel, saved.', { traps: DEBUG }),
  row('OSECCR_EL1', [2, 0, 0, 6, 2], 0n, 'External debug exceptions, saved.', { traps: DEBUG }),
  row('MDRAR_EL1', [2, 0, 1, 0, 0], 0n, 'Address of a table of debug components: none.', {
    access: 'ro',
    traps: [TRAP.TDRA, TRAP.TDE],
  }),
  row('OSLAR_EL1', [2, 0, 1, 0, 4], 1n, 'Locks or unlocks the OS lock.', {
    access: 'wo',
    isComputed: true,
    traps: LOCK,
    read: () => 0n,
    write: (state, value) => {
      state.set('OSLSR_EL1', (state.get('OSLSR_EL1') & ~LOCKED) | (value & 1n ? LOCKED : 0n));
      state.flushTranslations();
    },
  }),
  row('OSLSR_EL1', [2, 0, 1, 1, 4], 0n, 'Status of the OS lock.', {
    access: 'ro',
    reset: 0xan,
    traps: LOCK,
    fields: fields(['OSLM1', 3], ['nTT', 2], ['OSLK', 1, 1, 'locked'], ['OSLM0', 0]),
  }),
  row('OSDLR_EL1', [2, 0, 1, 3, 4], 1n, 'Double lock.', { traps: LOCK }),
  row('DBGPRCR_EL1', [2, 0, 1, 4, 4], 1n, 'Power control of debugging.', { traps: LOCK }),
  row('DBGCLAIMSET_EL1', [2, 0, 7, 8, 6], 0xffn, 'Claims of debuggers: sets.', {
    isComputed: true,
    traps: DEBUG,
    read: () => 0xffn,
    write: (state, value) => state.set('DBGCLAIMCLR_EL1', state.get('DBGCLAIMCLR_EL1') | (value & 0xffn)),
  }),
  row('DBGCLAIMCLR_EL1', [2, 0, 7, 9, 6], 0xffn, 'Claims of debuggers: clears.', {
    traps: DEBUG,
    write: (state, value) => state.set('DBGCLAIMCLR_EL1', state.get('DBGCLAIMCLR_EL1') & ~value),
  }),
  row('DBGAUTHSTATUS_EL1', [2, 0, 7, 14, 6], 0n, 'Which debugging is authorized: of software, Non-secure.', {
    access: 'ro',
    isComputed: true,
    traps: DEBUG,
    read: () => 0xen,
    fields: fields(['SNID', 7, 6], ['SID', 5, 4], ['NSNID', 3, 2], ['NSID', 1, 0]),
  }),
  row('DBGVCR32_EL2', [2, 4, 0, 7, 0], 0n, 'Of AArch32, which there is not.', { exists: () => false }),
  row('MDCR_EL2', [3, 4, 1, 1, 1], 0x1f_0f7fn, 'Debug and performance controls of EL2.', {
    fields: fields(
      ['TDRA', 11],
      ['TDOSA', 10],
      ['TDA', 9],
      ['TDE', 8, 8, 'debug exceptions to EL2'],
      ['HPME', 7],
      ['TPM', 6],
      ['TPMCR', 5],
      ['HPMN', 4, 0],
    ),
    effect: 'translations',
  }),
];
