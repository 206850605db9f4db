/** System registers and operations, calls, returns, waiting. @see Arm ARM, C6.2: ERET, HVC, MRS, MSR, SMC, SYS, WFE, WFI; D19 */
import { CAUSE, causeOf, EC, TO_EL2 } from '../../../../src/isa/aarch64/causes';
import { MAINTENANCE, maintenanceOf } from '../../../../src/isa/aarch64/maintenance';
import { sysregOfName } from '../../../../src/isa/aarch64/sysregs';
import { type After, DATA, type Vector } from '../../driver';
import { vector } from './rows';

type Slots = Readonly<Record<string, bigint>>;

const RT = 9;
const A = 0x0123_4567_89ab_cdefn;
const bit = (n: number): bigint => 1n << BigInt(n);
const EL0: Slots = { EL: 0n, SP: 0n };
const EL1: Slots = { EL: 1n, SP: 1n };
const EL2: Slots = { EL: 2n, SP: 1n, highest: 2n };
/** EL1 below an EL2. */
const GUEST: Slots = { ...EL1, highest: 2n };
const HOST: Slots = { ...EL2, HCR_EL2: bit(34) | bit(31) };

const trap = (cause: number): After => ({ trap: { cause, tval: 0n } });
const UNDEFINED = trap(CAUSE.undefined);

const field = (name: string): number => {
  const row = sysregOfName(name);
  if (!row) throw new Error(`no ${name}`);
  return row.number & 0x7fff;
};
/** The number of a name that a host has for a guest's register. */
const guestField = (name: string): number => (field(name) & ~(7 << 11)) | (5 << 11);

const reads = (name: string, slots: Slots, after: bigint | After, sysreg = field(name)): Vector =>
  vector(
    'mrs',
    { sysreg, Rt: RT },
    `of ${name} with ${Object.keys(slots).join(', ')}`,
    { slots },
    typeof after === 'bigint' ? { x: { [RT]: after } } : after,
  );

const writes = (name: string, slots: Slots, value: bigint, after: Slots | number, sysreg = field(name)): Vector =>
  vector(
    'msr',
    { sysreg, Rt: RT },
    `of ${name} with ${Object.keys(slots).join(', ')}`,
    { x: { [RT]: value }, slots },
    typeof after === 'number' ? trap(after) : { slots: after },
  );

