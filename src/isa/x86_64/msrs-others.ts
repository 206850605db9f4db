/** MSRs of time, machine checks, debugging and virtualization. @see AMD64 APM volume 2, 13.2, 9.3, 13.1 and 15.30 */
import { ALL, fields, LOW, type Msr, PAGES, rowsOf } from './msr-rows';
import { setTsc, tscOf } from './time-stamp';

const time = rowsOf('time');
const machineCheck = rowsOf('machine check');
const debug = rowsOf('debug');
const virtualization = rowsOf('virtualization');

/** Banks of machine checks. */
export const BANKS = 10;

/** In the space of the local APIC: when the timer fires by the TSC, as guest time. */
const APIC_DEADLINE = 0x1002;

const LOCK = 8n;
const SVMDIS = 16n;

const MACHINE_CHECKS: readonly Msr[] = [
  machineCheck('MCG_CAP', 0x179, 0n, 'How many banks of machine checks there are.', {
    isReadOnly: true,
    constant: 0x100n | BigInt(BANKS),
    fields: fields(['MCG_CTL_P', 8], ['Count', 7, 0]),
  }),
  machineCheck('MCG_STATUS', 0x17a, 7n, 'The machine check in progress.', {
    fields: fields(['MCIP', 2], ['EIPV', 1], ['RIPV', 0]),
  }),
  machineCheck('MCG_CTL', 0x17b, ALL, 'Which banks report.'),
  ...Array.from({ length: BANKS }, (_, n) => [
    machineCheck(`MC${n}_CTL`, 0x400 + 4 * n, ALL, `What bank ${n} reports.`),
    // Nothing is ever wrong here: these read as 0, and software writes 0 to them.
    machineCheck(`MC${n}_STATUS`, 0x401 + 4 * n, 0n, `The error of bank ${n}: none.`, { constant: 0n }),
    machineCheck(`MC${n}_ADDR`, 0x402 + 4 * n, 0n, `The address of bank ${n}'s error: none.`, { constant: 0n }),
    machineCheck(`MC${n}_MISC`, 0x403 + 4 * n, 0n, `More of bank ${n}'s error: none.`, { constant: 0n }),
  ]).flat(),
];

const lastBranch = (name: string, number: number, doc: string): Msr =>
  debug(name, number, 0n, doc, { ignored: ALL, features: ['LbrVirt'] });

export const OTHER_MSRS: readonly Msr[] = [
  time('TSC', 0x10, ALL, 'Time stamp counter, nanoseconds.', { read: tscOf, write: setTsc }),
  time('TSC_ADJUST', 0x3b, ALL, 'What writes have added to the time stamp counter.', {
    features: ['TscAdjust'],
    write: (state, value) => {
      const delta = value - state.get('TSC_ADJUST');
      state.set('TSC_ADJUST', value);
      state.set('TSC_OFFSET', BigInt.asUintN(64, state.get('TSC_OFFSET') + delta));
    },
  }),
  time('TSC_DEADLINE', 0x6e0, ALL, 'When the timer of the local APIC fires.', {
    features: ['TscDeadline'],
    // The APIC has it in guest time, whose 0 is none: so is this one's.
    read: (state) => {
      const at = state.readSpace('apic', APIC_DEADLINE, 8) ?? 0n;
      return at === 0n ? 0n : BigInt.asUintN(64, at + state.get('TSC_OFFSET'));
    },
    write: (state, value) => {
      const at = value === 0n ? 0n : BigInt.asUintN(64, value - state.get('TSC_OFFSET'));
      state.writeSpace('apic', APIC_DEADLINE, 8, at);
    },
  }),
  time('TSC_AUX', 0xc000_0103, LOW, 'What RDTSCP and RDPID read beside it.', {
    ignored: ALL,
    features: ['RDTSCP', 'RDPID'],
  }),
  time('TSC_RATIO', 0xc000_0104, 0xff_ffff_ffffn, 'By how much time passes faster in guests.', {
    features: ['TscRateMsr'],
    fields: fields(['INT', 39, 32], ['FRAC', 31, 0]),
    reset: 1n << 32n,
  }),
  ...MACHINE_CHECKS,
  debug('DEBUGCTL', 0x1d9, 0x3fn, 'Debugging of branches.', { fields: fields(['BTF', 1], ['LBR', 0]) }),
  lastBranch('BR_FROM', 0x1db, 'Where the last branch was.'),
  lastBranch('BR_TO', 0x1dc, 'Where the last branch went.'),
  lastBranch('LASTEXCPFROM', 0x1dd, 'Where the last branch before an exception was.'),
  lastBranch('LASTEXCPTO', 0x1de, 'Where the last branch before an exception went.'),
  virtualization('VM_CR', 0xc001_0114, 0x1fn, 'What of virtualization is off, or locked.', {
    features: ['SVM'],
    fields: fields(['SVMDIS', 4], ['LOCK', 3], ['DIS_A20M', 2], ['R_INIT', 1], ['DPD', 0]),
    write: (state, value) => {
      const old = state.get('VM_CR');
      const kept = old & LOCK ? LOCK | SVMDIS : 0n;
      state.set('VM_CR', (value & ~kept) | (old & kept));
    },
  }),
  virtualization('IGNNE', 0xc001_0115, 1n, 'The signal IGNNE.', { features: ['SVM'] }),
  virtualization('VM_HSAVE_PA', 0xc001_0117, PAGES, 'Where VMRUN keeps the host’s state.', { features: ['SVM'] }),
];
