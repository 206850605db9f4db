/** Registers for software, keys of pointer authentication, and the models' own. @see Arm ARM, D19.2 */
import { U64 } from './bits';
import { TRAP } from './sysreg-traps';
import { rowsOf, type Sysreg } from './sysregs-rows';

const threads = rowsOf('threads');

const thread: readonly Sysreg[] = [
  threads('TPIDR_EL0', [3, 3, 13, 0, 2], U64, 'For software: thread of EL0.'),
  threads('TPIDRRO_EL0', [3, 3, 13, 0, 3], U64, 'For software: EL0 reads it only.', { isReadOnlyAtEl0: true }),
  threads('TPIDR_EL1', [3, 0, 13, 0, 4], U64, 'For software at EL1.'),
  threads('TPIDR_EL2', [3, 4, 13, 0, 2], U64, 'For software at EL2.'),
];

const keys = rowsOf('pointer authentication');
const KEYS = ['APIA', 'APIB', 'APDA', 'APDB', 'APGA'] as const;

const authentication: readonly Sysreg[] = KEYS.flatMap((name, index) =>
  (['Lo', 'Hi'] as const).map((half, high) =>
    keys(
      `${name}Key${half}_EL1`,
      [3, 0, 2, 1 + (index >> 1), (index & 1) * 2 + high],
      U64,
      `Key ${name.slice(2)} of pointer authentication, ${high ? 'high' : 'low'} half.`,
      { feature: 'PAuth', traps: [TRAP.APK] },
    ),
  ),
);

const impdef = rowsOf('implementation');

/** Registers of the models' own, which read as 0 and ignore writes, as in QEMU. */
const implementation: readonly Sysreg[] = (
  [
    ['L2CTLR_EL1', 11, 0, 2],
    ['L2ECTLR_EL1', 11, 0, 3],
    ['L2ACTLR_EL1', 15, 0, 0],
    ['CPUACTLR_EL1', 15, 2, 0],
    ['CPUECTLR_EL1', 15, 2, 1],
    ['CPUMERRSR_EL1', 15, 2, 2],
    ['L2MERRSR_EL1', 15, 2, 3],
  ] as const
).map(([name, crn, crm, op2]) =>
  impdef(name, [3, 1, crn, crm, op2], 0n, 'Of the model.', { isComputed: true, read: () => 0n, traps: [TRAP.TIDCP] }),
);

export const SYSREGS_OTHERS: readonly Sysreg[] = [...thread, ...authentication, ...implementation];