const READS: readonly Vector[] = [
  reads('TPIDR_EL0', { ...EL0, TPIDR_EL0: A }, A),
  reads('TPIDR_EL1', { ...EL1, TPIDR_EL1: A }, A),
  reads('TPIDR_EL1', { ...EL0, TPIDR_EL1: A }, UNDEFINED),
  reads('TPIDR_EL2', { ...EL2, TPIDR_EL2: A }, A),
  reads('TPIDR_EL2', { ...GUEST, TPIDR_EL2: A }, UNDEFINED),
  reads('CurrentEL', EL1, 4n),
  reads('CurrentEL', EL2, 8n),
  reads('CurrentEL', EL0, UNDEFINED),
  reads('DAIF', { ...EL1, DAIF: 0x140n }, 0x140n),
  reads('DAIF', { ...EL0, DAIF: 0x140n }, trap(CAUSE.sysreg)),
  reads('DAIF', { ...EL0, DAIF: 0x140n, SCTLR_EL1: bit(9) }, 0x140n),
  reads('NZCV', { nzcv: 9n }, 9n << 28n),
  reads('NZCV', { ...EL0, nzcv: 6n }, 6n << 28n),
  reads('SP_EL0', { ...EL1, SP_EL0: A }, A),
  reads('SP_EL0', { ...EL1, SP: 0n, SP_EL0: A }, UNDEFINED),
  reads('SP_EL1', { ...EL2, SP_EL1: A }, A),
  reads('SP_EL1', { ...GUEST, SP_EL1: A }, UNDEFINED),
  reads('SPSel', { ...EL1, SP: 0n }, 0n),
  reads('ELR_EL1', { ...EL1, ELR_EL1: A }, A),
  reads('ELR_EL1', { ...HOST, ELR_EL1: 1n, ELR_EL2: A }, A),
  reads('ELR_EL1', { ...HOST, ELR_EL1: A, ELR_EL2: 1n }, A, guestField('ELR_EL1')),
  reads('ELR_EL1', { ...EL2, ELR_EL1: A, ELR_EL2: 1n }, A),
  reads('ELR_EL1', { ...EL2, ELR_EL1: A }, UNDEFINED, guestField('ELR_EL1')),
  reads('ESR_EL1', { ...GUEST, ESR_EL1: 0x5600_0000n }, 0x5600_0000n),
  reads('ESR_EL1', { ...GUEST, HCR_EL2: bit(30) }, trap(CAUSE.sysreg | TO_EL2)),
  reads('CPACR_EL1', { ...HOST, CPTR_EL2: 3n << 20n }, 3n << 20n),
  reads('CPACR_EL1', { ...GUEST, CPTR_EL2: bit(31) }, trap(CAUSE.sysreg | TO_EL2)),
  reads('CTR_EL0', { ...EL0, cpu: 2n }, trap(CAUSE.sysreg)),
  reads('CTR_EL0', { ...EL0, cpu: 2n, SCTLR_EL1: bit(15) }, 0x8444_c004n),
  reads('MIDR_EL1', { ...EL1, cpu: 0n }, 0x410f_d034n),
  reads('MIDR_EL1', { ...GUEST, cpu: 0n, VPIDR_EL2: 0x1234n }, 0x1234n),
  reads('MPIDR_EL1', EL1, 0x8000_0000n),
  reads('MPIDR_EL1', { ...GUEST, VMPIDR_EL2: 0x8000_0003n }, 0x8000_0003n),
  reads('ID_AA64PFR0_EL1', { ...EL1, cpu: 1n }, 0x11n),
  reads('ID_AA64PFR0_EL1', { ...EL2, cpu: 1n, gicRegisters: 1n }, 0x100_0111n),
  reads('ID_AA64PFR0_EL1', { ...GUEST, HCR_EL2: bit(18) }, trap(CAUSE.sysreg | TO_EL2)),
  reads('CCSIDR_EL1', { ...EL1, cpu: 0n, CSSELR_EL1: 1n }, 0x201f_e00an),
  reads('CNTFRQ_EL0', { ...EL0, CNTFRQ_EL0: 62_500_000n, CNTKCTL_EL1: 2n }, 62_500_000n),
  reads('CNTFRQ_EL0', { ...EL0, CNTFRQ_EL0: 62_500_000n }, trap(CAUSE.sysreg)),
  reads('CNTPCT_EL0', { ...GUEST, CNTHCTL_EL2: 0n }, trap(CAUSE.sysreg | TO_EL2)),
  reads('CNTV_CTL_EL0', { ...EL1, CNTV_CTL_EL0: 1n, CNTV_CVAL_EL0: (1n << 64n) - 1n }, 1n),
  reads('CNTV_CTL_EL0', { ...EL1, CNTV_CTL_EL0: 3n, CNTV_CVAL_EL0: 0n }, 7n),
  reads('CNTV_CTL_EL0', { ...EL1, CNTV_CTL_EL0: 2n, CNTV_CVAL_EL0: 0n }, 2n),
  reads('CNTP_CVAL_EL0', { ...HOST, CNTHP_CVAL_EL2: A }, A),
  reads('CNTP_CVAL_EL0', { ...HOST, CNTP_CVAL_EL0: A }, A, guestField('CNTP_CVAL_EL0')),
  reads('FPCR', { ...EL1, CPACR_EL1: 0n }, trap(CAUSE.simd)),
  reads('FPCR', { ...EL0, CPACR_EL1: bit(20) }, trap(CAUSE.simd)),
  reads('FPCR', { ...EL0, CPACR_EL1: 3n << 20n, FPCR: bit(24) }, bit(24)),
  reads('FPSR', { ...EL2, CPTR_EL2: bit(10) }, trap(CAUSE.simd | TO_EL2)),
  reads('PAN', { ...EL1, PAN: 1n }, bit(22)),
  reads('PAN', { ...EL1, PAN: 1n, cpu: 0n }, UNDEFINED),
  reads('APIAKeyLo_EL1', { ...EL1, APIAKeyLo_EL1: A }, A),
  reads('APIAKeyLo_EL1', { ...GUEST, APIAKeyLo_EL1: A }, trap(CAUSE.sysreg | TO_EL2)),
  reads('APIAKeyLo_EL1', { ...GUEST, HCR_EL2: bit(40), APIAKeyLo_EL1: A }, A),
  reads('APIAKeyLo_EL1', { ...EL1, cpu: 1n }, UNDEFINED),
  reads('OSLAR_EL1', EL1, UNDEFINED),
  reads('DBGBVR0_EL1', { ...GUEST, MDCR_EL2: bit(9) }, trap(CAUSE.sysreg | TO_EL2)),
  reads('L2CTLR_EL1', EL1, 0n),
  reads('L2CTLR_EL1', { ...GUEST, HCR_EL2: bit(20) }, trap(CAUSE.sysreg | TO_EL2)),
  vector('mrs', { sysreg: 0x7fff, Rt: RT }, 'of what there is not', {}, UNDEFINED),
  vector('mrs', { sysreg: field('TPIDR_EL1'), Rt: 31 }, 'to nowhere', { slots: { ...EL1, TPIDR_EL1: A } }, {}),
];

