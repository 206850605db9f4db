/** The registers of the generic timer. @see Arm ARM, D12 and D19.12 "Generic Timer registers" */
import { U64 } from './bits';
import { isHostLevel } from './contexts';
import { cpuOf } from './cpus';
import { TRAP, type TrapRule, USER, type UserRule } from './sysreg-traps';
import { type Encoding, fields, rowsOf, type Sysreg, type SysregSource } from './sysregs-rows';
import { CTL, controlOf, countOf, setTimerValue, TIMERS, type Timer, timerValue } from './timers';

const row = rowsOf('timers');

interface Access {
  readonly user?: UserRule;
  readonly traps?: readonly TrapRule[];
  readonly feature?: 'VHE';
}

/** The three views of a comparator; `host` is the one that EL2 sees by its name with E2H. */
const comparator = (timer: Timer, crm: number, doc: string, access: Access, host?: Timer): Sysreg[] => {
  const isOfEl2 = timer.ctl.endsWith('EL2');
  const level = isOfEl2 ? 'EL2' : 'EL0';
  const encoding = (op2: number): Encoding => [3, isOfEl2 ? 4 : 3, 14, crm, op2];
  const more = (view: string): Partial<Sysreg> => ({ ...access, ...(host && { host: `${host.name}_${view}_EL2` }) });
  return [
    row(`${timer.name}_TVAL_${level}`, encoding(0), 0xffff_ffffn, `${doc}: ticks left.`, {
      ...more('TVAL'),
      isComputed: true,
      read: (state) => timerValue(state, timer),
      write: (state, value) => {
        setTimerValue(state, timer, value);
        state.timersChanged();
      },
    }),
    row(timer.ctl, encoding(1), CTL.ENABLE | CTL.IMASK, `${doc}: control.`, {
      ...more('CTL'),
      read: (state) => controlOf(state, timer),
      write: (state, value) => {
        state.set(timer.ctl, value & (CTL.ENABLE | CTL.IMASK));
        state.timersChanged();
      },
      fields: fields(['ISTATUS', 2, 2, 'the condition is met'], ['IMASK', 1, 1, 'no interrupt'], ['ENABLE', 0]),
    }),
    row(timer.cval, encoding(2), U64, `${doc}: value to reach.`, { ...more('CVAL'), effect: 'timers' }),
  ];
};

const isHost = (state: SysregSource): boolean => isHostLevel(state.get('HCR_EL2'), Number(state.get('EL')));

const CONTROL_FIELDS = fields(['EVNTI', 7, 4], ['EVNTDIR', 3], ['EVNTEN', 2, 2, 'event stream on']);

export const SYSREGS_TIMERS: readonly Sysreg[] = [
  row('CNTFRQ_EL0', [3, 3, 14, 0, 0], 0xffff_ffffn, 'Frequency of the counter, as firmware says; Hz.', {
    user: USER.anyCounter,
    isOfHighest: true,
  }),
  row('CNTPCT_EL0', [3, 3, 14, 0, 1], 0n, 'Physical count.', {
    access: 'ro',
    isComputed: true,
    user: USER.physicalCounter,
    traps: [TRAP.physicalCounter],
    read: (state) => countOf(state, TIMERS.CNTP),
  }),
  row('CNTVCT_EL0', [3, 3, 14, 0, 2], 0n, 'Virtual count.', {
    access: 'ro',
    isComputed: true,
    user: USER.virtualCounter,
    // A host's offset is 0.
    read: (state) => countOf(state, isHost(state) ? TIMERS.CNTP : TIMERS.CNTV),
  }),
  ...comparator(
    TIMERS.CNTP,
    2,
    'Physical timer',
    { user: USER.physicalTimer, traps: [TRAP.physicalTimer] },
    TIMERS.CNTHP,
  ),
  ...comparator(TIMERS.CNTV, 3, 'Virtual timer', { user: USER.virtualTimer }, TIMERS.CNTHV),
  ...comparator(TIMERS.CNTHP, 2, 'Physical timer of EL2', {}),
  ...comparator(TIMERS.CNTHV, 3, 'Virtual timer of EL2', { feature: 'VHE' }),
  row('CNTKCTL_EL1', [3, 0, 14, 1, 0], 0x3ffn, 'What of the timer EL0 may access.', {
    host: 'CNTHCTL_EL2',
    fields: [
      ...fields(['EL0PTEN', 9, 9, 'physical timer'], ['EL0VTEN', 8, 8, 'virtual timer']),
      ...CONTROL_FIELDS,
      ...fields(['EL0VCTEN', 1, 1, 'virtual count'], ['EL0PCTEN', 0, 0, 'physical count']),
    ],
  }),
  row('CNTHCTL_EL2', [3, 4, 14, 1, 0], 0xfffn, 'What of the timer EL1 may access.', {
    reset: 3n,
    fields: [
      ...fields(['EL1PTEN', 11, 11, 'with E2H'], ['EL1PCTEN', 10, 10, 'with E2H'], ['EL0PTEN', 9], ['EL0VTEN', 8]),
      ...CONTROL_FIELDS,
      ...fields(['EL1PCEN', 1, 1, 'physical timer'], ['EL1PCTEN', 0, 0, 'physical count']),
    ],
  }),
  row('CNTVOFF_EL2', [3, 4, 14, 0, 3], U64, 'What the virtual count is less than the physical one.', {
    effect: 'timers',
  }),
];

/** CNTFRQ_EL0 at reset. */
export const counterHz = (state: Pick<SysregSource, 'get'>): bigint => BigInt(cpuOf(state).counterHz);