const WRITES: readonly Vector[] = [
  writes('TPIDR_EL0', EL0, A, { TPIDR_EL0: A }),
  writes('TPIDRRO_EL0', EL1, A, { TPIDRRO_EL0: A }),
  writes('TPIDRRO_EL0', EL0, A, CAUSE.undefined),
  writes('TPIDR_EL1', EL1, A, { TPIDR_EL1: A }),
  writes('TPIDR_EL1', EL0, A, CAUSE.undefined),
  writes('TPIDR_EL2', EL2, A, { TPIDR_EL2: A }),
  writes('DAIF', { ...EL1, DAIF: 0n }, 0xffff_ffffn, { DAIF: 0x3c0n }),
  writes('DAIF', EL0, 0n, CAUSE.sysreg),
  writes('DAIF', { ...EL1, DAIF: 0x3c0n }, 0x340n, { DAIF: 0x340n }),
  writes('NZCV', { nzcv: 0n }, 0xffff_ffffn, { nzcv: 15n }),
  writes('NZCV', { nzcv: 15n }, 0x5000_0000n, { nzcv: 5n }),
  writes('SP_EL0', { ...EL1, sp: 1n }, A, { SP_EL0: A }),
  writes('SP_EL0', { ...EL1, SP: 0n }, A, CAUSE.undefined),
  writes('SPSel', { ...EL1, sp: 1n, SP_EL0: 2n }, 0n, { SP: 0n, sp: 2n, SP_EL1: 1n }),
  writes('ELR_EL1', EL1, A, { ELR_EL1: A }),
  writes('ELR_EL1', HOST, A, { ELR_EL2: A }),
  writes('ELR_EL1', HOST, A, { ELR_EL1: A }, guestField('ELR_EL1')),
  writes('SCTLR_EL1', EL1, 0x30d0_198dn, { SCTLR_EL1: 0x30d0_198dn }),
  writes('SCTLR_EL1', { ...GUEST, HCR_EL2: bit(26) }, 1n, CAUSE.sysreg | TO_EL2),
  writes('VBAR_EL1', EL1, 0xfffn, { VBAR_EL1: 0x800n }),
  writes('CurrentEL', EL1, 0n, CAUSE.undefined),
  writes('MIDR_EL1', EL1, 0n, CAUSE.undefined),
  writes('HCR_EL2', { ...EL2, cpu: 1n }, bit(34) | 1n, { HCR_EL2: bit(31) | 1n }),
  writes('HCR_EL2', EL2, bit(34) | bit(27), { HCR_EL2: bit(34) | bit(31) | bit(27) }),
  writes('HCR_EL2', GUEST, 0n, CAUSE.undefined),
  writes('CNTFRQ_EL0', EL1, 100n, { CNTFRQ_EL0: 100n }),
  writes('CNTFRQ_EL0', GUEST, 100n, CAUSE.undefined),
  writes('CNTP_CTL_EL0', EL1, 7n, { CNTP_CTL_EL0: 3n }),
  writes('CNTP_CTL_EL0', { ...GUEST, CNTHCTL_EL2: 1n }, 7n, CAUSE.sysreg | TO_EL2),
  writes('CNTP_CTL_EL0', HOST, 1n, { CNTHP_CTL_EL2: 1n }),
  writes('CNTP_CTL_EL0', HOST, 1n, { CNTP_CTL_EL0: 1n }, guestField('CNTP_CTL_EL0')),
  writes('FPCR', EL1, (1n << 64n) - 1n, { FPCR: 0x07c8_0000n }),
  writes('FPSR', EL1, (1n << 64n) - 1n, { FPSR: 0x0800_009fn }),
  writes('OSLAR_EL1', EL1, 0n, { OSLSR_EL1: 8n }),
  writes('ACTLR_EL1', EL1, A, {}),
  writes('PAN', { ...EL1, PAN: 0n }, bit(22), { PAN: 1n }),
  vector('msr', { sysreg: 0x7fff, Rt: RT }, 'of what there is not', {}, UNDEFINED),
];

const immediate = (name: string, CRm: number, slots: Slots, after: Slots | number): Vector =>
  vector(
    `msr-${name}`,
    { CRm },
    `${CRm} with ${Object.keys(slots).join(', ')}`,
    { slots },
    typeof after === 'number' ? trap(after) : { slots: after },
  );

/** A flag that processors without it have no instruction for, and that levels below `least` may not set. */
const flag = (name: string, slot: string, least: 0 | 1): Vector[] => [
  immediate(name, 1, { ...EL1, [slot]: 0n }, { [slot]: 1n }),
  immediate(name, 14, { ...EL1, [slot]: 1n }, { [slot]: 0n }),
  immediate(name, 1, { ...EL0, [slot]: 0n }, least === 0 ? { [slot]: 1n } : CAUSE.undefined),
  immediate(name, 1, { ...EL1, cpu: 2n }, CAUSE.undefined),
];

const IMMEDIATES: readonly Vector[] = [
  immediate('daifset', 2, { ...EL1, DAIF: 0x40n }, { DAIF: 0xc0n }),
  immediate('daifset', 15, { ...EL2, DAIF: 0n }, { DAIF: 0x3c0n }),
  immediate('daifset', 2, { ...EL0, DAIF: 0n }, CAUSE.sysreg),
  immediate('daifset', 2, { ...EL0, DAIF: 0n, SCTLR_EL1: bit(9) }, { DAIF: 0x80n }),
  immediate('daifclr', 2, { ...EL1, DAIF: 0x3c0n }, { DAIF: 0x340n }),
  immediate('daifclr', 15, { ...EL1, DAIF: 0x3c0n }, { DAIF: 0n }),
  immediate('daifclr', 2, EL0, CAUSE.sysreg),
  immediate('daifclr', 1, { ...EL2, DAIF: 0x3c0n }, { DAIF: 0x380n }),
  immediate('spsel', 0, { ...EL1, sp: 1n, SP_EL0: 2n }, { SP: 0n, sp: 2n, SP_EL1: 1n }),
  immediate('spsel', 1, { ...EL1, SP: 0n, sp: 1n, SP_EL1: 2n }, { SP: 1n, sp: 2n, SP_EL0: 1n }),
  immediate('spsel', 1, { ...EL1, sp: 1n }, {}),
  immediate('spsel', 0, EL0, CAUSE.undefined),
  ...flag('pan', 'PAN', 1),
  ...flag('uao', 'UAO', 1),
  ...flag('dit', 'DIT', 0),
  ...flag('ssbs', 'SSBS', 0),
];

const operation = (name: string): number => {
  const row = MAINTENANCE.find((one) => one.name === name);
  if (!row || maintenanceOf(row.number) !== row) throw new Error(`no ${name}`);
  return row.number & 0x3fff;
};
const runs = (name: string, slots: Slots, after: After, x: Readonly<Record<number, bigint>> = {}): Vector =>
  vector(
    'sys',
    { sysop: operation(name), Rt: RT },
    `${name} with ${Object.keys(slots).join(', ')}`,
    { x, slots },
    after,
  );

const OPERATIONS: readonly Vector[] = [
  runs('ic iallu', EL1, {}),
  runs('ic iallu', EL0, UNDEFINED),
  runs('ic ivau', EL0, trap(CAUSE.sysreg)),
  runs('ic ivau', { ...EL0, SCTLR_EL1: bit(26) }, {}),
  runs('dc isw', { ...GUEST, HCR_EL2: bit(22) }, trap(CAUSE.sysreg | TO_EL2)),
  runs('dc civac', { ...GUEST, HCR_EL2: bit(23) }, trap(CAUSE.sysreg | TO_EL2), { [RT]: DATA }),
  runs('dc civac', EL1, {}, { [RT]: DATA }),
  runs('dc cvap', { ...EL1, cpu: 0n }, UNDEFINED),
  runs('tlbi vmalle1', EL1, {}),
  runs('tlbi vmalle1', { ...GUEST, HCR_EL2: bit(25) }, trap(CAUSE.sysreg | TO_EL2)),
  runs('tlbi alle2', GUEST, UNDEFINED),
  runs('tlbi alle2', EL2, {}),
  vector(
    'sys',
    { sysop: operation('dc zva'), Rt: RT },
    'dc zva inside a block',
    { x: { [RT]: DATA + 0x4bn }, slots: EL1, memory: [{ at: DATA + 0x38n, bytes: '55'.repeat(80) }] },
    { memory: [{ at: DATA + 0x38n, bytes: `${'55'.repeat(8)}${'00'.repeat(64)}${'55'.repeat(8)}` }] },
  ),
  vector('sys', { sysop: operation('dc zva'), Rt: RT }, 'dc zva at EL0', { slots: EL0 }, trap(CAUSE.sysreg)),
  vector('sys', { sysop: 0, Rt: RT }, 'of what there is not', { slots: EL1 }, UNDEFINED),
  ...[0, 0x3fff, 0x1234, operation('ic iallu')].map((sysop) =>
    vector('sysl', { sysop, Rt: RT }, `of ${sysop}`, { slots: EL1 }, UNDEFINED),
  ),
];

const calls = (name: 'hvc' | 'smc', slots: Slots, cause: number): Vector =>
  vector(name, { imm: 5 }, `with ${Object.keys(slots).join(', ')}`, { slots }, trap(cause));

const CALLS: readonly Vector[] = [
  calls('hvc', GUEST, CAUSE.hvc),
  calls('hvc', EL2, CAUSE.hvc),
  calls('hvc', EL0, CAUSE.undefined),
  calls('hvc', EL1, CAUSE.undefined),
  calls('hvc', { ...GUEST, HCR_EL2: bit(29) }, CAUSE.undefined),
  calls('smc', GUEST, CAUSE.undefined),
  calls('smc', { ...GUEST, HCR_EL2: bit(19) }, CAUSE.smc | TO_EL2),
  calls('smc', { ...EL2, HCR_EL2: bit(19) }, CAUSE.undefined),
  calls('smc', EL0, CAUSE.undefined),
];

const returns = (name: string, slots: Slots, after: After): Vector => vector('eret', {}, name, { slots }, after);

const RETURNS: readonly Vector[] = [
  returns(
    'to EL0',
    { ...EL1, SPSR_EL1: 0x9000_0000n, ELR_EL1: A & ~3n, sp: 1n, SP_EL0: 2n },
    {
      pc: A & ~3n,
      slots: { EL: 0n, SP: 0n, DAIF: 0n, nzcv: 9n, sp: 2n, SP_EL1: 1n, event: 1n },
    },
  ),
  returns(
    'to EL1 from EL2',
    { ...EL2, SPSR_EL2: 0x3c5n, ELR_EL2: 0x4020_0000n, sp: 1n, SP_EL1: 2n },
    { pc: 0x4020_0000n, slots: { EL: 1n, DAIF: 0x3c0n, nzcv: 0n, sp: 2n, SP_EL2: 1n, event: 1n } },
  ),
  returns(
    'to EL2 from EL1, which is illegal',
    { ...GUEST, SPSR_EL1: 0x3c9n, ELR_EL1: 0x4020_0000n },
    { pc: 0x4020_0000n, slots: { IL: 1n, nzcv: 0n, event: 1n } },
  ),
  returns('at EL0', EL0, UNDEFINED),
];

const waits = (name: 'wfi' | 'wfe', slots: Slots, after: After): Vector =>
  vector(name, {}, `with ${Object.keys(slots).join(', ')}`, { slots }, after);
const WFX = causeOf(EC.wfx);

const WAITS: readonly Vector[] = [
  waits('wfi', { ...EL0, SCTLR_EL1: 0n }, trap(WFX)),
  waits('wfi', { ...EL0, SCTLR_EL1: 0n, lines: 1n }, {}),
  waits('wfi', { ...GUEST, HCR_EL2: bit(13) }, trap(WFX | TO_EL2)),
  waits('wfi', { ...GUEST, HCR_EL2: bit(13), lines: 2n }, {}),
  waits('wfe', { ...EL0, SCTLR_EL1: 0n }, trap(WFX)),
  waits('wfe', { ...EL0, SCTLR_EL1: 0n, event: 1n }, { slots: { event: 0n } }),
  waits('wfe', { ...GUEST, HCR_EL2: bit(14) }, trap(WFX | TO_EL2)),
  waits('wfe', EL1, {}),
];

export const SYSTEM: readonly Vector[] = [
  ...READS,
  ...WRITES,
  ...IMMEDIATES,
  ...OPERATIONS,
  ...CALLS,
  ...RETURNS,
  ...[EL0, EL1, EL2, HOST].map((slots, index) => vector('drps', {}, `${index}`, { slots }, UNDEFINED)),
  ...WAITS,
];
